"""A personnel action begun, or only tried by a sandbox key: the same judge, the same shape of answer."""

from __future__ import annotations

import asyncio
from typing import Any

from sqlalchemy import Connection
from starlette.responses import Response

from api.cases import detail, detail_of, receipt_of
from api.credentials import Caller
from api.idempotency import REPLAY, Identified
from api.veil import veil_of
from api.views import answer
from api.wiring import Services
from domain.commands import ActionCommand
from inbound.requests import Asked, Start
from ledger.mirror import load_state
from ledger.result import Result, Tried

Begun = Result | Tried


async def begin(services: Services, caller: Caller, command: ActionCommand, body_hash: str) -> Begun:
    """The writer's answer. Raises a Refusal or LedgerUnavailable."""
    if caller.sandbox:
        return await asyncio.wrap_future(services.ledger.try_out(command))
    return await services.send(command, body_hash)


async def started(
    services: Services, caller: Caller, identified: Identified, body: Start, language: str
) -> Response:
    """201 with the action as it stands right after its beginning. Raises a Refusal."""
    with services.reading() as connection:
        command = Asked(services.reader, connection, caller.actor, services.now).command(identified, body)
    begun = await begin(services, caller, command, identified.body_hash)
    with services.reading() as connection:
        shown, replayed = shown_beginning(services, connection, caller, begun, language)
    headers = {"Location": f"/v1/personnel-actions/{shown['id']}"} if not caller.sandbox else {}
    return answer(
        shown, 201, version=shown["version"], headers=headers | ({REPLAY: "true"} if replayed else {})
    )


def shown_beginning(
    services: Services, connection: Connection, caller: Caller, begun: Begun, language: str
) -> tuple[dict[str, Any], bool]:
    """The action in full with its receipt, and whether it was begun before."""
    if isinstance(begun, Tried):
        return _tried(services, connection, caller, begun, language), False
    assert begun.state is not None  # a submission that is not refused makes an action
    shown = detail(services, connection, caller, begun.state, language)
    return shown | {"receipt": receipt_of(begun, connection)}, begun.replayed


def _tried(
    services: Services, connection: Connection, caller: Caller, tried: Tried, language: str
) -> dict[str, Any]:
    """As if its events had been recorded. Whose data the caller was shown is recorded as a reading."""
    state = load_state(tried.history)
    assert state is not None  # a beginning makes an action
    if state.has_subject and state.subject_id in services.view(connection).agency.people:
        services.access_log.note(caller.actor, state.subject_id, "sandbox", services.now())
    veil = veil_of(services, connection, caller, state)
    shown = detail_of(services, connection, veil, state, [*tried.history], language)
    return shown | {"sandbox": True, "receipt": None}
