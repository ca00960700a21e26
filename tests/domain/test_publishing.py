"""A policy becomes law by two people, for days that nobody was judged for, and changes nothing recorded."""

from __future__ import annotations

import copy
from datetime import date, timedelta
from typing import Any

import pytest

from domain import commands as cmd
from domain import events as ev
from domain.errors import (
    AlreadyExists,
    CapacityNotAllowed,
    ExcludedOwner,
    NotFound,
    NotPermitted,
    PolicyBackdated,
    PolicyTextDiffers,
    PolicyUnsound,
)
from domain.identity import SYSTEM, Actor, Capacity
from domain.policy import Policy
from domain.policy_commands import AdoptProposal, ProposePolicy
from domain.policy_continuity import differences
from domain.promotion_commands import OpenSelection
from tests.domain.town import MACHINE, TUESDAY, Town, kota_serang, new_id, person

TOMORROW = TUESDAY + timedelta(days=1)


def text(version: str = "2026-12", since: date = TOMORROW, **changes: Any) -> dict[str, Any]:
    document = copy.deepcopy(kota_serang().model_dump(mode="json"))
    return document | {"id": f"kota-serang/{version}", "effective_from": since.isoformat()} | changes


def propose(town: Town, document: dict[str, Any], by: str | Actor = "kepala_bkpsdm") -> list[ev.Event]:
    actor = person(by) if isinstance(by, str) else by
    return town.send(ProposePolicy(command_id=new_id(), actor=actor, document=document))


def adopt(town: Town, document: dict[str, Any], by: str | Actor = "mayor", **changes: Any) -> list[ev.Event]:
    actor = person(by) if isinstance(by, str) else by
    values = {"policy_id": document["id"], "hash": Policy.model_validate(document).hash} | changes
    return town.send(AdoptProposal(command_id=new_id(), actor=actor, **values))


def publish(town: Town, document: dict[str, Any]) -> Policy:
    propose(town, document)
    adopt(town, document)
    return Policy.model_validate(document)


def test_one_proposes_another_adopts_and_both_events_name_the_text(town: Town) -> None:
    document = text()
    (proposed,), (adopted,) = propose(town, document), adopt(town, document)
    assert isinstance(adopted, ev.PolicyAdopted)
    policy = Policy.model_validate(document)
    assert proposed.model_dump()["hash"] == adopted.hash == policy.hash
    assert adopted.signature is not None
    assert adopted.signature.capacity is Capacity.DEFINITIVE
    assert town.facts.policy_in_force(TUESDAY).id == "kota-serang/2026-01"
    assert town.facts.policy_in_force(TOMORROW).id == policy.id


def test_nobody_adopts_what_they_proposed(town: Town) -> None:
    document = text(publishing=text()["publishing"] | {"proposed_by": ["regional_secretary"]})
    town.policy = Policy.model_validate(text("2026-02", date(2026, 1, 1), publishing=document["publishing"]))
    propose(town, document, by="sekda")
    with pytest.raises(ExcludedOwner, match="proposer"):
        adopt(town, document, by="sekda")
    assert adopt(town, document, by="mayor")


@pytest.mark.parametrize("who", ["kasubag", "analyst", "nurse", "mayor"])
def test_only_the_offices_that_the_policy_names_propose(town: Town, who: str) -> None:
    with pytest.raises(NotPermitted):
        propose(town, text(), by=who)


@pytest.mark.parametrize("actor", [SYSTEM, MACHINE])
def test_no_machine_publishes(town: Town, actor: Actor) -> None:
    with pytest.raises(NotPermitted):
        propose(town, text(), by=actor)
    propose(town, text())
    with pytest.raises(NotPermitted):
        adopt(town, text(), by=actor)


def test_only_the_offices_that_the_policy_names_adopt(town: Town) -> None:
    propose(town, text())
    with pytest.raises(NotPermitted):
        adopt(town, text(), by="kabid")


def test_an_acting_secretary_adopts_no_policy(town: Town) -> None:
    propose(town, text())
    town.leaves("sekda")
    town.acting(Capacity.PLT, "kepala_bappeda", "p-sekda")
    with pytest.raises(CapacityNotAllowed):
        adopt(town, text(), by="kepala_bappeda")


