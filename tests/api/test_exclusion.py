"""Who is kept out of a step of promotions and evaluations, in whatever office they come and by every door.

The table says for each step who is out and why. Each of them comes through the office that decides it (as
its holder, as a Plh, or as the delegate of somebody who is out) and tries every door over HTTP.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx2 as httpx
import pytest

from domain.commands import OverrideReason
from domain.follow_up import follow_up_id
from domain.offices import COMMITTEE
from domain.personnel_action import ActionState
from domain.policy import Variant
from operations.verification import verify_installation
from tests.api.conftest import House, Settled
from tests.api.one_house import a_house, acting, declared, lent, state_of
from tests.pool import a_pool

Door = Callable[[House, str, ActionState], httpx.Response]
CONFIRMED = ("talent_pool", "leading_ranks", "candidate_performance")
SEATS = ("planning_head", "inspector", "finance_head")


def _decides(outcome: str) -> Door:
    def door(house: House, who: str, state: ActionState) -> httpx.Response:
        return house.post(who, f"{_path(state)}/decision", _decision(house, state, outcome))

    return door


def _in_bulk(*, preview: bool) -> Door:
    def door(house: House, who: str, state: ActionState) -> httpx.Response:
        item = {"task_id": state.open_tasks[0].id, **_decision(house, state, "approve")}
        return house.post(who, "/v1/tasks/decisions", {"items": [item], "preview": preview})

    return door


DOORS: dict[str, Door] = {
    "approve": _decides("approve"),
    "reject": _decides("reject"),
    "return": _decides("return"),
    "bulk": _in_bulk(preview=False),
    "preview": _in_bulk(preview=True),
    "claim": lambda house, who, state: house.post(who, f"{_path(state)}/claim", {}),
    "release": lambda house, who, state: house.post(who, f"{_path(state)}/release", {}),
    "comment": lambda house, who, state: house.post(who, f"{_path(state)}/comments", {"comment": "ya"}),
    "delegate": lambda house, who, state: house.post(
        who, f"{_path(state)}/delegation", {"to_nip": house.nip(house.a_stranger()), "reason": "dinas luar"}
    ),
}


@dataclass(frozen=True)
class Out:
    """Somebody who is out of a step: who in the case, through what they reach its office, and why not."""

    who: str
    through: str
    why: str


CANDIDATE = Out("candidate", "plh", "candidate")
VERIFIER = Out("verifier", "plh", "acted_at_candidate_verification")
INTERESTED = Out("holder", "office", "conflict_of_interest")
DELEGATE = Out("holder", "delegate", "principal_excluded")
NO_VOTE = Out("holder", "delegate", "")  # a vote is personal: the delegate is a stranger to it
SUBJECT = Out("subject", "plh", "subject")
TABLE: dict[tuple[str, str], tuple[Out, ...]] = {
    ("promotion", "candidate_verification"): (
        CANDIDATE,
        Out("initiator", "plh", "initiator"),
        INTERESTED,
        DELEGATE,
    ),
    ("promotion", "candidate_ranking"): (
        CANDIDATE,
        Out("initiator", "plh", "initiator"),
        VERIFIER,
        INTERESTED,
        NO_VOTE,
    ),
    ("promotion", "promotion_secretary_review"): (CANDIDATE, VERIFIER, INTERESTED, DELEGATE),
    ("promotion", "promotion_choice"): (CANDIDATE, Out("initiator", "plh", "initiator"), VERIFIER),
    ("promotion", "override_confirmation"): (
        CANDIDATE,
        Out("subject", "plh", "subject"),
        VERIFIER,
        Out("chooser", "plh", "acted_at_promotion_choice"),
        INTERESTED,
        DELEGATE,
    ),
    ("evaluation", "plan_agreement"): (SUBJECT, INTERESTED, DELEGATE),
    ("evaluation", "rating"): (SUBJECT, INTERESTED, DELEGATE),
    ("evaluation", "calibration"): (SUBJECT, Out("rater", "plh", "acted_at_rating"), INTERESTED, NO_VOTE),
    ("evaluation", "objection_decision"): (SUBJECT, Out("rater", "plh", "acted_at_rating")),
    ("evaluation", "evaluation_record"): (SUBJECT, INTERESTED, DELEGATE),
    ("evaluation", "improvement_plan"): (SUBJECT, INTERESTED, DELEGATE),
}


@pytest.fixture(scope="module")
def house(settle: Callable[[str], Settled], tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with a_house(settle, tmp_path_factory.mktemp("exclusion")) as opened:
        a_pool(opened.world)
        yield opened
        found = verify_installation(opened.world.installation.settings)
        assert found.ok, found.as_text()


@pytest.mark.parametrize(("kind", "step"), TABLE)
def test_who_is_out_is_out_by_every_door(house: House, kind: str, step: str) -> None:
    state = a_promotion(house, step) if kind == "promotion" else an_evaluation(house, step)
    assert state.open_tasks[0].step == step
    for out in TABLE[kind, step]:
        person = people_of(house, state)[out.who]
        if out.why in ("conflict_of_interest", "principal_excluded") and person not in state.conflicts:
            declared(house, person, state)
            state = state_of(house, state.id)
        with in_office(house, out, person, state) as comes:
            tries_every_door(house, comes, state, out)
    assert house.world.step(state_of(house, state.id)).version > state.version, "others can go on"


def tries_every_door(house: House, who: str, state: ActionState, out: Out) -> None:
    expected = (403, out.why) if out.why else (404, None)
    for name, door in DOORS.items():
        answer = door(house, who, state)
        body = answer.json()
        found = body["items"][0] if name in ("bulk", "preview") else body
        assert (found["status"], found.get("why")) == expected, (out, name, answer.text)
    shown = house.get(who, _path(state))
    assert shown.status_code in (200, 404)
    acts = shown.json().get("allowed", []) if shown.status_code == 200 else []
    assert not set(acts) - {"withdraw"}, (out, acts)
    if out.through == "plh":
        assert state.open_tasks[0].id not in [
            task["id"] for task in house.get(who, "/v1/tasks", limit=200).json()["items"]
        ]
        assert is_handed_nothing(house, who, state)
    key = house.key("actions:write", "actions:read", "employees:read", "documents:write")
    assert DOORS["approve"](house, key, state).status_code == 403
    assert state_of(house, state.id).open_tasks == state.open_tasks


def is_handed_nothing(house: House, who: str, state: ActionState) -> bool:
    """Whether nobody who may act can hand the task to them."""
    body = {"to_nip": house.nip(who), "reason": "dinas luar"}
    for owner in house.world.owners(state, state.open_tasks[0]):
        answer = house.post(owner, f"{_path(state)}/delegation", body)
        if answer.status_code not in (403, 404, 422):
            return False
    return True


def people_of(house: House, state: ActionState) -> dict[str, str]:
    """Who is meant by the table's words."""
    task, world = state.open_tasks[0], house.world
    named = {
        "subject": state.subject_id,
        "initiator": state.initiator[1],
        "chooser": world.holder("appointing_official"),
        "candidate": next((each for each in state.candidates[::-1] if each != state.subject_id), ""),
        "verifier": min(state.actors_of("candidate_verification"), default=""),
        "rater": min(state.actors_of("rating"), default=""),
    }
    out = {*named.values(), *state.candidates}
    named["holder"] = next((owner for owner in world.owners(state, task) if owner not in out), "")
    return named


