"""The signing key: made once, private, the same for all who start at once, never replaced in silence."""

import base64
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from proofs.errors import (
    InvalidKeyName,
    KeyDirectoryExposed,
    KeyFileExposed,
    MalformedSigningKey,
    SigningKeyLost,
    SigningKeyOfAnother,
    VerifierKeyDiffers,
)
from proofs.keys import Signer, load_or_create_signer, load_signer
from proofs.signed_note import VerifierKey

NAME = "jenjang.kota-serang"


@pytest.fixture
def key_path(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "ledger.key"


def key_file(typed_seed: bytes) -> str:
    return f"PRIVATE+KEY+{NAME}+00000000+{base64.b64encode(typed_seed).decode()}\n"


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_first_start_makes_a_key_only_its_owner_reads(key_path: Path) -> None:
    signer = load_or_create_signer(key_path, NAME)
    assert mode_of(key_path.parent) == 0o700
    assert mode_of(key_path) == 0o600
    assert (key_path.parent / f"{NAME}.vkey").read_text() == signer.vkey + "\n"
    assert sorted(file.name for file in key_path.parent.iterdir()) == [f"{NAME}.vkey", "ledger.key"]


def test_later_starts_load_the_same_key(key_path: Path) -> None:
    first, second = load_or_create_signer(key_path, NAME), load_or_create_signer(key_path, NAME)
    assert first.vkey == second.vkey == load_signer(key_path, NAME).vkey
    assert VerifierKey.parse(second.vkey).signed(b"decided", first.sign(b"decided"))


def test_two_ledgers_never_share_a_key(tmp_path: Path) -> None:
    one = load_or_create_signer(tmp_path / "one" / "ledger.key", NAME)
    other = load_or_create_signer(tmp_path / "other" / "ledger.key", NAME)
    assert one.vkey != other.vkey


def test_processes_that_start_at_once_agree_on_one_key(key_path: Path) -> None:
    program = (
        "import sys, pathlib; from proofs.keys import load_or_create_signer; sys.stdin.read(1); "
        "print(load_or_create_signer(pathlib.Path(sys.argv[1]), sys.argv[2]).vkey)"
    )
    starters = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(key_path), NAME],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        for _ in range(4)
    ]
    printed = {starter.communicate("!")[0] for starter in starters}
    assert printed == {load_signer(key_path, NAME).vkey + "\n"}
    assert len(list(key_path.parent.iterdir())) == 2


def test_the_loser_of_a_race_takes_the_winners_key(key_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    winner = Signer(NAME, bytes(32))
    link = os.link

    def someone_was_faster(draft: Path, path: Path) -> None:
        if path == key_path and not path.exists():
            path.write_text(winner.to_text())
            path.chmod(0o600)
        link(draft, path)

    monkeypatch.setattr("proofs.keys.os.link", someone_was_faster)
    assert load_or_create_signer(key_path, NAME).vkey == winner.vkey


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o620, 0o601])
def test_a_key_that_others_may_touch_is_refused(key_path: Path, mode: int) -> None:
    load_or_create_signer(key_path, NAME)
    key_path.chmod(mode)
    with pytest.raises(KeyFileExposed, match=f"mode {mode:04o}.*chmod 600"):
        load_or_create_signer(key_path, NAME)


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o777])
def test_a_directory_where_others_may_replace_the_key_is_refused(key_path: Path, mode: int) -> None:
    key_path.parent.mkdir()
    key_path.parent.chmod(mode)
    with pytest.raises(KeyDirectoryExposed, match="chmod 700"):
        load_or_create_signer(key_path, NAME)
    assert not key_path.exists()


def test_a_lost_key_is_not_replaced_in_silence(key_path: Path) -> None:
    load_or_create_signer(key_path, NAME)
    key_path.unlink()
    with pytest.raises(SigningKeyLost, match="Restore it"):
        load_or_create_signer(key_path, NAME)
    assert not key_path.exists()


def test_a_lost_verifier_key_is_written_again(key_path: Path) -> None:
    signer = load_or_create_signer(key_path, NAME)
    vkey_path = key_path.parent / f"{NAME}.vkey"
    vkey_path.unlink()
    load_or_create_signer(key_path, NAME)
    assert vkey_path.read_text() == signer.vkey + "\n"


def test_an_exchanged_key_is_noticed(key_path: Path) -> None:
    load_or_create_signer(key_path, NAME)
    key_path.write_text(Signer(NAME, bytes(32)).to_text())
    with pytest.raises(VerifierKeyDiffers):
        load_or_create_signer(key_path, NAME)


def test_the_key_of_another_ledger_is_refused(key_path: Path) -> None:
    load_or_create_signer(key_path, NAME)
    with pytest.raises(SigningKeyOfAnother, match="kota-cilegon"):
        load_or_create_signer(key_path, "jenjang.kota-cilegon")


@pytest.mark.parametrize(
    ("stored", "reason"),
    [
        ("", "not PRIVATE"),
        ("PRIVATE+KEY+jenjang.kota-serang\n", "not PRIVATE"),
        (Signer(NAME, bytes(32)).vkey, "not PRIVATE"),
        (Signer(NAME, bytes(32)).to_text() + "\n", "not PRIVATE"),
        (Signer(NAME, bytes(32)).to_text().replace("serang", "serong"), "key id should be"),
        (key_file(b"\x02" + bytes(32)), "type 0x01"),
        (key_file(b"\x01" + bytes(31)), "type 0x01"),
        (f"PRIVATE+KEY+{NAME}+00000000+AQ", "padding"),
        ("PRIVATE+KEY+ké+00000000+AQ==", "ASCII"),
    ],
)
def test_a_malformed_key_file_says_what_is_wrong_without_showing_the_key(
    key_path: Path, stored: str, reason: str
) -> None:
    key_path.parent.mkdir(mode=0o700)
    key_path.write_text(stored)
    key_path.chmod(0o600)
    with pytest.raises(MalformedSigningKey, match=reason) as caught:
        load_or_create_signer(key_path, NAME)
    assert "AAAA" not in str(caught.value)


@pytest.mark.parametrize("name", ["", "jenjang serang", "jenjang+serang", "../escape", ".hidden"])
def test_names_that_make_no_file_are_refused(key_path: Path, name: str) -> None:
    with pytest.raises(InvalidKeyName):
        load_or_create_signer(key_path, name)


def test_a_signer_does_not_show_its_key() -> None:
    signer = Signer(NAME, bytes(32))
    assert repr(signer) == f"Signer({signer.vkey})"
    assert signer.to_text().split("+")[-1].strip() not in repr(signer)


def test_the_signature_line_carries_key_id_and_signature() -> None:
    signer = Signer(NAME, bytes(32))
    payload = base64.b64decode(signer.signature_line_payload("8 leaves\n"))
    assert payload == signer.key_id + signer.sign(b"8 leaves\n")
