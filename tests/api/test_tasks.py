"""Tasks through HTTP: one winner, the right people and nobody else, singly and in bulk."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx2 as httpx

from domain.personnel_action import ActionState
from projections.action_state import state_of
from tests.api.conftest import House

APPROVAL = {"outcome": "approve", "comment": ""}


def _analysts(house: House) -> list[str]:
    return sorted(house.world.offices.holders("personnel_analyst", house.world.today))


def _verification(house: House) -> tuple[ActionState, str, dict[str, Any]]:
    """A case whose open task many analysts own, with a valid decision."""
    state = house.world.walk(house.a_case(), until="analyst_verification")
    task = state.open_tasks[0]
    return state, task.id, APPROVAL | {"details": house.world.form(state, task)}


def _everybody_at_once(house: House, requests: list[tuple[str, str, Any, str]]) -> list[httpx.Response]:
    """`(token, path, body, key)` sent together to the running application."""

    async def send() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app=house.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return list(
                await asyncio.gather(
                    *(
                        client.post(
                            path,
                            json=body,
                            headers={"Authorization": f"Bearer {token}", "Idempotency-Key": key},
                        )
                        for token, path, body, key in requests
                    )
                )
            )

    return asyncio.run(send())


def test_of_forty_deciders_one_wins_and_the_others_hear_who(house: House) -> None:
    _, task_id, body = _verification(house)
    owners = _analysts(house)
    requests = []
    for index in range(40):
        token = house.token(owners[index % len(owners)])
        if index % 2:
            bulk = {"items": [{"task_id": task_id, **body}]}
            requests.append((token, "/v1/tasks/decisions", bulk, f"k{index}"))
        else:
            requests.append((token, f"/v1/tasks/{task_id}/decision", body, f"k{index}"))
    answers = _everybody_at_once(house, requests)
    outcomes = []
    for answer, (_, path, _, _) in zip(answers, requests, strict=True):
        assert answer.status_code != 500, answer.text
        outcomes.append(answer.json()["items"][0] if path.endswith("decisions") else answer.json())
    winners = [index for index, outcome in enumerate(outcomes) if outcome.get("receipt")]
    assert len(winners) == 1
    for index, outcome in enumerate(outcomes):
        if index in winners:
            continue
        assert (outcome["status"], outcome["code"]) == (409, "task-already-decided"), outcome
        assert outcome["decided_by"]["id"] in owners
        assert outcome["decided_by"]["name"]
        assert outcome["decided_at"]
    again = _everybody_at_once(house, [requests[winners[0]]])[0]
    assert again.headers["Idempotent-Replay"] == "true"
    assert again.json() == answers[winners[0]].json()


def test_the_subject_cannot_act_by_any_route(house: House) -> None:
    state, task_id, body = _verification(house)
    subject = state.subject_id
    path = f"/v1/tasks/{task_id}"
    assert house.post(subject, f"{path}/decision", body).status_code == 403
    assert house.post(subject, f"{path}/claim", {}).status_code == 403
    assert house.post(subject, f"{path}/comments", {"comment": "tolong"}).status_code == 403
    bulk = house.post(subject, "/v1/tasks/decisions", {"items": [{"task_id": task_id, **body}]})
    assert bulk.json()["items"][0]["status"] == 403
    to_subject = {"to_nip": house.nip(subject), "reason": "dinas luar"}
    delegated = house.post(_analysts(house)[0], f"{path}/delegation", to_subject)
    assert (delegated.status_code, delegated.json()["code"]) == (403, "excluded-owner")
    assert house.post(house.key("actions:write", "actions:read"), f"{path}/decision", body).status_code == 403


def test_a_stranger_learns_nothing_of_a_task(house: House) -> None:
    _, task_id, body = _verification(house)
    stranger = house.a_stranger()
    assert house.get(stranger, f"/v1/tasks/{task_id}").status_code == 404
    assert house.post(stranger, f"/v1/tasks/{task_id}/decision", body).status_code == 404
    assert house.post(stranger, f"/v1/tasks/{task_id}/decision", body, If_Match='"1"').status_code == 404
    bulk = house.post(stranger, "/v1/tasks/decisions", {"items": [{"task_id": task_id, **body}]})
    assert bulk.json()["items"][0]["status"] == 404
    assert house.get(stranger, "/v1/tasks/nonsense").status_code == 404


def test_a_claim_holds_until_it_is_released(house: House) -> None:
    _, task_id, body = _verification(house)
    first, second = _analysts(house)[:2]
    path = f"/v1/tasks/{task_id}"
    claimed = house.post(first, f"{path}/claim", {})
    assert claimed.json()["state"] == "RESERVED"
    assert claimed.json()["claimed_by"] == first
    again = house.post(first, f"{path}/claim", {})
    assert again.json()["receipt"] == claimed.json()["receipt"]
    refused = house.post(second, f"{path}/decision", body)
    assert (refused.status_code, refused.json()["code"]) == (409, "task-claimed")
    assert "release" in house.get(first, path).json()["allowed"]
    assert "claim" not in house.get(second, path).json()["allowed"]
    assert house.post(first, f"{path}/release", {}).status_code == 200
    assert house.post(second, f"{path}/decision", body).status_code == 200


def test_the_inbox_is_paged_and_shows_what_the_single_task_shows(house: House) -> None:
    for index in range(3):
        house.world.walk(house.a_case(index), until="analyst_verification")
    analyst = _analysts(house)[0]
    first = house.get(analyst, "/v1/tasks", limit=2, state="ready").json()
    rest = house.get(analyst, "/v1/tasks", limit=2, state="ready", cursor=first["next"]).json()
    ids = [item["id"] for item in first["items"] + rest["items"]]
    assert len(set(ids)) == 3
    assert rest["next"] is None
    task = house.get(analyst, f"/v1/tasks/{ids[0]}").json()
    assert task["form"]["examples"]
    assert task["case"]["id"] == task["action_id"]
    assert {"claim", "decide", "delegate", "comment", "declare_conflict"} <= set(task["allowed"])
    assert task["findings"]


def test_a_preview_decides_nothing(house: House) -> None:
    _, task_id, body = _verification(house)
    analyst = _analysts(house)[0]
    items = [{"task_id": task_id, **body}, {"task_id": task_id, "outcome": "reject", "comment": ""}]
    preview = house.post(analyst, "/v1/tasks/decisions", {"items": items, "preview": True}).json()
    assert [item["status"] for item in preview["items"]] == [200, 422]
    assert house.get(analyst, f"/v1/tasks/{task_id}").json()["state"] == "READY"


def test_a_wrong_form_and_a_stale_version_are_refused(house: House) -> None:
    state, task_id, body = _verification(house)
    analyst = _analysts(house)[0]
    path = f"/v1/tasks/{task_id}/decision"
    wrong = house.post(analyst, path, APPROVAL | {"details": {"no_discipline": "entah"}})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "invalid-details")
    assert wrong.json()["errors"]
    assert house.post(analyst, path, body, If_Match='"1"').status_code == 412
    assert house.post(analyst, path, body, If_Match=f'"{state.version}"').status_code == 200


def test_a_declared_conflict_shuts_the_case(house: House) -> None:
    state, task_id, body = _verification(house)
    analyst = _analysts(house)[0]
    path = f"/v1/personnel-actions/{state.id}/conflicts"
    assert house.post(analyst, path, {"reason": "saudara kandung"}).status_code == 200
    refused = house.post(analyst, f"/v1/tasks/{task_id}/decision", body)
    assert (refused.status_code, refused.json()["code"]) == (403, "excluded-owner")
    assert task_id not in [item["id"] for item in house.get(analyst, "/v1/tasks").json()["items"]]


def test_reading_somebody_elses_case_is_recorded_once(house: House) -> None:
    _, task_id, _ = _verification(house)
    analyst = _analysts(house)[0]
    for _ in range(3):
        assert house.get(analyst, f"/v1/tasks/{task_id}").status_code == 200
    house.app.state.services.access_log.flush()
    with house.world.installation.reader.engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT COUNT(*) FROM events WHERE type = 'PersonalDataRead'")
        assert found.scalar_one() == 1


def test_no_answer_to_a_form_is_a_500(house: House) -> None:
    _, task_id, body = _verification(house)
    analyst = _analysts(house)[0]
    odd: list[Any] = [10**30, -1, 1.5, [], {}, None, "🦄", True, [{"year": 10**30, "predicate": "BAIK"}]]
    for value in odd:
        for field in ("no_discipline", "performance", "lain", "ÿ"):
            details = body["details"] | {field: value}
            if details == body["details"]:
                continue
            items = {"items": [{"task_id": task_id, **body, "details": details}], "preview": True}
            found = house.post(analyst, "/v1/tasks/decisions", items)
            assert found.status_code == 200, (field, value, found.text)
    big = APPROVAL | {"details": body["details"] | {"performance": [{"year": 10**30, "predicate": "BAIK"}]}}
    assert house.post(analyst, f"/v1/tasks/{task_id}/decision", big).status_code == 422
    far = APPROVAL | {"details": body["details"] | {"performance": [{"year": 0, "predicate": "BAIK"}]}}
    assert house.post(analyst, f"/v1/tasks/{task_id}/decision", far).status_code in (200, 422)


# --- who is kept out, also in another's stead -----------------------------------------------------


def _apparatus_of(house: House, state: ActionState) -> str | None:
    return house.world.agency.apparatus_of(state.origin_unit_id)


def _post_of(house: House, person: str) -> str:
    post = house.world.agency.people[person].position_id
    assert post is not None
    return post


def _appointed(house: House, capacity: str, post: str, delegate: str) -> None:
    """The head of the agency for personnel lets `delegate` act at `post`."""
    today = house.world.today
    answer = house.post(
        house.world.holder("agency_head"),
        "/v1/delegations",
        {
            "capacity": capacity,
            "position_id": post,
            "delegate_nip": house.nip(delegate),
            "first_day": today.isoformat(),
            "last_day": (today + timedelta(days=13)).isoformat(),
            "letter_number": "800/1/2026",
        },
    )
    assert answer.status_code == 201, answer.text


def _delegated(house: House, principal: str, delegate: str) -> None:
    """`principal` lets `delegate` sign in their stead."""
    today = house.world.today
    answer = house.post(
        principal,
        "/v1/delegations",
        {
            "capacity": "DELEGATE",
            "delegate_nip": house.nip(delegate),
            "first_day": today.isoformat(),
            "last_day": (today + timedelta(days=13)).isoformat(),
            "letter_number": "800/2/2026",
        },
    )
    assert answer.status_code == 201, answer.text


def _kept_out(house: House, who: str, state: ActionState, why: str) -> None:
    """Neither decision nor claim nor bulk lets `who` act on the open task, and it is not in their inbox."""
    task = state.open_tasks[0]
    path, body = f"/v1/tasks/{task.id}", APPROVAL | {"details": house.world.form(state, task)}
    for answer in (house.post(who, f"{path}/decision", body), house.post(who, f"{path}/claim", {})):
        assert (answer.status_code, answer.json()["code"]) == (403, "excluded-owner"), answer.text
        assert answer.json()["why"] == why
    bulk = house.post(who, "/v1/tasks/decisions", {"items": [{"task_id": task.id, **body}]})
    assert (bulk.json()["items"][0]["status"], bulk.json()["items"][0]["why"]) == (403, why)
    assert not {"decide", "claim"} & set(house.get(who, path).json().get("allowed", []))


def test_the_subject_as_acting_head_of_the_unit_does_not_recommend_themself(house: House) -> None:
    state = house.world.walk(house.a_case(), until="unit_recommendation")
    head = house.world.holder(f"unit_head@{_apparatus_of(house, state)}")
    _appointed(house, "PLH", _post_of(house, head), state.subject_id)
    assert state.subject_id in house.world.offices.holders(state.open_tasks[0].office, house.world.today)
    _kept_out(house, state.subject_id, state, "subject")
    assert house.get(state.subject_id, "/v1/tasks").json()["items"] == []


def test_who_verified_does_not_review_as_acting_head_of_the_division(house: House) -> None:
    world = house.world
    state = world.walk(house.a_case(), until="unit_file_check")
    checker = next(p for p in world.owners(state, state.open_tasks[0]) if _may_decide(house, p, state))
    body = APPROVAL | {"details": world.form(state, state.open_tasks[0])}
    assert house.post(checker, f"/v1/tasks/{state.open_tasks[0].id}/decision", body).status_code == 200
    state = world.walk(_newest(house, state), until="division_review")
    chief = world.holder("transfer_division_head")
    _appointed(house, "PLH", _post_of(house, chief), checker)
    assert checker in world.offices.holders("transfer_division_head", world.today)
    _kept_out(house, checker, state, "acted_at_unit_file_check")
    assert state.open_tasks[0].id not in [t["id"] for t in house.get(checker, "/v1/tasks").json()["items"]]


def test_nobody_signs_for_a_principal_who_is_kept_out(house: House) -> None:
    state = house.world.walk(house.a_case(), until="division_review")
    chief = house.world.holder("transfer_division_head")
    delegate = house.a_stranger()
    _delegated(house, chief, delegate)
    path = f"/v1/tasks/{state.open_tasks[0].id}"
    assert "decide" in house.get(delegate, path).json()["allowed"]
    conflict = house.post(chief, f"/v1/personnel-actions/{state.id}/conflicts", {"reason": "saudara kandung"})
    assert conflict.status_code == 200
    _kept_out(house, delegate, _newest(house, state), "principal_excluded")


def test_a_delegate_reads_only_what_a_task_gives_them(house: House) -> None:
    state = house.world.walk(house.a_case(), until="division_review")
    chief = house.world.holder("transfer_division_head")
    delegate = house.a_stranger()
    other = house.a_case(1)
    _delegated(house, chief, delegate)
    assert house.get(chief, f"/v1/personnel-actions/{other.id}").status_code == 200
    assert house.get(delegate, f"/v1/personnel-actions/{other.id}").status_code == 404
    case = f"/v1/personnel-actions/{state.id}"
    assert house.get(delegate, case).status_code == 200
    house.world.walk(state, until="agency_head_review")
    assert house.get(delegate, case).status_code == 404


def _may_decide(house: House, person: str, state: ActionState) -> bool:
    task = house.get(person, f"/v1/tasks/{state.open_tasks[0].id}")
    return task.status_code == 200 and "decide" in task.json()["allowed"]


def _newest(house: House, state: ActionState) -> ActionState:
    with house.world.installation.reader.engine.connect() as connection:
        found = state_of(connection, state.id)
    assert found is not None
    return found
