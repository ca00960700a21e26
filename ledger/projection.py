"""What the writer tells projections: the changes of one commit, and how they write their rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy import Connection, Table

from domain.agency import Agency
from domain.events import Event
from domain.personnel_action import ActionState
from domain.policy import Policy
from domain.rank_list import RankLists
from ledger.record import StoredEvent


@dataclass
class Batch:
    """One commit: its events in order and, for each action touched, its state before and after.

    `agency`, `policies` and `rank_lists` are those after the commit. Sealed fields of `events` are open.
    """

    events: list[StoredEvent] = field(default_factory=list)
    actions: dict[str, tuple[ActionState | None, ActionState]] = field(default_factory=dict)
    agency: Agency = field(default_factory=Agency)
    policies: dict[str, Policy] = field(default_factory=dict)
    rank_lists: RankLists = field(default_factory=RankLists)


@dataclass
class History:
    """The whole ledger folded: what a projection is rebuilt from and checked against.

    `events` may be walked more than once; their personal fields are open where keys exist.
    """

    agency: Agency
    policies: dict[str, Policy]
    actions: StateSource
    events: EventSource


class StateSource(Protocol):
    """The newest states of actions, each once; may be walked more than once."""

    def values(self) -> Iterable[ActionState]: ...


class EventSource(Protocol):
    """Stored events in order; `of` gives those of some classes and their subclasses only, quickly."""

    def __iter__(self) -> Iterator[StoredEvent]: ...

    def of(self, *kinds: type[Event]) -> Iterator[StoredEvent]: ...


class Projection(Protocol):
    """A read model: one table, written in the same transaction as the events it is made from.

    `apply` writes a commit's changes; `rows` gives what the table must hold for a whole history,
    as tuples in column order. `rebuild` and `verify` compare the two.
    """

    name: str
    table: Table

    def apply(self, writer: RowWriter, batch: Batch) -> None: ...

    def rows(self, history: History) -> Iterator[tuple[Any, ...]]: ...


class RowWriter:
    """Writes rows at driver level inside the writer's transaction: statements are compiled once,
    many rows go in one call.
    """

    def __init__(self, dialect: str) -> None:
        self.dialect = dialect
        self._mark = "?" if dialect == "sqlite" else "%s"
        self._statements: dict[tuple[str, str], str] = {}
        self._cursor: Any = None

    def use(self, connection: Connection) -> None:
        """Write through `connection` from now on."""
        self._cursor = connection.connection.cursor()

    def insert(self, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
        """Add rows, each a tuple in the table's column order."""
        if rows:
            self.execute_many(self._insert(table), rows)

    def upsert(self, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
        """Add rows or replace those with the same primary key."""
        if rows:
            self.execute_many(self._upsert(table), rows)

    def delete(self, table: Table, keys: Sequence[tuple[Any, ...]]) -> None:
        """Remove rows by primary key."""
        if keys:
            self.execute_many(self._delete(table), keys)

    def execute_many(self, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Run one statement, its marks `?` or the driver's own, for many rows."""
        statement = statement.replace("?", self._mark)
        if len(rows) == 1:
            self._cursor.execute(statement, rows[0])
        else:
            self._cursor.executemany(statement, rows)

    def execute(self, statement: str, row: tuple[Any, ...] = ()) -> Any:
        """Run one statement written with `?` marks; returns the driver's cursor."""
        return self._cursor.execute(statement.replace("?", self._mark), row)

    def _insert(self, table: Table) -> str:
        return self._remember("insert", table, lambda: self._insert_text(table))

    def _upsert(self, table: Table) -> str:
        def text() -> str:
            keys = [column.name for column in table.primary_key.columns]
            others = [column.name for column in table.columns if column.name not in keys]
            change = "DO UPDATE SET " + ", ".join(f"{name} = excluded.{name}" for name in others)
            clash = f"ON CONFLICT ({', '.join(keys)})"
            return f"{self._insert_text(table)} {clash} {change if others else 'DO NOTHING'}"

        return self._remember("upsert", table, text)

    def _delete(self, table: Table) -> str:
        def text() -> str:
            keys = [f"{column.name} = {self._mark}" for column in table.primary_key.columns]
            return f"DELETE FROM {table.name} WHERE {' AND '.join(keys)}"

        return self._remember("delete", table, text)

    def _insert_text(self, table: Table) -> str:
        names = [column.name for column in table.columns]
        return (
            f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({', '.join([self._mark] * len(names))})"
        )

    def _remember(self, verb: str, table: Table, text: Any) -> str:
        key = (verb, table.name)
        if key not in self._statements:
            self._statements[key] = text()
        return self._statements[key]
