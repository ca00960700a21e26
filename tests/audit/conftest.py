"""One real ledger with cases in many states, made once; each test attacks its own copy."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from accounts.api_keys import create_key, revoke_key, set_terms
from audit.verify import Verification, verify
from domain.commands import (
    AdvanceAction,
    AnnulAction,
    ClaimTask,
    CommentTask,
    DeclareConflict,
    DelegateTask,
    FileDocument,
    GrantDelegation,
    RecordPersonalDataRead,
    ReleaseTask,
    RevokeDelegation,
    WithdrawAction,
)
from domain.evaluation_commands import OpenEvaluationCycle, OpenEvaluations, SubmitEvaluation
from domain.identity import SYSTEM, Capacity
from domain.inbound_commands import RecordRefusals
from domain.performance import Judgement
from domain.personnel_action import ActionState
from domain.policy import Variant
from domain.talent_commands import CactRow, RecordCompetency, RecordSkp, SkpRow
from installation import Installation
from ledger.database import open_database
from ledger.read import newest_checkpoint
from projections.catalogue import all_projections
from roster.generator import generate_agency
from settings import Settings
from tests.audit import other_records
from tests.audit.attacker import Attacker
from tests.world import INTEGRATION, World, a_person, new_id, seed

ORIGIN = "jenjang.kota-serang"
SMALL = 200


class Clock:
    """Moves only when told, but never stands still."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=3)
        return self.now


@dataclass
class Evidence:
    """The finished ledger, what an auditor kept of it, and a backup from when it was younger."""

    folder: Path
    installation: Installation
    world: World
    clock: Clock
    kept: str
    young: Path

    @property
    def database(self) -> Path:
        return self.folder / "jenjang.db"

    def verify(self, database: Path | None = None, *, kept: list[str] | None = None) -> Verification:
        url = f"sqlite+pysqlite:///{database or self.database}"
        engine = open_database(url, read_only=True)
        try:
            return verify(
                engine,
                keys=[self.installation.signer.vkey],
                kept_checkpoints=kept or [],
                sealing_key=self.installation.sealing_key,
                projections=all_projections(),
                origin=ORIGIN,
                now=self.clock.now + timedelta(hours=1),
            )
        finally:
            engine.dispose()

    def codes(self, attacker: Attacker, **options: list[str]) -> set[str]:
        return {finding.code for finding in self.verify(attacker.path, **options).findings}


def copy_of(original: Path, copy: Path) -> Path:
    source, target = sqlite3.connect(original), sqlite3.connect(copy)
    with source, target:
        source.backup(target)
    source.close()
    target.close()
    return copy


@pytest.fixture(scope="session")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Evidence]:
    yield from evidence_of(tmp_path_factory.mktemp("evidence"), people=200)


def _evaluations(world: World, people: list[str]) -> None:
    """One that ended low and opened its follow-up, one that is to be rated, one that awaits a response."""
    for person, until in zip(people, ("completed", "rating", "result_response"), strict=True):
        command = SubmitEvaluation(
            command_id=new_id(),
            actor=INTEGRATION,
            action_id=new_id(),
            subject_id=person,
            period_start=date(2026, 1, 1),
            period_end=date(2026, 6, 30),
        )
        state = world.installation.ledger.execute(command).state
        if until != "completed":
            world.walk(state, until=until)
            continue
        rating = world.walk(state, until="rating")
        levels = {"result": "BELOW", "conduct": "BELOW", "evidence": "laporan"}
        rated = world.decide(rating, world.owners(rating, rating.open_tasks[0])[0], details=levels)
        record = world.walk(rated.state, until="evaluation_record")
        recorded = {"record_id": "ev-1", "document_id": "890", "predicate": "SANGAT_KURANG"}
        world.decide(record, world.owners(record, record.open_tasks[0])[0], details=recorded)


def _cycle(world: World) -> None:
    """A cycle of one apparatus, opened in two parts; it still opens when this is over."""
    unit = world.agency.apparatus_of(
        world.agency.unit_of(world.agency.people[world.movable()[0]].position_id)
    )
    opened = OpenEvaluationCycle(
        command_id=new_id(),
        actor=a_person(world.holder("agency_head")),
        cycle_id=new_id(),
        period_start=date(2026, 7, 1),
        period_end=date(2026, 12, 31),
        unit_ids=(str(unit),),
    )
    world.installation.ledger.execute(opened)
    for _ in range(2):
        part = OpenEvaluations(command_id=new_id(), actor=SYSTEM, cycle_id=opened.cycle_id, limit=1)
        world.installation.ledger.execute(part)
    other_records.achievement(world, opened.cycle_id, str(unit))