@contextmanager
def in_office(house: House, out: Out, person: str, state: ActionState) -> Iterator[str]:
    """Whoever comes, while they exercise the office of the open task as the table says."""
    if out.through == "office":
        yield person
    elif out.through == "delegate":
        delegate = house.a_stranger()
        with lent(house, person, delegate):
            yield delegate
    else:
        with acting(house, person, a_seat(house, person, state)):
            yield person


def a_seat(house: House, person: str, state: ActionState) -> str:
    """The post of somebody else's through which the task can be decided."""
    task, agency = state.open_tasks[0], house.world.agency
    offices = SEATS if task.office == COMMITTEE else (task.office,)
    posts = [post for office in offices for post in house.world.offices.posts_of(office)]
    held = [post for post in posts if agency.posts[post].incumbent_id not in (None, person)]
    return held[-1]


def a_promotion(house: House, step: str) -> ActionState:
    """A promotion at that step, on a list of its own."""
    world, open_to = house.world, "transfer_division_head"
    post = world.vacancies("PENGAWAS")[list(TABLE).index(("promotion", step))]
    if step in ("candidate_verification", "candidate_ranking"):
        open_to = "personnel_analyst" if step == "candidate_verification" else "agency_head"
    starter = world.holder(open_to)
    vacancy = house.post(starter, "/v1/vacancies", {"position_id": post}).json()
    body = {"kind": "promotion", "vacancy_id": vacancy["id"]}
    answer = house.post(starter, "/v1/personnel-actions", body)
    assert answer.status_code == 201, answer.text
    state = state_of(house, answer.json()["id"])
    if step != "override_confirmation":
        return world.walk(state, until=step)
    state = world.walk(state, until="promotion_choice")
    world.decide(
        state,
        world.holder("appointing_official"),
        details={"person_id": state.candidates[4]},
        overrides=tuple(OverrideReason(rule=rule, reason="keahlian khusus") for rule in CONFIRMED),
    )
    return state_of(house, state.id)


def an_evaluation(house: House, step: str) -> ActionState:
    """An evaluation of somebody at that step; for the follow-up of a low rating, of their improvement."""
    world = house.world
    year = 2025 - [known for kind, known in TABLE if kind == "evaluation"].index(step)
    period = {"period_start": f"{year}-01-01", "period_end": f"{year}-06-30"}
    body = {"kind": "evaluation", "subject_nip": house.nip(led_by_somebody(house))} | period
    answer = house.post(house.key("actions:write"), "/v1/personnel-actions", body)
    assert answer.status_code == 201, answer.text
    state = state_of(house, answer.json()["id"])
    if step == "improvement_plan":
        state = world.walk(state, until="rating")
        _answered(house, state, result="BELOW", conduct="BELOW", evidence="laporan")
        state = world.walk(state_of(house, state.id), until="evaluation_record")
        _answered(house, state, record_id="ev-1", document_id="890", predicate="SANGAT_KURANG")
        return state_of(house, follow_up_id(state.id, Variant.PERFORMANCE_IMPROVEMENT))
    if step == "objection_decision":
        state = world.walk(state, until="result_response")
        _answered(house, state, response="object", reasons="capaian tidak dihitung")
    return world.walk(state_of(house, state.id), until=step)


def led_by_somebody(house: House) -> str:
    """A civil servant without office in a unit that has a leader."""
    agency = house.world.agency
    for person in house.plain():
        head = agency.head_of(agency.unit_of(agency.people[person].position_id) or "")
        if head is not None and agency.posts[head].incumbent_id is not None:
            return person
    raise AssertionError("no unit has a leader")


def _answered(house: House, state: ActionState, **details: Any) -> None:
    house.world.decide(state, house.world.owners(state, state.open_tasks[0])[0], details=details)


def _path(state: ActionState) -> str:
    return f"/v1/tasks/{state.open_tasks[0].id}"


def _decision(house: House, state: ActionState, outcome: str) -> dict[str, Any]:
    approves = outcome == "approve"
    details = house.world.form(state, state.open_tasks[0]) if approves else {}
    return {"outcome": outcome, "comment": "pertimbangan", "details": details}
