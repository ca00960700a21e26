"""Vacancies and promotions over HTTP: the frozen list, the choice, the register of overrides."""

from __future__ import annotations

from typing import Any

import pytest

from domain.personnel_action import ActionState
from projections import action_state
from tests.api.conftest import House
from tests.pool import a_pool, profile
from tests.world import new_id


def an_officer(house: House) -> str:
    return house.world.holder("transfer_division_head")


def state_of(house: House, action_id: str) -> ActionState:
    with house.world.installation.reader.engine.connect() as connection:
        found = action_state.state_of(connection, action_id)
    assert found is not None
    return found


def opened(house: House) -> dict[str, Any]:
    """A vacancy with its frozen list."""
    a_pool(house.world)
    post = house.world.vacancies("PENGAWAS")[0]
    answer = house.post(an_officer(house), "/v1/vacancies", {"position_id": post})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def listed(house: House, vacancy: dict[str, Any]) -> dict[str, Any]:
    answer = house.get(an_officer(house), f"/v1/vacancies/{vacancy['id']}/candidates")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def started(house: House, vacancy: dict[str, Any]) -> ActionState:
    body = {"kind": "promotion", "vacancy_id": vacancy["id"]}
    answer = house.post(an_officer(house), "/v1/personnel-actions", body)
    assert answer.status_code == 201, answer.text
    assert answer.json()["subject"] == {"id": None, "nip": None, "name": None}
    return state_of(house, answer.json()["id"])


def test_a_vacancy_shows_its_frozen_list_with_every_finding(house: House) -> None:
    vacancy = opened(house)
    assert vacancy["receipt"]["position"] > 0
    found = listed(house, vacancy)
    assert found["list_hash"] == vacancy["list_hash"]
    assert [item["rank"] for item in found["items"]] == [1, 2, 3, 4, 5, 6]
    assert [item["box"] for item in found["items"]] == [9, 9, 8, 7, 6, 6]
    first = {finding["rule"]: finding for finding in found["items"][0]["findings"]}
    assert {"talent_pool", "leading_ranks", "candidate_education", "candidate_documents"} <= first.keys()
    assert first["talent_pool"]["citation"]


def test_the_list_stays_as_it_was_whatever_happens_to_its_people(house: House) -> None:
    vacancy = opened(house)
    before = listed(house, vacancy)
    people = [item["person"]["id"] for item in before["items"]]
    profile(house.world, people, [((3, 3), 10)] * len(people))
    assert listed(house, vacancy) == before


def test_vacancies_are_for_officers_and_the_committee(house: House) -> None:
    vacancy = opened(house)
    stranger = house.a_stranger()
    assert house.get(stranger, f"/v1/vacancies/{vacancy['id']}/candidates").status_code == 404
    assert house.get(stranger, f"/v1/vacancies/{vacancy['id']}").status_code == 404
    member = house.world.holder("planning_head")
    assert house.get(member, f"/v1/vacancies/{vacancy['id']}/candidates").status_code == 200
    again = house.post(stranger, "/v1/vacancies", {"position_id": house.world.vacancies("PENGAWAS")[1]})
    assert again.status_code == 403
    assert house.get(an_officer(house), f"/v1/vacancies/{new_id()}").status_code == 404


def test_a_post_has_one_list_at_a_time(house: House) -> None:
    vacancy = opened(house)
    again = house.post(an_officer(house), "/v1/vacancies", {"position_id": vacancy["position"]["id"]})
    assert (again.status_code, again.json()["code"]) == (409, "already-exists")


def test_the_same_key_opens_one_vacancy(house: House) -> None:
    a_pool(house.world)
    body = {"position_id": house.world.vacancies("PENGAWAS")[0]}
    first = house.post(an_officer(house), "/v1/vacancies", body, Idempotency_Key="vacancy-1")
    again = house.post(an_officer(house), "/v1/vacancies", body, Idempotency_Key="vacancy-1")
    assert first.json()["id"] == again.json()["id"]
    assert again.headers["Idempotent-Replay"] == "true"


