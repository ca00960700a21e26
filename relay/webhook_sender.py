"""Sending what waits for a receiver: signed, in order per case, again after a failure, until it is given up.

At least once: that a message arrived is kept after the receiver said so, and who dies in between sends it
once more under the same id.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine

from activities.webhooks import WebhookRound
from domain.errors import NotFound
from domain.identity import SYSTEM
from domain.outgoing import source_of
from domain.webhook_commands import PauseWebhook
from domain.webhook_events import PausedWhy
from integrations import standard_webhooks
from integrations.guarded_call import AddressRefused, CallFailed, Guard, NotAnAddress
from ledger.append import Ledger
from ledger.read import Reader, size
from ledger.record import encode, moment, parse_moment
from projections import api_keys, outgoing_events, webhooks
from projections.outgoing_events import OutgoingEvent
from relay import webhook_outbox as outbox
from relay.webhook_outbox import Place, Try, Waiting

log = logging.getLogger(__name__)

AT_ONCE = 16
ROUND_SECONDS = 5.0
GROWS_BY = 3.0
LONGEST_PAUSE = timedelta(hours=6)
LONGEST_REST = timedelta(minutes=5)
GONE = 410
REFUSED = "address-refused"
NO_ANSWER = frozenset({"unknown-host", "unreachable", "timeout"})
Row = dict[str, Any]


@dataclass(frozen=True)
class Patience:
    """How long after a failure the next try comes, three times as long after each; how long a receiver may
    fail until the subscription is paused.
    """

    first: timedelta = timedelta(seconds=5)
    gives_up: timedelta = timedelta(hours=72)

    def pause(self, attempts: int) -> timedelta:
        """Before the next try, after so many; spread a little, so that not all come at once."""
        grown = self.first * min(GROWS_BY ** (attempts - 1), 1e6)
        return min(grown, LONGEST_PAUSE) * random.uniform(0.8, 1.2)  # noqa: S311  (spreads load)


class LedgerWebhookSender:
    """Satisfies `activities.webhooks.WebhookSender` with this process's ledger, reader and way out."""

    def __init__(
        self,
        ledger: Ledger,
        reader: Reader,
        writing: Callable[[], Engine],
        sealing_key: bytes,
        origin: str,
        guard: Guard,
        clock: Callable[[], datetime],
        patience: Patience = Patience(),
    ) -> None:
        self._ledger = ledger
        self._reader = reader
        self._writing = writing
        self._sealing_key = sealing_key
        self._source = source_of(origin)
        self._guard = guard
        self._clock = clock
        self._patience = patience

    async def send(self, subscription_id: str) -> WebhookRound:
        return await asyncio.to_thread(self._send_for_a_while, subscription_id)

    def _send_for_a_while(self, subscription_id: str) -> WebhookRound:
        ends = time.monotonic() + ROUND_SECONDS
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="webhook") as hands:
            while True:
                done = self._round(subscription_id, hands)
                if done.over or not done.more or time.monotonic() > ends:
                    return done

    def _round(self, subscription_id: str, hands: ThreadPoolExecutor) -> WebhookRound:
        """Take in, send what is due, keep how it ended."""
        over = WebhookRound(subscription_id=subscription_id, over=True)
        row = self._row(subscription_id)
        if row is None or row["state"] != webhooks.ACTIVE:
            return over
        if not self._has_owner(row):
            self._pause(row, "key-revoked")
            return over
        place, behind = self._taken_in(row)
        now = self._clock()
        with self._reader.engine.connect() as connection:
            waiting = outbox.heads(connection, subscription_id)
            rests = place.rests_until is not None and place.rests_until > moment(now)
            due = [] if rests else [each for each in waiting if each.next_at <= moment(now)][:AT_ONCE]
            events = outgoing_events.at(connection, [each.position for each in due])
        if not due:
            moments = [each.next_at for each in waiting]
            next_due = place.rests_until if rests and waiting else min(moments, default=None)
            return WebhookRound(
                subscription_id=subscription_id,
                more=behind and not waiting,
                next_due=parse_moment(next_due) if next_due else None,
            )
        secrets = self._secrets(row, now)
        tries = list(hands.map(lambda each: self._try(row, each, events[each.position], secrets), due))
        self._settle(row, place, tries)
        why = self._gives_up(tries)
        if why is not None:
            self._pause(row, why)
            return over
        return WebhookRound(subscription_id=subscription_id, more=True)

    def _row(self, subscription_id: str) -> Row | None:
        with self._reader.engine.connect() as connection:
            return webhooks.by_id(connection, subscription_id)

    def _has_owner(self, row: Row) -> bool:
        """A key's subscription ends with the key; an operator's belongs to the office."""
        if row["owner_kind"] != "integration":
            return True
        with self._reader.engine.connect() as connection:
            return api_keys.is_in_force(connection, row["owner_id"])

    def _taken_in(self, row: Row) -> tuple[Place, bool]:
        """The place after reading on, and whether the ledger has more than there was room for."""
        with self._reader.engine.connect() as connection:
            place, known = outbox.place_of(connection, row), size(connection)
            agency = self._reader.directory.current(connection).agency
        now = self._clock()
        if place is None or place.position < known:
            with self._writing().begin() as connection:
                place = outbox.place_of(connection, row, lock=True) or outbox.begin_anew(connection, row, now)
                place = outbox.take_in(connection, row, place, known, agency, now)
        return place, place.position < known

    def _secrets(self, row: Row, now: datetime) -> list[bytes]:
        ids = [row["secret_id"]]
        if row["old_secret_id"] and row["old_until"] > moment(now):
            ids.append(row["old_secret_id"])
        return [standard_webhooks.secret_of(self._sealing_key, each) for each in ids]

    def _try(self, row: Row, waiting: Waiting, event: OutgoingEvent, secrets: list[bytes]) -> Try:
        body = encode(event.as_cloud_event(self._source))
        identifier = standard_webhooks.message_id(row["subscription_id"], event.record["id"])
        headers = standard_webhooks.headers(secrets, identifier, self._clock(), body)
        try:
            status = self._guard.post(row["url"], body, headers)
        except CallFailed as error:
            return Try(waiting, None, error.why)
        except (AddressRefused, NotAnAddress):
            return Try(waiting, None, REFUSED)
        if 200 <= status < 300:
            return Try(waiting, status, None)
        return Try(waiting, status, "redirected" if 300 <= status < 400 else "refused")

    def _settle(self, row: Row, place: Place, tries: list[Try]) -> None:
        now, identity = self._clock(), row["subscription_id"]
        outage = all(each.error in NO_ANSWER for each in tries)
        outages = place.outages + 1 if outage else 0
        ended = [
            (each, None if each.error is None else now + self._patience.pause(each.waiting.attempts + 1))
            for each in tries
        ]
        with self._writing().begin() as connection:
            outbox.settle(connection, identity, ended, now)
            if outage or place.outages:
                rests = (
                    min(self._patience.first * 2.0 ** min(outages - 1, 20), LONGEST_REST) if outage else None
                )
                outbox.rest(connection, identity, outages, now + rests if rests else None)

    def _gives_up(self, tries: list[Try]) -> PausedWhy | None:
        """Why nothing more is sent; None as long as there is hope."""
        if any(each.status == GONE for each in tries):
            return "gone"
        if any(each.error == REFUSED for each in tries):
            return "address-refused"
        since = moment(self._clock() - self._patience.gives_up)
        failed = (each.waiting.failing_since for each in tries if each.error is not None)
        return "failing" if any(began is not None and began < since for began in failed) else None

    def _pause(self, row: Row, why: PausedWhy) -> None:
        """Recorded, so that its owner, the operators and the doctor hear of it."""
        log.warning("the webhook %s is paused: %s", row["subscription_id"], why)
        command = PauseWebhook(
            command_id=str(uuid.uuid4()), actor=SYSTEM, subscription_id=row["subscription_id"], why=why
        )
        try:
            self._ledger.execute(command)
        except NotFound:
            log.info("the webhook %s was ended meanwhile", row["subscription_id"])
