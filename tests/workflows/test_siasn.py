"""A case and an emulated SIASN: told once, whatever is lost on the way, and `verify` finds it lawful."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from activities.siasn import Compared
from audit.verify import verify
from demo.siasn_emulator import is_emulator_on, prepare
from demo.siasn_register import codes_of, emulated, id_of
from domain.commands import AnnulAction, EmployeeRow, FileDocument
from domain.personnel_action import ActionState
from domain.siasn_commands import SettleSiasnDifference
from domain.siasn_events import Reached, SiasnDiffered, SiasnDifferenceSettled
from installation import Installation
from integrations.siasn.connector import Access, Connector, Login
from integrations.siasn.emulator.__main__ import records_of
from integrations.siasn.emulator.faults import Fault
from integrations.siasn.emulator.records import Row
from integrations.siasn.emulator.server import Accounts, Emulator
from ledger.database import open_database
from operations.siasn import connector_of
from operations.siasn_command import quality_of
from operations.siasn_findings import siasn_waits
from projections import employees, siasn_differences
from projections.action_state import state_of
from projections.catalogue import all_projections
from proofs.checkpoint import origin_of
from relay.siasn_calendar import SiasnCalendar
from relay.siasn_comparer import LedgerSiasnComparer
from relay.siasn_teller import LedgerSiasnTeller
from roster.generator import generate_agency
from settings import Settings
from tests.audit.attacker import Attacker
from tests.workflows.theatre import MovableClock, Theatre, a_transfer
from tests.world import World, a_person, new_id, seed
from workflows.siasn_comparison import SiasnComparison

ROOT = Path(__file__).resolve().parents[2]
DECREE = b"%PDF-1.7 keputusan"
ACCOUNT = Accounts()
STATES = ["WriteBackBegun", "SiasnRecordSaved", "SiasnDocumentAttached", "SiasnSynced", "SiasnVerified"]


def connector_to(emulator: Emulator, world: World) -> Connector:
    login = Login("client", ACCOUNT.username, ACCOUNT.password)
    access = Access("training", ACCOUNT.key, ACCOUNT.secret, login, emulator.origin, None, 0.4)
    return Connector(access, codes_of(world.agency))


def nip_of(world: World, person_id: str) -> str:
    with world.installation.reader.engine.connect() as connection:
        row = employees.by_id(connection, person_id)
    assert row is not None
    return str(row["nip"])


def file_decree(world: World, state: ActionState) -> None:
    with world.installation.documents.receive(1_000) as arrival:
        arrival.write(DECREE)
        stored = arrival.finish()
    world.installation.ledger.execute(
        FileDocument(
            command_id=new_id(), actor=a_person(world.holder("personnel_analyst")), document_id=new_id(),
            person_id=state.subject_id, document_type="SK_JABATAN", media_type="application/pdf",
            size_bytes=stored.size_bytes, sha256=stored.sha256, file_name="sk.pdf",
            issued_on=state.decree.decree_date if state.decree else None,
        )
    )  # fmt: skip


def annul(world: World, state: ActionState) -> None:
    mayor = a_person(world.holder("appointing_official"))
    world.installation.ledger.execute(
        AnnulAction(command_id=new_id(), actor=mayor, action_id=state.id, reason="putusan PTUN")
    )


class Desk:
    """A ledger with people in it, the emulator that knows the same people, and a teller between them."""

    def __init__(self, folder: Path, emulator: Emulator) -> None:
        self.emulator = emulator
        self.clock = MovableClock()
        self.installation = Installation(Settings(data=folder), clock=self.clock)
        self.installation.set_up()
        self.world = seed(self.installation, generate_agency(people=300, as_of=date(2026, 11, 24)))
        emulator.records.__dict__.update(records_of(emulated(self.installation)).__dict__)
        self.connector = connector_to(emulator, self.world)
        self.teller = self.telling(self.installation.ledger)
        self.teller.announce()

    def telling(self, ledger: Any) -> LedgerSiasnTeller:
        parts = (self.installation.reader, self.clock, self.installation.documents)
        return LedgerSiasnTeller(ledger, *parts, self.connector)

    def case(self) -> ActionState:
        """The next transfer that took effect, with its decree in the file."""
        state = self.world.walk(a_transfer(self.world), until="write_back")
        file_decree(self.world, state)
        return state

    def step(self, state: ActionState, teller: LedgerSiasnTeller | None = None) -> str | None:
        found = asyncio.run((teller or self.teller).take_step(state.id))
        assert found is not None
        return found.refusal

    def tell(self, state: ActionState, most: int = 12) -> int:
        """Steps until nothing is left to tell; how many were in vain."""
        vain = 0
        for _ in range(most):
            if not self.now(state).tells_siasn:
                return vain
            vain += self.step(state) is not None
        raise AssertionError(self.now(state).write_back)

    def now(self, state: ActionState) -> ActionState:
        with self.installation.reader.engine.connect() as connection:
            found = state_of(connection, state.id)
        assert found is not None
        return found

    def lines(self, state: ActionState) -> list[Row]:
        """SIASN's lines that bear the case's decree."""
        assert state.decree is not None
        history = self.emulator.records.lines("jabatan", nip_of(self.world, state.subject_id))
        return [row for row in history if row["nomorSk"] == state.decree.number]

    def main(self, state: ActionState) -> Row:
        return self.emulator.records.people[nip_of(self.world, state.subject_id)]

    def told(self, state: ActionState) -> list[str]:
        with self.installation.reader.engine.connect() as connection:
            stored = self.installation.reader.stream(connection, f"personnel-action/{state.id}")
        return [s.type for s in stored if s.type in (*STATES, "SiasnRecordRemoved", "WriteBackFailed")]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with Emulator(slow_seconds=0.6) as emulator:
        made = Desk(tmp_path_factory.mktemp("siasn"), emulator)
        yield made
        made.connector.client.close()
        made.installation.close()


@pytest.fixture(autouse=True)
def no_fault_is_left(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "desk" in request.fixturenames:
        request.getfixturevalue("desk").emulator.faults.clear()


def test_siasn_is_told_step_by_step_and_read_again(desk: Desk) -> None:
    state = desk.case()
    assert desk.tell(state) == 0
    assert desk.told(state) == STATES
    (line,) = desk.lines(state)
    assert line["path"]["872"]["dok_id"] == "872"
    assert desk.emulator.records.documents[line["path"]["872"]["dok_uri"]] == DECREE
    assert desk.main(state)["unorId"] == line["unorId"]
    done = desk.now(state)
    assert done.status == "completed"
    assert done.write_back is not None
    assert (done.write_back.reached, done.write_back.siasn_id) == (Reached.VERIFIED, line["id"])


AT_EACH_STEP = (
    "/pns/data-utama",
    "/jabatan/unorjabatan/save",
    "/upload-dok-rw",
    "/pns/rw-jabatan",
    "jabatansync",
)
PASSING = (Fault.LOST_REPLY, Fault.HTML_AFTER_COMMIT, Fault.SUSPENDED, Fault.BAD_SSO, Fault.RESET)


def test_no_fault_on_the_way_makes_a_duplicate_or_a_loss(desk: Desk) -> None:
    """Each fault at each kind of request of one case, one after another."""
    for fault in PASSING:
        state = desk.case()
        for path in AT_EACH_STEP:
            desk.emulator.faults.add(fault, path)
        desk.tell(state)
        assert len(desk.lines(state)) == 1, fault
        assert desk.told(state) == STATES, fault
        assert desk.now(state).status == "completed", fault
        desk.emulator.faults.clear()


def test_a_process_that_dies_between_save_and_reply_finds_its_line_again(desk: Desk) -> None:
    class Dying:
        """A ledger that is gone when it should note what SIASN has answered."""

        def execute(self, *_: Any) -> Any:
            raise ConnectionError

    state = desk.case()
    with pytest.raises(ConnectionError):
        desk.step(state, desk.telling(Dying()))
    assert len(desk.lines(state)) == 1
    assert desk.told(state) == ["WriteBackBegun"]
    desk.tell(state)
    assert len(desk.lines(state)) == 1
    assert desk.now(state).status == "completed"


@pytest.mark.parametrize("fault", [Fault.FAILURE_IN_200, Fault.CODE_0_IN_200])
def test_a_refusal_opens_the_officers_task_with_bkns_words_sealed(desk: Desk, fault: Fault) -> None:
    state = desk.case()
    desk.emulator.faults.add(fault, "/save")
    desk.tell(state)
    assert desk.told(state) == ["WriteBackBegun", "WriteBackFailed"]
    assert [task.step for task in desk.now(state).open_tasks] == ["siasn_write_back"]
    with desk.installation.reader.engine.connect() as connection:
        stored = desk.installation.reader.stream(connection, f"personnel-action/{state.id}")
    failed = next(s for s in stored if s.type == "WriteBackFailed")
    assert getattr(failed.event, "message", None)
    assert b"Data tidak" not in failed.record


def test_without_the_decree_it_waits_and_sends_nothing_twice(desk: Desk) -> None:
    state = desk.world.walk(a_transfer(desk.world), until="write_back")
    assert [desk.step(state) for _ in range(3)] == [None, "siasn-not-now", "siasn-not-now"]
    with desk.installation.reader.engine.connect() as connection:
        now = desk.clock()
        assert siasn_waits(connection, desk.now(state), now) is None
        waits = siasn_waits(connection, desk.now(state), now + timedelta(hours=2))
    assert waits is not None
    assert "SK_JABATAN" in str(waits.advice)
    file_decree(desk.world, state)
    desk.tell(state)
    assert len(desk.lines(state)) == 1


def test_an_annulment_takes_the_line_out_again_and_the_main_record_back(desk: Desk) -> None:
    state = desk.case()
    before = desk.main(state)["unorId"]
    desk.tell(state)
    annul(desk.world, state)
    for path in ("/jabatan/delete", "jabatansync", "/pns/rw-jabatan"):
        desk.emulator.faults.add(Fault.LOST_REPLY, path)
    desk.tell(state)
    assert desk.lines(state) == []
    assert desk.main(state)["unorId"] == before
    assert desk.told(state)[-4:] == ["WriteBackBegun", "SiasnRecordRemoved", "SiasnSynced", "SiasnVerified"]
    assert desk.now(state).is_quiet


def test_nobody_is_left_without_any_line(desk: Desk) -> None:
    state = desk.case()
    desk.tell(state)
    history = desk.emulator.records.lines("jabatan", nip_of(desk.world, state.subject_id))
    history[:] = desk.lines(state)
    annul(desk.world, state)
    desk.tell(state)
    assert len(desk.lines(state)) == 1
    assert [task.step for task in desk.now(state).open_tasks] == ["siasn_correction"]


def test_a_second_line_that_somebody_made_is_told_to_an_officer(desk: Desk) -> None:
    state = desk.case()
    desk.step(state)
    (line,) = desk.lines(state)
    nip = nip_of(desk.world, state.subject_id)
    desk.emulator.records.add_line("jabatan", nip, {k: v for k, v in line.items() if k not in ("id", "path")})
    desk.tell(state)
    assert desk.told(state)[-1] == "WriteBackFailed"


def test_the_demos_emulator_is_a_process_that_the_settings_reach(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    siasn = prepare(desk.installation)
    for name, text in siasn.environment.items():
        monkeypatch.setenv(name, text)
    process = subprocess.Popen(siasn.command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == f"SIASN emulator on {siasn.origin}\n"
        command_line = " ".join(siasn.command)
        assert is_emulator_on(desk.installation.settings.data.resolve(), command_line)
        connector = connector_of(Settings())
        assert connector is not None
        with connector:
            person_id = desk.world.movable("PELAKSANA")[0]
            found = connector.reader.person(nip_of(desk.world, person_id))
        assert found is not None
        assert found["id"] == id_of("pns", person_id)
    finally:
        process.terminate()
        process.communicate(timeout=10)


def test_the_quality_of_what_siasn_holds_is_read_from_it(desk: Desk) -> None:
    nips = sorted(desk.emulator.records.people)[:5]
    report = quality_of(desk.connector, [*nips, "199901012024011001"], date(2026, 11, 24), 0.0)
    assert report.judged == 5, "who is not in SIASN is left out"
    assert report.faulty["COM_6"] == nips
    assert not report.faulty.keys() & {"TIM_1", "CON_2"}


def differing(desk: Desk, person_id: str) -> dict[str, str | None]:
    """What SIASN says otherwise of a person, by field."""
    with desk.installation.reader.engine.connect() as connection:
        stored = desk.installation.reader.stream(connection, f"siasn-person/{person_id}")
    found: dict[str, str | None] = {}
    for event in (one.event for one in stored):
        if isinstance(event, SiasnDiffered):
            assert event.field not in found
            found[event.field] = event.theirs
        elif isinstance(event, SiasnDifferenceSettled):
            del found[event.field]
    return found


def take_over(desk: Desk, person_id: str, **said: str) -> None:
    """An officer takes SIASN's word over."""
    with desk.installation.reader.engine.connect() as connection:
        row = employees.by_id(connection, person_id)
        mine = siasn_differences.page(connection, "open", 100, -1)
    assert row is not None
    (difference,) = [one["difference_id"] for one in mine if one["person_id"] == person_id]
    values = {name: row[name] for name in EmployeeRow.model_fields} | said
    officer = a_person(desk.world.holder("personnel_analyst"))
    command = SettleSiasnDifference(
        command_id=new_id(),
        actor=officer,
        difference_id=difference,
        outcome="accepted",
        row=EmployeeRow.model_validate(values),
    )
    desk.installation.ledger.execute(command)


