"""Who had which task in the inbox, and from which position until which: the inbox of any moment.

Every row of the inbox is an interval of positions. Intervals that have ended hang in a relational interval
tree (Kriegel, Pötke and Seidl 2000): each at the one number inside it that most powers of two divide. What
was open at a position then lies at the position's ancestors in the binary tree over all numbers, some twenty
index lookups at a million events and one more each time the ledger doubles.
"""

from __future__ import annotations

import pickle
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Index, Table, Text

from domain import events as ev
from domain.changed import changed
from domain.personnel_action import ActionState, evolve
from domain.promotion_events import CandidateChosen
from domain.registry import ENDING
from ledger.database import fetch
from ledger.mirror import ACTION, action_id_of
from ledger.projection import Batch, History, RowWriter
from ledger.record import StoredEvent
from ledger.schema import PositionType, metadata
from projections.inbox import OWNERS_AT_ONCE, due_of, owners_of

# The node of rows that are still open. Real nodes count from 1.
OPEN = 0

inbox_past = Table(
    "inbox_past",
    metadata,
    Column("task_id", Text, primary_key=True),
    Column("owner", Text, primary_key=True),
    # The event that put the task into the inbox, and the one that took it out; -1 while it is in it.
    Column("since", PositionType, primary_key=True, autoincrement=False),
    Column("until", PositionType, nullable=False),
    Column("node", PositionType, nullable=False),
    Column("action_id", Text, nullable=False),
    Column("due_at", Text, nullable=False),
    Index("inbox_past_since", "owner", "node", "since"),
    Index("inbox_past_until", "owner", "node", "until"),
)
STILL_OPEN = (
    "SELECT task_id, owner, since, action_id, due_at FROM inbox_past WHERE node = 0 AND task_id IN ({})"
)
TASKS_AT_ONCE = 500
TOUCHING = (
    ev.ActionSubmitted,
    CandidateChosen,
    ev.TaskOpened,
    ev.TaskClaimed,
    ev.TaskReleased,
    ev.TaskDelegated,
    ev.ConflictDeclared,
    ev.VoteCast,
    ev.TaskCompleted,
    ev.TaskExited,
    ev.TaskEscalated,
    *ENDING,
)
Key = tuple[str, str]
Held = dict[Key, str]


class InboxPast:
    name = "inbox_past"
    table = inbox_past

    def apply(self, writer: RowWriter, batch: Batch) -> None:
        states = {action_id: before for action_id, (before, _) in batch.actions.items()}
        fresh: dict[Key, tuple[int, str, str]] = {}
        rows: list[tuple[Any, ...]] = []
        ended: dict[Key, int] = {}
        for stored in batch.events:
            if stored.category != ACTION or not isinstance(stored.event, TOUCHING):
                continue
            action_id = action_id_of(stored.stream)
            states[action_id], gone, come = _step(states[action_id], stored)
            for key in gone:
                if key in fresh:
                    since, _, due = fresh.pop(key)
                    rows.append(_row(key, since, stored.position, action_id, due))
                else:
                    ended[key] = stored.position
            for key, due in come.items():
                fresh[key] = (stored.position, action_id, due)
        rows += _closed(writer, ended)
        rows += [_row(key, since, None, action_id, due) for key, (since, action_id, due) in fresh.items()]
        writer.upsert(inbox_past, rows)

    def rows(self, history: History) -> Iterator[tuple[Any, ...]]:
        cases = _Cases()
        since: dict[Key, tuple[int, str, str]] = {}
        for stored in history.events.of(*TOUCHING):
            action_id = action_id_of(stored.stream)
            state, gone, come = _step(cases.get(action_id), stored)
            if state is not None:
                cases.put(state)
            for key in gone:
                start, _, due = since.pop(key)
                yield _row(key, start, stored.position, action_id, due)
            for key, due in come.items():
                since[key] = (stored.position, action_id, due)
        for key, (start, action_id, due) in since.items():
            yield _row(key, start, None, action_id, due)


class _Cases:
    """States that can still put something into an inbox; of those at rest only what a later event needs."""

    def __init__(self) -> None:
        self._moving: dict[str, ActionState] = {}
        self._quiet: dict[str, bytes] = {}

    def get(self, action_id: str) -> ActionState | None:
        packed = self._quiet.get(action_id)
        if packed is None:
            return self._moving.get(action_id)
        state: ActionState = pickle.loads(zlib.decompress(packed))  # noqa: S301  (packed below)
        return state

    def put(self, state: ActionState) -> None:
        self._moving.pop(state.id, None)
        self._quiet.pop(state.id, None)
        if state.is_quiet:
            self._quiet[state.id] = zlib.compress(pickle.dumps(changed(state, tasks=(), acted=())), 1)
        else:
            self._moving[state.id] = state


