"""The rows by which retries get their first receipt, against the events that they speak of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, select

from audit.findings import Findings
from audit.ledger_pass import LedgerPass, derived_id, rows_of
from audit.record_check import is_uuid
from ledger.record import decode
from ledger.schema import commands, events

# Empty where the command came from a part of the system and not with a request.
HASH = re.compile(r"([0-9a-f]{64})?")
Document = dict[str, Any]


def check_commands(connection: Connection, ledger: LedgerPass, findings: Findings) -> None:
    """Each command's events, in ledger order, have exactly one row, and each row such events."""
    rows = _sound_rows(connection, findings)
    row = next(rows, None)
    for group in groups(_documents(connection, ledger)):
        last = group[-1]["position"]
        found = []
        while row is not None and row["position"] <= last:
            found.append(row)
            row = next(rows, None)
        _check_group(group, found, ledger, findings)
    while row is not None:
        findings.add("command-row-differs", None, f"command {row['command_id']} points behind the end")
        row = next(rows, None)


def groups(documents: Iterator[Document]) -> Iterator[list[Document]]:
    """The documents of each command together; a record that cannot be read ends its group."""
    group: list[Document] = []
    for document in documents:
        if group and _command(document) != _command(group[-1]):
            yield group
            group = []
        group.append(document)
    if group:
        yield group


def _command(document: Document) -> tuple[Any, ...]:
    return (document["causation_id"], document["correlation_id"], document["commit"], document["recorded_at"])


def _check_group(group: list[Document], rows: list[Document], ledger: LedgerPass, findings: Findings) -> None:
    first = group[0]["position"]
    if not rows:
        findings.add("command-row-missing", first, "no command is kept for these events")
    if len(rows) > 1:
        findings.add("command-row-extra", first, f"{len(rows)} commands are kept for one command's events")
    for row in rows:
        problem = _problem(group, row, ledger)
        if problem:
            findings.add("command-row-differs", row["position"], f"command {row['command_id']}: {problem}")
    if not any(document["position"] in ledger.unexplained_ids for document in group):
        return
    command_id = rows[0]["command_id"] if rows else ""
    if not is_uuid(command_id):
        return
    for index, document in enumerate(group):
        if document["id"] != derived_id(command_id, index):
            findings.add("event-id-differs", document["position"], "the id does not derive from the command")


def _problem(group: list[Document], row: Document, ledger: LedgerPass) -> str | None:
    own = [document for document in group if document["stream"] == row["stream"]]
    actions = [document for document in group if document["stream"].startswith("personnel-action/")]
    if not own:
        return f"its events are not in {row['stream']}"
    if (own[-1]["position"], own[-1]["version"]) != (row["position"], row["version"]):
        return "position or version is not that of its last event"
    if not actions and group[0]["stream"] != row["stream"]:
        return "its stream is not that of its first event"
    if actions and row["stream"] not in {document["stream"] for document in actions}:
        return "its stream is not that of its action"
    causation = group[0]["causation_id"]
    if causation != row["command_id"] and group[0]["id"] != derived_id(row["command_id"], 0):
        return "its events were caused by another command"
    if row["tree_size"] not in ledger.checkpoint_roots:
        return f"there is no checkpoint of size {row['tree_size']}"
    if not group[0]["commit"] <= row["position"] < row["tree_size"]:
        return "its tree does not hold its events"
    return None


def _sound_rows(connection: Connection, findings: Findings) -> Iterator[Document]:
    for row in rows_of(connection, select(commands).order_by(commands.c.position)):
        typed = (
            is_uuid(row["command_id"])
            and type(row["stream"]) is str
            and all(type(row[name]) is int for name in ("version", "position", "tree_size"))
        )
        if not typed:
            findings.add("command-row-differs", None, f"command {row['command_id']!r} is not typed as such")
            continue
        if type(row["body_hash"]) is not str or not HASH.fullmatch(row["body_hash"]):
            findings.add("command-row-differs", row["position"], "body_hash is no SHA-256")
        yield row


def _documents(connection: Connection, ledger: LedgerPass) -> Iterator[Document]:
    statement = select(events.c.position, events.c.record).order_by(events.c.position)
    for row in rows_of(connection, statement):
        if type(row["position"]) is int and row["position"] not in ledger.broken:
            yield decode(row["record"]) | {"position": row["position"]}
