"""A bundle holds what it says, every alteration is named, and it is checked by a bare Python."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from evidence import verify_bundle
from evidence.bundle import NoSuchCase, NoSuchSize
from ledger.schema import checkpoints
from operations.bundles import write_to
from tests.mining.conftest import Lived

SIZE = 300
Files = dict[str, bytes]


@pytest.fixture(scope="session")
def bundle(lived: Lived, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("bundle") / "case.zip"
    write_to(lived.world.installation, lived.completed.id, out, checkpoint_size=SIZE, purpose="pemeriksaan")
    return out


def check(bundle: Path, *options: str | Path) -> tuple[int, dict[str, Any]]:
    """The stand-alone verifier, as it lies in the bundle, in a Python that knows nothing else."""
    script = bundle.with_name("verify_bundle.py")
    with zipfile.ZipFile(bundle) as archive:
        script.write_bytes(archive.read("verify_bundle.py"))
    command = [sys.executable, "-I", "-S", str(script), str(bundle), "--json", *map(str, options)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, cwd="/")
    assert done.returncode in (0, 1), done.stderr
    return done.returncode, json.loads(done.stdout)


def altered(bundle: Path, folder: Path, change: Callable[[Files], None], *, relisted: bool = True) -> Path:
    """The bundle after `change`; an attacker also puts the manifest right, unless not `relisted`."""
    with zipfile.ZipFile(bundle) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    if relisted:
        manifest = json.loads(files["manifest.json"])
        manifest["files"] = {
            name: hashlib.sha256(content).hexdigest()
            for name, content in files.items()
            if name != "manifest.json"
        }
        files["manifest.json"] = json.dumps(manifest).encode()
    out = folder / "altered.zip"
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out


def test_a_sound_bundle_holds_alone(lived: Lived, bundle: Path, tmp_path: Path) -> None:
    key = tmp_path / "log.vkey"
    key.write_text(lived.world.installation.signer.vkey + "\n", encoding="utf-8")
    code, told = check(bundle, "--key", key)
    assert (code, told["findings"]) == (0, [])
    with zipfile.ZipFile(bundle) as archive:
        names = archive.namelist()
        assert len([n for n in names if n.startswith("records/")]) > len(lived.history(lived.completed))
        assert [n for n in names if n.startswith("facts/")]
        assert [n for n in names if n.startswith("policies/")]


def test_it_says_in_two_languages_what_is_and_is_not_proven(
    bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify_bundle.main([str(bundle)]) == 0
    told = capsys.readouterr().out
    for sentence in (
        "TERBUKTI / PROVEN",
        "TIDAK TERBUKTI / NOT PROVEN",
        "kunci itu milik instansi",
        "the key is",
    ):
        assert sentence in told


def test_a_kept_checkpoint_binds_the_bundle(lived: Lived, bundle: Path, tmp_path: Path) -> None:
    with lived.world.installation.reader.engine.connect() as connection:
        found = connection.execute(select(checkpoints.c.size, checkpoints.c.note).limit(3)).all()
    size, note = found[1]
    kept = tmp_path / "kept.note"
    kept.write_text(note, encoding="utf-8")
    own = tmp_path / "own.zip"
    write_to(lived.world.installation, lived.completed.id, own, checkpoint_size=size)
    assert check(own, "--checkpoint", kept)[0] == 0
    code, told = check(bundle, "--checkpoint", kept)  # it was made for another size
    assert (code, told["findings"][0]["code"]) == (1, "kept-checkpoint-differs")
    kept.write_text(note.replace(f"\n{size}\n", f"\n{SIZE}\n"), encoding="utf-8")
    assert check(bundle, "--checkpoint", kept)[1]["findings"][0]["code"] == "kept-checkpoint-differs"


def _edit(prefix: str, old: bytes, new: bytes) -> Callable[[Files], None]:
    def change(files: Files) -> None:
        name = next(n for n, c in files.items() if n.startswith(prefix) and old in c)
        files[name] = files[name].replace(old, new, 1)

    return change


def _drop(prefix: str, having: bytes) -> Callable[[Files], None]:
    def change(files: Files) -> None:
        del files[next(n for n, c in files.items() if n.startswith(prefix) and having in c)]

    return change


def _consistency(files: Files) -> None:
    proofs = json.loads(files["proofs.json"])
    proofs["consistency"]["root"] = "0" * 64
    files["proofs.json"] = json.dumps(proofs).encode()


def _without_the_case(files: Files) -> None:
    for name in [
        n for n, content in files.items() if n.startswith("records/") and b"personnel-action/" in content
    ]:
        del files[name]
    manifest = json.loads(files["manifest.json"])
    files["manifest.json"] = json.dumps(manifest | {"cases": dict.fromkeys(manifest["cases"], 0)}).encode()


def _of_another_case(files: Files) -> None:
    manifest = json.loads(files["manifest.json"])
    files["manifest.json"] = json.dumps(
        manifest | {"cases": {"7f8a5c52-4a06-4f9b-9a5c-0000000000aa": 1}}
    ).encode()


ATTACKS: dict[str, tuple[Callable[[Files], None], bool, str]] = {
    "a decision turned round": (_edit("records/", b'"approve"', b'"reject"'), True, "record-not-in-tree"),
    "a record moved": (_edit("proofs.json", b'"position": ', b'"position": 9'), True, "record-not-in-tree"),
    "a step taken out": (_drop("records/", b'"step":"division_review"'), True, "record-missing"),
    "the whole case taken out": (_without_the_case, True, "record-missing"),
    "another case's name": (_of_another_case, True, "record-missing"),
    "the root changed": (_edit("checkpoint.note", b"=\n", b"a=\n"), True, "checkpoint-not-signed"),
    "the size changed": (_edit("checkpoint.note", b"\n", b"\n1"), True, "checkpoint-not-signed"),
    "another past": (_consistency, True, "not-consistent"),
    "a kinder policy": (_edit("policies/", b"HARD", b"WARN"), True, "policy-differs"),
    "other facts": (_edit("facts/", b"salt", b"tlas"), True, "fact-sheet-differs"),
    "a document slipped in": (
        lambda files: files.update({f"documents/{'0' * 64}": b"%PDF-"}),
        True,
        "document-differs",
    ),
    "a file changed": (_edit("README.txt", b"Jenjang", b"jenjang"), False, "file-altered"),
    "a file taken out": (_drop("README", b"Jenjang"), False, "file-missing"),
    "a file put in": (lambda files: files.update({"more.txt": b"x"}), False, "file-unlisted"),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_every_alteration_is_named(bundle: Path, tmp_path: Path, attack: str) -> None:
    change, relisted, expected = ATTACKS[attack]
    code, told = check(altered(bundle, tmp_path, change, relisted=relisted))
    assert code == 1
    assert expected in {finding["code"] for finding in told["findings"]}
    assert all(finding["id"] and finding["en"] for finding in told["findings"])


def test_another_key_and_rubbish_are_refused(bundle: Path, tmp_path: Path) -> None:
    other = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    typed = b"\x01" + other
    name = "jenjang.kota-serang"
    key_id = hashlib.sha256(name.encode() + b"\n" + typed).hexdigest()[:8]
    code, told = check(bundle, "--key", f"{name}+{key_id}+{base64.b64encode(typed).decode()}")
    assert {"key-differs", "checkpoint-not-signed"} <= {f["code"] for f in told["findings"]}
    assert code == 1
    rubbish = tmp_path / "rubbish.zip"
    rubbish.write_bytes(b"PK\x03\x04 no")
    assert verify_bundle.main([str(rubbish)]) == 2
    deep = altered(
        bundle, tmp_path, lambda files: files.update({"proofs.json": b"[" * 100_000}), relisted=True
    )
    assert verify_bundle.main([str(deep)]) == 2


def test_a_hostile_bundle_neither_hangs_the_verifier_nor_writes_its_lines(
    bundle: Path, tmp_path: Path
) -> None:
    def enormous(files: Files) -> None:
        told = json.loads(files["manifest.json"])
        told["cases"] = dict.fromkeys(told["cases"], 10**15)
        files["manifest.json"] = json.dumps(told).encode()

    def forged(files: Files) -> None:
        told = json.loads(files["manifest.json"])
        told["files"] |= {"\ud800\x1b[2J\nTERBUKTI / PROVEN": ""} | {f"\uffee{n}": "" for n in range(9_999)}
        files["manifest.json"] = json.dumps(told).encode()

    _, told = check(altered(bundle, tmp_path, enormous))
    assert {f["code"] for f in told["findings"]} == {"record-missing"}
    assert len(told["findings"]) == 51
    _, told = check(altered(bundle, tmp_path, forged, relisted=False))
    missing = [f["detail"] for f in told["findings"] if f["code"] == "file-missing"]
    assert missing[0] == "\\ud800\\x1b[2J\\nTERBUKTI / PROVEN"
    assert (missing[-1], len(missing)) == ("+ 9950", 51)


def test_a_packing_that_no_bundle_has_is_unreadable(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with zipfile.ZipFile(tmp_path / "packed.zip", "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("manifest.json", b"{}")
    assert verify_bundle.main([str(tmp_path / "packed.zip")]) == 2
    assert "no bundle is" in capsys.readouterr().err


def test_without_a_purpose_nothing_personal_is_opened(lived: Lived, tmp_path: Path) -> None:
    out = tmp_path / "sealed.zip"
    write_to(lived.world.installation, lived.completed.id, out)
    with zipfile.ZipFile(out) as archive:
        assert not [n for n in archive.namelist() if n.startswith(("facts/", "documents/"))]
        written = b"".join(archive.read(name) for name in archive.namelist())
    for row in lived.world.synthetic.employees:
        assert row.nip.encode() not in written
    assert check(out)[0] == 0


def test_reading_is_recorded_and_the_impossible_refused(lived: Lived, bundle: Path, tmp_path: Path) -> None:
    read = [r for r in lived.records if r["type"] == "PersonalDataRead"]
    assert read[-1]["data"] == {"subject_id": lived.completed.subject_id, "what": "bundle"}
    installation = lived.world.installation
    with pytest.raises(NoSuchCase):
        write_to(installation, "nothing", tmp_path / "x.zip")
    with pytest.raises(NoSuchSize):
        write_to(installation, lived.completed.id, tmp_path / "x.zip", checkpoint_size=10**9)
    assert list(tmp_path.iterdir()) == []


def test_the_verifier_s_own_ed25519_agrees_with_the_library() -> None:
    for number in range(8):
        key = Ed25519PrivateKey.from_private_bytes(bytes([number + 1]) * 32)
        message, public = bytes(range(number)), key.public_key().public_bytes_raw()
        signature = key.sign(message)
        assert verify_bundle.signed(public, message, signature)
        assert not verify_bundle.signed(public, message + b"x", signature)
        assert not verify_bundle.signed(public, message, signature[:-1] + bytes([signature[-1] ^ 1]))
        grown = int.from_bytes(signature[32:], "little") + verify_bundle.L
        assert not verify_bundle.signed(public, message, signature[:32] + grown.to_bytes(32, "little"))
