"""What a low rating leads to, written past the program with all keys: verify knows what the law gives."""

from __future__ import annotations

import uuid
from typing import Any

from tests.audit.attacker import Attacker
from tests.audit.conftest import Evidence
from tests.audit.test_unlawful import decision, open_at, person, subject_of
from tests.audit.test_unlawful_seals import Seals

Document = dict[str, Any]


def withdrawal(task: Document, by: str) -> tuple[Document, Document]:
    case = {"stream": task["stream"], "actor": person(by)}
    task_id = task["data"]["task_id"]
    return (
        case | {"type": "TaskExited", "data": {"task_id": task_id, "why": "withdrawn"}},
        case | {"type": "ActionWithdrawn", "data": {"by": by}},
    )


def test_a_time_to_improve_that_began_before_it_was_given(evidence: Evidence, attacker: Attacker) -> None:
    task = open_at(attacker.documents(), "improvement_plan")
    owner = evidence.world.holder("agency_head")
    attacker.append(decision(task, owner, task["data"]["office"], effective_date="2020-01-01"))
    assert "wrong-date" in evidence.codes(attacker)


def test_a_response_after_its_window(evidence: Evidence, attacker: Attacker) -> None:
    documents = attacker.documents()
    task = open_at(documents, "result_response")
    late = decision(task, subject_of(documents, task["stream"]), "subject")
    attacker.append(late | {"recorded_at": "2027-01-20T03:00:00.000000Z"})
    assert "wrong-date" in evidence.codes(attacker)


def test_an_evaluation_withdrawn_by_a_delegate(evidence: Evidence, attacker: Attacker) -> None:
    documents = attacker.documents()
    granted = next(
        d
        for d in reversed(documents)
        if d["type"] == "DelegationGranted" and d["data"]["capacity"] == "DELEGATE"
    )
    attacker.rewrite([d for d in documents if d["type"] != "DelegationRevoked"])
    attacker.append(
        *(
            event | {"recorded_at": granted["recorded_at"]}
            for event in withdrawal(open_at(documents, "rating"), granted["data"]["delegate_id"])
        )
    )
    assert "not-an-owner" in evidence.codes(attacker)


def test_a_follow_up_that_somebody_withdrew(evidence: Evidence, attacker: Attacker) -> None:
    task = open_at(attacker.documents(), "improvement_plan")
    attacker.append(*withdrawal(task, evidence.world.holder("agency_head")))
    assert "not-an-owner" in evidence.codes(attacker)


def follow_up(documents: list[Document]) -> tuple[Document, Document]:
    """The event that named the follow-up of the low rating, and the follow-up's first."""
    named = next(d for d in documents if d["type"] == "FollowUpOpened")
    stream = f"personnel-action/{named['data']['action_id']}"
    return named, next(d for d in documents if d["stream"] == stream)


def test_a_dismissal_proposed_under_the_id_of_an_improvement(evidence: Evidence, attacker: Attacker) -> None:
    documents = attacker.documents()
    _, begun = follow_up(documents)
    begun["data"] |= {
        "variant": "dismissal_proposal",
        "steps": ["dismissal_dossier"],
        "period_end": "2027-11-24",
        "effective_date": "2027-11-24",
    }
    attacker.rewrite(documents)
    found = [f for f in evidence.verify(attacker.path).findings if f.position == begun["position"]]
    assert "illegal-transition" in {finding.code for finding in found}


def test_a_follow_up_of_somebody_else(evidence: Evidence, attacker: Attacker) -> None:
    documents = attacker.documents()
    _, begun = follow_up(documents)
    begun["data"]["subject_id"] = evidence.world.movable()[-1]
    attacker.rewrite(documents)
    details = [f.detail for f in evidence.verify(attacker.path).findings if f.code == "wrong-facts"]
    assert any("another person" in detail for detail in details)


def test_a_second_time_to_improve_beside_the_first(evidence: Evidence, attacker: Attacker) -> None:
    _, begun = follow_up(attacker.documents())
    twin = str(uuid.uuid4())
    again = {"actor": begun["actor"], "type": "ActionSubmitted", "data": begun["data"] | {"action_id": twin}}
    attacker.append(again | {"stream": f"personnel-action/{twin}"})
    assert "evaluated-twice" in evidence.codes(attacker)


def test_a_period_that_shares_a_day_with_one_rated_before(evidence: Evidence, attacker: Attacker) -> None:
    documents = attacker.documents()
    stream = open_at(documents, "rating")["stream"]
    first = next(d for d in documents if d["stream"] == stream)
    twin = str(uuid.uuid4())
    data = first["data"] | {
        "action_id": twin,
        "period_start": "2026-06-30",
        "period_end": "2026-11-30",
        "effective_date": "2026-11-30",
    }
    again = {"actor": first["actor"], "type": "ActionSubmitted", "data": data}
    attacker.append(again | {"stream": f"personnel-action/{twin}"})
    assert "evaluated-twice" in evidence.codes(attacker)


def test_an_annulled_evaluation_whose_follow_up_stands(evidence: Evidence, attacker: Attacker) -> None:
    named, _ = follow_up(attacker.documents())
    mayor = evidence.world.holder("appointing_official")
    data = {"authority": "PPK", "was_effective": False}
    annulled = {"stream": named["stream"], "type": "ActionAnnulled", "actor": person(mayor), "data": data}
    attacker.append(annulled)
    details = [f.detail for f in evidence.verify(attacker.path).findings if f.code == "skipped-step"]
    assert any("left standing" in detail for detail in details)


def test_an_evaluation_annulled_with_another_that_it_does_not_follow(
    evidence: Evidence, attacker: Attacker
) -> None:
    documents = attacker.documents()
    named, _ = follow_up(documents)
    mayor = evidence.world.holder("appointing_official")
    data = {"authority": "PPK", "was_effective": False}
    annulled = {"type": "ActionAnnulled", "actor": person(mayor), "data": data}
    other = open_at(documents, "rating")["stream"]
    cause = named["stream"].partition("/")[2]
    attacker.append(
        annulled | {"stream": other, "data": data | {"caused_by": cause}},
        annulled | {"stream": named["stream"]},
    )
    details = [f.detail for f in evidence.verify(attacker.path).findings if f.code == "illegal-transition"]
    assert f"it does not follow from {cause}" in details


def test_a_transfer_that_claims_an_order_that_nobody_gave(evidence: Evidence, attacker: Attacker) -> None:
    documents, seals = attacker.documents(), Seals(evidence)
    named, _ = follow_up(documents)
    transfer = next(
        d for d in documents if d["type"] == "ActionSubmitted" and d["data"]["kind"] == "mutation"
    )
    seals.close(transfer, seals.open(transfer) | {"ordered_by": named["data"]["action_id"]})
    attacker.rewrite(documents)
    details = [f.detail for f in evidence.verify(attacker.path).findings if f.code == "wrong-facts"]
    assert any("order that nobody gave" in detail for detail in details)
