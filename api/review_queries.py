"""Saved queries of auditors: owned, shared where their owner says so, kept in every revision."""

from __future__ import annotations

from datetime import UTC
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api.audit import EventPage, event_view
from api.auditors import AuditorDep
from api.cases import receipt_of
from api.credentials import Caller
from api.idempotency import REPLAY, IdempotencyKey, identify
from api.paging import Cursor, Limit, decode_cursor, encode_cursor, page_of
from api.problems import Problem, responses
from api.shapes import RECEIPT
from api.views import answer, as_id, names_of, person_view
from api.wiring import Services, ServicesDep
from domain.errors import NotFound
from domain.review_commands import RetireReviewQuery, SaveReviewQuery
from domain.review_events import ReviewQuerySaved
from domain.review_filter import EventFilter
from domain.review_state import QUERY, SavedQuery, query_of
from ledger.facts import reviews_for_reading
from ledger.result import Result
from projections import audit_search
from review.population import filters_of

router = APIRouter(prefix="/v1/reviews/queries", tags=["reviews"])

QueryId = Annotated[str, Path(max_length=64, examples=["6f7d1c2e-55c1-4a3e-9d3f-0d8f4a0c9b21"])]
# Of other people's queries most are private: so many streams one page looks at.
LOOKED_AT = 1_000
REVISION: dict[str, Any] = {
    "revision": 1,
    "title": "Keputusan Dinas Pendidikan",
    "shared": True,
    "filter": {"unit": "3673.05", "type": "TaskCompleted"},
    "words": None,
}
SHOWN: dict[str, Any] = {
    "id": "6f7d1c2e-55c1-4a3e-9d3f-0d8f4a0c9b21",
    "owner": {"id": "8d8ac610-566d-4ef0-9c22-186b2a5ed793", "name": "Siti Aminah"},
    "retired": False,
    **REVISION,
}


class QueryBody(BaseModel):
    """`filter` holds codes that the ledger knows; title and words are sealed under the owner's key. A query
    with words has no samples.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
        json_schema_extra={
            "examples": [
                {
                    "title": "Persetujuan mutasi",
                    "filter": {"type": "TaskCompleted", "outcome": "approve"},
                    "shared": True,
                }
            ]
        },
    )

    title: Annotated[str, Field(min_length=1, max_length=200)]
    filter: EventFilter
    words: Annotated[str, Field(max_length=200)] = ""
    shared: bool = False


class Revision(BaseModel):
    """Title and words are null where their owner's key was destroyed."""

    revision: int
    title: str | None
    shared: bool
    filter: dict[str, Any]
    words: str | None


class SavedQueryView(Revision):
    """The newest revision."""

    model_config = ConfigDict(json_schema_extra={"examples": [SHOWN]})

    id: str
    owner: dict[str, Any] | None
    retired: bool


class QueryPage(BaseModel):
    items: list[SavedQueryView]
    next: str | None


class QueryDetail(SavedQueryView):
    model_config = ConfigDict(json_schema_extra={"examples": [SHOWN | {"revisions": [REVISION]}]})

    revisions: list[Revision] = Field(description="All of them, oldest first.")


class QueryReceipt(QueryDetail):
    model_config = ConfigDict(
        json_schema_extra={"examples": [SHOWN | {"revisions": [REVISION], "receipt": RECEIPT}]}
    )

    receipt: dict[str, Any] | None


