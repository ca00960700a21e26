"""What witnesses and a timestamp authority said is checked, and a quorum of them can be demanded."""

from __future__ import annotations

import base64
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.x509 import Certificate
from sqlalchemy import select

from audit.verify import Outside, Verification, verify
from domain.commands import RegisterUnits, UnitRow
from domain.identity import SYSTEM
from domain.log_commands import RecordPublication
from installation import Installation
from ledger.database import open_database
from ledger.publications import newest_publication
from ledger.schema import checkpoints
from projections.catalogue import all_projections
from proofs.checkpoint import Checkpoint
from proofs.cosignature import cosign, witness_key
from proofs.keys import Signer
from proofs.signed_note import parse_note
from proofs.timestamp import read_certificates, timestamp_request
from proofs.witness_policy import WitnessPolicy, parse_policy
from settings import Settings
from tests.audit.attacker import Attacker
from tests.timestamp_authority import TimestampAuthority
from tests.world import new_id

ORIGIN = "jenjang.kota-serang"
WITNESSES = {name: Signer(f"{name}.example/saksi", bytes([n]) * 32) for n, name in enumerate("abc", 1)}
LINES = "".join(f"witness {name} {witness_key(signer)}\n" for name, signer in WITNESSES.items())
TWO_OF_THREE = parse_policy(f"{LINES}group saksi 2 a b c\nquorum saksi\n".encode())


def decide_something(installation: Installation, name: str) -> int:
    command = RegisterUnits(command_id=new_id(), actor=SYSTEM, rows=(UnitRow(unit_id=name, name=name),))
    receipt = installation.ledger.execute(command).receipt
    assert receipt is not None
    return receipt.tree_size


def note_of(installation: Installation, size: int) -> str:
    with installation.reader.engine.connect() as connection:
        found = connection.execute(select(checkpoints.c.note).where(checkpoints.c.size == size))
        return str(found.scalar_one())


def publish(installation: Installation, size: int, names: str, **changes: Any) -> None:
    """Record the checkpoint of `size` as published with the cosignatures of these witnesses."""
    text = parse_note(note_of(installation, size)).text
    at = changes.pop("at", int(time.time()))
    values: dict[str, Any] = {
        "size": size,
        "root": Checkpoint.parse(text).root.hex(),
        "cosignatures": tuple(cosign(text, WITNESSES[name], at).rstrip("\n") for name in names),
        "lacking": tuple(name for name in WITNESSES if name not in names),
    }
    installation.ledger.execute(RecordPublication(command_id=new_id(), actor=SYSTEM, **(values | changes)))


def verified(
    installation: Installation,
    policy: WitnessPolicy | None = TWO_OF_THREE,
    kept: list[str] | None = None,
    path: Path | None = None,
    roots: list[Certificate] | None = None,
) -> Verification:
    url = installation.settings.database if path is None else f"sqlite+pysqlite:///{path}"
    engine = open_database(url, read_only=True)
    try:
        return verify(
            engine,
            keys=[installation.signer.vkey],
            kept_checkpoints=kept or [],
            sealing_key=installation.sealing_key,
            projections=all_projections(),
            origin=ORIGIN,
            outside=Outside(policy, roots),
        )
    finally:
        engine.dispose()


def codes(verification: Verification) -> list[str]:
    return [finding.code for finding in verification.findings]


def test_a_quorum_vouches_for_the_ledger_up_to_its_checkpoint(installation: Installation) -> None:
    first = decide_something(installation, "u1")
    publish(installation, first, "ab")
    second = decide_something(installation, "u2")
    publish(installation, second, "c")
    result = verified(installation)
    assert result.ok, result.as_text()
    assert result.witnessed is not None
    assert result.witnessed.size == first, "one witness alone is no quorum"
    assert [name for name, _ in result.witnessed.by] == ["a", "b"]
    assert result.witnessed.lacking == ("c",)
    assert result.as_json()["witnessed"]["by"][0]["witness"] == "a"
    assert f"witnessed to size {first}" in result.as_text()


