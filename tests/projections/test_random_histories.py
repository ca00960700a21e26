"""After many random cases the rows that commits wrote are those that the events give."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from audit.rebuild import fold_history
from audit.verify import verify
from domain.errors import CapacityNotAllowed, ExcludedOwner
from domain.human_task import Task
from domain.offices import COMMITTEE
from domain.ownership import may_act, signature_for, voters
from domain.personnel_action import ActionState
from ledger.database import open_database
from projections import inbox, register
from projections.action_state import state_of
from projections.catalogue import all_projections
from tests.domain.town import Town, person
from tests.projections.lives import Lived


def test_ledger_and_memory_come_to_the_same(lived: Lived) -> None:
    """The stand-in of the law's tests is the ledger's equal: same refusals, same states."""
    answered = [lived.code(answer) for _, answer in lived.answers]
    assert answered == [sent.refused for sent, _ in lived.answers]
    assert Counter(answered).total() > 500
    with lived.installation.reader.engine.connect() as connection:
        for state in lived.states:
            assert without_code(state_of(connection, state.id)) == state


def without_code(state: ActionState | None) -> ActionState | None:
    """The stand-in has no key from which a decree's code could be derived."""
    if state is None or state.decree is None:
        return state
    assert state.decree.code_hash is not None
    return replace(state, decree=replace(state.decree, code_hash=None))


def test_every_projection_equals_what_the_events_give(lived: Lived) -> None:
    with lived.installation.reader.engine.connect() as connection:
        history = fold_history(connection, lived.installation.sealing_key)
        for projection in all_projections():
            inline = sorted((tuple(row) for row in connection.execute(select(projection.table))), key=repr)
            rebuilt = sorted(projection.rows(history), key=repr)
            assert inline == rebuilt, projection.name


def test_the_auditor_finds_a_random_history_lawful(lived: Lived) -> None:
    installation = lived.installation
    engine = open_database(installation.settings.database, read_only=True)
    try:
        verification = verify(
            engine,
            keys=[installation.signer.vkey],
            kept_checkpoints=[],
            sealing_key=installation.sealing_key,
            projections=all_projections(),
            origin=installation.signer.name,
            now=lived.town.now,
        )
    finally:
        engine.dispose()
    assert verification.ok, verification.as_text()


def keys_of(town: Town, who: str) -> list[str]:
    """The owners under which a person looks into the inbox."""
    keys = set(town.offices.keys_of(who, town.today))
    seats = town.policy.committee.members
    if any(who in town.offices.holders(seat, town.today) for seat in seats):
        keys.add(COMMITTEE)
    return sorted({*keys, f"person/{who}"})


def pages(connection: Any, who: str, owners: list[str], limit: int) -> list[dict[str, Any]]:
    """Every page of the person's inbox, one after another."""
    found: list[dict[str, Any]] = []
    after: tuple[str, str] | None = None
    while True:
        page = inbox.page(connection, who, owners, inbox.EVERYTHING, limit, after)
        found += page
        if len(page) < limit:
            return found
        after = (page[-1]["due_at"], page[-1]["task_id"])


def open_tasks(town: Town) -> list[tuple[ActionState, Task]]:
    return [(state, task) for state in town.states.values() for task in state.open_tasks]


def test_inbox_shows_what_a_person_may_act_on_and_nothing_that_they_are_kept_from(lived: Lived) -> None:
    town = lived.town
    tasks = open_tasks(town)
    assert len(tasks) > 3
    with lived.installation.reader.engine.connect() as connection:
        for who in sorted(town.agency.people):
            owners = keys_of(town, who)
            shown = pages(connection, who, owners, 2)
            ids = [row["task_id"] for row in shown]
            assert shown == pages(connection, who, owners, 200), "whatever the size of a page"
            assert len(ids) == len(set(ids))
            assert [(r["due_at"], r["task_id"]) for r in shown] == sorted(
                (r["due_at"], r["task_id"]) for r in shown
            )
            for state, task in tasks:
                listed = {task.office, task.escalated_to, f"person/{task.delegated_to}"} & set(owners)
                listed |= {"initiator"} if task.office == "initiator" and state.initiator[1] == who else set()
                claimed = task.claimed_by not in (None, who)
                voted = who in {vote.person_id for vote in task.votes}
                if may_act(who, task, state, town.facts) and listed and not claimed and not voted:
                    assert task.id in ids, (who, task)
                if task.id in ids:
                    assert not claimed
                    assert not voted
                    assert may_act(who, task, state, town.facts) or for_another_reason(town, who, task, state)
    assert inbox_count(lived) == len(tasks)


