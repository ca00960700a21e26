"""A policy is checked before it is law: whole, cited, reachable, and livable for the agency as it is."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from domain.identity import Capacity
from domain.policy import TRANSFERS, Policy
from domain.policy_check import check_policy
from domain.separation import Casting, step_without_owner
from policies.library import policy_documents
from tests.domain.town import Town, kota_serang

DOCUMENT = policy_documents("kota-serang")[-1]


def edited(*path: Any, to: Any) -> Policy:
    document = copy.deepcopy(DOCUMENT)
    place = document
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = to
    return Policy.model_validate(document)


def codes(policy: Policy, town: Town | None = None) -> set[str]:
    agency, day = (town.agency, town.today) if town else (None, policy.effective_from)
    return {finding.code for finding in check_policy(policy, agency, day)}


def test_the_policy_of_kota_serang_is_sound(town: Town) -> None:
    assert codes(kota_serang(), town) == set()


def test_no_document_is_demanded_before_a_promotion_concerns_somebody() -> None:
    demand = DOCUMENT["personnel_file"]["for_steps"][0] | {"kind": "promotion", "variants": []}
    for step, found in (("candidate_ranking", {"documents-of-nobody"}), ("promotion_choice", set())):
        rules = [*DOCUMENT["personnel_file"]["for_steps"], demand | {"steps": [step]}]
        assert codes(edited("personnel_file", "for_steps", to=rules)) == found


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        (("steps", "bkn_review", "citation"), " ", "citation-missing"),
        (("steps", "bkn_review", "form"), "no_form", "form-unknown"),
        (("offices", "agency_head", "superior"), "no_office", "office-unknown"),
        (("readers", "agency"), ["no_office"], "office-unknown"),
        (("offices", "appointing_official", "superior"), "agency_head", "superior-cycle"),
        (("routes", 0, "steps"), ["unit_file_check", "bkn_review"], "route-without-decision"),
        (("routes", 0, "steps"), ["bkn_review", "bkn_review", "appointing_decision"], "step-repeated"),
        (("routes", 0, "steps"), ["appointing_decision"], "clearance-unreachable"),
        (("routes",), DOCUMENT["routes"][1:], "route-missing"),
        (("committee", "quorum"), 6, "quorum-impossible"),
        (("committee", "chair"), "auditor", "chair-outside"),
        (("steps", "bkn_review", "sla_working_days"), 0, "deadline-senseless"),
        (("clearances",), [], "step-unreachable"),
    ],
)
def test_each_fault_is_named(path: tuple[Any, ...], value: Any, code: str) -> None:
    assert code in codes(edited(*path, to=value))


def test_an_unknown_rule_and_a_reversed_window_are_named() -> None:
    rule = DOCUMENT["rules"]["identity"]
    assert "rule-unknown" in codes(edited("rules", "no_rule", to=rule))
    window = {"first": "2027-03-01", "last": "2027-02-01", "citation": "UU 10/2016 art. 71"}
    assert "window-reversed" in codes(edited("election_windows", to=[window]))


def test_a_step_whose_office_is_held_by_an_acting_holder_only_has_no_lawful_owner(town: Town) -> None:
    town.leaves("sekda")
    town.acting(Capacity.PLT, "kepala_bappeda", "p-sekda")
    found = [f for f in check_policy(kota_serang(), town.agency, town.today) if f.code == "no-lawful-owner"]
    secretary = {"regional_secretary_review", "promotion_secretary_review"}
    assert {f.where.rpartition(".")[2] for f in found} == secretary
    # In three units the acting holder has recommended before, so that the step falls to the mayor: in
    # their own, in the secretariat that they lead now, and in the one whose head is vacant.
    case = [Casting(unit, unit) for unit in town.agency.apparatuses() if unit != "kota"]
    steps, policy = kota_serang().routes[0].steps, kota_serang()
    free = {
        c.origin_unit_id for c in case if not step_without_owner(steps, c, policy, town.offices, town.today)
    }
    assert free == {"bappeda", "setda", "dukcapil"}
    assert {f.severity for f in found} == {"warning"}


def test_every_kind_of_case_is_looked_at_to_its_end(town: Town) -> None:
    """A mayor who only acts appoints nobody, chooses no candidate, orders no measure and decrees no rank. The
    vacancy is told and is no fault of the text.
    """
    town.leaves("mayor")
    town.acting(Capacity.PLT, "kepala_disdik", "p-mayor")
    found = [f for f in check_policy(kota_serang(), town.agency, town.today) if f.code == "no-lawful-owner"]
    assert {f.where for f in found} >= {
        *(f"routes.{variant}.appointing_decision" for variant in TRANSFERS),
        *(f"routes.{way}.promotion_choice" for way in ("talent_pool", "merit_exemption", "open_selection")),
        *(
            f"routes.{after}.follow_up_decision"
            for after in ("performance_improvement", "temporary_placement")
        ),
        "rank_promotion.hands.decreed_by",
    }
    assert {f.severity for f in found} == {"warning"}


def test_an_override_that_the_chooser_alone_could_confirm_is_a_fault_of_the_text(town: Town) -> None:
    policy = edited("steps", "override_confirmation", "office", to="appointing_official")
    found = [f for f in check_policy(policy, town.agency, town.today) if f.code == "no-lawful-owner"]
    ways = ("talent_pool", "merit_exemption", "open_selection")
    assert {f.where for f in found} == {f"routes.{way}.override_confirmation" for way in ways}
    assert {f.severity for f in found} == {"error"}


def test_who_makes_a_rank_list_neither_sends_nor_decrees_it(town: Town) -> None:
    alone = DOCUMENT["rank_promotion"]["hands"] | {"proposed_by": ["agency_head"], "sent_by": ["agency_head"]}
    found = check_policy(edited("rank_promotion", "hands", to=alone), town.agency, town.today)
    assert {f.where for f in found} == {"rank_promotion.hands.sent_by"}


def test_a_vacant_office_falls_to_its_superior(town: Town) -> None:
    town.leaves("kabid")
    assert codes(kota_serang(), town) == set()


def test_one_person_for_two_separated_steps_is_no_lawful_owner(town: Town) -> None:
    policy = edited("offices", "appointing_official", "posts", to=DOCUMENT["offices"]["agency_head"]["posts"])
    found = {f.where.rpartition(".")[2] for f in check_policy(policy, town.agency, town.today)}
    assert found == {"appointing_decision"}


def test_a_case_of_the_regional_secretary_has_nobody_for_their_own_step(town: Town) -> None:
    case = Casting("setda", "dinkes", subject_id="sekda")
    steps = kota_serang().routes[0].steps
    found = step_without_owner(steps, case, kota_serang(), town.offices, town.today)
    assert found == "regional_secretary_review"
