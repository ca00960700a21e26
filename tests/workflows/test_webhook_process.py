"""A subscription's process on a real Temporal: it sends, tries again, ends with a pause and comes back."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowExecutionStatus, WorkflowHandle

from accounts.api_keys import create_key
from domain.commands import Command
from domain.identity import Actor
from domain.webhook_commands import PauseWebhook, ResumeWebhook, SubscribeWebhook
from domain.webhook_state import SUBSCRIBES
from ledger.read import size
from relay.webhook_starter import WebhookStarter
from tests.receiver import Receiver, receiving
from tests.workflows.theatre import PATIENCE, Theatre, a_transfer
from tests.world import new_id
from workflows.naming import webhook_workflow_id
from workflows.webhook import WebhookProcess

pytestmark = pytest.mark.anyio


class Subscription:
    """One subscription of the theatre, with the starter that sees to its process."""

    def __init__(self, theatre: Theatre, url: str) -> None:
        installation = theatre.world.installation
        key_id, _ = create_key(installation, "portal", tuple(SUBSCRIBES))
        self.theatre = theatre
        self.id = new_id()
        self.actor = Actor(kind="integration", id=key_id, scopes=SUBSCRIBES)
        self.starter = WebhookStarter(installation.reader, theatre.client, theatre.task_queue)
        with installation.reader.engine.connect() as connection:
            after = size(connection) - 1
        self.does(SubscribeWebhook, label="Portal", url=url, after=after)

    def does(self, command: Callable[..., Command], **values: object) -> None:
        wanted = command(command_id=new_id(), actor=self.actor, subscription_id=self.id, **values)
        self.theatre.world.installation.ledger.execute(wanted)

    @property
    def handle(self) -> WorkflowHandle[WebhookProcess, None]:
        return self.theatre.client.get_workflow_handle_for(WebhookProcess.run, webhook_workflow_id(self.id))

    async def until(self, holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < deadline, "it does not come to that"
            await self.starter.look()
            await asyncio.sleep(0.05)

    async def asleep(self) -> None:
        """Until the process waits for a moment."""
        deadline = time.monotonic() + PATIENCE
        while not any(
            event.event_type == EventType.EVENT_TYPE_TIMER_STARTED
            for event in (await self.handle.fetch_history()).events
        ):
            assert time.monotonic() < deadline, "the process waits for nothing"
            await asyncio.sleep(0.05)

    async def over(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while (await self.handle.describe()).status is WorkflowExecutionStatus.RUNNING:
            assert time.monotonic() < deadline, "the process still runs"
            await asyncio.sleep(0.05)


@asynccontextmanager
async def at_work(theatre: Theatre) -> AsyncIterator[Receiver]:
    """A receiver on this machine, and a worker that may call it."""
    theatre.world.installation.settings.webhook_private_hosts = "127.0.0.1"
    with receiving(Receiver()) as receiver:
        async with theatre.process_worker():
            yield receiver


async def failed_and_paused(theatre: Theatre, receiver: Receiver) -> Subscription:
    """Sent and failed, sent again when its time has come, and ended by a pause."""
    receiver.answers = lambda _: 500
    subscription = Subscription(theatre, receiver.url)
    a_transfer(theatre.world)
    await subscription.until(lambda: len(receiver.asked) == 1)
    receiver.answers = lambda _: 204
    await subscription.asleep()
    theatre.clock.ahead += timedelta(seconds=10)
    await theatre.skipper.fast_forward(subscription.handle, timedelta(seconds=10))
    await subscription.until(lambda: len(receiver.accepted) == 2)
    subscription.does(PauseWebhook)
    await subscription.handle.signal(WebhookProcess.advanced, 10**6)
    await subscription.over()
    return subscription


async def test_a_process_sends_waits_ends_with_a_pause_and_begins_again(theatre: Theatre) -> None:
    async with at_work(theatre) as receiver:
        subscription = await failed_and_paused(theatre, receiver)
        a_transfer(theatre.world, 1)
        subscription.does(ResumeWebhook)
        await subscription.until(lambda: len(receiver.accepted) == 4)
