"""A long ledger, made quickly: real records of a few cases, repeated under other names with right hashes."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from itertools import islice
from typing import Any

from sqlalchemy import insert, update

from demo.play import Play
from domain.search_terms import NO_CASE, CaseKeys, terms_of
from ledger import schema
from ledger.read import all_events
from ledger.record import category_of, decode, encode, event_of
from projections.audit_search import audit_terms
from proofs.merkle import Frontier, leaf_hash

CHUNK = 20_000
# No ledger that is lengthened had more of its own.
REPEATED = 50_000


def lengthen(play: Play, events: int, *, brief: bool = False) -> None:
    """Bring the ledger to `events` events by repeating its cases' records; may be called again for more.
    Hashes, head and search words are right; checkpoints and the other read models are not made, so this
    is for reading benchmarks only. `brief` copies have no data, so that ten million fit on a disk.
    """
    with play.installation.reader.engine.connect() as connection:
        documents = [decode(record) for _, record, _ in islice(all_events(connection), REPEATED)]
    # Without data is a brief copy that an earlier call made.
    of_cases = (d for d in documents if d["stream"].startswith("personnel-action/") and d["data"])
    pattern = _with_terms(of_cases)
    if brief:
        pattern = [(_brief(document), terms) for document, terms in pattern]
    with play.installation.writing_engine.begin() as connection:
        stored = connection.execute(schema.head.select()).mappings().one()
        frontier = Frontier.from_bytes(bytes(stored["frontier"]))
        latest, position = stored["recorded_at"], stored["size"]
        while position < events:
            rows: list[dict[str, Any]] = []
            words: list[dict[str, Any]] = []
            while position < events and len(rows) < CHUNK:
                renamed: dict[str, str] = {}
                for document, terms in pattern[: events - position]:
                    stream = renamed.setdefault(document["stream"], f"personnel-action/{uuid.uuid4()}")
                    row = _copy(document, stream, position, latest)
                    frontier.append(row["leaf_hash"])
                    rows.append(row)
                    words += [{"term": term, "position": position} for term in terms]
                    position += 1
            connection.execute(insert(schema.events), rows)
            connection.execute(insert(audit_terms), words)
        connection.execute(update(schema.head).values(size=position, frontier=frontier.to_bytes()))


def _with_terms(documents: Iterable[dict[str, Any]]) -> list[tuple[dict[str, Any], list[str]]]:
    """Each record with the terms by which its event is found."""
    cases: dict[str, CaseKeys] = {}
    found = []
    for document in documents:
        event, stream = event_of(document), document["stream"]
        cases[stream] = cases.get(stream, NO_CASE).after(event)
        found.append((document, sorted(terms_of(event, cases[stream]))))
    return found


def _brief(document: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in document.items() if key != "sealed"} | {"data": {}}


def _copy(document: dict[str, Any], stream: str, position: int, at: str) -> dict[str, Any]:
    copied = document | {"position": position, "stream": stream, "recorded_at": at, "id": str(uuid.uuid4())}
    record = encode(copied)
    return {
        "position": position,
        "record": record,
        "leaf_hash": leaf_hash(record),
        "stream": stream,
        "version": copied["version"],
        "category": category_of(stream),
        "type": copied["type"],
        "actor": copied["actor"]["id"],
        "recorded_at": at,
        "wakes": int(bool(copied["wakes"])),
    }
