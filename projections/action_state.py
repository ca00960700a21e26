"""Each action's state as the ledger last left it: one row, one JSON document, no personal data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import Any

import orjson
from pydantic import BaseModel, TypeAdapter
from sqlalchemy import Column, Connection, Integer, Table, Text, select

from domain.personnel_action import ActionState
from ledger.projection import Batch, History, RowWriter
from ledger.schema import metadata

action_states = Table(
    "action_states",
    metadata,
    Column("action_id", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("state", Text, nullable=False),
)


class ActionStates:
    name = "action_states"
    table = action_states

    def apply(self, writer: RowWriter, batch: Batch) -> None:
        writer.upsert(action_states, [_row(after) for _, after in batch.actions.values()])

    def rows(self, history: History) -> Iterator[tuple[Any, ...]]:
        for state in history.actions.values():
            yield _row(state)


def _row(state: ActionState) -> tuple[Any, ...]:
    return (state.id, state.version, state_json(state))


def state_json(state: ActionState) -> str:
    """The state as JSON with sorted keys and sets, so that equal states give equal text."""
    return orjson.dumps(state, default=_plain, option=orjson.OPT_SORT_KEYS).decode()


def _plain(value: Any) -> Any:
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, BaseModel):
        return _dumped(value)
    raise TypeError(type(value).__name__)


@lru_cache(maxsize=4096)
def _dumped(value: BaseModel) -> dict[str, Any]:
    """A frozen model as a dict that nobody changes; a case carries the same ones through its life."""
    return value.model_dump(mode="json")


@cache
def _reader() -> TypeAdapter[ActionState]:
    return TypeAdapter(ActionState)


def state_from_json(text: str) -> ActionState:
    return _reader().validate_json(text)


def state_of(connection: Connection, action_id: str) -> ActionState | None:
    """The action's newest state, or None when there is no such action."""
    statement = select(action_states.c.state).where(action_states.c.action_id == action_id)
    text = connection.execute(statement).scalar_one_or_none()
    return state_from_json(text) if text is not None else None


def states_of(connection: Connection, action_ids: Iterable[str]) -> dict[str, ActionState]:
    """The newest states of many actions, by id; actions that do not exist are left out."""
    statement = select(action_states.c.state).where(action_states.c.action_id.in_(set(action_ids)))
    found = (state_from_json(text) for text in connection.execute(statement).scalars())
    return {state.id: state for state in found}
