"""One pass over the stored events: order, form, leaf hashes, commits and tree heads, in little memory."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from itertools import chain
from typing import Any

from sqlalchemy import Connection, select

from audit.findings import Findings
from audit.record_check import compare_columns, is_uuid, read_record
from ledger.record import moment
from ledger.schema import checkpoints, events
from proofs.merkle import Frontier

ROWS_AT_ONCE = 2_000
CLOCK_TOLERANCE_SECONDS = 5


@dataclass
class LedgerPass:
    """What the pass leaves behind. `broken` are positions whose records cannot be interpreted;
    `roots` are recomputed roots at the sizes asked for, `checkpoint_roots` at those of stored
    checkpoints; `unexplained_ids` are event ids that do not derive from their causation id.
    """

    findings: Findings
    wanted_sizes: frozenset[int]
    size: int = 0
    frontier: Frontier = field(default_factory=Frontier)
    roots: dict[int, bytes] = field(default_factory=dict)
    checkpoint_roots: dict[int, bytes] = field(default_factory=dict)
    broken: set[int] = field(default_factory=set)
    last_moment: str = ""
    unexplained_ids: dict[int, tuple[str, int]] = field(default_factory=dict)
    record_bytes: int = 0
    _versions: dict[str, int] = field(default_factory=dict)
    _commit: int = 0
    _command: tuple[str, str, int] = ("", "", -1)

    def run(self, connection: Connection, now: datetime) -> None:
        """Read everything once. `now` is the verifier's own clock."""
        latest = moment(datetime.fromtimestamp(now.timestamp() + CLOCK_TOLERANCE_SECONDS, now.tzinfo))
        stored_sizes = iter(_checkpoint_sizes(connection))
        boundary = next(stored_sizes, None)
        for row in rows_of(connection, select(events).order_by(events.c.position)):
            self._row(row, latest)
            while boundary is not None and boundary <= self.size:
                if boundary == self.size:
                    self.checkpoint_roots[boundary] = self.frontier.root()
                boundary = next(stored_sizes, None)
        if self.size and self.size not in self.checkpoint_roots:
            self.findings.add("checkpoint-missing", self.size - 1, f"no checkpoint of size {self.size}")
        self.roots.setdefault(self.size, self.frontier.root())
        if 0 in self.wanted_sizes:
            self.roots[0] = Frontier().root()

    def _row(self, row: dict[str, Any], latest: str) -> None:
        position = row["position"]
        if type(position) is not int:
            self.findings.add("retyped-value", None, f"a position is {position!r}")
            return
        if position != self.size:
            self.findings.add("position-gap", position, f"position {self.size} was expected here")
        self._leaf(position, row["record"], row["leaf_hash"])

        def report(code: str, detail: str) -> None:
            self.findings.add(code, position, detail)

        document = read_record(row["record"], report)
        if document is None:
            self.broken.add(position)
        else:
            compare_columns(document, row, report)
            self._order(position, document, latest)
            self._commits(position, document)
        self.size += 1
        if self.size in self.wanted_sizes:
            self.roots[self.size] = self.frontier.root()

    def _leaf(self, position: int, record: Any, stored: Any) -> None:
        raw = record if type(record) is bytes else repr(record).encode("utf-8", "backslashreplace")
        self.record_bytes += len(raw)
        leaf = sha256(b"\x00" + raw).digest()
        if stored != leaf:
            self.findings.add("leaf-hash-differs", position, "the leaf hash is not that of the record")
        self.frontier.append(leaf)

    def _order(self, position: int, document: dict[str, Any], latest: str) -> None:
        stream, version, at = document["stream"], document["version"], document["recorded_at"]
        expected = self._versions.get(stream, 0) + 1
        if version != expected:
            self.findings.add("version-gap", position, f"version {version} of {stream}, not {expected}")
        self._versions[stream] = max(version, expected)
        if document["position"] != position:
            self.findings.add("position-differs", position, f"the record says {document['position']}")
        if at < self.last_moment:
            self.findings.add("back-dated", position, f"{at} is before {self.last_moment}")
        if at > latest:
            self.findings.add("in-the-future", position, f"{at} has not come yet")
        try:
            datetime.fromisoformat(at)
        except ValueError:
            self.findings.add("field-malformed", position, f"{at} is no moment")
            self.broken.add(position)
        self.last_moment = max(self.last_moment, at)

    def _commits(self, position: int, document: dict[str, Any]) -> None:
        commit = document["commit"]
        if commit == position:
            if position and position not in self.checkpoint_roots:
                self.findings.add("checkpoint-missing", position - 1, f"no checkpoint of size {position}")
            self._commit = position
        elif commit != self._commit:
            self.findings.add("commit-differs", position, f"commit {commit}, not {self._commit}")
        elif position in self.checkpoint_roots:
            self.findings.add("checkpoint-unexpected", position - 1, f"no commit ends at size {position}")
        causation, correlation, index = self._command
        if (document["causation_id"], document["correlation_id"]) == (causation, correlation):
            same = commit != position
            index = index + 1 if same else 0
        else:
            index = 0
        self._command = (document["causation_id"], document["correlation_id"], index)
        if not is_uuid(document["causation_id"]) or document["id"] != derived_id(
            document["causation_id"], index
        ):
            self.unexplained_ids[position] = (document["id"], index)


def derived_id(command_id: str, index: int) -> str:
    """The id that the ledger gives to the `index`-th event of a command."""
    return str(uuid.uuid5(uuid.UUID(command_id), str(index)))


def rows_of(connection: Connection, statement: Any) -> Iterator[dict[str, Any]]:
    """Rows as dicts of plain driver values, a few thousand in memory at a time."""
    result = connection.execute(statement, execution_options={"yield_per": ROWS_AT_ONCE})
    names = tuple(result.keys())
    for part in result.partitions():
        for row in part:
            yield dict(zip(names, (bytes(v) if type(v) is memoryview else v for v in row), strict=True))


def _checkpoint_sizes(connection: Connection) -> list[int]:
    found = connection.execute(select(checkpoints.c.size).order_by(checkpoints.c.size))
    return [size for size in chain.from_iterable(found) if type(size) is int]
