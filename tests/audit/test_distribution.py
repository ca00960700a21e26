"""Achievements and patterns in a cycle: lawful as the ledger makes them, and what is not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from domain.evaluation_commands import (
    ConsiderDistribution,
    OpenEvaluationCycle,
    OpenEvaluations,
    RateOrganisation,
)
from domain.evaluation_cycle import evaluation_id
from domain.identity import SYSTEM
from domain.performance import Achievement
from tests.audit.attacker import Attacker
from tests.audit.conftest import Evidence
from tests.audit.test_lawful_follow_ups import Town
from tests.audit.test_unlawful_talent import newest, with_seal
from tests.world import a_person, new_id

Document = dict[str, Any]


@dataclass
class Considered:
    """A ledger with a cycle of one apparatus whose ratings deviate from the pattern, considered."""

    town: Town
    evidence: Evidence


@pytest.fixture(scope="module")
def considered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Considered]:
    folder = tmp_path_factory.mktemp("considered")
    town = Town(folder)
    world, ledger = town.world, town.installation.ledger
    services = {u.id for u in world.agency.units.values() if u.name.startswith("Dinas ")}
    plain = [p for p in world.movable() if not world.offices.exercised_by(p, world.today)]
    agency = world.agency
    at = {p: agency.apparatus_of(agency.unit_of(agency.people[p].position_id)) for p in plain}
    subject = next(person for person in plain if at[person] in services)
    unit, cycle = str(at[subject]), new_id()
    values: dict[str, Any] = {"cycle_id": cycle, "unit_id": unit}
    ledger.execute(
        OpenEvaluationCycle(
            command_id=new_id(),
            actor=SYSTEM,
            cycle_id=cycle,
            period_start=date(2026, 1, 1),
            period_end=date(2026, 6, 30),
            unit_ids=(unit,),
        )
    )
    ledger.execute(OpenEvaluations(command_id=new_id(), actor=SYSTEM, cycle_id=cycle, limit=200))
    world.walk(town.state(evaluation_id(cycle, subject)), until="calibration")
    analyst = a_person(world.holder("personnel_analyst"))
    achievement = Achievement.SANGAT_KURANG
    ledger.execute(
        RateOrganisation(
            command_id=new_id(), actor=analyst, achievement=achievement, document_number="000.8/12", **values
        )
    )
    sekda = a_person(world.holder("regional_secretary"))
    ledger.execute(ConsiderDistribution(command_id=new_id(), actor=sekda, reason="unit baru", **values))
    yield Considered(town, Evidence(folder, town.installation, world, town.clock, "", folder / "jenjang.db"))
    town.installation.close()


@pytest.fixture
def attacker(considered: Considered, tmp_path: Path) -> Attacker:
    evidence = considered.evidence
    return Attacker.on_copy(evidence.database, tmp_path / "attacked.db", evidence.installation.signer)


def test_what_the_ledger_makes_is_lawful(considered: Considered) -> None:
    assert considered.town.findings() == []


@pytest.mark.parametrize("type_", ["OrganisationRated", "DistributionConsidered"])
def test_an_achievement_or_consideration_by_a_stranger(
    considered: Considered, attacker: Attacker, type_: str
) -> None:
    documents = attacker.documents()
    newest(documents, type_)["actor"] = a_person(considered.town.subject).as_recorded()
    attacker.rewrite(documents)
    assert "not-entitled" in considered.evidence.codes(attacker)


def test_a_consideration_of_an_achievement_that_nobody_recorded(
    considered: Considered, attacker: Attacker
) -> None:
    documents = attacker.documents()
    rated = newest(documents, "OrganisationRated")
    attacker.rewrite([d for d in documents if d is not rated])
    assert "illegal-transition" in considered.evidence.codes(attacker)


def test_an_achievement_of_a_unit_that_the_cycle_does_not_evaluate(
    considered: Considered, attacker: Attacker
) -> None:
    documents = attacker.documents()
    rated = newest(documents, "OrganisationRated")
    agency = considered.town.world.agency
    rated["data"]["unit_id"] = next(u for u in agency.apparatuses() if u != rated["data"]["unit_id"])
    attacker.rewrite(documents)
    assert "wrong-facts" in considered.evidence.codes(attacker)


def test_counts_that_are_not_those_of_the_ratings(considered: Considered, attacker: Attacker) -> None:
    def flatter(_: Document, values: Document) -> None:
        values["counts"] |= {"SANGAT_BAIK": 5}

    assert "finding-mismatch" in with_seal(considered.evidence, attacker, "DistributionConsidered", flatter)


def test_a_deviation_without_its_reason(considered: Considered, attacker: Attacker) -> None:
    def silent(_: Document, values: Document) -> None:
        del values["reason"]

    assert "finding-mismatch" in with_seal(considered.evidence, attacker, "DistributionConsidered", silent)


def test_a_deviation_that_is_told_as_a_fit(considered: Considered, attacker: Attacker) -> None:
    documents = attacker.documents()
    newest(documents, "DistributionConsidered")["data"]["fits"] = True
    attacker.rewrite(documents)
    assert "finding-mismatch" in considered.evidence.codes(attacker)
