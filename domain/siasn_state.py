"""How far the telling of SIASN is: of one case, and whether there is a connector at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from domain import siasn_events as se
from domain.changed import changed
from domain.event import Event
from domain.siasn_events import Purpose, Reached, SiasnMode

if TYPE_CHECKING:
    from domain.personnel_action import ActionState, Recorded

CONNECTION = "siasn/connection"
ORDER: dict[Purpose, tuple[Reached, ...]] = {
    Purpose.WRITE_BACK: (
        Reached.PENDING,
        Reached.SAVED,
        Reached.ATTACHED,
        Reached.SYNCED,
        Reached.VERIFIED,
    ),
    Purpose.CORRECTION: (Reached.PENDING, Reached.REMOVED, Reached.SYNCED, Reached.VERIFIED),
}


@dataclass(frozen=True)
class WriteBack:
    """The connector's part in a case."""

    purpose: Purpose
    reached: Reached
    give_up_at: datetime
    siasn_id: str | None = None
    document_id: str | None = None

    @property
    def running(self) -> bool:
        return self.reached not in (Reached.VERIFIED, Reached.FAILED)

    def comes_next(self) -> Reached:
        """What it reaches next while it runs."""
        order = ORDER[self.purpose]
        return order[order.index(self.reached) + 1]

    def is_past(self, reached: Reached) -> bool:
        """Whether it is there or beyond."""
        order = ORDER[self.purpose]
        return (
            reached in order and self.reached in order and order.index(self.reached) >= order.index(reached)
        )


def mode_after(mode: SiasnMode | None, event: Event) -> SiasnMode | None:
    """The connector's mode after one event; None without a connector."""
    if isinstance(event, se.SiasnConnected):
        return event.mode
    return None if isinstance(event, se.SiasnDisconnected) else mode


def begun(state: ActionState, event: se.WriteBackBegun, _: Recorded) -> ActionState:
    """A correction keeps what the write-back knew."""
    before = state.write_back
    kept = (before.siasn_id, before.document_id) if before else (None, None)
    started = WriteBack(event.purpose, Reached.PENDING, event.give_up_at, *kept)
    return changed(state, write_back=started, phase=event.phase)


def saved(state: ActionState, event: se.SiasnRecordSaved, _: Recorded) -> ActionState:
    return _moved(state, Reached.SAVED, siasn_id=event.siasn_id)


def attached(state: ActionState, event: se.SiasnDocumentAttached, _: Recorded) -> ActionState:
    return _moved(state, Reached.ATTACHED, document_id=event.document_id)


def removed(state: ActionState, _: se.SiasnRecordRemoved, __: Recorded) -> ActionState:
    return _moved(state, Reached.REMOVED)


def synced(state: ActionState, _: se.SiasnSynced, __: Recorded) -> ActionState:
    return _moved(state, Reached.SYNCED)


def verified(state: ActionState, event: se.SiasnVerified, _: Recorded) -> ActionState:
    done = _moved(state, Reached.VERIFIED)
    return changed(done, phase="closed") if event.purpose is Purpose.CORRECTION else done


def failed(state: ActionState, _: se.WriteBackFailed, __: Recorded) -> ActionState:
    return _moved(state, Reached.FAILED)


def _moved(state: ActionState, reached: Reached, **known: Any) -> ActionState:
    if state.write_back is None:
        return state
    return changed(state, write_back=changed(state.write_back, reached=reached, **known))
