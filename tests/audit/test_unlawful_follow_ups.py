"""What a low rating leads to, written past the program with all keys: verify knows what the law gives."""

from __future__ import annotations

from typing import Any

from tests.audit.attacker import Attacker
from tests.audit.conftest import Evidence
from tests.audit.test_unlawful import decision, open_at, person, subject_of

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
