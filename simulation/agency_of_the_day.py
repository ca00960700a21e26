"""The agency as the ledger had it at each position, and what the rules of another policy would see of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from domain import events as ev
from domain.agency import Agency
from domain.calendar import WorkingCalendar
from domain.facts import Facts, Identity
from domain.nine_box import assess_talent, placement_hash
from domain.offices import Offices
from domain.personnel_file import PersonnelFiles
from domain.policy import Policy
from domain.registry import Registry
from domain.talent_record import Placement, TalentRecord, evolve_talent
from ledger.mirror import ACTION, DOCUMENT, NO_CALENDAR, POLICY
from ledger.record import StoredEvent, identity_in, parse_moment, personal_part
from ledger.talent import TALENT

BORN = (ev.EmployeeRegistered, ev.CandidateRegistered)


class _Always(dict[str, Policy]):
    """One policy under every name: whatever a case was begun under, it is judged by this one."""

    def __init__(self, policy: Policy) -> None:
        super().__init__({policy.id: policy})
        self._policy = policy

    def __missing__(self, _: str) -> Policy:
        return self._policy


@dataclass
class AgencyOfTheDay:
    """Mutable fold; its memory grows with people, not with events. `policies` are those adopted so far."""

    policy: Policy
    agency: Agency = field(default_factory=Agency)
    files: PersonnelFiles = field(default_factory=PersonnelFiles)
    calendar: WorkingCalendar = NO_CALENDAR
    policies: dict[str, Policy] = field(default_factory=dict)
    identities: dict[str, Identity] = field(default_factory=dict)
    records: dict[str, TalentRecord] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.offices = Offices(self.agency, self.policy)
        self._always = _Always(self.policy)
        self._talent = _TalentAnew(self)

    def follow(self, stored: StoredEvent) -> None:
        """Take in one event of the directory, the files or a talent record."""
        event = stored.event
        if stored.category == ACTION:
            return
        if isinstance(event, ev.PolicyAdopted):
            self.policies[event.policy_id] = Policy.model_validate(event.document)
        elif isinstance(event, ev.CalendarAdopted):
            self.calendar = WorkingCalendar(event.version, frozenset(event.holidays))
        elif stored.category == DOCUMENT:
            self.files.evolve(event, stored.actor)
        elif stored.category == TALENT:
            person_id = stored.stream.partition("/")[2]
            known = self.records.get(person_id, TalentRecord(person_id))
            self.records[person_id] = evolve_talent(known, event)
        elif stored.category != POLICY:
            self.agency.evolve(event)
            if isinstance(event, BORN):
                known_as = identity_in(personal_part(event))
                if known_as is not None:
                    self.identities[event.person_id] = known_as

    def day_of(self, stored: StoredEvent) -> date:
        return self.calendar.today(parse_moment(stored.recorded_at))

    def facts(self, now: datetime) -> Facts:
        """What `domain` sees at that moment under the policy in question."""
        return Facts(
            now=now,
            agency=self.agency,
            registry=Registry(),
            offices=self.offices,
            policies=self._always,
            calendar=self.calendar,
            identity_of=self.identities.get,
            action=lambda _: None,
            sealed_at=_nothing,
            salt=lambda: "",
            talent=self._talent,
            files=self.files,
        )

    def uses_another_formula(self, placed_under: str) -> bool:
        """Whether the policy in question places people otherwise than that one."""
        known = self.policies.get(placed_under)
        return known is None or known.talent != self.policy.talent


class _TalentAnew:
    """Talent records with every placement made anew from its own inputs, where the formula is another."""

    def __init__(self, day: AgencyOfTheDay) -> None:
        self._day = day
        self._made: dict[str, tuple[TalentRecord, TalentRecord]] = {}

    def of(self, person_ids: Iterable[str]) -> dict[str, TalentRecord]:
        return {person_id: self._anew(person_id) for person_id in person_ids}

    def placements(self) -> dict[str, Placement]:
        found = ((person_id, self._anew(person_id).placement) for person_id in self._day.records)
        return {person_id: placement for person_id, placement in found if placement is not None}

    def _anew(self, person_id: str) -> TalentRecord:
        record = self._day.records.get(person_id, TalentRecord(person_id))
        placement, inputs, policy = record.placement, record.inputs, self._day.policy
        if placement is None or inputs is None or not self._day.uses_another_formula(placement.policy_id):
            return record
        made = self._made.get(person_id)
        if made is not None and made[0] is record:
            return made[1]
        found = assess_talent(inputs, policy.talent)
        formula = policy.talent.formula_version
        moved = replace(
            placement,
            box=found.box,
            performance=found.performance,
            potential=found.potential,
            gaps=found.gaps,
            vetoes=found.vetoes,
            lapses_on=found.lapses_on,
            formula_version=formula,
            policy_id=policy.id,
            policy_hash=policy.hash,
            hash=placement_hash(person_id, inputs, found, formula, policy.hash),
        )
        anew = replace(record, placement=moved)
        self._made[person_id] = (record, anew)
        return anew


def _nothing(_: str, __: int) -> dict[str, Any] | None:
    return None
