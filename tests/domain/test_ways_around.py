"""What somebody who is out of a case tries: through who signs for them, an ended term, another's request."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from domain import commands as cmd
from domain.errors import ExcludedOwner, NotFound, NotPermitted, OverrideRequired
from domain.identity import SYSTEM, Capacity
from tests.domain.test_evaluation import follow_up_of, low
from tests.domain.test_promotion import at_choice, choose, with_candidates
from tests.domain.test_separation_of_duties import DOORS
from tests.domain.town import TUESDAY, Town, at, new_id, person

DELEGATE, PLH = Capacity.DELEGATE, Capacity.PLH


def grant(town: Town, who: str, office: str) -> None:
    town.send(cmd.GrantOffice(command_id=new_id(), actor=SYSTEM, person_id=who, office=office))


@pytest.mark.parametrize("lent", ["the office", "this task"])
def test_who_had_another_sign_for_them_has_acted_themself(town: Town, lent: str) -> None:
    action = town.walk(town.submit(), "unit_recommendation")
    if lent == "the office":
        town.acting(DELEGATE, "nurse_2", by="kepala_dinkes")
    else:
        town.delegate(action, "kepala_dinkes", "nurse_2")
    town.decide(action, "nurse_2")
    town.acting(PLH, "kepala_dinkes", "p-analyst")
    for person_id in ("kepala_dinkes", "nurse_2"):
        assert person_id in town.task(action).excluded
    with pytest.raises(ExcludedOwner, match="acted_at_unit_recommendation"):
        town.decide(action, "kepala_dinkes")


def test_who_signs_for_the_proposer_is_no_second_person(town: Town) -> None:
    """The head of BKPSDM has an override proposed in their name, and confirms it in another office."""
    town.correct("nurse", position_since=TUESDAY - timedelta(days=200))
    action = town.submit()
    while town.step(action) != "agency_head_review":
        town.decide(action, town.owners(action)[0])
    rules = sorted(town.state(action).open_overrides())
    assert rules
    town.delegate(action, "kepala_bkpsdm", "nurse_2")
    town.decide(action, "nurse_2", overrides=rules)
    town.walk(action, "regional_secretary_review")
    grant(town, "kepala_bkpsdm", "regional_secretary")
    with pytest.raises(OverrideRequired):
        town.decide(action, "kepala_bkpsdm", overrides=rules)
    town.decide(action, "sekda", overrides=rules)
    assert not town.state(action).open_overrides()


def test_an_acting_term_that_is_over_lends_nothing_though_its_holder_signs_for_another_now(
    town: Town,
) -> None:
    town.acting(PLH, "section_head", "p-umpeg-dinkes", last_day=TUESDAY)
    action = town.submit()
    town.delegate(action, "section_head", "nurse_2")
    town.set_day(TUESDAY + timedelta(days=1))
    town.acting(DELEGATE, "section_head", by="kasubag")
    with pytest.raises(NotFound):
        town.decide(action, "nurse_2")
    town.decide(action, "section_head")


def test_a_delegates_delegate_has_nothing(town: Town) -> None:
    action = town.submit()
    town.acting(DELEGATE, "nurse_2", by="kasubag")
    town.acting(DELEGATE, "clerk", by="nurse_2")
    with pytest.raises(NotFound):
        town.decide(action, "clerk")
    with pytest.raises(NotPermitted):
        town.delegate(action, "nurse_2", "clerk")


def test_who_is_out_appoints_nobody_in_their_own_place(town: Town) -> None:
    with pytest.raises(NotPermitted):
        town.acting(PLH, "nurse_2", "p-kabid", by="kabid")
    town.acting(PLH, "section_head", "p-kabid", by="kepala_bkpsdm")
    action = town.walk(town.submit(by="kabid"), "division_review")
    with pytest.raises(ExcludedOwner, match="initiator"):
        town.decide(action, "kabid")
    town.decide(action, "section_head")


def test_a_delegate_asks_for_nothing_in_the_name_of_who_may_not_ask(town: Town) -> None:
    town.acting(DELEGATE, "nurse_2", by="kasubag")
    for subject in ("kasubag", "nurse"):
        with pytest.raises(NotPermitted):
            town.submit(subject, "section-disdik", by="nurse_2")


def test_the_subject_is_out_of_a_request_that_was_withdrawn_and_made_again_by_another(town: Town) -> None:
    first = town.submit("analyst", "nurse-3", by="kabid")
    town.withdraw(first, person("kabid"))
    town.acting(PLH, "analyst", "p-umpeg-dinkes")
    again = town.walk(town.submit("analyst", "nurse-3", by="kepala_bkpsdm"), "division_review")
    town.acting(PLH, "analyst", "p-kabid", by="sekda")
    with pytest.raises(ExcludedOwner, match="subject"):
        town.decide(again, "analyst")
    with pytest.raises(ExcludedOwner, match="subject"):
        town.delegate(again, "kabid", "analyst")


def test_who_lost_a_promotion_does_not_undo_it(town: Town) -> None:
    action = at_choice(with_candidates(town))
    choose(town, action, "ani")
    town.decree(action)
    grant(town, "budi", "agency_head")
    with pytest.raises(ExcludedOwner, match="candidate"):
        town.annul(action, by="budi", authority="BKN")
    town.annul(action, by="kepala_bkpsdm", authority="BKN")


def test_nobody_undoes_a_case_with_which_their_own_falls(town: Town) -> None:
    first = town.moved("kepala_dinkes", "p-dukcapil")
    town.acting(PLH, "kepala_disdik", "p-bkpsdm")
    town.moved("kepala_bkpsdm", "p-dinkes")
    grant(town, "kepala_bkpsdm", "agency_head")
    with pytest.raises(ExcludedOwner, match="subject"):
        town.annul(first, by="kepala_bkpsdm", authority="BKN")
    town.annul(first)
    assert town.post_of("kepala_bkpsdm") == "p-bkpsdm"


def test_who_declared_an_interest_does_not_undo_the_case(town: Town) -> None:
    action = town.walk(town.submit(), "agency_head_review")
    town.declare_conflict(action, "kepala_bkpsdm")
    town.walk(action, "decree")
    with pytest.raises(ExcludedOwner, match="conflict_of_interest"):
        town.annul(action, by="kepala_bkpsdm", authority="COURT")


def test_who_acts_for_somebody_of_an_office_does_not_say_how_well_it_did(town: Town) -> None:
    cycle = town.open_cycle()
    town.open_next(cycle)
    town.acting(PLH, "kabid", "p-dinkes", by="sekda")
    with pytest.raises(NotPermitted):
        town.rate_organisation(cycle, by="kabid")
    assert town.rate_organisation(cycle, by="kepala_bkpsdm")


def test_nobody_withdraws_an_evaluation_in_the_place_of_its_subject(town: Town) -> None:
    action = town.evaluate("kabid")
    town.acting(PLH, "section_head", "p-kabid", by="kepala_bkpsdm")
    for who in ("kabid", "section_head"):
        with pytest.raises(NotPermitted):
            town.withdraw(action, person(who))
    town.withdraw(action, person("kepala_bkpsdm"))


def out_by_every_door(town: Town, action: str, who: str, why: str) -> None:
    for name, door in DOORS.items():
        with pytest.raises(ExcludedOwner, match=why):
            assert door(town, action, who) is None, name


def test_the_promoted_and_who_lost_have_no_part_in_the_review_after_six_months(town: Town) -> None:
    town = with_candidates(town)
    action = at_choice(town)
    choose(town, action, "ani")
    town.walk(action, "awaiting_review")
    review_at = town.state(action).review_at
    assert review_at is not None
    town.now = review_at
    town.advance(action)
    head = town.owners(action)[0]
    for who, why in (("ani", "subject"), ("budi", "candidate")):
        plh = town.acting(PLH, who, town.post_of(head), by="sekda")
        out_by_every_door(town, action, who, why)
        with pytest.raises(ExcludedOwner, match=why):
            town.delegate(action, head, who)
        town.send(cmd.RevokeDelegation(command_id=new_id(), actor=person("sekda"), delegation_id=plh))
    town.walk(action)


def test_after_a_failed_test_neither_its_subject_nor_who_gave_it_orders_the_measure(town: Town) -> None:
    improvement = town.walk(low(town), "retest")
    town.acting(PLH, "nurse", "p-analyst", by="sekda", last_day=TUESDAY + timedelta(days=80))
    out_by_every_door(town, improvement, "nurse", "subject")
    town.now = at(date(2027, 6, 1))
    town.decide(improvement, "analyst", details={"passed": False})
    assert town.step(improvement) == "follow_up_decision"
    for who, why in (("analyst", "acted_at_retest"), ("nurse", "subject")):
        plh = town.acting(PLH, who, "p-mayor", by="sekda")
        out_by_every_door(town, improvement, who, why)
        town.send(cmd.RevokeDelegation(command_id=new_id(), actor=person("sekda"), delegation_id=plh))
    town.walk(improvement)


def test_the_subject_of_a_proposed_dismissal_does_not_write_its_dossier(town: Town) -> None:
    improvement = town.walk(low(town), "retest")
    town.now = at(date(2027, 6, 1))
    town.decide(improvement, "analyst", details={"passed": False})
    town.decide(improvement, "mayor", details={"measure": "temporary_year"})
    year = town.walk(follow_up_of(town, improvement), "retest")
    town.now = at(date(2028, 6, 6))
    town.decide(year, "analyst", details={"passed": False})
    town.decide(year, "mayor", details={"measure": "dismissal_proposal"})
    dismissal = follow_up_of(town, year)
    assert town.step(dismissal) == "dismissal_dossier"
    town.acting(PLH, "nurse", "p-bkpsdm", by="sekda")
    out_by_every_door(town, dismissal, "nurse", "subject")
    town.walk(dismissal)
