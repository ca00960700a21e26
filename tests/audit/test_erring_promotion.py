"""A program that errs about promotions writes sound records; verify knows the law without it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import domain.promotion
import domain.submission
import domain.vacancy
from domain.candidacy import CandidateSheet
from domain.commands import OverrideReason
from domain.errors import DocumentsLacking, Refusal
from domain.events import TaskCompleted
from domain.personnel_action import ActionState
from domain.promotion_commands import OpenSelection
from domain.promotion_events import VacancyOpened
from domain.registry import Registry
from installation import Installation
from ledger.read import newest_checkpoint
from policies.library import policy_documents
from roster.generator import generate_agency
from settings import Settings
from tests.audit.conftest import Clock, Evidence
from tests.pool import a_pool
from tests.world import World, seed

AGAINST = ("talent_pool", "leading_ranks", "candidate_performance")
NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, World, datetime]:
    """An agency with a talent pool, nothing asked for yet."""
    folder, clock = tmp_path_factory.mktemp("ready"), Clock(NOW)
    installation = Installation(Settings(data=folder), clock=clock)
    installation.set_up()
    world = seed(installation, generate_agency(people=200, as_of=date(2026, 11, 24)))
    a_pool(world)
    installation.close()
    return folder, world, clock.now


@pytest.fixture
def lab(ready: tuple[Path, World, datetime], tmp_path: Path) -> Iterator[Evidence]:
    """A copy of it in which the test's own program may err."""
    folder, world, now = ready
    shutil.copytree(folder, tmp_path / "lab")
    clock = Clock(now)
    installation = Installation(Settings(data=tmp_path / "lab"), clock=clock)
    copied = World(**(vars(world) | {"installation": installation}))
    with installation.reader.engine.connect() as connection:
        kept = newest_checkpoint(connection) or ""
    yield Evidence(tmp_path / "lab", installation, copied, clock, kept, tmp_path / "none")
    installation.close()


def codes(lab: Evidence) -> set[str]:
    return {finding.code for finding in lab.verify().findings}


def a_post(lab: Evidence, number: int = 0) -> str:
    return lab.world.vacancies("PENGAWAS")[number]


def begun(lab: Evidence) -> ActionState:
    state = lab.world.promote(lab.world.open_vacancy(a_post(lab))).state
    assert state is not None
    return state


def lawful(lab: Evidence) -> None:
    found = lab.verify()
    assert found.ok, found.as_text()


def no_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Registry, "standing_list_of", lambda *_: None)


def test_a_promotion_as_the_law_has_it_is_in_order(lab: Evidence) -> None:
    lab.world.walk(begun(lab), until="awaiting_review")
    lawful(lab)


def test_a_second_list_for_a_post(lab: Evidence, monkeypatch: pytest.MonkeyPatch) -> None:
    no_list(monkeypatch)
    lab.world.open_vacancy(a_post(lab))
    lab.world.open_vacancy(a_post(lab))
    assert codes(lab) == {"post-promised-twice"}


def test_a_second_promotion_on_one_list(lab: Evidence, monkeypatch: pytest.MonkeyPatch) -> None:
    vacancy_id = lab.world.open_vacancy(a_post(lab))
    state = lab.world.promote(vacancy_id).state
    assert state is not None
    owner = lab.world.owners(state, state.open_tasks[0])[0]
    lab.world.decide(state, owner, outcome="reject", comment="tidak")
    with pytest.raises(Refusal):
        lab.world.promote(vacancy_id)
    monkeypatch.setattr(domain.promotion, "_is_used", lambda *_: False)
    lab.world.promote(vacancy_id)
    assert codes(lab) == {"post-promised-twice"}