def test_without_a_quorum_it_is_named_who_lacks(installation: Installation) -> None:
    publish(installation, decide_something(installation, "u1"), "b")
    result = verified(installation)
    assert codes(result) == ["quorum-lacking"]
    assert "2 of a, b, c" in result.findings[0].detail
    assert "lacking: a, c" in result.findings[0].detail
    assert verified(installation, parse_policy(f"{LINES}quorum b\n".encode())).ok
    assert verified(installation, parse_policy(f"{LINES}quorum none\n".encode())).ok


def test_without_a_policy_cosignatures_are_told_to_be_unchecked(installation: Installation) -> None:
    publish(installation, decide_something(installation, "u1"), "ab")
    result = verified(installation, None)
    assert result.ok
    assert "cosignatures of witnesses: no witness policy was given" in result.unchecked


def test_cosignatures_on_a_kept_checkpoint_count(installation: Installation) -> None:
    size = decide_something(installation, "u1")
    note = note_of(installation, size)
    text = parse_note(note).text
    kept = note + cosign(text, WITNESSES["a"], int(time.time())) + cosign(text, WITNESSES["c"], 1_900_000_000)
    result = verified(installation, kept=[kept])
    assert result.ok, result.as_text()
    assert result.witnessed is not None
    assert result.witnessed.size == size
    forged = note + cosign(text.replace(str(size), str(size + 1)), WITNESSES["a"], 1_900_000_000)
    assert "cosignature-invalid" in codes(verified(installation, kept=[forged]))


def test_a_publication_is_recorded_once_for_each_size(installation: Installation) -> None:
    size = decide_something(installation, "u1")
    publish(installation, size, "ab")
    publish(installation, size, "abc")
    publish(installation, size - 1, "abc")
    with installation.reader.engine.connect() as connection:
        published = newest_publication(connection)
    assert published is not None
    assert (published.size, published.signed) == (size, note_of(installation, size))
    assert len(parse_note(published.note).signatures) == 3
    assert verified(installation).ok


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"root": "00" * 32}, "publication-differs"),
        ({"cosignatures": ("no line at all",)}, "publication-differs"),
        ({"at": int(time.time()) - 86_400}, "clock-differs"),
        ({"at": int(time.time()) + 86_400}, "clock-differs"),
    ],
)
def test_a_publication_that_says_what_was_not_so(
    installation: Installation, changes: dict[str, Any], code: str
) -> None:
    publish(installation, decide_something(installation, "u1"), "abc", **changes)
    assert code in codes(verified(installation))


def test_a_cosignature_of_another_checkpoint_is_invalid(installation: Installation) -> None:
    first, second = decide_something(installation, "u1"), decide_something(installation, "u2")
    other = parse_note(note_of(installation, first)).text
    line = cosign(other, WITNESSES["a"], int(time.time())).rstrip("\n")
    publish(installation, second, "bc", cosignatures=(line,))
    assert codes(verified(installation)) == ["cosignature-invalid", "quorum-lacking"]


def test_a_size_that_was_no_checkpoint_or_is_yet_to_come(installation: Installation) -> None:
    size = decide_something(installation, "u1")
    root = Checkpoint.parse(parse_note(note_of(installation, size)).text).root.hex()
    early = RecordPublication(command_id=new_id(), actor=SYSTEM, size=size + 40, root=root)
    installation.ledger.execute(early)
    assert "publication-differs" in codes(verified(installation))


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> TimestampAuthority:
    return TimestampAuthority.made_in(tmp_path_factory.mktemp("authority"))


def stamped(authority: TimestampAuthority, note: str) -> str:
    query, _ = timestamp_request(note.encode())
    return base64.b64encode(authority.answer(query)).decode()


def test_a_timestamp_is_verified_when_the_authoritys_certificate_is_given(
    installation: Installation, authority: TimestampAuthority
) -> None:
    size = decide_something(installation, "u1")
    publish(installation, size, "ab", timestamp=stamped(authority, note_of(installation, size)))
    unchecked = verified(installation)
    assert unchecked.ok
    assert "timestamps: no certificate of an authority was given" in unchecked.unchecked
    roots = read_certificates(authority.root.read_bytes())
    result = verified(installation, roots=roots)
    assert result.ok, result.as_text()
    assert not [what for what in result.unchecked if "timestamp" in what]


