"""What auditors find by index is what the records say, on both databases; populations are whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection

from domain.personnel_action import ActionState
from domain.review_filter import EventFilter
from domain.search_terms import NO_CASE, CaseKeys, terms_of
from ledger.read import all_events
from ledger.record import StoredEvent, parse_moment, stored_event
from projections.audit_search import Filters, page
from review.population import filters_of, population
from tests.world import World


@pytest.fixture(scope="module")
def case(town: World) -> ActionState:
    state = town.submit(town.movable()[0], town.vacancies()[0]).state
    assert state is not None
    return town.walk(state, until="agency_head_review")


@pytest.fixture(scope="module")
def told(town: World, case: ActionState) -> list[tuple[StoredEvent, set[str]]]:
    """Every event with its terms, from the records alone."""
    cases: dict[str, CaseKeys] = {}
    found = []
    with town.installation.reader.engine.connect() as connection:
        for row in all_events(connection):
            stored = stored_event(*row)
            keys = cases.get(stored.stream, NO_CASE).after(stored.event)
            cases[stored.stream] = keys
            in_case = keys if stored.category == "personnel-action" else NO_CASE
            found.append((stored, terms_of(stored.event, in_case)))
    assert any(stored.stream.endswith(case.id) for stored, _ in found)
    return found


@pytest.fixture
def connection(town: World) -> Iterator[Connection]:
    with town.installation.reader.engine.connect() as opened:
        yield opened


def filters(case: ActionState) -> list[EventFilter]:
    unit, person = case.origin_unit_id, case.subject_id
    conditions: list[dict[str, Any]] = [
        {"person": person},
        {"unit": unit},
        {"unit": unit, "type": "TaskCompleted"},
        {"unit": unit, "type": "TaskCompleted", "outcome": "approve"},
        {"outcome": "approve", "actor": min(who for _, who in case.acted)},
        {"office": case.open_tasks[0].office},
        {"type": "ActionSubmitted", "first": case.submitted_at},
        {"type": "ActionSubmitted", "last": case.submitted_at},
        {"rule": "tenure_minimum"},
    ]
    return [EventFilter(**given) for given in conditions]


def test_the_index_finds_what_the_records_say_and_nothing_else(
    connection: Connection, case: ActionState, told: list[tuple[StoredEvent, set[str]]]
) -> None:
    size = len(told)
    for asked in filters(case):
        expected = [
            stored.position
            for stored, terms in told
            if asked.holds(stored.type, stored.actor.id, parse_moment(stored.recorded_at), terms)
        ]
        assert population(connection, asked, size, of_cases=False) == expected, asked
        paged: list[int] = []
        before = None
        while rows := page(connection, filters_of(asked), 7, before):
            paged += [position for position, _, _ in rows]
            before = paged[-1]
        assert paged == expected[::-1], asked


def test_a_population_of_cases_has_the_first_event_of_each(
    connection: Connection, case: ActionState, told: list[tuple[StoredEvent, set[str]]]
) -> None:
    asked = EventFilter(unit=case.origin_unit_id)
    firsts: dict[str, int] = {}
    for position in population(connection, asked, len(told), of_cases=False):
        stored, _ = told[position]
        if stored.category == "personnel-action":
            firsts.setdefault(stored.stream, position)
    found = population(connection, asked, len(told), of_cases=True)
    assert found == sorted(firsts.values())
    assert len(found) >= 1
    assert population(connection, asked, found[0], of_cases=True) == [], "nothing from the position on"


def test_units_below_are_any_of_the_units_that_are_meant(connection: Connection, case: ActionState) -> None:
    one, other = (Filters(unit=unit) for unit in (case.origin_unit_id, case.target_unit_id))
    both = Filters(units=(str(case.origin_unit_id), str(case.target_unit_id)))
    found = {row[0] for each in (one, other) for row in page(connection, each, 200)}
    assert {row[0] for row in page(connection, both, 400)} == found
