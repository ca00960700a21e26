"""Everybody of a house signed in at once, each with a connection of their own to the API.

Their sessions are put into the database: nine thousand passwords would be nine thousand slow hashes,
which is what signing in costs and no evaluation does.
"""

from __future__ import annotations

import itertools
import json
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPException
from typing import Any

from sqlalchemy import insert

from accounts.schema import sessions
from accounts.sessions import hash_token, new_token
from demo.play import Play
from domain.offices import COMMITTEE
from installation import Installation
from ledger.record import moment
from tests.journeys.house import House

ANSWERED_WITHIN = 300.0
SESSION = timedelta(hours=12)
PAGE = 200


@dataclass
class Crowd:
    """`tokens` by person, `owners`, the people who exercise each office key today, and how many people
    each apparatus of the city has.
    """

    house: House
    tokens: dict[str, str] = field(default_factory=dict)
    owners: dict[str, list[str]] = field(default_factory=dict)
    apparatus: Counter[str] = field(default_factory=Counter)
    latencies: list[float] = field(default_factory=list)
    sent_again: int = 0
    _doors: threading.local = field(default_factory=threading.local)
    _opened: list[HTTPConnection] = field(default_factory=list)

    def sign_in(self) -> None:
        """Give everybody a session, and learn who sits where."""
        installation = Installation(self.house.settings)
        try:
            play = Play(installation, {})
            now = datetime.now(UTC)
            session: dict[str, Any] = {
                "created_at": moment(now),
                "expires_at": moment(now + SESSION),
                "revoked_at": None,
                "browser": 0,
                "awaits_code": 0,
                "by_provider": 0,
            }
            rows: list[dict[str, Any]] = []
            for person_id in play.agency.people:
                self.tokens[person_id] = token = new_token()
                rows.append(session | {"token_hash": hash_token(token), "person_id": person_id})
                unit = play.agency.unit_of(play.agency.people[person_id].position_id)
                self.apparatus[play.agency.apparatus_of(unit) or ""] += 1
                for key in play.offices.keys_of(person_id, play.today):
                    self.owners.setdefault(key, []).append(person_id)
            with installation.writing_engine.begin() as connection:
                connection.execute(insert(sessions), rows)
            members = play.view.policy_in_force(play.today).committee.members
            seated = (person for m in members for person in play.offices.holders(m, play.today))
            self.owners[COMMITTEE] = sorted(set(seated))
        finally:
            installation.close()

    @property
    def officers(self) -> list[str]:
        """Everybody who exercises an office."""
        return sorted({person for people in self.owners.values() for person in people})

    def inbox(self, person_id: str) -> Iterator[dict[str, Any]]:
        """The person's open tasks, page by page."""
        cursor = ""
        while True:
            page = self.get(person_id, f"/v1/tasks?limit={PAGE}{cursor}")
            yield from page["items"]
            if page["next"] is None:
                return
            cursor = f"&cursor={page['next']}"

    def get(self, person_id: str, path: str) -> dict[str, Any]:
        """What the person has to be able to read."""
        status, body = self.read(person_id, path)
        assert status == 200, (path, body)
        return body

    def read(self, person_id: str, path: str) -> tuple[int, dict[str, Any]]:
        return self._call("GET", path, self.tokens[person_id])

    def post(self, person_id: str, path: str, body: dict[str, Any] | None) -> tuple[int, dict[str, Any]]:
        """Status and answer, sent under one key until somebody answers; how long it took is kept."""
        begun, again = time.perf_counter(), self.sent_again
        found = self._call("POST", path, self.tokens[person_id], body, str(uuid.uuid4()))
        if again == self.sent_again:
            self.latencies.append(time.perf_counter() - begun)
        return found

    def _call(
        self, method: str, path: str, token: str, body: Any = None, key: str | None = None
    ) -> tuple[int, dict[str, Any]]:
        headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}
        if key is not None:
            headers |= {"Content-Type": "application/json", "Idempotency-Key": key}
        data = None if body is None else json.dumps(body)
        deadline = time.monotonic() + ANSWERED_WITHIN
        for attempt in itertools.count():
            self.sent_again += attempt > 0
            try:
                door = self._door()
                door.request(method, path, data, headers)
                answer = door.getresponse()
                text = answer.read()
                if answer.status != 503:
                    return answer.status, json.loads(text)
            except (OSError, HTTPException):
                self._doors.open.close()
                self._doors.open = None
            assert time.monotonic() < deadline, (method, path)
            time.sleep(0.2)
        raise AssertionError

    def _door(self) -> HTTPConnection:
        door: HTTPConnection | None = getattr(self._doors, "open", None)
        if door is None:
            door = self._doors.open = HTTPConnection("127.0.0.1", self.house.port, timeout=120)
            self._opened.append(door)
        return door

    def go_home(self) -> None:
        """Close everybody's connection."""
        for door in self._opened:
            door.close()
