"""Promotions and evaluations tampered with by an insider who has both keys and recomputes every hash."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from domain.canonical import digest
from domain.commands import DeclareConflict, OverrideReason
from domain.evaluation_commands import OpenEvaluationCycle, OpenEvaluations, SubmitEvaluation
from domain.identity import SYSTEM
from domain.personnel_action import ActionState
from installation import Installation
from roster.generator import generate_agency
from settings import Settings
from tests.audit.attacker import Attacker
from tests.audit.conftest import Clock, Evidence
from tests.audit.test_unlawful import decision, last, open_at, person, subject_of
from tests.audit.test_unlawful_seals import Seals
from tests.pool import a_pool
from tests.world import INTEGRATION, World, a_person, new_id, seed

Document = dict[str, Any]
AGAINST = ("talent_pool", "leading_ranks", "candidate_performance")
BELOW = {"result": "BELOW", "conduct": "BELOW", "evidence": "laporan"}


@pytest.fixture(scope="module")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Evidence]:
    """Promotions and evaluations at many steps of their ways."""
    folder = tmp_path_factory.mktemp("processes")
    clock = Clock(datetime(2026, 11, 24, 2, 0, tzinfo=UTC))
    installation = Installation(Settings(data=folder), clock=clock)
    installation.set_up()
    world = seed(installation, generate_agency(people=200, as_of=date(2026, 11, 24)))
    _promotions(world)
    _evaluations(world)
    yield Evidence(folder, installation, world, clock, "", folder / "none")
    installation.close()


def _promotions(world: World) -> None:
    a_pool(world)

    def begun(number: int) -> ActionState:
        state = world.promote(world.open_vacancy(world.vacancies("PENGAWAS")[number])).state
        assert state is not None
        return state

    mayor = world.holder("appointing_official")
    world.walk(begun(0), until="awaiting_review")
    against = world.walk(begun(0), until="promotion_choice")
    reasons = tuple(OverrideReason(rule=rule, reason="keahlian khusus") for rule in AGAINST)
    fifth = {"person_id": against.candidates[4]}
    chosen = world.decide(against, mayor, details=fifth, overrides=reasons).state
    assert chosen is not None
    world.walk(world.decide(chosen, world.holder("inspector"), overrides=reasons).state, until="decree")
    voting = world.walk(begun(1), until="candidate_ranking")
    interested = a_person(world.holder("finance_head"))
    declared = DeclareConflict(command_id=new_id(), actor=interested, action_id=voting.id, reason="kerabat")
    world.installation.ledger.execute(declared)


def _evaluations(world: World) -> None:
    """One objected to and decided, one at its record, one at its calibration, one low; a cycle that opens."""
    people = iter(p for p in world.movable() if not world.offices.exercised_by(p, world.today))

    def begun(until: str) -> ActionState:
        command = SubmitEvaluation(
            command_id=new_id(),
            actor=INTEGRATION,
            action_id=new_id(),
            subject_id=next(people),
            period_start=date(2026, 1, 1),
            period_end=date(2026, 6, 30),
        )
        return world.walk(world.installation.ledger.execute(command).state, until=until)

    def decided(state: ActionState, **details: Any) -> ActionState:
        found = world.decide(state, world.owners(state, state.open_tasks[0])[0], details=details).state
        assert found is not None
        return found

    objected = decided(begun("result_response"), response="object", reasons="bukti tidak dibaca")
    world.walk(objected)
    begun("evaluation_record")
    begun("calibration")
    low = world.walk(decided(begun("rating"), **BELOW), until="evaluation_record")
    decided(low, record_id="ev-1", document_id="890", predicate="SANGAT_KURANG")
    head = a_person(world.holder("agency_head"))
    cycle = OpenEvaluationCycle(
        command_id=new_id(),
        actor=head,
        cycle_id=new_id(),
        period_start=date(2026, 7, 1),
        period_end=date(2026, 12, 31),
    )
    world.installation.ledger.execute(cycle)
    part = OpenEvaluations(command_id=new_id(), actor=SYSTEM, cycle_id=cycle.cycle_id, limit=2)
    world.installation.ledger.execute(part)


@pytest.fixture
def insider(processes: Evidence, tmp_path: Path) -> Attacker:
    return Attacker.on_copy(processes.database, tmp_path / "attacked.db", processes.installation.signer)


def test_clean_data_are_silent(processes: Evidence) -> None:
    found = processes.verify()
    assert found.ok, found.as_text()


# --- what the insider does: the documents in, the whole history out ---


def refrozen(documents: list[Document], vacancy_id: str) -> None:
    """Every hash that rests on the entries of a list, made anew."""
    mine = [d for d in documents if d["stream"] == f"vacancy/{vacancy_id}"]
    opened, entries, pool = mine[0]["data"], [d["data"] for d in mine[1:-1]], mine[-1]["data"]
    for rank, entry in enumerate(entries, start=1):
        entry["rank"] = rank
    pool["ranking"] = [entry["person_id"] for entry in entries]
    pool["eligible"] = sum(entry["admitted"] for entry in entries)
    names = ("person_id", "rank", "admitted", "entry_hash")
    listed = {name: opened[name] for name in ("vacancy_id", "position_id", "policy_hash")}
    listed["formula_version"] = pool["formula_version"]
    pool["list_hash"] = digest(listed | {"candidates": [{n: e[n] for n in names} for e in entries]})
    for document in documents:
        if document["type"] == "ActionSubmitted" and document["data"].get("vacancy_id") == vacancy_id:
            document["data"] |= {"candidate_list_hash": pool["list_hash"], "candidates": pool["ranking"]}


def a_candidate_vanishes(documents: list[Document], _: Evidence) -> list[Document]:
    gone = [d for d in documents if d["type"] == "CandidateFrozen" and d["data"]["admitted"]][-1]
    left = [d for d in documents if d is not gone]
    for document in left:
        if document["stream"] == gone["stream"] and document["version"] > gone["version"]:
            document["version"] -= 1
    refrozen(left, gone["data"]["vacancy_id"])
    return left


def a_candidate_is_lifted(documents: list[Document], _: Evidence) -> list[Document]:
    entries = [d for d in documents if d["type"] == "CandidateFrozen"][-6:]
    first, fifth = entries[0], entries[4]
    moved = ("data", "sealed", "id")
    for name in moved:
        first[name], fifth[name] = fifth[name], first[name]
    first["data"]["admitted"], fifth["data"]["admitted"] = True, False
    refrozen(documents, first["data"]["vacancy_id"])
    return documents


def a_box_is_bettered(documents: list[Document], evidence: Evidence) -> list[Document]:
    entry, seals = [d for d in documents if d["type"] == "CandidateFrozen"][-1], Seals(evidence)
    values = seals.open(entry)
    values["sheet"] |= {"box": 9, "performance": 9500}
    entry["data"]["entry_hash"] = digest(values["sheet"])
    seals.close(entry, values)
    refrozen(documents, entry["data"]["vacancy_id"])
    return documents


def a_stranger_votes(documents: list[Document], evidence: Evidence) -> list[Document]:
    vote = last(documents, "VoteCast", step="candidate_ranking")
    stranger = evidence.world.movable("PELAKSANA")[-1]
    vote["actor"], vote["data"]["person_id"] = person(stranger), stranger
    return documents


def a_ranking_is_turned(documents: list[Document], _: Evidence) -> list[Document]:
    ranked = last(documents, "CandidatesRanked")
    ranked["data"]["ranking"].reverse()
    return documents


def an_override_is_dropped(documents: list[Document], _: Evidence) -> list[Document]:
    return [d for d in documents if d["type"] != "Overridden"]


def the_second_person_is_the_first(documents: list[Document], _: Evidence) -> list[Document]:
    for overridden in [d for d in documents if d["type"] == "Overridden"]:
        overridden["data"]["confirmed_by"] = overridden["data"]["proposed_by"]
        overridden["actor"] = person(overridden["data"]["proposed_by"])
    return documents


def who_suggested_is_chosen_by_nobody(documents: list[Document], _: Evidence) -> list[Document]:
    """The choice is of somebody of the list whom the committee did not name."""
    chosen = last(documents, "CandidateChosen")
    ranked = last(documents, "CandidatesRanked")
    ranked["data"]["ranking"] = [p for p in ranked["data"]["ranking"] if p != chosen["data"]["person_id"]]
    return documents


def a_rating_by_the_rated(documents: list[Document], _: Evidence) -> list[Document]:
    rated = last(documents, "TaskCompleted", step="rating")
    rated["actor"] = person(subject_of(documents, rated["stream"]))
    return documents


def an_objection_decided_by_the_assessor(documents: list[Document], _: Evidence) -> list[Document]:
    heard = last(documents, "TaskCompleted", step="objection_decision")
    rater = next(
        d["actor"]
        for d in documents
        if d["stream"] == heard["stream"] and d["type"] == "TaskCompleted" and d["data"]["step"] == "rating"
    )
    heard["actor"] = rater
    return documents


def an_objection_that_vanishes(documents: list[Document], _: Evidence) -> list[Document]:
    """As if the person had accepted."""
    final = last(documents, "EvaluationBecameFinal", why="objection_decided")
    final["data"]["why"] = "accepted"
    return documents


def a_calibration_that_deviates_silently(documents: list[Document], _: Evidence) -> list[Document]:
    last(documents, "PerformanceJudged", at_step="calibration")["data"]["deviates"] = True
    return documents


def a_follow_up_that_was_only_named(documents: list[Document], _: Evidence) -> list[Document]:
    named = last(documents, "FollowUpOpened")["data"]["action_id"]
    return [d for d in documents if d["stream"] != f"personnel-action/{named}"]


def a_part_of_a_cycle_counts_double(documents: list[Document], _: Evidence) -> list[Document]:
    last(documents, "EvaluationsOpened")["data"]["opened"] += 1
    return documents


Rewriting = Callable[[list[Document], Evidence], list[Document]]
REWRITTEN: list[tuple[Rewriting, str]] = [
    (a_candidate_vanishes, "candidate-list-differs"),
    (a_candidate_is_lifted, "candidate-list-differs"),
    (a_box_is_bettered, "facts-differ"),
    (a_stranger_votes, "not-an-owner"),
    (a_ranking_is_turned, "candidate-list-differs"),
    (an_override_is_dropped, "override-missing"),
    (the_second_person_is_the_first, "override-alone"),
    (who_suggested_is_chosen_by_nobody, "choice-not-lawful"),
    (a_rating_by_the_rated, "excluded-actor"),
    (an_objection_decided_by_the_assessor, "excluded-actor"),
    (an_objection_that_vanishes, "illegal-transition"),
    (a_calibration_that_deviates_silently, "finding-mismatch"),
    (a_follow_up_that_was_only_named, "skipped-step"),
    (a_part_of_a_cycle_counts_double, "wrong-facts"),
]


@pytest.mark.parametrize(("rewriting", "code"), REWRITTEN, ids=lambda value: getattr(value, "__name__", ""))
def test_a_rewritten_history_is_named(
    processes: Evidence, insider: Attacker, rewriting: Rewriting, code: str
) -> None:
    insider.rewrite(rewriting(insider.documents(), processes))
    assert code in processes.codes(insider)


# --- what the insider adds at the end ---


def a_vote_of_an_interested_member(documents: list[Document], evidence: Evidence) -> list[Document]:
    task, member = open_at(documents, "candidate_ranking"), evidence.world.holder("finance_head")
    signature = {"office": "finance_head", "capacity": "D"}
    data = {"task_id": task["data"]["task_id"], "step": "candidate_ranking", "person_id": member}
    voted = data | {"vote": "reject", "signature": signature}
    return [{"stream": task["stream"], "type": "VoteCast", "actor": person(member), "data": voted}]


def a_vote_of_the_assessor(documents: list[Document], evidence: Evidence) -> list[Document]:
    task = open_at(documents, "calibration")
    rated = next(
        d
        for d in reversed(documents)
        if d["stream"] == task["stream"] and d["type"] == "TaskCompleted" and d["data"]["step"] == "rating"
    )
    who = rated["actor"]["id"]
    data = {"task_id": task["data"]["task_id"], "step": "calibration", "person_id": who, "vote": "approve"}
    voted = data | {"signature": {"office": "regional_secretary", "capacity": "D"}}
    return [{"stream": task["stream"], "type": "VoteCast", "actor": person(who), "data": voted}]


def a_result_changed_after_it_was_final(documents: list[Document], _: Evidence) -> list[Document]:
    task = open_at(documents, "evaluation_record")
    judged = last(documents, "PerformanceJudged", at_step="calibration")
    again = {"at_step": "objection_decision", "deviates": True}
    return [{"stream": task["stream"], "type": "PerformanceJudged", "actor": judged["actor"], "data": again}]


def a_review_that_never_was(documents: list[Document], _: Evidence) -> list[Document]:
    waiting = last(documents, "ReviewScheduled")
    by = {"kind": "system", "id": "jenjang"}
    return [{"stream": waiting["stream"], "type": "ActionCompleted", "actor": by, "data": {}}]


def a_cycle_closed_early(documents: list[Document], _: Evidence) -> list[Document]:
    stream = last(documents, "EvaluationCycleOpened")["stream"]
    closed = {"cycle_id": stream.partition("/")[2], "closed_at": "2026-11-24T03:00:00Z"}
    by = {"kind": "system", "id": "jenjang"}
    told = closed | {"final": 0, "missing": []}
    return [{"stream": stream, "type": "EvaluationCycleClosed", "actor": by, "data": told}]


def a_choice_without_the_committee(documents: list[Document], evidence: Evidence) -> list[Document]:
    task = open_at(documents, "candidate_ranking")
    return [decision(task, evidence.world.holder("regional_secretary"), "regional_secretary")]


APPENDED: list[tuple[Rewriting, str]] = [
    (a_vote_of_an_interested_member, "excluded-actor"),
    (a_vote_of_the_assessor, "excluded-actor"),
    (a_result_changed_after_it_was_final, "illegal-transition"),
    (a_review_that_never_was, "skipped-step"),
    (a_cycle_closed_early, "illegal-transition"),
    (a_choice_without_the_committee, "quorum-not-reached"),
]


@pytest.mark.parametrize(("addition", "code"), APPENDED, ids=lambda value: getattr(value, "__name__", ""))
def test_a_forged_addition_is_named(
    processes: Evidence, insider: Attacker, addition: Rewriting, code: str
) -> None:
    insider.append(*addition(insider.documents(), processes))
    assert code in processes.codes(insider)
