"""Verdicts on documents written past the program, with all keys: verify knows whose verdict counts."""

from __future__ import annotations

from typing import Any

from tests.audit.attacker import Attacker
from tests.audit.conftest import Evidence
from tests.audit.test_unlawful import last, person

Document = dict[str, Any]
UNLAWFUL = {"excluded-actor", "not-entitled", "illegal-transition"}


def verdict(filed: Document, by: str, signature: Document, **data: Any) -> Document:
    known = {name: filed["data"][name] for name in ("document_id", "person_id")}
    return {
        "stream": filed["stream"],
        "type": "DocumentVerified",
        "actor": person(by),
        "data": known | {"outcome": "accepted", "signature": signature} | data,
    }


def an_analyst(evidence: Evidence, filed: Document) -> tuple[str, Document]:
    """Somebody who may verify the document, with their own signature."""
    offices, today = evidence.world.offices, evidence.world.today
    holders = offices.holders("personnel_analyst", today)
    analyst = min(holders - {filed["data"]["person_id"], filed["actor"]["id"]})
    signature = next(s for key, s in offices.exercised_by(analyst, today) if key == "personnel_analyst")
    return analyst, signature.model_dump(mode="json", exclude_none=True)


def told(evidence: Evidence, attacker: Attacker, forged: Document) -> set[str]:
    attacker.append(forged)
    return evidence.codes(attacker) & UNLAWFUL


def test_an_analysts_verdict_is_lawful(evidence: Evidence, attacker: Attacker) -> None:
    """Only the read models, which the attacker left as they were, tell of it."""
    filed = last(attacker.documents(), "DocumentFiled")
    assert told(evidence, attacker, verdict(filed, *an_analyst(evidence, filed))) == set()


def test_a_verdict_on_ones_own_file(evidence: Evidence, attacker: Attacker) -> None:
    filed = last(attacker.documents(), "DocumentFiled")
    assert "excluded-actor" in told(
        evidence, attacker, verdict(filed, filed["data"]["person_id"], an_analyst(evidence, filed)[1])
    )


def test_a_verdict_by_who_filed_the_document(evidence: Evidence, attacker: Attacker) -> None:
    documents = attacker.documents()
    filed = last(documents, "DocumentFiled")
    analyst, signature = an_analyst(evidence, filed)
    filed["actor"] = person(analyst)
    attacker.rewrite(documents)
    assert told(evidence, attacker, verdict(filed, analyst, signature)) == {"excluded-actor"}


def test_a_verdict_by_somebody_without_the_office(evidence: Evidence, attacker: Attacker) -> None:
    filed = last(attacker.documents(), "DocumentFiled")
    subject = filed["data"]["person_id"]
    stranger = next(one for one in evidence.world.movable("PELAKSANA") if one != subject)
    assert told(evidence, attacker, verdict(filed, stranger, an_analyst(evidence, filed)[1])) == {
        "not-entitled"
    }


def test_a_verdict_signed_as_a_personal_delegate(evidence: Evidence, attacker: Attacker) -> None:
    filed = last(attacker.documents(), "DocumentFiled")
    analyst, signature = an_analyst(evidence, filed)
    forged = verdict(filed, analyst, signature | {"capacity": "DELEGATE"})
    assert told(evidence, attacker, forged) == {"not-entitled"}


def test_a_verdict_on_a_document_of_another_file(evidence: Evidence, attacker: Attacker) -> None:
    filed = last(attacker.documents(), "DocumentFiled")
    other = evidence.world.movable("PELAKSANA")[0]
    forged = verdict(filed, *an_analyst(evidence, filed), person_id=other)
    assert "illegal-transition" in told(evidence, attacker, forged)


def test_a_verdict_on_a_document_that_was_never_filed(evidence: Evidence, attacker: Attacker) -> None:
    filed = last(attacker.documents(), "DocumentFiled")
    unknown = "7f8a5c52-4a06-4f9b-9a5c-0000000000aa"
    forged = verdict(filed, *an_analyst(evidence, filed), document_id=unknown)
    assert "illegal-transition" in told(evidence, attacker, forged | {"stream": f"document/{unknown}"})


def test_a_refused_document_has_no_last_day(evidence: Evidence, attacker: Attacker) -> None:
    filed = last(attacker.documents(), "DocumentFiled")
    rejected = verdict(filed, *an_analyst(evidence, filed), outcome="rejected", valid_until="2030-01-01")
    assert "illegal-transition" in told(evidence, attacker, rejected)


def test_a_document_refused_without_a_reason(evidence: Evidence, attacker: Attacker) -> None:
    filed = last(attacker.documents(), "DocumentFiled")
    forged = verdict(filed, *an_analyst(evidence, filed), outcome="rejected")
    assert told(evidence, attacker, forged) == {"illegal-transition"}


def test_a_document_filed_again_into_another_file(evidence: Evidence, attacker: Attacker) -> None:
    """It would forget who had filed it, and who may therefore not verify it."""
    filed = last(attacker.documents(), "DocumentFiled")
    other = evidence.world.movable("PELAKSANA")[0]
    again = {name: filed[name] for name in ("stream", "type")}
    forged = again | {"actor": person(other), "data": filed["data"] | {"person_id": other}}
    assert "illegal-transition" in told(evidence, attacker, forged)


def test_a_document_from_a_day_that_had_not_come(evidence: Evidence, attacker: Attacker) -> None:
    """A later date would let it count for longer."""
    documents = attacker.documents()
    last(documents, "DocumentFiled")["data"]["issued_on"] = "2099-01-01"
    attacker.rewrite(documents)
    assert "wrong-date" in evidence.codes(attacker)


def test_rejected_bytes_filed_anew(evidence: Evidence, attacker: Attacker) -> None:
    filed = last(attacker.documents(), "DocumentFiled")
    attacker.append(verdict(filed, *an_analyst(evidence, filed), outcome="rejected"))
    unknown = "7f8a5c52-4a06-4f9b-9a5c-0000000000aa"
    again = {name: filed[name] for name in ("type", "actor")}
    again |= {"stream": f"document/{unknown}", "data": filed["data"] | {"document_id": unknown}}
    attacker.append(again)
    details = [finding.detail for finding in evidence.verify(attacker.path).findings]
    assert "bytes that had been rejected in this file" in details


def test_a_request_that_rests_on_another_s_document(evidence: Evidence, attacker: Attacker) -> None:
    documents = attacker.documents()
    filed = last(documents, "DocumentFiled")["data"]
    submitted = next(
        d
        for d in documents
        if d["type"] == "ActionSubmitted" and d["data"]["subject_id"] != filed["person_id"]
    )
    submitted["data"]["document_ids"] = [filed["document_id"]]
    attacker.rewrite(documents)
    details = [finding.detail for finding in evidence.verify(attacker.path).findings]
    assert "it rests on a document that is not in the subject's file" in details
