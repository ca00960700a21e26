"""A case, an inbox and a person's file as they stood, with what has changed since."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Connection

from api.moments import Past, differences
from api.sight import Sight
from api.task_views import allowed_actions, outcomes_of, task_view
from api.views import Names, names_of, people_of, person_view, stream_of
from api.wiring import Services
from domain import events as ev
from domain.human_task import Task
from domain.identity import Actor
from domain.ownership import excluded_people
from domain.personnel_action import ActionState
from domain.personnel_file import last_day, state_of
from domain.potential_owners import PotentialOwner, potential_owners
from domain.talent_record import TalentRecord, evolve_talent
from ledger.mirror import load_state
from ledger.record import StoredEvent, moment
from projections import inbox_past
from projections.action_state import states_of

COMPARED = ("status", "phase", "subject", "effective_date", "decree", "open_tasks", "version")
PLAIN = ("employment_kind", "employment_status", "grade", "education", "position", "unit")


def case_then(
    connection: Connection,
    past: Past,
    then: dict[str, Any],
    now: dict[str, Any],
    state: ActionState,
    later: list[StoredEvent],
) -> dict[str, Any]:
    """What a case of the past shows besides itself: who could act on its open tasks, and what came since.
    `then` and `now` are the case as shown, `later` its events since.
    """
    owners = {task.id: potential_owners(task, state, past.facts) for task in state.open_tasks}
    names = names_of(connection, {owner.person_id for found in owners.values() for owner in found})
    tasks = [
        {
            "task_id": task.id,
            "step": task.step,
            "office": task.office,
            "state": task.state.value,
            "claimed_by": person_view(task.claimed_by, names),
            "owners": [_owner(owner, task, state, past, names) for owner in owners[task.id]],
        }
        for task in state.open_tasks
    ]
    compared = {name: then[name] for name in COMPARED}
    ruled = {f"finding {found['rule']}": found["outcome"] for found in then["findings"]}
    rules_now = {f"finding {found['rule']}": found["outcome"] for found in now["findings"]}
    return {
        "as_of": past.shown(),
        "tasks_then": tasks,
        "since": {
            "differences": differences(compared | ruled, now | rules_now),
            "events": [
                {"position": s.position, "version": s.version, "type": s.type, "recorded_at": s.recorded_at}
                for s in later
            ],
        },
    }


def _owner(owner: PotentialOwner, task: Task, state: ActionState, past: Past, names: Names) -> dict[str, Any]:
    actor = Actor(kind="person", id=owner.person_id)
    allowed = allowed_actions(task, state, actor, past.facts) if owner.signature else []
    step = past.facts.policy_of(state).steps[task.step]
    return {
        "person": person_view(owner.person_id, names),
        "office": owner.signature.office if owner.signature else None,
        "capacity": owner.signature.capacity.value if owner.signature else None,
        "on_behalf_of": owner.signature.on_behalf_of if owner.signature else None,
        "allowed": allowed,
        "outcomes": outcomes_of(task, step, state, actor, past.facts) if "decide" in allowed else [],
        "why_not": owner.why_not,
    }


def inbox_then(
    services: Services,
    connection: Connection,
    past: Past,
    person_id: str,
    sight: Sight | None,
    wanted_state: str | None,
    limit: int,
    after: tuple[str, str] | None,
    language: str,
) -> list[tuple[tuple[str, str], dict[str, Any]]]:
    """The tasks that lay in a person's inbox, `limit` of them, soonest due first, each with its place in the
    order, as that person saw it, and how it stands `now`. With `sight`, only cases that it may see today.
    """
    owners = sorted({*past.view.office_keys(person_id, past.facts.today), f"person/{person_id}"})
    found: list[tuple[tuple[str, str], Task, ActionState, ActionState]] = []
    while len(found) < limit:
        rows = inbox_past.page(connection, owners, past.position, past.size, limit, after)
        newest = states_of(connection, [action_id for _, _, action_id in rows])
        for due_at, task_id, action_id in rows:
            stream = services.reader.stream(connection, stream_of(action_id), up_to=past.position)
            state = load_state(stream)
            task = state.task(task_id) if state else None
            assert state is not None  # the interval says that the task was open then
            assert task is not None
            if sight is not None and not sight.may_see(newest[action_id]):
                continue
            if wanted_state is not None and task.state.value != wanted_state.upper():
                continue
            if _was_theirs(person_id, task, state, past):
                found.append(((due_at, task_id), task, state, newest[action_id]))
        if len(rows) < limit:
            break
        after = (rows[-1][0], rows[-1][1])
    names = names_of(connection, people_of([s for _, _, *both in found for s in both]))
    actor = Actor(kind="person", id=person_id)
    return [
        (
            place,
            task_view(task, state, actor, past.facts, names, past.view, language)
            | {"now": _now(task, now, names)},
        )
        for place, task, state, now in found[:limit]
    ]


def _was_theirs(person_id: str, task: Task, state: ActionState, past: Past) -> bool:
    """Whether the inbox showed the task to this one of its owners."""
    step = past.view.policies[state.policy_id].steps[task.step]
    voted = any(vote.person_id == person_id for vote in task.votes)
    excluded = person_id in excluded_people(step, state)
    return task.claimed_by in (None, person_id) and not voted and not excluded


def _now(task: Task, now: ActionState, names: Names) -> dict[str, Any]:
    current = now.task(task.id)
    assert current is not None  # a task never leaves its case
    return {
        "state": current.state.value,
        "outcome": current.outcome,
        "decided_by": person_view(current.decided_by, names),
        "decided_at": moment(current.decided_at) if current.decided_at else None,
        "status": now.status.value,
    }


def employee_then(
    services: Services, connection: Connection, past: Past, person_id: str, now: dict[str, Any]
) -> dict[str, Any] | None:
    """A person's file as the register had it, with the offices, documents and place in the talent boxes of
    that day; None where the register did not know them yet. `now` is the file of today as shown.
    """
    born: ev.EmployeeRegistered | ev.CandidateRegistered | None = None
    for stored in services.reader.stream(connection, f"employee/{person_id}", up_to=past.position):
        if isinstance(stored.event, ev.EmployeeRegistered | ev.CandidateRegistered):
            born = stored.event
    person = past.view.agency.people.get(person_id)
    if born is None or person is None:
        return None
    post = past.view.agency.posts.get(person.position_id or "")
    unit = past.view.agency.units.get(post.unit_id) if post else None
    personal = {
        "nip": born.nip,
        "name": born.name,
        "sex": getattr(born, "sex", None),
        "birth_date": _day(born.birth_date),
        "appointed_on": _day(getattr(born, "appointed_on", None)),
    }
    position = {
        "id": post.id,
        "name": post.name,
        "kind": post.kind,
        "since": _day(person.position_since),
    } if post else None  # fmt: skip
    then: dict[str, Any] = {
        "id": person_id,
        **personal,
        "employment_kind": person.employment_kind,
        "employment_status": person.employment_status,
        "grade": {"code": person.grade, "since": _day(person.grade_since)},
        "education": person.education,
        "position": position,
        "unit": {"id": unit.id, "name": unit.name} if unit else None,
    }
    more = {
        "as_of": past.shown(),
        "offices": sorted(past.view.offices(past.facts.today).keys_of(person_id, past.facts.today)),
        "documents": _documents(past, person_id),
        "talent": _talent(services, connection, past, person_id),
        "since": {"differences": differences({name: then[name] for name in (*PLAIN, "nip", "name")}, now)},
    }
    return then | more


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def _documents(past: Past, person_id: str) -> list[dict[str, Any]]:
    day = past.facts.today
    policy = past.view.policy_in_force(day).personnel_file
    return [
        {
            "id": document.id,
            "document_type": document.document_type,
            "sha256": document.sha256,
            "issued_on": _day(document.issued_on),
            "state": state_of(document, policy, day).value,
            "valid_until": _day(last_day(document, policy)),
        }
        for document in past.view.files.of(person_id)
    ]


def _talent(services: Services, connection: Connection, past: Past, person_id: str) -> dict[str, Any] | None:
    record = TalentRecord(person_id)
    for stored in services.reader.stream(connection, f"talent/{person_id}", up_to=past.position):
        record = evolve_talent(record, stored.event)
    place = record.placement
    if place is None:
        return None
    return {
        "as_of": place.as_of.isoformat(),
        "box": place.box,
        "performance": place.performance,
        "potential": place.potential,
        "formula_version": place.formula_version,
        "placement_hash": place.hash,
    }
