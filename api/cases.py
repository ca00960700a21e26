"""One personnel action for one caller: found, shown, and commands to it answered or refused."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from api.credentials import Caller
from api.sight import Sight, sight_of
from api.veil import Veil, veil_of
from api.views import (
    Names,
    action_detail,
    as_id,
    names_of,
    newest_receipt,
    people_of,
    receipt_view,
    stream_of,
)
from api.wiring import Services
from domain import events as ev
from domain.commands import ActionCommand
from domain.errors import NotFound, NotPermitted, Refusal, WrongExpectedVersion
from domain.personnel_action import ActionState
from ledger.decree_code import decree_code
from ledger.mirror import load_state
from ledger.record import StoredEvent
from ledger.result import Result
from projections import decree_files
from projections.action_state import state_of


def visible_case(
    services: Services, connection: Connection, caller: Caller, action_id: str
) -> tuple[ActionState, Sight]:
    """The newest state of an action that the caller may see. Raises NotFound."""
    state = state_of(connection, as_id(action_id))
    sight = sight_of(services, connection, caller)
    if state is None or not sight.may_see(state):
        raise NotFound()
    return state, sight


def detail(
    services: Services, connection: Connection, caller: Caller, state: ActionState, language: str
) -> dict[str, Any]:
    """The action in full, as at `state.version`, for this caller."""
    history = services.reader.stream(connection, stream_of(state.id))[: state.version]
    veil = veil_of(services, connection, caller, state)
    return detail_of(services, connection, veil, state, history, language)


def detail_of(
    services: Services, connection: Connection, veil: Veil, state: ActionState, history: list[StoredEvent],
    language: str,
) -> dict[str, Any]:  # fmt: skip
    """The action in full, as it stood after `history`."""
    names = names_of(connection, people_of([state]) | people_in(history))
    shown = action_detail(state, history, names, services.view(connection), language)
    if state.decree is not None and state.decree.code_hash is not None:
        code = decree_code(services.installation.sealing_key, state.id)
        file = decree_files.by_id(connection, state.id)
        shown["decree"] = shown["decree"] | {
            "code": code,
            "file": decree_files.state_of(file) if file else None,
        }
    return veil.over(shown)


def people_in(history: list[StoredEvent]) -> set[str]:
    """Everybody who acted in these events of a case, and who suggested the name."""
    found = {stored.actor.id for stored in history if stored.actor.kind == "person"}
    submitted = history[0].event
    if isinstance(submitted, ev.ActionSubmitted) and submitted.suggested_by:
        found.add(submitted.suggested_by)
    return found


def as_it_stood(history: list[StoredEvent]) -> ActionState:
    """The state after these events. Raises NotFound when there are none: it did not exist yet."""
    state = load_state(history)
    if state is None:
        raise NotFound()
    return state


async def command_case(services: Services, caller: Caller, command: ActionCommand, body_hash: str) -> Result:
    """The writer's answer. A refusal that would tell a stranger of the case's existence becomes
    NotFound; somebody who may see the case but has no part in it hears NotPermitted.
    """
    try:
        return await services.send(command, body_hash)
    except Refusal as refusal:
        raise seen_by(services, caller, command.action_id, refusal) from refusal


def seen_by(services: Services, caller: Caller, action_id: str, refusal: Refusal) -> Refusal:
    """The refusal as this caller may hear it. Who is named an owner by the refusal itself (excluded,
    too late) hears it as it is.
    """
    if type(refusal) not in (NotFound, NotPermitted, WrongExpectedVersion):
        return refusal
    with services.reading() as connection:
        state = state_of(connection, action_id)
        visible = state is not None and sight_of(services, connection, caller).may_see(state)
    if not visible:
        return NotFound()
    return NotPermitted() if isinstance(refusal, NotFound) else refusal


def receipt_of(result: Result, connection: Connection) -> dict[str, Any] | None:
    """The command's receipt, or the newest of its stream where nothing had to change."""
    if result.receipt is not None:
        return receipt_view(result.receipt)
    return newest_receipt(connection, result.stream)


def names_in(connection: Connection, state: ActionState) -> Names:
    return names_of(connection, people_of([state]))