def compare(desk: Desk, person_id: str) -> None:
    """The part of the nightly comparison that begins with somebody."""
    comparer = LedgerSiasnComparer(
        desk.installation.ledger, desk.installation.reader, desk.connector, pause=0.0
    )
    before = max((one for one in desk.world.agency.people if one < person_id), default="")
    asyncio.run(comparer.compare_next(Compared(last=before)))


def test_differences_are_found_once_superseded_and_gone(desk: Desk) -> None:
    person_id = desk.world.movable("PELAKSANA")[0]
    row = desk.emulator.records.people[nip_of(desk.world, person_id)]
    before = dict(row)
    compare(desk, person_id)
    assert differing(desk, person_id) == {}
    row |= {"nama": "Siti Aminah", "tmtGolAkhir": "2021-04-01", "unorId": "elsewhere"}
    for _ in range(2):
        compare(desk, person_id)
    found = {"name": "Siti Aminah", "grade_since": "2021-04-01", "unit": "elsewhere"}
    assert differing(desk, person_id) == found
    row |= before | {"nama": "Siti Aminah, S.E."}
    compare(desk, person_id)
    assert differing(desk, person_id) == {"name": "Siti Aminah, S.E."}
    take_over(desk, person_id, name="Siti Aminah, S.E.")
    compare(desk, person_id)
    assert differing(desk, person_id) == {}, "the register says so now"
    row |= before
    compare(desk, person_id)
    assert differing(desk, person_id) == {"name": before["nama"]}


