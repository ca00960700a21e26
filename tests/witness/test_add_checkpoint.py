"""A witness answers as C2SP tlog-witness says, over real HTTP, and cosigns nothing that does not continue."""

from __future__ import annotations

import base64
import http.client
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import pytest

from proofs.checkpoint import Checkpoint, sign
from proofs.cosignature import read_cosignatures
from proofs.keys import Signer
from proofs.merkle import root_of
from proofs.signed_note import parse_note, sign_note, verify_note
from tests.witness.conftest import ORIGIN, ROOT, Log, Running, jenjang, start_witness

SIZE = "text/x.tlog.size"


def test_a_first_checkpoint_and_its_continuation_are_cosigned(witness: Running, log: Log) -> None:
    for old, size in ((0, 3), (3, 8), (8, 8)):
        status, line, _ = witness.add(log.request(old, size))
        assert status == 200
        note = parse_note(log.note(size) + line)
        good, bad = read_cosignatures(note.text, note.signatures, [witness.key])
        assert (len(good), bad) == (1, [])
        # As the client may: joined to the checkpoint it is one note of both keys.
        assert len(verify_note(log.note(size) + line, [log.signer.verifier_key, witness.key]).signers) == 2


def test_another_old_size_is_a_conflict_that_names_the_right_one(witness: Running, log: Log) -> None:
    assert witness.add(log.request(2, 5)) == (409, "0\n", SIZE)
    assert witness.add(log.request(0, 5))[0] == 200
    assert witness.add(log.request(0, 9)) == (409, "5\n", SIZE)
    assert witness.add(log.request(4, 4)) == (409, "5\n", SIZE)  # an older tree, however genuine


def test_a_fork_is_refused_and_kept_as_evidence(witness: Running, log: Log) -> None:
    assert witness.add(log.request(0, 5))[0] == 200
    fork = Log(twisted=3)
    assert witness.add(fork.request(5, 8))[0] == 422
    assert witness.add(fork.request(5, 5))[0] == 422
    kept = {path.read_text() for path in (witness.folder / "refused").iterdir()}
    assert kept == {fork.note(8), fork.note(5)}
    assert witness.add(log.request(5, 8))[0] == 200, "the true log goes on"


def test_a_proof_that_does_not_hold_is_unprocessable(witness: Running, log: Log) -> None:
    assert witness.add(log.request(0, 5))[0] == 200
    wrong = log.request(5, 8).replace(b"old 5\n", b"old 5\n" + base64.b64encode(bytes(32)) + b"\n")
    assert witness.add(wrong)[0] == 422
    fresh = Log(Signer("jenjang.elsewhere", bytes(32)))
    assert jenjang("witness", "trust", "--folder", witness.folder, fresh.signer.vkey).returncode == 0
    proven = b"old 0\n" + base64.b64encode(bytes(32)) + b"\n\n" + fresh.note(2).encode()
    assert witness.add(proven)[0] == 422, "from nothing there is nothing to prove"


def test_an_empty_tree_has_one_root(witness: Running, log: Log) -> None:
    assert witness.add(log.request(0, 0))[0] == 200
    wrong = sign_note(f"{ORIGIN}\n0\n{base64.b64encode(bytes(32)).decode()}\n", log.signer)
    assert witness.add(log.request(0, 0, wrong))[0] == 422


def test_an_unknown_log_and_an_unknown_key_are_told_apart(witness: Running, log: Log) -> None:
    elsewhere = Log(Signer("jenjang.elsewhere", bytes(32)))
    assert witness.add(elsewhere.request(0, 3))[0] == 404
    stranger = Log(Signer(ORIGIN, bytes(32)))
    assert witness.add(stranger.request(0, 3))[0] == 403
    forged = sign(Checkpoint(ORIGIN, 3, root_of(log.leaves(0, 3))), log.signer).replace(
        f"{ORIGIN}\n3\n", f"{ORIGIN}\n4\n"
    )
    assert witness.add(log.request(0, 4, forged))[0] == 403
    # Lines of strangers beside the log's own do no harm.
    more = log.note(3) + stranger.note(3).rpartition("\n\n")[2]
    assert witness.add(log.request(0, 3, more))[0] == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"old 0\n",
        b"old 00\n\n{note}",
        b"old -1\n\n{note}",
        b"size 0\n\n{note}",
        b"old 0\nnot base64\n\n{note}",
        b"old 0\nAAAA\n\n{note}",
        b"old 0\n" + b"\n".join([base64.b64encode(bytes(32))] * 64) + b"\n\n{note}",
        b"old 0\n\nno note at all\n",
        b"old 9\n\n{note}",
        b"old 0\n\n\xff\xfe{note}",
    ],
)
def test_what_is_no_request_is_a_bad_request(witness: Running, log: Log, body: bytes) -> None:
    assert witness.add(body.replace(b"{note}", log.note(3).encode()))[0] == 400


def test_a_signed_text_that_is_no_checkpoint_is_a_bad_request(witness: Running, log: Log) -> None:
    for text in (f"{ORIGIN}\n", f"{ORIGIN}\nmany\nAAAA\n", f"{ORIGIN}\n3\nAAAA\n"):
        assert witness.add(log.request(0, 3, sign_note(text, log.signer)))[0] == 400


