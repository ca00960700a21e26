"""Results of talent entered by officers: entered, confirmed by a second person, corrected."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import Connection
from starlette.responses import Response

from api.credentials import Caller, CallerDep
from api.idempotency import REPLAY, IdempotencyKey, identify
from api.paging import Cursor, Limit, decode_cursor, page_of
from api.problems import Problem, responses
from api.shapes import RECEIPT
from api.views import answer, as_id, receipt_view
from api.visibility import is_readable, viewer_for, visible_person
from api.wiring import Services, ServicesDep
from domain.commands import FREE_TEXT_LIMIT
from domain.errors import UnknownReference
from domain.performance import Judgement
from domain.result_entry_commands import DecideTalentResult, EnterTalentResult, Withdrawal
from domain.talent_commands import CactRow, ComponentRow, SkpRow
from domain.talent_record import PendingResult
from ledger.facts import talent_for_reading
from ledger.result import Result
from projections import employees, talent_results

router = APIRouter(prefix="/v1", tags=["talent"])

Text = Annotated[str, Field(max_length=FREE_TEXT_LIMIT)]
Points = Annotated[int, Field(ge=0, le=100)]
SEEN: dict[str, Any] = {"id": "5a0c1a0e-6a4c-4f57-9d5b-4a0c6f0e3b11", "state": "waiting"}


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ComponentResult(_Body):
    """A component that the formula takes as recorded; `score` in hundredths, through `valid_until`."""

    component: Annotated[str, Field(min_length=1, max_length=64)]
    score: Annotated[int, Field(ge=0, le=10_000)]
    valid_until: date


class RatingResult(_Body):
    """Results and conduct of a period by SIASN's codes: 1 above, 2 as, 3 below expectation."""

    period_start: date
    period_end: date
    result: Judgement
    conduct: Judgement
    assessor_nip: Annotated[str, Field(min_length=1, max_length=64)] | None = None


class TestedResult(_Body):
    """The results of one CACT, each from 0 to 100."""

    tested_on: date
    potential: Points
    managerial_sociocultural: Points
    digital_literacy: Points
    emerging_skill: Points


class EnteredResult(_Body):
    """One of `component`, `rating`, `test` and `withdrawal`. What replaces or withdraws needs a reason."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"component": {"component": "awards", "score": 9000, "valid_until": "2027-12-31"}},
                {"withdrawal": {"tested_on": "2026-03-02"}, "reason": "hasil pegawai lain"},
            ]
        }
    )

    component: ComponentResult | None = None
    rating: RatingResult | None = None
    test: TestedResult | None = None
    withdrawal: Withdrawal | None = None
    reason: Text = ""

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        given = [row for row in (self.component, self.rating, self.test, self.withdrawal) if row is not None]
        if len(given) != 1:
            raise ValueError("one of component, rating, test and withdrawal is given")
        return self


class Word(_Body):
    """The second person's word; a rejection needs a reason."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"outcome": "approve"}]})

    outcome: Literal["approve", "reject"]
    reason: Text = ""


class ResultReceipt(BaseModel):
    """`state`: `waiting` for a second person, `counted` or `rejected`."""

    model_config = ConfigDict(json_schema_extra={"examples": [SEEN | {"receipt": RECEIPT}]})

    id: str
    state: Literal["waiting", "counted", "rejected"]
    receipt: dict[str, Any]


class ResultItem(BaseModel):
    """An entered result; `result` and `reason` only while it waits."""

    id: str
    person: dict[str, Any]
    what: Literal["component", "rating", "test", "withdrawal"]
    state: Literal["waiting", "counted", "rejected"]
    entered_by: dict[str, Any]
    entered_at: str
    decided_by: dict[str, Any] | None
    decided_at: str | None
    result: dict[str, Any] | None
    reason: str | None


class ResultPage(BaseModel):
    items: list[ResultItem]
    next: str | None


@router.post(
    "/employees/{nip}/talent/results",
    status_code=201,
    response_model=ResultReceipt,
    responses=responses(409, 413, 415),
    summary="Enter or correct a result of somebody's talent record",
)
async def enter_result(
    nip: str,
    request: Request,
    services: ServicesDep,
    caller: CallerDep,
    body: EnteredResult,
    key: IdempotencyKey = None,
) -> Response:
    """For the offices that the policy names (`talent.entry.by`), never for oneself. Where the policy wants
    a second person it is `waiting` until one of `confirmed_by` approves it; until then nothing changes.
    """
    with services.reading() as connection:
        person = str(visible_person(connection, viewer_for(services, connection, caller), nip)["person_id"])
        # Asked for those alone who keep records, so that nobody finds out here who is in the register.
        named = body.rating if keeps_records(services, connection, caller) else None
        assessor = _assessor(connection, named)
    identified = identify(request, caller, key, body)
    command = EnterTalentResult(
        command_id=identified.command_id,
        actor=caller.actor,
        entry_id=identified.made("talent-result"),
        person_id=person,
        component=ComponentRow(person_id=person, **body.component.model_dump()) if body.component else None,
        rating=SkpRow(
            person_id=person, assessor_id=assessor, **body.rating.model_dump(exclude={"assessor_nip"})
        )
        if body.rating
        else None,
        test=CactRow(person_id=person, **body.test.model_dump()) if body.test else None,
        withdrawal=body.withdrawal,
        reason=body.reason,
    )
    result = await services.send(command, identified.body_hash)
    return _told(services, command.entry_id, 201, result)


