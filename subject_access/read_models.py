"""Which rows of which table are about a person, and which secrets of theirs are not handed out."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, or_, select

from ledger.schema import metadata

# What of a row in which the person only acted is somebody else's.
OF_OTHERS = frozenset({"file_name", "reason", "letter_number"})


@dataclass(frozen=True)
class Rows:
    """How a table's rows tell of a person: by `about` they are the person's own, by `acts` the person only
    did something in them, in `among` the person's id stands with others, and with `of_cases` the row is
    of one of the person's own cases. `hidden` columns are secrets, or name others.
    """

    about: tuple[str, ...] = ()
    acts: tuple[str, ...] = ()
    among: tuple[str, ...] = ()
    of_cases: bool = False
    hidden: frozenset[str] = frozenset()


TABLES: dict[str, Rows] = {
    "accounts": Rows(about=("person_id",), hidden=frozenset({"password_hash"})),
    "action_states": Rows(of_cases=True, hidden=frozenset({"state"})),
    "batch_rows": Rows(of_cases=True),
    "batches": Rows(acts=("owner_id",), hidden=frozenset({"body_hash"})),
    "cycle_units": Rows(acts=("rated_by", "considered_by")),
    "decree_files": Rows(about=("person_id",), of_cases=True),
    "delegations": Rows(about=("principal_id", "delegate_id"), acts=("granted_by",)),
    "documents": Rows(about=("person_id",), acts=("filed_by", "verified_by")),
    "employees": Rows(about=("person_id",)),
    "evaluation_cycles": Rows(among=("missing",), hidden=frozenset({"missing"})),
    "inbox": Rows(
        about=("subject_id",),
        acts=("claimed_by",),
        # An office key may end in a person's id, as that of the subject does.
        among=("owner", "office", "excluded"),
        of_cases=True,
        hidden=frozenset({"excluded"}),
    ),
    "inbox_past": Rows(among=("owner",), of_cases=True),
    "notices": Rows(about=("person_id",)),
    "notification_settings": Rows(about=("person_id",), hidden=frozenset({"code_hash"})),
    "overrides": Rows(acts=("proposed_by", "confirmed_by"), of_cases=True),
    "person_keys": Rows(about=("person_id",), hidden=frozenset({"wrapped_key"})),
    "personnel_actions": Rows(about=("subject_id",), acts=("initiator_id",), of_cases=True),
    "rank_entries": Rows(about=("person_id",)),
    "rank_lists": Rows(acts=("proposed_by",)),
    "recovery_codes": Rows(about=("person_id",), hidden=frozenset({"code_hash"})),
    "reviews": Rows(among=("about",)),
    "saved_views": Rows(about=("person_id",)),
    "second_factors": Rows(about=("person_id",), hidden=frozenset({"sealed_seed"})),
    "sessions": Rows(about=("person_id",), hidden=frozenset({"token_hash"})),
    "siasn_differences": Rows(about=("person_id",), acts=("settled_by",)),
    "talent_places": Rows(about=("person_id",)),
    "talent_results": Rows(about=("person_id",), acts=("entered_by", "decided_by")),
    "tasks": Rows(about=("subject_id",), among=("office",), of_cases=True),
    "webhooks": Rows(acts=("owner_id",), hidden=frozenset({"secret_id", "old_secret_id"})),
}
# Tables that hold nothing of a person besides what the records say that are handed out.
NOBODYS: dict[str, str] = {
    "api_keys": "keys of other programs",
    "batch_parts": "requests that wait some minutes for their turn, sealed",
    "audit_terms": "the index of the records' readable words",
    "checkpoints": "the log's signatures",
    "commands": "which request led to which record",
    "cursors": "how far consumers of the log are",
    "events": "the records themselves, handed out one by one",
    "head": "the newest tree head",
    "profiling_reminders": "counts of units",
    "webhook_cursors": "how far deliveries of webhooks are",
    "webhook_deliveries": "which events were sent where, by position",
    "rate_windows": "how often keys of other programs asked",
    "spent_nonces": "signatures of other programs that were used",
}


def rows_about(
    connection: Connection, person_id: str, cases: Collection[str]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """`(table, row)` for every row that tells of the person; `cases` are the ids of their own cases."""
    for name, rows in TABLES.items():
        table = metadata.tables[name]
        statement = select(table).where(or_(*_conditions(table, rows, person_id, cases)))
        for row in connection.execute(statement).mappings():
            own = any(row[column] == person_id for column in rows.about)
            own |= rows.of_cases and row["action_id"] in cases
            left_out = rows.hidden if own else rows.hidden | OF_OTHERS
            yield name, {column: value for column, value in row.items() if column not in left_out}


def _conditions(
    table: Table, rows: Rows, person_id: str, cases: Collection[str]
) -> Iterator[ColumnElement[bool]]:
    for column in (*rows.about, *rows.acts):
        yield table.c[column] == person_id
    for column in rows.among:
        yield table.c[column].contains(person_id, autoescape=True)
    if rows.of_cases:
        yield table.c.action_id.in_(sorted(cases))
