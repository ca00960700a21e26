"""Will there be somebody for every step? The separation of duties looked at before the first signature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from domain.offices import COMMITTEE, INITIATOR, Offices, office_key
from domain.policy import Policy, StepRule

STEPS_TRIED = 20_000


@dataclass(frozen=True)
class Casting:
    """A case as the separation of duties sees it; `subject_id` and `initiator_id` None when unknown."""

    origin_unit_id: str | None
    target_unit_id: str | None
    subject_id: str | None = None
    initiator_id: str | None = None


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
        self._separating = {earlier for step in steps for earlier in policy.steps[step].excludes_actors_of}

    def furthest_failure(self) -> str | None:
        return None if self._fill(0, {}) else self._steps[self._reached]

    def _fill(self, index: int, acted: dict[str, str]) -> bool:
        self._reached = max(self._reached, min(index, len(self._steps) - 1))
        if index == len(self._steps):
            return True
        name = self._steps[index]
        owners = self._owners(self._policy.steps[name], acted)
        if name not in self._separating or self._policy.steps[name].office == COMMITTEE:
            return bool(owners) and self._fill(index + 1, acted)
        for person in sorted(owners):
            self._tried += 1
            if self._tried > STEPS_TRIED:
                return True  # too many ways to try them all: no warning without proof
            if self._fill(index + 1, {**acted, name: person}):
                return True
        return False

    def _owners(self, step: StepRule, acted: dict[str, str]) -> frozenset[str]:
        shut = {acted[earlier] for earlier in step.excludes_actors_of if earlier in acted}
        if step.office != INITIATOR and self._case.subject_id is not None:
            shut.add(self._case.subject_id)
        if "initiator" in step.excludes_actors_of and self._case.initiator_id is not None:
            shut.add(self._case.initiator_id)
        if step.office == COMMITTEE:
            return self._quorum(shut)
        if step.office == INITIATOR:
            return frozenset({self._case.initiator_id or INITIATOR})
        key: str | None = self._key(step)
        while key is not None:
            free = self._offices.holders(key, self._day) - shut
            if free:
                return frozenset(p for p in free if not step.definitive_only or self._is_definitive(p, key))
            key = self._offices.superior(key)
        return frozenset()

    def _quorum(self, shut: set[str]) -> frozenset[str]:
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
