"""One human task, and what a person may do with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Path, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection
from starlette.responses import Response

from api import shapes
from api.cases import command_case, detail, receipt_of
from api.consequences import consequences
from api.credentials import Caller, CallerDep, CredentialsDep, in_full_right, signed_in
from api.cycle_units import consideration_of
from api.doorkeeper import Doorkeeper, DoorkeeperDep
from api.idempotency import REPLAY, IdempotencyKey, Identified, IfMatch, expected_version, identify
from api.machine_calls import admitted
from api.problems import language_of
from api.sight import sight_of
from api.step_up import is_asked_again, prove_again
from api.task_views import principals_of, task_view
from api.views import action_summary, answer, as_id, evidence_of, names_of, people_of, receipt_view
from api.wiring import Services, ServicesDep
from domain.commands import (
    FREE_TEXT_LIMIT,
    ClaimTask,
    CommentTask,
    DecideTask,
    DelegateTask,
    OverrideReason,
    ReleaseTask,
    TaskCommand,
)
from domain.errors import NotFound, UnknownReference
from domain.human_task import Task
from domain.personnel_action import ActionState
from ledger.directory_view import DirectoryView
from ledger.facts import facts_for_reading
from projections import employees
from projections import tasks as task_index
from projections.action_state import state_of, states_of

router = APIRouter(prefix="/v1/tasks", tags=["tasks"])

CALIBRATION = "calibration"

Language = Annotated[str | None, Header(alias="Accept-Language", max_length=255, examples=["id"])]
TaskId = Annotated[str, Path(max_length=64, examples=[shapes.TASK_ID])]
FreeText = Annotated[str, Field(max_length=FREE_TEXT_LIMIT)]


class Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Override(Body):
    rule: Annotated[str, Field(min_length=1, max_length=64)]
    reason: Annotated[str, Field(min_length=3, max_length=FREE_TEXT_LIMIT)]


class Decision(Body):
    """`details` answers the task's `form`. Rejecting and returning need a comment."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"outcome": "approve", "comment": ""}]})

    outcome: Literal["approve", "reject", "return"]
    comment: FreeText | None = None
    return_to: Annotated[str, Field(max_length=64)] | None = None
    overrides: Annotated[tuple[Override, ...], Field(max_length=50)] | None = None
    details: dict[str, Any] | None = None
    password: Annotated[
        str | None,
        Field(
            max_length=1024,
            exclude=True,
            repr=False,
            description="Where the policy asks for it again (403 `password-again`): one's own.",
        ),
    ] = None

    def command(self, addressed: Mapping[str, Any]) -> DecideTask:
        return DecideTask(
            **addressed,
            outcome=self.outcome,
            comment=self.comment or "",
            return_to=self.return_to,
            overrides=tuple(OverrideReason(rule=o.rule, reason=o.reason) for o in self.overrides or ()),
            details=self.details or {},
        )


class NoBody(Body):
    """Nothing is asked."""


class Delegation(Body):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"to_nip": "198503122010011007", "reason": "dinas luar"}]}
    )

    to_nip: Annotated[str, Field(min_length=1, max_length=64)]
    reason: FreeText = ""


class Comment(Body):
    model_config = ConfigDict(json_schema_extra={"examples": [{"comment": "mohon lampirkan ABK"}]})

    comment: Annotated[str, Field(min_length=1, max_length=FREE_TEXT_LIMIT)]


@router.get("/{task_id}", responses=shapes.ok("Task", 404))
def show(
    services: ServicesDep, caller: CallerDep, task_id: TaskId, accept_language: Language = None
) -> Response:
    """One task, open or done, with its case, the findings, the evidence, and what the caller may do."""
    language = language_of(accept_language)
    with services.reading() as connection:
        action_id = _action_of(connection, as_id(task_id))
        state = state_of(connection, action_id)
        if state is None or not sight_of(services, connection, caller).may_see(state):
            raise NotFound()
        task = state.task(as_id(task_id))
        assert task is not None  # the index and the states are written in one transaction
        shown = _shown(services, connection, caller, state, task, language)
        case = detail(services, connection, caller, state, language)
        shown |= {"case": case, "findings": case["findings"], "evidence": evidence_of(connection, state)}
        shown["leads_to"] = _leads_to(services, connection, caller, state, shown, language)
        if task.step == CALIBRATION:
            shown["consideration"] = consideration_of(connection, state, services.view(connection))
    if state.has_subject:
        services.access_log.note(caller.actor, state.subject_id, "personnel-action", services.now())
    return answer(shown, version=state.version)


