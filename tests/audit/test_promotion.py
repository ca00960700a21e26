"""Promotions are lawful to the auditor as the ledger makes them, and unlawful ones are found."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.commands import OverrideReason
from domain.personnel_action import ActionState
from installation import Installation
from ledger.read import newest_checkpoint
from roster.generator import generate_agency
from settings import Settings
from tests.audit.attacker import Attacker
from tests.audit.conftest import Clock, Evidence, copy_of
from tests.audit.test_unlawful import decision, last, open_at, person
from tests.pool import a_pool
from tests.world import World, seed

AGAINST = ("talent_pool", "leading_ranks", "candidate_performance")


def reasons() -> tuple[OverrideReason, ...]:
    return tuple(OverrideReason(rule=rule, reason="keahlian khusus") for rule in AGAINST)


def begun(world: World, number: int) -> ActionState:
    state = world.promote(world.open_vacancy(world.vacancies("PENGAWAS")[number])).state
    assert state is not None
    return state


def cases(world: World, clock: Clock) -> None:
    """One promotion reviewed to its end, one against findings, one sent back, one waiting for the choice."""
    a_pool(world)
    mayor = world.holder("appointing_official")
    state = world.walk(begun(world, 0), until="awaiting_review")
    assert state.review_at is not None
    against = world.walk(begun(world, 0), until="promotion_choice")
    fifth = {"person_id": against.candidates[4]}
    chosen = world.decide(against, mayor, details=fifth, overrides=reasons()).state
    assert chosen is not None
    back = {"outcome": "return", "comment": "pilih yang lain", "return_to": "promotion_choice"}
    returned = world.decide(chosen, world.holder("inspector"), overrides=(), **back).state
    assert returned is not None
    again = world.decide(returned, mayor, details=fifth, overrides=reasons()).state
    world.walk(again, until="awaiting_review")
    world.walk(begun(world, 0), until="promotion_choice")
    world.walk(begun(world, 1), until="candidate_ranking")
    clock.now = state.review_at + timedelta(hours=3)
    world.walk(state)


@pytest.fixture(scope="module")
def promoted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Evidence]:
    folder = tmp_path_factory.mktemp("promoted")
    clock = Clock(datetime(2026, 11, 24, 2, 0, tzinfo=UTC))
    installation = Installation(Settings(data=folder), clock=clock)
    installation.set_up()
    world = World(installation, {}, generate_agency(people=200, as_of=date(2026, 11, 24)))
    world = seed(installation, world.synthetic)
    cases(world, clock)
    with installation.reader.engine.connect() as connection:
        kept = newest_checkpoint(connection) or ""
    yield Evidence(folder, installation, world, clock, kept, copy_of(folder / "jenjang.db", folder / "y.db"))
    installation.close()


@pytest.fixture
def insider(promoted: Evidence, tmp_path: Path) -> Attacker:
    return Attacker.on_copy(promoted.database, tmp_path / "attacked.db", promoted.installation.signer)


def test_promotions_as_the_ledger_makes_them_are_in_order(promoted: Evidence) -> None:
    found = promoted.verify()
    assert found.ok, found.as_text()


def altered(insider: Attacker, type_: str, **changes: Any) -> None:
    """The newest event of that type says something else."""
    documents = insider.documents()
    last(documents, type_)["data"] |= changes
    insider.rewrite(documents)


def test_a_list_in_another_order(promoted: Evidence, insider: Attacker) -> None:
    ranking = last(insider.documents(), "PoolFrozen")["data"]["ranking"]
    altered(insider, "PoolFrozen", ranking=[ranking[1], ranking[0], *ranking[2:]])
    assert "candidate-list-differs" in promoted.codes(insider)


def test_a_list_with_another_hash(promoted: Evidence, insider: Attacker) -> None:
    altered(insider, "PoolFrozen", list_hash="ab" * 32)
    assert "candidate-list-differs" in promoted.codes(insider)


def test_a_pool_that_was_widened_without_need(promoted: Evidence, insider: Attacker) -> None:
    altered(insider, "PoolFrozen", widened_to=[6], eligible=6)
    assert "candidate-list-differs" in promoted.codes(insider)


def test_a_candidate_who_is_taken_off_the_list_later(promoted: Evidence, insider: Attacker) -> None:
    documents = insider.documents()
    documents.remove(last(documents, "CandidateFrozen"))
    insider.rewrite(documents)
    assert "candidate-list-differs" in promoted.codes(insider)


def test_a_finding_of_a_candidate_that_the_rules_do_not_give(promoted: Evidence, insider: Attacker) -> None:
    outcomes = last(insider.documents(), "CandidateFrozen")["data"]["outcomes"]
    turned = [item | {"outcome": "pass"} for item in outcomes]
    altered(insider, "CandidateFrozen", outcomes=turned)
    assert "finding-mismatch" in promoted.codes(insider)


def test_a_vacancy_opened_by_a_stranger(promoted: Evidence, insider: Attacker) -> None:
    documents = insider.documents()
    stranger = promoted.world.movable("PELAKSANA")[0]
    last(documents, "VacancyOpened")["actor"] = person(stranger)
    insider.rewrite(documents)
    assert "not-entitled" in promoted.codes(insider)


def test_a_promotion_on_another_list(promoted: Evidence, insider: Attacker) -> None:
    altered(insider, "ActionSubmitted", candidate_list_hash="cd" * 32)
    assert "candidate-list-differs" in promoted.codes(insider)


def test_a_choice_of_somebody_who_was_not_named(promoted: Evidence, insider: Attacker) -> None:
    altered(insider, "CandidateChosen", person_id=promoted.world.movable("PELAKSANA")[0])
    assert "choice-not-lawful" in promoted.codes(insider)


def test_a_choice_against_findings_without_a_second_person(promoted: Evidence, insider: Attacker) -> None:
    documents = insider.documents()
    gone = [d for d in documents if d["type"] == "Overridden"]
    assert gone
    insider.rewrite([d for d in documents if d not in gone])
    assert "override-missing" in promoted.codes(insider)


def test_a_decision_on_candidates_by_a_candidate(promoted: Evidence, insider: Attacker) -> None:
    documents = insider.documents()
    task = open_at(documents, "candidate_ranking")
    submitted = next(d for d in documents if d["stream"] == task["stream"] and d["type"] == "ActionSubmitted")
    insider.append(decision(task, submitted["data"]["candidates"][0], "regional_secretary"))
    assert "excluded-actor" in promoted.codes(insider)


def test_a_review_on_another_day(promoted: Evidence, insider: Attacker) -> None:
    altered(insider, "ReviewScheduled", review_on="2027-01-01")
    assert "wrong-deadline" in promoted.codes(insider)
