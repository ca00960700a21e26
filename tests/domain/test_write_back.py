"""Who tells SIASN: a connector where one is at work, an officer where none is or it fails."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from domain import commands as cmd
from domain import events as ev
from domain import siasn_events as se
from domain.errors import NotDue, NotPermitted
from domain.identity import SYSTEM
from domain.personnel_action import Status
from domain.siasn_commands import ConnectSiasn, RecordWriteBack
from domain.siasn_events import Purpose, Reached
from tests.domain.test_promotion import with_candidates
from tests.domain.town import Town, person

LINE = "5f0c3a52b1e94d0d8a6f7c2e1b3d4f5a"
OUTCOME, UNDONE = Purpose.WRITE_BACK, Purpose.CORRECTION


def connect(town: Town, mode: Any = "training") -> list[ev.Event]:
    return town.send(ConnectSiasn(**town._by(SYSTEM), mode=mode))


def reached(town: Town, action: str, how_far: Reached, purpose: Purpose = OUTCOME, **known: Any) -> list[str]:
    values = town._by(SYSTEM) | {"action_id": action, "purpose": purpose, "reached": how_far} | known
    return [type(event).__name__ for event in town.send(RecordWriteBack(**values))]


def filed(town: Town, whose: str) -> str:
    """A decree in somebody's file."""
    document = next(town.ids)
    town.send(
        cmd.FileDocument(
            **town._by(SYSTEM), document_id=document, person_id=whose, document_type="SK_JABATAN",
            media_type="application/pdf", size_bytes=9, sha256="ab" * 32, file_name="sk.pdf",
            issued_on=town.today,
        )
    )  # fmt: skip
    return document


@pytest.fixture
def told(town: Town) -> str:
    """A transfer that took effect and is to be told by the connector."""
    connect(town)
    return town.walk(town.submit(), "write_back")


def told_all(town: Town, action: str) -> None:
    reached(town, action, Reached.SAVED, siasn_id=LINE)
    reached(town, action, Reached.ATTACHED, document_id=filed(town, town.state(action).subject_id))
    reached(town, action, Reached.SYNCED)
    reached(town, action, Reached.VERIFIED)


def test_without_a_connector_an_officer_tells_siasn(town: Town) -> None:
    action = town.walk(town.submit(), "siasn_write_back")
    assert town.state(action).write_back is None
    assert town.owners(action)


def test_with_a_connector_nobody_has_a_task(town: Town, told: str) -> None:
    state = town.state(told)
    assert not state.open_tasks
    assert state.tells_siasn
    assert told in town.woken


def test_the_case_is_over_when_siasn_was_told_and_read_again(town: Town, told: str) -> None:
    told_all(town, told)
    assert town.state(told).status is Status.COMPLETED
    assert town.state(told).is_quiet


def test_a_promotion_goes_on_to_its_review(town: Town) -> None:
    connect(town)
    action = town.walk(town.promote(with_candidates(town).open_vacancy()), "write_back")
    told_all(town, action)
    assert town.state(action).awaits_review


def test_each_step_follows_its_predecessor(town: Town, told: str) -> None:
    for early in (Reached.ATTACHED, Reached.SYNCED, Reached.VERIFIED, Reached.REMOVED):
        with pytest.raises(NotDue):
            reached(town, told, early, siasn_id=LINE)
    with pytest.raises(NotDue):
        reached(town, told, Reached.SAVED)
    assert reached(town, told, Reached.SAVED, siasn_id=LINE) == ["SiasnRecordSaved"]
    assert reached(town, told, Reached.SAVED, siasn_id=LINE) == [], "a lost answer is asked for again"
    with pytest.raises(NotDue):
        reached(town, told, Reached.ATTACHED, document_id=filed(town, "nurse_2"))


def test_the_system_alone_tells(town: Town, told: str) -> None:
    with pytest.raises(NotPermitted):
        town.send(ConnectSiasn(**town._by(person("mayor")), mode=None))
    values: dict[str, Any] = {
        "action_id": told,
        "purpose": OUTCOME,
        "reached": Reached.SAVED,
        "siasn_id": LINE,
    }
    with pytest.raises(NotPermitted):
        town.send(RecordWriteBack(**town._by(person("analyst")), **values))


def test_a_failure_opens_the_officers_task(town: Town, told: str) -> None:
    reached(town, told, Reached.SAVED, siasn_id=LINE)
    events = reached(town, told, Reached.FAILED, why="refused-in-200", message="Data ditolak")
    assert events == ["WriteBackFailed", "TaskOpened"]
    assert town.step(told) == "siasn_write_back"
    with pytest.raises(NotDue):
        reached(town, told, Reached.ATTACHED, document_id=filed(town, "nurse"))
    town.next(told)
    assert town.state(told).status is Status.COMPLETED


def test_the_connector_has_its_time_and_no_more(town: Town, told: str) -> None:
    running = town.state(told).write_back
    assert running is not None
    assert town.calendar.today(running.give_up_at - timedelta(seconds=1)) == date(2026, 11, 26)
    town.now = running.give_up_at - timedelta(seconds=1)
    assert town.advance(told) == []
    town.now = running.give_up_at
    assert [type(event) for event in town.advance(told)] == [se.WriteBackFailed, ev.TaskOpened]
    assert town.advance(told) == []


def test_a_connector_that_is_switched_off_leaves_officers_what_comes(town: Town, told: str) -> None:
    assert connect(town) == []
    connect(town, None)
    other = town.walk(town.submit("nurse_2", "nurse-1"), "siasn_write_back")
    assert town.state(other).write_back is None
    assert town.state(told).tells_siasn, "what was begun is its own to end"


def test_an_annulment_is_told_by_who_told_the_outcome(town: Town, told: str) -> None:
    told_all(town, told)
    town.annul(told)
    state = town.state(told)
    assert (state.phase, state.open_tasks, state.is_quiet) == ("correction", (), False)
    reached(town, told, Reached.REMOVED, UNDONE, siasn_id=LINE)
    reached(town, told, Reached.SYNCED, UNDONE)
    assert reached(town, told, Reached.VERIFIED, UNDONE) == ["SiasnVerified"]
    assert town.state(told).is_quiet
    assert town.state(told).status is Status.ANNULLED


def test_an_annulment_meanwhile_ends_the_telling(town: Town, told: str) -> None:
    reached(town, told, Reached.SAVED, siasn_id=LINE)
    town.annul(told)
    with pytest.raises(NotDue):
        reached(town, told, Reached.ATTACHED, document_id=filed(town, "nurse"))
    assert reached(town, told, Reached.FAILED, UNDONE, why="last-line") == ["WriteBackFailed", "TaskOpened"]
    assert town.step(told) == "siasn_correction"
    town.decide(told, town.owners(told)[0])
    assert town.state(told).is_quiet


def test_without_the_connector_officers_correct_what_it_told(town: Town, told: str) -> None:
    told_all(town, told)
    connect(town, None)
    town.annul(told)
    assert town.step(told) == "siasn_correction"
