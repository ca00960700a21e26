"""Talent records as the auditor reads them: nobody rates themself, and every placement is recomputed
from the inputs that its seal holds, which must be those recorded before it.
"""

from __future__ import annotations

from datetime import timedelta

from audit.case import Moment
from audit.law_of_registers import Problem
from domain import events as ev
from domain import talent_events as talent
from domain.calendar import months_after
from domain.nine_box import assess_talent, placement_hash
from domain.policy import Policy
from domain.result_entry import remaining
from domain.result_entry_events import TalentResultWithdrawn
from domain.talent_record import TalentRecord, evolve_talent, inputs_for
from ledger.record import StoredEvent

RESULTS = (
    talent.SkpRated,
    talent.CompetencyTested,
    talent.TalentComponentRecorded,
    TalentResultWithdrawn,
)


class TalentLaw:
    """Takes the events of one command after another. Whose seals are closed is not recomputed."""

    def __init__(self) -> None:
        self._records: dict[str, TalentRecord] = {}
        self._closed: set[str] = set()
        self._group: list[StoredEvent] = []
        self._streams: dict[str, list[StoredEvent]] = {}
        self._corrected: dict[str, ev.EmployeeRegistered] = {}

    def problems(self, stored: StoredEvent, moment: Moment, group: list[StoredEvent]) -> list[Problem]:
        """What is unlawful about an event of a talent stream; nothing of any other event."""
        event = stored.event
        if not isinstance(event, (*RESULTS, talent.TalentPlaced)):
            return []
        if group is not self._group:
            self._look_at(group)
        if event.person_id not in moment.agency.people:
            return [("wrong-facts", f"{event.person_id} is not in the register")]
        policy = moment.offices.policy
        found = _result(event, moment, policy)
        open_ = event.person_id not in self._closed and not any(map(_is_closed, self._streams[stored.stream]))
        if isinstance(event, talent.TalentPlaced):
            found += _text(event, moment, policy)
            if open_:
                found += self._placement(stored, event, moment, policy)
        elif isinstance(event, TalentResultWithdrawn) and open_:
            found += self._withdrawn(stored, event, policy)
        if open_ and isinstance(event, RESULTS) and stored is self._streams[stored.stream][-1]:
            found += self._left_unplaced(stored, event.person_id, moment, policy)
        return found

    def record_of(self, person_id: str) -> TalentRecord | None:
        """The record so far; None where one of its seals is closed."""
        if person_id in self._closed:
            return None
        return self._records.get(person_id, TalentRecord(person_id))

    def follow(self, stored: StoredEvent) -> None:
        """After an event was judged."""
        event = stored.event
        if not isinstance(event, (*RESULTS, talent.TalentPlaced)):
            return
        if _is_closed(stored):
            self._closed.add(event.person_id)
        known = self._records.get(event.person_id, TalentRecord(event.person_id))
        self._records[event.person_id] = evolve_talent(known, event)

    def _look_at(self, group: list[StoredEvent]) -> None:
        self._group, self._streams, self._corrected = group, {}, {}
        for stored in group:
            self._streams.setdefault(stored.stream, []).append(stored)
            if isinstance(stored.event, ev.EmployeeRegistered):
                self._corrected[stored.event.person_id] = stored.event

    def _before(self, stored: StoredEvent, person_id: str) -> TalentRecord:
        """The record as it stood when this event of its command came about."""
        record = self._records.get(person_id, TalentRecord(person_id))
        for earlier in self._streams[stored.stream]:
            if earlier is stored:
                break
            record = evolve_talent(record, earlier.event)
        return record

    def _inputs(self, record: TalentRecord, moment: Moment, salt: str) -> talent.TalentInputs:
        person = self._corrected.get(record.person_id) or moment.agency.people[record.person_id]
        return inputs_for(
            record,
            education=person.education,
            employment_status=person.employment_status,
            as_of=moment.day,
            salt=salt,
        )

    def _placement(
        self, stored: StoredEvent, event: talent.TalentPlaced, moment: Moment, policy: Policy
    ) -> list[Problem]:
        if event.inputs is None:
            return [("talent-inputs-differ", "a placement without its inputs")]
        found: list[Problem] = []
        if event.inputs != self._inputs(self._before(stored, event.person_id), moment, event.inputs.salt):
            found.append(("talent-inputs-differ", "the inputs are not what was recorded until then"))
        lawful = assess_talent(event.inputs, policy.talent)
        told = (event.box, event.performance, event.potential, event.gaps, event.vetoes, event.lapses_on)
        if told != (
            lawful.box,
            lawful.performance,
            lawful.potential,
            lawful.gaps,
            lawful.vetoes,
            lawful.lapses_on,
        ):
            found.append(("talent-placement-differs", f"{policy.id} places these inputs elsewhere"))
        hashed = placement_hash(
            event.person_id, event.inputs, lawful, policy.talent.formula_version, policy.hash
        )
        if event.placement_hash != hashed:
            found.append(("talent-placement-differs", "the hash is not of this placement"))
        return found

    def _withdrawn(self, stored: StoredEvent, event: TalentResultWithdrawn, policy: Policy) -> list[Problem]:
        before = self._before(stored, event.person_id)
        after = evolve_talent(before, event)
        left = remaining(after, policy.talent.test_validity.months)
        if after == before or any(getattr(event, name) != value for name, value in left.items()):
            return [("wrong-facts", "what was withdrawn was not recorded, or something else remains")]
        return []

    def _left_unplaced(
        self, stored: StoredEvent, person_id: str, moment: Moment, policy: Policy
    ) -> list[Problem]:
        """A result that moves a person must move them in the same command."""
        record = evolve_talent(self._before(stored, person_id), stored.event)
        lawful = assess_talent(self._inputs(record, moment, ""), policy.talent)
        known = record.placement
        if known is None:
            return [("talent-not-placed", "mapped and not placed")] if lawful.is_mapped else []
        if (known.box, known.performance, known.potential) != (
            lawful.box,
            lawful.performance,
            lawful.potential,
        ):
            return [("talent-not-placed", "the placement was not moved by this result")]
        return []


