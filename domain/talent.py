"""Keeping talent records: what was rated and tested, and the place in the nine boxes that follows.

Whatever is recorded of a person places them anew in the same command, so that no placement is ever
older than what it rests on; only the passing of time and a new policy need PlaceTalent.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Literal

from domain import directory
from domain.agency import Person
from domain.calendar import months_after
from domain.commands import EmployeeRow, RegisterEmployees
from domain.directory import operator_only
from domain.errors import DateOutOfOrder, SelfAssessment, UnknownReference
from domain.event import NewEvent
from domain.facts import Facts
from domain.identity import Actor
from domain.nine_box import assess_talent, placement_hash
from domain.policy import Policy
from domain.result_entry_events import TalentResultWithdrawn
from domain.talent_commands import (
    CactRow,
    ComponentRow,
    PlaceTalent,
    RecordCompetency,
    RecordSkp,
    RecordTalentComponents,
    SkpRow,
)
from domain.talent_events import (
    CompetencyTested,
    SkpRated,
    TalentComponentRecorded,
    TalentInputs,
    TalentPlaced,
    TestResult,
)
from domain.talent_record import Placement, TalentRecord, evolve_talent, inputs_for

Recorded = SkpRated | CompetencyTested | TalentComponentRecorded | TalentResultWithdrawn


def stream_of(person_id: str) -> str:
    return f"talent/{person_id}"


def record_skp(facts: Facts, command: RecordSkp) -> list[NewEvent]:
    """SKP ratings, each by somebody other than the person. A rating that is known already changes
    nothing; another one of the same period replaces it.
    """
    people = _people(facts, command.actor, [row.person_id for row in command.rows])
    happened: list[SkpRated] = []
    for row in command.rows:
        event = rating_event(facts, row, command.source)
        known = people[row.person_id].rated(row.period_start, row.period_end)
        if known is not None and (
            known.rating.result,
            known.rating.conduct,
            known.assessor_id,
        ) == (row.result, row.conduct, row.assessor_id):
            continue
        people[row.person_id] = evolve_talent(people[row.person_id], event)
        happened.append(event)
    return with_placements(facts, people, happened)


def record_competency(facts: Facts, command: RecordCompetency) -> list[NewEvent]:
    """CACT results; how long they count is the policy's, and written down with them."""
    people = _people(facts, command.actor, [row.person_id for row in command.rows])
    happened: list[CompetencyTested] = []
    for row in command.rows:
        event = tested_event(facts, row)
        if people[row.person_id].tested(row.tested_on) == event.results:
            continue
        people[row.person_id] = evolve_talent(people[row.person_id], event)
        happened.append(event)
    return with_placements(facts, people, happened)


def record_components(facts: Facts, command: RecordTalentComponents) -> list[NewEvent]:
    """Components that the formula in force takes as recorded (awards, feedback, development …)."""
    people = _people(facts, command.actor, [row.person_id for row in command.rows])
    happened: list[TalentComponentRecorded] = []
    for row in command.rows:
        event = component_event(facts, row)
        before = people[row.person_id]
        people[row.person_id] = evolve_talent(before, event)
        if people[row.person_id] != before:
            happened.append(event)
    return with_placements(facts, people, happened)


def place(facts: Facts, command: PlaceTalent) -> list[NewEvent]:
    """The placements that are other today than recorded; nothing for those that stand."""
    return with_placements(facts, _people(facts, command.actor, command.person_ids), ())


def register_employees(facts: Facts, command: RegisterEmployees) -> list[NewEvent]:
    """The register's rows, and the placements that they change: by legal status or education."""
    return [*directory.register_employees(facts, command), *_placements_after(facts, command.rows)]


def _placements_after(facts: Facts, rows: Iterable[EmployeeRow]) -> list[NewEvent]:
    changed = {
        row.person_id: row
        for row in rows
        if (known := facts.agency.people.get(row.person_id)) is not None
        and (known.education, known.employment_status) != (row.education, row.employment_status)
    }
    if not changed:
        return []
    policy = facts.policy_in_force(facts.today)
    records = facts.talent.of(changed)
    return [
        placed
        for person_id, row in changed.items()
        if (placed := _placed(facts, policy, records[person_id], row.education, row.employment_status))
    ]


# --- what was recorded ---


