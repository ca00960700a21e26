"""Words in what is sealed (reasons, comments, answers), for auditors with a purpose: opened one by one, in no
index, and what was shown is recorded as read.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from api.audit import AuditEvent, event_view
from api.auditors import AuditorDep, person_of
from api.credentials import Caller
from api.idempotency import IdempotencyKey
from api.paging import LARGEST_PAGE, decode_cursor, encode_cursor
from api.problems import responses
from api.veil import veil_of
from api.visibility import viewer_for
from api.wiring import Services, ServicesDep
from domain.authorization import READ_PEOPLE, may_see_person
from domain.review_filter import EventFilter
from domain.review_state import QUERY
from ledger.mirror import ACTION, action_id_of
from ledger.record import StoredEvent
from projections import audit_search, employees
from projections.action_state import state_of
from review.population import filters_of

router = APIRouter(prefix="/v1/audit/events", tags=["audit"])

# So many sealed events one request opens; the answer says where to go on.
OPENED = 2_000
AT_ONCE = 200


class SealedWords(BaseModel):
    """Words that all occur in what is sealed of one event, and conditions as in a saved query."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
        json_schema_extra={
            "examples": [
                {
                    "words": "kebutuhan mendesak",
                    "filter": {"type": "OverrideProposed"},
                    "purpose": "Pemeriksaan khusus 2026/11",
                }
            ]
        },
    )

    words: Annotated[str, Field(min_length=3, max_length=200)]
    filter: EventFilter = EventFilter()
    purpose: Annotated[str, Field(min_length=3, max_length=500, pattern=r"\S")]
    limit: Annotated[int, Field(ge=1, le=LARGEST_PAGE)] = 50
    cursor: Annotated[str | None, Field(max_length=1024)] = None


class SealedEvent(AuditEvent):
    personal: dict[str, Any] = Field(description="What is sealed in it.")


class SealedPage(BaseModel):
    """Newest first. Fewer than `limit` come where many had to be opened; as long as `next` is not null there
    may be more.
    """

    items: list[SealedEvent]
    looked_at: int
    next: str | None


@router.post(
    "/search",
    response_model=SealedPage,
    responses=responses(413, 415),
    summary="Words in sealed texts, newest first",
)
def search(
    body: SealedWords,
    services: ServicesDep,
    caller: AuditorDep,
    idempotency_key: IdempotencyKey = None,  # noqa: ARG001  (a search writes nothing but who read)
) -> dict[str, Any]:
    """For the audit offices, and keys with `audit:read` and `employees:read`. The words travel in the body
    and stand in no address or log. Each person whose data is shown is recorded as read, with the purpose.
    """
    caller.require_scope(READ_PEOPLE)
    place = decode_cursor(body.cursor, (int,))
    words = body.words.casefold().split()
    with services.reading() as connection:
        named = body.filter.person
        asked = body.filter.model_copy(
            update={"person": person_of(connection, named) if named is not None else None}
        )
        found, looked_at, next_ = _found(
            services, connection, caller, words, asked, body.limit, place[0] if place else None
        )
    for stored in found:
        if stored.person_id is not None:
            services.access_log.note(
                caller.actor, stored.person_id, "sealed-search", services.now(), purpose=body.purpose
            )
    items = [event_view(s.record, s.leaf_hash) | {"personal": s.sealed} for s in found]
    following = encode_cursor([next_]) if next_ is not None else None
    return {"items": items, "looked_at": looked_at, "next": following}


def _found(
    services: Services, connection: Connection, caller: Caller, words: list[str], asked: EventFilter,
    limit: int, before: int | None,
) -> tuple[list[StoredEvent], int, int | None]:  # fmt: skip
    """The events shown, how many were looked at, and the position before which to go on."""
    filters, found, looked_at = filters_of(asked), list[StoredEvent](), 0
    while True:
        rows = audit_search.page(connection, filters, AT_ONCE, before)
        for row in rows:
            looked_at, before = looked_at + 1, row[0]
            stored = services.reader.open(connection, *row)
            if _holds(stored.sealed or {}, words) and _may_open(services, connection, caller, stored):
                found.append(stored)
            if len(found) == limit or looked_at == OPENED:
                return found, looked_at, before
        if len(rows) < AT_ONCE:
            return found, looked_at, None


def _may_open(services: Services, connection: Connection, caller: Caller, stored: StoredEvent) -> bool:
    """Whether what is sealed may be shown: never one's own, which is read where it belongs, nor another's
    query, nor what of a case stays closed to the caller.
    """
    owner = stored.person_id or ""
    if stored.category == QUERY or owner == caller.person_id:
        return False
    row = employees.by_id(connection, owner)
    if not may_see_person(viewer_for(services, connection, caller), row["unit_id"] if row else None, owner):
        return False
    state = state_of(connection, action_id_of(stored.stream)) if stored.category == ACTION else None
    return state is None or not veil_of(services, connection, caller, state).closes(stored, state)


def _holds(sealed: dict[str, Any], words: list[str]) -> bool:
    text = "\n".join(_texts(sealed)).casefold()
    return bool(text) and all(word in text for word in words)


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for each in inner for text in _texts(each)]
