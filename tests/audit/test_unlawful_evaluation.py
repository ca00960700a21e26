"""Evaluations written past the program, with all keys: verify knows who may judge and what follows."""

from __future__ import annotations

from typing import Any

from tests.audit.attacker import Attacker
from tests.audit.conftest import Evidence
from tests.audit.test_unlawful import decision, open_at, subject_of
from tests.audit.test_unlawful_talent import with_seal

Document = dict[str, Any]


def test_a_self_rating(evidence: Evidence, attacker: Attacker) -> None:
    documents = attacker.documents()
    task = open_at(documents, "rating")
    attacker.append(decision(task, subject_of(documents, task["stream"]), task["data"]["office"]))
    assert {"excluded-actor", "skipped-step"} <= evidence.codes(attacker)


def test_a_predicate_that_is_not_the_matrixs(evidence: Evidence, attacker: Attacker) -> None:
    def better(_: Document, values: Document) -> None:
        values["predicate"] = "SANGAT_BAIK"

    assert "finding-mismatch" in with_seal(evidence, attacker, "PerformanceJudged", better)


def test_levels_that_nobody_gave(evidence: Evidence, attacker: Attacker) -> None:
    def better(_: Document, values: Document) -> None:
        values |= {"result": "ABOVE", "conduct": "ABOVE", "predicate": "SANGAT_BAIK"}

    assert "finding-mismatch" in with_seal(evidence, attacker, "PerformanceJudged", better)


def test_a_window_that_was_closed_early(evidence: Evidence, attacker: Attacker) -> None:
    task = open_at(attacker.documents(), "result_response")
    by = {"stream": task["stream"], "actor": {"kind": "system", "id": "jenjang"}}
    attacker.append(
        by | {"type": "TaskExited", "data": {"task_id": task["data"]["task_id"], "why": "lapsed"}},
        by | {"type": "EvaluationBecameFinal", "data": {"why": "window_closed"}},
    )
    assert {"silence-not-lawful", "skipped-step"} <= evidence.codes(attacker)


def test_an_objection_decided_by_silence(evidence: Evidence, attacker: Attacker) -> None:
    task = open_at(attacker.documents(), "result_response")
    silent = decision(task, "AUTO", "subject", signature=None)
    del silent["data"]["signature"]
    attacker.append(silent | {"actor": {"kind": "system", "id": "AUTO"}})
    assert "silence-not-lawful" in evidence.codes(attacker)


def test_a_person_evaluated_twice_for_one_period(evidence: Evidence, attacker: Attacker) -> None:
    documents = attacker.documents()
    stream = open_at(documents, "rating")["stream"]
    first = next(d for d in documents if d["stream"] == stream)
    twin = "7f8a5c52-4a06-4f9b-9a5c-0000000000aa"
    again = {"actor": first["actor"], "type": "ActionSubmitted", "data": first["data"] | {"action_id": twin}}
    attacker.append(again | {"stream": f"personnel-action/{twin}"})
    assert {"evaluated-twice", "skipped-step"} <= evidence.codes(attacker)


def test_a_low_rating_without_its_follow_up(evidence: Evidence, attacker: Attacker) -> None:
    documents = attacker.documents()
    opened = next(d for d in documents if d["type"] == "FollowUpOpened")
    child = f"personnel-action/{opened['data']['action_id']}"
    attacker.rewrite([d for d in documents if d is not opened and d["stream"] != child])
    assert "skipped-step" in evidence.codes(attacker)


def test_a_cycle_opened_by_a_stranger(evidence: Evidence, attacker: Attacker) -> None:
    documents = attacker.documents()
    opened = next(d for d in documents if d["type"] == "EvaluationCycleOpened")
    opened["actor"] = {"kind": "person", "id": evidence.world.movable("PELAKSANA")[0]}
    attacker.rewrite(documents)
    assert "not-entitled" in evidence.codes(attacker)


def test_a_cycle_that_leaves_somebody_out(evidence: Evidence, attacker: Attacker) -> None:
    documents = attacker.documents()
    part = next(d for d in reversed(documents) if d["type"] == "EvaluationsOpened")
    action = next(
        d["data"]["action_id"]
        for d in reversed(documents)
        if d["type"] == "ActionSubmitted" and d["data"].get("cycle_id") == part["data"]["cycle_id"]
    )
    part["data"] |= {"opened": 0, "skipped": 1}
    attacker.rewrite([d for d in documents if d["stream"] != f"personnel-action/{action}"])
    assert "wrong-facts" in evidence.codes(attacker)


def test_a_cycle_closed_as_if_nothing_were_missing(evidence: Evidence, attacker: Attacker) -> None:
    stream = next(d["stream"] for d in attacker.documents() if d["type"] == "EvaluationCycleOpened")
    data = {
        "cycle_id": stream.partition("/")[2],
        "closed_at": "2026-11-24T03:00:00Z",
        "final": 2,
        "missing": [],
    }
    by = {"kind": "system", "id": "jenjang"}
    attacker.append({"stream": stream, "type": "EvaluationCycleClosed", "actor": by, "data": data})
    assert {"illegal-transition", "wrong-facts"} & evidence.codes(attacker)
