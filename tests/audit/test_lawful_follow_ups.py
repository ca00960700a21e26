"""What low ratings lead to, as the ledger makes it, is lawful to the auditor, with and without seals."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from audit.verify import verify
from domain.commands import AnnulAction, SubmitAction
from domain.evaluation_commands import SubmitEvaluation
from domain.personnel_action import ActionState, Status
from domain.policy import Variant
from installation import Installation
from ledger.database import open_database
from ledger.facts import facts_for_reading
from projections.catalogue import all_projections
from roster.generator import generate_agency
from settings import Settings
from tests.audit.conftest import ORIGIN, Clock
from tests.world import INTEGRATION, World, a_person, new_id, seed

SECOND_OF_2025 = (date(2025, 7, 1), date(2025, 12, 31))
FIRST_OF_2026 = (date(2026, 1, 1), date(2026, 6, 30))


class Town:
    """A ledger with one person whose ratings are low."""

    def __init__(self, folder: Path) -> None:
        self.clock = Clock(datetime(2026, 11, 24, 2, 0, tzinfo=UTC))
        self.installation = Installation(Settings(data=folder), clock=self.clock)
        self.installation.set_up()
        synthetic = generate_agency(people=200, as_of=date(2026, 11, 24))
        self.world: World = seed(self.installation, synthetic)
        plain = (p for p in self.world.movable() if not self.world.offices.exercised_by(p, self.world.today))
        self.subject = next(plain)

    def decide(self, state: ActionState, **details: Any) -> ActionState:
        owner = self.world.owners(state, state.open_tasks[0])[0]
        decided = self.world.decide(state, owner, details=details).state
        assert decided is not None
        return decided

    def low(self, period: tuple[date, date]) -> ActionState:
        command = SubmitEvaluation(
            command_id=new_id(),
            actor=INTEGRATION,
            action_id=new_id(),
            subject_id=self.subject,
            period_start=period[0],
            period_end=period[1],
        )
        rating = self.world.walk(self.installation.ledger.execute(command).state, until="rating")
        rated = self.decide(rating, result="BELOW", conduct="BELOW", evidence="laporan")
        record = self.world.walk(rated, until="evaluation_record")
        return self.decide(record, record_id="ev-1", document_id="890", predicate="SANGAT_KURANG")

    def follow_ups(self) -> list[ActionState]:
        """In the order in which they were opened."""
        with self.installation.reader.engine.connect() as connection:
            records = connection.exec_driver_sql("SELECT record FROM events ORDER BY position").scalars()
            opened = [d for d in map(orjson.loads, records) if d["type"] == "FollowUpOpened"]
        return [self.state(document["data"]["action_id"]) for document in opened]

    def state(self, action_id: str) -> ActionState:
        reader = self.installation.reader
        with reader.engine.connect() as connection:
            view = reader.directory.current(connection)
            state = facts_for_reading(reader, connection, view, self.clock()).action(action_id)
        assert state is not None
        return state

    def findings(self) -> list[str]:
        """Of an auditor with the sealing key, and of one without."""
        engine = open_database(self.installation.settings.database, read_only=True)
        found: list[str] = []
        for key in (self.installation.sealing_key, None):
            verification = verify(
                engine,
                keys=[self.installation.signer.vkey],
                kept_checkpoints=[],
                sealing_key=key,
                projections=all_projections(),
                origin=ORIGIN,
                now=self.clock(),
            )
            found += [f"{finding.code}: {finding.detail}" for finding in verification.findings]
        engine.dispose()
        return found


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Any:
    town = Town(tmp_path_factory.mktemp("low"))
    yield town
    town.installation.close()


def test_low_ratings_from_the_first_to_an_ordered_year_and_their_annulment(town: Town) -> None:
    first, second = town.low(SECOND_OF_2025), town.low(FIRST_OF_2026)
    (improvement,) = town.follow_ups()
    assert town.findings() == []
    retest = town.world.walk(improvement, until="retest")
    town.clock.now = datetime(2027, 6, 1, 2, 0, tzinfo=UTC)
    failed = town.decide(retest, tested_on="2027-06-01", report_number="800/12-UK", passed=False)
    town.decide(failed, measure="temporary_year", reason="hasil uji")
    improvement, year = town.follow_ups()
    assert (improvement.status, year.ended) == (Status.COMPLETED, False)
    assert town.findings() == []
    mayor = a_person(town.world.holder("appointing_official"))
    undone = AnnulAction(command_id=new_id(), actor=mayor, action_id=first.id, reason="putusan PTUN")
    town.installation.ledger.execute(undone)
    assert [each.status for each in town.follow_ups()] == [Status.ANNULLED] * 2
    assert town.state(second.id).status is Status.COMPLETED
    assert town.findings() == []


def test_a_transfer_that_was_ordered(town: Town) -> None:
    """Of another person in the same ledger."""
    plain = (p for p in town.world.movable() if not town.world.offices.exercised_by(p, town.world.today))
    town.subject = next(person for person in plain if person != town.subject)
    town.low((date(2026, 7, 1), date(2026, 12, 31)))
    retest = town.world.walk(town.follow_ups()[-1], until="retest")
    town.clock.now = datetime(2028, 1, 11, 2, 0, tzinfo=UTC)
    failed = town.decide(retest, tested_on="2028-01-11", report_number="800/13-UK", passed=False)
    ordering = town.decide(failed, measure="reassign", reason="hasil uji")
    transfer = SubmitAction(
        command_id=new_id(),
        actor=INTEGRATION,
        action_id=new_id(),
        variant=Variant.WITHIN_AGENCY,
        subject_id=town.subject,
        target_position_id=town.world.vacancies()[0],
        effective_date=date(2028, 2, 1),
        reason="hasil uji kompetensi",
        follows=ordering.id,
    )
    assert town.installation.ledger.execute(transfer).state is not None
    assert town.findings() == []
