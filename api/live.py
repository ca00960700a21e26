"""News of one's inbox as server-sent events: one look at the ledger's head a second for the whole process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from random import uniform
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from sqlalchemy.exc import DBAPIError
from starlette.concurrency import run_in_threadpool

from api.credentials import CallerDep, CredentialsDep, find_caller
from api.inbox import owners_for
from api.problems import Problem, responses
from api.wiring import Services, ServicesDep
from ledger import read
from ledger.database import DatabaseUnavailable, fetch
from ledger.mirror import ACTION, DIRECTORY, action_id_of
from ledger.record import moment
from projections import inbox
from projections.action_state import states_of

router = APIRouter(prefix="/v1/tasks", tags=["tasks"])

LOOKED_EVERY_S = 1.0
SESSION_CHECKED_EVERY_S = 30.0
ENDS_AFTER_S = 600.0  # the browser comes again by itself, perhaps to another process
COMES_AGAIN_MS = 3_000
OF_A_PERSON, OF_A_PROCESS = 6, 1_000
ALL_WITHIN_S = 10.0
COUNTED = 200
# More news than this at one look is not told apart: everybody counts anew.
TOLD_APART = 500
NEWS = "SELECT category, stream FROM events WHERE position >= ? AND position < ?"


@dataclass
class Listener:
    """One open stream: whose it is, through which owners tasks reach them, and whether there are news."""

    person_id: str
    owners: frozenset[str] = frozenset()
    news: asyncio.Event = field(default_factory=asyncio.Event)
    # Everybody's news at once: counted anew some time within ALL_WITHIN_S, not all in the same moment.
    spread: bool = False


class Head:
    """Follows the ledger's head for all listeners of this process, as long as there are any."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._listeners: dict[int, Listener] = {}
        self._task: asyncio.Task[None] | None = None
        self._size: int | None = None
        self.closing = asyncio.Event()

    def add(self, person_id: str) -> Listener:
        """A new listener. Raises a 429 where the person, or the process, has enough of them."""
        mine = sum(listener.person_id == person_id for listener in self._listeners.values())
        if mine >= OF_A_PERSON or len(self._listeners) >= OF_A_PROCESS or self.closing.is_set():
            raise Problem("too-many-attempts", headers={"Retry-After": "60"})
        listener = Listener(person_id)
        self._listeners[id(listener)] = listener
        if self._task is None or self._task.done():
            self._size = None
            self._task = asyncio.create_task(self._follow())
        return listener

    def remove(self, listener: Listener) -> None:
        self._listeners.pop(id(listener), None)

    def close(self) -> None:
        """End every stream: the process is about to stop."""
        self.closing.set()
        for listener in self._listeners.values():
            listener.news.set()

    async def _follow(self) -> None:
        while self._listeners:
            with suppress(DatabaseUnavailable, DBAPIError):  # the next look finds it back
                touched = await run_in_threadpool(self._look)
                for listener in list(self._listeners.values()):
                    if touched is None or not touched.isdisjoint(listener.owners):
                        listener.spread = touched is None
                        listener.news.set()
            await asyncio.sleep(LOOKED_EVERY_S)

    def _look(self) -> frozenset[str] | None:
        """In whose inboxes something may have changed since the last look; None for anybody's."""
        with self._services.reading() as connection:
            size = read.size(connection)
            last, self._size = self._size, size
            if last is None or size == last:
                return frozenset()
            if size - last > TOLD_APART:
                return None
            fresh = fetch(connection, NEWS, (last, size))
            if any(category in DIRECTORY for category, _ in fresh):
                return None  # who holds which office may have changed
            cases = {action_id_of(stream) for category, stream in fresh if category == ACTION}
            states = states_of(connection, cases).values()
        return frozenset(
            owner for state in states for task in state.tasks for owner in inbox.owners_of(task, state)
        )


def head_of(app: Any) -> Head:
    """The one follower of this application's process."""
    if not hasattr(app.state, "head"):
        app.state.head = Head(app.state.services)
    found: Head = app.state.head
    return found


async def _listening(request: Request, caller: CallerDep) -> AsyncIterator[Listener]:
    head = head_of(request.app)
    listener = head.add(caller.require_person())
    try:
        yield listener
    finally:
        head.remove(listener)


@router.get(
    "/live",
    response_class=EventSourceResponse,
    responses=responses(429),
    summary="News of my inbox as they happen",
)
async def live(
    request: Request,
    services: ServicesDep,
    credentials: CredentialsDep,
    listener: Annotated[Listener, Depends(_listening)],
) -> AsyncIterator[ServerSentEvent]:
    """`inbox` events with `count` (200 at most), `overdue` and the ledger's `size`: one at once, then when
    what waits has changed. The stream ends with the session and after ten minutes; come again after `retry`.
    At most six a person.
    """
    assert credentials is not None  # the caller was found by them
    head = head_of(request.app)
    last: dict[str, Any] | None = None
    ends = asyncio.get_running_loop().time() + ENDS_AFTER_S * uniform(0.8, 1.0)  # noqa: S311  (spreads load)
    while not head.closing.is_set() and asyncio.get_running_loop().time() < ends:
        listener.news.clear()
        listener.spread = False
        counted = await run_in_threadpool(_count, services, credentials.credentials, listener)
        if counted is None:
            yield ServerSentEvent(event="signed-out", data={})
            return
        if last is None or counted["tasks"] != last["tasks"]:
            last = counted
            shown = {name: counted[name] for name in ("count", "overdue", "size")}
            yield ServerSentEvent(event="inbox", data=shown, retry=COMES_AGAIN_MS)
        with suppress(TimeoutError):
            await asyncio.wait_for(listener.news.wait(), SESSION_CHECKED_EVERY_S)
        if listener.spread:
            with suppress(TimeoutError):
                delay = uniform(0, ALL_WITHIN_S)  # noqa: S311  (spreads load)
                await asyncio.wait_for(head.closing.wait(), delay)


def _count(services: Services, secret: str, listener: Listener) -> dict[str, Any] | None:
    """What waits for the listener; None when their session is over."""
    now = moment(services.now())
    with services.reading() as connection:
        caller = find_caller(services, connection, secret)
        if caller is None or caller.must_change or caller.person_id != listener.person_id:
            return None
        view = services.view(connection)
        owners = owners_for(services, view, listener.person_id)
        listener.owners = frozenset(owners)
        rows = inbox.page(connection, listener.person_id, owners, inbox.EVERYTHING, COUNTED, None)
        size = read.size(connection)
    return {
        "count": len(rows),
        "overdue": sum(row["due_at"] < now for row in rows),
        "size": size,
        "tasks": [(row["task_id"], row["state"], row["due_at"] < now) for row in rows],
    }
