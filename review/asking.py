"""Asking: one walk over the events of some types, newest first, that ends with the page or its budget."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from domain.question_policy import QuestionRule
from ledger.directory_view import DirectoryView
from ledger.mirror import ACTION
from ledger.read import Reader
from ledger.record import StoredEvent, decode
from ledger.schema import events

# Events that one request looks at; the answer says where to go on.
LOOKED_AT = 20_000
AT_ONCE = 500
CASES_IN_MEMORY = 2_000
Document = dict[str, Any]
Row = tuple[int, bytes, bytes]


@dataclass
class Asking:
    """What a question is judged with: the ledger in one transaction, the agency of today, and the rule."""

    connection: Connection
    reader: Reader
    view: DirectoryView
    rule: QuestionRule
    _cases: dict[str, list[Document]] = field(default_factory=dict)

    def case(self, stream: str) -> list[Document]:
        """Every record of a stream, oldest first, its seals closed."""
        if stream not in self._cases:
            if len(self._cases) >= CASES_IN_MEMORY:
                self._cases.clear()
            statement = select(events.c.record).where(events.c.stream == stream).order_by(events.c.version)
            self._cases[stream] = [decode(bytes(r)) for r in self.connection.execute(statement).scalars()]
        return self._cases[stream]

    def opened(self, position: int) -> StoredEvent:
        """One event with its seals open where keys exist. Raises NoResultFound."""
        columns = (events.c.position, events.c.record, events.c.leaf_hash)
        row = self.connection.execute(select(*columns).where(events.c.position == position)).one()
        return self.reader.open(self.connection, row[0], bytes(row[1]), bytes(row[2]))

    def before(self, type_: str, position: int, most: int) -> list[Document]:
        """Up to `most` earlier events of a type, newest first."""
        statement = select(events.c.record).where(events.c.type == type_, events.c.position < position)
        rows = self.connection.execute(statement.order_by(events.c.position.desc()).limit(most))
        return [decode(bytes(row[0])) for row in rows]

    def walk(self, types: tuple[str, ...], first: int, last: int) -> Iterator[Document]:
        """Events of these types with `first` <= position < `last`, newest first."""
        while True:
            statement = select(events.c.position, events.c.record).where(
                events.c.type.in_(types), events.c.position >= first, events.c.position < last
            )
            rows = self.connection.execute(statement.order_by(events.c.position.desc()).limit(AT_ONCE)).all()
            for _, record in rows:
                yield decode(bytes(record))
            if len(rows) < AT_ONCE:
                return
            last = rows[-1][0]


Judge = Callable[[Asking, Document], Document | None]


@dataclass(frozen=True)
class Question:
    """A question: which events may be an answer, what makes one, and how it is told. `grouped_by` are the
    fields of an answer under which a summary counts.
    """

    types: tuple[str, ...]
    judge: Judge
    told_id: str
    told_en: str
    grouped_by: tuple[str, ...]

    def told(self, answer: Document, language: str) -> str:
        return (self.told_id if language == "id" else self.told_en).format_map(answer)


@dataclass(frozen=True)
class Answers:
    """A page: answers newest first, how many events were looked at, and the position before which the next
    page begins; None at the end.
    """

    items: list[Document]
    looked_at: int
    next: int | None


def ask(
    asking: Asking, question: Question, *, first: int, last: int, limit: int, budget: int = LOOKED_AT
) -> Answers:
    """The newest `limit` answers among events from `first` on and before `last`."""
    found: list[Document] = []
    looked_at = 0
    for document in asking.walk(question.types, first, last):
        looked_at += 1
        answer = question.judge(asking, document)
        if answer is not None:
            found.append(
                {"position": document["position"], "recorded_at": document["recorded_at"]}
                | ({"action_id": _action_of(document)} if _action_of(document) else {})
                | answer
            )
        if len(found) == limit or looked_at == budget:
            return Answers(found, looked_at, document["position"])
    return Answers(found, looked_at, None)


def summary(found: list[Document], grouped_by: tuple[str, ...]) -> dict[str, list[Document]]:
    """How many answers each value of each of these fields has, the most frequent first."""
    groups: dict[str, list[Document]] = {}
    for name in grouped_by:
        counts: dict[str, int] = {}
        for answer in found:
            key = str(answer.get(name) or "-")
            counts[key] = counts.get(key, 0) + 1
        ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
        groups[name] = [{"key": key, "count": count} for key, count in ordered]
    return groups


def moment_of(document: Document) -> datetime:
    return datetime.fromisoformat(document["recorded_at"])


def _action_of(document: Document) -> str | None:
    category, _, known = str(document["stream"]).partition("/")
    return known if category == ACTION else None
