"""Replacements after a poor evaluation, and what falls with it: lawful as made, and what is not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from domain.commands import AnnulAction
from domain.evaluation_commands import ReplaceOfficial
from domain.identity import Coordination
from domain.personnel_action import ActionState, Status
from domain.policy import Variant
from tests.audit.attacker import Attacker
from tests.audit.conftest import Evidence
from tests.audit.test_lawful_follow_ups import FIRST_OF_2026, SECOND_OF_2025, Town
from tests.audit.test_unlawful_seals import Seals
from tests.pool import a_pool
from tests.world import a_person, new_id

Document = dict[str, Any]


def replaced(town: Town, evaluation: ActionState) -> ActionState:
    """The transfer of a head of section, whose post is filled by promotion."""
    command = ReplaceOfficial(
        command_id=new_id(),
        actor=a_person(town.world.holder("personnel_analyst")),
        action_id=new_id(),
        vacancy_id=new_id(),
        evaluation_id=evaluation.id,
        variant=Variant.WITHIN_AGENCY,
        target_position_id=town.world.vacancies()[0],
        effective_date=town.world.today,
        reason="hasil evaluasi",
        coordination=Coordination(letter_number="B-123/BKN/2026", letter_date=town.world.today),
    )
    state = town.installation.ledger.execute(command).state
    assert state is not None
    return state


def annulled(town: Town, evaluation: ActionState) -> None:
    mayor = a_person(town.world.holder("appointing_official"))
    undone = AnnulAction(command_id=new_id(), actor=mayor, action_id=evaluation.id, reason="putusan PTUN")
    town.installation.ledger.execute(undone)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """One replacement that was undone with its evaluation after it took effect, and one that runs."""
    made = Town(tmp_path_factory.mktemp("replaced"))
    a_pool(made.world)
    offices, today = made.world.offices, made.world.today
    heads = [p for p in made.world.movable("PENGAWAS") if not offices.exercised_by(p, today)]
    made.subject = (heads or made.world.movable("PENGAWAS"))[0]
    first = made.low(SECOND_OF_2025)
    transfer = replaced(made, first)
    assert not transfer.ended, transfer.outcomes
    made.world.walk(transfer)
    annulled(made, first)
    assert made.state(transfer.id).status is Status.ANNULLED
    replaced(made, made.low(FIRST_OF_2026))
    yield made
    made.installation.close()


@pytest.fixture
def evidence(town: Town) -> Evidence:
    folder = town.installation.settings.data
    return Evidence(folder, town.installation, town.world, town.clock, "", folder / "jenjang.db")


@pytest.fixture
def attacker(evidence: Evidence, tmp_path: Path) -> Attacker:
    return Attacker.on_copy(evidence.database, tmp_path / "attacked.db", evidence.installation.signer)


def replacements(documents: list[Document], seals: Seals) -> list[tuple[Document, Document]]:
    """The submissions that an evaluation ordered, each with what is sealed in it."""
    found = [(d, seals.open(d)) for d in documents if d["type"] == "ActionSubmitted" and "sealed" in d]
    return [(d, values) for d, values in found if values.get("ordered_by")]


def changed(evidence: Evidence, attacker: Attacker, **changes: Any) -> set[str]:
    """What verify says after these values of the newest replacement were changed under its seal."""
    documents, seals = attacker.documents(), Seals(evidence)
    document, values = replacements(documents, seals)[-1]
    seals.close(document, values | changes)
    attacker.rewrite(documents)
    return evidence.codes(attacker)


def test_a_replacement_and_its_annulment_are_lawful_as_the_ledger_makes_them(town: Town) -> None:
    assert town.findings() == []


def test_a_replacement_without_bkns_letter(evidence: Evidence, attacker: Attacker) -> None:
    assert "wrong-facts" in changed(evidence, attacker, coordination=None)


def test_a_letter_older_than_the_result(evidence: Evidence, attacker: Attacker) -> None:
    letter = {"letter_number": "B-123/BKN/2026", "letter_date": "2026-01-02"}
    assert "wrong-date" in changed(evidence, attacker, coordination=letter)


def test_a_replacement_after_an_evaluation_that_was_annulled(evidence: Evidence, attacker: Attacker) -> None:
    first = replacements(attacker.documents(), Seals(evidence))[0][1]["ordered_by"]
    assert "wrong-facts" in changed(evidence, attacker, ordered_by=first)


def test_a_vacancy_that_names_another_transfer(evidence: Evidence, attacker: Attacker) -> None:
    documents = attacker.documents()
    opened = [d for d in documents if d["type"] == "VacancyOpened"][-1]
    opened["data"]["replaces"] = new_id()
    attacker.rewrite(documents)
    assert "wrong-facts" in evidence.codes(attacker)


def test_a_transfer_left_standing_when_its_evaluation_was_annulled(
    evidence: Evidence, attacker: Attacker
) -> None:
    documents = attacker.documents()
    transfer = next(d for d in documents if d["type"] == "ActionAnnulled" and d["data"].get("caused_by"))
    causation = transfer["causation_id"]
    kept = [
        d
        for d in documents
        if d["causation_id"] != causation
        or (d["data"].get("authority") == "PPK" and not d["data"].get("caused_by"))
    ]
    attacker.rewrite(kept)
    assert "skipped-step" in evidence.codes(attacker)


def test_a_vacancy_withdrawn_although_nothing_fell(evidence: Evidence, attacker: Attacker) -> None:
    opened = [d for d in attacker.documents() if d["type"] == "VacancyOpened"][-1]
    data = {
        "vacancy_id": opened["data"]["vacancy_id"],
        "caused_by": opened["data"]["replaces"],
        "lapses_on": "2026-11-24",
    }
    by = {"kind": "system", "id": "jenjang"}
    attacker.append({"stream": opened["stream"], "type": "VacancyWithdrawn", "actor": by, "data": data})
    assert "illegal-transition" in evidence.codes(attacker)