@router.post(
    "",
    status_code=201,
    response_model=QueryReceipt,
    responses=responses(409, 413, 415),
    summary="Save a query",
)
async def save(
    body: QueryBody,
    request: Request,
    services: ServicesDep,
    caller: AuditorDep,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """By a person of the audit offices, whose query it is. `422 unknown-reference` names a condition whose
    value is no code of the ledger: what is recorded readable is never a name.
    """
    caller.require_person()
    identity = identify(request, caller, idempotency_key, body)
    query_id = identity.made("query")
    command = SaveReviewQuery(
        command_id=identity.command_id, actor=caller.actor, query_id=query_id, **body.model_dump()
    )
    result = await services.send(command, identity.body_hash)
    return await run_in_threadpool(_answered, services, caller, query_id, result, 201)


@router.get("", response_model=QueryPage, responses=responses(), summary="One's own queries and shared ones")
def list_queries(
    services: ServicesDep, caller: AuditorDep, limit: Limit = 50, cursor: Cursor = None
) -> dict[str, Any]:
    """Newest first; retired ones are left out."""
    place = decode_cursor(cursor, (int,))
    before = place[0] if place else None
    with services.reading() as connection:
        source = reviews_for_reading(connection)
        streams = source.newest(QUERY, LOOKED_AT, before)
        found: list[dict[str, Any]] = []
        for position, stream in streams:
            query = query_of(source.stream(stream))
            if query is not None and not query.retired and _may_see(caller, query):
                found.append(_shown(services, connection, stream, query))
            if len(found) == limit:
                return {"items": found, "next": encode_cursor([position])}
    more = streams[-1][0] if len(streams) == LOOKED_AT else None
    return {"items": found, "next": encode_cursor([more]) if more is not None else None}


@router.get(
    "/{query_id}", response_model=QueryDetail, responses=responses(404), summary="A query, all revisions"
)
def get_query(query_id: QueryId, services: ServicesDep, caller: AuditorDep) -> dict[str, Any]:
    """One's own, or a shared one."""
    with services.reading() as connection:
        return _detail(services, connection, caller, as_id(query_id))


@router.post(
    "/{query_id}/revisions",
    status_code=201,
    response_model=QueryReceipt,
    responses=responses(404, 409, 413, 415),
    summary="Save the next revision",
)
async def revise(
    query_id: QueryId,
    body: QueryBody,
    request: Request,
    services: ServicesDep,
    caller: AuditorDep,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """By its owner; the earlier ones stay, and so does what was drawn from them."""
    caller.require_person()
    known = as_id(query_id)
    with services.reading() as connection:
        _query(connection, caller, known)
    identity = identify(request, caller, idempotency_key, body)
    command = SaveReviewQuery(
        command_id=identity.command_id, actor=caller.actor, query_id=known, **body.model_dump()
    )
    result = await services.send(command, identity.body_hash)
    return await run_in_threadpool(_answered, services, caller, known, result, 201)


@router.post(
    "/{query_id}/retirement",
    response_model=QueryReceipt,
    responses=responses(404, 409, 415),
    summary="Retire one's query",
)
async def retire(
    query_id: QueryId,
    request: Request,
    services: ServicesDep,
    caller: AuditorDep,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """By its owner. It is in no list any more; samples of it stand."""
    caller.require_person()
    known = as_id(query_id)
    identity = identify(request, caller, idempotency_key, {})
    command = RetireReviewQuery(command_id=identity.command_id, actor=caller.actor, query_id=known)
    result = await services.send(command, identity.body_hash)
    return await run_in_threadpool(_answered, services, caller, known, result, 200)


@router.get(
    "/{query_id}/results",
    response_model=EventPage,
    responses=responses(404),
    summary="What a query finds, newest first",
)
def results(
    query_id: QueryId,
    services: ServicesDep,
    caller: AuditorDep,
    revision: Annotated[int | None, Query(ge=1, le=100_000)] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> dict[str, Any]:
    """Of the newest revision, or of `revision`."""
    place = decode_cursor(cursor, (int,))
    with services.reading() as connection:
        known = as_id(query_id)
        newest = _query(connection, caller, known).newest
        wanted = revision or newest.revision
        item = next((r for r in _revisions(services, connection, known) if r.revision == wanted), None)
        if item is None or (item.has_words and item.words is None):
            raise Problem("not-found")
        filters = filters_of(item.filter, item.words)
        rows = audit_search.page(connection, filters, limit + 1, place[0] if place else None)
    return page_of(rows, limit, lambda row: [row[0]], [event_view(row[1], row[2]) for row in rows])


def filter_view(asked: EventFilter) -> dict[str, Any]:
    """The conditions that narrow; moments in UTC."""
    shown = asked.model_copy(
        update={name: at.astimezone(UTC) for name in ("first", "last") if (at := getattr(asked, name))}
    )
    return shown.model_dump(mode="json", exclude_none=True)


def _may_see(caller: Caller, query: SavedQuery) -> bool:
    return query.newest.shared or query.owner == caller.person_id


def _query(connection: Connection, caller: Caller, query_id: str) -> SavedQuery:
    query = query_of(reviews_for_reading(connection).stream(f"{QUERY}/{query_id}"))
    if query is None or not _may_see(caller, query):
        raise NotFound()
    return query


def _revisions(services: Services, connection: Connection, query_id: str) -> list[ReviewQuerySaved]:
    """All revisions with their seals open, oldest first."""
    stored = services.reader.stream(connection, f"{QUERY}/{query_id}")
    return [s.event for s in stored if isinstance(s.event, ReviewQuerySaved)]


def _revision(item: ReviewQuerySaved) -> dict[str, Any]:
    return {
        "revision": item.revision,
        "title": item.title,
        "shared": item.shared,
        "filter": filter_view(item.filter),
        "words": item.words,
    }


def _shown(services: Services, connection: Connection, stream: str, query: SavedQuery) -> dict[str, Any]:
    query_id = stream.partition("/")[2]
    newest = _revisions(services, connection, query_id)[-1]
    return {
        "id": query_id,
        "owner": person_view(query.owner, names_of(connection, {query.owner})),
        "retired": query.retired,
        **_revision(newest),
    }


def _detail(services: Services, connection: Connection, caller: Caller, query_id: str) -> dict[str, Any]:
    query = _query(connection, caller, query_id)
    shown = _shown(services, connection, f"{QUERY}/{query_id}", query)
    return shown | {"revisions": [_revision(r) for r in _revisions(services, connection, query_id)]}


def _answered(services: Services, caller: Caller, query_id: str, result: Result, status: int) -> Response:
    with services.reading() as connection:
        shown = _detail(services, connection, caller, query_id) | {"receipt": receipt_of(result, connection)}
    headers = {"Location": f"/v1/reviews/queries/{query_id}"} if status == 201 else {}
    return answer(shown, status, headers=headers | ({REPLAY: "true"} if result.replayed else {}))