def test_the_mayor_s_rank_five_from_box_six_takes_reasons_and_a_second_person(house: House) -> None:
    vacancy = opened(house)
    fifth = listed(house, vacancy)["items"][4]
    assert (fifth["rank"], fifth["box"]) == (5, 6)
    state = house.world.walk(started(house, vacancy), until="promotion_choice")
    mayor = house.world.holder("appointing_official")
    task = f"/v1/tasks/{state.open_tasks[0].id}"
    form = house.get(mayor, task).json()["form"]
    details = form["examples"][0] | {
        "person_id": fifth["person"]["id"],
        "suggested_by": house.world.holder("planning_head"),
    }
    decision = {"outcome": "approve", "comment": "kebutuhan", "details": details}
    refused = house.post(mayor, f"{task}/decision", decision)
    assert (refused.status_code, refused.json()["code"]) == (422, "override-required")
    rules = refused.json()["rules"]
    assert {"talent_pool", "leading_ranks"} <= set(rules)
    assert house.get(mayor, "/v1/overrides").json()["items"] == []

    overrides = [{"rule": rule, "reason": "keahlian khusus"} for rule in rules]
    chosen = house.post(mayor, f"{task}/decision", decision | {"overrides": overrides})
    assert chosen.status_code == 200, chosen.text
    state = state_of(house, state.id)
    assert [task.step for task in state.open_tasks] == ["override_confirmation"]
    second = house.world.holder("inspector")
    confirmed = house.post(
        second,
        f"/v1/tasks/{state.open_tasks[0].id}/decision",
        {"outcome": "approve", "comment": "sesuai", "overrides": overrides},
    )
    assert confirmed.status_code == 200, confirmed.text
    register = house.get(house.a_stranger(), "/v1/overrides").json()["items"]
    assert {item["rule"] for item in register} == set(rules)
    assert {item["suggested_by"]["id"] for item in register} == {details["suggested_by"]}
    assert {(item["proposed_by"]["id"], item["confirmed_by"]["id"]) for item in register} == {(mayor, second)}
    assert {item["candidate_list_hash"] for item in register} == {listed(house, vacancy)["list_hash"]}
    # Everybody reads which law, who and whose suggestion; why, only who may see the case or audits it.
    assert all(item["citation"] for item in register)
    assert {item["reason"] for item in register} == {None}
    for reader in (mayor, second, house.world.holder("auditor")):
        read = house.get(reader, "/v1/overrides").json()["items"]
        assert {item["reason"] for item in read} == {"keahlian khusus"}, reader
    assert house.get(house.key("actions:read"), "/v1/overrides").json()["items"][0]["reason"]
    assert house.get(house.key("employees:read"), "/v1/overrides").json()["items"][0]["reason"] is None
    frozen = listed(house, vacancy)
    profile(house.world, [item["person"]["id"] for item in frozen["items"]], [((1, 1), 99)] * 6)
    assert listed(house, vacancy) == frozen
    assert frozen["list_hash"] == vacancy["list_hash"]
    events = house.get(an_officer(house), f"/v1/personnel-actions/{state.id}/events").json()["items"]
    hashes = [
        event["data"].get("candidate_list_hash", event["data"].get("list_hash"))
        for event in events
        if event["type"] in ("ActionSubmitted", "CandidateChosen")
    ]
    assert hashes == [vacancy["list_hash"]] * 2


def test_a_promotion_shows_the_post_that_it_frees_and_who_follows(house: House) -> None:
    vacancy = opened(house)
    state = house.world.walk(started(house, vacancy), until="duty_statement")
    chain = house.get(an_officer(house), f"/v1/vacancies/{vacancy['id']}").json()["chain"]
    assert [link["position"]["id"] for link in chain] == [state.origin_position_id]
    assert chain[0]["filled_by"] is None
    follower = house.world.submit(house.world.movable("PELAKSANA")[0], state.origin_position_id).state
    assert follower is not None
    chain = house.get(an_officer(house), f"/v1/vacancies/{vacancy['id']}").json()["chain"]
    assert chain[0]["filled_by"]["action_id"] == follower.id
    assert chain[1]["position"]["id"] == follower.origin_position_id


@pytest.mark.parametrize("vacancy_id", ["V-1", "00000000-0000-4000-8000-000000000000"])
def test_a_promotion_needs_its_vacancy(house: House, vacancy_id: str) -> None:
    body = {"kind": "promotion", "vacancy_id": vacancy_id}
    answer = house.post(an_officer(house), "/v1/personnel-actions", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown-reference")


def lent(house: House, principal: str, delegate: str) -> None:
    """`principal` lets `delegate` sign for them."""
    body = {
        "capacity": "DELEGATE",
        "delegate_nip": house.nip(delegate),
        "first_day": house.world.today.isoformat(),
        "last_day": house.world.today.isoformat(),
        "letter_number": "800/1",
        "reason": "dinas luar",
    }
    answer = house.post(principal, "/v1/delegations", body)
    assert answer.status_code == 201, answer.text


def test_a_members_delegate_does_not_read_the_list(house: House) -> None:
    vacancy = opened(house)
    stranger = house.a_stranger()
    lent(house, house.world.holder("planning_head"), stranger)
    assert house.get(stranger, f"/v1/vacancies/{vacancy['id']}/candidates").status_code == 404
    assert house.get(stranger, f"/v1/vacancies/{vacancy['id']}").status_code == 404


def test_a_candidate_does_not_read_the_list_in_which_they_stand(house: House) -> None:
    vacancy = opened(house)
    first = listed(house, vacancy)["items"][0]["person"]["id"]
    lent(house, house.world.holder("finance_head"), first)
    assert house.get(first, f"/v1/vacancies/{vacancy['id']}/candidates").status_code == 404


def test_a_key_reads_candidates_only_if_it_may_read_people(house: House) -> None:
    path = f"/v1/vacancies/{opened(house)['id']}/candidates"
    assert house.get(house.key("actions:read"), path).status_code == 404
    assert house.get(house.key("actions:read", "employees:read"), path).status_code == 200


def test_who_was_chosen_does_not_learn_who_else_was_ranked(house: House) -> None:
    vacancy = opened(house)
    state = house.world.walk(started(house, vacancy), until="duty_statement")
    path = f"/v1/personnel-actions/{state.id}"
    assert len(house.get(an_officer(house), path).json()["ranking"]) > 2
    assert house.get(state.subject_id, path).json()["ranking"] == []
    events = house.get(state.subject_id, f"{path}/events").json()["items"]
    votes = [e["personal"] for e in events if e["type"] in ("VoteCast", "CandidatesRanked")]
    assert votes == [None] * len(votes) != []


def test_nobody_finds_out_here_who_is_in_the_register(house: House) -> None:
    known = [house.nip(person) for person in house.plain()[:3]]
    answers = set()
    for nips in (known, [*known[:2], "199001012015011999"]):
        selection = {"letter_number": "800/9", "nips": nips}
        body = {"position_id": house.world.vacancies("PENGAWAS")[0], "selection": selection}
        answer = house.post(house.a_stranger(), "/v1/vacancies", body)
        answers.add((answer.status_code, answer.json()["code"]))
    assert answers == {(403, "not-permitted")}
