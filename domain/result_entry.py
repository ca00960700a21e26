"""Entering results of talent by hand: by whom, never of oneself, with a second person where the policy says.

What is entered is judged like an import, and places the person in the same command in which it counts.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from domain import talent
from domain.errors import (
    AlreadyExists,
    ExcludedOwner,
    NotFound,
    UnknownReference,
)
from domain.event import NewEvent
from domain.facts import Facts
from domain.reasons import require_words
from domain.result_entry_commands import DecideTalentResult, EnterTalentResult, Withdrawal
from domain.result_entry_events import (
    TalentResultDecided,
    TalentResultEntered,
    TalentResultWithdrawn,
    What,
)
from domain.signing import signed_by
from domain.talent_commands import CactRow, ComponentRow, SkpRow
from domain.talent_record import TalentRecord, evolve_talent

ROWS: dict[What, type[BaseModel]] = {
    "component": ComponentRow,
    "rating": SkpRow,
    "test": CactRow,
    "withdrawal": Withdrawal,
}


def enter(facts: Facts, command: EnterTalentResult) -> list[NewEvent]:
    """Raises NotFound, NotPermitted, ExcludedOwner (one's own record, or that of whose Plh one is),
    ReasonRequired, AlreadyExists (the result that counts already, or one that waits), and what a recorded
    result may raise.
    """
    if command.person_id not in facts.agency.people:
        raise NotFound()
    rules = facts.policy_in_force(facts.today).talent.entry
    signature = signed_by(command.actor, rules.by, (command.person_id,), facts)
    record = facts.talent.of([command.person_id])[command.person_id]
    if any(pending.entry_id == command.entry_id for pending in record.pending):
        raise AlreadyExists(what="entry_id")
    what, row = _given(command)
    happened = counting(what, row, record, facts)
    if evolve_talent(record, happened) == record:
        raise AlreadyExists(what="result")
    if _corrects(what, row, record):
        require_words(command.reason)
    entered = TalentResultEntered(
        entry_id=command.entry_id,
        person_id=command.person_id,
        entered_by=command.actor.id,
        what=what,
        waits=bool(rules.confirmed_by),
        signature=signature,
        result=row.model_dump(mode="json"),
        reason=command.reason.strip() or None,
    )
    first = NewEvent(talent.stream_of(record.person_id), entered, record.person_id)
    return [first] if rules.confirmed_by else [first, *_counted(happened, record, facts)]


def decide_entry(facts: Facts, command: DecideTalentResult) -> list[NewEvent]:
    """Raises NotFound (nothing waits under that id), NotPermitted, ExcludedOwner (one's own record, one's
    own entry), ReasonRequired, and what the result may raise by now.
    """
    if command.person_id not in facts.agency.people:
        raise NotFound()
    record = facts.talent.of([command.person_id])[command.person_id]
    waiting = next((each for each in record.pending if each.entry_id == command.entry_id), None)
    if waiting is None:
        raise NotFound()
    rules = facts.policy_in_force(facts.today).talent.entry
    signature = signed_by(command.actor, rules.confirmed_by or rules.by, (command.person_id,), facts)
    if command.actor.id == waiting.entered_by:
        raise ExcludedOwner(why="entered_by")
    if command.outcome == "reject":
        require_words(command.reason)
    decided = TalentResultDecided(
        entry_id=command.entry_id,
        person_id=command.person_id,
        decided_by=command.actor.id,
        outcome=command.outcome,
        signature=signature,
        reason=command.reason.strip() or None,
    )
    events = [NewEvent(talent.stream_of(record.person_id), decided, record.person_id)]
    if command.outcome == "approve":
        row = ROWS[waiting.what].model_validate(waiting.result)
        events += _counted(counting(waiting.what, row, record, facts), record, facts)
    return events


def counting(what: What, row: BaseModel, record: TalentRecord, facts: Facts) -> talent.Recorded:
    """The event by which an entered result counts. Raises what a recorded result may raise."""
    match row:
        case ComponentRow():
            return talent.component_event(facts, row)
        case SkpRow():
            return talent.rating_event(facts, row, "entry")
        case CactRow():
            return talent.tested_event(facts, row)
        case Withdrawal():
            return _withdrawn(row, record, facts)
    raise UnknownReference(what=what)


def _counted(happened: talent.Recorded, record: TalentRecord, facts: Facts) -> list[NewEvent]:
    return talent.with_placements(facts, {record.person_id: evolve_talent(record, happened)}, [happened])


def _withdrawn(row: Withdrawal, record: TalentRecord, facts: Facts) -> TalentResultWithdrawn:
    named = row.model_dump()
    if not _is_recorded(row, record):
        raise UnknownReference(what="result")
    without = evolve_talent(record, TalentResultWithdrawn(person_id=record.person_id, **named))
    months = facts.policy_in_force(facts.today).talent.test_validity.months
    return TalentResultWithdrawn(person_id=record.person_id, **named, **remaining(without, months))


def remaining(record: TalentRecord, months: int) -> dict[str, Any]:
    """The newest rating and test of a record, as a withdrawal tells them."""
    newest = record.tests[-1].tested_on if record.tests else None
    until = talent.last_day_of_test(newest, months) if newest else None
    rated = max((each.rating.period_end for each in record.ratings), default=None)
    return {"rated_until": rated, "newest_test": newest, "test_valid_until": until}


def _is_recorded(row: Withdrawal, record: TalentRecord) -> bool:
    if row.component is not None:
        return any(each.component == row.component for each in record.components)
    if row.tested_on is not None:
        return record.tested(row.tested_on) is not None
    assert row.period_start is not None
    assert row.period_end is not None
    return record.rated(row.period_start, row.period_end) is not None


def _corrects(what: What, row: BaseModel, record: TalentRecord) -> bool:
    """Whether something recorded is replaced or withdrawn."""
    match row:
        case ComponentRow():
            return any(each.component == row.component for each in record.components)
        case SkpRow():
            return record.rated(row.period_start, row.period_end) is not None
        case CactRow():
            return record.tested(row.tested_on) is not None
    return what == "withdrawal"


def _given(command: EnterTalentResult) -> tuple[What, BaseModel]:
    rows: dict[What, BaseModel | None] = {
        "component": command.component,
        "rating": command.rating,
        "test": command.test,
        "withdrawal": command.withdrawal,
    }
    what, row = next((what, row) for what, row in rows.items() if row is not None)
    if getattr(row, "person_id", command.person_id) != command.person_id:
        raise UnknownReference(what="person_id")
    return what, row
