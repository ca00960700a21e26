"""Was a decree's file signed lawfully? By the system, once, for a decree that was issued and stands, and as
the document that was filed with it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from domain import events as ev
from domain import rank_events as rk
from domain.decree_events import DecreeSigned
from domain.decree_files import rank_decree_id, stream_of
from domain.personnel_action import ActionState
from ledger.mirror import ACTION, action_id_of
from ledger.record import StoredEvent

Problem = tuple[str, str]


def stream_for(event: ev.Event) -> str | None:
    """The stream of a decree's file; None for every other event."""
    return stream_of(event.decree_id) if isinstance(event, DecreeSigned) else None


@dataclass
class _Issued:
    number: str
    position: int
    day: date
    person_id: str | None
    of: tuple[str | None, str | None]
    stands: bool = True
    signed: bool = False


class DecreeFileLaw:
    """Takes the events in order; asked before each event of a file is followed."""

    def __init__(self, state_of: Callable[[str], ActionState | None]) -> None:
        self._state_of = state_of
        self._issued: dict[str, _Issued] = {}

    def problems(self, stored: StoredEvent, group: list[StoredEvent]) -> list[Problem]:
        """What is unlawful about a signed file; nothing of any other event."""
        event = stored.event
        if not isinstance(event, DecreeSigned):
            return []
        found: list[Problem] = []
        if stored.actor.kind != "system":
            found.append(("not-the-system", f"{stored.type} by {stored.actor.kind} {stored.actor.id}"))
        known = self._issued.get(event.decree_id)
        if known is None or known.position != event.issued_position or known.number != event.number:
            found.append(("illegal-transition", f"{event.number} was not issued there under that number"))
        elif (event.action_id, event.list_id) != known.of or event.person_id != self._person(known):
            found.append(("illegal-transition", f"{event.number} is another's decree"))
        elif known.signed or stored.version != 1:
            found.append(("illegal-transition", f"{event.number} was signed before"))
        elif not known.stands:
            found.append(("illegal-transition", f"{event.number} was annulled before it was signed"))
        if not any(_files(other.event, event, known) for other in group):
            found.append(("skipped-step", f"the signed file of {event.number} was not filed as it is"))
        return found

    def follow(self, stored: StoredEvent) -> None:
        event = stored.event
        match event:
            case ev.DecreeIssued() if stored.category == ACTION:
                decree_id = action_id_of(stored.stream)
                self._issued[decree_id] = _Issued(
                    event.number, stored.position, event.decree_date, None, (decree_id, None)
                )
            case rk.RankDecreeIssued() if event.sequence is not None:
                decree_id = rank_decree_id(event.list_id, event.person_id)
                self._issued[decree_id] = _Issued(
                    event.number, stored.position, event.decree_date, event.person_id, (None, event.list_id)
                )
            case ev.ActionAnnulled():
                self._fell(action_id_of(stored.stream))
            case rk.RankAnnulled():
                self._fell(rank_decree_id(event.list_id, event.person_id))
            case DecreeSigned() if event.decree_id in self._issued:
                self._issued[event.decree_id].signed = True
            case _:
                pass

    def _person(self, known: _Issued) -> str | None:
        """Whom the decree is about: named by a list, or the subject of its case."""
        action_id, _ = known.of
        state = self._state_of(action_id) if action_id is not None else None
        return state.subject_id if state is not None else known.person_id

    def _fell(self, decree_id: str) -> None:
        if decree_id in self._issued:
            self._issued[decree_id].stands = False


def _files(other: ev.Event, signed: DecreeSigned, known: _Issued | None) -> bool:
    return (
        isinstance(other, ev.DocumentFiled)
        and (other.document_id, other.person_id) == (signed.document_id, signed.person_id)
        and other.sha256 == signed.signed_sha256
        and other.media_type == "application/pdf"
        and (known is None or other.issued_on == known.day)
    )