def test_a_timestamp_of_another_note_or_authority_is_invalid(
    installation: Installation, authority: TimestampAuthority, tmp_path: Path
) -> None:
    first = decide_something(installation, "u1")
    publish(installation, first, "ab", timestamp=stamped(authority, "another note\n"))
    roots = read_certificates(authority.root.read_bytes())
    assert codes(verified(installation, roots=roots)) == ["timestamp-invalid"]
    second = decide_something(installation, "u2")
    publish(installation, second, "ab", timestamp=stamped(authority, note_of(installation, second)))
    third = decide_something(installation, "u3")
    publish(installation, third, "ab", timestamp=base64.b64encode(b"no answer").decode())
    other = TimestampAuthority.made_in(tmp_path / "other")
    strangers = read_certificates(other.root.read_bytes())
    assert codes(verified(installation, roots=strangers)) == ["timestamp-invalid"] * 3


@pytest.mark.parametrize("field", ["size", "root", "cosignatures", "timestamp"])
def test_every_field_of_a_publication_is_held_against_something(
    authority: TimestampAuthority, tmp_path: Path, field: str
) -> None:
    """Altered by somebody with the log's key, who signs all anew: the witnesses' word does not move."""
    installation = Installation(Settings(data=tmp_path / "data"))
    installation.set_up()
    size = decide_something(installation, "u1")
    publish(installation, size, "ab", timestamp=stamped(authority, note_of(installation, size)))
    attacked = Attacker.on_copy(
        tmp_path / "data" / "jenjang.db", tmp_path / "attacked.db", installation.signer
    )
    documents = attacked.documents()
    data = documents[-1]["data"]
    value = data[field]
    data[field] = {
        "size": size - 1,
        "root": f"{'0' * 8}{value[8:]}" if field == "root" else "",
        "cosignatures": [value[0], value[0]] if field == "cosignatures" else [],
        "timestamp": f"{value[:-24]}{'A' * 23}=" if field == "timestamp" else "",
    }[field]
    attacked.rewrite(documents)
    roots = read_certificates(authority.root.read_bytes())
    assert verified(installation, roots=roots).ok
    expected = {
        "size": "publication-differs",
        "root": "publication-differs",
        "cosignatures": "quorum-lacking",
        "timestamp": "timestamp-invalid",
    }
    assert expected[field] in codes(verified(installation, path=attacked.path, roots=roots))
    installation.close()


def test_old_backup_and_key_together_do_not_undo_what_was_witnessed(tmp_path: Path) -> None:
    """The thief has key, database and an old backup; what the auditor holds is one cosigned note."""
    clock = _Clock()
    installation = Installation(Settings(data=tmp_path / "data"), clock=clock)
    installation.set_up()
    publish(installation, decide_something(installation, "u1"), "ab", at=int(clock.now.timestamp()))
    database = tmp_path / "data" / "jenjang.db"
    backup = Attacker.on_copy(database, tmp_path / "backup.db", installation.signer)
    size = decide_something(installation, "u2")
    publish(installation, size, "bc", at=int(clock.now.timestamp()))
    with installation.reader.engine.connect() as connection:
        published = newest_publication(connection)
    assert published is not None

    old = verified(installation, path=backup.path)
    assert old.ok, "a genuine backup is sound in itself"
    assert codes(verified(installation, kept=[published.note], path=backup.path)) == ["rollback"]

    # Grown again by the thief, with other decisions in the place of the true ones.
    documents = backup.documents()
    grown = documents[-1] | {
        "stream": "unit/u9",
        "type": "UnitRegistered",
        "data": {"unit_id": "u9", "name": "u9"},
        "recorded_at": documents[-1]["recorded_at"],
    }
    while len(backup.documents()) < size + 3:
        unit = f"u{9 + len(backup.documents())}"
        backup.append(grown | {"stream": f"unit/{unit}", "data": {"unit_id": unit, "name": unit}})
    again = verified(installation, path=backup.path)
    assert set(codes(again)) == {"projection-row-missing"}, "of no matter: whoever writes can rebuild"
    assert "fork" in codes(verified(installation, kept=[published.note], path=backup.path))
    installation.close()


class _Clock:
    def __init__(self) -> None:
        self.now = datetime.now(UTC) - timedelta(hours=1)

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=5)
        return self.now
