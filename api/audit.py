"""What auditors and holders of receipts check: events, the newest checkpoint, the key, and proofs."""

from __future__ import annotations

import base64
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from api.auditors import AuditorDep, Moment, person_of, utc
from api.credentials import CallerDep
from api.paging import Cursor, Limit, decode_cursor, page_of
from api.problems import Problem, responses
from api.wiring import Services, ServicesDep
from domain.authorization import subtrees
from ledger import read
from ledger.publications import newest_publication
from projections import audit_search
from proofs.tree_reader import TreeReader

router = APIRouter(prefix="/v1/audit", tags=["audit"])

LARGEST = 2**53 - 1
HEX = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
Filter = Annotated[str | None, Query(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]+$")]
Cosigned = Annotated[bool, Query(description="The newest published one, with the cosignatures of witnesses.")]
Number = Annotated[int, Query(ge=0, le=LARGEST)]


class AuditEvent(BaseModel):
    """A record as decoded, with its leaf hash and exact bytes."""

    model_config = ConfigDict(extra="allow")

    id: str
    position: int
    stream: str
    version: int
    type: str
    recorded_at: str
    actor: dict[str, Any]
    data: dict[str, Any]
    leaf_hash: str = Field(description="SHA-256(0x00 ‖ record), hexadecimal.")
    record_base64: str = Field(description="The record's bytes as they were hashed and stored.")


class EventPage(BaseModel):
    items: list[AuditEvent]
    next: str | None


class InclusionProof(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"position": 6, "tree_size": 7, "leaf_hash": HEX, "path": [HEX], "root": HEX}]
        }
    )

    position: int
    tree_size: int
    leaf_hash: str
    path: list[str] = Field(description="RFC 6962 §2.1.1, hexadecimal, from the leaf upwards.")
    root: str


