"""A scenario to be recorded: a decree whose key is away at first."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

from decrees.signing import DecreeSigner, SigningUnavailable
from domain.decree_events import KeyKind
from operations.decrees import maker_of
from relay.decrees import DecreeStarter
from tests.workflows.theatre import Theatre, a_transfer
from workflows.naming import decree_workflow_id


class AwayAtFirst:
    """A key that cannot be reached when it is asked first."""

    key: KeyKind = "software"

    def __init__(self, signer: DecreeSigner) -> None:
        self._signer = signer
        self._loop = asyncio.get_running_loop()
        self.asked = asyncio.Event()

    def sign(self, pdf: bytes) -> bytes:
        if not self.asked.is_set():
            self._loop.call_soon_threadsafe(self.asked.set)
            raise SigningUnavailable("the token is not in")
        return self._signer.sign(pdf)


async def record_decree_signed(theatre: Theatre) -> str:
    """Tried in vain, and again after a pause; as JSON."""
    installation = theatre.world.installation
    maker = maker_of(installation)
    assert maker.signer is not None
    away = AwayAtFirst(maker.signer)
    theatre.decree_maker = replace(maker, signer=away)
    state = theatre.world.walk(a_transfer(theatre.world), until="inauguration")
    async with theatre.process_worker():
        starter = DecreeStarter(installation.reader, theatre.client, theatre.task_queue)
        await starter.look()
        handle = theatre.plain.get_workflow_handle(decree_workflow_id(state.id))
        await away.asked.wait()
        await asyncio.sleep(1)  # until the process sleeps on it
        await theatre.skipper.fast_forward(handle, timedelta(seconds=16))
        await handle.result()
        return (await handle.fetch_history()).to_json()
