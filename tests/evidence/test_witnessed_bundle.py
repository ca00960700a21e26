"""A bundle carries what witnesses said, and the verifier that knows nothing else demands a quorum of them."""

from __future__ import annotations

import shutil
import time
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from domain.identity import SYSTEM
from domain.log_commands import RecordPublication
from evidence import verify_bundle
from installation import Installation
from ledger.publications import newest_publication
from ledger.read import newest_checkpoint
from operations import log_keys
from operations.bundles import write_to
from proofs.checkpoint import Checkpoint
from proofs.cosignature import cosign, witness_key
from proofs.keys import Signer
from proofs.signed_note import parse_note
from roster.generator import generate_agency
from settings import Settings
from tests.audit.attacker import Attacker
from tests.evidence.test_bundle import Files, altered, check
from tests.mining.conftest import Lived, live
from tests.world import new_id, seed

WITNESSES = {name: Signer(f"{name}.example/saksi", bytes([n]) * 32) for n, name in enumerate("abc", 1)}
LINES = "".join(f"witness {name} {witness_key(signer)}\n" for name, signer in WITNESSES.items())


def publish(installation: Installation, names: str) -> int:
    """Record the newest checkpoint as published with these witnesses' cosignatures; its size."""
    with installation.reader.engine.connect() as connection:
        text = parse_note(newest_checkpoint(connection) or "").text
    head = Checkpoint.parse(text)
    lines = tuple(cosign(text, WITNESSES[name], int(time.time())).rstrip("\n") for name in names)
    command = RecordPublication(
        command_id=new_id(), actor=SYSTEM, size=head.size, root=head.root.hex(), cosignatures=lines
    )
    installation.ledger.execute(command)
    return head.size


@pytest.fixture(scope="module")
def witnessed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    """A ledger of its own, whose newest publication two of three witnesses cosigned."""
    installation = Installation(Settings(data=tmp_path_factory.mktemp("witnessed")))
    installation.set_up()
    lived = live(seed(installation, generate_agency(people=200, as_of=date(2026, 11, 24))))
    publish(installation, "ab")
    yield lived
    installation.close()


