"""One's own receipts: what one did, each with the proof that the ledger holds it."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict
from sqlalchemy import select

from api import shapes
from api.credentials import CallerDep
from api.paging import Cursor, Limit, decode_cursor, page_of
from api.problems import responses
from api.views import receipt_of_row
from api.wiring import ServicesDep
from ledger.schema import events

router = APIRouter(prefix="/v1", tags=["sessions"])

READING = "PersonalDataRead"
EXAMPLE: dict[str, Any] = {
    "type": "TaskCompleted",
    "stream": f"personnel-action/{shapes.ACTION_ID}",
    "receipt": shapes.RECEIPT,
}


class OwnReceipt(BaseModel):
    """An event that the caller caused; `receipt` is null for the moments before a checkpoint covers it."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    type: str
    stream: str
    receipt: dict[str, Any] | None


class OwnReceipts(BaseModel):
    items: list[OwnReceipt]
    next: str | None


@router.get("/me/receipts", response_model=OwnReceipts, responses=responses(), summary="My receipts")
def receipts(
    services: ServicesDep, caller: CallerDep, limit: Limit = 20, cursor: Cursor = None
) -> dict[str, Any]:
    """What the caller did, newest first; reading is not among it."""
    person_id = caller.require_person()
    place = decode_cursor(cursor, (int,))
    columns = ("position", "version", "leaf_hash", "recorded_at", "type", "stream")
    statement = select(*(events.c[name] for name in columns)).where(
        events.c.actor == person_id, events.c.type != READING
    )
    if place:
        statement = statement.where(events.c.position < place[0])
    with services.reading() as connection:
        rows = connection.execute(statement.order_by(events.c.position.desc()).limit(limit + 1)).all()
        shown = [
            {"type": row.type, "stream": row.stream, "receipt": receipt_of_row(connection, row)}
            for row in rows[:limit]
        ]
    return page_of(rows, limit, lambda row: [row.position], shown)
