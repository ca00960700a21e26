"""Notes and findings of auditors: written, answered by the unit, reopened, closed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api.auditors import AuditorDep
from api.cases import receipt_of
from api.credentials import Caller, CallerDep
from api.idempotency import REPLAY, IdempotencyKey, Identified, identify
from api.paging import Cursor, Limit, decode_cursor, page_of
from api.problems import Problem, responses
from api.review_views import (
    REVIEW_SHOWN,
    Entry,
    ReviewId,
    detail,
    of_ones_own,
    reach_of,
    summary,
    visible,
)  # fmt: skip
from api.shapes import RECEIPT
from api.views import answer, as_id, stream_of
from api.wiring import Services, ServicesDep
from domain.commands import FREE_TEXT_LIMIT
from domain.review_commands import (
    AnswerFinding,
    CloseFinding,
    RaiseFinding,
    ReopenFinding,
    ReviewCommand,
    WriteReviewNote,
)
from domain.review_events import Outcome
from ledger.facts import reviews_for_reading
from ledger.result import Result
from projections import reviews

router = APIRouter(prefix="/v1/reviews", tags=["reviews"])

Text = Annotated[str, Field(min_length=1, max_length=FREE_TEXT_LIMIT)]
State = Literal["note", "open", "answered", "closed"]


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class ReviewBody(_Body):
    """On a personnel action (`action_id`) or on one event (`position`). A finding names the unit that has to
    answer, and may say by which question or sample it was found.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "finding",
                    "action_id": "1b671a64-40d5-491e-99b0-da01ff1f3341",
                    "unit_id": "3673.05",
                    "text": "Alasan pengecualian tidak menyebut kebutuhan organisasi.",
                }
            ]
        }
    )

    kind: Literal["note", "finding"]
    action_id: Annotated[str, Field(max_length=64)] | None = None
    position: Annotated[int, Field(ge=0, lt=2**53)] | None = None
    unit_id: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    question: Annotated[str, Field(max_length=64)] | None = None
    sample_id: Annotated[str, Field(max_length=64)] | None = None
    text: Text


class Said(_Body):
    """What is said, at most 4,000 characters; sealed in the ledger."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"text": "Kami lampirkan nota kebutuhan."}]})

    text: Text


class Closing(Said):
    """`settled` and `not_actionable` after an answer, `withdrawn` at any time."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"outcome": "settled", "text": "Jawaban memadai."}]}
    )

    outcome: Outcome


class ReviewSummary(BaseModel):
    """`state` is `note`, or that of a finding. `about` is a stream; `action_id` where it is a case's."""

    model_config = ConfigDict(json_schema_extra={"examples": [REVIEW_SHOWN]})

    id: str
    state: State
    about: str
    action_id: str | None
    unit_id: str | None
    answer_due: str | None
    overdue: bool
    raised_at: str


class ReviewPage(BaseModel):
    items: list[ReviewSummary]
    next: str | None


class ReviewDetail(ReviewSummary):
    model_config = ConfigDict(
        json_schema_extra={"examples": [REVIEW_SHOWN | {"entries": [], "question": None, "sample_id": None}]}
    )

    question: str | None
    sample_id: str | None
    entries: list[Entry] = Field(description="All that was said, oldest first.")


class ReviewReceipt(ReviewDetail):
    receipt: dict[str, Any] | None = Field(examples=[RECEIPT])


