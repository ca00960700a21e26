"""Who is kept out of what people do of their own motion: results by hand, policies, erasure, rank lists.

In each test the last who tries is somebody who may.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from operations.verification import verify_installation
from tests import ranks
from tests.api.conftest import House, Settled
from tests.api.one_house import a_house, acting, lent, state_of
from tests.api.test_policies import stricter
from tests.pool import a_pool

EXCLUDED, NOT_PERMITTED = (403, "excluded-owner"), (403, "not-permitted")
AWARD = {"component": {"component": "awards", "score": 10_000, "valid_until": "2029-12-31"}}
COURT = {"ground": "court_order", "reason": "Putusan PTUN Serang 12/G/2026"}
YES = {"outcome": "approve", "reason": ""}


@pytest.fixture(scope="module")
def house(settle: Callable[[str], Settled], tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with a_house(settle, tmp_path_factory.mktemp("acts")) as opened:
        yield opened
        found = verify_installation(opened.world.installation.settings)
        assert found.ok, found.as_text()


@pytest.fixture
def key(house: House) -> str:
    return house.key("actions:write", "actions:read", "employees:read", "documents:write")


def hears(house: House, who: str, path: str, body: Any, expected: tuple[int, str], why: str = "") -> None:
    answer = house.post(who, path, body)
    assert (answer.status_code, answer.json()["code"]) == expected, answer.text
    if why:
        assert answer.json()["why"] == why


def refused(house: House, who: str, path: str, body: Any) -> None:
    """Somebody without any authority of their own, who may not even see it."""
    assert house.post(who, path, body).status_code in (403, 404)


def post_of(house: House, person: str) -> str:
    post = house.world.agency.people[person].position_id
    assert post is not None
    return post


def test_a_result_is_entered_and_confirmed_by_two_who_have_no_part_in_it(house: House, key: str) -> None:
    world = house.world
    analyst, chief = world.holder("personnel_analyst"), world.holder("transfer_division_head")
    head, plain = world.holder("agency_head"), house.plain()
    of_chief = f"/v1/employees/{house.nip(chief)}/talent/results"
    with acting(house, chief, post_of(house, analyst)):
        hears(house, chief, of_chief, AWARD, EXCLUDED, "subject")
        entered = house.post(analyst, of_chief, AWARD).json()["id"]
    confirm = f"/v1/talent/results/{entered}/decision"
    with acting(house, plain[0], post_of(house, chief)):
        hears(house, plain[0], confirm, YES, EXCLUDED, "principal_excluded")
    with acting(house, analyst, post_of(house, head)):
        hears(house, analyst, confirm, YES, EXCLUDED, "entered_by")
    with lent(house, head, plain[0]):
        refused(house, plain[0], confirm, YES)
    hears(house, chief, confirm, YES, EXCLUDED, "subject")
    refused(house, key, confirm, YES)
    of_analyst = f"/v1/employees/{house.nip(analyst)}/talent/results"
    with acting(house, plain[0], post_of(house, analyst)):
        hears(house, plain[0], of_analyst, AWARD, EXCLUDED, "principal_excluded")
    assert house.post(head, confirm, YES).status_code == 200


def test_a_policy_is_adopted_by_another_definitive_holder(house: House, key: str) -> None:
    world = house.world
    secretary, head = world.holder("regional_secretary"), world.holder("agency_head")
    plain = house.plain()[0]
    with acting(house, secretary, post_of(house, world.holder("transfer_division_head"))):
        proposed = house.post(secretary, "/v1/policies", {"document": stricter(house)})
    assert proposed.status_code == 201, proposed.text
    adoption, body = f"{proposed.headers['Location']}/adoption", {"hash": proposed.json()["hash"]}
    hears(house, secretary, adoption, body, EXCLUDED, "proposer")
    with acting(house, head, post_of(house, world.holder("appointing_official"))):
        hears(house, head, adoption, body, (403, "capacity-not-allowed"))
    with lent(house, world.holder("appointing_official"), plain):
        hears(house, plain, adoption, body, NOT_PERMITTED)
    hears(house, key, adoption, body, NOT_PERMITTED)
    assert house.post(world.holder("appointing_official"), adoption, body).status_code == 200


def test_an_erasure_needs_a_second_person_without_a_part_in_it(house: House, key: str) -> None:
    world = house.world
    analyst, head = world.holder("personnel_analyst"), world.holder("agency_head")
    secretary, plain = world.holder("regional_secretary"), house.plain()
    of_head = f"/v1/employees/{house.nip(head)}/erasure"
    assert house.post(analyst, of_head, COURT).status_code == 201
    for path, body in ((f"{of_head}/approval", None), (f"{of_head}/refusal", {"reason": "belum tetap"})):
        hears(house, head, path, body, EXCLUDED, "subject")
        with acting(house, plain[0], post_of(house, head)):
            hears(house, plain[0], path, body, EXCLUDED, "principal_excluded")
        with acting(house, analyst, post_of(house, secretary)):
            hears(house, analyst, path, body, EXCLUDED, "requested_by")
        with lent(house, secretary, plain[0]):
            refused(house, plain[0], path, body)
        refused(house, key, path, body)
    assert house.post(secretary, f"{of_head}/refusal", {"reason": "belum tetap"}).status_code == 200


def test_nobody_acts_on_the_rank_list_on_which_they_stand(house: House, key: str) -> None:
    world = house.world
    first, second, _ = ranks.due_clerks(world)
    head, chief = world.holder("agency_head"), world.holder("transfer_division_head")
    mayor, secretary = world.holder("appointing_official"), world.holder("regional_secretary")
    day = world.today.isoformat()
    period = {"period": ranks.period_of(world).isoformat()}
    with acting(house, first, post_of(house, chief)):
        hears(house, first, "/v1/rank-promotions", period, EXCLUDED, "subject")
    hears(house, key, "/v1/rank-promotions", period, NOT_PERMITTED)
    made = house.post(head, "/v1/rank-promotions", period)
    assert made.status_code == 201, made.text
    path = f"/v1/rank-promotions/{made.json()['id']}"
    letter = {"letter_number": "800/77-BKPSDM", "sent_on": day}
    hears(house, head, f"{path}/dispatch", letter, EXCLUDED, "initiator")
    with acting(house, first, post_of(house, secretary)):
        hears(house, first, f"{path}/dispatch", letter, EXCLUDED, "subject")
        hears(house, first, f"{path}/withdrawal", {"why": "mistake"}, EXCLUDED, "subject")
    delegate = house.a_stranger()
    with lent(house, secretary, delegate):
        refused(house, delegate, f"{path}/dispatch", letter)
    refused(house, key, f"{path}/dispatch", letter)
    assert house.post(secretary, f"{path}/dispatch", letter).status_code == 200
    yes = {"outcome": "approved", "answered_on": day, "pertek_number": "AB-1"}
    answers = {"items": [{"nip": house.nip(who)} | yes for who in (first, second)]}
    with acting(house, first, post_of(house, chief)):
        hears(house, first, f"{path}/answers", answers, EXCLUDED, "subject")
    assert house.post(chief, f"{path}/answers", answers).status_code == 200
    with acting(house, secretary, post_of(house, mayor)):
        hears(house, secretary, f"{path}/decrees", {}, (403, "capacity-not-allowed"))
    assert house.post(mayor, f"{path}/decrees", {}).status_code == 200
    undone = {"nip": house.nip(first), "authority": "PPK", "reason": "salah golongan"}
    with acting(house, secretary, post_of(house, mayor)):
        hears(house, secretary, f"{path}/annulments", undone, (403, "capacity-not-allowed"))
    assert house.post(mayor, f"{path}/annulments", undone).status_code == 200


def test_no_candidate_starts_a_promotion_or_undoes_it(house: House, key: str) -> None:
    world = house.world
    a_pool(world)
    chief = world.holder("transfer_division_head")
    vacancy = house.post(chief, "/v1/vacancies", {"position_id": world.vacancies("PENGAWAS")[0]}).json()
    listed = house.get(chief, f"/v1/vacancies/{vacancy['id']}/candidates").json()["items"]
    loser = listed[1]["person"]["id"]
    begin = {"kind": "promotion", "vacancy_id": vacancy["id"]}
    with acting(house, loser, post_of(house, chief)):
        hears(house, loser, "/v1/personnel-actions", begin, EXCLUDED, "candidate")
    delegate = house.a_stranger()
    with lent(house, chief, delegate):
        hears(house, delegate, "/v1/personnel-actions", begin, NOT_PERMITTED)
    state = state_of(house, house.post(chief, "/v1/personnel-actions", begin).json()["id"])
    world.walk(state, until="decree")
    path = f"/v1/personnel-actions/{state.id}/annulment"
    undone = {"authority": "BKN", "reason": "NSPK", "letter_number": "123/BKN"}
    with acting(house, loser, post_of(house, world.holder("agency_head"))):
        refused(house, loser, path, undone)
    refused(house, key, path, undone)


def test_nobody_asks_through_a_delegate_for_what_they_may_not_ask(house: House) -> None:
    """An officer may not ask for their own transfer within the city, nor have it asked for them."""
    world = house.world
    chief, delegate = world.holder("transfer_division_head"), house.a_stranger()
    target = world.vacancies("PENGAWAS")[1]
    body = house.a_request(subject_nip=house.nip(chief), target_position_id=target)
    assert house.post(chief, "/v1/personnel-actions", body).status_code == 403
    with lent(house, chief, delegate):
        assert house.post(delegate, "/v1/personnel-actions", body).status_code in (403, 422)
        evaluation = {"kind": "evaluation", "subject_nip": house.nip(chief)}
        evaluation |= {"period_start": "2026-01-01", "period_end": "2026-06-30"}
        assert house.post(delegate, "/v1/personnel-actions", evaluation).status_code in (403, 422)


@pytest.mark.parametrize("office", ["transfer_division_head", "agency_head", "regional_secretary"])
def test_nobody_appoints_who_acts_in_their_own_place(house: House, office: str) -> None:
    """Else whoever is out of a case would choose who decides it for them."""
    holder, today = house.world.holder(office), house.world.today.isoformat()
    body = {
        "capacity": "PLH",
        "position_id": post_of(house, holder),
        "delegate_nip": house.nip(house.plain()[0]),
        "first_day": today,
        "last_day": today,
        "letter_number": "800/3/2026",
    }
    hears(house, holder, "/v1/delegations", body, NOT_PERMITTED)
