"""Boards: every figure is the length of its list, of one's own units, and safe to open in a spreadsheet."""

from __future__ import annotations

import io
from typing import Any

import pytest
from openpyxl import load_workbook

from api.workbook import Sheet, workbook
from tests.api.conftest import House

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def busy(house: House) -> House:
    """Three cases at the analysts and one at its first step."""
    for index in range(3):
        house.world.walk(house.a_case(index), until="analyst_verification")
    house.a_case(3)
    return house


def the_head(house: House) -> str:
    return house.world.holder("agency_head")


def listed(house: House, path: str, **filters: Any) -> list[dict[str, Any]]:
    answer = house.get(the_head(house), path, **filters)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def test_every_figure_is_the_length_of_its_list(busy: House) -> None:
    board = busy.get(the_head(busy), "/v1/boards/waiting").json()
    assert board["total"]["open"] == 4
    assert {step["step"]: step["open"] for step in board["steps"]}["analyst_verification"] == 3
    for step in board["steps"]:
        assert len(listed(busy, "/v1/boards/waiting/tasks", step=step["step"])) == step["open"]
        for age, count in enumerate(step["ages"]):
            assert len(listed(busy, "/v1/boards/waiting/tasks", step=step["step"], age=age)) == count
        late = listed(busy, "/v1/boards/waiting/tasks", step=step["step"], overdue=True)
        assert len(late) == step["overdue"]
    for office in board["offices"]:
        assert len(listed(busy, "/v1/boards/waiting/tasks", office=office["office"])) == office["open"]
    done = busy.get(the_head(busy), "/v1/boards/decided").json()
    assert done["complete"]
    for step in done["steps"]:
        assert len(listed(busy, "/v1/boards/decided/tasks", step=step["step"])) == step["decided"]
        assert 0 <= step["median_days"] <= step["p90_days"] < 1
    first = busy.get(the_head(busy), "/v1/boards/waiting/tasks", limit=3).json()
    rest = busy.get(the_head(busy), "/v1/boards/waiting/tasks", limit=3, cursor=first["next"]).json()
    assert len({task["task_id"] for task in first["items"] + rest["items"]}) == 4
    assert rest["next"] is None
    # Of their own units alone, and of nobody's where there are none.
    agency = busy.world.agency
    unit = agency.apparatus_of(agency.unit_of(agency.people[busy.plain()[0]].position_id)) or ""
    whole = busy.get(the_head(busy), "/v1/boards/waiting", unit=unit).json()["total"]
    own = busy.get(busy.world.holder(f"unit_head@{unit}"), "/v1/boards/waiting").json()["total"]
    assert own["open"] == whole["open"]
    other = next(one for one in sorted(agency.apparatuses()) if one != unit)
    stranger = busy.world.holder(f"unit_head@{unit}")
    assert busy.get(stranger, "/v1/boards/waiting", unit=other).status_code == 404
    for path in ("waiting", "waiting/tasks", "decided", "decided/tasks", "workbook", "waiting/workbook"):
        assert busy.get(busy.a_stranger(), f"/v1/boards/{path}").status_code == 403
        assert busy.get(busy.key("employees:read"), f"/v1/boards/{path}").status_code == 403
    assert busy.get(busy.key("actions:read"), "/v1/boards/waiting").status_code == 200
    # As workbooks.
    for path in ("workbook", "waiting/workbook", "decided/workbook", "unmapped/workbook"):
        answer = busy.get(the_head(busy), f"/v1/boards/{path}")
        assert answer.status_code == 200, answer.text
        sheets = load_workbook(io.BytesIO(answer.content))
        assert all(sheet.max_row >= 1 for sheet in sheets)
        if path == "waiting/workbook":
            assert sheets.worksheets[0].max_row == 1 + 4


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "+62", "-2", '=HYPERLINK("http://x")', "a\x07b"])
def test_a_name_is_never_a_formula(text: str) -> None:
    written = workbook("x", [Sheet("Nama", ("=A",), [(text,), (7,)])])
    cells = load_workbook(io.BytesIO(bytes(written.body))).worksheets[0]
    assert {cells["A1"].data_type, cells["A2"].data_type} == {"s"}
    assert cells["A2"].value == text.replace("\x07", "")
    assert cells["A2"].quotePrefix == (text[0] in "=@+-")
    assert cells["A3"].value == 7