def test_a_transfer_past_a_list_that_stands(lab: Evidence, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.world.open_vacancy(a_post(lab))
    no_list(monkeypatch)
    lab.world.submit(lab.world.movable()[0], a_post(lab))
    assert codes(lab) == {"post-promised-twice"}


def test_a_promotion_on_a_list_that_lapsed(lab: Evidence, monkeypatch: pytest.MonkeyPatch) -> None:
    vacancy_id = lab.world.open_vacancy(a_post(lab))
    lab.clock.now += timedelta(days=400)
    lab.world.open_vacancy(a_post(lab, 1))
    lawful(lab)
    monkeypatch.setattr(domain.promotion, "_has_lapsed", lambda *_: False)
    lab.world.promote(vacancy_id)
    assert codes(lab) == {"wrong-date"}


def test_a_list_that_stands_longer_than_the_policy_has_it(
    lab: Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(domain.vacancy, "months_after", lambda day, months: day + timedelta(days=90 * months))
    lab.world.open_vacancy(a_post(lab))
    assert codes(lab) == {"wrong-date"}


def test_a_decision_on_a_post_that_is_held(lab: Evidence, monkeypatch: pytest.MonkeyPatch) -> None:
    posts: Any = lab.world.agency.posts.values()
    held = next(post.id for post in posts if post.kind == "PENGAWAS" and post.incumbent_id)
    vacancy_id = lab.world.open_vacancy(held, vacant_from=date(2026, 11, 25))
    state = lab.world.walk(lab.world.promote(vacancy_id).state, until="promotion_choice")
    with pytest.raises(Refusal):
        lab.world.decide(state, lab.world.holder("appointing_official"))
    monkeypatch.setattr(domain.promotion, "is_kept_now", lambda *_: False)
    lab.world.decide(state, lab.world.holder("appointing_official"))
    assert codes(lab) == {"post-not-vacant"}


def test_a_candidate_s_file_that_is_not_as_it_was_filed(
    lab: Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(domain.vacancy, "codes_at_hand", lambda *_: ("SK_JABATAN",))
    lab.world.open_vacancy(a_post(lab))
    assert codes(lab) == {"facts-differ"}


def test_a_choice_judged_by_a_forged_sheet(lab: Evidence, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another day of birth, other years in post, ratings, vetoes and dates: each is compared."""
    state = lab.world.walk(begun(lab), until="promotion_choice")
    made = domain.vacancy.candidate_sheet

    def forged(*of: Any, **more: Any) -> CandidateSheet:
        sheet = made(*of, **more)
        subject = sheet.subject.model_copy(update={"birth_date": date(1995, 1, 1)})
        return sheet.model_copy(update={"subject": subject, "kind_since": date(1999, 1, 1)})

    monkeypatch.setattr(domain.promotion, "candidate_sheet", forged)
    lab.world.decide(state, lab.world.holder("appointing_official"))
    assert codes(lab) == {"facts-differ"}


def test_a_choice_past_a_hard_finding(lab: Evidence, monkeypatch: pytest.MonkeyPatch) -> None:
    state = lab.world.walk(begun(lab), until="promotion_choice")
    far = {"effective_date": "2030-01-01"}
    details = lab.world.form(state, state.open_tasks[0]) | far
    mayor = lab.world.holder("appointing_official")
    with pytest.raises(Refusal):
        lab.world.decide(state, mayor, details=details)
    monkeypatch.setattr(domain.promotion, "hard_stops", lambda *_, **__: [])
    reasons = (OverrideReason(rule="candidate_competency", reason="menunggu CACT"),)
    lab.world.decide(state, mayor, details=details, overrides=reasons)
    assert codes(lab) == {"hard-finding-passed"}


def test_a_confirmation_that_was_not_put_to_the_rules(lab: Evidence, monkeypatch: pytest.MonkeyPatch) -> None:
    state = lab.world.walk(begun(lab), until="promotion_choice")
    reasons = tuple(OverrideReason(rule=rule, reason="keahlian khusus") for rule in AGAINST)
    fifth = {"person_id": state.candidates[4]}
    mayor = lab.world.holder("appointing_official")
    chosen = lab.world.decide(state, mayor, details=fifth, overrides=reasons).state
    assert chosen is not None
    confirm = domain.promotion.confirm
    monkeypatch.setattr(domain.promotion, "confirm", lambda *of: confirm(*of)[1:])
    lab.world.decide(chosen, lab.world.holder("inspector"))
    assert codes(lab) == {"not-assessed"}


def test_a_promotion_stays_under_the_policy_of_its_list(lab: Evidence) -> None:
    vacancy_id = lab.world.open_vacancy(a_post(lab))
    later = policy_documents("kota-serang")[-1] | {
        "id": "kota-serang/2026-11",
        "effective_from": "2026-11-26",
    }
    lab.world.publish(later)
    lab.clock.now += timedelta(days=5)
    lab.world.promote(vacancy_id)
    lawful(lab)


def test_a_recorded_ranking_other_than_the_one_voted_for(
    lab: Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    ranked = domain.promotion.ranked

    def reversed_(*of: Any) -> list[Any]:
        events: list[Any] = ranked(*of)
        return [event.model_copy(update={"ranking": event.ranking[::-1]}) for event in events]

    monkeypatch.setattr(domain.promotion, "ranked", reversed_)
    state = lab.world.walk(begun(lab), until="candidate_ranking")
    lab.world.decide(state, lab.world.owners(state, state.open_tasks[0])[0])
    assert codes(lab) == {"candidate-list-differs"}


def test_a_choice_of_another_than_the_form_names(lab: Evidence, monkeypatch: pytest.MonkeyPatch) -> None:
    state = lab.world.walk(begun(lab), until="promotion_choice")
    second = state.candidates[1]
    choose: Any = domain.promotion.choose

    def other(*of: Any) -> list[Any]:
        events: list[Any] = choose(*of[:-1], of[-1].model_copy(update={"person_id": second}))
        answered = {"person_id": state.candidates[0]}
        return [
            event.model_copy(update={"details": event.details | answered})
            if isinstance(event, TaskCompleted) and event.details
            else event
            for event in events
        ]

    monkeypatch.setattr(domain.promotion, "choose", other)
    lab.world.decide(state, lab.world.holder("appointing_official"))
    assert codes(lab) == {"choice-not-lawful"}


@pytest.mark.parametrize(
    "said", [{"left_out": {"candidate_age": 99}}, {"unmapped": 0}, {"eligible": 5}], ids=str
)
def test_numbers_of_a_list_that_are_not_its_own(
    lab: Evidence, monkeypatch: pytest.MonkeyPatch, said: dict[str, Any]
) -> None:
    freeze = domain.vacancy.freeze

    def wrong(*of: Any) -> Any:
        entries, frozen = freeze(*of)
        return entries, frozen.model_copy(update=said)

    monkeypatch.setattr(domain.vacancy, "freeze", wrong)
    lab.world.open_vacancy(a_post(lab))
    assert codes(lab) == {"candidate-list-differs"}


def test_people_beside_the_pool_told_as_of_it(lab: Evidence, monkeypatch: pytest.MonkeyPatch) -> None:
    freeze = domain.vacancy.freeze

    def wrong(opened: VacancyOpened, *of: Any) -> Any:
        entries, frozen = freeze(opened, *of)
        entries = [entry.model_copy(update={"admitted": True}) for entry in entries]
        hashed = domain.vacancy.list_hash_of(opened, frozen.formula_version, entries)
        return entries, frozen.model_copy(update={"list_hash": hashed})

    monkeypatch.setattr(domain.vacancy, "freeze", wrong)
    lab.world.open_vacancy(a_post(lab))
    assert codes(lab) == {"candidate-list-differs"}


def test_an_opener_who_names_themself(lab: Evidence, monkeypatch: pytest.MonkeyPatch) -> None:
    me = lab.world.holder("transfer_division_head")
    names = (me, *lab.world.movable("ADMINISTRATOR")[:2])
    selection = OpenSelection(letter_number="800/1", person_ids=names)
    post = next(post.id for post in lab.world.agency.posts.values() if post.kind == "JPT")
    later = lab.world.today + timedelta(days=90)
    with pytest.raises(Refusal):
        lab.world.open_vacancy(post, vacant_from=later, selection=selection)
    monkeypatch.setattr(domain.vacancy, "stood_for", lambda *_: frozenset())
    lab.world.open_vacancy(post, vacant_from=later, selection=selection)
    assert codes(lab) == {"excluded-actor"}


def test_a_choice_without_the_document_that_the_policy_demands(
    lab: Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = policy_documents("kota-serang")[-1] | {"id": "kota-serang/strict"}
    demand = {"kind": "promotion", "steps": ["promotion_choice"], "types": ["SK_JABATAN"]}
    demand |= {"demand": "filed", "severity": "HARD", "citation": "Perwal"}
    file_rules = document["personnel_file"] | {"for_steps": [demand]}
    tomorrow = lab.world.today + timedelta(days=1)
    strict = document | {"personnel_file": file_rules, "effective_from": tomorrow.isoformat()}
    lab.world.publish(strict)
    lab.clock.now += timedelta(days=1)
    state = lab.world.walk(begun(lab), until="promotion_choice")
    lawful(lab)
    mayor = lab.world.holder("appointing_official")
    with pytest.raises(DocumentsLacking):
        lab.world.decide(state, mayor)
    monkeypatch.setattr(domain.promotion, "documents_in_order", lambda *_, **__: None)
    lab.world.decide(state, mayor)
    assert codes(lab) == {"documents-lacking"}
