"""Many personnel actions at once, from JSON or a file: taken in whole, then told about row by row."""

from __future__ import annotations

import csv
import io
import threading
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Header, Path, Query, Request
from fastapi.responses import StreamingResponse
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api import shapes
from api.credentials import Caller, CallerDep
from api.idempotency import REPLAY, IdempotencyKey, Identified, identify
from api.paging import Cursor, Limit, decode_cursor, page_of
from api.problems import Problem, language_of, responses
from api.views import answer, as_id
from api.wiring import Services, ServicesDep
from api.workbook import FORMULA, XLSX, Sheet, workbook
from domain.errors import IdempotencyKeyReused, NotFound
from domain.submission import START_SCOPE
from inbound import batches as kept
from inbound.batch_runner import BatchRunner
from inbound.batches import PROBLEMS, Batch, BatchStore
from inbound.files import requests_in
from roster.reading import UnreadableFile

router = APIRouter(prefix="/v1", tags=["personnel actions"])

AT_ONCE = 200
CSV = "text/csv"
FORMS = {"application/json": "json", CSV: "csv", XLSX: "xlsx"}
COLUMNS = {
    "id": ("BARIS", "HASIL", "YANG SALAH", "CARA MEMPERBAIKI", "KOLOM", "ID PROSES", "KODE"),
    "en": ("ROW", "RESULT", "WHAT IS WRONG", "HOW TO MEND", "FIELDS", "ACTION ID", "CODE"),
}
RESULTS = {
    "id": {
        "started": "dimulai",
        "repeated": "sudah ada",
        "refused": "ditolak aturan",
        "faulty": "tidak dimulai",
    },
    "en": {
        "started": "started",
        "repeated": "was there",
        "refused": "refused by rule",
        "faulty": "not started",
    },
}
ITEM = {
    "key": "usulan-2026-001",
    "kind": "evaluation",
    "subject_nip": "198503122010011007",
    "period_start": "2026-01-01",
    "period_end": "2026-06-30",
}
FILE: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
REPORT: dict[int | str, dict[str, Any]] = {
    200: {"description": "CSV or XLSX.", "content": {CSV: FILE, XLSX: FILE}}
}
BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["items"],
                    "properties": {
                        "items": {
                            "type": "array",
                            "items": {
                                "type": "object",
                                "description": "The body of `POST /v1/personnel-actions`, and its `key`.",
                            },
                        }
                    },
                },
                "example": {"items": [ITEM]},
            },
            CSV: FILE,
            XLSX: FILE,
        },
    }
}
Language = Annotated[str | None, Header(alias="Accept-Language", max_length=255, examples=["id"])]
BatchId = Annotated[str, Path(max_length=64, examples=["5f0a52b8-30f1-4f7a-9a53-4f4f6f0b8a11"])]
Only = Annotated[
    Literal["problems", "all"], Query(description="Rows that somebody has to act on, or every row.")
]
# A file is unpacked and read by one request of a process at a time: memory is bounded by the largest file.
_reading = threading.Lock()


