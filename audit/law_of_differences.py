"""Differences with SIASN: found by the system, settled by whose office it is, taken over as they were."""

from __future__ import annotations

from audit.case import Moment
from domain import events as ev
from domain import siasn_events as se
from domain.identity import Capacity
from domain.offices import split_key
from domain.talent_events import TalentPlaced
from ledger.record import StoredEvent

Problem = tuple[str, str]
READABLE = (
    "employment_kind",
    "grade",
    "grade_since",
    "position_id",
    "position_since",
    "education",
    "employment_status",
)
SEALED = ("nip", "name", "sex", "birth_date", "appointed_on")


class DifferenceLaw:
    """Takes the events in order."""

    def __init__(self) -> None:
        self._open: dict[str, se.SiasnDiffered] = {}
        # What is sealed of each person in the register, in the order of SEALED, where it could be opened.
        self._sealed: dict[str, tuple[object, ...]] = {}

    def problems(self, stored: StoredEvent, moment: Moment, group: list[StoredEvent]) -> list[Problem]:
        """What is unlawful about a difference or its settling; nothing of any other event."""
        event = stored.event
        if isinstance(event, se.SiasnDiffered):
            return self._found(stored, event, moment, group)
        if not isinstance(event, se.SiasnDifferenceSettled):
            return []
        known = self._open.get(event.difference_id)
        if known is None or (known.person_id, known.field) != (event.person_id, event.field):
            return [("illegal-transition", "a difference was settled that was not open")]
        if event.outcome == "gone":
            system = stored.actor.kind == "system" and event.signature is None
            return [] if system else [("not-the-system", f"gone by {stored.actor.kind} {stored.actor.id}")]
        found = _by_office(stored, event, moment)
        if event.outcome == "accepted":
            return found + _taken_over(known, moment, group, self._sealed.get(known.person_id))
        if stored.sealed is not None and not event.reason:
            found.append(("illegal-transition", "dismissed without a reason"))
        return found

    def follow(self, event: ev.Event) -> None:
        """After an event was judged."""
        if isinstance(event, se.SiasnDiffered):
            self._open[event.difference_id] = event
        elif isinstance(event, se.SiasnDifferenceSettled):
            self._open.pop(event.difference_id, None)
        elif isinstance(event, ev.EmployeeRegistered) and event.nip is not None:
            self._sealed[event.person_id] = tuple(getattr(event, name) for name in SEALED)

    def _found(
        self, stored: StoredEvent, event: se.SiasnDiffered, moment: Moment, group: list[StoredEvent]
    ) -> list[Problem]:
        found: list[Problem] = []
        if stored.actor.kind != "system":
            found.append(("not-the-system", f"{stored.type} by {stored.actor.kind} {stored.actor.id}"))
        over = {s.event.difference_id for s in group if isinstance(s.event, se.SiasnDifferenceSettled)}
        same = [
            known
            for known in self._open.values()
            if (known.person_id, known.field) == (event.person_id, event.field)
            and known.difference_id not in over
        ]
        if same or event.difference_id in self._open or event.person_id not in moment.agency.people:
            found.append(("illegal-transition", "a difference beside one that is open, or of nobody"))
        return found


def is_accepted(stored: StoredEvent, group: list[StoredEvent]) -> bool:
    """Whether the register takes SIASN's word over by the same person in the same command, with the
    placement that follows from it.
    """
    return isinstance(stored.event, ev.EmployeeCorrected | TalentPlaced) and any(
        isinstance(other.event, se.SiasnDifferenceSettled)
        and other.event.outcome == "accepted"
        and other.event.person_id == stored.event.person_id
        and (other.actor.kind, other.actor.id) == (stored.actor.kind, stored.actor.id)
        for other in group
    )


def _by_office(stored: StoredEvent, event: se.SiasnDifferenceSettled, moment: Moment) -> list[Problem]:
    actor, signature = stored.actor, event.signature
    offices = moment.offices.policy.write_back.differences_by
    lawful = (
        actor.kind == "person"
        and signature is not None
        and signature.capacity is not Capacity.DELEGATE
        and split_key(signature.office)[0] in offices
        and any(signature == known for _, known in moment.offices.exercised_by(actor.id, moment.day))
    )
    found: list[Problem] = []
    if not lawful:
        found.append(("not-entitled", f"{actor.kind} {actor.id} may not settle this"))
    post = moment.agency.posts.get(signature.post_id or "") if signature else None
    if event.person_id in (actor.id, post.incumbent_id if post else None):
        found.append(
            ("excluded-actor", f"{actor.id} settled a difference about themself or who they act for")
        )
    return found


def _taken_over(
    known: se.SiasnDiffered, moment: Moment, group: list[StoredEvent], sealed: tuple[object, ...] | None
) -> list[Problem]:
    """One correction of the register, to what SIASN says and nothing besides; `sealed` is what was sealed of
    the person before, None where it could not be opened.
    """
    made = [
        s.event
        for s in group
        if isinstance(s.event, ev.EmployeeCorrected) and s.event.person_id == known.person_id
    ]
    person = moment.agency.people.get(known.person_id)
    if len(made) != 1 or person is None or known.field == "unit":
        return [("illegal-transition", "what was accepted is not in the register")]
    others = [name for name in READABLE if name != known.field]
    if any(getattr(made[0], name) != getattr(person, name) for name in others):
        return [("wrong-facts", "the correction changed more than was accepted")]
    if sealed is not None and made[0].nip is not None:
        before = zip(SEALED, sealed, strict=True)
        if any(getattr(made[0], name) != value for name, value in before if name != known.field):
            return [("wrong-facts", "the correction changed sealed data that were not accepted")]
    told = getattr(made[0], known.field)
    if known.theirs is not None and told is not None and str(told) != known.theirs:
        return [("wrong-facts", "the register says something else than was accepted")]
    return []