def for_another_reason(town: Town, who: str, task: Task, state: ActionState) -> bool:
    """Only a capacity, or the person they would sign for, keeps them: not who they are themselves."""
    try:
        signature_for(person(who), task, state, town.facts)
    except CapacityNotAllowed:
        return True
    except ExcludedOwner as excluded:
        return str(excluded.facts["why"]) == "principal_excluded"
    return task.office == COMMITTEE and who not in voters(state, town.policy.steps[task.step], town.facts)


def inbox_count(lived: Lived) -> int:
    with lived.installation.reader.engine.connect() as connection:
        return inbox.count(connection)


def listed(lived: Lived, limit: int = 7, **filters: Any) -> list[str]:
    """Ids of the register's rows under those filters, page after page."""
    found: list[str] = []
    after: tuple[str, str] | None = None
    with lived.installation.reader.engine.connect() as connection:
        while True:
            page = register.page(connection, register.RegisterQuery(**filters), limit, after)
            found += [row["action_id"] for row in page]
            if len(page) < limit:
                return found
            after = (page[-1]["submitted_at"], page[-1]["action_id"])


def test_register_lists_newest_first_and_filters(lived: Lived) -> None:
    states = lived.states
    newest_first = sorted(states, key=lambda state: (state.submitted_at, state.id), reverse=True)
    assert listed(lived) == [state.id for state in newest_first]
    for status in {state.status for state in states}:
        wanted = [state.id for state in newest_first if state.status is status]
        assert listed(lived, status=status.value) == wanted
    subject = states[0].subject_id
    assert listed(lived, subject_id=subject) == [s.id for s in newest_first if s.subject_id == subject]
    for unit in ("dinkes", "disdik"):
        inside = [s.id for s in newest_first if unit in (s.origin_unit_id, s.target_unit_id)]
        assert listed(lived, in_units=[unit]) == inside
        assert listed(lived, units=[unit]) == inside
        mine = [s.id for s in newest_first if s.id in inside or s.subject_id == subject]
        assert listed(lived, units=[unit], people=[subject]) == mine
        assert listed(lived, units=[], people=[subject], in_units=[unit]) == [
            s.id for s in newest_first if s.id in inside and s.subject_id == subject
        ]
    started = [s.id for s in newest_first if s.initiator[1] == "simpeg"]
    assert listed(lived, units=[], initiator="simpeg") == started
    assert listed(lived, units=[], people=[]) == []
    assert listed(lived, kind="promotion") == []


def test_register_is_searched_by_name_number_decree_and_id(lived: Lived) -> None:
    decreed = next(state for state in lived.states if state.decree is not None)
    assert decreed.decree is not None
    assert decreed.id in listed(lived, text=decreed.subject_id[:4].upper())
    assert decreed.id in listed(lived, text=decreed.decree.number)
    assert listed(lived, text=decreed.id) == [decreed.id]
    assert listed(lived, text="%") == []
    assert listed(lived, text="_") != listed(lived), "a wildcard is a letter like any other"


def test_register_knows_what_a_process_is_still_needed_for(lived: Lived) -> None:
    with lived.installation.reader.engine.connect() as connection:
        awaited = dict(register.awaited(connection))
    running = {state.id: state.next_due() for state in lived.states if not state.is_quiet}
    assert awaited.keys() == running.keys()
    assert {action for action, due in awaited.items() if due is None} == {
        action for action, due in running.items() if due is None
    }
