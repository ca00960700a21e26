"""Periods that a move divides, and judgements that were erased, to the auditor."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from domain.evaluation_commands import SubmitEvaluation
from domain.personnel_action import ActionState, Status
from installation import Installation
from settings import Settings
from tests.audit.attacker import Attacker
from tests.audit.conftest import Evidence
from tests.audit.test_lawful_follow_ups import Town
from tests.audit.test_unlawful_talent import with_seal
from tests.world import INTEGRATION, World, new_id

Document = dict[str, Any]
# What verify says of records whose person's key is gone, and of those before a later record made a new one.
GONE = {"sealed-unreadable", "seal-broken", "projection-row-differs"}
SECOND_OF_2026 = (date(2026, 7, 1), date(2026, 12, 31))


@dataclass
class Divided:
    """A ledger with a person who moved on 24 November, rated in both parts of the half-year."""

    town: Town
    evidence: Evidence


def evaluated(town: Town) -> ActionState:
    command = SubmitEvaluation(
        command_id=new_id(),
        actor=INTEGRATION,
        action_id=new_id(),
        subject_id=town.subject,
        period_start=SECOND_OF_2026[0],
        period_end=SECOND_OF_2026[1],
    )
    return town.world.walk(town.installation.ledger.execute(command).state, until="rating")


def elsewhere(town: Town) -> str:
    """A vacant post of another apparatus than the person's."""
    agency = town.world.agency
    here = agency.apparatus_of(agency.unit_of(agency.people[town.subject].position_id))
    posts = town.world.vacancies()
    return next(p for p in posts if agency.apparatus_of(agency.unit_of(p)) != here)


@pytest.fixture(scope="module")
def divided(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Divided]:
    folder = tmp_path_factory.mktemp("divided")
    town = Town(folder)
    rating = evaluated(town)
    town.world.walk(town.world.submit(town.subject, elsewhere(town)).state)
    second = town.decide(town.state(rating.id), result="ABOVE", conduct="ABOVE", evidence="laporan")
    assert [task.step for task in second.open_tasks] == ["rating"]
    town.decide(second, result="BELOW", conduct="BELOW", evidence="laporan")
    yield Divided(
        town, Evidence(folder, town.installation, town.world, town.clock, "", folder / "jenjang.db")
    )
    town.installation.close()


@pytest.fixture
def attacker(divided: Divided, tmp_path: Path) -> Attacker:
    evidence = divided.evidence
    return Attacker.on_copy(evidence.database, tmp_path / "attacked.db", evidence.installation.signer)


def test_a_divided_period_is_lawful_as_the_ledger_makes_it(divided: Divided) -> None:
    assert divided.town.findings() == []


def test_a_part_of_other_days(divided: Divided, attacker: Attacker) -> None:
    documents = attacker.documents()
    part = next(d for d in documents if d["type"] == "PartRated")
    part["data"]["last"] = "2026-11-30"
    attacker.rewrite(documents)
    assert "wrong-facts" in divided.evidence.codes(attacker)


def test_a_part_that_nobody_rated(divided: Divided, attacker: Attacker) -> None:
    documents = attacker.documents()
    part = next(d for d in documents if d["type"] == "PartRated")
    attacker.rewrite([d for d in documents if d is not part])
    assert "skipped-step" in divided.evidence.codes(attacker)


def test_a_part_that_its_superior_rated_otherwise(divided: Divided, attacker: Attacker) -> None:
    def better(_: Document, values: Document) -> None:
        values |= {"result": "ABOVE", "conduct": "ABOVE", "predicate": "SANGAT_BAIK"}

    assert "finding-mismatch" in with_seal(divided.evidence, attacker, "PartRated", better)


def test_parts_that_were_joined_otherwise(divided: Divided, attacker: Attacker) -> None:
    def worse(_: Document, values: Document) -> None:
        values |= {"result": "AS_EXPECTED", "conduct": "AS_EXPECTED", "predicate": "BAIK"}

    assert "finding-mismatch" in with_seal(divided.evidence, attacker, "PerformanceJudged", worse)


def test_the_second_part_rated_by_the_first_superior(divided: Divided, attacker: Attacker) -> None:
    documents = attacker.documents()
    first, second = (d for d in documents if d["type"] == "TaskCompleted" and d["data"]["step"] == "rating")
    second["actor"] = first["actor"]
    second["data"]["signature"] = first["data"]["signature"]
    attacker.rewrite(documents)
    assert {"not-an-owner", "excluded-actor"} & divided.evidence.codes(attacker)


def test_a_judgement_said_to_be_erased_that_stands_in_the_record(
    divided: Divided, attacker: Attacker
) -> None:
    documents = attacker.documents()
    judged = next(d for d in documents if d["type"] == "PerformanceJudged")
    final = {"stream": judged["stream"], "actor": judged["actor"], "data": {"why": "erased"}}
    attacker.append(final | {"type": "EvaluationBecameFinal"})
    assert "illegal-transition" in divided.evidence.codes(attacker)


def test_what_was_erased_before_its_calibration_ends_lawfully(tmp_path: Path) -> None:
    town = Town(tmp_path)
    action = town.world.walk(evaluated(town), until="calibration")
    with town.installation.writing_engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM person_keys WHERE person_id = ?", (town.subject,))
    town.installation.close()
    installation = Installation(Settings(data=tmp_path), clock=town.clock)
    try:
        town.installation, town.world = (
            installation,
            World(installation, town.world.ids, town.world.synthetic),
        )
        ended = town.world.walk(town.state(action.id))
        assert ended.status is Status.COMPLETED
        assert {finding.partition(":")[0] for finding in town.findings()} <= GONE
    finally:
        installation.close()
