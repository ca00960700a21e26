"""Verify a ledger from outside: recompute everything that is stored and name every anomaly.

Reads one snapshot in one transaction and writes nothing, so writers may append meanwhile.
`docs/verify.md` lists the codes.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Future
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography.x509 import Certificate
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from audit.command_check import CommandCheck
from audit.decree_check import check_decree_codes
from audit.document_check import StoredDocuments, check_documents
from audit.findings import CannotVerify, Finding, Findings, Verification
from audit.history import Events, fold, history_of
from audit.key_check import SealedPeople
from audit.lawfulness import Lawfulness
from audit.laws_apart import head_of, judged_apart
from audit.ledger_pass import LedgerPass
from audit.log_keys import KeyHistory
from audit.projection_check import compare_rows, without
from audit.publications import Publications
from audit.sample_check import check_reviews
from audit.schema_pin import LEDGER_TABLES, check_schema
from audit.takings_check import check_takings
from audit.tree_heads import Kept, check_checkpoints, check_head, check_kept, parse_keys, read_kept
from domain import events as ev
from domain.evidence_events import EvidenceTaken
from domain.log_events import CheckpointPublished
from domain.rank_events import RankDecreeIssued
from ledger.database import driver_connection
from ledger.projection import History, Projection
from proofs.signed_note import VerifierKey
from proofs.witness_policy import WitnessPolicy

log = logging.getLogger(__name__)

# Starting a process costs about a second, and so many events take several.
WORTH_A_PROCESS = 20_000
Judged = Future[bool]

__all__ = ["CannotVerify", "Finding", "Outside", "Verification", "verify"]


@dataclass(frozen=True)
class Outside:
    """Whom a verifier trusts besides the log: witnesses by a policy, timestamp authorities by their
    root certificates. Without them what they said is left unchecked. `silent` witnesses could not be
    asked for what they saw.
    """

    policy: WitnessPolicy | None = None
    timestamp_roots: list[Certificate] | None = None
    silent: tuple[str, ...] = ()


def verify(
    engine: Engine,
    *,
    keys: list[str],
    kept_checkpoints: list[str],
    sealing_key: bytes | None,
    projections: Sequence[Projection],
    origin: str,
    now: datetime | None = None,
    documents: StoredDocuments | None = None,
    outside: Outside | None = None,
    erased: Collection[str] = (),
    processes: int | None = None,
) -> Verification:
    """Verify the ledger behind `engine` (read-only is enough).

    `keys` are trusted verifier keys (vkey text) from outside the database; `kept_checkpoints` are
    signed notes or receipts (JSON) that somebody kept; without `sealing_key` what is sealed stays
    unchecked, and without `documents` the bytes that were filed. `now` is the verifier's clock.
    `outside` is whom the verifier trusts besides the log; `erased` are people whom a list outside the
    database has as erased. `processes` may be 2: one judges the laws, one does the rest; None chooses by
    the ledger's size and this machine's cores. Raises CannotVerify where nothing can be said.
    """
    trusted = parse_keys(keys)
    kept = read_kept(kept_checkpoints, trusted, origin)
    if sealing_key is not None and len(sealing_key) != 32:
        raise CannotVerify("the sealing key does not have 32 bytes")
    try:
        with engine.connect() as connection, connection.begin():
            if connection.dialect.name == "sqlite":
                # Text that is not UTF-8 is a finding, not a failure to read.
                driver_connection(connection).text_factory = _text
            try:
                clock = now or datetime.now(UTC)
                what = _Asked(
                    trusted,
                    kept,
                    sealing_key,
                    projections,
                    origin,
                    clock,
                    documents,
                    outside or Outside(),
                    erased,
                )
                with _laws_apart(connection, sealing_key, processes) as judged:
                    sound = _all_but_laws(connection, what, judged) if judged is not None else None
                return sound or _verify(connection, what, laws=True)
            finally:
                if connection.dialect.name == "sqlite":
                    driver_connection(connection).text_factory = str
    except (SQLAlchemyError, engine.dialect.loaded_dbapi.Error) as error:
        raise CannotVerify(f"the database cannot be read: {str(error).splitlines()[0]}") from error


@dataclass(frozen=True)
class _Asked:
    """What `verify` was asked."""

    trusted: list[VerifierKey]
    kept: list[Kept]
    sealing_key: bytes | None
    projections: Sequence[Projection]
    origin: str
    now: datetime
    documents: StoredDocuments | None
    outside: Outside
    erased: Collection[str]


@contextmanager
def _laws_apart(
    connection: Connection, sealing_key: bytes | None, processes: int | None
) -> Iterator[Judged | None]:
    """Another process that judges the laws meanwhile, where one is wanted."""
    seen = head_of(connection) if processes != 1 else None
    if processes is None:
        processes = 2 if seen and seen[0] >= WORTH_A_PROCESS and (os.cpu_count() or 1) > 1 else 1
    if seen is None or processes == 1:
        yield None
        return
    with judged_apart(connection.engine, sealing_key, seen) as judged:
        yield judged


def _all_but_laws(connection: Connection, what: _Asked, judged: Judged) -> Verification | None:
    """The verdict on a ledger in which nothing was found, here and by who judges the laws; else None, and
    one process has to look at all of it.
    """
    try:
        found = _verify(connection, what, laws=False)
    except SQLAlchemyError:
        raise
    except Exception:  # noqa: BLE001  (what cannot be folded is not lawful; the laws name it)
        return None
    return found if found.ok and _agrees(judged) else None


def _agrees(judged: Judged) -> bool:
    try:
        return judged.result()
    except BrokenExecutor:
        log.warning("the process that judged the laws was killed: this one looks at all of it")
        return False


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _verify(connection: Connection, what: _Asked, *, laws: bool) -> Verification:
    findings, outside = Findings(), what.outside
    own = [*LEDGER_TABLES, *(projection.table for projection in what.projections)]
    readable = check_schema(connection, own, findings)
    if not readable:
        findings.leave_unchecked("everything else, because a table or column is missing")
        return Verification(0, "", findings.all(), tuple(findings.unchecked))
    sizes = frozenset(item.head.size for item in what.kept if item.head is not None)
    commands = CommandCheck(connection, findings)
    log_keys = KeyHistory(what.trusted)

    def see(document: dict[str, Any]) -> None:
        commands.see(document)
        log_keys.see(document)

    ledger, people = LedgerPass(findings, sizes, see), SealedPeople(what.erased)
    ledger.run(connection, what.now)
    commands.end(ledger.size)
    check_head(connection, ledger, findings)
    check_checkpoints(connection, ledger, log_keys, what.origin, findings)
    check_kept(connection, what.kept, ledger, findings)
    history = _replay(connection, ledger, what.sealing_key, findings, people, laws=laws)
    check_documents(history.events.of(ev.DocumentFiled), what.documents, findings, people.gone)
    check_decree_codes(history.events.of(ev.DecreeIssued, RankDecreeIssued), what.sealing_key, findings)
    check_reviews(history.events, findings)
    check_takings(history.events.of(EvidenceTaken), ledger, findings)
    for projection in what.projections:
        _check_projection(connection, projection, history, findings, sealed=what.sealing_key is None)
    for name in outside.silent:
        findings.leave_unchecked(f"what the witness {name} saw last: it could not be asked")
    publications = Publications(
        connection, ledger, what.origin, findings, outside.policy, outside.timestamp_roots
    )
    witnessed = publications.check(history.events.of(CheckpointPublished), what.kept)
    root = ledger.frontier.root().hex()
    return Verification(ledger.size, root, findings.all(), tuple(findings.unchecked), witnessed)


def _replay(
    connection: Connection,
    ledger: LedgerPass,
    sealing_key: bytes | None,
    findings: Findings,
    people: SealedPeople,
    *,
    laws: bool,
) -> History:
    """Fold the history once, noting keys on the way and, with `laws`, judging each command's lawfulness."""
    if sealing_key is None:
        findings.leave_unchecked("sealed personal data, findings and their facts: no sealing key")
    stored = Events(connection, sealing_key, broken=ledger.broken, size=ledger.size, report=findings.add)
    history = _judge(stored, people, findings) if laws else fold(stored, people.note)
    for person_id, position in stored.closed:
        if person_id not in people.erased:
            findings.add("sealed-unreadable", position, f"there is no key of {person_id}")
    people.check(connection, sealing_key, findings)
    return history


def _judge(stored: Events, people: SealedPeople, findings: Findings) -> History:
    lawfulness = Lawfulness(findings)
    for item in stored:
        people.note(item)
        lawfulness.next(item)
    lawfulness.end()
    return history_of(stored, lawfulness.agency, lawfulness.policies, lawfulness.states)


def _check_projection(
    connection: Connection, projection: Projection, history: History, findings: Findings, *, sealed: bool
) -> None:
    hidden: frozenset[int] = frozenset()
    if sealed:
        personal = frozenset().union(*(model.PERSONAL for model in ev.EVENT_TYPES.values()))
        hidden = frozenset(i for i, column in enumerate(projection.table.columns) if column.name in personal)

    def expected() -> Iterator[tuple[Any, ...]]:
        return without(projection.rows(history), hidden)

    compare_rows(connection, projection.table, projection.name, expected, findings, hidden)
