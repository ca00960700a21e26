"""Many decisions in one request: each judged on its own by the same judge, or only previewed."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api import shapes
from api.cases import seen_by
from api.consequences import leads_to
from api.credentials import Caller, CallerDep
from api.doorkeeper import DoorkeeperDep
from api.idempotency import REPLAY, IdempotencyKey, Identified, identify
from api.problems import body_of_refusal, language_of, problem_body
from api.step_up import is_asked_again, prove_again
from api.tasks import Addressed, Body, Decision, Language, steps_asking
from api.views import answer, receipt_view
from api.wiring import Services, ServicesDep
from domain.commands import DecideTask
from domain.decide import decide as judge
from domain.errors import NotFound, NotPermitted, Refusal
from ledger.append import LedgerUnavailable
from ledger.facts import facts_for_reading
from ledger.result import Result
from projections import tasks as task_index
from projections.action_state import states_of

router = APIRouter(prefix="/v1/tasks", tags=["tasks"])

MOST_AT_ONCE = 200
Outcome = Result | Exception | dict[str, Any]


class BulkItem(Decision):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"task_id": shapes.TASK_ID, "outcome": "approve", "comment": ""}]}
    )

    task_id: Annotated[str, Field(max_length=64)]


class BulkDecisions(Body):
    """With `preview` nothing is decided: each result says what would happen."""

    items: Annotated[tuple[BulkItem, ...], Field(max_length=MOST_AT_ONCE)]
    preview: bool = False
    password: Annotated[
        str | None,
        Field(
            max_length=1024,
            exclude=True,
            repr=False,
            description="Once for all, where one of the steps asks for it again.",
        ),
    ] = None


@router.post("/decisions", responses=shapes.ok("BulkAnswer", 413, 415))
async def decide_many(
    request: Request,
    services: ServicesDep,
    caller: CallerDep,
    doorkeeper: DoorkeeperDep,
    body: BulkDecisions,
    key: IdempotencyKey = None,
    accept_language: Language = None,
) -> Response:
    """Decide up to 200 tasks, each judged on its own: one result an item, in order, and 200 over all."""
    identified = identify(request, caller, key, body)
    with services.reading() as connection:
        wanted = [item.task_id.lower() for item in body.items]
        actions = task_index.actions_of(connection, wanted)
        view = services.view(connection)
    commands = [
        item.command(
            Addressed(services, caller, actions[task_id], task_id, view).to(identified.item(index), None)
        )
        if task_id in actions
        else None
        for index, (item, task_id) in enumerate(zip(body.items, wanted, strict=True))
    ]
    again = await run_in_threadpool(_asking_again, services, caller, body, actions)
    if again and not body.preview:
        await prove_again(doorkeeper, caller, body.password, services.now())
    if body.preview:
        found = _previewed(services, commands, language_of(accept_language))
    else:
        waiting = [_sent(services, command, identified) for command in commands]
        found = [*await asyncio.gather(*waiting)]
    results = [
        _result(request, services, caller, item.task_id, command, outcome)
        for item, command, outcome in zip(body.items, commands, found, strict=True)
    ]
    for shown in results:
        if body.preview and shown["task_id"].lower() in again:
            shown["password_again"] = True
    replayed = bool(found) and all(isinstance(o, Result) and o.replayed for o in found)
    headers = {REPLAY: "true"} if replayed else {}
    return answer({"preview": body.preview, "items": results}, headers=headers)


def _asking_again(
    services: Services, caller: Caller, body: BulkDecisions, actions: Mapping[str, str]
) -> frozenset[str]:
    """The tasks to be approved for which this caller has to prove the password."""
    with services.reading() as connection:
        view = services.view(connection)
        rule = view.policy_in_force(services.today(view)).password_again
        if not rule.steps or not is_asked_again(caller, rule, services.now()):
            return frozenset()
        approved = {item.task_id.lower() for item in body.items if item.outcome == "approve"}
        wanted = {task: action for task, action in actions.items() if task in approved}
        return steps_asking(connection, services, caller, wanted)


async def _sent(services: Services, command: DecideTask | None, identified: Identified) -> Result | Exception:
    if command is None:
        return NotFound()
    try:
        return await services.send(command, identified.body_hash)
    except (Refusal, LedgerUnavailable) as error:
        return error


def _previewed(services: Services, commands: list[DecideTask | None], language: str) -> list[Outcome]:
    """What the ledger would say now: a dict of what would follow where it would accept."""
    found: list[Outcome] = []
    with services.reading() as connection:
        view = services.view(connection)
        facts = facts_for_reading(services.reader, connection, view, services.now())
        states = states_of(connection, [command.action_id for command in commands if command])
        for command in commands:
            if command is None:
                found.append(NotFound())
                continue
            state = states.get(command.action_id)
            try:
                judged = judge(state, facts, command)
                assert state is not None  # of a case that is not there nothing is accepted
                found.append(leads_to(state, judged, facts, view, language))
            except Refusal as refusal:
                found.append(refusal)
    return found


def _result(
    request: Request,
    services: Services,
    caller: Caller,
    task_id: str,
    command: DecideTask | None,
    outcome: Outcome,
) -> dict[str, Any]:
    """One item's result: `status` as the single endpoint would answer, with receipt or problem."""
    if isinstance(outcome, dict):
        return {"task_id": task_id, "status": 200, "would": "be_accepted", "leads_to": outcome}
    if isinstance(outcome, Result):
        shown: dict[str, Any] = {"task_id": task_id, "status": 200, "version": outcome.version}
        if outcome.receipt is not None:
            shown["receipt"] = receipt_view(outcome.receipt)
        if outcome.state is not None:
            shown["action"] = {
                "id": outcome.state.id,
                "status": outcome.state.status.value,
                "phase": outcome.state.phase,
                "open_tasks": [{"id": task.id, "step": task.step} for task in outcome.state.open_tasks],
            }
        return shown
    if isinstance(outcome, Refusal):
        if command is not None and type(outcome) in (NotFound, NotPermitted):
            outcome = seen_by(services, caller, command.action_id, outcome)
        return {"task_id": task_id} | body_of_refusal(request, outcome)
    return {"task_id": task_id} | problem_body(503, "ledger-unavailable", "The ledger is not available.")