def test_other_paths_methods_and_floods_are_refused(witness: Running) -> None:
    assert witness.ask("GET", "/")[0] == 404
    assert witness.ask("GET", "/add-checkpoint")[0] == 405
    assert witness.add(b"x" * 200_000)[0] == 413


def test_monitors_get_the_newest_cosigned_checkpoint(witness: Running, log: Log) -> None:
    path = f"/{sha256(ORIGIN.encode()).hexdigest()}/checkpoint"
    assert witness.ask("GET", path)[0] == 404
    line = witness.add(log.request(0, 6))[1]
    assert witness.ask("GET", path)[:2] == (200, log.note(6) + line)
    assert witness.ask("GET", f"/{'0' * 64}/checkpoint")[0] == 404


def test_of_many_requests_at_once_none_goes_back(witness: Running, log: Log) -> None:
    sizes = list(range(1, 17)) * 3
    bodies = [log.request(0, size) for size in sizes]
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(witness.add, bodies))
    won = [size for size, (status, _, _) in zip(sizes, answers, strict=True) if status == 200]
    assert len(won) == 1
    told = {answer for status, answer, _ in answers if status == 409}
    assert told == {f"{won[0]}\n"}


def test_killed_at_any_moment_it_never_goes_back(witness: Running, log: Log) -> None:
    """Killed ten times in the middle of requests: what it acknowledged, it knows. Every other time it is
    killed after it acknowledged something, however slow the machine is.
    """
    acknowledged = 0
    for round_ in range(10):
        answered = threading.Event()
        with ThreadPoolExecutor(2) as pool:
            asked = pool.submit(_all_of, witness, log, acknowledged, answered)
            pool.submit(_kill_soon, witness, round_ * 0.004, answered if round_ % 2 else None)
            acknowledged = asked.result()
        witness.process.wait(10)
        witness = start_witness(witness.folder)
        status, told, _ = witness.add(log.request(acknowledged + 1, acknowledged + 1))
        if status == 409:
            assert int(told) >= acknowledged
            acknowledged = int(told)
        assert not list((witness.folder / "latest").glob(".*"))
    assert acknowledged > 0
    witness.process.kill()
    witness.process.wait(10)


def _all_of(witness: Running, log: Log, size: int, answered: threading.Event) -> int:
    """Send ever larger checkpoints until the witness is gone; the size that it acknowledged last."""
    try:
        while True:
            if witness.add(log.request(size, size + 1))[0] != 200:
                return size
            size += 1
            answered.set()
    except (OSError, http.client.HTTPException):
        return size
    finally:
        answered.set()


def _kill_soon(witness: Running, after: float, once: threading.Event | None) -> None:
    if once is not None:
        once.wait(30)
    time.sleep(after)
    os.kill(witness.process.pid, signal.SIGKILL)


def test_its_key_is_its_owners_alone(witness: Running) -> None:
    assert (witness.folder / "witness.key").stat().st_mode & 0o777 == 0o600
    assert witness.folder.stat().st_mode & 0o777 == 0o700
    again = jenjang("witness", "init", "--folder", witness.folder, "--name", "another")
    assert again.returncode == 2
    assert "already" in again.stderr
    (witness.folder / "witness.key").chmod(0o644)
    second = jenjang("witness", "serve", "--folder", witness.folder)
    assert second.returncode == 2
    assert "0644" in second.stderr


def test_one_folder_has_one_witness(witness: Running) -> None:
    second = jenjang("witness", "serve", "--folder", witness.folder, "--port", "1")
    assert second.returncode == 2
    assert "another witness runs" in second.stderr


def test_a_state_that_it_did_not_write_stops_it_from_cosigning(witness: Running, log: Log) -> None:
    assert witness.add(log.request(0, 6))[0] == 200
    latest = witness.folder / "latest" / sha256(ORIGIN.encode()).hexdigest()
    latest.write_text(log.note(2))
    assert witness.add(log.request(2, 9))[0] == 500
    latest.write_text("torn")
    assert witness.add(log.request(0, 9))[0] == 500


def test_a_further_key_of_a_log_is_accepted_while_it_runs(witness: Running, log: Log, tmp_path: Path) -> None:
    assert witness.add(log.request(0, 3))[0] == 200
    renewed = Log(Signer(ORIGIN, bytes(32)))
    assert witness.add(renewed.request(3, 5))[0] == 403
    file = tmp_path / "new.vkey"
    file.write_text(renewed.signer.vkey + "\n")
    assert jenjang("witness", "trust", "--folder", witness.folder, file).returncode == 0
    assert witness.add(renewed.request(3, 5))[0] == 200
    twice = jenjang("witness", "trust", "--folder", witness.folder, file)
    assert twice.returncode == 2
    assert "listed before" in twice.stderr


def test_nothing_of_ledger_or_database_is_loaded() -> None:
    code = (
        "import sys; sys.path.insert(0, '.'); import cli, contextlib\n"
        "with contextlib.suppress(SystemExit): cli.main(['witness', 'serve', '--folder', '/nonexistent'])\n"
        "print(sorted(m for m in sys.modules if m.split('.')[0] in "
        "('ledger', 'domain', 'settings', 'sqlalchemy', 'temporalio', 'installation', 'pydantic')))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
