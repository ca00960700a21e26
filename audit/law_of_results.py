"""Results of talent that officers enter: by an office of the policy, never of oneself, counted with a second
person where the policy wants one, and as they were entered.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from audit.case import Moment
from domain import talent_events as talent
from domain.event import Event
from domain.identity import Capacity, Signature
from domain.offices import split_key
from domain.result_entry_events import TalentResultDecided, TalentResultEntered, TalentResultWithdrawn
from ledger.record import StoredEvent

Problem = tuple[str, str]
COUNTING: dict[str, type[Event]] = {
    "component": talent.TalentComponentRecorded,
    "rating": talent.SkpRated,
    "test": talent.CompetencyTested,
    "withdrawal": TalentResultWithdrawn,
}


class ResultLaw:
    """Takes the events in order."""

    def __init__(self) -> None:
        self._waiting: dict[str, TalentResultEntered] = {}

    def problems(self, stored: StoredEvent, moment: Moment, group: list[StoredEvent]) -> list[Problem]:
        """What is unlawful about an entry or a decision on one; nothing of any other event."""
        event = stored.event
        if not isinstance(event, TalentResultEntered | TalentResultDecided):
            return []
        rules = moment.offices.policy.talent.entry
        if isinstance(event, TalentResultEntered):
            found = _acted(stored, event.entered_by, event.person_id, event.signature, rules.by, moment)
            if event.entry_id in self._waiting:
                found.append(("illegal-transition", "entered twice"))
            if event.waits is not bool(rules.confirmed_by):
                found.append(("skipped-step", "the policy says whether a second person is needed"))
            if not event.waits:
                found += _counts(event, stored, group)
            return found
        offices = rules.confirmed_by or rules.by
        found = _acted(stored, event.decided_by, event.person_id, event.signature, offices, moment)
        entered = self._waiting.get(event.entry_id)
        if entered is None or entered.person_id != event.person_id:
            return [*found, ("illegal-transition", "decided on what did not wait")]
        if entered.entered_by == event.decided_by:
            found.append(("excluded-actor", f"{event.decided_by} confirmed their own entry"))
        if event.outcome == "approve":
            found += _counts(entered, stored, group)
        elif stored.sealed is not None and not event.reason:
            found.append(("illegal-transition", "rejected without a reason"))
        return found

    def follow(self, stored: StoredEvent) -> None:
        """After an event was judged."""
        if isinstance(stored.event, TalentResultEntered) and stored.event.waits:
            self._waiting[stored.event.entry_id] = stored.event
        elif isinstance(stored.event, TalentResultDecided):
            self._waiting.pop(stored.event.entry_id, None)


def is_entered(stored: StoredEvent, group: list[StoredEvent]) -> bool:
    """Whether a result counts by its recorder's own entry or approval in the same command."""
    return any(
        other.stream == stored.stream
        and (other.actor.kind, other.actor.id) == (stored.actor.kind, stored.actor.id)
        and (
            (isinstance(other.event, TalentResultEntered) and not other.event.waits)
            or (isinstance(other.event, TalentResultDecided) and other.event.outcome == "approve")
        )
        for other in group
    )


def _acted(
    stored: StoredEvent,
    person: str,
    subject: str,
    signature: Signature,
    offices: Collection[str],
    moment: Moment,
) -> list[Problem]:
    actor, found = stored.actor, list[Problem]()
    if (actor.kind, actor.id) != ("person", person):
        found.append(("wrong-signature", f"{actor.kind} {actor.id} is not {person}"))
    post = moment.agency.posts.get(signature.post_id or "")
    if subject in (person, post.incumbent_id if post else None):
        found.append(("excluded-actor", f"{person} acted on their own results or for whom they are of"))
    held = any(signature == known for _, known in moment.offices.exercised_by(person, moment.day))
    lent = signature.capacity is Capacity.DELEGATE
    if lent or not held or split_key(signature.office)[0] not in offices:
        found.append(("not-entitled", f"{person} may not do this for {subject}"))
    return found


def _counts(entered: TalentResultEntered, stored: StoredEvent, group: list[StoredEvent]) -> list[Problem]:
    """The one event by which the entry counts stands beside it and says what was entered."""
    results = [s.event for s in group if s.stream == stored.stream and isinstance(s.event, _COUNTED)]
    if [type(result) for result in results] != [COUNTING[entered.what]]:
        return [("illegal-transition", "what was entered does not count, or something else does")]
    if entered.result is not None and not _says(results[0], entered.result):
        return [("wrong-facts", "what counts is not what was entered")]
    return []


_COUNTED = tuple(COUNTING.values())


def _says(result: Any, entered: dict[str, Any]) -> bool:
    told = result.model_dump(mode="json")
    told |= told.get("results") or {}
    sealed = {name for name in type(result).PERSONAL if told.get(name) is None}
    return bool(sealed) or all(told.get(name) == value for name, value in entered.items())
