"""What officers do with a list of rank promotions over HTTP: make it, send it, record what came back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api.cases import receipt_of
from api.credentials import Caller, CallerDep
from api.doorkeeper import DoorkeeperDep
from api.idempotency import REPLAY, IdempotencyKey, Identified, identify, was_answered
from api.problems import responses
from api.rank_promotions import visible_list, whole_list
from api.rank_views import RankListReceipt
from api.step_up import is_asked_again, prove_again
from api.views import answer, as_id
from api.visibility import is_readable
from api.wiring import Services, ServicesDep
from domain import rank_commands as rc
from domain.commands import FREE_TEXT_LIMIT
from domain.errors import NotFound, UnknownReference
from domain.signing import signed_by
from ledger.facts import facts_for_reading
from ledger.result import Result
from projections import employees
from projections import rank_promotions as ranks

router = APIRouter(prefix="/v1/rank-promotions", tags=["rank promotion"])

MOST_AT_ONCE = 500
Nip = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]
Day = Annotated[date, Field(ge=date(2020, 1, 1), le=date(2199, 12, 31))]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=FREE_TEXT_LIMIT)]


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _example(**values: Any) -> ConfigDict:
    return ConfigDict(frozen=True, extra="forbid", json_schema_extra={"examples": [values]})


class LeftOffBody(_Body):
    nip: Nip
    reason: Text


class NewRankList(_Body):
    """The list of the period that begins on `period`. `left_off` are people who are due and whom the
    officer does not propose, each with a reason.
    """

    model_config = _example(period="2027-01-01", left_off=[])

    period: Day
    left_off: Annotated[tuple[LeftOffBody, ...], Field(max_length=MOST_AT_ONCE)] = ()


class Withdrawal(_Body):
    model_config = _example(why="facts_changed")

    why: Literal["facts_changed", "mistake"]


class Dispatch(_Body):
    """The letter by which the list went to BKN."""

    model_config = _example(letter_number="800/77-BKPSDM", sent_on="2026-12-01")

    letter_number: rc.LetterNumber
    sent_on: Day


class AnswerBody(_Body):
    nip: Nip
    outcome: Literal["approved", "returned", "refused"]
    answered_on: Day
    pertek_number: rc.LetterNumber | None = None
    reason: Annotated[str, StringConstraints(strip_whitespace=True, max_length=FREE_TEXT_LIMIT)] = ""


class Answers(_Body):
    """BKN's answers: `approved` needs the number of the technical consideration, `returned` (BTS) and
    `refused` (TMS) a reason.
    """

    model_config = _example(
        items=[
            {
                "nip": "198503122010011007",
                "outcome": "approved",
                "answered_on": "2026-12-03",
                "pertek_number": "AB-12345",
            }
        ]
    )

    items: Annotated[tuple[AnswerBody, ...], Field(min_length=1, max_length=MOST_AT_ONCE)]


class Decrees(_Body):
    """Whose rank is decreed: those named, or everybody whom BKN approved and no hard rule bars today."""

    model_config = _example(nips=[])

    nips: Annotated[tuple[Nip, ...], Field(max_length=MOST_AT_ONCE)] = ()
    password: Annotated[
        str | None,
        Field(max_length=1024, exclude=True, repr=False, description="Where it is asked for again."),
    ] = None


class OutsideDecreeBody(_Body):
    nip: Nip
    number: rc.LetterNumber
    decree_date: Day


class OutsideDecrees(_Body):
    """Decrees above the agency's own authority."""

    model_config = _example(
        items=[{"nip": "197003121995031007", "number": "12/K TAHUN 2026", "decree_date": "2026-12-20"}]
    )

    items: Annotated[tuple[OutsideDecreeBody, ...], Field(min_length=1, max_length=MOST_AT_ONCE)]


class WriteBackBody(_Body):
    nip: Nip
    siasn_id: rc.SiasnId


class WriteBacks(_Body):
    """What SIASN calls each promotion, or the correction of an annulled one."""

    model_config = _example(
        items=[{"nip": "198503122010011007", "siasn_id": "5f0c3a52b1e94d0d8a6f7c2e1b3d4f5a"}]
    )

    items: Annotated[tuple[WriteBackBody, ...], Field(min_length=1, max_length=MOST_AT_ONCE)]


