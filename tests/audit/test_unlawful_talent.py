"""Talent records written past the program, with all keys: verify recomputes what they rest on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from domain.nine_box import assess_talent, placement_hash
from domain.talent_events import TalentInputs
from tests.audit.attacker import Attacker
from tests.audit.conftest import Evidence
from tests.audit.test_unlawful_seals import Seals

Document = dict[str, Any]


def newest(documents: list[Document], type_: str) -> Document:
    return next(document for document in reversed(documents) if document["type"] == type_)


def with_seal(
    evidence: Evidence, attacker: Attacker, type_: str, change: Callable[[Document, dict[str, Any]], None]
) -> set[str]:
    """What verify says after `change` of the newest event of that type, its seal open."""
    documents, seals = attacker.documents(), Seals(evidence)
    document = newest(documents, type_)
    values = seals.open(document)
    change(document, values)
    seals.close(document, values)
    attacker.rewrite(documents)
    return evidence.codes(attacker)


def placed_by_the_rules(evidence: Evidence, document: Document, values: dict[str, Any]) -> None:
    """Make outcome and hash fit the inputs, as a careful forger would."""
    policy = next(iter(evidence.world.view.policies.values()))
    inputs = TalentInputs.model_validate(values["inputs"])
    found = assess_talent(inputs, policy.talent)
    values |= {"box": found.box, "performance": found.performance, "potential": found.potential}
    values["lapses_on"] = found.lapses_on.isoformat() if found.lapses_on else None
    hashed = placement_hash(
        document["data"]["person_id"], inputs, found, policy.talent.formula_version, policy.hash
    )
    document["data"]["placement_hash"] = hashed


def test_a_better_box_than_the_inputs_give(evidence: Evidence, attacker: Attacker) -> None:
    def better(_: Document, values: dict[str, Any]) -> None:
        values["box"] = 9

    assert "talent-placement-differs" in with_seal(evidence, attacker, "TalentPlaced", better)


def test_another_hash_than_the_placement_has(evidence: Evidence, attacker: Attacker) -> None:
    documents = attacker.documents()
    newest(documents, "TalentPlaced")["data"]["placement_hash"] = "0" * 64
    attacker.rewrite(documents)
    assert "talent-placement-differs" in evidence.codes(attacker)


def test_inputs_that_nobody_recorded(evidence: Evidence, attacker: Attacker) -> None:
    def generous(document: Document, values: dict[str, Any]) -> None:
        values["inputs"]["test"]["potential"] = 100
        placed_by_the_rules(evidence, document, values)

    assert "talent-inputs-differ" in with_seal(evidence, attacker, "TalentPlaced", generous)


def test_a_legal_status_that_the_register_does_not_say(evidence: Evidence, attacker: Attacker) -> None:
    def clean(document: Document, values: dict[str, Any]) -> None:
        values["inputs"]["employment_status"] = "03"
        placed_by_the_rules(evidence, document, values)

    assert "talent-inputs-differ" in with_seal(evidence, attacker, "TalentPlaced", clean)


def test_a_result_changed_after_the_placement(evidence: Evidence, attacker: Attacker) -> None:
    def worse(_: Document, values: dict[str, Any]) -> None:
        values["results"]["potential"] = 1

    assert "talent-inputs-differ" in with_seal(evidence, attacker, "CompetencyTested", worse)


def test_another_formula_than_the_policy_of_the_day(evidence: Evidence, attacker: Attacker) -> None:
    documents = attacker.documents()
    newest(documents, "TalentPlaced")["data"]["formula_version"] = "home-made/1"
    attacker.rewrite(documents)
    assert "wrong-policy" in evidence.codes(attacker)


def test_a_rating_by_the_rated(evidence: Evidence, attacker: Attacker) -> None:
    documents = attacker.documents()
    rated = newest(documents, "SkpRated")
    rated["data"]["assessor_id"] = rated["data"]["person_id"]
    attacker.rewrite(documents)
    assert "self-assessment" in evidence.codes(attacker)


def test_a_result_that_counts_longer_than_the_policy_says(evidence: Evidence, attacker: Attacker) -> None:
    documents = attacker.documents()
    newest(documents, "CompetencyTested")["data"]["valid_until"] = "2039-01-01"
    attacker.rewrite(documents)
    assert "wrong-date" in evidence.codes(attacker)


@pytest.mark.parametrize("type_", ["SkpRated", "CompetencyTested", "TalentPlaced"])
def test_a_talent_record_kept_by_somebody_else_than_an_operator(
    evidence: Evidence, attacker: Attacker, type_: str
) -> None:
    documents = attacker.documents()
    nobody = evidence.world.movable()[0]
    newest(documents, type_)["actor"] = {"kind": "person", "id": nobody}
    attacker.rewrite(documents)
    assert "not-entitled" in evidence.codes(attacker)


def test_a_result_without_the_placement_that_follows_from_it(evidence: Evidence, attacker: Attacker) -> None:
    documents = attacker.documents()
    last = newest(documents, "TalentPlaced")
    documents.remove(last)
    attacker.rewrite(documents)
    assert "talent-not-placed" in evidence.codes(attacker)