@router.post(
    "/personnel-actions:batch",
    status_code=202,
    responses=shapes.accepted("Batch", 403, 409, 413, 415) | shapes.plain_ok("BatchDone"),
    openapi_extra=BODY,
    summary="Start many personnel actions",
)
async def take(
    request: Request,
    services: ServicesDep,
    caller: CallerDep,
    key: IdempotencyKey = None,
    accept_language: Language = None,
) -> Response:
    """`{"items":[…]}`, or a CSV or XLSX file as the body. Every row is stored before the answer: up to 200
    are worked through at once (200 with all results), more by the worker (202; `Location` is the report). A
    row is known by its `key`, or by its content: the same twice, in this batch or a later one, is one action.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    form = FORMS.get(kind)
    with services.reading() as connection:
        _may_send(services, connection, caller)
    if form is None:
        raise Problem("unsupported-media-type", detail=f"application/json, {CSV} or {XLSX}")
    body: bytes = request.state.body
    identified = identify(request, caller, key, body)
    language = language_of(accept_language)
    with services.reading() as connection:
        known = kept.find(connection, identified.command_id, caller.actor)
        if known is not None and known.body_hash != identified.body_hash:
            raise IdempotencyKeyReused()
        if known is not None:
            return _told(connection, known, language, replayed=True)
    batch = await run_in_threadpool(_received, services, caller, identified, form, body)
    if batch.rows <= AT_ONCE:
        await run_in_threadpool(runner_of(services).run, batch)
    with services.reading() as connection:
        row = kept.find(connection, batch.batch_id, caller.actor)
        return _told(connection, row, language)


@router.get("/batches/{batch_id}", responses=shapes.ok("Batch", 404), summary="How far a batch has come")
def show(services: ServicesDep, caller: CallerDep, batch_id: BatchId) -> Response:
    """For whoever sent it."""
    with services.reading() as connection:
        return answer(_view(connection, _found(connection, caller, batch_id)))


@router.get(
    "/batches/{batch_id}/rows", responses=shapes.ok("BatchRows", 404), summary="What came of its rows"
)
def list_rows(
    services: ServicesDep,
    caller: CallerDep,
    batch_id: BatchId,
    only: Only = "problems",
    limit: Limit = 50,
    cursor: Cursor = None,
    accept_language: Language = None,
) -> Response:
    """By row number: what is wrong, how to mend it, and the action's id. For whoever sent the batch."""
    after = decode_cursor(cursor, (int,))
    language = language_of(accept_language)
    with services.reading() as connection:
        row = _found(connection, caller, batch_id)
        last = int(after[0]) if after else -1
        rows = kept.page(connection, row.batch_id, _outcomes(only), limit + 1, last)
    shown = [_row_view(one, language) for one in rows[:limit]]
    return answer(page_of(rows, limit, lambda one: (one.row,), shown))


@router.get(
    "/batches/{batch_id}/report",
    responses=REPORT | responses(404),
    response_class=Response,
    summary="The report as a file",
)
def report(
    services: ServicesDep,
    caller: CallerDep,
    batch_id: BatchId,
    form: Annotated[Literal["csv", "xlsx"], Query(alias="format")] = "csv",
    only: Only = "problems",
    accept_language: Language = None,
) -> Response:
    """The same rows as a file to work through. For whoever sent the batch."""
    language = language_of(accept_language)
    with services.reading() as connection:
        row = _found(connection, caller, batch_id)
        name = f"batch-{row.batch_id}"
        if form == "xlsx":
            cells = _cells(kept.every_row(connection, row.batch_id, _outcomes(only)), language)
            return workbook(name, [Sheet("batch", COLUMNS[language], cells)])
    lines = _lines(services, row.batch_id, _outcomes(only), language)
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return StreamingResponse(lines, media_type=f"{CSV}; charset=utf-8", headers=headers)


def _may_send(services: Services, connection: Connection, caller: Caller) -> None:
    """Keys with the scope, and people who hold an office: a hundred thousand rows are nobody's private wish.
    What each row asks for is judged on its own. Raises a 403.
    """
    caller.require_scope(START_SCOPE)
    if caller.person_id is None:
        return
    view = services.view(connection)
    today = services.today(view)
    if not view.offices(today).exercised_by(caller.person_id, today):
        raise Problem("not-permitted")


def store_of(services: Services) -> BatchStore:
    return BatchStore(services.installation.writing_engine, services.installation.sealing_key)


def runner_of(services: Services) -> BatchRunner:
    return BatchRunner(store_of(services), services.ledger, services.reader, services.now)


