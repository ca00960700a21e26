"""With the sealing key as well: what the rules were told, and what an annulment gives back."""

from __future__ import annotations

import sqlite3
from typing import Any

from domain.canonical import digest
from domain.eligibility import assess
from domain.fact_sheet import FactSheet
from ledger.record import sealing_context
from ledger.sealing import Keyring
from tests.audit.attacker import Attacker
from tests.audit.conftest import Evidence

Document = dict[str, Any]


class Seals:
    """Opens and closes boxes as the writer does."""

    def __init__(self, evidence: Evidence) -> None:
        connection = sqlite3.connect(evidence.database)
        self._keys: dict[str, bytes] = dict(connection.execute("SELECT * FROM person_keys").fetchall())
        connection.close()
        self._ring = Keyring(evidence.installation.sealing_key)

    def open(self, document: Document) -> dict[str, Any]:
        box = document["sealed"]
        found = self._ring.unseal(box["for"], box["box"], _context(document), self._keys.get)
        assert found is not None
        return found

    def close(self, document: Document, values: dict[str, Any]) -> None:
        person = document["sealed"]["for"]
        box = self._ring.seal(person, values, _context(document), self._keys.get, lambda *_: None)
        document["sealed"]["box"] = box


def _context(document: Document) -> str:
    return sealing_context(document["id"], document["stream"])


def assessed_anew(evidence: Evidence, attacker: Attacker, **changes: Any) -> None:
    """Change the newest fact sheet after the analyst's verification, and judge it by the rules."""
    documents, seals = attacker.documents(), Seals(evidence)
    verdict = next(
        d
        for d in reversed(documents)
        if d["type"] == "ActionAssessed" and d["data"]["at_step"] == "regional_secretary_review"
    )
    values = seals.open(verdict)
    values["fact_sheet"] |= changes
    policy = next(iter(evidence.world.view.policies.values()))
    found = assess(FactSheet.model_validate(values["fact_sheet"]), policy)
    values["facts"] = [facts.model_dump(mode="json") for facts in found.facts]
    verdict["data"]["outcomes"] = [outcome.model_dump(mode="json") for outcome in found.outcomes]
    verdict["data"]["fact_sheet_hash"] = digest(values["fact_sheet"])
    seals.close(verdict, values)
    attacker.rewrite(documents)


def test_rules_that_were_told_another_attestation(evidence: Evidence, attacker: Attacker) -> None:
    attested = {
        "no_discipline": True,
        "no_court_process": True,
        "not_on_study_leave": True,
        "no_audit_findings": True,
        "performance": [
            {"year": 2024, "predicate": "SANGAT_BAIK"},
            {"year": 2025, "predicate": "SANGAT_BAIK"},
        ],
    }
    assessed_anew(evidence, attacker, attested=attested)
    # Another tree draws another sample.
    assert evidence.codes(attacker) == {"facts-differ", "sample-differs"}


def test_rules_that_were_told_another_birth_date(evidence: Evidence, attacker: Attacker) -> None:
    documents, seals = attacker.documents(), Seals(evidence)
    verdict = next(d for d in reversed(documents) if d["type"] == "ActionAssessed")
    subject = seals.open(verdict)["fact_sheet"]["subject"]
    assessed_anew(evidence, attacker, subject=subject | {"birth_date": "1999-01-01"})
    assert "facts-differ" in evidence.codes(attacker)


def test_a_decision_that_the_form_does_not_say(evidence: Evidence, attacker: Attacker) -> None:
    documents, seals = attacker.documents(), Seals(evidence)
    decided = next(
        d
        for d in reversed(documents)
        if d["type"] == "TaskCompleted" and d["data"]["step"] == "appointing_decision"
    )
    values = seals.open(decided)
    values["details"]["effective_date"] = "2029-01-01"
    seals.close(decided, values)
    attacker.rewrite(documents)
    assert "wrong-date" in evidence.codes(attacker)


def test_an_annulment_that_gives_another_post_back(evidence: Evidence, attacker: Attacker) -> None:
    documents = attacker.documents()
    vacant = evidence.world.vacancies()[-1]
    annulled = next(d for d in reversed(documents) if d["type"] == "ActionAnnulled")
    annulled["data"]["restores_position_id"] = vacant
    restored = next(
        d for d in reversed(documents) if d["type"] == "EmployeePlaced" and d["data"].get("restores")
    )
    restored["data"]["to_position_id"] = vacant
    attacker.rewrite(documents)
    assert "placement-differs" in evidence.codes(attacker)


def test_what_siasn_was_not_asked_about_is_not_changed_with_what_was_accepted(
    evidence: Evidence, attacker: Attacker
) -> None:
    """The date of a grade was taken over, and under the seal another date of birth with it."""
    documents, seals = attacker.documents(), Seals(evidence)
    accepted = next(d for d in documents if d["data"].get("outcome") == "accepted" and "field" in d["data"])
    corrected = next(
        d for d in documents if d["type"] == "EmployeeCorrected" and d["commit"] == accepted["commit"]
    )
    seals.close(corrected, seals.open(corrected) | {"birth_date": "1990-01-01"})
    attacker.rewrite(documents)
    found = evidence.verify(attacker.path).findings
    assert ("wrong-facts", accepted["position"]) in {(each.code, each.position) for each in found}
