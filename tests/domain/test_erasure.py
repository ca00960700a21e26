"""Erasing a person: two people, a ground, nothing that needs them, nothing that must be kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from domain import commands as cmd
from domain import erasure_events as ee
from domain.erasure import retention
from domain.erasure_commands import (
    ApproveErasure,
    CompleteErasure,
    RefuseErasure,
    ReinstateErasure,
    RequestErasure,
)
from domain.errors import (
    AlreadyExists,
    ExcludedOwner,
    InvalidDetails,
    NeededByOpenAction,
    NotFound,
    NotPermitted,
    PersonIsErased,
    ReasonRequired,
    RetentionForbids,
)
from domain.identity import SYSTEM, Actor
from domain.serving import standing_of
from tests.domain import rank_requests as ranks
from tests.domain.test_promotion import with_candidates
from tests.domain.town import TUESDAY, Town, at, new_id, person

COURT = "court_order"


def ask(town: Town, who: str = "nurse", by: str = "kabid", ground: str = COURT, **more: Any) -> Any:
    values = {"reason": "Putusan 12/G/2026/PTUN.SRG"} | more
    command = RequestErasure(command_id=new_id(), actor=person(by), person_id=who, ground=ground, **values)
    return town.send(command)[0]


def consent(town: Town, who: str = "nurse", by: str = "sekda") -> Any:
    return town.send(ApproveErasure(command_id=new_id(), actor=person(by), person_id=who))[0]


def refuse(town: Town, who: str = "nurse", by: str = "sekda", reason: str = "belum jelas") -> Any:
    return town.send(RefuseErasure(command_id=new_id(), actor=person(by), person_id=who, reason=reason))[0]


def finish(town: Town, who: str = "nurse", by: Actor = SYSTEM) -> list[Any]:
    return town.send(CompleteErasure(command_id=new_id(), actor=by, person_id=who, documents=2))


def retire(town: Town, who: str = "nurse") -> None:
    town.correct(who, post=None, employment_status="99")


def test_two_people_erase_a_person(town: Town) -> None:
    asked = ask(town)
    erased = consent(town)
    assert (asked.requested_by, erased.requested_by, erased.approved_by) == ("kabid", "kabid", "sekda")
    assert town.agency.erasures["nurse"].state == "erased"
    finish(town)
    assert town.agency.is_erased("nurse")


def test_whoever_asked_may_not_consent(town: Town) -> None:
    ask(town, by="kepala_bkpsdm")
    with pytest.raises(ExcludedOwner):
        consent(town, by="kepala_bkpsdm")


def test_nobody_consents_to_their_own_erasure(town: Town) -> None:
    ask(town, who="sekda", by="kabid")
    with pytest.raises(ExcludedOwner):
        consent(town, who="sekda", by="sekda")


@pytest.mark.parametrize("by", ["nurse_2", "kasubag", "inspektur", "mayor"])
def test_only_offices_that_the_policy_names_ask(town: Town, by: str) -> None:
    with pytest.raises(NotPermitted):
        ask(town, by=by)


@pytest.mark.parametrize("by", ["kabid", "analyst", "inspektur", "nurse"])
def test_only_offices_that_the_policy_names_consent(town: Town, by: str) -> None:
    ask(town, by="analyst_2")
    with pytest.raises(NotPermitted):
        consent(town, by=by)


def test_a_person_may_ask_for_themself_where_the_ground_says_so(town: Town) -> None:
    with pytest.raises(NotPermitted):
        ask(town, by="nurse", ground=COURT)
    assert ask(town, by="nurse", ground="unlawful_processing").requested_by == "nurse"


def test_a_personal_delegate_neither_asks_nor_consents(town: Town) -> None:
    from domain.identity import Capacity

    town.acting(Capacity.DELEGATE, "nurse_2", by="sekda")
    ask(town)
    with pytest.raises(NotPermitted):
        consent(town, by="nurse_2")


def test_a_ground_has_to_be_one_of_the_policy_s(town: Town) -> None:
    with pytest.raises(InvalidDetails):
        ask(town, ground="because")


def test_asking_needs_a_reason(town: Town) -> None:
    with pytest.raises(ReasonRequired):
        ask(town, reason="  ")


def test_what_is_asked_for_is_not_asked_for_twice(town: Town) -> None:
    ask(town)
    with pytest.raises(AlreadyExists):
        ask(town, by="analyst")


def test_a_refusal_has_a_reason_and_leaves_the_person(town: Town) -> None:
    ask(town)
    with pytest.raises(ReasonRequired):
        refuse(town, reason="")
    refuse(town)
    assert not town.agency.is_erased("nurse")
    with pytest.raises(NotFound):
        consent(town)
    assert ask(town).ground == COURT


def test_consent_needs_a_request(town: Town) -> None:
    with pytest.raises(NotFound):
        consent(town)


# --- what must be kept ---


def test_the_file_of_somebody_in_service_is_kept(town: Town) -> None:
    with pytest.raises(RetentionForbids) as refused:
        ask(town, ground="purpose_fulfilled")
    (kept,) = refused.value.facts["kept"]
    assert kept["rule"] == "in_service"
    assert kept["until"] is None
    assert "UU 43/2009" in kept["citation"]


def test_after_service_the_file_is_kept_for_the_years_of_the_policy(town: Town) -> None:
    retire(town)
    with pytest.raises(RetentionForbids) as refused:
        ask(town, ground="retention_over")
    assert refused.value.facts["kept"][0]["until"] == "2036-11-24"


def test_on_the_day_after_the_last_one_it_may_go(town: Town) -> None:
    retire(town)
    town.now = at(date(2036, 11, 24))
    with pytest.raises(RetentionForbids):
        ask(town, ground="retention_over")
    town.now = at(date(2036, 11, 25))
    assert ask(town, ground="retention_over").kept == (
        ee.Kept(rule="after_service", until=date(2036, 11, 24)),
    )


def test_an_unlawfully_registered_person_may_go_although_in_service(town: Town) -> None:
    asked = ask(town, ground="unlawful_processing")
    assert asked.kept == (ee.Kept(rule="in_service", until=None),)


def test_consent_is_judged_by_its_own_day(town: Town) -> None:
    retire(town)
    town.now = at(date(2036, 11, 25))
    ask(town, ground="retention_over")
    town.correct("nurse", post=None, employment_status="88")  # the register speaks of them anew
    with pytest.raises(RetentionForbids):
        consent(town)


def test_a_term_from_29_february_ends_on_the_28th(town: Town) -> None:
    rules = town.policy.personal_data
    retired = replace(town.agency.people["nurse"], position_id=None, employment_status="99")
    (kept,) = retention(retired, date(2028, 2, 29), rules)
    assert kept.until == date(2038, 2, 28)


def test_who_was_moved_out_of_the_agency_serves_no_longer(town: Town) -> None:
    rules, nurse = town.policy.personal_data, town.agency.people["nurse"]
    assert standing_of(nurse, rules) == "serving"
    assert standing_of(replace(nurse, position_id=None), rules) == "serving"
    assert standing_of(replace(nurse, position_id=None, placed_by="an-action"), rules) == "left"
    assert standing_of(replace(nurse, position_id=None, employment_status="99"), rules) == "left"
    assert standing_of(replace(nurse, candidate=True), rules) == "candidate"


# --- what needs the person ---


def test_the_subject_of_an_open_action_is_needed(town: Town) -> None:
    action = town.submit("nurse")
    with pytest.raises(NeededByOpenAction) as refused:
        ask(town)
    assert refused.value.facts["needs"] == [{"action_id": action, "why": "subject"}]


def test_the_initiator_of_an_open_action_is_needed(town: Town) -> None:
    action = town.submit("nurse", by="kabid")
    with pytest.raises(NeededByOpenAction) as refused:
        ask(town, who="kabid", by="analyst")
    assert refused.value.facts["needs"] == [{"action_id": action, "why": "initiator"}]


def test_an_action_opened_after_the_request_stops_the_consent(town: Town) -> None:
    ask(town)
    town.submit("nurse")
    with pytest.raises(NeededByOpenAction):
        consent(town)


def test_when_the_action_has_ended_the_person_may_go(town: Town) -> None:
    town.walk(town.submit("nurse"))
    ask(town)
    assert consent(town).person_id == "nurse"


def test_who_stands_on_the_list_of_a_vacancy_is_needed_while_a_promotion_may_begin_on_it(town: Town) -> None:
    vacancy_id = with_candidates(town).open_vacancy()
    with pytest.raises(NeededByOpenAction) as refused:
        ask(town, who="fajar")
    assert refused.value.facts["needs"] == [{"vacancy_id": vacancy_id, "why": "candidate"}]
    town.set_day(town.vacancy(vacancy_id).lapses_on)
    assert ask(town, who="fajar").person_id == "fajar"


def test_who_stands_on_an_open_list_of_rank_promotions_is_needed_until_it_is_over(town: Town) -> None:
    ranks.clerk(town, "ani")
    ranks.clerk(town, "budi", years=())
    list_id = ranks.frozen(town)
    with pytest.raises(NeededByOpenAction) as refused:
        ask(town, who="ani")
    assert refused.value.facts["needs"] == [{"list_id": list_id, "why": "listed"}]
    assert ask(town, who="budi").person_id == "budi"  # kept off: nothing of theirs is open
    ranks.sent(town, list_id)
    ranks.answered(town, list_id, "ani", outcome="refused", reason="masa kerja kurang")
    assert ask(town, who="ani").person_id == "ani"


# --- afterwards ---


def test_an_erased_person_holds_nothing(town: Town) -> None:
    town.send(cmd.GrantOffice(command_id=new_id(), actor=SYSTEM, person_id="kasubag", office="operator"))
    ask(town, who="kasubag")
    consent(town, who="kasubag")
    assert town.holder("p-umpeg-dinkes") is None
    assert town.offices.titles_of("kasubag", TUESDAY) == frozenset()


def test_an_erased_person_is_not_erased_again(town: Town) -> None:
    ask(town)
    consent(town)
    with pytest.raises(PersonIsErased):
        ask(town)
    with pytest.raises(PersonIsErased):
        consent(town)


def test_nobody_reads_about_an_erased_person(town: Town) -> None:
    ask(town)
    consent(town)
    read = cmd.RecordPersonalDataRead(
        command_id=new_id(), actor=person("kabid"), subject_id="nurse", what="employee", purpose="ingin tahu"
    )
    assert town.send(read) == []


def test_completion_is_the_system_s_word_and_told_once(town: Town) -> None:
    ask(town)
    with pytest.raises(NotFound):
        finish(town)
    consent(town)
    with pytest.raises(NotPermitted):
        finish(town, by=person("kabid"))
    assert len(finish(town)) == 1
    assert finish(town) == []


def test_a_restored_ledger_hears_of_the_erasure_again(town: Town) -> None:
    values: dict[str, Any] = {
        "person_id": "nurse",
        "ground": COURT,
        "requested_by": "kabid",
        "approved_by": "sekda",
        "kept": (),
        "policy_id": town.policy.id,
        "policy_hash": town.policy.hash,
        "position": 120,
        "leaf_hash": "ab" * 32,
    }
    with pytest.raises(NotPermitted):
        town.send(ReinstateErasure(command_id=new_id(), actor=person("kabid"), **values))
    (again,) = town.send(ReinstateErasure(command_id=new_id(), actor=SYSTEM, **values))
    assert isinstance(again, ee.ErasureReinstated)
    assert town.agency.is_erased("nurse")
    assert town.send(ReinstateErasure(command_id=new_id(), actor=SYSTEM, **values)) == []


def test_the_request_before_midnight_counts_on_its_local_day(town: Town) -> None:
    retire(town)
    town.now = at(date(2036, 11, 25), 0) - timedelta(minutes=1)
    with pytest.raises(RetentionForbids):
        ask(town, ground="retention_over")