def _shown(
    services: Services, connection: Connection, caller: Caller, state: ActionState, task: Task, language: str
) -> dict[str, Any]:
    view = services.view(connection)
    facts = facts_for_reading(services.reader, connection, view, services.now())
    behind = principals_of(view, caller.person_id, facts.today) if caller.person_id else set()
    names = names_of(connection, people_of([state]) | behind)
    return task_view(task, state, caller.actor, facts, names, view, language)


def _leads_to(
    services: Services,
    connection: Connection,
    caller: Caller,
    state: ActionState,
    shown: dict[str, Any],
    language: str,
) -> dict[str, Any]:
    task = state.task(shown["id"])
    assert task is not None  # it was just shown
    view = services.view(connection)
    facts = facts_for_reading(services.reader, connection, view, services.now())
    wanted = (shown["form"], shown["outcomes"], shown["overrides_required"])
    return consequences(task, state, caller.actor, facts, view, *wanted, language)


def _action_of(connection: Connection, task_id: str) -> str:
    found = task_index.action_of(connection, task_id)
    if found is None:
        raise NotFound()
    return found


# --- acting on one task ------------------------------------------------------------------------


@dataclass(frozen=True)
class Addressed:
    """Who calls about which task, and the agency as they find it."""

    services: Services
    caller: Caller
    action_id: str
    task_id: str
    view: DirectoryView

    def to(self, identified: Identified, if_match: str | None) -> dict[str, Any]:
        """The fields that every command to the task has."""
        return {
            "command_id": identified.command_id,
            "actor": self.caller.actor,
            "action_id": self.action_id,
            "task_id": self.task_id,
            "expected_version": expected_version(if_match),
        }


async def _addressed(request: Request, services: ServicesDep, credentials: CredentialsDep) -> Addressed:
    """All that is read before the commit, in one transaction, which has ended before the commit is
    awaited: a connection held while waiting could keep the next request from its own.
    """
    with services.reading() as connection:
        caller = in_full_right(signed_in(services, connection, credentials))
        task_id = as_id(request.path_params["task_id"])
        action_id = _action_of(connection, task_id)
        view = services.view(connection)
    await admitted(request, services, caller)
    return Addressed(services, caller, action_id, task_id, view)


AddressedDep = Annotated[Addressed, Depends(_addressed)]
COMMAND = shapes.ok("TaskAnswer", 403, 404, 409, 412, 413, 415)


@router.post("/{task_id}/decision", responses=COMMAND)
async def decide(
    request: Request,
    addressed: AddressedDep,
    doorkeeper: DoorkeeperDep,
    task_id: TaskId,  # noqa: ARG001  (described here, read by _addressed)
    body: Decision,
    key: IdempotencyKey = None,
    if_match: IfMatch = None,
    accept_language: Language = None,
) -> Response:
    """Decide: approve, reject or return. The first decision wins; the next one is a 409 that says whose.
    Steps that the policy names ask for the password again (`password`): in a session of our pages always,
    in another one when its sign-in is too long ago.
    """
    await _prove_for(addressed, doorkeeper, body)
    identified = identify(request, addressed.caller, key, body)
    command = body.command(addressed.to(identified, if_match))
    return await _answered(addressed, command, identified, accept_language)


async def _prove_for(addressed: Addressed, doorkeeper: Doorkeeper, body: Decision) -> None:
    """Ask for the password where the task's step wants it and the caller sees the task."""
    services, now = addressed.services, addressed.services.now()
    rule = addressed.view.policy_in_force(services.today(addressed.view)).password_again
    if body.outcome != "approve" or not rule.steps or not is_asked_again(addressed.caller, rule, now):
        return
    with services.reading() as connection:
        steps = steps_asking(connection, services, addressed.caller, {addressed.task_id: addressed.action_id})
    if steps:
        await prove_again(doorkeeper, addressed.caller, body.password, now)