class RankAnnulment(_Body):
    model_config = _example(nip="198503122010011007", authority="PPK", reason="salah hitung masa kerja")

    nip: Nip
    authority: Literal["PPK", "BKN", "COURT"] = "PPK"
    reason: Text
    letter_number: Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)] = ""


Ids = dict[str, str]
ACT: dict[str, Any] = {"response_model": RankListReceipt, "responses": responses(403, 404, 409, 413, 415)}


@dataclass(frozen=True)
class Act:
    """Who acts on a list, and by which request."""

    services: Services
    request: Request
    caller: Caller
    key: str | None

    async def send(
        self,
        list_id: str,
        body: BaseModel,
        nips: tuple[str, ...],
        command: Callable[[dict[str, Any], Ids], rc.RankListCommand],
    ) -> Response:
        """Have the ledger judge the command that is made of the people's ids."""
        services, caller = self.services, self.caller
        caller.require_person()
        identified = identify(self.request, caller, self.key, body)
        found = as_id(list_id)
        ids = await run_in_threadpool(_on_the_list, services, caller, identified, found, nips)
        values = {"command_id": identified.command_id, "actor": caller.actor, "list_id": found}
        result = await services.send(command(values, ids), identified.body_hash)
        return await run_in_threadpool(_answered, services, caller, found, result, 200)


def _act(request: Request, services: ServicesDep, caller: CallerDep, key: IdempotencyKey = None) -> Act:
    return Act(services, request, caller, key)


ActDep = Annotated[Act, Depends(_act)]


@router.post(
    "", status_code=201, response_model=RankListReceipt, responses=responses(403, 409, 413, 415),
    summary="Make and freeze the list of a period",
)  # fmt: skip
async def freeze(
    body: NewRankList, request: Request, services: ServicesDep, caller: CallerDep, key: IdempotencyKey = None
) -> Response:
    """Everybody whose years are over is on it by rule; a hard finding keeps a person off."""
    caller.require_person()
    identified = identify(request, caller, key, body)
    command = await run_in_threadpool(_freezing, services, caller, identified, body)
    result = await services.send(command, identified.body_hash)
    return await run_in_threadpool(_answered, services, caller, command.list_id, result, 201)


@router.post("/{list_id}/withdrawal", **ACT, summary="Take back a list that was not sent")
async def withdraw(list_id: str, act: ActDep, body: Withdrawal) -> Response:
    """The period may get another list."""

    def command(values: dict[str, Any], _: Ids) -> rc.RankListCommand:
        return rc.WithdrawRankList(**values, why=body.why)

    return await act.send(list_id, body, (), command)


@router.post("/{list_id}/dispatch", **ACT, summary="Record that the list went to BKN")
async def dispatch(list_id: str, act: ActDep, body: Dispatch) -> Response:
    """By another person than made it, and while its window is open."""

    def command(values: dict[str, Any], _: Ids) -> rc.RankListCommand:
        return rc.SendRankList(**values, letter_number=body.letter_number, sent_on=body.sent_on)

    return await act.send(list_id, body, (), command)


@router.post("/{list_id}/answers", **ACT, summary="Record BKN's answers")
async def record_answers(list_id: str, act: ActDep, body: Answers) -> Response:
    """All of them or none."""

    def command(values: dict[str, Any], ids: Ids) -> rc.RankListCommand:
        answers = (
            rc.RankAnswer(person_id=ids[item.nip], **item.model_dump(exclude={"nip"})) for item in body.items
        )
        return rc.RecordRankAnswers(**values, answers=tuple(answers))

    nips = tuple(item.nip for item in body.items)
    return await act.send(list_id, body, nips, command)


@router.post("/{list_id}/decrees", **ACT, summary="Decree ranks")
async def decree(list_id: str, act: ActDep, doorkeeper: DoorkeeperDep, body: Decrees) -> Response:
    """By the appointing official. Each decree takes the next number of the year; the grade changes on the
    first day of the period, or at once where that has passed. Asks for the password again where the policy
    does (403 `password-again`), as deciding a task does.
    """
    now = act.services.now()
    if await run_in_threadpool(_is_asked_again, act, as_id(list_id), now):
        await prove_again(doorkeeper, act.caller, body.password, now)

    def command(values: dict[str, Any], ids: Ids) -> rc.RankListCommand:
        return rc.DecreeRankPromotions(**values, person_ids=tuple(ids[nip] for nip in body.nips))

    return await act.send(list_id, body, body.nips, command)