def rating_event(facts: Facts, row: SkpRow, source: Literal["import", "evaluation", "entry"]) -> SkpRated:
    """A rating by somebody else, of a period that is over. Raises SelfAssessment, DateOutOfOrder."""
    if row.assessor_id == row.person_id:
        raise SelfAssessment()
    _not_after("period_start", row.period_start, "period_end", row.period_end)
    _not_after("period_end", row.period_end, "today", facts.today)
    return SkpRated(**row.model_dump(), source=source)


def tested_event(facts: Facts, row: CactRow) -> CompetencyTested:
    """A test's results and how long they count by the policy of today. Raises DateOutOfOrder."""
    _not_after("tested_on", row.tested_on, "today", facts.today)
    months = facts.policy_in_force(facts.today).talent.test_validity.months
    return CompetencyTested(
        person_id=row.person_id,
        tested_on=row.tested_on,
        valid_until=last_day_of_test(row.tested_on, months),
        results=TestResult(**row.model_dump(exclude={"person_id"})),
    )


def last_day_of_test(tested_on: date, months: int) -> date:
    """The last day on which a test's results count."""
    return months_after(tested_on, months) - timedelta(days=1)


def component_event(facts: Facts, row: ComponentRow) -> TalentComponentRecorded:
    """A component that the formula in force takes as recorded. Raises UnknownReference."""
    rule = facts.policy_in_force(facts.today).talent.components.get(row.component)
    if rule is None or rule.source != "recorded":
        raise UnknownReference(what="component")
    return TalentComponentRecorded(**row.model_dump())


# --- placing ---


def _people(facts: Facts, actor: Actor, person_ids: Iterable[str]) -> dict[str, TalentRecord]:
    operator_only(actor, facts)
    wanted = list(dict.fromkeys(person_ids))
    if any(person_id not in facts.agency.people for person_id in wanted):
        raise UnknownReference(what="person_id")
    return facts.talent.of(wanted)


def _not_after(earlier: str, day: date, later: str, limit: date) -> None:
    if day > limit:
        raise DateOutOfOrder(earlier=earlier, later=later)


def with_placements(
    facts: Facts, people: dict[str, TalentRecord], happened: Sequence[Recorded]
) -> list[NewEvent]:
    """What was recorded of these people, whose records are those afterwards, and where it places them."""
    policy = facts.policy_in_force(facts.today)
    events = [NewEvent(stream_of(e.person_id), e, e.person_id) for e in happened]
    for person_id, record in people.items():
        person: Person = facts.agency.people[person_id]
        placed = _placed(facts, policy, record, person.education, person.employment_status)
        if placed is not None:
            events.append(placed)
    return events


def _placed(
    facts: Facts, policy: Policy, record: TalentRecord, education: str | None, employment_status: str
) -> NewEvent | None:
    """The placement of today, unless it is the one recorded; the unmapped need no first one."""
    inputs = inputs_for(
        record,
        education=education,
        employment_status=employment_status,
        as_of=facts.today,
        salt=facts.salt(),
    )
    found = assess_talent(inputs, policy.talent)
    known = record.placement
    formula = policy.talent.formula_version
    if known is None and not found.is_mapped:
        return None
    if known is not None and _same(known, record.inputs, inputs, formula):
        unchanged = (known.box, known.performance, known.potential, known.gaps, known.vetoes)
        if unchanged == (found.box, found.performance, found.potential, found.gaps, found.vetoes):
            return None
    event = TalentPlaced(
        person_id=record.person_id,
        as_of=inputs.as_of,
        formula_version=formula,
        policy_id=policy.id,
        policy_hash=policy.hash,
        placement_hash=placement_hash(record.person_id, inputs, found, formula, policy.hash),
        inputs=inputs,
        box=found.box,
        performance=found.performance,
        potential=found.potential,
        gaps=found.gaps,
        vetoes=found.vetoes,
        lapses_on=found.lapses_on,
    )
    return NewEvent(stream_of(record.person_id), event, record.person_id)


def _same(known: Placement, before: TalentInputs | None, now: TalentInputs, formula: str) -> bool:
    """Whether the recorded placement rests on the same inputs and formula; of two unmapped ones only
    the gaps matter.
    """
    if known.formula_version != formula or before is None:
        return False
    return known.box is None or before.model_copy(update={"as_of": now.as_of, "salt": now.salt}) == now
