"""Each case is judged by the law of its effective date; law that comes later rewrites nothing."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from domain import events as ev
from domain.canonical import canonical_json
from domain.eligibility import assess
from domain.errors import NobodyEligible
from domain.fact_sheet import FactSheet
from domain.policy import Policy
from tests.domain.test_promotion import at_choice, with_candidates
from tests.domain.test_publishing import publish, text
from tests.domain.town import TUESDAY, Town, kota_serang

FIRST, LATER = "kota-serang/2026-01", "kota-serang/2026-12"
TOMORROW = TUESDAY + timedelta(days=1)


def strict(since: date = TOMORROW) -> dict[str, Any]:
    """Thirty years in post, nobody promoted under rank one, a window of three days for objections."""
    document = copy.deepcopy(text(since=since))
    document["rules"]["tenure_minimum"] |= {"severity": "HARD", "parameters": {"years": 30}}
    document["promotion"]["rules"]["candidate_documents"]["severity"] = "HARD"
    document["evaluation"]["objection_window"] |= {"days": 3}
    document["steps"]["unit_recommendation"]["sla_working_days"] = 9
    return document


def recorded(town: Town) -> list[bytes]:
    return [canonical_json(r.event.model_dump(mode="json")) for _, r in town.log]


def assessments(town: Town, action: str) -> list[ev.ActionAssessed]:
    stream = f"personnel-action/{action}"
    return [r.event for s, r in town.log if s == stream and isinstance(r.event, ev.ActionAssessed)]


def a_transfer(town: Town) -> str:
    return town.submit("nurse", "school-nurse")


def a_promotion(town: Town) -> str:
    return at_choice(town)


def an_evaluation(town: Town) -> str:
    return town.walk(town.evaluate("nurse_2"), until="rating")


@pytest.mark.parametrize(
    ("begin", "done"),
    [(a_transfer, "completed"), (a_promotion, "awaiting_review"), (an_evaluation, "completed")],
)
def test_a_policy_adopted_later_changes_nothing_recorded_and_the_case_ends_under_its_own(
    town: Town, begin: Callable[[Town], str], done: str
) -> None:
    with_candidates(town)
    action = begin(town)
    before = recorded(town)
    publish(town, strict())
    assert recorded(town)[: len(before)] == before
    town.set_day(TOMORROW)
    town.walk(action, until=done)
    assert recorded(town)[: len(before)] == before
    state = town.state(action)
    assert (state.policy_id, state.policy_hash) == (FIRST, kota_serang().hash)
    for assessed in assessments(town, action):
        assert assessed.policy_hash == kota_serang().hash
    assert [o for o in state.outcomes if o.severity == "HARD" and o.outcome == "fail"] == []


def test_a_transfer_is_judged_by_the_policy_in_force_on_its_effective_date(town: Town) -> None:
    publish(town, strict())
    today, tomorrow = town.submit("nurse"), town.submit("nurse_2", "school-nurse-2", effective_date=TOMORROW)
    assert town.state(today).policy_id == FIRST
    assert town.state(tomorrow).policy_id == LATER
    assert not town.state(today).ended
    assert town.state(tomorrow).status == "refused"


def test_a_transfer_judged_ahead_stays_under_the_policy_that_judged_it(town: Town) -> None:
    action = town.submit(effective_date=TUESDAY + timedelta(days=30))
    publish(town, strict())
    town.set_day(TOMORROW)
    town.decide(action, town.owners(action)[0])
    task = town.task(action)
    assert (task.step, task.due_on) == ("unit_recommendation", town.calendar.after(TOMORROW, 2))
    assert town.state(action).policy_id == FIRST


def test_a_list_is_frozen_under_the_policy_of_its_day_and_the_promotion_follows_it(town: Town) -> None:
    with_candidates(town)
    vacancy = town.open_vacancy()
    publish(town, strict())
    town.set_day(TOMORROW)
    assert town.state(town.promote(vacancy)).policy_id == FIRST
    # By tomorrow's law nobody with an incomplete file is listed, and nobody's is complete.
    with pytest.raises(NobodyEligible) as refused:
        town.open_vacancy("section-dukcapil")
    assert set(refused.value.facts["left_out"]) == {"candidate_documents"}


def test_an_evaluation_is_judged_by_the_policy_in_force_at_the_end_of_its_period(town: Town) -> None:
    publish(town, strict())
    old = town.evaluate("nurse")
    new = town.evaluate("nurse_2", period=(date(2026, 7, 1), date(2026, 12, 31)))
    assert (town.state(old).policy_id, town.state(new).policy_id) == (FIRST, LATER)
    town.walk(old, until="result_response")
    after = town.calendar.after(town.today, 14)
    assert town.task(old).silence_at == town.calendar.end_of(after)
    town.set_day(date(2026, 12, 31))
    town.walk(new, until="result_response")
    assert town.task(new).silence_at == town.calendar.end_of(town.calendar.after(town.today, 3))


def test_the_same_facts_under_two_policies_give_two_explained_results(town: Town) -> None:
    (assessed,) = assessments(town, a_transfer(town))
    sheet = FactSheet.model_validate(assessed.fact_sheet)
    first, second = kota_serang(), Policy.model_validate(strict())
    old, new = (
        next(f for f in assess(sheet, policy).findings if f.rule == "tenure_minimum")
        for policy in (first, second)
    )
    assert (old.outcome, old.severity, new.outcome, new.severity) == ("pass", "OVERRIDE", "fail", "HARD")
    assert old.message != new.message
    assert old.facts == new.facts
    assert (old.parameters, new.parameters) == ({"years": 2}, {"years": 30})
    for finding, policy in ((old, first), (new, second)):
        assert finding.citation
        assert (finding.policy.id, finding.policy.version, finding.policy.hash) == (
            policy.id, policy.id.rpartition("/")[2], policy.hash,
        )  # fmt: skip


def test_findings_are_the_same_bytes_whatever_the_order_in_which_the_policy_was_written(town: Town) -> None:
    (assessed,) = assessments(town, a_transfer(town))
    sheet = FactSheet.model_validate(assessed.fact_sheet)
    document = kota_serang().model_dump(mode="json")
    turned = document | {"rules": dict(reversed(document["rules"].items()))}
    said = [
        canonical_json([f.model_dump(mode="json") for f in assess(sheet, Policy.model_validate(d)).findings])
        for d in (document, turned)
    ]
    assert said[0] == said[1]