def _is_closed(stored: StoredEvent) -> bool:
    kept = isinstance(stored.event, (*RESULTS, talent.TalentPlaced))
    return kept and bool(stored.event.PERSONAL) and not stored.sealed


def _result(event: ev.Event, moment: Moment, policy: Policy) -> list[Problem]:
    match event:
        case talent.SkpRated():
            found: list[Problem] = []
            if event.assessor_id == event.person_id:
                found.append(("self-assessment", f"{event.person_id} rated themself"))
            if not event.period_start <= event.period_end <= moment.day:
                found.append(("wrong-date", "a rating of a period that had not ended"))
            return found
        case talent.CompetencyTested():
            months = policy.talent.test_validity.months
            if event.tested_on > moment.day:
                return [("wrong-date", "a test that had not been taken")]
            if event.valid_until != months_after(event.tested_on, months) - timedelta(days=1):
                return [("wrong-date", f"the result counts {months} months")]
            if event.results is not None and event.results.tested_on != event.tested_on:
                return [("wrong-facts", "the results are of another day")]
        case talent.TalentComponentRecorded():
            rule = policy.talent.components.get(event.component)
            if rule is None or rule.source != "recorded":
                return [("wrong-facts", f"{event.component} is not recorded by hand")]
    return []


def _text(event: talent.TalentPlaced, moment: Moment, policy: Policy) -> list[Problem]:
    """What a placement says readable."""
    found: list[Problem] = []
    if (event.policy_id, event.policy_hash, event.formula_version) != (
        policy.id,
        policy.hash,
        policy.talent.formula_version,
    ):
        found.append(("wrong-policy", f"{policy.id} was in force"))
    if event.as_of != moment.day:
        found.append(("wrong-date", f"placed as of {event.as_of}"))
    return found
