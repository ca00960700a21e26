"""The one signed file of a decree: made beside the case, recorded once, found by `verify` if forged."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from activities.decree import DecreeMade
from audit.verify import verify
from decrees.signing import SigningUnavailable
from domain.commands import AnnulAction
from domain.decree_commands import RecordDecreeSigned
from domain.decree_events import DecreeSigned, KeyKind
from domain.errors import NotDue, NotPermitted
from domain.identity import SYSTEM
from domain.personnel_action import ActionState
from installation import Installation
from integrations.object_store import whole
from ledger.database import open_database
from operations.decree_findings import of_decrees
from operations.decrees import maker_of
from operations.verification import _Documents
from projections import decree_files, documents
from projections.catalogue import all_projections
from proofs.checkpoint import origin_of
from relay.decree_maker import LedgerDecreeMaker
from roster.generator import generate_agency
from settings import Settings
from tests.audit.attacker import Attacker
from tests.decrees.conftest import against_pdf_a, text_of
from tests.workflows.theatre import MovableClock, a_transfer
from tests.world import World, a_person, new_id, seed


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("decrees")
    installation = Installation(
        Settings(data=folder, public_url="https://sk.example.go.id/"), clock=MovableClock()
    )
    installation.set_up()
    yield seed(installation, generate_agency(people=200, as_of=date(2026, 11, 24)))
    installation.close()


@pytest.fixture(scope="module")
def maker(world: World) -> LedgerDecreeMaker:
    return maker_of(world.installation)


@pytest.fixture(scope="module")
def decreed(world: World) -> Callable[[], ActionState]:
    """Another case that has its decree."""
    return lambda: world.walk(a_transfer(world), until="duty_statement")


def row_of(world: World, decree_id: str) -> dict[str, Any]:
    with world.installation.reader.engine.connect() as connection:
        row = decree_files.by_id(connection, decree_id)
    assert row is not None
    return row


def file_of(world: World, decree_id: str) -> bytes:
    content = whole(world.installation.documents, row_of(world, decree_id)["signed_sha256"])
    assert content is not None
    return content


def findings_at(world: World, database: Path | None = None) -> dict[int | None, set[str]]:
    """The codes of what `verify` finds, by position."""
    installation = world.installation
    url = f"sqlite+pysqlite:///{database or installation.settings.data / 'jenjang.db'}"
    engine = open_database(url, read_only=True)
    try:
        found = verify(
            engine,
            keys=[installation.signer.vkey],
            kept_checkpoints=[],
            sealing_key=installation.sealing_key,
            projections=all_projections(),
            origin=origin_of(installation.settings.agency),
            now=installation.clock() + timedelta(days=1),
            documents=_Documents(installation.settings),
        )
    finally:
        engine.dispose()
    codes: dict[int | None, set[str]] = {}
    for finding in found.findings:
        codes.setdefault(finding.position, set()).add(finding.code)
    return codes


def test_a_decree_gets_one_signed_file_in_the_person_s_file(
    world: World, maker: LedgerDecreeMaker, decreed: Callable[[], ActionState]
) -> None:
    """It says what the case says, where the ledger has it, and leads to the public page."""
    state = decreed()
    assert maker._make(state.id).state == "signed"
    assert state.decree is not None
    pdf = file_of(world, state.id)
    words, row = text_of(pdf), row_of(world, state.id)
    with world.installation.reader.engine.connect() as connection:
        mine = documents.of_person(connection, state.subject_id)[-1]
        stored = world.installation.reader.stream(connection, f"decree/{state.id}")
        name = maker.facts.person(connection, world.agency, state.subject_id)["name"]
    assert (mine["document_id"], mine["document_type"]) == (row["document_id"], "SK_JABATAN")
    assert mine["issued_on"] == state.decree.decree_date.isoformat()
    assert state.decree.number in words
    assert name in words
    assert "https://sk.example.go.id/sk/" in words
    metadata = PdfReader(BytesIO(pdf)).metadata
    assert metadata is not None
    assert f"jenjang-position={row['issued_position']}," in str(metadata.keywords)
    (event,) = [each.event for each in stored]
    assert isinstance(event, DecreeSigned)
    assert (event.number, event.key, event.words_sha256) == (
        state.decree.number,
        "software",
        maker.city.sha256,
    )
    assert against_pdf_a(pdf) == []


def test_two_workers_at_once_leave_one_file(
    world: World, maker: LedgerDecreeMaker, decreed: Callable[[], ActionState]
) -> None:
    """Each signs a file of its own; the one that is recorded first is the decree's, and the other is gone."""
    state = decreed()
    together = threading.Barrier(2)

    class Waiting:
        key: KeyKind = "software"

        def sign(self, pdf: bytes) -> bytes:
            assert maker.signer is not None
            together.wait(60)
            return maker.signer.sign(pdf)

    world.installation.documents.sweep(_named(world), world.installation.clock() + timedelta(days=1))
    other = LedgerDecreeMaker(maker.ledger, maker.reader, maker.documents, maker.facts, maker.city, Waiting())
    made: list[DecreeMade] = []
    workers = [threading.Thread(target=lambda: made.append(other._make(state.id))) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(120)
    assert [each.state for each in made] == ["signed", "signed"]
    before = row_of(world, state.id)
    assert maker._make(state.id).state == "signed"
    assert row_of(world, state.id) == before
    assert {name.replace("/", "") for name in world.installation.documents.names()} == _named(world)
    assert findings_at(world) == {}


def _named(world: World) -> set[str]:
    with world.installation.reader.engine.connect() as connection:
        return set(connection.exec_driver_sql("SELECT sha256 FROM documents").scalars())


def test_without_its_key_a_decree_waits_and_the_case_goes_on(
    world: World, maker: LedgerDecreeMaker, decreed: Callable[[], ActionState]
) -> None:
    state = decreed()

    class Away:
        key: KeyKind = "bsre"

        def sign(self, _: bytes) -> bytes:
            raise SigningUnavailable("BSrE's service: ConnectError")

    away = LedgerDecreeMaker(maker.ledger, maker.reader, maker.documents, maker.facts, maker.city, Away())
    assert away._make(state.id) == DecreeMade(decree_id=state.id, state="waiting", why="SigningUnavailable")
    assert world.walk(state, until="completed").ended
    settings, now = world.installation.settings, world.installation.clock()
    with world.installation.reader.engine.connect() as connection:
        assert list(of_decrees(connection, settings, now)) == []
        (told,) = of_decrees(connection, settings, now + timedelta(minutes=16))
    assert (told.code, told.since) == ("decree-unsigned", row_of(world, state.id)["issued_at"])
    assert maker._make(state.id).state == "signed"


def test_what_is_annulled_before_it_is_signed_gets_no_file(
    world: World, maker: LedgerDecreeMaker, decreed: Callable[[], ActionState]
) -> None:
    state = decreed()
    mayor = a_person(world.holder("appointing_official"))
    annul = AnnulAction(command_id=new_id(), actor=mayor, action_id=state.id, reason="salah orang")
    world.installation.ledger.execute(annul)
    assert maker._make(state.id).state == "void"
    assert maker._make(new_id()).state == "void"
    with pytest.raises(NotDue):
        world.installation.ledger.execute(record_of(world, state))


def record_of(world: World, state: ActionState, **changes: Any) -> RecordDecreeSigned:
    assert state.decree is not None
    row = row_of(world, state.id)
    known = {
        "command_id": new_id(), "actor": SYSTEM, "decree_id": state.id, "action_id": state.id,
        "person_id": state.subject_id, "number": state.decree.number,
        "issued_position": row["issued_position"],
        "document_id": new_id(), "unsigned_sha256": "a1" * 32, "signed_sha256": "b2" * 32,
        "certificate_sha256": "c3" * 32, "key": "software", "words_id": "kota-serang/decrees/2026-01",
        "words_sha256": "d4" * 32, "document_type": "SK_JABATAN", "size_bytes": 9, "file_name": "sk.pdf",
    }  # fmt: skip
    return RecordDecreeSigned.model_validate(known | changes)


def test_nobody_but_the_system_records_a_file_and_only_of_a_decree_that_stands(
    world: World, decreed: Callable[[], ActionState]
) -> None:
    state, ledger = decreed(), world.installation.ledger
    with pytest.raises(NotPermitted):
        ledger.execute(record_of(world, state, actor=a_person(world.holder("appointing_official"))))
    for wrong in ({"number": "800/1"}, {"person_id": new_id()}):
        with pytest.raises(NotDue):
            ledger.execute(record_of(world, state, **wrong))


def test_verify_names_a_forged_signature(
    world: World, maker: LedgerDecreeMaker, decreed: Callable[[], ActionState], tmp_path: Path
) -> None:
    """By a person, a second time, of another's decree, or without the file that it is about."""
    signed, unsigned = decreed(), decreed()
    assert maker._make(signed.id).state == "signed"
    installation = world.installation
    system, person = {"kind": "system", "id": "jenjang"}, {"kind": "person", "id": unsigned.subject_id}
    forged: tuple[tuple[ActionState, dict[str, str], dict[str, Any], str], ...] = (
        (signed, system, {}, "illegal-transition"),
        (unsigned, person, {}, "not-the-system"),
        (unsigned, system, {"issued_position": 1}, "illegal-transition"),
        (unsigned, system, {"person_id": signed.subject_id}, "illegal-transition"),
        (unsigned, system, {"decree_id": signed.id}, "wrong-stream"),
        (unsigned, system, {}, "skipped-step"),
    )
    attacker = Attacker.on_copy(
        installation.settings.data / "jenjang.db", tmp_path / "forged.db", installation.signer
    )
    first = len(attacker.documents())
    for state, actor, changes, _ in forged:
        data = record_of(world, state).model_dump(mode="json", include=set(DecreeSigned.model_fields))
        attacker.append(
            {"stream": f"decree/{state.id}", "type": "DecreeSigned", "actor": actor, "data": data | changes}
        )
    found = findings_at(world, attacker.path)
    for number, (*_, code) in enumerate(forged):
        assert code in found.get(first + number, set()), (number, code, found)
    assert not {position for position in found if position is not None and position < first}