def evidence_of(folder: Path, *, people: int) -> Iterator[Evidence]:
    clock = Clock(datetime(2026, 11, 24, 2, 0, tzinfo=UTC))
    installation = Installation(Settings(data=folder), clock=clock)
    installation.set_up()
    world = seed(installation, generate_agency(people=people, as_of=date(2026, 11, 24)))
    cases_in_many_states(world, clock)
    with installation.reader.engine.connect() as connection:
        kept = newest_checkpoint(connection)
    assert kept is not None
    young = copy_of(folder / "jenjang.db", folder / "young.db")
    world.submit(world.movable()[-1], world.vacancies()[-1])
    with installation.reader.engine.connect() as connection:
        kept = newest_checkpoint(connection)
    assert kept is not None
    yield Evidence(folder, installation, world, clock, kept, young)
    installation.close()


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Evidence]:
    """A ledger of its own for the tests that verify hundreds of times."""
    yield from evidence_of(tmp_path_factory.mktemp("small"), people=SMALL)


@pytest.fixture
def attacker(evidence: Evidence, tmp_path: Path) -> Attacker:
    return Attacker.on_copy(evidence.database, tmp_path / "attacked.db", evidence.installation.signer)


def cases_in_many_states(world: World, clock: Clock) -> None:
    """Completed, returned, annulled, withdrawn, expired, delegated, voted, silent, overdue cases."""
    ledger = world.installation.ledger
    # Ids are random: nobody may by chance be moved and have to decide as well.
    plain = (p for p in world.movable() if not world.offices.exercised_by(p, world.today))
    subjects, targets = iter(plain), iter(world.vacancies())

    def start(until: str | None = None, **changes: Any) -> ActionState:
        state = world.submit(next(subjects), next(targets), **changes).state
        assert state is not None
        return world.walk(state, until=until) if until else state

    start("completed")
    annulled = start("completed")
    mayor = world.holder("appointing_official")
    ledger.execute(
        AnnulAction(
            command_id=new_id(), actor=a_person(mayor), action_id=annulled.id, reason="cacat prosedur"
        )
    )
    start("committee_deliberation")
    start("decree")
    start("inauguration")
    back = start("division_review")
    world.decide(
        back, world.owners(back, back.open_tasks[0])[0], outcome="return", return_to="unit_file_check"
    )
    officer = world.holder("personnel_analyst")
    revised = start("agency_head_review", actor=a_person(officer))
    world.decide(revised, world.owners(revised, revised.open_tasks[0])[0], outcome="return")
    no = start("agency_head_review")
    world.decide(no, world.owners(no, no.open_tasks[0])[0], outcome="reject")
    own = world.submit(
        subject := next(subjects), next(targets), variant=Variant.OWN_REQUEST, actor=a_person(subject)
    ).state
    assert own is not None
    ledger.execute(
        WithdrawAction(command_id=new_id(), actor=a_person(subject), action_id=own.id, reason="batal")
    )
    _delegations(world)
    _task_work(world, start("unit_recommendation"))
    _declared_conflict(world, start("committee_deliberation"))
    silent, overdue = start("bkn_review"), start("unit_file_check")
    ahead = start("appointing_decision")
    world.decide(
        ahead,
        mayor,
        details={
            "decree_date": world.today.isoformat(),
            "effective_date": (world.today + timedelta(days=60)).isoformat(),
        },
    )
    key, _ = create_key(world.installation, "simpeg", ("actions:write",))
    create_key(world.installation, "dasbor", ("actions:read", "audit:read"))
    set_terms(world.installation, key, requests_per_minute=60, algorithm="hmac-sha256")
    ledger.execute(RecordRefusals(command_id=new_id(), actor=SYSTEM, key_id=key, code="bad-request", times=1))
    revoke_key(world.installation, key)
    create_key(world.installation, "coba", ("actions:write",), sandbox=True)
    person = min(world.agency.people)
    ledger.execute(
        FileDocument(
            command_id=new_id(),
            actor=a_person(person),
            document_id=new_id(),
            person_id=person,
            document_type="SK",
            media_type="application/pdf",
            size_bytes=3,
            sha256="0" * 64,
            file_name="sk.pdf",
        )
    )
    ledger.execute(
        RecordPersonalDataRead(
            command_id=new_id(),
            actor=a_person(officer),
            subject_id=person,
            what="employee",
            purpose="periksa",
        )
    )
    _talent(world)
    _evaluations(world, [next(subjects) for _ in range(3)])
    _cycle(world)
    other_records.results_by_hand(world)
    other_records.reminders(world)
    other_records.webhook(world)
    other_records.differences(world)
    other_records.rank_list(world)
    other_records.reviews(world, annulled)
    clock.now += timedelta(days=12)
    for late in (silent, overdue):
        for _ in range(2):
            ledger.execute(AdvanceAction(command_id=new_id(), actor=SYSTEM, action_id=late.id))


