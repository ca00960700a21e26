"""The organisation's achievement and its pattern: a consideration, never a quota, and nothing blocks."""

from __future__ import annotations

import pytest

from domain import evaluation_events as eve
from domain.errors import CycleClosed, NotFound, NotPermitted, ReasonRequired, UnknownReference
from domain.evaluation_cycle import evaluation_id
from domain.evaluation_policy import Organisation
from domain.personnel_action import Status
from tests.domain.test_evaluation import LOW, rated
from tests.domain.town import Town, kota_serang, person, policy_with

UNIT = "dinkes"


def running(town: Town) -> str:
    """A cycle of one service, all of it open."""
    cycle = town.open_cycle(UNIT)
    town.open_next(cycle)
    return cycle


def test_the_ratings_are_counted_beside_the_pattern_of_the_achievement(town: Town) -> None:
    cycle = running(town)
    town.rate_organisation(cycle)
    for who in ("nurse", "nurse_2"):
        rated(town, evaluation_id(cycle, who))
    rated(town, evaluation_id(cycle, "section_head"), **LOW)
    considered = town.consider(cycle)
    assert considered.fits
    assert considered.counts == {
        "SANGAT_BAIK": 0, "BAIK": 2, "BUTUH_PERBAIKAN": 0, "KURANG": 0, "SANGAT_KURANG": 1,
    }  # fmt: skip


def test_a_deviation_needs_a_reason_and_changes_nobodys_rating(town: Town) -> None:
    cycle = running(town)
    town.rate_organisation(cycle, achievement="SANGAT_KURANG")
    action = rated(town, evaluation_id(cycle, "nurse"))
    with pytest.raises(ReasonRequired):
        town.consider(cycle)
    considered = town.consider(cycle, reason="capaian turun karena anggaran, bukan karena pegawai")
    assert not considered.fits
    town.walk(action)
    assert town.state(action).status is Status.COMPLETED


def test_the_policy_may_do_without_the_reason() -> None:
    rules = kota_serang().evaluation.model_dump(mode="json")
    organisation = Organisation.model_validate(rules["organisation"] | {"deviation_needs_reason": False})
    town = Town(policy=policy_with(evaluation=rules | {"organisation": organisation.model_dump()}))
    cycle = running(town)
    town.rate_organisation(cycle, achievement="SANGAT_KURANG")
    rated(town, evaluation_id(cycle, "nurse"))
    assert not town.consider(cycle).fits


def test_without_an_achievement_every_evaluation_goes_on_and_the_cycle_closes(town: Town) -> None:
    cycle = running(town)
    for who in ("kasubag", "kepala_dinkes", "nurse", "nurse_2", "section_head"):
        town.walk(evaluation_id(cycle, who))
    (closed,) = town.close_cycle(cycle)
    assert isinstance(closed, eve.EvaluationCycleClosed)
    assert not closed.missing


def test_nothing_is_considered_before_the_achievement_is_recorded(town: Town) -> None:
    cycle = running(town)
    with pytest.raises(UnknownReference):
        town.consider(cycle)


def test_nobody_records_or_considers_for_their_own_unit(town: Town) -> None:
    cycle = town.open_cycle()
    town.open_next(cycle)
    with pytest.raises(NotPermitted):
        town.rate_organisation(cycle, "bkpsdm", by="analyst")
    town.rate_organisation(cycle, "bkpsdm", by="sekda")
    with pytest.raises(NotPermitted):
        town.consider(cycle, "bkpsdm", by="kepala_bkpsdm")


@pytest.mark.parametrize("who", ["nurse", "kepala_dinkes", "inspektur"])
def test_only_officers_whom_the_policy_names_record_it(town: Town, who: str) -> None:
    cycle = running(town)
    with pytest.raises(NotPermitted):
        town.rate_organisation(cycle, by=who)
    town.rate_organisation(cycle)
    with pytest.raises(NotPermitted):
        town.consider(cycle, by=who)


def test_the_newest_achievement_counts_and_the_same_one_changes_nothing(town: Town) -> None:
    cycle = running(town)
    town.rate_organisation(cycle, achievement="KURANG")
    assert town.rate_organisation(cycle, achievement="KURANG") == []
    town.rate_organisation(cycle)
    assert town.registry.cycles.by_id[cycle].achievements == {UNIT: "BAIK"}


def test_only_units_that_the_cycle_evaluates_and_only_while_it_runs(town: Town) -> None:
    cycle = running(town)
    with pytest.raises(UnknownReference):
        town.rate_organisation(cycle, "disdik")
    with pytest.raises(NotFound):
        town.rate_organisation("5d2d4f0a-64b0-4f0c-8a58-1d7f3a1d2b77")
    town.rate_organisation(cycle)
    town.close_cycle(cycle)
    for attempt in (lambda: town.rate_organisation(cycle), lambda: town.consider(cycle)):
        with pytest.raises(CycleClosed):
            attempt()


def test_who_was_withdrawn_or_erased_is_not_counted(town: Town) -> None:
    cycle = running(town)
    town.rate_organisation(cycle)
    for who in ("nurse", "nurse_2", "section_head"):
        rated(town, evaluation_id(cycle, who))
    town.withdraw(evaluation_id(cycle, "nurse"), by=person("kabid"))
    town.erase(evaluation_id(cycle, "nurse_2"))
    counts = town.consider(cycle).counts
    assert counts is not None
    assert sum(counts.values()) == 1


def test_counts_and_reasons_stand_sealed(town: Town) -> None:
    assert {"counts", "reason"} == eve.DistributionConsidered.PERSONAL
