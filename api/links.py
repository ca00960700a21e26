"""A case followed through what ties it to others: posts, vacancy, evaluation, order, objection, annulment."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection, select

from api.cases import visible_case
from api.credentials import CallerDep
from api.problems import responses
from api.sight import Sight
from api.views import action_summary, names_of, people_of, stream_of
from api.wiring import ServicesDep
from domain import events as ev
from domain.evaluation_events import FollowUpOpened
from domain.facts import Facts
from domain.personnel_action import ActionState
from ledger.facts import vacancies_for_reading
from ledger.mirror import action_id_of
from ledger.record import StoredEvent, decode
from ledger.schema import events
from projections import register
from projections.action_state import states_of

router = APIRouter(prefix="/v1/personnel-actions", tags=["personnel actions"])

OBJECTION = "objection"
SHOWN = ("id", "kind", "variant", "status", "phase", "subject", "effective_date", "submitted_at", "decree")
ActionId = Annotated[str, Path(max_length=64, examples=["1b671a64-40d5-491e-99b0-da01ff1f3341"])]


class Linked(BaseModel):
    """Another case, and how it hangs together with this one."""

    model_config = ConfigDict(extra="allow")

    relation: str = Field(
        description="`follows`, `followed_by`, `ordered_by` (the order behind this transfer), `ordered` (a "
        "transfer that this one is the order behind), `fills_post_left`, `post_left_by` (the move that "
        "left the post which this one fills), `annulled_by` (what this annulment follows from) or "
        "`annulled_with` (what followed from it).",
        examples=["followed_by"],
    )
    position_id: str | None = Field(default=None, description="The post that ties them, where one does.")
    id: str


class Objection(BaseModel):
    task_id: str
    step: str
    state: str
    outcome: str | None


class Links(BaseModel):
    id: str
    vacancy_id: str | None
    cycle_id: str | None
    objections: list[Objection]
    linked: list[Linked]
    hidden: int = Field(description="Cases that are tied to this one and not open to the caller.")


@router.get(
    "/{action_id}/links",
    response_model=Links,
    responses=responses(),
    summary="What a case hangs together with",
)
def links(services: ServicesDep, caller: CallerDep, action_id: ActionId) -> dict[str, Any]:
    """For whoever may see the case. Each linked case comes with its summary, as far as it is open to the
    caller; the others are counted in `hidden`.
    """
    with services.reading() as connection:
        state, sight = visible_case(services, connection, caller, action_id)
        history = services.reader.stream(connection, stream_of(state.id))
        ties = _ties(services, connection, sight.facts, state, history)
        shown = _shown(services, connection, sight, ties)
    if state.has_subject:
        services.access_log.note(caller.actor, state.subject_id, "personnel-action", services.now())
    objections = [
        {"task_id": task.id, "step": task.step, "state": task.state.value, "outcome": task.outcome}
        for task in state.tasks
        if task.step.startswith(OBJECTION)
    ]
    return {
        "id": state.id,
        "vacancy_id": state.vacancy_id,
        "cycle_id": state.evaluation.cycle_id if state.evaluation else None,
        "objections": objections,
        "linked": shown,
        "hidden": len(ties) - len(shown),
    }


Tie = tuple[str, str, str | None]


def _ties(
    services: ServicesDep,
    connection: Connection,
    facts: Facts,
    state: ActionState,
    history: list[StoredEvent],
) -> list[Tie]:
    """`(relation, action id, post)` of every case that this one hangs together with."""
    found: list[Tie] = []
    if state.evaluation is not None and state.evaluation.follows:
        found.append(("follows", state.evaluation.follows, None))
    submitted = history[0].event
    if isinstance(submitted, ev.ActionSubmitted) and submitted.ordered_by:
        found.append(("ordered_by", submitted.ordered_by, None))
    for stored in history:
        if isinstance(stored.event, FollowUpOpened):
            found.append(("followed_by", stored.event.action_id, None))
        elif isinstance(stored.event, ev.ActionAnnulled):
            if stored.event.caused_by:
                found.append(("annulled_by", stored.event.caused_by, None))
            found += [
                ("annulled_with", other, None) for other in _annulled_with(connection, state.id, stored)
            ]
    if state.evaluation is not None:
        found += [("ordered", other, None) for other in _ordered(connection, facts, state)]
    return found + _of_posts(services, connection, state)


def _of_posts(services: ServicesDep, connection: Connection, state: ActionState) -> list[Tie]:
    """What left the post that the case fills, and what fills those that it and its followers leave."""
    found: list[Tie] = []
    if state.vacancy_id is not None:
        vacancy = vacancies_for_reading(services.reader, connection).of(state.vacancy_id)
        if vacancy is not None and vacancy.replaces is not None:
            found.append(("post_left_by", vacancy.replaces, vacancy.position_id))
    left = register.left_by(connection, state.id)
    if left is not None and ("post_left_by", *left) not in found:
        found.append(("post_left_by", *left))
    chain = register.chain_from(connection, state.id)
    return found + [
        ("fills_post_left", link.filled_by[0], link.position_id) for link in chain if link.filled_by
    ]


def _ordered(connection: Connection, facts: Facts, state: ActionState) -> list[str]:
    """The person's transfers that rest on this evaluation, those that have ended included."""
    theirs = register.of_subject(connection, state.subject_id)
    return [other for other in theirs if (facts.sealed_at(other, 1) or {}).get("ordered_by") == state.id]


def _annulled_with(connection: Connection, action_id: str, annulled: StoredEvent) -> list[str]:
    """Cases that were annulled in the same command because of this one."""
    document = decode(annulled.record)
    statement = select(events.c.record).where(
        events.c.type == ev.ActionAnnulled.__name__,
        events.c.position >= document["commit"],
        events.c.recorded_at == annulled.recorded_at,
    )
    found = [decode(bytes(record)) for record in connection.execute(statement).scalars()]
    return [action_id_of(d["stream"]) for d in found if d["data"].get("caused_by") == action_id]


def _shown(
    services: ServicesDep, connection: Connection, sight: Sight, ties: list[Tie]
) -> list[dict[str, Any]]:
    view = services.view(connection)
    states = states_of(connection, {action_id for _, action_id, _ in ties})
    open_to = {action_id: state for action_id, state in states.items() if sight.may_see(state)}
    names = names_of(connection, people_of(open_to.values()))
    summaries = {
        action_id: {name: action_summary(state, names, view)[name] for name in SHOWN}
        for action_id, state in open_to.items()
    }
    return [
        {"relation": relation, "position_id": post} | summaries[action_id]
        for relation, action_id, post in ties
        if action_id in summaries
    ]
