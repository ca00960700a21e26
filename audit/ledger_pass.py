"""One pass over the stored events: order, form, leaf hashes, commits and tree heads, in little memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, select

from audit.findings import Findings
from audit.record_check import compare_columns, plain_document, read_record
from audit.stored_rows import Row, batches_of
from ledger.record import moment
from ledger.schema import checkpoints, events
from proofs.merkle import Frontier

IN_ORDER = select(events).order_by(events.c.position)
SIZES = select(checkpoints.c.size)
CLOCK_TOLERANCE = timedelta(seconds=5)
Document = dict[str, Any]


@dataclass
class LedgerPass:
    """What the pass leaves behind. `broken` are positions whose records cannot be interpreted;
    `roots` are recomputed roots at the sizes asked for, `checkpoint_roots` at those of stored
    checkpoints. `see` is given every document that can be read, in order.
    """

    findings: Findings
    wanted_sizes: frozenset[int]
    see: Callable[[Document], None]
    size: int = 0
    frontier: Frontier = field(default_factory=Frontier)
    roots: dict[int, bytes] = field(default_factory=dict)
    checkpoint_roots: dict[int, bytes] = field(default_factory=dict)
    broken: set[int] = field(default_factory=set)
    last_moment: str = ""
    _latest: str = ""
    _stored_sizes: frozenset[int] = frozenset()
    _versions: dict[str, int] = field(default_factory=dict)
    _commit: int = 0

    def run(self, connection: Connection, now: datetime) -> None:
        """Read everything once. `now` is the verifier's own clock."""
        self._latest = moment(now + CLOCK_TOLERANCE)
        self._stored_sizes = _checkpoint_sizes(connection)
        for batch in batches_of(connection, IN_ORDER):
            for row in batch:
                self._row(row)
        if self.size and self.size not in self.checkpoint_roots:
            self.findings.add("checkpoint-missing", self.size - 1, f"no checkpoint of size {self.size}")
        self.roots.setdefault(self.size, self.frontier.root())
        if 0 in self.wanted_sizes:
            self.roots[0] = Frontier().root()

    def _row(self, row: Row) -> None:
        position, record = row[0], row[1]
        if type(position) is not int:
            self.findings.add("retyped-value", None, f"a position is {position!r}")
            return
        if position != self.size:
            self.findings.add("position-gap", position, f"position {self.size} was expected here")
        self._leaf(position, record, row[2])
        document = plain_document(record)
        if document is None:
            document = read_record(record, self._reporter(position))
        if document is None:
            self.broken.add(position)
        else:
            compare_columns(document, row, self._reporter(position))
            self._order(position, document)
            self._commits(position, document)
            self.see(document)
        self.size += 1
        if self.size in self._stored_sizes:
            self.checkpoint_roots[self.size] = self.frontier.root()
        if self.size in self.wanted_sizes:
            self.roots[self.size] = self.frontier.root()

    def _reporter(self, position: int) -> Callable[[str, str], None]:
        return lambda code, detail: self.findings.add(code, position, detail)

    def _leaf(self, position: int, record: Any, stored: Any) -> None:
        raw = record if type(record) is bytes else repr(record).encode("utf-8", "backslashreplace")
        leaf = sha256(b"\x00" + raw).digest()
        if stored != leaf:
            self.findings.add("leaf-hash-differs", position, "the leaf hash is not that of the record")
        self.frontier.append(leaf)

    def _order(self, position: int, document: Document) -> None:
        stream, version, at = document["stream"], document["version"], document["recorded_at"]
        expected = self._versions.get(stream, 0) + 1
        if version != expected:
            self.findings.add("version-gap", position, f"version {version} of {stream}, not {expected}")
        self._versions[stream] = max(version, expected)
        if document["position"] != position:
            self.findings.add("position-differs", position, f"the record says {document['position']}")
        if at == self.last_moment:
            return
        if at < self.last_moment:
            self.findings.add("back-dated", position, f"{at} is before {self.last_moment}")
        if at > self._latest:
            self.findings.add("in-the-future", position, f"{at} has not come yet")
        try:
            datetime.fromisoformat(at)
        except ValueError:
            self.findings.add("field-malformed", position, f"{at} is no moment")
            self.broken.add(position)
        self.last_moment = max(self.last_moment, at)

    def _commits(self, position: int, document: Document) -> None:
        commit = document["commit"]
        if commit == position:
            if position and position not in self.checkpoint_roots:
                self.findings.add("checkpoint-missing", position - 1, f"no checkpoint of size {position}")
            self._commit = position
        elif commit != self._commit:
            self.findings.add("commit-differs", position, f"commit {commit}, not {self._commit}")
        elif position in self.checkpoint_roots:
            self.findings.add("checkpoint-unexpected", position - 1, f"no commit ends at size {position}")


def _checkpoint_sizes(connection: Connection) -> frozenset[int]:
    found = batches_of(connection, SIZES)
    return frozenset(row[0] for batch in found for row in batch if type(row[0]) is int)
