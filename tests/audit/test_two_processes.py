"""What is found does not depend on how many processes looked."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from audit import verify as verifying
from audit.laws_apart import is_lawful, judged_apart
from audit.verify import Verification, verify
from domain.commands import RecordPersonalDataRead
from installation import Installation
from ledger.database import open_database
from projections.catalogue import all_projections
from proofs.checkpoint import origin_of
from tests.audit.attacker import Attacker
from tests.audit.conftest import Evidence
from tests.world import INTEGRATION, World, new_id


def verified(installation: Installation, path: Path | None, now: datetime, processes: int) -> Verification:
    url = f"sqlite+pysqlite:///{path}" if path else installation.settings.database
    engine = open_database(url, read_only=True)
    try:
        return verify(
            engine,
            keys=[installation.signer.vkey],
            kept_checkpoints=[],
            sealing_key=installation.sealing_key,
            projections=all_projections(),
            origin=origin_of(installation.settings.agency),
            now=now,
            processes=processes,
        )
    finally:
        engine.dispose()


def test_a_sound_ledger_is_judged_once_and_elsewhere(
    evidence: Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = verified(evidence.installation, evidence.database, evidence.clock.now, 1)
    monkeypatch.setattr(verifying, "_judge", None)  # nobody judges laws in this process
    two = verified(evidence.installation, evidence.database, evidence.clock.now, 2)
    assert two == alone
    assert alone.ok


def test_unlawful_and_altered_ledgers_have_the_same_findings(evidence: Evidence, attacker: Attacker) -> None:
    documents = attacker.documents()
    decided = next(n for n, d in enumerate(documents) if d["type"] == "TaskCompleted")
    documents[decided]["actor"]["id"] = next(
        d["data"]["subject_id"] for d in documents if d["stream"] == documents[decided]["stream"]
    )
    attacker.rewrite(documents)
    attacker.sql("DELETE FROM inbox WHERE rowid = (SELECT MAX(rowid) FROM inbox)")
    alone, two = (
        verified(evidence.installation, attacker.path, evidence.clock.now, processes) for processes in (1, 2)
    )
    assert two == alone
    codes = {finding.code for finding in alone.findings}
    assert "projection-row-missing" in codes
    assert len(codes) > 2


def test_a_ledger_that_grew_meanwhile_is_judged_here(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other process opens its own snapshot: a later one than ours tells nothing about ours."""

    @contextmanager
    def grown(*arguments: Any) -> Iterator[Future[bool]]:
        command = RecordPersonalDataRead(
            command_id=new_id(),
            actor=INTEGRATION,
            subject_id=min(world.agency.people),
            what="employee",
            purpose="periksa",
        )
        world.installation.ledger.execute(command)
        with judged_apart(*arguments) as judged:
            asked.append(judged)
            yield judged

    asked: list[Future[bool]] = []
    monkeypatch.setattr(verifying, "judged_apart", grown)
    assert verified(world.installation, None, datetime.now(UTC), 2).ok
    assert asked[0].result() is False


def test_records_put_there_for_the_other_process_alone_are_not_taken_for_ours(
    evidence: Evidence, attacker: Attacker
) -> None:
    """It sees lawful records and the head that we see, whose tree is of others."""
    url, key = f"sqlite+pysqlite:///{attacker.path}", evidence.installation.sealing_key
    with closing(sqlite3.connect(attacker.path)) as database:
        size, frontier = database.execute("SELECT size, frontier FROM head").fetchone()
    other = bytes([frontier[0] ^ 1]) + frontier[1:]
    assert is_lawful(url, key, (size, frontier))
    attacker.sql(f"UPDATE head SET frontier = x'{other.hex()}'")
    assert not is_lawful(url, key, (size, other))


def test_when_the_other_process_is_killed_one_looks_at_all_of_it(
    evidence: Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def killed(*_: Any) -> Iterator[Future[bool]]:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
            yield process.submit(os._exit, 9)

    alone = verified(evidence.installation, evidence.database, evidence.clock.now, 1)
    monkeypatch.setattr(verifying, "judged_apart", killed)
    assert verified(evidence.installation, evidence.database, evidence.clock.now, 2) == alone
