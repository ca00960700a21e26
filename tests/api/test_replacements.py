"""Replacing an official after a poor evaluation, through HTTP, on both databases."""

from __future__ import annotations

from typing import Any

from tests.api.conftest import House
from tests.api.test_evaluations import act, started, walk
from tests.pool import a_pool


def low(house: House) -> str:
    """A finished evaluation of a head of section with the worst result."""
    a_pool(house.world)
    offices, today = house.world.offices, house.world.today
    heads = [p for p in house.world.movable("PENGAWAS") if not offices.exercised_by(p, today)]
    action_id = started(house, (heads or house.world.movable("PENGAWAS"))[0])["id"]
    walk(house, action_id, "rating")
    act(house, action_id, result="BELOW", conduct="BELOW")
    return str(walk(house, action_id, "completed")["id"])


def wish(house: House, **changes: Any) -> dict[str, Any]:
    today = house.world.today.isoformat()
    return {
        "target_position_id": house.world.vacancies()[0],
        "effective_date": today,
        "reason": "hasil evaluasi, setelah koordinasi dengan BKN",
        "coordination": {"letter_number": "B-123/BKN/2026", "letter_date": today},
    } | changes


def test_transfer_and_vacancy_are_opened_together_and_fall_with_the_evaluation(house: House) -> None:
    evaluation, analyst = low(house), house.world.holder("personnel_analyst")
    path = f"/v1/personnel-actions/{evaluation}/replacement"
    body = wish(house)
    answers = [house.post(analyst, path, body, Idempotency_Key="ganti-1") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201], answers[0].text
    assert answers[1].headers["Idempotent-Replay"] == "true"
    transfer = answers[0].json()
    assert (transfer["kind"], transfer["status"]) == ("mutation", "in_review")
    vacancy = house.get(analyst, f"/v1/vacancies/{transfer['opened_vacancy_id']}").json()
    assert vacancy["position"]["id"] == transfer["origin_position"]["id"]
    mayor = house.world.holder("appointing_official")
    undone = {"reason": "putusan PTUN", "authority": "COURT", "letter_number": "12/G/2027"}
    assert house.post(mayor, f"/v1/personnel-actions/{evaluation}/annulment", undone).status_code == 200
    fallen = house.get(house.key("actions:read"), f"/v1/personnel-actions/{transfer['id']}").json()
    assert fallen["status"] == "annulled"
    lapsed = house.get(analyst, f"/v1/vacancies/{vacancy['id']}").json()
    assert lapsed["lapses_on"] == house.world.today.isoformat()


def test_without_a_low_result_or_the_right_nobody_is_replaced(house: House) -> None:
    evaluation, analyst = low(house), house.world.holder("personnel_analyst")
    path = f"/v1/personnel-actions/{evaluation}/replacement"
    assert house.post(house.a_stranger(), path, wish(house)).status_code == 404
    head = house.post(house.world.holder("agency_head"), path, wish(house))
    assert (head.status_code, head.json()["code"]) == (403, "not-permitted")
    good = started(house, house.plain()[0])["id"]
    walk(house, good, "completed")
    refused = house.post(analyst, f"/v1/personnel-actions/{good}/replacement", wish(house))
    assert (refused.status_code, refused.json()["code"]) == (422, "unknown-reference")
    late = wish(house, coordination={"letter_number": "B-1/BKN/2026", "letter_date": "2020-01-01"})
    assert house.post(analyst, path, late).json()["code"] == "date-out-of-order"
