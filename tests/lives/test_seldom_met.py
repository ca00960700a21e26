"""What random lives meet too seldom, told to the auditors command by command."""

from __future__ import annotations

from itertools import cycle
from typing import Any

import pytest

from domain import evaluation_cycle
from domain.evaluation_opening import begun
from domain.facts import Facts
from domain.policy import Variant
from tests.domain.test_evaluation_cycle import OF_DINKES, THIS_HALF
from tests.domain.test_objections import rated_by_the_mayor_and_objected
from tests.domain.test_publishing import TOMORROW, publish, text
from tests.domain.town import Town
from tests.lives.erring import ErringTown
from tests.lives.lapses import Lapse
from tests.lives.witness import WitnessedTown


@pytest.fixture
def town() -> WitnessedTown:
    return WitnessedTown()


@pytest.mark.parametrize("was_overdue", [False, True])
def test_an_objection_that_waits_for_nobody_lawfully_leaves_the_agency(
    town: Town,
    was_overdue: bool,  # noqa: FBT001
) -> None:
    action = rated_by_the_mayor_and_objected(town)
    if was_overdue:
        town.after_working_days(15)
        town.advance(action)
    town.leaves("kepala_bappeda")
    town.after_working_days(15)
    assert town.advance(action)
    town.walk(action)


def half_open(town: Town) -> str:
    """A cycle of which a part is open when another policy has come to cover its period."""
    found = town.open_cycle("dinkes", period=THIS_HALF)
    town.open_next(found, 2)
    publish(town, text())
    town.set_day(TOMORROW)
    return found


def test_a_half_open_cycle_lawfully_goes_on_under_its_own_policy(town: Town) -> None:
    assert town.open_next(half_open(town)) == OF_DINKES[2:]


def under_the_newest(
    action_id: str, subject_id: str, variant: Variant, period: Any, facts: Facts, **named: Any
) -> Any:
    named["cycle"] = (named["cycle"][0], facts.policy_in_force(period[1]))
    return begun(action_id, subject_id, variant, period, facts, **named)


def test_a_half_open_cycle_that_goes_on_under_another_policy_is_unlawful() -> None:
    lapse = Lapse("the newest policy", ((evaluation_cycle, "begun", under_the_newest),))
    town = ErringTown(lapses=cycle([lapse]))
    found = half_open(town)
    town.erring = True
    town.open_next(found)
    assert town.noticed[lapse.name]
    assert town.missed == []