def _talent(world: World) -> None:
    """Three rated and tested people in boxes, two of them tested anew, and one who is only rated."""
    people, ledger = world.movable()[-9:-5], world.installation.ledger
    ratings = tuple(
        SkpRow(
            person_id=person,
            period_start=date(2025, 1, 1),
            period_end=date(2025, 12, 31),
            result=Judgement.AS_EXPECTED,
            conduct=Judgement.ABOVE,
            assessor_id=world.holder("regional_secretary"),
        )
        for person in people
    )
    ledger.execute(RecordSkp(command_id=new_id(), actor=SYSTEM, rows=ratings))
    for day, points, tested in ((date(2024, 5, 6), 55, people[:3]), (date(2026, 5, 6), 88, people[1:3])):
        rows = tuple(
            CactRow(
                person_id=person,
                tested_on=day,
                potential=points,
                managerial_sociocultural=points,
                digital_literacy=points,
                emerging_skill=points,
            )
            for person in tested
        )
        ledger.execute(RecordCompetency(command_id=new_id(), actor=SYSTEM, rows=rows))


def _delegations(world: World) -> None:
    ledger = world.installation.ledger
    mayor, head = world.holder("appointing_official"), world.holder("agency_head")
    people = [p.id for p in world.agency.people.values() if p.employment_status == "01"]
    others = [p for p in people if p not in (mayor, head)]
    for capacity, position, delegate, actor in (
        (Capacity.PLH, world.agency.people[head].position_id, others[0], mayor),
        (Capacity.DELEGATE, None, others[1], head),
    ):
        granted = GrantDelegation(
            command_id=new_id(),
            actor=a_person(actor),
            delegation_id=new_id(),
            capacity=capacity,
            position_id=position,
            delegate_id=delegate,
            first_day=world.today,
            last_day=world.today + timedelta(days=5),
            letter_number="800/1-SPT",
            reason="dinas luar",
        )
        ledger.execute(granted)
    ledger.execute(
        RevokeDelegation(command_id=new_id(), actor=a_person(head), delegation_id=granted.delegation_id)
    )


def _task_work(world: World, state: ActionState) -> None:
    """Comment, claim, release, delegate; then the delegate decides."""
    ledger, task = world.installation.ledger, state.open_tasks[0]
    owner = world.owners(state, task)[0]
    values: dict[str, Any] = {"actor": a_person(owner), "action_id": state.id, "task_id": task.id}
    ledger.execute(CommentTask(command_id=new_id(), comment="mohon berkas", **values))
    ledger.execute(ClaimTask(command_id=new_id(), **values))
    ledger.execute(ReleaseTask(command_id=new_id(), **values))
    helper = next(
        p.id for p in world.agency.people.values() if p.position_id and p.id not in (owner, state.subject_id)
    )
    delegated = ledger.execute(DelegateTask(command_id=new_id(), to=helper, reason="cuti", **values))
    assert delegated.state is not None
    world.decide(delegated.state, helper)


def _declared_conflict(world: World, state: ActionState) -> None:
    member = world.holder("inspector")
    world.installation.ledger.execute(
        DeclareConflict(command_id=new_id(), actor=a_person(member), action_id=state.id, reason="kerabat")
    )
