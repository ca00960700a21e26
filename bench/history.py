"""A long ledger, made quickly: real records of a few cases, repeated under other names with right hashes."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import insert, update

from demo.play import Play
from ledger import schema
from ledger.read import all_events
from ledger.record import category_of, decode, encode
from projections.audit_search import audit_terms
from proofs.merkle import Frontier, leaf_hash

CHUNK = 20_000
SEARCHED = ("step", "office", "outcome")


def lengthen(play: Play, events: int) -> None:
    """Bring the ledger to `events` events by repeating its cases' records. Hashes, head and search
    words are right; checkpoints and the other read models are not made, so this is for reading
    benchmarks only.
    """
    with play.installation.reader.engine.connect() as connection:
        documents = [decode(record) for _, record, _ in all_events(connection)]
    pattern = [document for document in documents if document["stream"].startswith("personnel-action/")]
    position = len(documents)
    with play.installation.writing_engine.begin() as connection:
        stored = connection.execute(schema.head.select()).mappings().one()
        frontier = Frontier.from_bytes(bytes(stored["frontier"]))
        latest = stored["recorded_at"]
        while position < events:
            rows: list[dict[str, Any]] = []
            words: list[dict[str, Any]] = []
            while position < events and len(rows) < CHUNK:
                renamed: dict[str, str] = {}
                for document in pattern[: events - position]:
                    stream = renamed.setdefault(document["stream"], f"personnel-action/{uuid.uuid4()}")
                    row, terms = _copy(document, stream, position, latest)
                    frontier.append(row["leaf_hash"])
                    rows.append(row)
                    words += terms
                    position += 1
            connection.execute(insert(schema.events), rows)
            connection.execute(insert(audit_terms), words)
        connection.execute(update(schema.head).values(size=position, frontier=frontier.to_bytes()))


def _copy(
    document: dict[str, Any], stream: str, position: int, at: str
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    copied = document | {"position": position, "stream": stream, "recorded_at": at, "id": str(uuid.uuid4())}
    record = encode(copied)
    actor, data = copied["actor"], copied["data"]
    row: dict[str, Any] = {
        "position": position,
        "record": record,
        "leaf_hash": leaf_hash(record),
        "stream": stream,
        "version": copied["version"],
        "category": category_of(stream),
        "type": copied["type"],
        "actor": actor["id"],
        "recorded_at": at,
        "wakes": int(bool(copied["wakes"])),
    }
    terms = sorted({str(data[name]).casefold() for name in SEARCHED if name in data})
    return row, [{"term": term, "position": position} for term in terms]
