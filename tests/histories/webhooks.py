"""A scenario of a webhook, to be recorded: tried again after a failure, until it is paused."""

from __future__ import annotations

from tests.workflows.test_webhook_process import at_work, failed_and_paused
from tests.workflows.theatre import Theatre


async def record_failed_and_paused(theatre: Theatre) -> str:
    """Sent, failed, sent again when its time had come, told of more, and ended by a pause; as JSON."""
    async with at_work(theatre) as receiver:
        subscription = await failed_and_paused(theatre, receiver)
    return (await subscription.handle.fetch_history()).to_json()
