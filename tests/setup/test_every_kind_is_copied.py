"""A person's copy knows every table and every stream: who adds one says what of it is about a person."""

from __future__ import annotations

import accounts.schema
import projections.catalogue
from audit.law_of_registers import stream_for
from domain.events import EVENT_TYPES
from ledger.mirror import ACTION
from ledger.schema import metadata
from subject_access.read_models import NOBODYS, TABLES
from subject_access.records import SECTIONS

READ = (accounts.schema, projections.catalogue)  # with them every table is known


def test_every_table_is_looked_through_or_holds_nothing_of_a_person() -> None:
    """A new table: `subject_access.read_models.TABLES`, or NOBODYS with the reason."""
    assert sorted([*TABLES, *NOBODYS]) == sorted(table.name for table in metadata.sorted_tables)


def test_every_column_of_an_id_is_looked_at() -> None:
    for name, rows in TABLES.items():
        columns = {column.name for column in metadata.tables[name].columns}
        looked_at = {*rows.about, *rows.acts, *rows.among}
        assert looked_at | rows.hidden <= columns
        assert not rows.of_cases or "action_id" in columns
        people = {c for c in columns if c.endswith("_by") or c in ("person_id", "subject_id", "delegate_id")}
        assert people - {"ordered_by"} <= looked_at | {"send_by"}, name


def test_every_kind_of_event_has_a_part_of_the_copy() -> None:
    """A new kind of stream: `subject_access.records.SECTIONS`."""
    for name, model in EVENT_TYPES.items():
        event = model.model_construct(None, **dict.fromkeys(model.model_fields, "x"))
        category = (stream_for(event) or f"{ACTION}/x").partition("/")[0]
        assert category in SECTIONS, name
