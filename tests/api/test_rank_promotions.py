"""Rank promotion over HTTP: who sees what, who may do what, from the list to the decree."""

from __future__ import annotations

from typing import Any

import pytest

from tests import ranks
from tests.api.conftest import House
from tests.world import new_id

RANKS = "/v1/rank-promotions"


def officer(house: House) -> str:
    return house.world.holder("personnel_analyst")


def frozen(house: House, **changes: Any) -> dict[str, Any]:
    """The list of the open period with two clerks proposed and one kept off."""
    body = {"period": ranks.period_of(house.world).isoformat()} | changes
    answer = house.post(officer(house), RANKS, body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def act(house: House, who: str, list_id: str, what: str, body: dict[str, Any], status: int = 200) -> Any:
    answer = house.post(who, f"{RANKS}/{list_id}/{what}", body)
    assert answer.status_code == status, answer.text
    return answer.json()


def sent(house: House, list_id: str) -> None:
    letter = {"letter_number": "800/77-BKPSDM", "sent_on": house.world.today.isoformat()}
    act(house, house.world.holder("agency_head"), list_id, "dispatch", letter)


def approvals(house: House, *people: str) -> dict[str, Any]:
    day = house.world.today.isoformat()
    answer = {"outcome": "approved", "answered_on": day, "pertek_number": "AB-1"}
    return {"items": [{"nip": house.nip(who)} | answer for who in people]}


def entries(house: House, list_id: str, who: str | None = None, **query: Any) -> list[dict[str, Any]]:
    answer = house.get(who or officer(house), f"{RANKS}/{list_id}/entries", **({"limit": 200} | query))
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


def test_officers_see_who_is_due_with_every_finding_before_any_list_is_made(house: House) -> None:
    clerks = ranks.due_clerks(house.world)
    found = house.get(officer(house), f"{RANKS}/due", limit=200).json()
    assert found["period"] == ranks.period_of(house.world).isoformat()
    due = {item["person"]["id"]: item for item in found["items"]}
    assert {clerk: due[clerk]["barred"] for clerk in clerks} == {
        clerks[0]: [], clerks[1]: [], clerks[2]: ["rank_performance"],
    }  # fmt: skip
    rating = next(f for f in due[clerks[2]]["findings"] if f["rule"] == "rank_performance")
    assert (rating["outcome"], bool(rating["citation"]), bool(rating["remedy"])) == ("unknown", True, True)
    english = house.client.get(
        f"{RANKS}/due", headers=house.headers(officer(house)) | {"Accept-Language": "en"}
    ).json()
    assert english["items"][0]["findings"][0]["message"] != found["items"][0]["findings"][0]["message"]
    first = house.get(officer(house), f"{RANKS}/due", limit=1).json()
    second = house.get(officer(house), f"{RANKS}/due", limit=200, cursor=first["next"]).json()
    assert [*first["items"], *second["items"]] == found["items"]


def test_the_list_is_frozen_as_it_was_shown(house: House) -> None:
    clerks = ranks.due_clerks(house.world)
    due = house.get(officer(house), f"{RANKS}/due", limit=200).json()
    made = frozen(house)
    assert made["receipt"]["position"] > 0
    assert made["counts"]["proposed"] >= 2
    shown = entries(house, made["id"])
    assert [item["person"]["id"] for item in shown] == [item["person"]["id"] for item in due["items"]]
    by_person = {item["person"]["id"]: item for item in shown}
    assert [by_person[clerk]["status"] for clerk in clerks] == ["proposed", "proposed", "kept_off"]
    assert by_person[clerks[0]]["findings"] == next(
        item["findings"] for item in due["items"] if item["person"]["id"] == clerks[0]
    )
    assert house.get(officer(house), f"{RANKS}/due").json()["list_id"] == made["id"]


def test_from_the_list_to_the_decree(house: House) -> None:
    ranks.due_clerks(house.world)
    made = frozen(house)
    proposed = [item["person"]["id"] for item in entries(house, made["id"], status="proposed")]
    sent(house, made["id"])
    shown = act(house, officer(house), made["id"], "answers", approvals(house, *proposed))
    assert shown["progress"]["approved"] == len(proposed)
    mayor = house.world.holder("appointing_official")
    assert house.get(mayor, f"{RANKS}/{made['id']}").json()["allowed"] == ["decrees"]
    decreed = act(house, mayor, made["id"], "decrees", {"nips": []})
    assert decreed["progress"]["decreed"] == len(proposed)
    assert decreed["next_due"] is not None
    numbers = [item["decree_number"] for item in entries(house, made["id"], status="decreed")]
    assert len(set(numbers)) == len(proposed)
    one = next(item for item in entries(house, made["id"], status="decreed"))
    own = house.get(one["person"]["id"], f"/v1/employees/{one['person']['nip']}/rank-promotion").json()
    assert own["lists"][0]["decree_number"] == one["decree_number"]
    assert own["grade"]["code"] == one["from_grade"]


def test_ones_own_file_tells_when_the_next_grade_is_due_and_what_is_lacking(house: House) -> None:
    clerks = ranks.due_clerks(house.world)
    own = house.get(clerks[2], f"/v1/employees/{house.nip(clerks[2])}/rank-promotion").json()
    period = ranks.period_of(house.world)
    assert own["path"] == {
        "kind": "regular", "to_grade": "III/b", "due_on": period.isoformat(), "ceiling": "III/d",
        "at_ceiling": False,
    }  # fmt: skip
    assert own["period"] == period.isoformat()
    assert own["window"]["opens_on"] <= house.world.today.isoformat() <= own["window"]["closes_on"]
    open_ = {finding["rule"] for finding in own["findings"] if finding["remedy"]}
    assert "rank_performance" in open_
    other = house.get(clerks[0], f"/v1/employees/{house.nip(clerks[2])}/rank-promotion")
    assert other.status_code == 404


def test_at_the_ceiling_the_own_file_says_so(house: House) -> None:
    clerk = ranks.due_clerks(house.world)[0]
    ranks.corrected(house.world, clerk, grade="III/d")
    own = house.get(clerk, f"/v1/employees/{house.nip(clerk)}/rank-promotion").json()
    assert own["path"]["at_ceiling"] is True
    assert own["period"] is None
    assert "rank_ceiling" in {finding["rule"] for finding in own["findings"] if finding["remedy"]}


def test_contract_staff_and_the_mayor_have_no_way_to_a_next_grade(house: House) -> None:
    mayor = house.world.holder("appointing_official")
    own = house.get(mayor, f"/v1/employees/{house.nip(mayor)}/rank-promotion").json()
    assert (own["path"], own["period"], own["findings"]) == (None, None, [])


def test_lists_are_there_for_who_reads_the_agency_and_in_part_for_unit_officials(house: House) -> None:
    ranks.due_clerks(house.world, 6)
    made = frozen(house)
    stranger = house.a_stranger()
    for path in ("", "/due", f"/{made['id']}", f"/{made['id']}/entries"):
        assert house.get(stranger, f"{RANKS}{path}").status_code == 404
        assert house.get(None, f"{RANKS}{path}").status_code == 401
    auditor = min(house.world.offices.holders("auditor", house.world.today))
    assert house.get(auditor, f"{RANKS}/{made['id']}").status_code == 200
    everybody = entries(house, made["id"])
    agency = house.world.agency
    units = {agency.apparatus_of(item["unit"]["id"]) for item in everybody if item["unit"]}
    unit = next(
        u
        for u in sorted(filter(None, units))
        if house.world.offices.holders(f"unit_head@{u}", house.world.today)
    )
    head = house.world.holder(f"unit_head@{unit}")
    if house.get(head, f"{RANKS}/due").status_code == 404:
        part = entries(house, made["id"], head)
        assert {agency.apparatus_of(item["unit"]["id"]) for item in part} == {unit}
        assert house.get(head, f"{RANKS}/{made['id']}").json()["progress"].keys() <= made["progress"].keys()
    assert house.get(house.key("actions:read"), f"{RANKS}/{made['id']}").status_code == 404
    assert house.get(house.key("actions:read", "employees:read"), f"{RANKS}/{made['id']}").status_code == 200


def test_acts_are_refused_to_whom_the_policy_does_not_name(house: House) -> None:
    ranks.due_clerks(house.world)
    body = {"period": ranks.period_of(house.world).isoformat()}
    for who in (house.a_stranger(), house.world.holder("regional_secretary")):
        refused = house.post(who, RANKS, body | {"left_off": [{"nip": "1", "reason": "tidak"}]})
        assert (refused.status_code, refused.json()["code"]) == (403, "not-permitted")
    made = frozen(house)
    letter = {"letter_number": "800/77", "sent_on": house.world.today.isoformat()}
    assert act(house, officer(house), made["id"], "dispatch", letter, 403)["code"] == "not-permitted"
    assert act(house, house.a_stranger(), made["id"], "dispatch", letter, 404)["code"] == "not-found"
    assert act(house, officer(house), new_id(), "withdrawal", {"why": "mistake"}, 404)
    early = approvals(house, entries(house, made["id"], status="proposed")[0]["person"]["id"])
    assert act(house, officer(house), made["id"], "answers", early, 409)["code"] == "rank-not-there"


def test_people_who_are_not_on_the_list_are_unknown(house: House) -> None:
    ranks.due_clerks(house.world)
    made = frozen(house)
    sent(house, made["id"])
    mayor = house.world.holder("appointing_official")
    for nip in (house.nip(mayor), "198503122010011007"):
        answer = {
            "outcome": "approved",
            "answered_on": house.world.today.isoformat(),
            "pertek_number": "AB-1",
        }
        body = {"items": [answer | {"nip": nip}]}
        assert act(house, officer(house), made["id"], "answers", body, 422)["code"] == "unknown-reference"


def test_a_period_has_one_list_and_the_same_key_makes_it_once(house: House) -> None:
    ranks.due_clerks(house.world)
    body = {"period": ranks.period_of(house.world).isoformat()}
    first = house.post(officer(house), RANKS, body, Idempotency_Key="kp-1")
    again = house.post(officer(house), RANKS, body, Idempotency_Key="kp-1")
    assert first.json()["id"] == again.json()["id"]
    assert again.headers["Idempotent-Replay"] == "true"
    assert house.post(officer(house), RANKS, body).json()["code"] == "rank-list-exists"
    gone = act(house, officer(house), first.json()["id"], "withdrawal", {"why": "facts_changed"})
    assert (gone["status"], gone["over"], gone["allowed"]) == ("withdrawn", True, [])
    assert frozen(house)["id"] != first.json()["id"]
    pages = house.get(officer(house), RANKS, limit=1).json()
    rest = house.get(officer(house), RANKS, cursor=pages["next"]).json()
    assert len(pages["items"]) + len(rest["items"]) == 2


def test_a_reason_for_leaving_off_is_told_to_those_who_see_the_list(house: House) -> None:
    clerks = ranks.due_clerks(house.world)
    left = [{"nip": house.nip(clerks[0]), "reason": "dalam pemeriksaan Inspektorat"}]
    made = frozen(house, left_off=left)
    (entry,) = entries(house, made["id"], status="left_off")
    assert entry["left_off_reason"] == "dalam pemeriksaan Inspektorat"
    with house.world.installation.reader.engine.connect() as connection:
        records = connection.exec_driver_sql("SELECT record FROM events").fetchall()
    assert not any(b"pemeriksaan Inspektorat" in bytes(row[0]) for row in records)


@pytest.mark.parametrize("period", ["2026-12-02", "1999-01-01", "abc"])
def test_what_is_no_period_is_refused(house: House, period: str) -> None:
    assert house.get(officer(house), f"{RANKS}/due", period=period).status_code == 422
    assert house.post(officer(house), RANKS, {"period": period}).status_code == 422
