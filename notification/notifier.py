"""Telling people what waits for them, by the channels that they chose.

At least once: a notice is forgotten when its letter was handed over, and one worker at a time does it, by the
hold on its place in the ledger.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from accounts import notification_settings as wishes
from accounts.notification_settings import Notice, Settings
from integrations.channels import Channel
from integrations.http_call import OutsideUnreachable
from integrations.mail import AddressRefused
from ledger.directory_view import DirectoryView
from ledger.facts import facts_for_reading
from ledger.read import Reader, size
from ledger.record import moment, parse_moment
from notification.letters import Waiting, notice
from notification.notices import may_decide, read_notices
from projections import inbox
from projections.action_state import states_of
from relay.cursor import Cursor
from relay.lookout import Lookout

log = logging.getLogger(__name__)

# A digest counts so many tasks, the soonest due.
COUNTED = 1_000
# Who was told at once is told the next things together, so long after.
LETTERS_APART = timedelta(minutes=10)
CONSUMER = "notifications"


class _TakenOver(Exception):
    """Another worker sends now."""


class Notifier(Lookout):
    """Follows the ledger and sends letters. `address` is that of the pages, without a slash at its end."""

    looks_every_seconds = 5.0
    sees_to = "notices to people"

    def __init__(
        self,
        reader: Reader,
        writing: Engine,
        channels: Mapping[str, Channel],
        address: str,
        clock: Callable[[], datetime],
    ) -> None:
        super().__init__()
        self._reader = reader
        self._writing = writing
        self._channels = channels
        self._address = address.rstrip("/")
        self._clock = clock
        self._cursor = Cursor(writing, CONSUMER)

    async def look(self) -> None:
        await asyncio.to_thread(self.tell)

    def tell(self) -> int:
        """Tell what has to be told now; how many letters were handed over. Does nothing while another
        worker does it.
        """
        place = self._cursor.take()
        if place is None:
            return 0
        try:
            place = self._read_on(place)
            return self._send(place)
        except _TakenOver:
            log.warning("another worker has taken over telling people")
            return 0

    def _read_on(self, place: int) -> int:
        """Let wait what the ledger brought since; the place after it. An installation that tells people for
        the first time begins with now.
        """
        with self._reader.engine.connect() as connection:
            end = size(connection)
        if place == 0:
            return self._keep(end)
        while place < end:
            with self._reader.engine.connect() as connection:
                told = read_notices(self._reader, connection, place, self._clock())
                known = wishes.confirmed(connection, {each.person_id for each in told.notices})
            wanted = [
                each
                for each in told.notices
                if (mine := known.get(each.person_id)) is not None
                and (mine.confirmed_at or "") <= told.recorded_at[each.position]
            ]
            if wanted:
                with self._writing.begin() as connection:
                    wishes.note(connection, wanted)
            place = self._keep(told.following)
        return place

    def _keep(self, place: int) -> int:
        if not self._cursor.save(place):
            raise _TakenOver
        return place

    def _send(self, place: int) -> int:
        now = self._clock()
        with self._reader.engine.connect() as connection:
            view = self._reader.directory.current(connection)
            if not view.policies:
                return 0
            local = now.astimezone(ZoneInfo(view.calendar.timezone))
            today = local.date().isoformat()
            at_once = [
                each
                for each in wishes.awaiting(connection, "at_once", today, now)
                if not each.wishes.is_quiet_at(local.hour) and _is_time_again(each, now)
            ]
            gathered = []
            if view.calendar.is_working_day(local.date()):
                gathered = [
                    each
                    for each in wishes.awaiting(connection, "digest", today, now)
                    if local.hour >= each.wishes.digest_hour
                ]
        sent, silent = 0, set[str]()
        for settings in (*at_once, *gathered):
            channel = self._channels.get(settings.wishes.channel)
            if channel is None or channel.name in silent:
                continue
            try:
                sent += self._tell_one(settings, channel, view, now, today)
            except AddressRefused:
                with self._writing.begin() as connection:
                    wishes.refused(connection, settings, now)
            except OutsideUnreachable as error:
                silent.add(channel.name)
                log.warning("notices wait: %s", error)
            self._keep(place)
        return sent

    def _tell_one(
        self, settings: Settings, channel: Channel, view: DirectoryView, now: datetime, today: str
    ) -> bool:
        """Send the person's letter, if there is something left to tell. Raises AddressRefused,
        OutsideUnreachable.
        """
        digest = settings.wishes.mode == "digest"
        with self._reader.engine.connect() as connection:
            noted = wishes.notices_of(connection, settings.person_id)
            facts = facts_for_reading(self._reader, connection, view, now)
            states = states_of(connection, {each.action_id for each in noted})

            def stands(each: Notice) -> bool:
                state = states.get(each.action_id)
                return state is not None and (each.about == "case" or may_decide(each, state, facts))

            standing = [each for each in noted if stands(each)]
            if digest:
                cases = len({each.action_id for each in standing if each.about == "case"})
                keys = view.office_keys(settings.person_id, facts.today)
                owners = sorted({*keys, f"person/{settings.person_id}"})
                found = inbox.page(connection, settings.person_id, owners, inbox.EVERYTHING, COUNTED, None)
                waiting = _gathered(view, [row["due_at"] for row in found], cases, now)
            else:
                waiting = _at_once(standing)
        if not waiting.is_nothing:
            letter = notice(waiting, settings.wishes.language, self._address, digest=digest)
            channel.send(settings.wishes.address, letter)
        with self._writing.begin() as connection:
            up_to = noted[-1].position if noted else -1
            wishes.told(connection, settings.person_id, up_to, now, today if digest else None)
        return not waiting.is_nothing


def _is_time_again(settings: Settings, now: datetime) -> bool:
    return settings.told_at is None or parse_moment(settings.told_at) + LETTERS_APART <= now


def _at_once(standing: list[Notice]) -> Waiting:
    tasks = {each.task_id for each in standing if each.about == "task"}
    late = {each.task_id for each in standing if each.about == "reminder"}
    cases = {each.action_id for each in standing if each.about == "case"}
    return Waiting(new=len(tasks - late), reminders=len(late), cases=len(cases))


def _gathered(view: DirectoryView, due: list[str], cases: int, now: datetime) -> Waiting:
    dated = [each for each in due if each != inbox.NEVER_DUE]
    first = view.calendar.today(parse_moment(min(dated))) if dated else None
    late = sum(each < moment(now) for each in dated)
    return Waiting(cases=cases, in_all=len(due), overdue=late, first_due=first)
