"""My inbox: what waits for me, now or at a moment of the past, and how much of which kind."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from api import shapes
from api.credentials import Caller, CallerDep
from api.moments import Asked, AskedDep, past_of
from api.paging import Cursor, Limit, decode_cursor, page_of
from api.past_views import inbox_then
from api.problems import Problem, language_of, responses
from api.sight import inbox_keys, sight_of
from api.task_views import principals_of, task_view
from api.views import answer, names_of, people_of, step_name
from api.visibility import viewer_for, visible_person
from api.wiring import Services, ServicesDep
from domain.authorization import may_audit
from domain.errors import NotPermitted
from ledger.directory_view import DirectoryView
from ledger.facts import facts_for_reading
from ledger.record import moment
from projections import inbox
from projections.action_state import states_of

router = APIRouter(prefix="/v1/tasks", tags=["tasks"])

# A summary counts so many tasks, the soonest due; `complete` tells whether those are all.
COUNTED = 1_000
Kind = Literal["mutation", "promotion", "evaluation"]
Step = Annotated[str | None, Query(max_length=64, pattern=r"^[a-z_]+$", examples=["analyst_verification"])]
Language = Annotated[str | None, Header(alias="Accept-Language", max_length=255, examples=["id"])]


class StepCount(BaseModel):
    step: str
    step_name: str
    kind: Kind
    count: int
    overdue: int


class InboxSummary(BaseModel):
    """How much waits for the caller, by step, the most first."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "count": 3,
                    "overdue": 1,
                    "complete": True,
                    "steps": [
                        {
                            "step": "analyst_verification",
                            "step_name": "Verifikasi analis",
                            "kind": "mutation",
                            "count": 3,
                            "overdue": 1,
                        }
                    ],
                }
            ]
        }
    )

    count: int
    overdue: int
    complete: bool = Field(description="Whether all were counted: at most the 1,000 soonest due are.")
    steps: list[StepCount]


def owners_for(services: Services, view: DirectoryView, person_id: str) -> list[str]:
    """In whose name tasks wait for the person today: office keys, and `person/<id>`."""
    return sorted({*inbox_keys(services, view, person_id), f"person/{person_id}"})


@router.get("", responses=shapes.ok("TaskPage", 403, 404, 422))
def my_inbox(
    services: ServicesDep,
    caller: CallerDep,
    wanted: AskedDep,
    state: Annotated[
        Literal["ready", "reserved", "READY", "RESERVED"] | None, Query(description="Both without it.")
    ] = None,
    kind: Annotated[Kind | None, Query(description="Of the present only, as the next two.")] = None,
    step: Step = None,
    *,
    overdue: Annotated[bool, Query(description="Only those whose time is over.")] = False,
    owner_nip: Annotated[
        str | None, Query(max_length=64, description="Of auditors: whose inbox of the past.")
    ] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
    accept_language: Language = None,
) -> Response:
    """My inbox: what I may act on, soonest due first. With `at_position` or `at` as it was then, each task
    as I saw it and with how it stands `now`, as far as I may see its case today; auditors may look into
    the inbox of the past of anybody (`owner_nip`), which is recorded.
    """
    after = decode_cursor(cursor, (str, str))
    language = language_of(accept_language)
    if owner_nip is not None and wanted is None:
        raise Problem(
            "invalid-request",
            errors=[{"field": "owner_nip", "in": "query", "message": "with at_position or at only"}],
        )
    if wanted is not None:
        return _past_inbox(services, caller, wanted, state, owner_nip, limit, after, language)
    person = caller.person_id
    if person is None:
        return answer({"items": [], "next": None})
    with services.reading() as connection:
        view = services.view(connection)
        owners = owners_for(services, view, person)
        chosen = inbox.Filter(
            state.upper() if state else None, kind, step, moment(services.now()) if overdue else None
        )
        rows = inbox.page(connection, person, owners, chosen, limit + 1, after)
        states = states_of(connection, [row["action_id"] for row in rows[:limit]])
        behind = principals_of(view, person, services.today(view))
        names = names_of(connection, people_of(states.values()) | behind)
        facts = facts_for_reading(services.reader, connection, view, services.now())
        shown = []
        for row in rows[:limit]:
            action = states[row["action_id"]]
            task = action.task(row["task_id"])
            assert task is not None  # inbox and states are written in one transaction and read in one
            shown.append(task_view(task, action, caller.actor, facts, names, view, language))
    return answer(page_of(rows, limit, lambda row: (row["due_at"], row["task_id"]), shown))


def _past_inbox(
    services: Services,
    caller: Caller,
    wanted: Asked,
    state: str | None,
    owner_nip: str | None,
    limit: int,
    after: tuple[Any, ...] | None,
    language: str,
) -> Response:
    with services.reading() as connection:
        audits = may_audit(viewer_for(services, connection, caller))
        person = caller.person_id
        if owner_nip is not None:
            if not audits:
                raise NotPermitted()
            row = visible_person(connection, viewer_for(services, connection, caller), owner_nip)
            person = str(row["person_id"])
        past = past_of(services, connection, wanted)
        if person is None:
            return answer({"items": [], "next": None, "as_of": past.shown()})
        sight = None if audits else sight_of(services, connection, caller)
        place = (str(after[0]), str(after[1])) if after else None
        rows = inbox_then(services, connection, past, person, sight, state, limit + 1, place, language)
    services.access_log.note(caller.actor, person, "inbox", services.now())
    page = page_of(rows, limit, lambda row: row[0], [shown for _, shown in rows])
    return answer(page | {"as_of": past.shown()})


@router.get("/summary", response_model=InboxSummary, responses=responses(), summary="How much waits for me")
def summary(services: ServicesDep, caller: CallerDep, accept_language: Language = None) -> dict[str, Any]:
    """Counts of what `GET /v1/tasks` lists, by step; nothing for a key, for which no task waits."""
    if caller.person_id is None:
        return {"count": 0, "overdue": 0, "complete": True, "steps": []}
    now = moment(services.now())
    with services.reading() as connection:
        view = services.view(connection)
        owners = owners_for(services, view, caller.person_id)
        found = inbox.page(connection, caller.person_id, owners, inbox.EVERYTHING, COUNTED + 1, None)
    rows = found[:COUNTED]
    by_step = Counter((row["kind"], row["step"]) for row in rows)
    late = Counter((row["kind"], row["step"]) for row in rows if row["due_at"] < now)
    policy = view.policy_in_force(services.today(view))
    language = language_of(accept_language)
    return {
        "count": len(rows),
        "overdue": late.total(),
        "complete": len(found) <= COUNTED,
        "steps": [
            {
                "step": step,
                "step_name": step_name(step, policy, language) if step in policy.steps else step,
                "kind": kind,
                "count": count,
                "overdue": late[kind, step],
            }
            for (kind, step), count in by_step.most_common()
        ],
    }
