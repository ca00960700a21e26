"""A case followed through what it hangs together with, as far as the caller may see."""

from __future__ import annotations

from typing import Any

import pytest

from domain.commands import AnnulAction
from domain.personnel_action import ActionState
from tests.api.conftest import House
from tests.api.test_evaluations import act, started, walk
from tests.api.test_replacements import low, wish
from tests.world import a_person, new_id


def completed(house: House, person: str, post: str) -> ActionState:
    submitted = house.world.submit(person, post)
    assert submitted.state is not None
    return house.world.walk(submitted.state)


def links(house: House, action_id: str) -> dict[str, Any]:
    answer = house.get(house.key("actions:read"), f"/v1/personnel-actions/{action_id}/links")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def tied(house: House, action_id: str) -> set[tuple[str, str | None, str]]:
    return {(link["relation"], link["position_id"], link["id"]) for link in links(house, action_id)["linked"]}


def test_the_post_that_a_transfer_leaves_leads_to_who_fills_it(house: House) -> None:
    first, second = house.plain()[:2]
    left = house.world.agency.people[first].position_id
    assert left is not None
    moved = completed(house, first, house.world.vacancies()[0])
    follower = house.world.submit(second, left).state
    assert follower is not None
    path = f"/v1/personnel-actions/{moved.id}/links"
    shown = house.get(house.key("actions:read"), path).json()
    assert tied(house, moved.id) == {("fills_post_left", left, follower.id)}
    assert shown["hidden"] == 0
    assert tied(house, follower.id) == {("post_left_by", left, moved.id)}, "and back"
    subject_sees = house.get(first, path).json()
    assert (subject_sees["linked"], subject_sees["hidden"]) == ([], 1)
    assert house.get(house.a_stranger(), path).status_code == 404


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_neither_an_arrival_nor_an_evaluation_is_taken_for_a_move_that_follows(house: House) -> None:
    """Whoever leaves a post came to it by a move of their own, and is rated in it."""
    mover, stayer = house.plain()[:2]
    first, second, third = house.world.vacancies()[:3]
    came = completed(house, mover, first)
    left = house.world.submit(mover, second).state
    assert left is not None
    completed(house, stayer, third)
    rated = started(house, stayer)["id"]
    assert [tied(house, known) for known in (came.id, left.id, rated)] == [set(), set(), set()]


def test_an_annulment_leads_to_what_fell_with_it_and_back(house: House) -> None:
    first, second = house.plain()[:2]
    left = house.world.agency.people[first].position_id
    assert left is not None
    moved = completed(house, first, house.world.vacancies()[0])
    follower = completed(house, second, left)
    mayor = house.world.holder("appointing_official")
    house.world.installation.ledger.execute(
        AnnulAction(
            command_id=new_id(),
            actor=a_person(mayor),
            action_id=moved.id,
            authority="PPK",
            reason="putusan",
            letter_number="1/2026",
        )
    )
    reader = house.key("actions:read")
    cause = house.get(reader, f"/v1/personnel-actions/{moved.id}/links").json()["linked"]
    effect = house.get(reader, f"/v1/personnel-actions/{follower.id}/links").json()["linked"]
    assert [(link["relation"], link["id"]) for link in cause] == [("annulled_with", follower.id)]
    assert [(link["relation"], link["id"]) for link in effect] == [("annulled_by", moved.id)]


def test_a_low_evaluation_leads_to_its_follow_up_and_the_replacement_and_back(house: House) -> None:
    evaluation, analyst = low(house), house.world.holder("personnel_analyst")
    (improvement,) = [other for relation, _, other in tied(house, evaluation) if relation == "followed_by"]
    assert tied(house, improvement) == {("follows", None, evaluation)}
    answer = house.post(analyst, f"/v1/personnel-actions/{evaluation}/replacement", wish(house))
    transfer = answer.json()
    assert tied(house, evaluation) == {("followed_by", None, improvement), ("ordered", None, transfer["id"])}
    assert tied(house, transfer["id"]) == {("ordered_by", None, evaluation)}


def test_a_replacement_leads_to_the_promotion_into_the_post_that_it_leaves_and_back(house: House) -> None:
    evaluation, analyst = low(house), house.world.holder("personnel_analyst")
    answer = house.post(analyst, f"/v1/personnel-actions/{evaluation}/replacement", wish(house))
    transfer, vacancy = answer.json()["id"], answer.json()["opened_vacancy_id"]
    post = answer.json()["origin_position"]["id"]
    body = {"kind": "promotion", "vacancy_id": vacancy}
    promotion = house.post(analyst, "/v1/personnel-actions", body).json()["id"]
    assert ("fills_post_left", post, promotion) in tied(house, transfer)
    assert tied(house, promotion) == {("post_left_by", post, transfer)}
    assert links(house, promotion)["vacancy_id"] == vacancy


def test_an_objection_stands_beside_the_rating_that_it_was_raised_against(house: House) -> None:
    action_id = started(house, house.plain()[0])["id"]
    walk(house, action_id, "result_response")
    assert links(house, action_id)["objections"] == []
    act(house, action_id, response="object", reasons="bukti tidak dibaca")
    (raised,) = links(house, action_id)["objections"]
    assert (raised["step"], raised["state"], raised["outcome"]) == ("objection_decision", "READY", None)
    walk(house, action_id, "completed")
    (decided,) = links(house, action_id)["objections"]
    assert (decided["state"], decided["outcome"]) == ("COMPLETED", "approve")