def _received(services: Services, caller: Caller, identified: Identified, form: str, body: bytes) -> Batch:
    settings = services.installation.settings
    with _reading:
        try:
            return store_of(services).receive(
                identified.command_id,
                caller.actor,
                form,
                body,
                _items(body) if form == "json" else requests_in(body),
                services.now(),
                body_hash=identified.body_hash,
                sandbox=caller.sandbox,
                most=settings.batch_rows,
                at_once=AT_ONCE,
            )
        except UnreadableFile as error:
            issue = error.issue
            raise Problem(
                "file-unreadable", detail=issue.message, why=issue.code, row=issue.row, column=issue.column
            ) from None


def _items(body: bytes) -> Iterable[tuple[int, Any]]:
    try:
        document = orjson.loads(body)
    except ValueError:
        raise Problem("malformed-json") from None
    items = document.get("items") if isinstance(document, dict) else None
    if not isinstance(items, list):
        raise Problem("invalid-request", errors=[{"field": "items", "in": "body", "message": "an array"}])
    return enumerate(items, 1)


def _found(connection: Connection, caller: Caller, batch_id: str) -> Any:
    row = kept.find(connection, as_id(batch_id), caller.actor)
    if row is None:
        raise NotFound()
    return row


def _told(connection: Connection, row: Any, language: str, *, replayed: bool = False) -> Response:
    headers = {"Location": f"/v1/batches/{row.batch_id}"} | ({REPLAY: "true"} if replayed else {})
    view = _view(connection, row)
    if row.finished_at is None:
        return answer(view, 202, headers=headers)
    rows = kept.page(connection, row.batch_id, (*kept.OUTCOMES,), AT_ONCE, -1)
    return answer(view | {"items": [_row_view(one, language) for one in rows]}, headers=headers)


def _view(connection: Connection, row: Any) -> dict[str, Any]:
    counts = kept.counts(connection, row.batch_id)
    done = sum(counts.values())
    state = "done" if row.finished_at else ("running" if done else "waiting")
    view = {
        "id": row.batch_id,
        "state": state,
        "form": row.form,
        "sha256": row.sha256,
        "rows": row.rows,
        "done": done,
        **counts,
        "received_at": row.received_at,
        "finished_at": row.finished_at,
    }
    return view | ({"sandbox": True} if row.sandbox else {})


def _outcomes(only: str) -> tuple[str, ...]:
    return PROBLEMS if only == "problems" else kept.OUTCOMES


def _row_view(one: Any, language: str) -> dict[str, Any]:
    english = language != "id"
    return {
        "row": one.row,
        "outcome": one.outcome,
        "action_id": one.action_id,
        "code": one.code,
        "fields": [
            {"field": field, "message": message} for field, message in orjson.loads(one.fields or "[]")
        ],
        "wrong": one.wrong_en if english else one.wrong_id,
        "mend": one.mend_en if english else one.mend_id,
    }


def _cells(rows: Iterable[Any], language: str) -> Iterator[tuple[str | int | None, ...]]:
    for one in rows:
        view = _row_view(one, language)
        fields = "; ".join(": ".join(filter(None, item.values())) for item in view["fields"])
        result = RESULTS[language][one.outcome]
        yield one.row, result, view["wrong"], view["mend"], fields, one.action_id, one.code


def _lines(services: Services, batch_id: str, outcomes: tuple[str, ...], language: str) -> Iterator[bytes]:
    """With a byte order mark, by which spreadsheets know the letters."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(COLUMNS[language])
    with services.reading() as connection:
        for cells in _cells(kept.every_row(connection, batch_id, outcomes), language):
            writer.writerow(map(_as_text, cells))
            if written.tell() > 64 * 2**10:
                yield _taken(written)
    yield _taken(written)


def _as_text(cell: str | int | None) -> str | int | None:
    """A cell that a spreadsheet does not take for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


def _taken(written: io.StringIO) -> bytes:
    text = written.getvalue()
    written.seek(0)
    written.truncate()
    return text.encode("utf-8-sig" if text.startswith(tuple(c[0] for c in COLUMNS.values())) else "utf-8")
