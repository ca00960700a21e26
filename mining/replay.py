"""One personnel action held against the route that its policy allows: skipped, extra, out of order."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from domain.policy import Kind, Policy, Variant

Code = Literal[
    "skipped", "extra", "out-of-order", "repeated", "route-differs", "not-opened", "unknown-policy"
]
REVISION, CORRECTION = "revision", "siasn_correction"
# Opened only where a choice among candidates needs a second person.
CONFIRMATION = "override_confirmation"
BKN_REVIEW = "bkn_review"
WRITE_BACK = "siasn_write_back"


@dataclass(frozen=True)
class Deviation:
    """Where a case left its route: at the event of `position`, in `step`, against `law`."""

    code: Code
    step: str
    position: int
    law: str
    detail: str

    def as_json(self) -> dict[str, Any]:
        return vars(self).copy()


@dataclass
class Replay:
    """Walks one case's events along its route. `deviations` and `returns` grow while it does."""

    policies: dict[str, Policy]
    kind: str = ""
    variant: str = ""
    deviations: list[Deviation] = field(default_factory=list)
    returns: int = 0
    completed: bool = False
    _policy: Policy | None = None
    _route: tuple[str, ...] = ()
    _reached: int = 0
    _open: set[str] = field(default_factory=set)
    _annulled: bool = False

    def walk(self, document: dict[str, Any]) -> None:
        """Take the next event of the case."""
        data, position = document["data"], document["position"]
        match document["type"]:
            case "ActionSubmitted":
                self._submitted(data, position)
            case "TaskOpened":
                self._opened(data)
            case "TaskCompleted":
                self._decided(data, position)
            case "TaskExited":
                self._open.discard(data["task_id"])
            case "SiasnVerified" if data["purpose"] == "write_back":
                self._written_back(position)
            case "ActionAnnulled":
                self._annulled = True
            case "ActionCompleted":
                self.completed = True
                self._skip_to(len(self._route), position)

    def _submitted(self, data: dict[str, Any], position: int) -> None:
        self.kind, self.variant = data["kind"], data["variant"]
        self._policy = self.policies.get(data["policy_id"])
        if self._policy is None or self._policy.hash != data["policy_hash"]:
            self._report("unknown-policy", "", position, f"{data['policy_id']} is not adopted with that text")
            self._policy = None
            return
        allowed = allowed_route(
            self._policy, Kind(data["kind"]), Variant(data["variant"]), tuple(data["steps"])
        )
        for step in [step for step in allowed if step not in data["steps"]]:
            self._report("route-differs", step, position, "the route of the case leaves the step out")
        for step in [step for step in data["steps"] if step not in allowed]:
            self._report("route-differs", step, position, "the route of the case has a step of its own")
        self._route = allowed + afterwards(Variant(data["variant"]), inauguration=data["inauguration"])
        if data["kind"] == Kind.PROMOTION:
            self._route += ("promotion_review",)

    def _opened(self, data: dict[str, Any]) -> None:
        self._open.add(data["task_id"])
        if data.get("returned"):
            self.returns += 1
            again = data.get("resumes") or data["step"]
            if again in self._route:
                self._reached = self._route.index(again)

    def _decided(self, data: dict[str, Any], position: int) -> None:
        step = data["step"]
        if data["task_id"] not in self._open:
            self._report("not-opened", step, position, "decided without an open task")
        self._open.discard(data["task_id"])
        if self._policy is None or step in (REVISION, CONFIRMATION):
            return
        if step == CORRECTION:
            if not self._annulled:
                self._report("out-of-order", step, position, "a correction without an annulment")
        elif step not in self._route:
            self._report("extra", step, position, "the route of this variant has no such step")
        else:
            self._along(step, data["outcome"], position)

    def _written_back(self, position: int) -> None:
        """The connector told SIASN, and no officer had to."""
        if self._policy is not None:
            self._along(WRITE_BACK, "approve", position)

    def _along(self, step: str, outcome: str, position: int) -> None:
        here = self._route.index(step)
        if here < self._reached:
            self._report("repeated", step, position, "decided again without having been returned")
            return
        if here > self._reached:
            behind = self._route[self._reached]
            self._report("out-of-order", step, position, f"decided before {behind}")
            self._skip_to(here, position)
        if outcome == "approve":
            self._reached = here + 1

    def _skip_to(self, place: int, position: int) -> None:
        for step in self._route[self._reached : place]:
            self._report("skipped", step, position, "never decided, or after what should follow it")
        self._reached = max(self._reached, place)

    def _report(self, code: Code, step: str, position: int, detail: str) -> None:
        self.deviations.append(Deviation(code, step, position, self._law(step), detail))

    def _law(self, step: str) -> str:
        """The citation of the step, and that of the route which has or lacks it."""
        if self._policy is None:
            return ""
        rule = self._policy.steps.get(step)
        route = next(
            (r.citation for r in self._policy.routes if (r.kind, r.variant) == (self.kind, self.variant)), ""
        )
        return "; ".join(text for text in (rule.citation if rule else "", route) if text)


def allowed_route(policy: Policy, kind: Kind, variant: Variant, recorded: tuple[str, ...]) -> tuple[str, ...]:
    """The policy's route of the kind and variant, with those clearances that the case has and the policy
    knows, before BKN's review. Whether a case needed a clearance is for `verify`, which knows its posts.
    """
    known = {clearance.step for clearance in policy.clearances}
    clearances = tuple(step for step in recorded if step in known)
    route = next((r.steps for r in policy.routes if (r.kind, r.variant) == (kind, variant)), ())
    if BKN_REVIEW not in route:
        return route
    at = route.index(BKN_REVIEW)
    return (*route[:at], *clearances, *route[at:])


def afterwards(variant: Variant, *, inauguration: bool) -> tuple[str, ...]:
    """The steps that follow the decision: inauguration where the post needs one, taking up duty unless
    the person leaves the agency, and writing back.
    """
    steps: tuple[str, ...] = ("inauguration",) if inauguration else ()
    if variant is not Variant.INTER_AGENCY_OUT:
        steps += ("duty_statement",)
    return (*steps, WRITE_BACK)
