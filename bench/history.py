"""A long ledger, made quickly: real records of a few cases, repeated under other names with right hashes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import cycle, islice
from typing import Any

from sqlalchemy import update

from bench.bulk import EventRow, bulk
from bench.report import progress
from demo.play import Play
from domain.search_terms import NO_CASE, CaseKeys, terms_of
from ledger import schema
from ledger.read import all_events
from ledger.record import category_of, decode, encode, event_of
from proofs.merkle import Frontier

CHUNK = 100_000
TOLD = 1_000_000  # progress is told after so many events
# No ledger that is lengthened had more of its own.
REPEATED = 50_000
# Stand in a record for what differs from copy to copy.
ID = "00000000-1d00-4000-8000-000000000000"
STREAM = "00000000-57ea-4000-8000-000000000000"
POSITION = 2**52 + 1


def lengthen(play: Play, events: int, *, brief: bool = False) -> None:
    """Bring the ledger to `events` events by repeating its cases' records; may be called again for more.
    Hashes, head and search words are right; checkpoints and the other read models are not made, so this
    is for reading benchmarks only. `brief` copies have no data, so that ten million fit on a disk.
    """
    with play.installation.reader.engine.connect() as connection:
        documents = [decode(record) for _, record, _ in islice(all_events(connection), REPEATED)]
        stored = connection.execute(schema.head.select()).mappings().one()
    # Without data is a brief copy that an earlier call made.
    of_cases = (d for d in documents if d["stream"].startswith("personnel-action/") and d["data"])
    pattern = [_Pattern.of(d, terms, stored["recorded_at"], brief) for d, terms in _with_terms(of_cases)]
    frontier, position = Frontier.from_bytes(bytes(stored["frontier"])), stored["size"]
    copies = _copies(pattern, position, stored["recorded_at"])
    with bulk(play.installation) as writer:
        while position < events:
            found = list(islice(copies, min(CHUNK, events - position)))
            frontier.extend([row[2] for row, _ in found])
            where: dict[str, list[int]] = defaultdict(list)
            for row, terms in found:
                for term in terms:
                    where[term].append(row[0])
            writer.add(
                (row for row, _ in found), ((term, at) for term in sorted(where) for at in where[term])
            )
            position += len(found)
            if position % TOLD < CHUNK:
                progress(f"  {position:,} events")
    with play.installation.writing_engine.begin() as connection:
        connection.execute(update(schema.head).values(size=position, frontier=frontier.to_bytes()))


@dataclass(frozen=True)
class _Pattern:
    """One record to be repeated: its bytes around what differs, its columns, its search terms."""

    stream: str
    parts: tuple[bytes, bytes, bytes, bytes]
    columns: tuple[int, str, str, str, int]
    terms: list[str]

    @classmethod
    def of(cls, document: dict[str, Any], terms: list[str], at: str, brief: bool) -> _Pattern:  # noqa: FBT001
        marked = document | {
            "id": ID, "position": POSITION, "stream": f"personnel-action/{STREAM}", "recorded_at": at,
        }  # fmt: skip
        if brief:
            marked = {key: value for key, value in marked.items() if key != "sealed"} | {"data": {}}
        # Canonical records have their keys in this order.
        before, rest = encode(marked).split(ID.encode())
        middle, rest = rest.split(str(POSITION).encode())
        late, after = rest.split(STREAM.encode())
        kind, version = category_of(document["stream"]), document["version"]
        columns = (version, kind, document["type"], document["actor"]["id"], int(bool(document["wakes"])))
        return cls(document["stream"], (before, middle, late, after), columns, terms)


def _copies(pattern: list[_Pattern], position: int, at: str) -> Iterator[tuple[EventRow, list[str]]]:
    """Copies without end from `position` on, each round of the pattern with cases of its own."""
    number_of = {stream: number for number, stream in enumerate({item.stream: None for item in pattern})}
    for index, item in enumerate(cycle(pattern)):
        case = index // len(pattern) * len(number_of) + number_of[item.stream]
        # The position keeps the names of a later call apart from these.
        name = f"{position:08x}-0000-4000-8000-{case:012x}"
        here = position + index
        before, middle, late, after = item.parts
        record = b"%s00000000-1d00-4000-8000-%012x%s%d%s%s%s" % (
            before, here, middle, here, late, name.encode(), after,
        )  # fmt: skip
        version, category, type_, actor, wakes = item.columns
        leaf = sha256(b"\x00" + record).digest()
        yield (
            (here, record, leaf, f"personnel-action/{name}", version, category, type_, actor, at, wakes),
            item.terms,
        )


def _with_terms(documents: Iterable[dict[str, Any]]) -> list[tuple[dict[str, Any], list[str]]]:
    """Each record with the terms by which its event is found."""
    cases: dict[str, CaseKeys] = {}
    found = []
    for document in documents:
        event, stream = event_of(document), document["stream"]
        cases[stream] = cases.get(stream, NO_CASE).after(event)
        found.append((document, sorted(terms_of(event, cases[stream]))))
    return found