def steps_asking(
    connection: Connection, services: Services, caller: Caller, tasks: Mapping[str, str]
) -> frozenset[str]:
    """Of the tasks (each with its action) that the caller sees, those whose step asks for the password."""
    view = services.view(connection)
    asking = view.policy_in_force(services.today(view)).password_again.steps
    sight = sight_of(services, connection, caller)
    found = set()
    for state in states_of(connection, sorted(set(tasks.values()))).values():
        for task_id, action_id in tasks.items():
            task = state.task(task_id) if action_id == state.id else None
            if task is not None and task.step in asking and task.is_open and sight.may_see(state):
                found.add(task_id)
    return frozenset(found)


@router.post("/{task_id}/claim", responses=COMMAND)
async def claim(
    request: Request,
    addressed: AddressedDep,
    task_id: TaskId,  # noqa: ARG001  (described here, read by _addressed)
    body: NoBody | None = None,
    key: IdempotencyKey = None,
    if_match: IfMatch = None,
    accept_language: Language = None,
) -> Response:
    """Reserve the task for oneself."""
    identified = identify(request, addressed.caller, key, body)
    command = ClaimTask(**addressed.to(identified, if_match))
    return await _answered(addressed, command, identified, accept_language)


@router.post("/{task_id}/release", responses=COMMAND)
async def release(
    request: Request,
    addressed: AddressedDep,
    task_id: TaskId,  # noqa: ARG001  (described here, read by _addressed)
    body: NoBody | None = None,
    key: IdempotencyKey = None,
    if_match: IfMatch = None,
    accept_language: Language = None,
) -> Response:
    """Give a claimed or delegated task back to its office."""
    identified = identify(request, addressed.caller, key, body)
    command = ReleaseTask(**addressed.to(identified, if_match))
    return await _answered(addressed, command, identified, accept_language)


@router.post("/{task_id}/delegation", responses=COMMAND)
async def delegate(
    request: Request,
    addressed: AddressedDep,
    task_id: TaskId,  # noqa: ARG001  (described here, read by _addressed)
    body: Delegation,
    key: IdempotencyKey = None,
    if_match: IfMatch = None,
    accept_language: Language = None,
) -> Response:
    """Let another person act on this one task."""
    identified = identify(request, addressed.caller, key, body)
    services = addressed.services
    with services.reading() as connection:
        row = employees.by_nip(connection, body.to_nip.replace(" ", ""))
        state = state_of(connection, addressed.action_id)
        if state is None or not sight_of(services, connection, addressed.caller).may_see(state):
            raise NotFound()
    if row is None:
        raise UnknownReference(what="to_nip", field="to_nip")
    command = DelegateTask(**addressed.to(identified, if_match), to=row["person_id"], reason=body.reason)
    return await _answered(addressed, command, identified, accept_language)


@router.post("/{task_id}/comments", responses=COMMAND)
async def comment(
    request: Request,
    addressed: AddressedDep,
    task_id: TaskId,  # noqa: ARG001  (described here, read by _addressed)
    body: Comment,
    key: IdempotencyKey = None,
    if_match: IfMatch = None,
    accept_language: Language = None,
) -> Response:
    """Add a comment that stays with the case."""
    identified = identify(request, addressed.caller, key, body)
    command = CommentTask(**addressed.to(identified, if_match), comment=body.comment)
    return await _answered(addressed, command, identified, accept_language)


async def _answered(
    addressed: Addressed,
    command: TaskCommand,
    identified: Identified,
    accept_language: str | None,
) -> Response:
    services = addressed.services
    result = await command_case(services, addressed.caller, command, identified.body_hash)
    state = result.state
    assert state is not None  # a command to an action that is not refused has one
    task = state.task(command.task_id)
    assert task is not None  # it was just acted on
    view = addressed.view
    names = services.known_names.of(people_of([state]), view)
    shown: dict[str, Any] = {}
    language = language_of(accept_language)
    if task.is_open or result.receipt is None:
        with services.reading() as connection:
            facts = facts_for_reading(services.reader, connection, view, services.now())
            shown = task_view(task, state, addressed.caller.actor, facts, names, view, language)
            shown["receipt"] = receipt_of(result, connection)
    else:
        shown = task_view(task, state, addressed.caller.actor, None, names, view, language)
        shown["receipt"] = receipt_view(result.receipt)
    shown["action"] = action_summary(state, names, view)
    headers = {REPLAY: "true"} if result.replayed else {}
    return answer(shown, version=result.version, headers=headers)
