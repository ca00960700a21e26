"""What the doctor says of webhooks: those that the system paused, that fail, or that nobody sends."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import Connection

from ledger.read import size
from ledger.record import moment
from operations.diagnosis import Finding
from projections import outgoing_events, webhooks
from relay import webhook_outbox

FAILS_AFTER = timedelta(hours=1)
# What waits for longer with nobody trying it.
UNSENT_AFTER = timedelta(minutes=10)
ASKED = "asked"


def of_webhooks(connection: Connection, now: datetime) -> Iterator[Finding]:
    """What is wrong with subscriptions. One that its owner paused is in order."""
    for row in webhooks.in_state(connection, webhooks.PAUSED):
        if row["paused_why"] != ASKED:
            yield Finding(
                "webhook-paused",
                f"the webhook {row['subscription_id']} ({row['label']}) was paused: {row['paused_why']}",
                since=row["changed_at"],
                advice="tell its receiver; once it answers, resume the webhook: nothing is lost",
            )
    known = size(connection)
    for row in webhooks.in_state(connection, webhooks.ACTIVE):
        standing = webhook_outbox.standing(connection, row["subscription_id"])
        name = f"the webhook {row['subscription_id']} ({row['label']})"
        if standing.failing_since is not None and standing.failing_since < moment(now - FAILS_AFTER):
            what = f"{name} has failed ({standing.last_error}); {standing.waiting} events wait"
            yield Finding("webhook-failing", what, since=standing.failing_since, advice="tell its receiver")
            continue
        start = standing.position if standing.position is not None else row["starts_after"] + 1
        oldest = outgoing_events.first_since(connection, start, known)
        if oldest is not None and oldest < moment(now - UNSENT_AFTER) and not standing.waiting:
            what = f"{name} stands at position {start} of {known}"
            yield Finding("webhook-behind", what, since=oldest, advice="see that a worker runs")
