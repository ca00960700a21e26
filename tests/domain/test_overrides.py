"""A finding that may be overridden needs a reason and two people; a hard one yields to nobody."""

from __future__ import annotations

from datetime import date

import pytest

from domain import events as ev
from domain.errors import HardFinding, InvalidDetails, OverrideRequired
from domain.identity import Capacity
from tests.domain.town import Town

RULE = "tenure_minimum"


@pytest.fixture
def action(town: Town) -> str:
    """A transfer of somebody who came to her post a year ago, before the head of BKPSDM."""
    town.correct("nurse", position_since=date(2025, 11, 1))
    action = town.submit()
    while town.step(action) != "agency_head_review":
        town.decide(action, town.owners(action)[0])
    assert town.state(action).open_overrides() == {RULE}
    return action


def overridden(town: Town) -> list[ev.Overridden]:
    return [r.event for _, r in town.log if isinstance(r.event, ev.Overridden)]


def to_the_secretary(town: Town, action: str) -> None:
    town.decide(action, "kepala_bkpsdm", overrides=[RULE])
    town.vote(action, ["inspektur", "kepala_bappeda", "kepala_bpkad"])


def test_head_of_bkpsdm_must_propose_the_override(town: Town, action: str) -> None:
    with pytest.raises(OverrideRequired, match="second person") as missing:
        town.decide(action, "kepala_bkpsdm")
    assert missing.value.facts["rules"] == [RULE]
    town.decide(action, "kepala_bkpsdm", overrides=[RULE])
    assert town.state(action).proposers_of(RULE) == {"kepala_bkpsdm"}
    assert town.state(action).open_overrides() == {RULE}, "a proposal is no override"


def test_secretary_confirms_as_the_second_person(town: Town, action: str) -> None:
    to_the_secretary(town, action)
    with pytest.raises(OverrideRequired):
        town.decide(action, "sekda")
    town.decide(action, "sekda", overrides=[RULE])
    (event,) = overridden(town)
    assert (event.rule, event.proposed_by, event.confirmed_by) == (RULE, "kepala_bkpsdm", "sekda")
    town.walk(action)


def test_one_person_is_not_two(town: Town, action: str) -> None:
    """The secretary who proposed in the vacant head's stead cannot confirm; a proposal of another can."""
    town.leaves("kepala_bkpsdm")
    town.decide(action, "sekda", overrides=[RULE])
    town.vote(action, ["inspektur", "kepala_bappeda", "kepala_bpkad"])
    with pytest.raises(OverrideRequired):
        town.decide(action, "sekda", overrides=[RULE])
    assert overridden(town) == []
    town.decide(action, "sekda", "return", return_to="agency_head_review")
    town.acting(Capacity.PLT, "kepala_disdik", "p-bkpsdm")
    town.decide(action, "kepala_disdik", overrides=[RULE])
    town.vote(action, ["inspektur", "kepala_bappeda", "kepala_bpkad"])
    town.decide(action, "sekda", overrides=[RULE])
    assert overridden(town)[0].proposed_by == "kepala_disdik"


def test_no_case_reaches_a_decree_with_an_open_override(town: Town) -> None:
    town.correct("nurse", position_since=date(2024, 12, 1))
    action = town.submit(effective_date=date(2027, 1, 4))
    while town.step(action) != "appointing_decision":
        assert town.state(action).open_overrides() == set()
        town.next(action)
    with pytest.raises(OverrideRequired):
        town.decide(action, "mayor", details={"effective_date": town.today.isoformat()})


@pytest.mark.parametrize("rule", ["no_discipline", "position_vacant", "effective_date"])
def test_hard_findings_are_overridden_by_nobody(town: Town, rule: str) -> None:
    action = town.walk(town.submit(), "analyst_verification")
    state = town.state(action)
    failed = tuple(
        outcome.model_copy(update={"outcome": "fail"}) if outcome.rule == rule else outcome
        for outcome in state.outcomes
    )
    town.states[action] = state.__class__(**{**vars(state), "outcomes": failed})
    for who in ("analyst", "analyst_2"):
        with pytest.raises(HardFinding):
            town.decide(action, who, overrides=[rule])


@pytest.mark.parametrize("question", ["no_discipline", "no_court_process", "not_on_study_leave"])
def test_case_does_not_pass_a_hard_finding_of_the_verification(town: Town, question: str) -> None:
    action = town.walk(town.submit(), "analyst_verification")
    with pytest.raises(HardFinding) as refused:
        town.decide(action, "analyst", details={question: False})
    (finding,) = refused.value.facts["findings"]
    assert (finding.rule, finding.outcome) == (question, "fail")
    assert finding.citation
    assert finding.remedy
    assert town.step(action) == "analyst_verification"


def test_what_passed_or_is_unknown_cannot_be_overridden(town: Town, action: str) -> None:
    for rule in ("performance", "no_such_rule"):
        with pytest.raises(InvalidDetails):
            town.decide(action, "kepala_bkpsdm", overrides=[RULE, rule])


def test_hard_facts_are_looked_at_again_at_the_decision(town: Town) -> None:
    action = town.walk(town.submit(), "appointing_decision")
    town.correct("nurse", employment_status="15")
    with pytest.raises(HardFinding) as refused:
        town.decide(action, "mayor")
    assert set(refused.value.facts["rules"]) == {"employment_active", "no_discipline"}
