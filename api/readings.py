"""Who read whose file: for the person, record by record with its proof (docs/verify.md)."""

from __future__ import annotations

import base64
from typing import Any

from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection, select

from api.audit import HEX, TreeDep
from api.bundles import FILE, handed_out
from api.credentials import Caller, CallerDep
from api.paging import Cursor, Limit, decode_cursor, page_of
from api.problems import Problem, responses
from api.views import Names, names_of
from api.visibility import viewer_for, visible_person
from api.wiring import Services, ServicesDep
from domain.authorization import may_audit
from domain.directory import access_stream
from domain.events import PersonalDataRead
from ledger.read import newest_checkpoint
from ledger.record import StoredEvent
from ledger.schema import events
from projections import api_keys
from projections.audit_search import Filters
from proofs.checkpoint import Checkpoint
from proofs.signed_note import parse_note
from proofs.tree_reader import TreeReader
from review.evidence_query import evidence_query

router = APIRouter(prefix="/v1/employees", tags=["personal data"])
READING: dict[str, Any] = {
    "number": 1,
    "position": 812,
    "recorded_at": "2026-11-24T02:00:00.000000Z",
    "reader": {
        "kind": "person",
        "id": "4a0e2a3c-7c1e-4f0a-9f53-2f0d3c5b7a10",
        "name": "Rahmat Hidayat",
        "account": None,
    },
    "what": "documents",
    "purpose": "Verifikasi usul mutasi",
    "leaf_hash": HEX,
    "record_base64": "e30=",
    "path": [HEX],
}
TREE: dict[str, Any] = {"tree_size": 900, "root": HEX, "checkpoint": "…"}


class Reading(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [READING]})

    number: int = Field(description="1 is the first that was ever recorded; none is left out between two.")
    position: int
    recorded_at: str
    reader: dict[str, Any] = Field(
        description="`kind` person, integration or system, `id`, `name`; of a machine's command `account`."
    )
    what: str
    purpose: str | None = Field(description="As the reader stated it; sealed in the record.")
    leaf_hash: str
    record_base64: str = Field(description="The record's bytes, as hashed.")
    path: list[str] = Field(description="Inclusion proof in the tree of `tree_size`, RFC 6962 §2.1.1.")


class Readings(BaseModel):
    """Newest first. `checkpoint` signs the tree in which every item is."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [READING],
                    "total": 1,
                    "tree_size": 900,
                    "root": HEX,
                    "checkpoint": "…",
                    "next": None,
                }
            ]
        }
    )

    items: list[Reading]
    total: int = Field(description="How many are recorded; a later list that has fewer was cut.")
    tree_size: int
    root: str
    checkpoint: str
    next: str | None


@router.get(
    "/{nip}/readings", response_model=Readings, responses=responses(), summary="Who read this person's file"
)
def readings(
    nip: str,
    services: ServicesDep,
    caller: CallerDep,
    tree: TreeDep,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> dict[str, Any]:
    """For the person, and for auditors who may see the file; that they looked is recorded too. Reads within a
    quarter of an hour by the same reader and of the same kind are one.
    """
    place = decode_cursor(cursor, (int,))
    with services.reading() as connection:
        row = _owner(services, connection, caller, nip)
        note = newest_checkpoint(connection)
        assert note is not None  # nobody signs in to a ledger without an event
        head = Checkpoint.parse(parse_note(note).text)
        mine = (events.c.stream == access_stream(row["person_id"]), events.c.position < head.size)
        newest = select(events.c.version).where(*mine).order_by(events.c.version.desc())
        total = connection.execute(newest.limit(1)).scalar() or 0
        wanted = select(events.c.position, events.c.record, events.c.leaf_hash).where(*mine)
        if place is not None:
            wanted = wanted.where(events.c.version < place[0])
        rows = connection.execute(wanted.order_by(events.c.version.desc()).limit(limit + 1)).all()
        found = [services.reader.open(connection, row[0], bytes(row[1]), bytes(row[2])) for row in rows]
        names = names_of(connection, {stored.actor.id for stored in found})
        keys = {key["key_id"]: key["label"] for key in api_keys.all_keys(connection)}
    items = [_shown(stored, tree, head, names, keys) for stored in found]
    if caller.person_id != row["person_id"]:
        services.access_log.note(caller.actor, row["person_id"], "readings", services.now())
    return page_of(found, limit, lambda stored: [stored.version], items) | {
        "total": total,
        "tree_size": head.size,
        "root": head.root.hex(),
        "checkpoint": note,
    }


@router.get(
    "/{nip}/readings/bundle",
    response_class=StreamingResponse,
    responses=FILE | responses(),
    summary="Who read my file, as evidence to carry away",
)
def bundle(nip: str, services: ServicesDep, caller: CallerDep, tree: TreeDep) -> StreamingResponse:
    """For the person alone: every record of the list with proofs, the checkpoint and the verifier."""
    with services.reading() as connection:
        row = _owner(services, connection, caller, nip)
    if caller.person_id != row["person_id"]:
        raise Problem("not-permitted")
    wanted = evidence_query(Filters(stream=access_stream(row["person_id"])))
    return handed_out(services, caller, tree, wanted, None, None, "readings")


def _owner(services: Services, connection: Connection, caller: Caller, nip: str) -> dict[str, Any]:
    viewer = viewer_for(services, connection, caller)
    row = visible_person(connection, viewer, nip)
    if caller.person_id != row["person_id"] and not may_audit(viewer):
        raise Problem("not-permitted")
    return row


def _shown(
    stored: StoredEvent, tree: TreeReader, head: Checkpoint, names: Names, keys: dict[str, str]
) -> dict[str, Any]:
    event = stored.event
    assert isinstance(event, PersonalDataRead)  # the stream holds nothing else; `verify` sees to it
    reader = stored.actor
    name = keys.get(reader.id) if reader.kind == "integration" else names.get(reader.id, (None, None))[0]
    return {
        "number": stored.version,
        "position": stored.position,
        "recorded_at": stored.recorded_at,
        "reader": {"kind": reader.kind, "id": reader.id, "name": name, "account": event.account},
        "what": event.what,
        "purpose": event.purpose,
        "leaf_hash": stored.leaf_hash.hex(),
        "record_base64": base64.b64encode(stored.record).decode(),
        "path": [node.hex() for node in tree.inclusion_path(stored.position, head.size)],
    }