def test_a_delegate_proposes_nothing(town: Town) -> None:
    town.acting(Capacity.DELEGATE, "nurse", by="kepala_bkpsdm")
    with pytest.raises(NotPermitted):
        propose(town, text(), by="nurse")


def test_who_adopts_has_read_the_text_that_stands(town: Town) -> None:
    first, second = text(), text(agency_name="Pemerintah Kota Serang (baru)")
    propose(town, first)
    propose(town, second)
    with pytest.raises(PolicyTextDiffers):
        adopt(town, first)
    assert adopt(town, second)


def test_what_nobody_proposed_is_not_adopted(town: Town) -> None:
    with pytest.raises(NotFound):
        adopt(town, text())


def test_the_same_text_by_the_same_person_changes_nothing(town: Town) -> None:
    assert len(propose(town, text())) == 1
    assert propose(town, text()) == []
    assert len(propose(town, text(), by="kabid")) == 1


def test_an_adopted_id_is_taken_for_good(town: Town) -> None:
    publish(town, text())
    for document in (text(), text(since=date(2027, 1, 1))):
        with pytest.raises(AlreadyExists):
            propose(town, document)
        with pytest.raises(AlreadyExists):
            adopt(town, document)


def test_two_policies_do_not_begin_on_one_day(town: Town) -> None:
    publish(town, text())
    with pytest.raises(AlreadyExists, match="kota-serang/2026-12"):
        propose(town, text("2026-13"))


def test_a_policy_does_not_reach_back(town: Town) -> None:
    with pytest.raises(PolicyBackdated):
        propose(town, text(since=TUESDAY - timedelta(days=1)))


def test_a_policy_may_begin_today_as_long_as_nobody_was_judged_for_today(town: Town) -> None:
    document = text(since=TUESDAY)
    propose(town, document)
    town.submit()
    with pytest.raises(PolicyBackdated) as refused:
        adopt(town, document)
    assert refused.value.facts["earliest"] == TOMORROW.isoformat()
    with pytest.raises(PolicyBackdated):
        propose(town, text("2026-14", since=TUESDAY))


def test_a_frozen_list_was_judged_for_its_day_too(town: Town) -> None:
    names = ("section_head", "kasubag", "analyst")
    town.open_vacancy("p-dukcapil", selection=OpenSelection(letter_number="800/1", person_ids=names))
    with pytest.raises(PolicyBackdated):
        propose(town, text(since=TUESDAY))


def test_a_policy_may_reach_back_as_far_as_the_one_in_force_lets_it_over_days_without_cases(
    town: Town,
) -> None:
    allowed = text()["publishing"] | {"backdating_days": 10}
    town.policy = Policy.model_validate(text("2026-02", date(2026, 1, 1), publishing=allowed))
    town.set_day(TUESDAY - timedelta(days=5))
    town.submit()
    town.set_day(TUESDAY)
    with pytest.raises(PolicyBackdated) as refused:
        propose(town, text(since=TUESDAY - timedelta(days=5)))
    earliest = date.fromisoformat(refused.value.facts["earliest"])
    assert earliest == TUESDAY - timedelta(days=4)
    assert propose(town, text(since=earliest))
    with pytest.raises(PolicyBackdated):
        propose(town, text("2026-15", since=TUESDAY - timedelta(days=11)))


def test_the_system_adopts_only_while_nobody_is_registered(town: Town) -> None:
    with pytest.raises(NotPermitted):
        town.send(cmd.AdoptPolicy(command_id=new_id(), actor=SYSTEM, document=text()))


# --- what the check finds is not adopted ---


def broken(*path: Any, to: Any) -> dict[str, Any]:
    document = text()
    place = document
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = to
    return document