def _step(state: ActionState | None, stored: StoredEvent) -> tuple[ActionState | None, list[Key], Held]:
    """The state after one event, the inbox entries that it ends, and those that it begins."""
    moved = evolve(state, stored.recorded)
    before, after = _held(state), _held(moved)
    gone = [key for key in before if key not in after]
    return moved, gone, {key: due for key, due in after.items() if key not in before}


def _held(state: ActionState | None) -> Held:
    if state is None:
        return {}
    return {(task.id, owner): due_of(task) for task in state.open_tasks for owner in owners_of(task, state)}


def _closed(writer: RowWriter, ended: Mapping[Key, int]) -> Iterator[tuple[Any, ...]]:
    """The rows of entries that earlier commits began and this one ends; one question for all of them."""
    tasks = sorted({task_id for task_id, _ in ended})
    for start in range(0, len(tasks), TASKS_AT_ONCE):
        some = tasks[start : start + TASKS_AT_ONCE]
        found = writer.execute(STILL_OPEN.format(", ".join("?" * len(some))), tuple(some)).fetchall()
        for task_id, owner, since, action_id, due in found:
            if (task_id, owner) in ended:
                yield _row((task_id, owner), since, ended[task_id, owner], action_id, due)


def _row(key: Key, since: int, until: int | None, action_id: str, due: str) -> tuple[Any, ...]:
    if until is None:
        return (*key, since, -1, OPEN, action_id, due)
    return (*key, since, until, node_of(since, until), action_id, due)


def node_of(since: int, until: int) -> int:
    """The number in `since + 1` … `until` that the highest power of two divides."""
    zeros = (since ^ until).bit_length() - 1
    return (until >> zeros) << zeros


def _ancestors(number: int, size: int) -> tuple[list[int], list[int]]:
    """The nodes at which an interval can hang that holds `number`: those up to it, and those beyond it."""
    levels = range(size.bit_length())
    nodes = {((number >> (level + 1)) << (level + 1)) | (1 << level) for level in levels}
    return sorted(node for node in nodes if node <= number), sorted(node for node in nodes if node > number)


def page(
    connection: Connection,
    owners: Sequence[str],
    position: int,
    size: int,
    limit: int,
    after: tuple[str, str] | None = None,
) -> list[tuple[str, str, str]]:
    """What lay in the inboxes of `owners` after the event at `position` of a ledger of `size` events:
    `(due_at, task_id, action_id)`, each task once, soonest due first, those behind `after`.
    """
    found: set[tuple[str, str, str]] = set()
    for start in range(0, len(owners), OWNERS_AT_ONCE):
        found.update(_some(connection, owners[start : start + OWNERS_AT_ONCE], position, size, limit, after))
    return sorted(found)[:limit]


def _some(
    connection: Connection,
    owners: Sequence[str],
    position: int,
    size: int,
    limit: int,
    after: tuple[str, str] | None,
) -> list[tuple[str, str, str]]:
    # Interval (since, until] over positions + 1: the event that opens is in, the event that closes is not.
    below, above = _ancestors(position + 1, size)
    select = "SELECT due_at, task_id, action_id FROM inbox_past WHERE owner IN ({}) AND node {} AND {} ? {}"
    mine = ", ".join("?" * len(owners))
    behind = "AND (due_at, task_id) > (?, ?)" if after else ""
    branches = [
        (f"IN ({', '.join('?' * len(below))})", below, "until >", position),
        (f"IN ({', '.join('?' * len(above))})", above, "since <=", position),
        ("= ?", [OPEN], "since <=", position),
    ]
    wanted = [branch for branch in branches if branch[1]]
    statement = " UNION ".join(select.format(mine, nodes, bound, behind) for nodes, _, bound, _ in wanted)
    values = [v for _, nodes, _, bound in wanted for v in (*owners, *nodes, bound, *(after or ()))]
    rows = fetch(connection, f"{statement} ORDER BY due_at, task_id LIMIT ?", (*values, limit))
    return [(row[0], row[1], row[2]) for row in rows]