@router.post(
    "",
    status_code=201,
    response_model=ReviewReceipt,
    responses=responses(404, 409, 413, 415),
    summary="Write a note or raise a finding",
)
async def create(
    body: ReviewBody,
    request: Request,
    services: ServicesDep,
    caller: AuditorDep,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """By a person of the audit offices who has no part in the case (`403 excluded-owner`). The case is not
    touched; its subject and owners do not hear of it.
    """
    caller.require_person()
    about, at = await run_in_threadpool(_about, services, body)
    if (body.kind == "finding") is not (body.unit_id is not None):
        raise _wrong("unit_id", "a finding names the unit that answers, a note names none")
    if body.kind == "note" and (body.question or body.sample_id):
        raise _wrong("question", "a note is found by nothing")
    identity = identify(request, caller, idempotency_key, body)
    given: dict[str, Any] = {
        "command_id": identity.command_id,
        "actor": caller.actor,
        "review_id": identity.made("review"),
        "about": about,
        "at_position": at,
        "text": body.text,
    }
    command: ReviewCommand = WriteReviewNote(**given)
    if body.kind == "finding":
        sample = as_id(body.sample_id) if body.sample_id is not None else None
        command = RaiseFinding(**given, unit_id=body.unit_id or "", question=body.question, sample_id=sample)
    result = await services.send(command, identity.body_hash)
    return await run_in_threadpool(_answered, services, caller, command.review_id, result, 201)


@router.get("", response_model=ReviewPage, responses=responses(), summary="Notes and findings, newest first")
def list_reviews(
    services: ServicesDep,
    caller: CallerDep,
    state: Annotated[State | None, Query()] = None,
    unit: Annotated[str | None, Query(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f]+$")] = None,
    action_id: Annotated[str | None, Query(max_length=64)] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> dict[str, Any]:
    """Auditors see all but those of their own case, whoever answers for a unit the findings that its
    apparatus has to answer; `403` for everybody else. Texts are in the single review.
    """
    place = decode_cursor(cursor, (int,))
    with services.reading() as connection:
        reach = reach_of(services, connection, caller)
        if not (reach.audits or reach.units):
            raise Problem("not-permitted")
        units = None if reach.audits else reach.units
        if unit is not None:
            units = frozenset({unit}) if reach.audits else reach.units & {unit}
        rows = reviews.page(
            connection,
            limit + 1,
            place[0] if place else None,
            state=state,
            about=stream_of(as_id(action_id)) if action_id is not None else None,
            units=units,
        )
        own = of_ones_own(connection, reach, rows)
        shown = [summary(services, connection, row) for row in rows[:limit] if row["review_id"] not in own]
    return page_of(rows, limit, lambda row: [row["position"]], shown)


@router.get(
    "/{review_id}", response_model=ReviewDetail, responses=responses(404), summary="A note or finding"
)
def get_review(review_id: ReviewId, services: ServicesDep, caller: CallerDep) -> dict[str, Any]:
    """With everything that was said. A unit sees findings without the auditors' notes on them; a key without
    `employees:read` sees no texts. That it was read is recorded.
    """
    with services.reading() as connection:
        return detail(services, connection, caller, visible(services, connection, caller, review_id))


Sender = Callable[[type[ReviewCommand], str, Said], Awaitable[Response]]


def _sender(
    request: Request,
    services: ServicesDep,
    caller: CallerDep,
    idempotency_key: IdempotencyKey = None,
) -> Sender:
    """Sends what is said on a review that the caller sees, and answers with it."""

    async def send(model: type[ReviewCommand], review_id: str, body: Said) -> Response:
        caller.require_person()
        identity: Identified = identify(request, caller, idempotency_key, body)
        known = await run_in_threadpool(_seen, services, caller, review_id)
        command = model(
            command_id=identity.command_id, actor=caller.actor, review_id=known, **body.model_dump()
        )
        result = await services.send(command, identity.body_hash)
        return await run_in_threadpool(_answered, services, caller, known, result, 200)

    return send


SenderDep = Annotated[Sender, Depends(_sender)]
ACTS: dict[str, Any] = {"response_model": ReviewReceipt, "responses": responses(404, 409, 413, 415)}


@router.post("/{review_id}/notes", summary="A further note", **ACTS)
async def note(review_id: ReviewId, body: Said, send: SenderDep) -> Response:
    """By an auditor without a part in the case. Units do not see it."""
    return await send(WriteReviewNote, review_id, body)


@router.post("/{review_id}/answer", summary="Answer for the unit", **ACTS)
async def answer_finding(review_id: ReviewId, body: Said, send: SenderDep) -> Response:
    """By an office of the policy (`review.answered_by`) of the finding's apparatus, while it is open."""
    return await send(AnswerFinding, review_id, body)


@router.post("/{review_id}/reopening", summary="Reopen a finding", **ACTS)
async def reopen(review_id: ReviewId, body: Said, send: SenderDep) -> Response:
    """By an auditor, after an answer or the close. The unit has its days anew."""
    return await send(ReopenFinding, review_id, body)


@router.post("/{review_id}/closing", summary="Close a finding", **ACTS)
async def close(review_id: ReviewId, body: Closing, send: SenderDep) -> Response:
    """By an auditor who did not answer it."""
    return await send(CloseFinding, review_id, body)


def _about(services: Services, body: ReviewBody) -> tuple[str, int | None]:
    """The stream and position that the body names. Raises a 422."""
    if (body.action_id is None) is (body.position is None):
        raise _wrong("action_id", "one of action_id and position is given")
    if body.action_id is not None:
        return stream_of(as_id(body.action_id)), None
    with services.reading() as connection:
        stream = reviews_for_reading(connection).stream_at(body.position or 0)
    if stream is None:
        raise _wrong("position", "the ledger has no such event")
    return stream, body.position


def _wrong(field: str, message: str) -> Problem:
    return Problem("invalid-request", errors=[{"field": field, "in": "body", "message": message}])


def _seen(services: Services, caller: Caller, review_id: str) -> str:
    with services.reading() as connection:
        return str(visible(services, connection, caller, review_id)["review_id"])


def _answered(services: Services, caller: Caller, review_id: str, result: Result, status: int) -> Response:
    with services.reading() as connection:
        row = visible(services, connection, caller, review_id)
        shown = detail(services, connection, caller, row) | {"receipt": receipt_of(result, connection)}
    headers = {"Location": f"/v1/reviews/{review_id}"} if status == 201 else {}
    return answer(shown, status, headers=headers | ({REPLAY: "true"} if result.replayed else {}))
