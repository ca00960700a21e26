"""Checkpoints go out on a real Temporal: to witnesses that are processes of their own, a timestamp authority,
a folder, a mailbox and an address.
"""

from __future__ import annotations

import asyncio
import email
import json
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from email import policy as email_policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from integrations.mail import MailServer
from ledger.publications import Published, newest_publication
from operations import log_keys
from operations.publication_findings import of_publications
from operations.verification import verify_installation
from proofs.checkpoint import Checkpoint, sign
from proofs.errors import AuditError
from proofs.merkle import EMPTY_ROOT, node_hash
from proofs.signed_note import parse_note
from proofs.witness_policy import parse_policy
from relay.publication_clock import SCHEDULE, ensure_publications
from relay.publisher import Outside
from tests.timestamp_authority import TimestampAuthority
from tests.witness.conftest import Running, a_witness, free_port, jenjang, start_witness
from tests.workflows.theatre import PATIENCE, Theatre, a_transfer
from workflows.publication import CheckpointPublication

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> TimestampAuthority:
    return TimestampAuthority.made_in(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def witnesses(theatre: Theatre, tmp_path: Path) -> Iterator[dict[str, Running]]:
    vkey = theatre.world.installation.signer.vkey
    started = {
        name: a_witness(tmp_path / name, f"{name}.example/saksi", vkey) for name in ("bkn", "inspektorat")
    }
    yield started
    for witness in started.values():
        witness.process.kill()
        witness.process.wait(10)


def policy_file(folder: Path, witnesses: dict[str, Running], quorum: str = "all") -> Path:
    lines = [f"witness {name} {each.key} {each.url}/" for name, each in witnesses.items()]
    text = "\n".join([*lines, f"group saksi {quorum} {' '.join(witnesses)}", "quorum saksi", ""])
    (folder / "saksi.policy").write_text(text)
    return folder / "saksi.policy"


def published(theatre: Theatre) -> Published | None:
    with theatre.world.installation.reader.engine.connect() as connection:
        return newest_publication(connection)


async def publish(theatre: Theatre) -> tuple[str, ...]:
    """One publication, from its start to its end; who was left out."""
    lacking: tuple[str, ...] = await asyncio.wait_for(
        theatre.plain.execute_workflow(
            CheckpointPublication.run, id=f"publication-{time.monotonic_ns()}", task_queue=theatre.task_queue
        ),
        PATIENCE * 3,
    )
    return tuple(lacking)


def told(theatre: Theatre, later: timedelta = timedelta()) -> list[str]:
    """What the doctor says of publications."""
    installation = theatre.world.installation
    with installation.reader.engine.connect() as connection:
        found = of_publications(connection, installation.settings, installation.clock() + later)
        return [finding.code for finding in found]


@contextmanager
def an_address() -> Iterator[tuple[str, list[bytes]]]:
    """A web server that keeps what is posted to it; every first request it answers 503."""
    received: list[bytes] = []
    busy = [True]

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            status = 503 if busy else 204
            busy.clear()
            if status == 204:
                received.append(body)
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/checkpoints", received
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Mailbox:
    def __init__(self) -> None:
        self.letters: list[bytes] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802  (aiosmtpd's name)
        self.letters.append(envelope.content)
        return "250 OK"


@pytest.fixture
async def mailbox() -> AsyncIterator[tuple[MailServer, _Mailbox]]:
    kept = _Mailbox()
    controller = Controller(kept, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield MailServer("127.0.0.1", controller.port, "jenjang@serangkota.go.id"), kept
    controller.stop()


async def test_a_checkpoint_is_cosigned_stamped_recorded_and_sent_everywhere(
    theatre: Theatre,
    witnesses: dict[str, Running],
    authority: TimestampAuthority,
    mailbox: tuple[MailServer, _Mailbox],
    tmp_path: Path,
) -> None:
    server, kept = mailbox
    file = policy_file(tmp_path, witnesses)
    with authority.serving() as stamps, an_address() as (address, posted):
        theatre.outside = Outside(
            policy=parse_policy(file.read_bytes()),
            timestamp_url=stamps,
            folder=tmp_path / "published",
            url=address,
            mail_to="inspektorat@serangkota.go.id",
            mail_server=server,
        )
        async with theatre.process_worker():
            assert await publish(theatre) == ()
            first = published(theatre)
            assert await publish(theatre) == ()
            assert published(theatre) == first, "nothing but its own record happened since"
            a_transfer(theatre.world)
            assert await publish(theatre) == ()
    second = published(theatre)
    assert first is not None
    assert second is not None
    assert second.size > first.position, "the next checkpoint holds the record of the one before"

    origin = second.note.partition("\n")[0]
    assert (tmp_path / "published" / f"{origin}-{second.size}.note").read_text() == second.note
    assert posted == [first.note.encode(), second.note.encode()]
    letter = email.message_from_bytes(kept.letters[-1], policy=email_policy.default)
    assert letter["Subject"] == f"[{origin}] checkpoint {second.size}"
    attached = {part.get_filename(): part.get_content() for part in letter.iter_attachments()}
    assert attached[f"{origin}-{second.size}.note"].decode() == second.note

    settings = theatre.world.installation.settings
    result = await asyncio.to_thread(
        verify_installation,
        settings,
        checkpoints=[tmp_path / "published" / f"{origin}-{first.size}.note"],
        witness_policy=file,
        ask_witnesses=True,
        timestamp_certificate=authority.root,
    )
    assert result.ok, result.as_text()
    assert result.witnessed is not None
    assert (result.witnessed.size, result.witnessed.lacking) == (second.size, ())
    assert result.unchecked == ()


async def test_witnesses_may_be_away_and_come_back(
    theatre: Theatre, witnesses: dict[str, Running], tmp_path: Path
) -> None:
    file = policy_file(tmp_path, witnesses, quorum="1")
    theatre.outside = Outside(policy=parse_policy(file.read_bytes()))
    away = witnesses["bkn"]
    away.process.kill()
    away.process.wait(10)
    async with theatre.process_worker():
        assert await publish(theatre) == ("bkn",)
        found = published(theatre)
        assert found is not None
        assert len(parse_note(found.note).signatures) == 2
        settings = theatre.world.installation.settings
        verified = await asyncio.to_thread(
            verify_installation, settings, witness_policy=file, ask_witnesses=True
        )
        assert verified.ok, verified.as_text()
        assert verified.witnessed is not None
        assert verified.witnessed.lacking == ("bkn",)
        settings.witness_policy = file
        assert told(theatre) == []
        settings.witness_policy = policy_file(tmp_path, witnesses, quorum="2")
        assert told(theatre) == ["quorum-lacking"]
        assert any("bkn" in what for what in verified.unchecked)
        witnesses["bkn"] = start_witness(away.folder, away.port)
        a_transfer(theatre.world)
        assert told(theatre, timedelta(hours=4)) == ["checkpoint-unpublished", "quorum-lacking"]
        assert await publish(theatre) == ()
        assert told(theatre, timedelta(hours=4)) == []


async def test_a_witness_that_saw_another_history_is_recorded_as_refusing(
    theatre: Theatre, witnesses: dict[str, Running], tmp_path: Path
) -> None:
    """Somebody with the key showed the Inspektorat a larger log than there is."""
    signer = theatre.world.installation.signer
    fork = Checkpoint(signer.name, 10**6, node_hash(EMPTY_ROOT, EMPTY_ROOT))
    assert witnesses["inspektorat"].add(f"old 0\n\n{sign(fork, signer)}".encode())[0] == 200
    file = policy_file(tmp_path, witnesses)
    theatre.outside = Outside(policy=parse_policy(file.read_bytes()))
    async with theatre.process_worker():
        assert await publish(theatre) == ("inspektorat",)
    found = published(theatre)
    assert found is not None
    reader = theatre.world.installation.reader
    with reader.engine.connect() as connection:
        event = reader.stream(connection, "log/publications")[-1].event
    assert event.model_dump()["refused"] == ("inspektorat",)
    settings = theatre.world.installation.settings
    verified = await asyncio.to_thread(verify_installation, settings, witness_policy=file, ask_witnesses=True)
    assert [finding.code for finding in verified.findings] == ["rollback", "quorum-lacking"]
    settings.witness_policy = file
    assert told(theatre) == ["witness-refuses"]


async def test_a_rotation_goes_on_under_the_eyes_of_the_witnesses(
    theatre: Theatre, witnesses: dict[str, Running], tmp_path: Path
) -> None:
    file = policy_file(tmp_path, witnesses)
    theatre.outside = Outside(policy=parse_policy(file.read_bytes()))
    installation = theatre.world.installation
    async with theatre.process_worker():
        assert await publish(theatre) == ()
        change = await asyncio.to_thread(log_keys.rotate, installation)
        assert await publish(theatre) == (), "in the overlap the old key is enough"
        for witness in witnesses.values():
            assert jenjang("witness", "trust", "--folder", witness.folder, change.key).returncode == 0
        await asyncio.to_thread(log_keys.retire, installation)
        assert await publish(theatre) == ()
    verified = await asyncio.to_thread(
        verify_installation, installation.settings, witness_policy=file, ask_witnesses=True
    )
    assert verified.ok, verified.as_text()


async def test_the_command_line_demands_the_quorum(
    theatre: Theatre, witnesses: dict[str, Running], tmp_path: Path
) -> None:
    file = policy_file(tmp_path, witnesses)
    data = theatre.world.installation.settings.data
    words = ("verify", "--data", data, "--witness-policy", file, "--json")
    lacking = await asyncio.to_thread(jenjang, *words)
    assert (lacking.returncode, lacking.stderr) == (1, "")
    found = json.loads(lacking.stdout)
    assert [finding["code"] for finding in found["findings"]] == ["quorum-lacking"]
    theatre.outside = Outside(policy=parse_policy(file.read_bytes()))
    async with theatre.process_worker():
        assert await publish(theatre) == ()
    enough = await asyncio.to_thread(jenjang, *words, "--ask-witnesses")
    assert enough.returncode == 0, enough.stdout
    assert [each["witness"] for each in json.loads(enough.stdout)["witnessed"]["by"]] == [
        "bkn",
        "inspektorat",
    ]
    for witness in witnesses.values():
        witness.process.kill()
        witness.process.wait(10)
    silent = await asyncio.to_thread(jenjang, *words, "--ask-witnesses")
    assert silent.returncode == 2
    assert "could not be asked" in silent.stderr
    file.write_text("quorum nobody\n")
    assert (await asyncio.to_thread(jenjang, *words)).returncode == 2


async def test_the_clock_starts_publications_and_stops_when_nobody_is_to_be_told(theatre: Theatre) -> None:
    every = timedelta(hours=1)
    async with theatre.process_worker():
        await ensure_publications(theatre.plain, theatre.task_queue, every)
        await ensure_publications(theatre.plain, theatre.task_queue, every)
        deadline = time.monotonic() + PATIENCE
        while published(theatre) is None:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.05)
    handle = theatre.plain.get_schedule_handle(SCHEDULE)
    assert (await handle.describe()).schedule.spec.intervals[0].every == every
    await ensure_publications(theatre.plain, theatre.task_queue, None)
    await ensure_publications(theatre.plain, theatre.task_queue, None)


def test_a_policy_that_cannot_be_read_is_named() -> None:
    with pytest.raises(AuditError, match="line 1"):
        parse_policy(b"witness\n")