class ConsistencyProof(BaseModel):
    """`from` and `to` are tree sizes."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"from": 3, "to": 7, "path": [HEX], "from_root": HEX, "to_root": HEX}]
        }
    )

    from_: int = Field(alias="from")
    to: int
    path: list[str] = Field(description="RFC 6962 §2.1.2, hexadecimal.")
    from_root: str
    to_root: str


async def _tree(request: Request, services: ServicesDep) -> TreeReader:
    state = request.app.state
    if not hasattr(state, "tree"):

        def leaves(start: int, stop: int) -> list[bytes]:
            with services.reading() as connection:
                return read.leaf_hashes(connection, start, stop)

        state.tree = TreeReader(leaves)
    found: TreeReader = state.tree
    return found


TreeDep = Annotated[TreeReader, Depends(_tree)]


@router.get("/events", response_model=EventPage, responses=responses(), summary="The ledger, newest first")
def list_events(
    services: ServicesDep,
    _: AuditorDep,
    actor: Annotated[Filter, Query(description="Surrogate id of a person or key.")] = None,
    type: Annotated[Filter, Query(examples=["TaskCompleted"])] = None,  # noqa: A002  (the contract's name)
    stream: Annotated[Filter, Query(examples=["calendar/working-days"])] = None,
    first: Annotated[Moment, Query(alias="from")] = None,
    last: Annotated[Moment, Query(alias="to")] = None,
    person: Annotated[
        Filter,
        Query(description="Id or NIP of whom the event or its case is about, or whom the event names."),
    ] = None,
    office: Annotated[Filter, Query(description="Office key.", examples=["agency_head"])] = None,
    unit: Annotated[
        Filter, Query(description="A unit that the event names or its case moves somebody between.")
    ] = None,
    below: Annotated[bool, Query(description="`unit` with all units below it, as they are today.")] = False,  # noqa: FBT002
    rule: Annotated[
        Filter,
        Query(description="A rule that was passed, or that spoke against the case.", examples=["tenure"]),
    ] = None,
    outcome: Annotated[Filter, Query(examples=["approve"])] = None,
    q: Annotated[
        Filter, Query(description="Codes that all occur; a word may end in `*` (its first 200 words).")
    ] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> dict[str, Any]:
    """For the audit offices and keys with `audit:read`. `from` is included, `to` is not. Personal data
    is in it only sealed, and no word of it is searched here: `POST /v1/audit/events/search` does.
    """
    place = decode_cursor(cursor, (int,))
    with services.reading() as connection:
        filters = audit_search.Filters(
            actor=actor,
            type=type,
            stream=stream,
            person=person_of(connection, person) if person else None,
            office=office,
            unit=None if below else unit,
            units=_with_units_below(services, connection, unit) if below and unit else (),
            rule=rule,
            outcome=outcome,
            first=utc(first, "from") if first else None,
            last=utc(last, "to") if last else None,
            query=q,
        )
        rows = audit_search.page(connection, filters, limit + 1, place[0] if place else None)
    return page_of(rows, limit, lambda row: [row[0]], [event_view(row[1], row[2]) for row in rows])


@router.get("/records/{position}", response_model=AuditEvent, responses=responses(404), summary="One event")
def one_event(
    services: ServicesDep,
    _: AuditorDep,
    position: Annotated[int, Path(ge=0, le=LARGEST, examples=[6])],
) -> dict[str, Any]:
    """By its position, for the audit offices and keys with `audit:read`."""
    with services.reading() as connection:
        found = read.event_at(connection, position)
    if found is None:
        raise Problem("not-found")
    return event_view(*found)


def _with_units_below(services: Services, connection: Connection, unit: str) -> tuple[str, ...]:
    found = subtrees(services.view(connection).agency, [unit])
    return tuple(sorted(found)) or (unit,)


@router.get(
    "/checkpoint",
    response_class=PlainTextResponse,
    responses=responses(),
    summary="The newest signed tree head (C2SP signed note)",
)
def newest_checkpoint(
    services: ServicesDep,
    cosigned: Cosigned = False,  # noqa: FBT002  (a query parameter has no other form)
) -> PlainTextResponse:
    """Open to everybody: it tells how large the ledger is and what its root is, and nothing else.
    Without `cosigned` it is the newest of all, which witnesses have seldom seen yet. `404` where there
    is none of the kind.
    """
    with services.reading() as connection:
        published = newest_publication(connection)
        note = read.newest_checkpoint(connection)
    if published is not None and (cosigned or note == published.signed):
        note = published.note
    elif cosigned:
        note = None
    if note is None:
        raise Problem("not-found")
    return PlainTextResponse(note)


@router.get(
    "/key",
    response_class=PlainTextResponse,
    responses=responses(),
    summary="The log's verifier key (C2SP vkey)",
)
def verifier_key(services: ServicesDep) -> PlainTextResponse:
    """Open to everybody. Compare it with the one that the agency published elsewhere before trusting it.
    While a key is being changed there are two lines, the newer key first.
    """
    return PlainTextResponse("".join(f"{vkey}\n" for vkey in reversed(services.installation.vkeys)))


@router.get(
    "/proofs/inclusion",
    response_model=InclusionProof,
    responses=responses(),
    summary="That an event is in the tree",
)
def inclusion(
    services: ServicesDep, _: CallerDep, tree: TreeDep, position: Number, tree_size: Number | None = None
) -> dict[str, Any]:
    """`tree_size` defaults to the newest. `422` when the position is not inside a tree of that size, or
    the ledger is not that large yet.
    """
    with services.reading() as connection:
        size = read.size(connection)
        wanted = size if tree_size is None else tree_size
        if wanted > size:
            raise _impossible("tree_size", f"the ledger has {size} events")
        if position >= wanted:
            raise _impossible("position", f"a tree of {wanted} has no such leaf")
        found = read.event_at(connection, position)
    if found is None:
        raise Problem("not-found")
    path = tree.inclusion_path(position, wanted)
    return {
        "position": position,
        "tree_size": wanted,
        "leaf_hash": found[1].hex(),
        "path": [node.hex() for node in path],
        "root": tree.root(wanted).hex(),
    }


@router.get(
    "/proofs/consistency",
    response_model=ConsistencyProof,
    responses=responses(),
    summary="That a later tree continues an earlier one",
)
def consistency(
    services: ServicesDep,
    _: CallerDep,
    tree: TreeDep,
    first: Annotated[int, Query(alias="from", ge=1, le=LARGEST)],
    last: Annotated[int | None, Query(alias="to", ge=1, le=LARGEST)] = None,
) -> dict[str, Any]:
    """`to` defaults to the newest size. `422` when `from` is beyond `to`, or `to` beyond the ledger."""
    with services.reading() as connection:
        size = read.size(connection)
    to = size if last is None else last
    if to > size:
        raise _impossible("to", f"the ledger has {size} events")
    if first > to:
        raise _impossible("from", "the earlier tree is not the smaller one")
    path = tree.consistency_path(first, to)
    return {
        "from": first,
        "to": to,
        "path": [node.hex() for node in path],
        "from_root": tree.root(first).hex(),
        "to_root": tree.root(to).hex(),
    }


def event_view(record: bytes, leaf_hash: bytes) -> dict[str, Any]:
    """The record's fields, its leaf hash, and its exact bytes."""
    document: dict[str, Any] = orjson.loads(record)
    return document | {
        "leaf_hash": leaf_hash.hex(),
        "record_base64": base64.b64encode(record).decode(),
    }


def _impossible(field: str, message: str) -> Problem:
    return Problem("invalid-request", errors=[{"field": field, "in": "query", "message": message}])
