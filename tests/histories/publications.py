"""Scenarios of checkpoints that go out, to be recorded: everybody reached, and a witness that is away."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from proofs.witness_policy import parse_policy
from relay.publisher import Outside
from tests.timestamp_authority import TimestampAuthority
from tests.witness.conftest import Running, a_witness
from tests.workflows.test_publication import an_address, policy_file
from tests.workflows.theatre import Theatre
from workflows.publication import CheckpointPublication


async def record_sent_everywhere(theatre: Theatre) -> str:
    """Cosigned by two witnesses, stamped, put into a folder, posted at the second try; as JSON."""
    with tempfile.TemporaryDirectory() as name, witnesses(theatre, Path(name)) as (file, _):
        folder = Path(name)
        (folder / "authority").mkdir()
        authority = TimestampAuthority.made_in(folder / "authority")
        with authority.serving() as stamps, an_address() as (address, _):
            theatre.outside = Outside(
                policy=parse_policy(file.read_bytes()),
                timestamp_url=stamps,
                folder=folder / "published",
                url=address,
            )
            return await published(theatre)


async def record_witness_away(theatre: Theatre) -> str:
    """One witness does not answer, and the time of trying is over; as JSON."""
    with tempfile.TemporaryDirectory() as name, witnesses(theatre, Path(name)) as (file, running):
        running["bkn"].process.kill()
        running["bkn"].process.wait(10)
        theatre.outside = Outside(policy=parse_policy(file.read_bytes()))
        return await published(theatre, lacking=("bkn",))


async def published(theatre: Theatre, lacking: tuple[str, ...] = ()) -> str:
    """The history of one publication, as JSON."""
    async with theatre.process_worker():
        handle = await theatre.plain.start_workflow(
            CheckpointPublication.run, id=f"publication-{uuid.uuid4()}", task_queue=theatre.task_queue
        )
        assert tuple(await handle.result()) == lacking
    return (await handle.fetch_history()).to_json()


@contextmanager
def witnesses(theatre: Theatre, folder: Path) -> Iterator[tuple[Path, dict[str, Running]]]:
    """Two witnesses of the theatre's log that run, and the policy that names them."""
    vkey = theatre.world.installation.signer.vkey
    started = {
        name: a_witness(folder / name, f"{name}.example/saksi", vkey) for name in ("bkn", "inspektorat")
    }
    try:
        yield policy_file(folder, started), started
    finally:
        for witness in started.values():
            witness.process.kill()
            witness.process.wait(10)