def _is_asked_again(act: Act, list_id: str, now: datetime) -> bool:
    with act.services.reading() as connection:
        visible_list(act.services, connection, act.caller, list_id)
        view = act.services.view(connection)
        rule = view.policy_in_force(act.services.today(view)).password_again
    return rule.rank_decrees and is_asked_again(act.caller, rule, now)


@router.post("/{list_id}/outside-decrees", **ACT, summary="Record decrees from outside")
async def record_outside_decrees(list_id: str, act: ActDep, body: OutsideDecrees) -> Response:
    """For grades above the agency's own authority."""

    def command(values: dict[str, Any], ids: Ids) -> rc.RankListCommand:
        decrees = (
            rc.OutsideDecree(person_id=ids[item.nip], number=item.number, decree_date=item.decree_date)
            for item in body.items
        )
        return rc.RecordOutsideDecrees(**values, decrees=tuple(decrees))

    nips = tuple(item.nip for item in body.items)
    return await act.send(list_id, body, nips, command)


@router.post("/{list_id}/write-backs", **ACT, summary="Record what SIASN knows")
async def record_write_backs(list_id: str, act: ActDep, body: WriteBacks) -> Response:
    """After the effect; after an annulment it is the correction."""

    def command(values: dict[str, Any], ids: Ids) -> rc.RankListCommand:
        written = (rc.WriteBack(person_id=ids[item.nip], siasn_id=item.siasn_id) for item in body.items)
        return rc.RecordRankWriteBacks(**values, written=tuple(written))

    nips = tuple(item.nip for item in body.items)
    return await act.send(list_id, body, nips, command)


@router.post("/{list_id}/annulments", **ACT, summary="Annul a decreed rank promotion")
async def annul(list_id: str, act: ActDep, body: RankAnnulment) -> Response:
    """Who has the grade by it gets back what was before."""

    def command(values: dict[str, Any], ids: Ids) -> rc.RankListCommand:
        told = body.model_dump(exclude={"nip"})
        return rc.AnnulRankPromotion(**values, person_id=ids[body.nip], **told)

    return await act.send(list_id, body, (body.nip,), command)


def _on_the_list(
    services: Services, caller: Caller, identified: Identified, list_id: str, nips: tuple[str, ...]
) -> Ids:
    """Surrogates of people on a list that the caller sees. To who sees none there is no list."""
    with services.reading() as connection:
        if not was_answered(connection, identified):
            visible_list(services, connection, caller, list_id)
        elif ranks.by_id(connection, list_id) is None:
            raise NotFound()
        people = ranks.people_on(connection, list_id) if nips else frozenset[str]()
        return {nip: _person(connection, nip, people) for nip in nips}


def _person(connection: Connection, nip: str, people: frozenset[str] | None) -> str:
    row = employees.by_nip(connection, nip.replace(" ", "")) if is_readable(nip) else None
    if row is None or (people is not None and row["person_id"] not in people):
        raise UnknownReference(what="nip", field="nip")
    return str(row["person_id"])


def _freezing(
    services: Services, caller: Caller, identified: Identified, body: NewRankList
) -> rc.FreezeRankList:
    with services.reading() as connection:
        if not was_answered(connection, identified):
            # Asked first, so that nobody finds out here who is in the register.
            view = services.view(connection)
            facts = facts_for_reading(services.reader, connection, view, services.now())
            hands = facts.policy_in_force(body.period).rank_promotion.hands
            signed_by(caller.actor, hands.proposed_by, (), facts)
        left = tuple(
            rc.LeftOff(person_id=_person(connection, item.nip, None), reason=item.reason)
            for item in body.left_off
        )
    return rc.FreezeRankList(
        command_id=identified.command_id,
        actor=caller.actor,
        list_id=identified.made("rank-list"),
        period=body.period,
        left_off=left,
    )


def _answered(services: Services, caller: Caller, list_id: str, result: Result, status: int) -> Response:
    with services.reading() as connection:
        shown = whole_list(services, connection, caller, list_id, None)
        shown["receipt"] = receipt_of(result, connection)
    headers = {REPLAY: "true"} if result.replayed else {}
    if status == 201:
        headers["Location"] = f"/v1/rank-promotions/{list_id}"
    return answer(shown, status, version=shown["version"], headers=headers)
