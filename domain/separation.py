"""Will there be somebody for every step? The separation of duties looked at before the first signature."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from domain.fact_sheet import SeparationFacts, Unowned
from domain.offices import COMMITTEE, INITIATOR, Offices, office_key
from domain.policy import OFFICES_OF_A_CASE, Policy, StepRule

STEPS_TRIED = 20_000


@dataclass(frozen=True)
class Casting:
    """A case as the separation of duties sees it; `subject_id` and `initiator_id` None when unknown.
    `shut_out` are kept out of every step (candidates, declared interests); `acted` are the earlier steps'
    deciders.
    """

    origin_unit_id: str | None
    target_unit_id: str | None
    subject_id: str | None = None
    initiator_id: str | None = None
    shut_out: frozenset[str] = frozenset()
    acted: tuple[tuple[str, str], ...] = ()


def separation_of(
    steps: Sequence[str], case: Casting, policy: Policy, offices: Offices, day: date
) -> SeparationFacts:
    """What a fact sheet says of the steps to come: the one that nobody could decide, and why."""
    cast = _Cast(tuple(steps), case, policy, offices, day)
    step = cast.furthest_failure()
    return SeparationFacts(step=step, why=cast.why if step is not None else None)


def step_without_owner(
    steps: Sequence[str], case: Casting, policy: Policy, offices: Offices, day: date
) -> str | None:
    """The step of the route that nobody could lawfully decide as the offices are held on `day`, else None.

    Every choice of people for the earlier steps is tried; the step named is the furthest one that any
    choice reaches. Vacant offices and wholly excluded ones fall to their superiors; the subject, the
    initiator and earlier actors stay out where the policy says so (PP 11/2017 art. 1: proposer, verifier
    and decider are different officials).
    """
    return _Cast(tuple(steps), case, policy, offices, day).furthest_failure()


class _Cast:
    def __init__(
        self, steps: tuple[str, ...], case: Casting, policy: Policy, offices: Offices, day: date
    ) -> None:
        self._steps, self._case, self._policy, self._offices, self._day = steps, case, policy, offices, day
        self._reached = 0
        self._tried = 0
        self.why: Unowned = "vacant"
        self._separating = {earlier for step in steps for earlier in policy.steps[step].excludes_actors_of}

    def furthest_failure(self) -> str | None:
        acted: dict[str, frozenset[str]] = {}
        for step, person in self._case.acted:
            acted[step] = acted.get(step, frozenset()) | {person}
        return None if self._fill(0, acted) else self._steps[self._reached]

    def _fill(self, index: int, acted: dict[str, frozenset[str]]) -> bool:
        if index == len(self._steps):
            return True
        name = self._steps[index]
        owners = self._owners(self._policy.steps[name], acted)
        if index >= self._reached:
            self._reached = index
            if not owners:
                self.why = self._reason(self._policy.steps[name], acted)
        if name not in self._separating or self._policy.steps[name].office == COMMITTEE:
            return bool(owners) and self._fill(index + 1, acted)
        for person in sorted(owners):
            self._tried += 1
            if self._tried > STEPS_TRIED:
                return True  # too many ways to try them all: no warning without proof
            if self._fill(index + 1, {**acted, name: frozenset({person})}):
                return True
        return False

    def _owners(self, step: StepRule, acted: dict[str, frozenset[str]]) -> frozenset[str]:
        shut = self._shut(step) | _earlier(step, acted)
        if step.office == COMMITTEE:
            return self._quorum(shut)
        if step.office == INITIATOR:
            return frozenset({self._case.initiator_id or INITIATOR})
        if step.office in OFFICES_OF_A_CASE:
            return frozenset({step.office})  # found in the case when the step comes
        for key in self._chain(step):
            free = self._offices.holders(key, self._day) - shut
            if free:
                return frozenset(p for p in free if not step.definitive_only or self._is_definitive(p, key))
        return frozenset()

    def _reason(self, step: StepRule, acted: dict[str, frozenset[str]]) -> Unowned:
        """Why nobody is left for the step."""
        if step.office == COMMITTEE:
            return "no_quorum"
        held = frozenset[str]().union(*(self._offices.holders(key, self._day) for key in self._chain(step)))
        if not held:
            return "vacant"
        if not held - self._shut(step):
            return "excluded"
        return "two_roles" if not held - self._shut(step) - _earlier(step, acted) else "acting_only"

    def _shut(self, step: StepRule) -> frozenset[str]:
        """Who is out of the step whatever happens before it."""
        shut = self._case.shut_out
        if step.office != INITIATOR and self._case.subject_id is not None:
            shut |= {self._case.subject_id}
        if "initiator" in step.excludes_actors_of and self._case.initiator_id is not None:
            shut |= {self._case.initiator_id}
        return shut

    def _chain(self, step: StepRule) -> Iterator[str]:
        """The step's office and those above it."""
        key: str | None = self._key(step)
        while key is not None:
            yield key
            key = self._offices.superior(key)

    def _quorum(self, shut: frozenset[str]) -> frozenset[str]:
        committee = self._policy.committee
        members = frozenset[str]().union(
            *(self._offices.holders(office, self._day) for office in committee.members)
        )
        able = members - shut
        return able if len(able) >= committee.quorum else frozenset()

    def _key(self, step: StepRule) -> str:
        if self._policy.offices[step.office].scope == "agency":
            return step.office
        of_target = step.of_unit == "target" or self._case.origin_unit_id is None
        unit = self._case.target_unit_id if of_target else self._case.origin_unit_id
        return office_key(step.office, self._offices.agency.apparatus_of(unit))

    def _is_definitive(self, person_id: str, key: str) -> bool:
        posts = self._offices.agency.posts
        held = any(posts[post].incumbent_id == person_id for post in self._offices.posts_of(key))
        office, _, unit = key.partition("@")
        return held or (office, unit or None) in self._offices.agency.grants.get(person_id, set())


def _earlier(step: StepRule, acted: dict[str, frozenset[str]]) -> frozenset[str]:
    return frozenset[str]().union(*(acted.get(earlier, frozenset()) for earlier in step.excludes_actors_of))