@pytest.fixture(scope="module")
def bundle(witnessed: Lived, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("bundle") / "case.zip"
    write_to(witnessed.world.installation, witnessed.completed.id, out)
    return out


def policy(folder: Path, quorum: str) -> Path:
    file = folder / "saksi.policy"
    file.write_text(f"# tepercaya\n{LINES}{quorum}\n", encoding="utf-8")
    return file


def named(told: dict[str, Any]) -> list[str]:
    return [finding["code"] for finding in told["findings"]]


def test_a_quorum_is_demanded_and_told(bundle: Path, tmp_path: Path) -> None:
    code, told = check(bundle, "--witness-policy", policy(tmp_path, "group g 2 a b c\nquorum g"))
    assert (code, told["findings"]) == (0, [])
    size, names = told["witnessed"]
    assert size > 300
    assert [name.partition(" ")[0] for name in names] == ["a", "b"]
    assert not [sentence for sentence in told["not_proven"] if "--witness-policy" in sentence[1]]


def test_what_lacks_for_a_quorum_is_named(bundle: Path, tmp_path: Path) -> None:
    for quorum in (
        "group g all a b c\nquorum g",
        "quorum c",
        "group g 1 c\ngroup h 2 g a b\ngroup i all h\nquorum g",
    ):
        code, told = check(bundle, "--witness-policy", policy(tmp_path, quorum))
        assert (code, named(told)) == (1, ["quorum-lacking"])
        assert "lacking: c" in told["findings"][0]["detail"]
    assert check(bundle, "--witness-policy", policy(tmp_path, "quorum none"))[0] == 0


def test_without_a_policy_it_says_that_no_witness_was_asked_for(
    bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify_bundle.main([str(bundle)]) == 0
    assert "berikan kebijakan saksi" in capsys.readouterr().out
    assert verify_bundle.main([str(bundle), "--witness-policy", str(policy(tmp_path, "quorum a"))]) == 0
    told = capsys.readouterr().out
    assert "disaksikan a (" in told
    assert "were witnessed by a (" in told


@pytest.mark.parametrize(
    "text", ["quorum d", "", "group g 3 a b\nquorum g", "group g x a\nquorum g", "trust a"]
)
def test_a_policy_that_cannot_be_read_is_no_policy(bundle: Path, tmp_path: Path, text: str) -> None:
    assert verify_bundle.main([str(bundle), "--witness-policy", str(policy(tmp_path, text))]) == 2


def test_cosignatures_stripped_or_moved_to_another_checkpoint(bundle: Path, tmp_path: Path) -> None:
    demanded = policy(tmp_path, "group g 2 a b\nquorum g")

    def strip(files: Files) -> None:
        files["cosigned.note"] = b"\n".join(files["cosigned.note"].split(b"\n")[:-2]) + b"\n"

    def drop(files: Files) -> None:
        del files["cosigned.note"]

    def move(files: Files) -> None:
        lines = files["cosigned.note"].split(b"\n")
        files["cosigned.note"] = files["checkpoint.note"] + b"\n".join(lines[-3:])

    for change, expected in ((strip, "quorum-lacking"), (drop, "quorum-lacking"), (move, "quorum-lacking")):
        code, told = check(altered(bundle, tmp_path, change), "--witness-policy", demanded)
        assert code == 1
        assert expected in named(told), change.__name__


def test_a_thief_with_the_logs_key_cannot_make_the_witnesses_agree(witnessed: Lived, tmp_path: Path) -> None:
    """All is rewritten and signed anew with the true key; the bundle is made from that."""
    installation = witnessed.world.installation
    data = installation.settings.data
    Attacker.on_copy(data / "jenjang.db", tmp_path / "jenjang.db", installation.signer)
    shutil.copytree(data / "keys", tmp_path / "keys")
    thief = Attacker(tmp_path / "jenjang.db", installation.signer)
    documents = thief.documents()
    turned = next(d for d in documents if d["type"] == "TaskCompleted" and d["data"]["outcome"] == "approve")
    turned["data"]["outcome"] = "reject"
    thief.rewrite(documents)
    forged = Installation(Settings(data=tmp_path))
    out = tmp_path / "forged.zip"
    write_to(forged, witnessed.completed.id, out)
    forged.close()
    key = tmp_path / "log.vkey"
    key.write_text(installation.signer.vkey, encoding="utf-8")
    assert check(out, "--key", key)[0] == 0, "the key alone says nothing against it"
    code, told = check(out, "--key", key, "--witness-policy", policy(tmp_path, "quorum a"))
    assert (code, named(told)) == (1, ["quorum-lacking"])
    # And a checkpoint that somebody kept, cosigned or not, contradicts it.
    with installation.reader.engine.connect() as connection:
        published = newest_publication(connection)
    assert published is not None
    kept = tmp_path / "kept.note"
    kept.write_text(published.note, encoding="utf-8")
    code, told = check(out, "--key", key, "--checkpoint", kept)
    assert (code, named(told)) == (1, ["kept-checkpoint-differs"])


def test_while_keys_change_either_checks_a_bundle(witnessed: Lived, tmp_path: Path) -> None:
    installation = witnessed.world.installation
    change = log_keys.rotate(installation)
    during, after = tmp_path / "during.zip", tmp_path / "after.zip"
    write_to(installation, witnessed.completed.id, during)
    for key in (change.previous, change.key):
        assert check(during, "--key", key)[0] == 0
    log_keys.retire(installation)
    write_to(installation, witnessed.completed.id, after)
    assert check(after, "--key", change.key)[0] == 0
    code, told = check(after, "--key", change.previous)
    assert (code, named(told)) == (1, ["key-differs", "checkpoint-not-signed"])
    with zipfile.ZipFile(after) as archive:
        assert archive.read("log.vkey").decode().split() == [change.key]
