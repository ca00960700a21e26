"""A case followed through what it hangs together with, as far as the caller may see."""

from __future__ import annotations

from domain.commands import AnnulAction
from domain.personnel_action import ActionState
from tests.api.conftest import House
from tests.world import a_person, new_id


def completed(house: House, person: str, post: str) -> ActionState:
    submitted = house.world.submit(person, post)
    assert submitted.state is not None
    return house.world.walk(submitted.state)


def test_the_post_that_a_transfer_leaves_leads_to_who_fills_it(house: House) -> None:
    first, second = house.plain()[:2]
    left = house.world.agency.people[first].position_id
    assert left is not None
    moved = completed(house, first, house.world.vacancies()[0])
    follower = house.world.submit(second, left).state
    assert follower is not None
    path = f"/v1/personnel-actions/{moved.id}/links"
    shown = house.get(house.key("actions:read"), path).json()
    tied = [(link["relation"], link["position_id"], link["id"]) for link in shown["linked"]]
    assert tied == [("fills_post_left", left, follower.id)]
    assert shown["hidden"] == 0
    subject_sees = house.get(first, path).json()
    assert (subject_sees["linked"], subject_sees["hidden"]) == ([], 1)
    assert house.get(house.a_stranger(), path).status_code == 404


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
