"""Was SIASN told lawfully? By the connector where one is at work, in order, and by the system."""

from __future__ import annotations

from audit.case import Case
from domain import events as ev
from domain import promotion_events as pe
from domain import siasn_events as se
from domain.personnel_action import ActionState, Status
from domain.policy import Kind
from domain.siasn_events import Purpose, Reached
from ledger.record import StoredEvent

CONNECTION = "siasn/connection"
OF_THE_CONNECTION = (se.SiasnConnected, se.SiasnDisconnected)
OFFICERS_STEP = {Purpose.WRITE_BACK: "siasn_write_back", Purpose.CORRECTION: "siasn_correction"}
BEFORE = {
    (Purpose.WRITE_BACK, Reached.SAVED): Reached.PENDING,
    (Purpose.WRITE_BACK, Reached.ATTACHED): Reached.SAVED,
    (Purpose.WRITE_BACK, Reached.SYNCED): Reached.ATTACHED,
    (Purpose.WRITE_BACK, Reached.VERIFIED): Reached.SYNCED,
    (Purpose.CORRECTION, Reached.REMOVED): Reached.PENDING,
    (Purpose.CORRECTION, Reached.SYNCED): Reached.REMOVED,
    (Purpose.CORRECTION, Reached.VERIFIED): Reached.SYNCED,
}


def stream_for(event: ev.Event) -> str | None:
    """The stream of the connection's own events and of differences; None for others."""
    if isinstance(event, se.SiasnDiffered | se.SiasnDifferenceSettled):
        return f"siasn-person/{event.person_id}"
    return CONNECTION if isinstance(event, OF_THE_CONNECTION) else None


class ConnectionLaw:
    """Follows whether a connector is at work; asked before each event is applied."""

    def __init__(self) -> None:
        self.mode: str | None = None

    def problems(self, stored: StoredEvent) -> list[tuple[str, str]]:
        """What is unlawful about an event of the connection."""
        if not isinstance(stored.event, OF_THE_CONNECTION):
            return []
        found = []
        if stored.actor.kind != "system":
            found.append(("not-the-system", f"{stored.type} by {stored.actor.kind} {stored.actor.id}"))
        if getattr(stored.event, "mode", None) == self.mode:
            found.append(("illegal-transition", f"{stored.type} changes nothing"))
        return found

    def follow(self, event: ev.Event) -> None:
        if isinstance(event, OF_THE_CONNECTION):
            self.mode = getattr(event, "mode", None)


def follows(case: Case, purpose: Purpose) -> None:
    """What has to follow now: the connector's beginning where it is at work, else the officer's task."""
    if case.siasn_mode is not None:
        case.begins = purpose
    else:
        case.expects = (OFFICERS_STEP[purpose], False, None)


def undone(case: Case, state: ActionState) -> None:
    """An annulment is told by who told the outcome: the connector, if it did and is still at work."""
    if state.write_back is not None:
        follows(case, Purpose.CORRECTION)
    else:
        case.expects = (OFFICERS_STEP[Purpose.CORRECTION], False, None)


def begun(case: Case, stored: StoredEvent, event: se.WriteBackBegun, _: ActionState) -> None:
    """Where something led to it, in the connection's mode, for as long as the policy says."""
    expected, case.begins = case.begins, None
    if event.purpose is not expected:
        case.report(stored, "illegal-transition", f"nothing led to a {event.purpose} by the connector")
    if event.mode != case.siasn_mode:
        case.report(stored, "illegal-transition", f"the connector was not in mode {event.mode}")
    step = case.step(OFFICERS_STEP[event.purpose])
    if step is None or event.phase != step.phase:
        case.report(stored, "illegal-transition", f"a {event.purpose} is not of phase {event.phase}")
    calendar = case.moment.calendar
    last = calendar.after(case.moment.day, case.policy.write_back.gives_up_after_working_days)
    if event.give_up_at != calendar.end_of(last):
        case.report(stored, "wrong-deadline", f"the connector gives up at the end of {last}")


def saved(case: Case, stored: StoredEvent, _: se.SiasnRecordSaved, state: ActionState) -> None:
    _in_order(case, stored, state, Purpose.WRITE_BACK, Reached.SAVED)


def attached(case: Case, stored: StoredEvent, event: se.SiasnDocumentAttached, state: ActionState) -> None:
    """A document of the person's file, on the line that was saved."""
    _in_order(case, stored, state, Purpose.WRITE_BACK, Reached.ATTACHED)
    document = case.moment.files.documents.get(event.document_id)
    if document is None or document.person_id != state.subject_id:
        case.report(stored, "illegal-transition", f"{event.document_id} is not of the subject's file")
    if state.write_back is not None and event.siasn_id != state.write_back.siasn_id:
        case.report(stored, "illegal-transition", "the document went to another line than was saved")


def removed(case: Case, stored: StoredEvent, _: se.SiasnRecordRemoved, state: ActionState) -> None:
    _in_order(case, stored, state, Purpose.CORRECTION, Reached.REMOVED)


def synced(case: Case, stored: StoredEvent, event: se.SiasnSynced, state: ActionState) -> None:
    _in_order(case, stored, state, event.purpose, Reached.SYNCED)


def verified(case: Case, stored: StoredEvent, event: se.SiasnVerified, state: ActionState) -> None:
    """What was told and read again ends the case, or has its review scheduled."""
    _in_order(case, stored, state, event.purpose, Reached.VERIFIED)
    if event.purpose is Purpose.WRITE_BACK:
        ends = pe.ReviewScheduled if state.kind is Kind.PROMOTION else ev.ActionCompleted
        if not case.beside(stored, ends):
            case.report(stored, "skipped-step", "nothing followed from what SIASN was told")
    elif state.status is not Status.ANNULLED:
        case.report(stored, "illegal-transition", "a correction of what was not annulled")


def failed(case: Case, stored: StoredEvent, event: se.WriteBackFailed, state: ActionState) -> None:
    """From where it was; the officer's task follows."""
    _by_system(case, stored)
    running = state.write_back
    if running is None or (running.purpose, running.reached) != (event.purpose, event.reached):
        case.report(stored, "illegal-transition", "it failed where it was not")
    elif not running.running:
        case.report(stored, "illegal-transition", "it failed after its end")
    elif event.why == "no-answer-in-time" and running.give_up_at > case.moment.at:
        case.report(stored, "illegal-transition", f"the connector had time until {running.give_up_at}")
    case.expects = (OFFICERS_STEP[event.purpose], False, None)


def told(case: Case, stored: StoredEvent) -> bool:
    """Whether the connector ended its write-back in this command."""
    found = [other.event for other in case.beside(stored, se.SiasnVerified)]
    return any(isinstance(e, se.SiasnVerified) and e.purpose is Purpose.WRITE_BACK for e in found)


def _in_order(
    case: Case, stored: StoredEvent, state: ActionState, purpose: Purpose, reached: Reached
) -> None:
    _by_system(case, stored)
    running = state.write_back
    before = BEFORE.get((purpose, reached))
    if running is None or running.purpose is not purpose or running.reached is not before:
        where = running.reached.value if running else "nowhere"
        case.report(stored, "illegal-transition", f"{reached.value} does not follow from {where}")


def _by_system(case: Case, stored: StoredEvent) -> None:
    if stored.actor.kind != "system":
        case.report(stored, "not-the-system", f"{stored.type} by {stored.actor.kind} {stored.actor.id}")
