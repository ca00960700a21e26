"""A history with right hashes and the real signature is still found where an act was unlawful."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.audit.attacker import Attacker
from tests.audit.conftest import Evidence

Document = dict[str, Any]


def last(documents: list[Document], type_: str, **data: Any) -> Document:
    """The newest event of that type with those data."""
    return next(
        document
        for document in reversed(documents)
        if document["type"] == type_ and all(document["data"].get(k) == v for k, v in data.items())
    )


def open_at(documents: list[Document], step: str) -> Document:
    """The opening of a task at `step` that is still open."""
    closed = {d["data"]["task_id"] for d in documents if d["type"] in ("TaskCompleted", "TaskExited")}
    return next(
        d
        for d in reversed(documents)
        if d["type"] == "TaskOpened" and d["data"]["step"] == step and d["data"]["task_id"] not in closed
    )


def person(id_: str) -> dict[str, str]:
    return {"kind": "person", "id": id_}


def decision(task: Document, by: str, office: str, **data: Any) -> Document:
    signature = {"office": office, "capacity": "D"}
    values = {"task_id": task["data"]["task_id"], "step": task["data"]["step"], "outcome": "approve"}
    return {
        "stream": task["stream"],
        "type": "TaskCompleted",
        "actor": person(by),
        "data": values | {"signature": signature} | data,
    }


def subject_of(documents: list[Document], stream: str) -> str:
    return next(
        str(d["data"]["subject_id"])
        for d in documents
        if d["stream"] == stream and d["type"] == "ActionSubmitted"
    )


def test_a_self_approval(evidence: Evidence, attacker: Attacker) -> None:
    documents = attacker.documents()
    task = open_at(documents, "unit_file_check")
    attacker.append(decision(task, subject_of(documents, task["stream"]), task["data"]["office"]))
    assert {"excluded-actor", "skipped-step"} <= evidence.codes(attacker)


def test_a_decision_by_a_stranger(evidence: Evidence, attacker: Attacker) -> None:
    documents = attacker.documents()
    task = open_at(documents, "unit_file_check")
    subject = subject_of(documents, task["stream"])
    stranger = next(one for one in evidence.world.movable("PELAKSANA") if one != subject)
    attacker.append(decision(task, stranger, task["data"]["office"]))
    assert "not-an-owner" in evidence.codes(attacker)


def test_a_decision_by_an_integration(evidence: Evidence, attacker: Attacker) -> None:
    task = open_at(attacker.documents(), "unit_file_check")
    attacker.append(decision(task, "simpeg", "x") | {"actor": {"kind": "integration", "id": "simpeg"}})
    assert "not-an-owner" in evidence.codes(attacker)


def test_a_skipped_step(evidence: Evidence, attacker: Attacker) -> None:
    documents = attacker.documents()
    task = open_at(documents, "unit_file_check")
    mayor = evidence.world.holder("appointing_official")
    later = {
        "stream": task["stream"],
        "type": "TaskOpened",
        "actor": person(mayor),
        "data": task["data"]
        | {"task_id": "t", "step": "appointing_decision", "phase": "appointing_decision"},
    }
    attacker.append(later)
    assert "illegal-transition" in evidence.codes(attacker)


def test_silence_before_its_day(evidence: Evidence, attacker: Attacker) -> None:
    task = open_at(attacker.documents(), "unit_file_check")
    silent = decision(task, "AUTO", "") | {"actor": {"kind": "system", "id": "AUTO"}}
    del silent["data"]["signature"]
    attacker.append(silent)
    assert "silence-not-lawful" in evidence.codes(attacker)


def test_a_committee_without_quorum(evidence: Evidence, attacker: Attacker) -> None:
    task = open_at(attacker.documents(), "committee_deliberation")
    attacker.append(
        decision(task, evidence.world.holder("regional_secretary"), "regional_secretary", outcome="reject")
    )
    assert "quorum-not-reached" in evidence.codes(attacker)


def test_a_second_vote_of_one_member(evidence: Evidence, attacker: Attacker) -> None:
    documents = attacker.documents()
    vote = last(documents, "VoteCast")
    again = {key: vote[key] for key in ("stream", "type", "actor", "data")}
    at = documents.index(vote)
    documents.insert(at + 1, vote | again)
    renumber(documents, at + 1, vote["stream"])
    attacker.rewrite(documents)
    assert "voted-twice" in evidence.codes(attacker)


def test_a_gap_in_the_decree_numbers_and_the_code_of_another(evidence: Evidence, attacker: Attacker) -> None:
    documents = attacker.documents()
    decree = last(documents, "DecreeIssued")
    decree["data"]["sequence"] += 1
    decree["data"]["number"] = decree["data"]["number"].replace(
        f".{decree['data']['sequence'] - 1}-", f".{decree['data']['sequence']}-"
    )
    decree["data"]["code_hash"] = "0" * 64
    attacker.rewrite(documents)
    assert {"decree-number-gap", "decree-code-differs"} <= evidence.codes(attacker)


def test_an_effect_before_its_date(evidence: Evidence, attacker: Attacker) -> None:
    documents = attacker.documents()
    ahead = last(documents, "PlacementDecided")
    attacker.append(
        {
            "stream": ahead["stream"],
            "type": "ActionTookEffect",
            "actor": {"kind": "system", "id": "jenjang"},
            "data": {"effective_date": ahead["data"]["effective_date"]},
        }
    )
    assert {"early-effect", "placement-differs"} <= evidence.codes(attacker)


def test_a_placement_without_an_action(evidence: Evidence, attacker: Attacker) -> None:
    placed = last(attacker.documents(), "EmployeePlaced")
    forged = {key: placed[key] for key in ("stream", "type", "actor", "data")}
    attacker.append(forged)
    assert "placement-without-effect" in evidence.codes(attacker)


EDITS: list[tuple[str, str, Callable[[Document], None]]] = [
    ("wrong-deadline", "TaskOpened", lambda d: d["data"].update(due_on="2031-01-01")),
    ("wrong-office", "TaskOpened", lambda d: d["data"].update(office="auditor")),
    ("wrong-exclusions", "TaskOpened", lambda d: d["data"].update(excluded=[])),
    ("wrong-route", "ActionSubmitted", lambda d: d["data"].update(steps=d["data"]["steps"][1:])),
    ("wrong-policy", "ActionSubmitted", lambda d: d["data"].update(policy_hash="0" * 64)),
    ("wrong-facts", "ActionSubmitted", lambda d: d["data"].update(origin_position_id=None)),
    ("not-entitled", "ActionSubmitted", lambda d: d.update(actor={"kind": "person", "id": "nobody"})),
    ("finding-mismatch", "ActionAssessed", lambda d: d["data"]["outcomes"][0].update(outcome="fail")),
    ("finding-mismatch", "ActionAssessed", lambda d: d["data"].update(fact_sheet_hash="0" * 64)),
    ("override-alone", "Overridden", lambda d: d["data"].update(proposed_by=d["data"]["confirmed_by"])),
    ("not-the-system", "DecreeIssued", lambda d: d.update(actor={"kind": "person", "id": "somebody"})),
    ("wrong-signature", "TaskCompleted", lambda d: d["data"]["signature"].update(office="auditor")),
    ("wrong-wakes", "ActionSubmitted", lambda d: d.update(wakes=not d["wakes"])),
    ("not-entitled", "DelegationGranted", lambda d: d.update(actor={"kind": "person", "id": "nobody"})),
    ("acting-term-exceeded", "DelegationGranted", lambda d: d["data"].update(last_day="2033-01-01")),
    ("not-an-owner", "ActionWithdrawn", lambda d: d.update(actor={"kind": "person", "id": "nobody"})),
    ("not-an-owner", "ActionAnnulled", lambda d: d.update(actor={"kind": "person", "id": "nobody"})),
    ("wrong-stream", "DocumentFiled", lambda d: d["data"].update(document_id="another")),
]


@pytest.mark.parametrize(
    ("code", "type_", "edit"), EDITS, ids=[f"{code}-{type_}" for code, type_, _ in EDITS]
)
def test_an_edit_with_right_hashes_and_signature(
    evidence: Evidence, attacker: Attacker, code: str, type_: str, edit: Callable[[Document], None]
) -> None:
    documents = attacker.documents()
    with_signature = {"outcome": "approve"} if code == "wrong-signature" else {}
    edit(
        next(
            d
            for d in reversed(documents)
            if d["type"] == type_
            and all(d["data"].get(k) == v for k, v in with_signature.items())
            and (code != "wrong-signature" or "signature" in d["data"])
            and (code != "wrong-exclusions" or d["data"]["excluded"])
        )
    )
    attacker.rewrite(documents)
    assert code in evidence.codes(attacker)


def test_two_open_actions_and_a_post_promised_twice(evidence: Evidence, attacker: Attacker) -> None:
    documents = attacker.documents()
    old = next(
        d
        for d in reversed(documents)
        if d["type"] == "ActionSubmitted" and d["stream"] == documents[-1]["stream"]
    )
    twin = "11111111-1111-4111-8111-111111111111"
    again = {key: old[key] for key in ("type", "actor")}
    attacker.append(again | {"stream": f"personnel-action/{twin}", "data": old["data"] | {"action_id": twin}})
    assert {"two-open-actions", "post-promised-twice"} <= evidence.codes(attacker)


def test_a_decision_after_the_end(evidence: Evidence, attacker: Attacker) -> None:
    ended = last(attacker.documents(), "ActionWithdrawn")
    attacker.append(
        {
            "stream": ended["stream"],
            "type": "PlacementDecided",
            "actor": ended["actor"],
            "data": {
                "effective_date": "2026-12-01",
                "effective_at": "2026-11-30T17:00:00Z",
                "decree_date": "2026-11-24",
            },
        }
    )
    assert {"illegal-transition", "skipped-step"} <= evidence.codes(attacker)


def renumber(documents: list[Document], at: int, stream: str) -> None:
    """Make room for one event inserted at `at`."""
    documents[at:] = [dict(document) for document in documents[at:]]
    for document in documents[at:]:
        document["version"] += document["stream"] == stream
        document["commit"] += document["commit"] >= at
