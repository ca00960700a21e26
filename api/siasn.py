"""Where SIASN and the register disagree, for the officers who settle it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection
from starlette.responses import Response

from api.credentials import Caller, CallerDep
from api.idempotency import REPLAY, IdempotencyKey, identify
from api.paging import Cursor, Limit, decode_cursor, page_of
from api.problems import Problem, responses
from api.shapes import RECEIPT
from api.views import answer, as_id, receipt_view
from api.wiring import Services, ServicesDep
from domain.commands import FREE_TEXT_LIMIT, EmployeeRow
from domain.siasn_commands import SettleSiasnDifference
from domain.siasn_events import SiasnDiffered
from ledger.read import event_at
from projections import employees, siasn_differences

router = APIRouter(prefix="/v1/siasn", tags=["siasn"])

ID = "0b0f8c9e-54c3-4d76-9c4e-0d9b0f6f7a11"
DAYS = ("grade_since",)
SETTLED: dict[str, Any] = {"id": ID, "state": "accepted", "receipt": RECEIPT}


class Settlement(BaseModel):
    """`accepted` corrects the register to what SIASN says; `dismissed` needs a reason."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", json_schema_extra={"examples": [{"outcome": "accepted"}]}
    )

    outcome: Literal["accepted", "dismissed"]
    reason: Annotated[str, Field(max_length=FREE_TEXT_LIMIT)] = ""


class SettlementReceipt(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [SETTLED]})

    id: str
    state: Literal["accepted", "dismissed"]
    receipt: dict[str, Any]


class Difference(BaseModel):
    """`ours` is the register's word, `theirs` SIASN's, both in the register's writing; of `unit`, SIASN's
    ids. Both are null where they were erased.
    """

    id: str
    person: dict[str, Any]
    field: str
    ours: str | None
    theirs: str | None
    state: Literal["open", "accepted", "dismissed", "gone"]
    found_at: str
    settled_by: dict[str, Any] | None
    settled_at: str | None


class DifferencePage(BaseModel):
    items: list[Difference]
    next: str | None


@router.get(
    "/differences",
    response_model=DifferencePage,
    responses=responses(),
    summary="Where SIASN and the register disagree",
)
def list_differences(
    services: ServicesDep,
    caller: CallerDep,
    state: Annotated[Literal["open", "accepted", "dismissed", "gone"], Query()] = "open",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> dict[str, Any]:
    """For the offices of the policy's `write_back.differences_by`; reading it is recorded."""
    place = decode_cursor(cursor, (int,))
    with services.reading() as connection:
        if not settles_differences(services, connection, caller):
            raise Problem("not-permitted")
        rows = siasn_differences.page(connection, state, limit + 1, place[0] if place else -1)
        shown = rows[:limit]
        people = {row[key] for row in shown for key in ("person_id", "settled_by") if row[key]}
        names = employees.names(connection, people)
        values = {row["difference_id"]: _values(services, connection, row["position"]) for row in shown}
    for person in sorted({row["person_id"] for row in shown}):
        services.access_log.note(caller.actor, person, "siasn", services.now())
    items = [_item(row, names, values[row["difference_id"]]) for row in shown]
    return page_of(rows, limit, lambda row: [row["position"]], items)


@router.post(
    "/differences/{difference_id}/settlement",
    response_model=SettlementReceipt,
    responses=responses(409, 413, 415),
    summary="Take SIASN's word over, or not",
)
async def settle_difference(
    difference_id: Annotated[str, Path(max_length=64, examples=[ID])],
    request: Request,
    services: ServicesDep,
    caller: CallerDep,
    body: Settlement,
    key: IdempotencyKey = None,
) -> Response:
    """Not about oneself. Taken over, the register is corrected in the same commit; a unit is not taken over
    (`not-due`): a transfer moves the person, or SIASN is put right and the difference dismissed.
    """
    wanted = as_id(difference_id)
    with services.reading() as connection:
        row = siasn_differences.by_id(connection, wanted)
        if row is None or not settles_differences(services, connection, caller):
            raise Problem("not-found")
        corrected = _corrected(services, connection, row) if body.outcome == "accepted" else None
    identified = identify(request, caller, key, body)
    command = SettleSiasnDifference(
        command_id=identified.command_id,
        actor=caller.actor,
        difference_id=wanted,
        outcome=body.outcome,
        reason=body.reason,
        row=corrected,
    )
    result = await services.send(command, identified.body_hash)
    assert result.receipt is not None  # a settlement is never a command that changes nothing
    shown = {"id": wanted, "state": body.outcome, "receipt": receipt_view(result.receipt)}
    return answer(shown, 200, headers={REPLAY: "true"} if result.replayed else {})


def _corrected(services: Services, connection: Connection, row: dict[str, Any]) -> EmployeeRow | None:
    """The person's row in the register with SIASN's value; None where there is nothing to take over."""
    person = employees.by_id(connection, row["person_id"])
    _, theirs = _values(services, connection, row["position"])
    if person is None or not person["nip"] or theirs is None or row["field"] == "unit":
        return None
    said = date.fromisoformat(theirs) if row["field"] in DAYS else theirs
    values = {name: person[name] for name in EmployeeRow.model_fields}
    return EmployeeRow.model_validate(values | {row["field"]: said})


def _values(services: Services, connection: Connection, position: int) -> tuple[str | None, str | None]:
    found = event_at(connection, position)
    assert found is not None  # the row was written with it
    event = services.reader.open(connection, position, *found).event
    assert isinstance(event, SiasnDiffered)
    return event.ours, event.theirs


def settles_differences(services: Services, connection: Connection, caller: Caller) -> bool:
    """Whether the caller holds an office that settles differences."""
    if caller.person_id is None:
        return False
    view = services.view(connection)
    today = services.today(view)
    offices = view.policy_in_force(today).write_back.differences_by
    return view.offices(today).holds_any(caller.person_id, offices, today)


def _item(
    row: dict[str, Any],
    names: dict[str, tuple[str | None, str | None]],
    values: tuple[str | None, str | None],
) -> dict[str, Any]:
    def person(person_id: str) -> dict[str, Any]:
        name, nip = names.get(person_id, (None, None))
        return {"id": person_id, "nip": nip, "name": name}

    return {
        "id": row["difference_id"],
        "person": person(row["person_id"]),
        **{name: row[name] for name in ("field", "state", "found_at", "settled_at")},
        "ours": values[0],
        "theirs": values[1],
        "settled_by": person(row["settled_by"]) if row["settled_by"] else None,
    }
