"""The log's key may change, in the open; a stolen one is of no use against witnesses and kept checkpoints."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from audit.verify import Verification, verify
from domain.commands import RegisterUnits, UnitRow
from domain.errors import Refusal
from domain.identity import SYSTEM
from domain.log_commands import AnnounceLogKey, RetireLogKey
from installation import Installation
from ledger.append import Ledger
from ledger.database import open_database
from ledger.read import leaf_hashes, newest_checkpoint
from ledger.schema import checkpoints
from operations import log_keys
from projections.catalogue import all_projections
from proofs.checkpoint import Checkpoint
from proofs.errors import SigningKeyLost, SigningKeyMissing
from proofs.keys import Signer
from proofs.signed_note import VerifierKey, parse_note, verify_note
from proofs.tree_reader import TreeReader
from settings import Settings
from tests.audit.attacker import Attacker
from tests.world import new_id
from witness.folder import WitnessFolder, create
from witness.witness import Answer, Witness

ORIGIN = "jenjang.kota-serang"


def decide_something(installation: Installation, name: str, ledger: Ledger | None = None) -> int:
    """One more commit; the size of the tree after it."""
    command = RegisterUnits(command_id=new_id(), actor=SYSTEM, rows=(UnitRow(unit_id=name, name=name),))
    receipt = (ledger or installation.ledger).execute(command).receipt
    assert receipt is not None
    return receipt.tree_size


def verified(
    installation: Installation, keys: list[str], kept: list[str] | None = None, path: Path | None = None
) -> Verification:
    url = installation.settings.database if path is None else f"sqlite+pysqlite:///{path}"
    engine = open_database(url, read_only=True)
    try:
        return verify(
            engine,
            keys=keys,
            kept_checkpoints=kept or [],
            sealing_key=installation.sealing_key,
            projections=all_projections(),
            origin=ORIGIN,
        )
    finally:
        engine.dispose()


def codes(verification: Verification) -> set[str]:
    return {finding.code for finding in verification.findings}


def signers_at(installation: Installation, size: int) -> list[str]:
    """Key ids on the stored checkpoint of that size, in order."""
    with installation.reader.engine.connect() as connection:
        note = connection.execute(select(checkpoints.c.note).where(checkpoints.c.size == size)).scalar_one()
    return [line.key_id.hex() for line in parse_note(note).signatures]


def id_of(vkey: str) -> str:
    return VerifierKey.parse(vkey).key_id.hex()


def test_a_rotation_has_an_overlap_in_which_both_keys_sign(installation: Installation) -> None:
    before = decide_something(installation, "u1")
    change = log_keys.rotate(installation)
    old, new = change.previous, change.key
    during = decide_something(installation, "u2")
    assert verified(installation, [old]).ok, "whoever knows the old key only is not shut out yet"
    assert verified(installation, [old, new]).ok
    log_keys.retire(installation)
    after = decide_something(installation, "u3")
    assert change.position is not None
    found = [signers_at(installation, size) for size in (before, change.position + 1, during, after)]
    assert found == [[id_of(old)], [id_of(old), id_of(new)], [id_of(old), id_of(new)], [id_of(new)]]
    assert installation.vkeys == (new,)
    result = verified(installation, [old, new])
    assert result.ok, result.as_text()


def test_after_the_overlap_the_new_key_must_come_from_outside(installation: Installation) -> None:
    change = log_keys.rotate(installation)
    log_keys.retire(installation)
    result = verified(installation, [change.previous])
    assert codes(result) == {"checkpoint-not-trusted"}
    assert change.key in result.findings[0].detail, "and it is said which one to ask for"


def test_receipts_of_the_overlap_verify_with_the_newest_key(installation: Installation) -> None:
    change = log_keys.rotate(installation)
    command = RegisterUnits(command_id=new_id(), actor=SYSTEM, rows=(UnitRow(unit_id="u", name="u"),))
    for result in (installation.ledger.execute(command), installation.ledger.execute(command)):
        receipt = result.receipt
        assert receipt is not None
        text = Checkpoint(ORIGIN, receipt.tree_size, bytes.fromhex(receipt.root)).text
        note = f"{text}\n— {ORIGIN} {receipt.signature}\n"
        assert verify_note(note, [VerifierKey.parse(change.key)]).signers


def test_another_running_writer_changes_its_keys_at_the_next_commit(installation: Installation) -> None:
    other = installation.open_ledger()
    try:
        decide_something(installation, "u1", other)
        change = log_keys.rotate(installation)
        size = decide_something(installation, "u2", other)
        assert signers_at(installation, size) == [id_of(change.previous), id_of(change.key)]
    finally:
        other.close()
    assert verified(installation, [change.previous, change.key]).ok


def test_a_writer_without_the_new_key_records_nothing(installation: Installation, tmp_path: Path) -> None:
    """A machine with its own folder of keys, to which the new one was not copied."""
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(installation.settings.keys_folder, elsewhere)
    change = log_keys.rotate(installation)
    settings = installation.settings.model_copy(update={"keys": elsewhere})
    alone = Installation(settings)
    with pytest.raises(SigningKeyMissing):
        _ = alone.ledger
    alone.close()
    assert verified(installation, [change.previous, change.key]).ok


def test_keys_change_in_order_and_by_the_system_only(installation: Installation) -> None:
    with pytest.raises(log_keys.NotUnderWay):
        log_keys.retire(installation)
    first = log_keys.rotate(installation)
    again = log_keys.rotate(installation)
    assert (again.key, again.position) == (first.key, None), "a repeated rotation goes on with its own"
    third = AnnounceLogKey(
        command_id=new_id(), actor=SYSTEM, previous=first.key, key=Signer(ORIGIN, bytes(32)).vkey
    )
    with pytest.raises(Refusal):
        installation.ledger.execute(third)
    by_person = RetireLogKey(
        command_id=new_id(), actor=SYSTEM.model_copy(update={"kind": "person"}), key=first.key
    )
    with pytest.raises(Refusal):
        installation.ledger.execute(by_person)


def test_a_lost_key_is_replaced_and_the_log_goes_on(installation: Installation) -> None:
    decide_something(installation, "u1")
    old = installation.signer.vkey
    settings = installation.settings
    installation.close()
    (settings.keys_folder / "log.key").unlink()
    reopened = Installation(settings)
    with pytest.raises(SigningKeyLost):
        _ = reopened.ledger
    change = log_keys.replace(reopened, "lost", log_keys.previous_key(reopened))
    size = decide_something(reopened, "u2")
    assert change.previous == old
    assert signers_at(reopened, size) == [id_of(change.key)]
    result = verified(reopened, [old, change.key])
    assert result.ok, result.as_text()
    assert codes(verified(reopened, [old])) == {"checkpoint-not-trusted"}
    reopened.close()


# --- stolen: rehearsed on SQLite, where the thief has the file --------------------------------------


class Town:
    """A log with a witness of its own; and a thief who has database and key."""

    def __init__(self, folder: Path) -> None:
        self.installation = Installation(Settings(data=folder / "data"))
        self.installation.set_up()
        self.database = folder / "data" / "jenjang.db"
        create(folder / "witness", "inspektorat.example/saksi")
        self.folder = WitnessFolder(folder / "witness")
        self.folder.trust(self.installation.signer.vkey)
        self.witness = Witness(self.folder, lambda: 1_800_000_000.0)

    def show(self, old: int, *, note: str | None = None, path: Path | None = None) -> Answer:
        """Submit the newest checkpoint of a database to the witness."""
        import base64

        engine = open_database(f"sqlite+pysqlite:///{path or self.database}", read_only=True)
        try:
            with engine.connect() as connection:
                note = note or newest_checkpoint(connection)
                assert note is not None
                size = Checkpoint.parse(parse_note(note).text).size
                tree = TreeReader(lambda start, stop: leaf_hashes(connection, start, stop))
                proof = [base64.b64encode(node).decode() for node in tree.consistency_path(old, size)]
        finally:
            engine.dispose()
        return self.witness.add_checkpoint("\n".join([f"old {old}", *proof, "", note]).encode())


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    opened = Town(tmp_path)
    yield opened
    opened.installation.close()


def test_a_stolen_key_signs_a_fork_that_everybody_else_can_name(town: Town, tmp_path: Path) -> None:
    installation = town.installation
    old = installation.signer.vkey
    for name in ("u1", "u2", "u3"):
        size = decide_something(installation, name)
    assert town.show(0).status == 200
    witnessed = town.folder.latest(ORIGIN)
    assert witnessed is not None

    # The thief rewrites what was decided, in order, with all hashes and signatures right.
    thief = Attacker.on_copy(town.database, tmp_path / "fork.db", installation.signer)
    documents = thief.documents()
    documents[-2]["actor"]["id"] = "jenjang2"
    thief.rewrite(documents)
    assert verified(installation, [old], path=thief.path).findings == (), "inside it all looks well"
    assert codes(verified(installation, [old], [witnessed.note], thief.path)) == {"fork"}
    assert town.show(size, path=thief.path).status == 422
    assert len(list((tmp_path / "witness" / "refused").iterdir())) == 1, "kept against the log"

    # The procedure of docs/operations.md: replace, tell the witnesses, go on.
    change = log_keys.replace(installation, "stolen", old)
    after = decide_something(installation, "u4")
    assert town.show(size).status == 403, "nobody told the witness yet"
    town.folder.trust(change.key)
    assert town.show(size).status == 200
    newest = town.folder.latest(ORIGIN)
    assert newest is not None
    assert newest.checkpoint.size == after
    result = verified(installation, [old, change.key], [witnessed.note, newest.note])
    assert result.ok, result.as_text()

    # What the thief signs with the old key from now on is nobody's.
    late = Attacker.on_copy(town.database, tmp_path / "late.db", Signer.from_text(_old_key(installation)))
    longer = late.documents()
    late.rewrite(longer)
    assert "checkpoint-not-trusted" in codes(verified(installation, [old, change.key], path=late.path))


def test_the_old_backup_of_a_thief_is_older_than_the_new_key(town: Town, tmp_path: Path) -> None:
    installation = town.installation
    old = installation.signer.vkey
    decide_something(installation, "u1")
    backup = tmp_path / "backup.db"
    Attacker.on_copy(town.database, backup, installation.signer)
    assert town.show(0).status == 200
    change = log_keys.replace(installation, "stolen", old)
    town.folder.trust(change.key)
    decide_something(installation, "u2")
    held = town.folder.latest(ORIGIN)
    assert held is not None
    assert town.show(held.checkpoint.size).status == 200
    newest = town.folder.latest(ORIGIN)
    assert newest is not None
    assert codes(verified(installation, [old], path=backup)) == set(), "alone it cannot be told"
    assert codes(verified(installation, [old, change.key], path=backup)) == {"key-unknown"}
    assert "rollback" in codes(verified(installation, [old, change.key], [newest.note], backup))


def test_unlawful_changes_of_keys_are_named(town: Town, tmp_path: Path) -> None:
    """Written past the program by somebody with the keys: the history itself must be lawful."""
    installation = town.installation
    old = installation.signer
    stranger = Signer(ORIGIN, bytes(32))
    cases = {
        "LogKeyRetired": {"key": old.vkey},
        "LogKeyAnnounced": {"previous": stranger.vkey, "key": stranger.vkey},
        "LogKeyReplaced": {"previous": stranger.vkey, "key": stranger.vkey, "why": "lost"},
    }
    for kind, data in cases.items():
        attacked = Attacker.on_copy(town.database, tmp_path / f"{kind}.db", old)
        attacked.append(
            {"stream": "log/keys", "type": kind, "actor": {"kind": "system", "id": "jenjang"}, "data": data}
        )
        assert "illegal-transition" in codes(verified(installation, [old.vkey], path=attacked.path)), kind
    by_person = Attacker.on_copy(town.database, tmp_path / "person.db", old)
    by_person.append(
        {
            "stream": "log/keys",
            "type": "LogKeyAnnounced",
            "actor": {"kind": "person", "id": "somebody"},
            "data": {"previous": old.vkey, "key": stranger.vkey},
        }
    )
    found = codes(verified(installation, [old.vkey], path=by_person.path))
    assert {"not-the-system", "checkpoint-differs"} <= found, "and the new key did not sign"


def _old_key(installation: Installation) -> str:
    return (installation.settings.keys_folder / "log.key").read_text(encoding="utf-8")