@router.post(
    "/talent/results/{entry_id}/decision",
    response_model=ResultReceipt,
    responses=responses(409, 413, 415),
    summary="Approve or reject an entered result as the second person",
)
async def decide_result(
    entry_id: Annotated[str, Path(max_length=64, examples=[SEEN["id"]])],
    request: Request,
    services: ServicesDep,
    caller: CallerDep,
    body: Word,
    key: IdempotencyKey = None,
) -> Response:
    """For the offices of `talent.entry.confirmed_by`: not for who entered it, not for one's own results.
    Approved, it counts and places the person in the same commit.
    """
    wanted = as_id(entry_id)
    with services.reading() as connection:
        row = talent_results.by_id(connection, wanted)
        if row is None or not keeps_records(services, connection, caller):
            raise Problem("not-found")
    identified = identify(request, caller, key, body)
    command = DecideTalentResult(
        command_id=identified.command_id,
        actor=caller.actor,
        entry_id=wanted,
        person_id=row["person_id"],
        outcome=body.outcome,
        reason=body.reason,
    )
    result = await services.send(command, identified.body_hash)
    return _told(services, wanted, 200, result)


@router.get(
    "/talent/results",
    response_model=ResultPage,
    responses=responses(),
    summary="Entered results, those that wait for a second person among them",
)
def list_results(
    services: ServicesDep,
    caller: CallerDep,
    state: Annotated[Literal["waiting", "counted", "rejected"] | None, Query()] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> dict[str, Any]:
    """For the offices that enter and confirm results, and for auditors; reading them is recorded."""
    place = decode_cursor(cursor, (str, str))
    with services.reading() as connection:
        if not keeps_records(services, connection, caller):
            raise Problem("not-permitted")
        after = (place[0], place[1]) if place else None
        rows = talent_results.page(connection, state, limit + 1, after)
        shown = rows[:limit]
        waiting = {row["person_id"] for row in shown if row["state"] == talent_results.WAITING}
        records = talent_for_reading(services.reader, connection).of(waiting)
        people = {row[key] for row in shown for key in ("person_id", "entered_by", "decided_by") if row[key]}
        names = employees.names(connection, people)
    pending = {each.entry_id: each for record in records.values() for each in record.pending}
    for person in sorted(waiting):
        services.access_log.note(caller.actor, person, "talent", services.now())
    items = [_item(row, names, pending.get(row["entry_id"])) for row in shown]
    return page_of(rows, limit, lambda row: [row["entered_at"], row["entry_id"]], items)


def _item(
    row: dict[str, Any], names: dict[str, tuple[str | None, str | None]], waits: PendingResult | None
) -> dict[str, Any]:
    def person(person_id: str) -> dict[str, Any]:
        name, nip = names.get(person_id, (None, None))
        return {"id": person_id, "nip": nip, "name": name}

    return {
        "id": row["entry_id"],
        "person": person(row["person_id"]),
        **{name: row[name] for name in ("what", "state", "entered_at", "decided_at")},
        "entered_by": person(row["entered_by"]),
        "decided_by": person(row["decided_by"]) if row["decided_by"] else None,
        "result": waits.result if waits else None,
        "reason": waits.reason if waits else None,
    }


def keeps_records(services: Services, connection: Connection, caller: Caller) -> bool:
    """Whether the caller enters, confirms or audits results."""
    viewer = viewer_for(services, connection, caller)
    if viewer.reads_audit:
        return True
    if caller.person_id is None:
        return False
    view = services.view(connection)
    today = services.today(view)
    rules = view.policy_in_force(today).talent.entry
    return view.offices(today).holds_any(caller.person_id, (*rules.by, *rules.confirmed_by), today)


def _assessor(connection: Connection, rating: RatingResult | None) -> str | None:
    if rating is None or rating.assessor_nip is None:
        return None
    nip = rating.assessor_nip
    row = employees.by_nip(connection, nip) if is_readable(nip) else None
    if row is None:
        raise UnknownReference(what="assessor_nip", field="assessor_nip")
    return str(row["person_id"])


def _told(services: Services, entry_id: str, status: int, result: Result) -> Response:
    assert result.receipt is not None  # an entry and a decision are never commands that change nothing
    with services.reading() as connection:
        row = talent_results.by_id(connection, entry_id)
    assert row is not None  # written with the event
    shown = {"id": entry_id, "state": row["state"], "receipt": receipt_view(result.receipt)}
    return answer(shown, status, headers={REPLAY: "true"} if result.replayed else {})
