"""A request is told at once which later step nobody could lawfully decide, and why; it is not stopped."""

from __future__ import annotations

from typing import Any

import pytest

from domain import events as ev
from domain.identity import Capacity
from domain.policy import Variant
from tests.domain.test_promotion import at_choice, choose, with_candidates
from tests.domain.town import Town, policy_with


def told(town: Town, action: str, rule: str = "separation_of_duties") -> tuple[str, dict[str, Any]]:
    """Outcome and facts of the warning, as first recorded in the case."""
    assessed = next(
        recorded.event
        for stream, recorded in town.log
        if stream == f"personnel-action/{action}" and isinstance(recorded.event, ev.ActionAssessed)
    )
    outcome = next(o for o in assessed.outcomes if o.rule == rule)
    assert outcome.severity == "WARN"
    return outcome.outcome, next((f.facts for f in assessed.facts or () if f.rule == rule), {})


def step_and_why(town: Town, action: str) -> tuple[Any, Any]:
    outcome, facts = told(town, action)
    assert outcome == "fail"
    assert facts["step_name_id"] != facts["step_name_en"]
    return facts["step"], facts["why"]


def test_a_request_whose_steps_all_have_owners_hears_so(town: Town) -> None:
    assert told(town, town.submit()) == ("pass", {})


def test_a_vacant_top_is_named(town: Town) -> None:
    town.leaves("mayor")
    assert step_and_why(town, town.submit()) == ("appointing_decision", "vacant")


def test_a_step_that_needs_a_definitive_holder_is_named_where_somebody_only_acts(town: Town) -> None:
    town.leaves("mayor")
    town.acting(Capacity.PLT, "kepala_disdik", "p-mayor")
    assert step_and_why(town, town.submit()) == ("appointing_decision", "acting_only")


def test_the_subject_who_alone_could_decide_is_named_as_excluded(town: Town) -> None:
    town.leaves("mayor")
    town.acting(Capacity.PLT, "nurse", "p-mayor")
    assert step_and_why(town, town.submit("nurse")) == ("appointing_decision", "excluded")


def test_one_person_in_two_roles_is_named(town: Town) -> None:
    """The mayor is the only analyst as well: who verified does not decide."""
    for analyst in ("analyst", "analyst_2"):
        town.leaves(analyst)
    town.acting(Capacity.PLT, "mayor", "p-analyst")
    assert step_and_why(town, town.submit()) == ("appointing_decision", "two_roles")


def test_a_committee_below_its_quorum_is_named(town: Town) -> None:
    for member in ("inspektur", "kepala_bappeda", "kepala_bpkad"):
        town.leaves(member)
    assert step_and_why(town, town.submit()) == ("committee_deliberation", "no_quorum")


def test_the_warning_stops_nobody_and_goes_when_the_office_is_filled(town: Town) -> None:
    row = town.row("mayor", post="p-mayor")
    town.leaves("mayor")
    action = town.submit()
    assert town.step(action) == "unit_file_check"
    town.correct("mayor", post=row.position_id)
    town.walk(action)


def test_a_policy_that_does_not_weigh_it_is_not_warned(town: Town) -> None:
    rules = dict(town.policy.model_dump(mode="json")["rules"])
    del rules["separation_of_duties"]
    town = Town(policy=policy_with(rules=rules))
    town.leaves("mayor")
    action = town.submit()
    assert "separation_of_duties" not in {o.rule for o in town.state(action).outcomes}


def test_a_request_to_another_agency_is_looked_at_too(town: Town) -> None:
    town.leaves("mayor")
    assert step_and_why(town, town.submit_out())[0] == "appointing_decision"
    assert step_and_why(town, town.submit_in(variant=Variant.INTER_AGENCY_IN))[0] == "appointing_decision"


@pytest.mark.parametrize(("gone", "outcome"), [(2, "pass"), (3, "fail")])
def test_a_promotion_hears_at_its_start_whether_the_committee_has_its_quorum(
    town: Town, gone: int, outcome: str
) -> None:
    with_candidates(town)
    for member in ("kepala_bappeda", "kepala_bpkad", "inspektur")[:gone]:
        town.leaves(member)
    said, facts = told(town, town.promote(town.open_vacancy()), "candidate_separation")
    assert said == outcome
    if said == "fail":
        assert (facts["step"], facts["why"]) == ("candidate_ranking", "no_quorum")


@pytest.mark.parametrize("gone", [(), ("inspektur", "sekda")])
def test_a_choice_against_a_finding_hears_whether_a_second_person_could_confirm(
    town: Town, gone: tuple[str, ...]
) -> None:
    action = at_choice(with_candidates(town))
    for official in gone:
        town.leaves(official)
    choose(town, action, "eka", "talent_pool", "leading_ranks", "candidate_performance")
    assert town.step(action) == "override_confirmation"
    assessed = [r.event for _, r in town.log if isinstance(r.event, ev.ActionAssessed)][-1]
    outcome = next(o.outcome for o in assessed.outcomes if o.rule == "candidate_separation")
    facts = next((f.facts for f in assessed.facts or () if f.rule == "candidate_separation"), {})
    assert (outcome, facts.get("step"), facts.get("why")) == (
        ("fail", "override_confirmation", "two_roles") if gone else ("pass", None, None)
    )
