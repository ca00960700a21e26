"""Personal data opens with the person's key alone, and key files are their owner's."""

from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.commands import GrantOffice
from domain.identity import SYSTEM
from installation import Installation
from ledger.read import Reader, event_at
from ledger.result import Receipt
from ledger.sealing import KeyFileUnsafe, Keyring, SealBroken, load_or_create_sealing_key
from proofs import checkpoint, signed_note
from proofs.merkle import leaf_hash, verify_inclusion
from proofs.tree_reader import TreeReader
from settings import Settings
from tests.world import World, new_id


def test_sealed_data_opens_with_the_right_key_alone(world: World) -> None:
    stream = f"employee/{world.movable()[0]}"
    reader = world.installation.reader
    with reader.engine.connect() as connection:
        assert reader.stream(connection, stream)[0].event.nip is not None  # type: ignore[attr-defined]
        stranger = Reader(reader.engine, b"\x01" * 32)
        with pytest.raises(SealBroken):
            stranger.stream(connection, stream)


def test_a_box_does_not_open_in_another_place() -> None:
    keys: dict[str, bytes] = {}
    ring = Keyring(b"\x02" * 32)
    box = ring.seal("p", {"a": "b"}, "stream#1", keys.get, keys.__setitem__)
    assert ring.unseal("p", box, "stream#1", keys.get) == {"a": "b"}
    with pytest.raises(SealBroken):
        ring.unseal("p", box, "stream#2", keys.get)


def test_a_destroyed_key_leaves_nothing_to_read() -> None:
    keys: dict[str, bytes] = {}
    box = Keyring(b"\x02" * 32).seal("p", {"a": "b"}, "c", keys.get, keys.__setitem__)
    assert Keyring(b"\x02" * 32).unseal("p", box, "c", lambda _: None) is None


def test_key_files_are_their_owner_s(installation: Installation) -> None:
    for name in ("log.key", "sealing.key"):
        mode = (installation.settings.keys_folder / name).stat().st_mode
        assert stat.S_IMODE(mode) == 0o600


def test_a_key_that_others_may_read_is_not_used(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "sealing.key"
    load_or_create_sealing_key(path)
    path.chmod(0o644)
    with pytest.raises(KeyFileUnsafe):
        load_or_create_sealing_key(path)


def test_a_receipt_is_evidence_by_itself(world: World) -> None:
    receipt = world.submit(world.movable()[0], world.vacancies()[0]).receipt
    assert receipt is not None
    signer = world.installation.signer
    text = checkpoint.Checkpoint(signer.name, receipt.tree_size, bytes.fromhex(receipt.root)).text
    note = f"{text}\n— {signer.name} {receipt.signature}\n"
    assert signed_note.verify_note(note, [signer.verifier_key]).signers
    _included(world, receipt)


def _included(world: World, receipt: Receipt) -> None:
    from ledger.read import leaf_hashes

    with world.installation.reader.engine.connect() as connection:
        found = event_at(connection, receipt.position)
        assert found is not None
        tree = TreeReader(lambda start, stop: leaf_hashes(connection, start, stop))
        path = tree.inclusion_path(receipt.position, receipt.tree_size)
        assert leaf_hash(found[0]).hex() == receipt.leaf_hash
        verify_inclusion(found[1], receipt.position, receipt.tree_size, path, bytes.fromhex(receipt.root))


def test_a_clock_that_goes_back_never_takes_the_record_with_it(tmp_path: Path) -> None:
    moments = iter(datetime(2026, 11, 24, tzinfo=UTC) - timedelta(hours=n) for n in range(1000))
    installation = Installation(Settings(data=tmp_path), clock=lambda: next(moments))
    installation.set_up()
    try:
        for _ in range(5):
            with pytest.raises(Exception, match="person_id"):
                installation.ledger.execute(
                    GrantOffice(command_id=new_id(), actor=SYSTEM, person_id="nobody", office="operator")
                )
        with installation.reader.engine.connect() as connection:
            times = [
                row[0]
                for row in connection.exec_driver_sql("SELECT recorded_at FROM events ORDER BY position")
            ]
        assert times == sorted(times)
    finally:
        installation.close()
