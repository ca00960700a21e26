"""Small sizes of what `python -m tests.journeys` runs at full size."""

from __future__ import annotations

import pytest

from tests.journeys.cycle import Cycle
from tests.journeys.deliveries import Deliveries
from tests.journeys.endurance import Endurance
from tests.journeys.house import House
from tests.journeys.rush import Rush


@pytest.mark.timeout(600)
def test_cases_end_and_every_acknowledgement_is_kept_whatever_is_killed(house: House) -> None:
    endurance, portal = Endurance(house, cases=2, kills=3, promotions=1, evaluated=2), Deliveries(house)
    if "JENJANG_DATABASE_URL" in house.environment:  # on PostgreSQL webhooks were sent at full size
        figures = endurance.run()
    else:
        with portal.listening():
            figures = endurance.run()
            assert portal.finish()["events"] > 100
    assert sum(figures["kills"].values()) == 3


@pytest.mark.timeout(600)
def test_of_many_at_the_same_instant_one_is_accepted_and_the_others_are_told_who(house: House) -> None:
    figures = Rush(house, contenders=6, requests=4, killed_after=[0.05], processes=2).run()
    assert figures["answers"]["claim 200"] == 1


@pytest.mark.timeout(600)
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite's was walked at full size
def test_a_cycles_evaluations_are_opened_walked_and_closed_although_all_restarts(house: House) -> None:
    figures = Cycle(house, units=6).run()
    assert figures["people"] > 100
    assert figures["restarted"]
