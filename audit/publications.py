"""What others said of the log's checkpoints: cosignatures, timestamps, and whether a quorum agrees."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography.x509 import Certificate
from sqlalchemy import Connection, select

from audit.findings import Findings, Witnessed
from audit.ledger_pass import LedgerPass
from audit.tree_heads import Kept
from domain.log_events import CheckpointPublished
from ledger.record import StoredEvent, decode, moment
from ledger.schema import checkpoints, events
from proofs.checkpoint import Checkpoint
from proofs.cosignature import Cosignature, WitnessKey, read_cosignatures
from proofs.errors import AuditError
from proofs.signed_note import NoteSignature, parse_signature_line
from proofs.timestamp import verify_timestamp
from proofs.witness_policy import WitnessPolicy

# Clocks of other houses may differ from ours by so much.
CLOCKS_DIFFER = timedelta(minutes=5)
# A witness is asked about a tree within minutes of the first record that the tree does not hold
# (`relay.publisher.STALE`); a record that says to be older than this was not there when it looked.
LOOKED_LATE = timedelta(minutes=15)


@dataclass
class Publications:
    """Judges published checkpoints one by one, and what was kept outside; then the quorum."""

    connection: Connection
    ledger: LedgerPass
    origin: str
    findings: Findings
    policy: WitnessPolicy | None
    roots: list[Certificate] | None
    _cosigned: dict[int, dict[WitnessKey, int]] = field(default_factory=dict)

    def check(self, published: Iterable[StoredEvent], kept: Iterable[Kept]) -> Witnessed | None:
        """Judge all; the tree that the quorum vouches for, None without one or without a policy."""
        for stored in published:
            assert isinstance(stored.event, CheckpointPublished)
            self._one(stored, stored.event)
        for item in kept:
            self._kept(item)
        return self._quorum()

    def _one(self, stored: StoredEvent, event: CheckpointPublished) -> None:
        root = self.ledger.checkpoint_roots.get(event.size)
        if root is None or root.hex() != event.root or event.size > decode(stored.record)["commit"]:
            self._add("publication-differs", stored, f"no checkpoint of size {event.size} has that root")
            return
        try:
            lines = [parse_signature_line(line) for line in event.cosignatures]
        except AuditError as error:
            self._add("publication-differs", stored, str(error))
            return
        text = Checkpoint(self.origin, event.size, root).text
        good, bad = self._read(text, lines)
        for witness in bad:
            self._add("cosignature-invalid", stored, f"{witness.name} did not cosign size {event.size}")
        since = self._last_moment(event.size)
        for found in good:
            self._cosigned.setdefault(event.size, {})[found.witness] = found.at
            at = datetime.fromtimestamp(found.at, UTC)
            self._check_clock(stored, at, since, f"{found.witness.name} cosigned")
            self._check_later(event.size, at, found.witness.name)
        if event.timestamp is not None:
            self._timestamp(stored, event, event.timestamp, since)

    def _kept(self, item: Kept) -> None:
        if item.head is None or item.head.size > self.ledger.size:
            return
        if self.ledger.roots.get(item.head.size) == item.head.root:
            good, bad = self._read(item.text, item.lines)
            for witness in bad:
                self.findings.add(
                    "cosignature-invalid", None, f"{witness.name} did not cosign the kept checkpoint"
                )
            for found in good:
                self._cosigned.setdefault(item.head.size, {})[found.witness] = found.at
                self._check_kept_clock(item.head.size, found)

    def _read(self, text: str, lines: Iterable[NoteSignature]) -> tuple[list[Cosignature], list[WitnessKey]]:
        if self.policy is None:
            if lines:
                self.findings.leave_unchecked("cosignatures of witnesses: no witness policy was given")
            return [], []
        return read_cosignatures(text, lines, self.policy.witness_keys)

    def _timestamp(
        self, stored: StoredEvent, event: CheckpointPublished, encoded: str, since: str | None
    ) -> None:
        if self.roots is None:
            self.findings.leave_unchecked("timestamps: no certificate of an authority was given")
            return
        note = self.connection.execute(
            select(checkpoints.c.note).where(checkpoints.c.size == event.size)
        ).scalar()
        try:
            at = verify_timestamp(base64.b64decode(encoded), str(note).encode(), self.roots)
        except (AuditError, ValueError) as error:
            self._add("timestamp-invalid", stored, f"size {event.size}: {error}")
            return
        self._check_clock(stored, at, since, "the authority stamped")

    def _check_clock(self, stored: StoredEvent, at: datetime, since: str | None, who: str) -> None:
        """After the newest event in the tree and before the record of it, by both clocks."""
        early = since is not None and moment(at + CLOCKS_DIFFER) < since
        if early or moment(at - CLOCKS_DIFFER) > stored.recorded_at:
            self._add("clock-differs", stored, f"{who} at {moment(at)}, which the records do not allow")

    def _check_kept_clock(self, size: int, found: Cosignature) -> None:
        at, newest = datetime.fromtimestamp(found.at, UTC), self._last_moment(size)
        if newest is not None and moment(at + CLOCKS_DIFFER) < newest:
            said = f"{found.witness.name} cosigned at {moment(at)}, before the tree's newest record"
            self.findings.add("clock-differs", size - 1, said)
        self._check_later(size, at, found.witness.name)

    def _check_later(self, size: int, at: datetime, witness: str) -> None:
        """What follows the cosigned tree was recorded after the witness looked, or hardly before."""
        following = self._last_moment(size + 1)
        if following is not None and following < moment(at - LOOKED_LATE):
            said = (
                f"said to be of {following}; {witness} saw the tree of size {size} without it at {moment(at)}"
            )
            self.findings.add("clock-differs", size, said)

    def _last_moment(self, size: int) -> str | None:
        found = self.connection.execute(
            select(events.c.recorded_at).where(events.c.position == size - 1)
        ).scalar()
        return found if isinstance(found, str) else None

    def _quorum(self) -> Witnessed | None:
        policy = self.policy
        if policy is None:
            return None
        names = {witness.key: name for name, witness in policy.witnesses.items()}
        for size in sorted(self._cosigned, reverse=True):
            cosigners = self._cosigned[size]
            if policy.reached_by(cosigners):
                by = tuple(
                    (names[key], moment(datetime.fromtimestamp(at, UTC))) for key, at in cosigners.items()
                )
                return Witnessed(size, by, tuple(policy.lacking(cosigners)))
        if not policy.reached_by([]):
            best = max(self._cosigned.values(), key=len, default={})
            lacking = ", ".join(policy.lacking(best)) or "nobody"
            self.findings.add(
                "quorum-lacking", None, f"no checkpoint is cosigned by {policy.demand()}; lacking: {lacking}"
            )
        return None

    def _add(self, code: str, stored: StoredEvent, detail: str) -> None:
        self.findings.add(code, stored.position, detail)
