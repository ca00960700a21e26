"""What comes out otherwise under another policy, case by case and finding by finding."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from domain.eligibility import Finding
from domain.findings import FindingFacts, FindingOutcome
from domain.policy import Policy, RuleParameters, Severity

QUIET = (None, "pass", "not_applicable")  # not weighed, or nothing to say against the case


@dataclass(frozen=True)
class Difference:
    """One thing that differs, at one step of a case. `what` is a rule's name, or `route`, `office`,
    `deadline` and the like. `parameters` are those of the rule that differ, `facts` what the new policy's
    rule used.
    """

    at_step: str
    what: str
    before: Any
    after: Any
    facts: dict[str, Any] = field(default_factory=dict)
    parameters: dict[str, dict[str, Any]] = field(default_factory=dict)
    citation: str | None = None


@dataclass
class Change:
    """One case, list or placement that comes out otherwise. People stand in it by surrogate id only.
    `before` and `after` say where it stands by the rules.
    """

    kind: str
    id: str
    subject_id: str | None
    judged_on: str
    policy_id: str
    policy_hash: str
    before: str
    after: str
    why: list[Difference] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def as_text(self) -> str:
        who = f" of {self.subject_id}" if self.subject_id else ""
        lines = [
            f"{self.kind} {self.id}{who}, {self.judged_on}, under {self.policy_id}: "
            f"{self.before} -> {self.after}"
        ]
        for item in self.why:
            used = "".join(f"; {name}={value}" for name, value in sorted(item.facts.items()))
            numbers = "".join(
                f"; {name} {pair['before']} -> {pair['after']}"
                for name, pair in sorted(item.parameters.items())
            )
            source = f" [{item.citation}]" if item.citation else ""
            lines.append(
                f"  {item.at_step} {item.what}: {_short(item.before)} -> {_short(item.after)}"
                f"{numbers}{used}{source}"
            )
        return "\n".join(lines)


def compared(
    at_step: str,
    said: tuple[Sequence[FindingOutcome], Sequence[FindingFacts]],
    found: Sequence[Finding],
    was: Policy | None,
    now: Policy,
) -> Iterator[Difference]:
    """Every rule that says otherwise: another outcome, or another severity of one that does not pass. What
    speaks against a case neither before nor now changes nothing.
    """
    before = {item.rule: item for item in said[0]}
    after = {item.rule: item for item in found}
    for rule in sorted({*before, *after}):
        old, new = before.get(rule), after.get(rule)
        shown_old = f"{old.outcome} {old.severity}" if old else None
        shown_new = f"{new.outcome} {new.severity}" if new else None
        quiet = all((item.outcome if item else None) in QUIET for item in (old, new))
        if quiet or shown_old == shown_new:
            continue
        known = {item.rule: item.facts for item in said[1]}
        yield Difference(
            at_step,
            rule,
            shown_old,
            shown_new,
            facts=new.facts if new else known.get(rule, {}),
            parameters=_parameters(rule, was, now),
            citation=new.citation if new else None,
        )


def standing(outcomes: Sequence[Finding | FindingOutcome], *, decides: bool) -> str:
    """Where a case stands by its findings: `refused` at the request, `stopped` at a decision, which needs
    an answer to every hard rule, `needs an override`, `warned` or `clear`.
    """
    stopping = ("fail", "unknown") if decides else ("fail",)
    if any(o.severity is Severity.HARD and o.outcome in stopping for o in outcomes):
        return "stopped" if decides else "refused"
    for severity, word in ((Severity.OVERRIDE, "needs an override"), (Severity.WARN, "warned")):
        if any(o.severity is severity and o.outcome == "fail" for o in outcomes):
            return word
    return "clear"


def _parameters(rule: str, was: Policy | None, now: Policy) -> dict[str, dict[str, Any]]:
    weights = [_weight(rule, policy) for policy in (was, now)]
    old, new = (dict(weight.parameters) if weight else {} for weight in weights)
    return {
        name: {"before": old.get(name), "after": new.get(name)}
        for name in sorted({*old, *new})
        if old.get(name) != new.get(name)
    }


def _weight(rule: str, policy: Policy | None) -> RuleParameters | None:
    try:
        return policy.weight_of(rule) if policy is not None else None
    except KeyError:
        return None


def _short(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
