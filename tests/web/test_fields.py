"""Forms are read as they were written: every example of every step survives the way over HTML."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from domain.calendar import WorkingCalendar
from domain.forms import FORMS, FormContext, form_schema
from policies.library import working_calendar
from web.fields import details_of, fields_of, shape_of

VERSION, HOLIDAYS = working_calendar()
CONTEXT = FormContext(
    today=date(2026, 11, 24),
    calendar=WorkingCalendar(VERSION, frozenset(HOLIDAYS)),
    effective_date=date(2026, 12, 1),
    decree_date=date(2026, 11, 24),
    post_name="Arsiparis Terampil",
    partner_agency=None,
)


def typed(value: Any) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def as_posted(example: dict[str, Any]) -> dict[str, str]:
    posted: dict[str, str] = {}
    for name, value in example.items():
        if not isinstance(value, list):
            posted[f"d.{name}"] = typed(value)
            continue
        for index, row in enumerate(value):
            columns = row if isinstance(row, dict) else {"value": row}
            posted |= {f"d.{name}.{index}.{column}": typed(inner) for column, inner in columns.items()}
    return posted


@pytest.mark.parametrize("name", sorted(FORMS))
def test_an_example_typed_into_the_page_is_the_same_answer(name: str) -> None:
    schema = form_schema(name, CONTEXT)
    assert schema is not None
    (example,) = schema["examples"]
    answer = details_of(shape_of(fields_of(schema)), as_posted(example))
    assert answer == example
    FORMS[name].model_validate(answer)


@pytest.mark.parametrize("name", sorted(FORMS))
def test_what_only_a_person_can_know_begins_empty(name: str) -> None:
    """A ready-made vote, letter number or rating would be signed unread."""
    for field in fields_of(form_schema(name, CONTEXT)):
        if field.kind in ("text", "boolean", "fixed"):
            assert not field.value, field.name
        if field.kind == "choice" and field.required:
            assert not field.value, field.name
        for row in field.rows:
            assert not {column.name for column in field.columns if column.kind == "choice"} & row.keys()


def test_rubbish_is_handed_on_to_be_refused_not_dropped() -> None:
    schema = form_schema("verification", CONTEXT)
    posted = {"d.performance.0.year": "dua ribu", "d.performance.0.predicate": "BAIK"}
    assert details_of(shape_of(fields_of(schema)), posted)["performance"] == [
        {"year": "dua ribu", "predicate": "BAIK"}
    ]
