"""The policy of Kota Serang as data: complete, cited, hashed, and free of dead ends."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from domain import commands as cmd
from domain.candidacy import CANDIDATE_RULES
from domain.candidate_texts import CANDIDATE_REMEDIES, CANDIDATE_TEXTS
from domain.errors import AlreadyExists, NotPermitted
from domain.forms import FORMS
from domain.identity import SYSTEM, Capacity
from domain.policy import TRANSFERS, Kind, Policy
from policies.library import PolicyUnreadable, policy_documents, working_calendar
from tests.domain.town import Town, kota_serang, new_id, person

DOCUMENT = policy_documents("kota-serang")[-1]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every leaf of a document."""
    items = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    )
    if items is None:
        yield path
        return
    for key, inner in items:
        yield from places(inner, (*path, key))


def cited(value: Any) -> Iterator[dict[str, Any]]:
    """Every part of a document that carries a citation, or should."""
    if isinstance(value, dict):
        if value.keys() & {"citation", "severity", "sla_working_days", "steps"} and "offices" not in value:
            yield value
        for inner in value.values():
            yield from cited(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from cited(inner)


def test_every_rule_step_route_and_office_has_a_citation() -> None:
    parts = list(cited(DOCUMENT))
    assert len(parts) > 60
    assert [part for part in parts if not part.get("citation")] == []


def test_hash_is_stable_and_changes_with_any_edit() -> None:
    policy = kota_serang()
    assert Policy.model_validate(policy.model_dump(mode="json")).hash == policy.hash
    hashes = {policy.hash}
    leaves = [
        path for path in places(DOCUMENT) if isinstance(_at(DOCUMENT, path), str | int) and "doubt" in path
    ]
    leaves += [
        path for path in places(DOCUMENT) if path[-1] in ("citation", "sla_working_days", "quorum", "years")
    ]
    for path in leaves:
        edited = copy.deepcopy(DOCUMENT)
        value = _at(edited, path)
        _at(edited, path[:-1])[path[-1]] = value + 1 if isinstance(value, int) else f"{value}."
        hashes.add(Policy.model_validate(edited).hash)
    assert len(hashes) == len(leaves) + 1


def _at(document: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        document = document[key]
    return document


def test_chains_of_superiors_end_at_the_top() -> None:
    for office, rule in kota_serang().offices.items():
        seen, above = {office}, rule.superior
        while above is not None:
            assert above not in seen, f"{office} has itself as a superior"
            seen.add(above)
            above = kota_serang().offices[above].superior


def test_every_variant_has_a_route_that_ends_with_the_decision() -> None:
    for variant in TRANSFERS:
        steps = kota_serang().route(Kind.MUTATION, variant).steps
        assert steps[-1] == "appointing_decision"
        assert "analyst_verification" in steps
        assert "bkn_review" in steps


@pytest.mark.parametrize("variant", ["talent_pool", "merit_exemption", "open_selection"])
def test_a_promotion_is_ranked_by_the_committee_before_bkn_and_chosen_at_the_end(variant: Any) -> None:
    steps = kota_serang().route(Kind.PROMOTION, variant).steps
    assert steps.index("candidate_ranking") < steps.index("bkn_review")
    assert steps[-1] == "promotion_choice"


def test_every_promotion_rule_exists_has_words_and_a_source() -> None:
    policy = kota_serang()
    assert policy.promotion.rules.keys() == CANDIDATE_RULES.keys() == CANDIDATE_TEXTS.keys()
    assert policy.promotion.rules.keys() == CANDIDATE_REMEDIES.keys()
    assert not policy.promotion.rules.keys() & policy.rules.keys()
    assert all(rule.citation for rule in policy.promotion.rules.values())


def test_every_form_exists_and_every_step_has_its_words() -> None:
    for name, step in kota_serang().steps.items():
        assert step.form is None or step.form in FORMS, name
        assert step.name_id != step.name_en


def test_only_definitive_holders_decide() -> None:
    definitive = {name for name, step in kota_serang().steps.items() if step.definitive_only}
    assert definitive == {
        "regional_secretary_review",
        "appointing_decision",
        "follow_up_decision",
        "promotion_secretary_review",
        "promotion_choice",
        "override_confirmation",
    }


def test_every_acting_capacity_has_a_term_or_the_plts() -> None:
    assert {Capacity.PLT, Capacity.PLH, Capacity.DELEGATE} <= set(kota_serang().acting_terms)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("steps", "revision", "office"), "no_office"),
        (("steps", "revision", "excludes_actors_of"), ["no_step"]),
        (("routes", 0, "steps"), ["no_step"]),
        (("committee", "chair"), "no_office"),
        (("clearances", 0, "step"), "no_step"),
        (("rules", "identity", "severity"), "SOFT"),
        (("surprise",), 1),
    ],
)
def test_document_that_does_not_hang_together_is_refused(path: tuple[Any, ...], value: Any) -> None:
    edited = copy.deepcopy(DOCUMENT)
    _at(edited, path[:-1])[path[-1]] = value
    with pytest.raises(ValidationError):
        Policy.model_validate(edited)


def test_unreadable_policy_is_named_by_its_file(tmp_path: Path) -> None:
    with pytest.raises(PolicyUnreadable, match="no policy for nowhere"):
        policy_documents("nowhere", tmp_path)
    (tmp_path / "somewhere").mkdir()
    file = tmp_path / "somewhere" / "2026.yaml"
    for text in ("id: [", "id: only"):
        file.write_text(text)
        with pytest.raises(PolicyUnreadable, match=r"2026\.yaml"):
            policy_documents("somewhere", tmp_path)


def test_calendar_names_its_source() -> None:
    version, days = working_calendar()
    assert version.startswith("holidays-")
    assert working_calendar() == (version, days)
    assert list(days) == sorted(set(days))


# --- adoption ---


def adopt(town: Town, **changes: Any) -> list[Any]:
    actor = changes.pop("actor", SYSTEM)
    return town.send(cmd.AdoptPolicy(command_id=new_id(), actor=actor, document=DOCUMENT | changes))


def test_same_text_again_changes_nothing_and_another_under_the_same_name_is_refused(town: Town) -> None:
    assert adopt(town) == []
    with pytest.raises(AlreadyExists):
        adopt(town, agency_name="Kota Lain")


def test_no_operator_adopts_a_policy_past_its_two_people(town: Town) -> None:
    town.send(cmd.GrantOffice(command_id=new_id(), actor=SYSTEM, person_id="clerk", office="operator"))
    for who in ("mayor", "clerk"):
        with pytest.raises(NotPermitted):
            adopt(town, actor=person(who), id="kota-serang/2027-01")