Document = dict[str, Any]


def findings(desk: Desk, database: Path | None = None) -> set[tuple[str, int | None]]:
    installation = desk.installation
    path = database or installation.settings.data / "jenjang.db"
    engine = open_database(f"sqlite+pysqlite:///{path}", read_only=True)
    try:
        found = verify(
            engine,
            keys=[installation.signer.vkey],
            kept_checkpoints=[],
            sealing_key=installation.sealing_key,
            projections=all_projections(),
            origin=origin_of(installation.settings.agency),
            now=desk.clock() + timedelta(hours=1),
        ).findings
    finally:
        engine.dispose()
    return {(finding.code, finding.position) for finding in found}


def test_what_was_told_is_lawful_and_what_is_made_up_is_found(desk: Desk, tmp_path: Path) -> None:
    """Forged with all keys: told by a person, out of order, failed before its time, and the like."""
    assert findings(desk) == set()
    database = desk.installation.settings.data / "jenjang.db"
    attacker = Attacker.on_copy(database, tmp_path / "forged.db", desk.installation.signer)
    documents = attacker.documents()

    def number(which: int, type_: str) -> Document:
        return [d for d in documents if d["type"] == type_][which]

    somebody = next(d["actor"] for d in documents if d["actor"]["kind"] == "person")
    connected, saved, synced = (
        number(0, "SiasnConnected"),
        number(0, "SiasnRecordSaved"),
        number(1, "SiasnSynced"),
    )
    connected["actor"] = saved["actor"] = somebody
    verified = number(1, "SiasnVerified")
    synced["type"], verified["type"] = "SiasnVerified", "SiasnSynced"
    attached = number(2, "SiasnDocumentAttached")
    attached["data"]["document_id"] = number(3, "SiasnDocumentAttached")["data"]["document_id"]
    failed, begun = number(0, "WriteBackFailed"), number(4, "WriteBackBegun")
    failed["data"]["why"] = "no-answer-in-time"
    begun["data"]["give_up_at"] = "2027-11-24T00:00:00Z"
    differed, gone = number(0, "SiasnDiffered"), number(0, "SiasnDifferenceSettled")
    differed["actor"] = gone["actor"] = somebody
    accepted = next(d for d in documents if d["data"].get("outcome") == "accepted")
    corrected = next(
        d
        for d in documents
        if d["type"] == "EmployeeCorrected" and d["data"]["person_id"] == accepted["data"]["person_id"]
    )
    corrected["data"]["grade"] = "I/a"
    attacker.rewrite(documents)
    assert findings(desk, attacker.path) >= {
        ("not-the-system", connected["position"]),
        ("not-the-system", saved["position"]),
        ("illegal-transition", synced["position"]),
        ("illegal-transition", attached["position"]),
        ("illegal-transition", failed["position"]),
        ("wrong-deadline", begun["position"]),
        ("not-the-system", differed["position"]),
        ("not-the-system", gone["position"]),
        ("wrong-facts", accepted["position"]),
    }


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator() as started:
        yield started