def without(*path: str) -> dict[str, Any]:
    document = text()
    place = document
    for key in path[:-1]:
        place = place[key]
    del place[path[-1]]
    return document


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ({"id": "kota-serang/2026-12"}, "schema"),
        (broken("rules", "tenure_minimum", "parameters", to={"years": 1.5}), "schema"),
        (broken("rules", "tenure_minimum", "parameters", to={"years": "two"}), "rule-unjudgeable"),
        (broken("rules", "tenure_minimum", "parameters", to={}), "rule-unjudgeable"),
        (broken("promotion", "rules", "candidate_performance", "parameters", to={}), "rule-unjudgeable"),
        (broken("promotion", "requirements", "JPT", "education", to="Z-9"), "rule-unjudgeable"),
        (broken("promotion", "rules", "no_rule", to={"severity": "WARN", "citation": "-"}), "rule-unknown"),
        (broken("routes", to=text()["routes"][:5]), "route-missing"),
        (broken("publishing", "adopted_by", to=["nobody"]), "office-unknown"),
        (broken("evaluation", "cycles_by", to=["nobody"]), "office-unknown"),
        (broken("evaluation", "assessment", "office", to="nobody"), "office-unknown"),
        (broken("evaluation", "assessment", "office", to="unit_head"), "scope-differs"),
        (broken("evaluation", "assessment", "without_superior", to="superior"), "scope-differs"),
        (broken("steps", "delivery", "escalates_to", to="nobody"), "office-unknown"),
        (without("submitters", "six_monthly"), "submitters-missing"),
        (without("rules", "election_window"), "rule-missing"),
        (without("rules", "retirement_age"), "rule-missing"),
        (without("promotion", "rules", "candidate_retirement"), "rule-missing"),
        (without("acting_terms", "PLT"), "term-missing"),
        (without("annulment_by", "COURT"), "authority-missing"),
        (without("steps", "siasn_correction"), "step-missing"),
        (without("steps", "rating", "form"), "form-differs"),
        (broken("steps", "follow_up_decision", "form", to="retest"), "form-differs"),
        (broken("committee", "quorum", to=9), "quorum-impossible"),
        (text(id="elsewhere/2026-12"), "id-malformed"),
        (text(id="kota-serang/a b"), "id-malformed"),
        (text(id="kota-lain/2026-12", agency="kota-lain"), "agency-differs"),
    ],
)
def test_a_text_with_faults_is_not_even_proposed(town: Town, document: dict[str, Any], code: str) -> None:
    with pytest.raises(PolicyUnsound) as refused:
        propose(town, document)
    assert code in {fault["code"] for fault in refused.value.facts["faults"]}


def test_an_office_of_earlier_steps_stays_because_open_cases_have_tasks_of_it(town: Town) -> None:
    document = text()
    steps = document["steps"]
    for step in steps.values():
        if step["office"] == "transfer_division_head":
            step["office"] = "agency_head"
    for field in ("submitters", "readers"):
        for key, offices in document[field].items():
            document[field][key] = [name for name in offices if name != "transfer_division_head"]
    for part, key in (
        ("promotion", "opened_by"), ("evaluation", "cycles_by"), ("evaluation", "withdrawn_by"),
        ("publishing", "proposed_by"), ("personal_data", "requested_by"),
    ):  # fmt: skip
        document[part][key] = [name for name in document[part][key] if name != "transfer_division_head"]
    for hands in ("proposed_by", "recorded_by"):
        document["rank_promotion"]["hands"][hands].remove("transfer_division_head")
    document["evaluation"]["organisation"]["rated_by"].remove("transfer_division_head")
    document["acting_granted_by"].remove("transfer_division_head")
    document["personal_data"]["access"]["copies_by"].remove("transfer_division_head")
    document["talent"]["entry"]["confirmed_by"].remove("transfer_division_head")
    document["offices"]["personnel_analyst"]["superior"] = "agency_head"
    del document["offices"]["transfer_division_head"]
    with pytest.raises(PolicyUnsound) as refused:
        propose(town, document)
    assert {fault["code"] for fault in refused.value.facts["faults"]} == {"office-dropped"}


def test_differences_name_each_place_with_both_values() -> None:
    after = Policy.model_validate(broken("rules", "tenure_minimum", "parameters", to={"years": 3}))
    found = {item.where: (item.before, item.after) for item in differences(kota_serang(), after)}
    assert found["rules.tenure_minimum.parameters.years"] == (2, 3)
    assert found["id"] == ("kota-serang/2026-01", "kota-serang/2026-12")
    assert set(found) == {"id", "effective_from", "rules.tenure_minimum.parameters.years"}
    routes = [*text()["routes"][1:]]
    (gone,) = [
        d for d in differences(kota_serang(), Policy.model_validate(text(routes=routes))) if "[" in d.where
    ]
    assert (gone.where, gone.after) == ("routes.[mutation/within_agency]", None)
