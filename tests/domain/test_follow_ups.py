"""What a low rating leads to: nobody shortens it, nobody takes it away, and it comes once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.errors import DateOutOfOrder, NotPermitted, TaskClosed
from domain.identity import Capacity
from domain.personnel_action import Status
from tests.domain.test_evaluation import low
from tests.domain.town import Town, at, person


def test_the_time_to_improve_cannot_begin_before_it_was_given(town: Town) -> None:
    improvement = low(town)
    given = town.today
    town.now = at(given + timedelta(days=3))
    for early in ("2020-01-01", (given - timedelta(days=1)).isoformat()):
        with pytest.raises(DateOutOfOrder):
            town.decide(improvement, town.owners(improvement)[0], details={"starts_on": early})
    town.decide(improvement, town.owners(improvement)[0], details={"starts_on": given.isoformat()})
    assert town.step(improvement) == "retest"


def test_nobody_withdraws_their_own_evaluation_through_a_delegate(town: Town) -> None:
    action = town.evaluate("kepala_bkpsdm")
    town.acting(Capacity.DELEGATE, "nurse", by="kepala_bkpsdm")
    for who in ("kepala_bkpsdm", "nurse"):
        with pytest.raises(NotPermitted):
            town.withdraw(action, by=person(who))
    town.withdraw(action, by=person("kabid"))
    assert town.state(action).status is Status.WITHDRAWN


def test_a_delegate_opens_no_cycle(town: Town) -> None:
    town.acting(Capacity.DELEGATE, "nurse", by="kepala_bkpsdm")
    with pytest.raises(NotPermitted):
        town.open_cycle(by=person("nurse"))
    town.open_cycle(by=person("kepala_bkpsdm"))


@pytest.mark.parametrize("response", ["accept", "object"])
def test_a_response_after_its_window_is_not_heard(town: Town, response: str) -> None:
    action = town.walk(town.evaluate(), until="result_response")
    answer = {"response": response, "reasons": "bukti tidak dibaca"}
    closes = town.task(action).silence_at
    assert closes is not None
    town.now = closes
    with pytest.raises(TaskClosed):
        town.decide(action, "nurse", details=answer)
    town.now = closes - timedelta(seconds=1)
    town.decide(action, "nurse", details=answer)
    assert town.step(action) != "result_response"


def test_nobody_withdraws_what_a_low_rating_leads_to(town: Town) -> None:
    improvement = low(town)
    for who in sorted(town.agency.people):
        with pytest.raises(NotPermitted):
            town.withdraw(improvement, by=person(who))
    assert not town.state(improvement).ended