@pytest.mark.anyio
async def test_the_process_tells_siasn_and_gives_up_in_time(theatre: Theatre, emulator: Emulator) -> None:
    """On a real Temporal: one case told with a lost reply, one that SIASN never answers."""
    world = theatre.world
    emulator.records.__dict__.update(records_of(emulated(world.installation)).__dict__)
    theatre.connector = connector_to(emulator, world)
    theatre.teller.announce()
    async with theatre.playing():
        emulator.faults.add(Fault.LOST_REPLY, "/jabatan/unorjabatan/save")
        state = await theatre.walk(a_transfer(world), "write_back")
        file_decree(world, theatre.now(state))
        await theatre.until(state, lambda _: emulator.asked_for("/save") > 0)
        await asyncio.sleep(0.5)  # until the process sleeps on it
        await theatre.skipper.fast_forward(theatre.handle(state), timedelta(seconds=16))
        state = await theatre.until(state, lambda now: now.status == "completed")
        await theatre.over(state)
        assert emulator.asked_for("/save") == 1
        emulator.faults.add(Fault.RUNTIME_ERROR, times=1_000)
        other = await theatre.walk(a_transfer(world, 1), "write_back")
        running = theatre.now(other).write_back
        assert running is not None
        await theatre.skip_to(other, running.give_up_at)
        other = await theatre.until(other, lambda now: bool(now.open_tasks))
        assert [task.step for task in other.open_tasks] == ["siasn_write_back"]
        emulator.faults.clear()
        queue = theatre.task_queue
        emulator.records.people[nip_of(world, state.subject_id)]["nama"] = "Siti Aminah"
        await theatre.plain.execute_workflow(SiasnComparison.run, Compared(), id=queue, task_queue=queue)
        with world.installation.reader.engine.connect() as connection:
            rows = siasn_differences.page(connection, "open", 10, -1)
        told = {(row["person_id"], row["field"]) for row in rows}
        assert told == {(state.subject_id, "name"), (other.subject_id, "unit")}, (
            "nobody told SIASN of the other"
        )
        reader = world.installation.reader
        await SiasnCalendar(reader, theatre.plain, queue, theatre.clock, connected=True).look()
        described = await theatre.plain.get_schedule_handle("siasn-comparison").describe()
        assert [c.hour[0].start for c in described.schedule.spec.calendars] == [1]
        await theatre.plain.get_schedule_handle("siasn-comparison").delete()
    theatre.connector.client.close()
