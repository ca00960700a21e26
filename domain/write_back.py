"""Who tells SIASN of an outcome, and what follows: a connector where there is one, else an officer's task."""

from __future__ import annotations

from domain import events as ev
from domain import promotion
from domain import siasn_events as se
from domain.errors import NotDue, NotPermitted
from domain.event import NewEvent
from domain.facts import Facts
from domain.identity import Actor
from domain.personnel_action import ActionState
from domain.policy import Kind
from domain.siasn_commands import ConnectSiasn, RecordWriteBack
from domain.siasn_events import Purpose, Reached
from domain.siasn_state import CONNECTION, WriteBack
from domain.task_opening import open_task

STEP = {Purpose.WRITE_BACK: "siasn_write_back", Purpose.CORRECTION: "siasn_correction"}
TOO_LATE = "no-answer-in-time"


def connect(facts: Facts, command: ConnectSiasn) -> list[NewEvent]:
    """Whether outcomes go by a connector from now on. The same again changes nothing."""
    _system_only(command.actor)
    if command.mode == facts.siasn_mode:
        return []
    if command.mode is None:
        return [NewEvent(CONNECTION, se.SiasnDisconnected())]
    return [NewEvent(CONNECTION, se.SiasnConnected(mode=command.mode))]


def begin(state: ActionState, facts: Facts) -> ev.Event:
    """SIASN is to be told of the outcome."""
    return _begun(Purpose.WRITE_BACK, state, facts) or open_task(STEP[Purpose.WRITE_BACK], state, facts)


def undo(state: ActionState, facts: Facts) -> ev.Event:
    """SIASN is to be told that the outcome never was: by who told it, if that was the connector."""
    begun = _begun(Purpose.CORRECTION, state, facts) if state.write_back is not None else None
    return begun or open_task(STEP[Purpose.CORRECTION], state, facts)


def record(state: ActionState, facts: Facts, command: RecordWriteBack) -> list[ev.Event]:
    """What the connector has reached, in order; told twice it changes nothing. Raises NotDue."""
    _system_only(command.actor)
    running = state.write_back
    if running is None or running.purpose is not command.purpose:
        raise NotDue()
    if running.is_past(command.reached):
        return []
    if not running.running:
        raise NotDue()
    if command.reached is Reached.FAILED:
        return stopped(state, running, facts, command.why, command.message)
    if command.reached is not running.comes_next():
        raise NotDue()
    return _reached(state, running, facts, command)


def out_of_time(state: ActionState, facts: Facts) -> list[ev.Event]:
    """The officer's task, where the connector has had its time."""
    running = state.write_back
    if running is None or not running.running or running.give_up_at > facts.now:
        return []
    return stopped(state, running, facts, TOO_LATE, None)


def stopped(
    state: ActionState, running: WriteBack, facts: Facts, why: str, message: str | None
) -> list[ev.Event]:
    """The connector stops for good and the officer's task opens."""
    failed = se.WriteBackFailed(
        purpose=running.purpose, reached=running.reached, why=why, message=message or None
    )
    return [failed, open_task(STEP[running.purpose], state, facts)]


def _begun(purpose: Purpose, state: ActionState, facts: Facts) -> se.WriteBackBegun | None:
    if facts.siasn_mode is None:
        return None
    policy, calendar = facts.policy_of(state), facts.calendar
    last = calendar.after(facts.today, policy.write_back.gives_up_after_working_days)
    return se.WriteBackBegun(
        purpose=purpose,
        phase=policy.steps[STEP[purpose]].phase,
        mode=facts.siasn_mode,
        give_up_at=calendar.end_of(last),
    )


def _reached(
    state: ActionState, running: WriteBack, facts: Facts, command: RecordWriteBack
) -> list[ev.Event]:
    purpose = running.purpose
    match command.reached:
        case Reached.SAVED if command.siasn_id:
            return [se.SiasnRecordSaved(siasn_id=command.siasn_id)]
        case Reached.ATTACHED if running.siasn_id and command.document_id:
            document = facts.files.documents.get(command.document_id)
            if document is None or document.person_id != state.subject_id:
                raise NotDue()
            return [se.SiasnDocumentAttached(siasn_id=running.siasn_id, document_id=command.document_id)]
        case Reached.REMOVED:
            return [se.SiasnRecordRemoved(siasn_id=command.siasn_id)]
        case Reached.SYNCED:
            return [se.SiasnSynced(purpose=purpose)]
        case Reached.VERIFIED:
            verified = se.SiasnVerified(purpose=purpose)
            if purpose is Purpose.CORRECTION:
                return [verified]
            ends = (
                promotion.scheduled_review(state, facts)
                if state.kind is Kind.PROMOTION
                else ev.ActionCompleted()
            )
            return [verified, ends]
    raise NotDue()


def _system_only(actor: Actor) -> None:
    if actor.kind != "system":
        raise NotPermitted()