@ON_SQLITE
def test_the_summary_counts_what_the_inbox_lists_and_filters_narrow_it(busy: House) -> None:
    (analyst, *_) = sorted(busy.world.offices.holders("personnel_analyst", busy.world.today))
    counted = busy.get(analyst, "/v1/tasks/summary").json()
    inbox = busy.get(analyst, "/v1/tasks").json()["items"]
    assert counted["count"] == len(inbox) == sum(step["count"] for step in counted["steps"])
    assert counted["complete"]
    assert {task["mine"]["because"] for task in inbox} == {"office"}
    for query, matches in (
        ({"kind": "mutation"}, len(inbox)),
        ({"kind": "promotion"}, 0),
        ({"step": "analyst_verification"}, 3),
        ({"overdue": True}, 0),
    ):
        assert len(busy.get(analyst, "/v1/tasks", **query).json()["items"]) == matches, query


@ON_SQLITE
def test_what_each_outcome_leads_to_is_said_by_the_judge(busy: House) -> None:
    (analyst, *_) = sorted(busy.world.offices.holders("personnel_analyst", busy.world.today))
    task = busy.get(analyst, "/v1/tasks", step="analyst_verification").json()["items"][0]
    ahead = busy.get(analyst, f"/v1/tasks/{task['id']}").json()["leads_to"]
    assert ahead["reject"]["status"] == "rejected"
    assert ahead["reject"]["open"] == []
    assert ahead["return"]["open"][0]["step"] == "revision"
    decided = busy.post(
        analyst,
        f"/v1/tasks/{task['id']}/decision",
        {"outcome": "approve", "details": task["form"]["examples"][0]},
    ).json()
    assert [one["step"] for one in ahead["approve"]["open"]] == [
        one["step"] for one in decided["action"]["open_tasks"]
    ]
    other = busy.get(analyst, "/v1/tasks", step="analyst_verification").json()["items"][0]
    item = {"task_id": other["id"], "outcome": "return", "comment": "lengkapi dahulu"}
    preview = busy.post(analyst, "/v1/tasks/decisions", {"items": [item], "preview": True}).json()
    assert preview["items"][0]["leads_to"]["open"][0]["step"] == "revision"


@ON_SQLITE
def test_saved_views_are_ones_own(house: House) -> None:
    one, two = house.plain()[0], house.plain()[1]
    view = {"name": "Terlambat", "query": "overdue=true"}

    def forgotten(name: str, by: str) -> None:
        answer = house.client.delete("/v1/saved-views", params={"name": name}, headers=house.headers(by))
        assert answer.status_code == 204

    assert house.post(one, "/v1/saved-views", view).status_code == 201
    assert house.post(one, "/v1/saved-views", view | {"query": "kind=mutation"}).status_code == 201
    assert house.get(one, "/v1/saved-views").json()["items"] == [view | {"query": "kind=mutation"}]
    assert house.get(two, "/v1/saved-views").json()["items"] == []
    forgotten("Terlambat", two)
    for number in range(19):
        assert house.post(one, "/v1/saved-views", view | {"name": f"t{number}"}).status_code == 201
    assert house.post(one, "/v1/saved-views", view | {"name": "zu viel"}).status_code == 409
    forgotten("Terlambat", one)
    assert len(house.get(one, "/v1/saved-views").json()["items"]) == 19
    for wrong in ({"name": " "}, {"name": "a\nb"}, {"query": "<script>"}, {"query": "x" * 501}):
        assert house.post(one, "/v1/saved-views", view | wrong).status_code == 422
