"""Promotion and evaluation cycles in the pages: by name and with reasons, never by typing ids."""

from __future__ import annotations

import re

import pytest

from domain.personnel_action import ActionState
from tests.api.test_vacancies import an_officer, listed, opened, started, state_of
from tests.web.conftest import Site


def key_in(page: str) -> str:
    found = re.search(r'name="key" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def shape_in(page: str) -> str:
    found = re.search(r'name="shape" value="([^"]*)"', page)
    assert found is not None
    return found[1].replace("&#34;", '"')


def at_the_committee(site: Site) -> tuple[ActionState, list[str]]:
    """A promotion at the committee's vote, and its candidates by name in the order of the list."""
    vacancy = opened(site.house)
    names = [item["person"]["name"] for item in listed(site.house, vacancy)["items"]]
    state = site.house.world.walk(started(site.house, vacancy), until="candidate_ranking")
    return state, names


def test_an_officer_opens_a_vacancy_and_sees_why_each_candidate_stands_where_they_stand(site: Site) -> None:
    vacancy = opened(site.house)
    officer = an_officer(site.house)
    overview = site.get(officer, "/jabatan-lowong").text
    assert f"/jabatan-lowong/{vacancy['id']}" in overview
    assert "promosi belum dimulai" in overview
    page = site.get(officer, f"/jabatan-lowong/{vacancy['id']}").text
    assert vacancy["list_hash"] in page
    for item in listed(site.house, vacancy)["items"]:
        assert item["person"]["name"] in page
        assert all(finding["citation"] in page for finding in item["findings"])


def test_a_post_is_opened_and_its_promotion_started_from_the_pages(site: Site) -> None:
    vacancy = opened(site.house)
    officer = an_officer(site.house)
    post = site.house.world.vacancies("PENGAWAS")[1]
    twice = site.post(officer, "/jabatan-lowong", {"position_id": vacancy["position"]["id"], "key": "a"})
    assert twice.status_code == 409
    assert vacancy["position"]["name"] in twice.text
    fresh = site.post(officer, "/jabatan-lowong", {"position_id": post, "key": "b"})
    assert fresh.status_code == 303
    begun = site.post(officer, fresh.headers["location"] + "/promosi", {"key": "c"})
    assert begun.headers["location"].startswith("/perkara/")
    assert "Promosi" in site.get(officer, begun.headers["location"]).text


def test_who_may_not_read_candidates_sees_no_page_of_them(site: Site) -> None:
    vacancy = opened(site.house)
    stranger = site.house.a_stranger()
    for path, status in (("/jabatan-lowong", 403), (f"/jabatan-lowong/{vacancy['id']}", 404)):
        answer = site.get(stranger, path)
        assert answer.status_code == status
        assert vacancy["list_hash"] not in answer.text


def test_the_committee_ranks_by_name(site: Site) -> None:
    state, names = at_the_committee(site)
    task = state.open_tasks[0]
    chair = site.house.world.holder(site.house.world.view.policies[state.policy_id].committee.chair)
    page = site.get(chair, f"/tugas/{task.id}").text
    order = re.findall(r'<option value="[^"]+" selected>\d+\. ([^<]+)</option>', page)
    assert order == names[: len(order)], "a ranking begins as the list stands"
    people = re.findall(r'<option value="([^"]+)" selected>\d+\.', page)
    form = {"outcome": "approve", "comment": "", "key": key_in(page), "shape": shape_in(page)}
    form |= {f"d.ranking.{index}.value": person for index, person in enumerate(people)}
    form |= {"d.vote": "approve", "d.minutes_number": "BA-TPK/2026/07"}
    done = site.post(chair, f"/tugas/{task.id}/keputusan", form)
    assert done.status_code == 200, done.text
    voted = state_of(site.house, state.id).task(task.id)
    assert voted is not None
    assert voted.votes


def test_a_choice_against_the_rank_is_asked_for_its_reason_in_the_page(site: Site) -> None:
    state, _ = at_the_committee(site)
    state = site.house.world.walk(state, until="promotion_choice")
    task = state.open_tasks[0]
    mayor = next(iter(site.house.world.owners(state, task)))
    page = site.get(mayor, f"/tugas/{task.id}").text
    fourth = re.findall(r'<option value="([^"]+)"\s*>4\. ', page)[0]
    form = {"outcome": "approve", "comment": "", "key": key_in(page), "shape": shape_in(page)}
    form |= {"d.person_id": fourth, "d.reason": "pengalaman khusus"}
    asked = site.post(mayor, f"/tugas/{task.id}/keputusan", form)
    assert asked.status_code == 422
    rules = re.findall(r'name="override\.(\w+)"', asked.text)
    assert "leading_ranks" in rules
    assert "dapat dibuka setiap pegawai" in asked.text
    reasons = {f"override.{rule}": "pengalaman yang tidak dimiliki calon lain" for rule in rules}
    done = site.post(mayor, f"/tugas/{task.id}/keputusan", form | reasons | {"key": key_in(asked.text)})
    assert done.status_code == 200, done.text
    assert state_of(site.house, state.id).open_tasks[0].step == "override_confirmation"


def test_whom_nobody_can_find_as_suggester_is_refused_and_named(site: Site) -> None:
    state, _ = at_the_committee(site)
    state = site.house.world.walk(state, until="promotion_choice")
    task = state.open_tasks[0]
    mayor = next(iter(site.house.world.owners(state, task)))
    page = site.get(mayor, f"/tugas/{task.id}").text
    assert re.search(r'<select name="d.person_id"[^>]*>\s*<option value="">', page)
    chosen = re.findall(r'<option value="([^"]+)"\s*>1\. ', page)[0]
    form = {"outcome": "approve", "comment": "", "key": key_in(page), "shape": shape_in(page)}
    form |= {"d.person_id": chosen, "d.reason": "peringkat pertama", "d.suggested_by": "000000000000000000"}
    refused = site.post(mayor, f"/tugas/{task.id}/keputusan", form)
    assert refused.status_code == 422
    assert "disarankan" in refused.text
    member = site.house.nip(site.house.world.holder("planning_head"))
    named = site.post(mayor, f"/tugas/{task.id}/keputusan", form | {"d.suggested_by": member, "key": "z"})
    assert named.status_code == 200, named.text


def test_a_cycle_is_opened_watched_and_its_mistakes_are_kept(site: Site) -> None:
    officer = site.house.world.holder("agency_head")
    assert "Belum ada siklus" in site.get(officer, "/siklus").text
    wrong = site.post(officer, "/siklus", {"period_start": "2026-12-31", "period_end": "2026-07-01"})
    assert wrong.status_code in (409, 422)
    assert 'value="2026-12-31"' in wrong.text
    unit = next(iter(site.house.world.view.agency.apparatuses()))
    form = {"period_start": "2026-07-01", "period_end": "2026-12-31", "unit_ids": unit, "key": "k"}
    made = site.post(officer, "/siklus", form)
    assert made.status_code == 303, made.text
    page = site.get(officer, made.headers["location"]).text
    assert "evaluasi dibuka" in page
    assert "sedang dibuka" in page
    assert made.headers["location"] in site.get(officer, "/siklus").text
    assert site.get(site.house.a_stranger(), "/siklus").status_code == 403


@pytest.mark.parametrize("path", ["/jabatan-lowong/tidak-ada", "/siklus/tidak-ada", "/siklus/%00"])
def test_what_does_not_exist_is_said_so(site: Site, path: str) -> None:
    assert site.get(an_officer(site.house), path).status_code == 404
