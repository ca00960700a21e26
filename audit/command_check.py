"""The rows by which retries get their first receipt, against the events that they speak of."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from hashlib import sha1
from typing import Any

from sqlalchemy import Connection, select

from audit.findings import Findings
from audit.record_check import is_uuid
from audit.stored_rows import rows_of
from ledger.schema import commands

IN_ORDER = select(commands).order_by(commands.c.position)
# Empty where the command came from a part of the system and not with a request.
HASH = re.compile(r"([0-9a-f]{64})?")
VARIANT = dict(zip("0123456789abcdef", "89ab" * 4, strict=True))
Document = dict[str, Any]
Command = tuple[str, str, int, str]


def derived_id(command_id: str, index: int) -> str:
    """The id that the ledger gives to the `index`-th event of a command: UUID version 5 (RFC 9562 §5.5)."""
    return _derived(uuid.UUID(command_id).bytes, index)


def _derived(namespace: bytes, index: int) -> str:
    # As uuid.uuid5, without making an object for each of a million events.
    h = sha1(namespace + str(index).encode(), usedforsecurity=False).hexdigest()
    return f"{h[:8]}-{h[8:12]}-5{h[13:16]}-{VARIANT[h[16]]}{h[17:20]}-{h[20:32]}"


def command_of(document: Document) -> Command:
    """What the events of one command have in common."""
    return (
        document["causation_id"],
        document["correlation_id"],
        document["commit"],
        document["recorded_at"],
    )


class CommandCheck:
    """Takes the documents in ledger order. Each command's events have exactly one row, each row such
    events, and event ids derive from their command.
    """

    def __init__(self, connection: Connection, findings: Findings) -> None:
        self._findings = findings
        self._rows = self._sound_rows(connection)
        self._row = next(self._rows, None)
        self._command: Command | None = None
        self._namespace: bytes | None = None
        self._group: list[Document] = []
        self._explained = True
        # Rows of the running commit, whose size is known when the next one begins.
        self._commit = 0
        self._of_commit: list[Document] = []

    def see(self, document: Document) -> None:
        command = command_of(document)
        if command != self._command:
            self._close()
            self._command = command
            causation = document["causation_id"]
            self._namespace = uuid.UUID(causation).bytes if is_uuid(causation) else None
            if document["commit"] != self._commit:
                self._end_commit(document["position"])
                self._commit = document["commit"]
        index = len(self._group)
        self._group.append(document)
        if self._namespace is None or document["id"] != _derived(self._namespace, index):
            self._explained = False

    def end(self, size: int) -> None:
        """After the last event of a ledger of `size` events."""
        self._close()
        self._end_commit(size)
        while self._row is not None:
            self._differs(self._row, "points behind the end")
            self._row = next(self._rows, None)

    def _close(self) -> None:
        group, self._group = self._group, []
        explained, self._explained = self._explained, True
        if not group:
            return
        first, last = group[0]["position"], group[-1]["position"]
        rows = []
        while self._row is not None and self._row["position"] <= last:
            rows.append(self._row)
            self._row = next(self._rows, None)
        if not rows:
            self._findings.add("command-row-missing", first, "no command is kept for these events")
        if len(rows) > 1:
            self._findings.add(
                "command-row-extra", first, f"{len(rows)} commands are kept for one command's events"
            )
        for row in rows:
            problem = _problem(group, row)
            if problem:
                self._differs(row, problem)
        self._of_commit += rows
        if not explained:
            self._check_ids(group, rows[0]["command_id"] if rows else group[0]["causation_id"])

    def _check_ids(self, group: list[Document], command_id: str) -> None:
        for index, document in enumerate(group):
            if not is_uuid(command_id) or document["id"] != derived_id(command_id, index):
                self._findings.add(
                    "event-id-differs", document["position"], "the id does not derive from the command"
                )

    def _end_commit(self, size: int) -> None:
        for row in self._of_commit:
            if row["tree_size"] != size:
                self._differs(row, f"its commit ends at size {size}, not {row['tree_size']}")
        self._of_commit = []

    def _differs(self, row: Document, problem: str) -> None:
        self._findings.add("command-row-differs", row["position"], f"command {row['command_id']}: {problem}")

    def _sound_rows(self, connection: Connection) -> Iterator[Document]:
        for row in rows_of(connection, IN_ORDER):
            typed = (
                is_uuid(row["command_id"])
                and type(row["stream"]) is str
                and all(type(row[name]) is int for name in ("version", "position", "tree_size"))
            )
            if not typed:
                command = f"command {row['command_id']!r} is not typed as such"
                self._findings.add("command-row-differs", None, command)
                continue
            if type(row["body_hash"]) is not str or not HASH.fullmatch(row["body_hash"]):
                self._findings.add("command-row-differs", row["position"], "body_hash is no SHA-256")
            yield row


def _problem(group: list[Document], row: Document) -> str | None:
    """A command's own stream is that of its action, in an annulment the one that began it, which
    comes last; without an action, and for what a cycle opens, it is that of the first event. The row is
    of its last event there.
    """
    actions = [document for document in group if document["stream"].startswith("personnel-action/")]
    by_cycle = group[0]["stream"].startswith("evaluation-cycle/")
    stream = (actions[-1] if actions and not by_cycle else group[0])["stream"]
    if row["stream"] != stream:
        return f"its stream is {stream}, not {row['stream']}"
    own = [document for document in group if document["stream"] == stream][-1]
    if (own["position"], own["version"]) != (row["position"], row["version"]):
        return "position or version is not that of its last event"
    if group[0]["causation_id"] != row["command_id"] and group[0]["id"] != derived_id(row["command_id"], 0):
        return "its events were caused by another command"
    return None
