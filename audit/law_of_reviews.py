"""Were the events of reviews lawful? Audit offices review what they have no part in, units answer, and what a
sample promised is what it shows. Whether a sample is the right one is `audit.sample_check`'s to say.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import timedelta

from audit.case import Moment
from domain.event import Event
from domain.identity import Capacity, Signature
from domain.offices import split_key
from domain.personnel_action import ActionState
from domain.review_access import ACTION, NOBODY, concerned_by, has_part_in
from domain.review_draw import nonce_hash, seed_of
from domain.review_events import (
    FindingAnswered,
    FindingClosed,
    FindingRaised,
    FindingReopened,
    ReviewNoted,
    ReviewQueryRetired,
    ReviewQuerySaved,
    SampleDrawn,
    SampleRequested,
)
from domain.review_filter import unknown_codes
from domain.review_state import (
    ANSWERED,
    CLOSED,
    OPEN,
    QUERY,
    REVIEW,
    SAMPLE,
    Review,
    Sample,
    SavedQuery,
    Told,
    query_of,
    review_after,
    sample_of,
)
from ledger.record import StoredEvent

Problem = tuple[str, str]
OF_QUERIES = (ReviewQuerySaved, ReviewQueryRetired)
OF_SAMPLES = (SampleRequested, SampleDrawn)
OF_REVIEWS = (ReviewNoted, FindingRaised, FindingAnswered, FindingReopened, FindingClosed)
BEFORE: dict[type[Event], tuple[str, ...]] = {
    FindingAnswered: (OPEN,),
    FindingReopened: (ANSWERED, CLOSED),
    FindingClosed: (ANSWERED,),
}


def stream_for(event: Event) -> str | None:
    """The stream in which an event of a review belongs; None for every other event."""
    if isinstance(event, OF_QUERIES):
        return f"{QUERY}/{event.query_id}"
    if isinstance(event, OF_SAMPLES):
        return f"{SAMPLE}/{event.sample_id}"
    return f"{REVIEW}/{event.review_id}" if isinstance(event, OF_REVIEWS) else None


class ReviewLaw:
    """Takes the events in order; asked before each is applied. `action` gives the state of a case so far."""

    def __init__(self, action: Callable[[str], ActionState | None]) -> None:
        self._action = action
        self._streams: dict[str, list[Told]] = {}
        self._reviews: dict[str, Review] = {}

    def problems(self, stored: StoredEvent, moment: Moment, group: list[StoredEvent]) -> list[Problem]:
        """What is unlawful about an event of a review; nothing of any other event."""
        event = stored.event
        if stream_for(event) is not None and len(group) > 1:
            return [("illegal-transition", "what is done in a review is a command of its own")]
        if isinstance(event, OF_QUERIES):
            return self._query(stored, event, moment)
        if isinstance(event, OF_SAMPLES):
            return self._sample(stored, event, moment)
        return self._review(stored, moment) if isinstance(event, OF_REVIEWS) else []

    def follow(self, stored: StoredEvent) -> None:
        """After an event was judged."""
        told = Told(stored.event, stored.actor.id, stored.position)
        if isinstance(stored.event, (*OF_QUERIES, *OF_SAMPLES)):
            self._streams.setdefault(stored.stream, []).append(told)
        elif isinstance(stored.event, OF_REVIEWS):
            moved = review_after(self._reviews.get(stored.stream), told)
            if moved is not None:
                self._reviews[stored.stream] = moved

    def _query(
        self, stored: StoredEvent, event: ReviewQuerySaved | ReviewQueryRetired, moment: Moment
    ) -> list[Problem]:
        known, found = self._known(event.query_id), list[Problem]()
        if known is not None and (known.retired or known.owner != stored.actor.id):
            found.append(("not-entitled", f"{stored.actor.id} changed a query that is not theirs to change"))
        if isinstance(event, ReviewQueryRetired):
            return found if known else [*found, ("illegal-transition", "no query was saved")]
        found += _audits(stored, event.signature, moment)
        if event.revision != (len(known.revisions) if known else 0) + 1:
            found.append(("illegal-transition", f"revision {event.revision} does not follow"))
        unknown = unknown_codes(event.filter, moment.agency, moment.policies)
        if unknown:
            found.append(("wrong-facts", f"no codes of the ledger: {', '.join(unknown)}"))
        return found + _sealed_for(stored, stored.actor.id, moment)

    def _sample(
        self, stored: StoredEvent, event: SampleRequested | SampleDrawn, moment: Moment
    ) -> list[Problem]:
        sample = sample_of(self._streams.get(f"{SAMPLE}/{event.sample_id}", ()))
        if isinstance(event, SampleDrawn):
            return _drawn(stored, event, sample)
        found = _audits(stored, event.signature, moment)
        if sample is not None:
            found.append(("illegal-transition", "the sample was asked for before"))
        query = self._known(event.query_id)
        revision = next((r for r in query.revisions if r.revision == event.revision), None) if query else None
        if query is None or revision is None or query.retired or revision.filter != event.filter:
            found.append(("wrong-facts", "it is not of the query that it names"))
        elif revision.has_words or not (query.owner == stored.actor.id or query.newest.shared):
            found.append(("not-entitled", "a query that is not theirs, or one that others cannot ask again"))
        if not 1 <= event.size <= moment.offices.policy.review.largest_sample:
            found.append(("wrong-facts", f"a sample of {event.size}"))
        return found

    def _review(self, stored: StoredEvent, moment: Moment) -> list[Problem]:
        event, before = stored.event, self._reviews.get(stored.stream)
        if isinstance(event, FindingRaised | ReviewNoted):
            return self._said(stored, event, before, moment)
        if before is None or not isinstance(before.first, FindingRaised):
            return [("illegal-transition", f"{stored.type} without a finding")]
        found = _sealed_for(stored, self._concerned(before.about, moment, stored.actor.id), moment)
        allowed = BEFORE[type(event)]
        if isinstance(event, FindingClosed) and event.outcome == "withdrawn":
            allowed = (OPEN, ANSWERED)
        if before.state not in allowed:
            found.append(("illegal-transition", f"{stored.type} while it was {before.state}"))
        if isinstance(event, FindingAnswered):
            rules, unit = moment.offices.policy.review, before.first.unit_id
            found += _signed(stored, event.signature, rules.answered_by, moment)
            if split_key(event.signature.office)[1] not in (unit, moment.agency.apparatus_of(unit)):
                found.append(("not-entitled", f"{event.signature.office} does not answer for {unit}"))
            if stored.actor.id == before.by:
                found.append(("excluded-actor", f"{stored.actor.id} answered their own finding"))
            return found
        if isinstance(event, FindingReopened | FindingClosed):
            found += _audits(stored, event.signature, moment)
            found += self._independent(stored, before.about, moment)
            if stored.actor.id in before.answered_by:
                found.append(("excluded-actor", f"{stored.actor.id} judged their own answer"))
        return found + (_due(event, moment) if isinstance(event, FindingReopened) else [])

    def _said(
        self,
        stored: StoredEvent,
        event: FindingRaised | ReviewNoted,
        before: Review | None,
        moment: Moment,
    ) -> list[Problem]:
        found = _audits(stored, event.signature, moment) + self._independent(stored, event.about, moment)
        found += _sealed_for(stored, self._concerned(event.about, moment, stored.actor.id), moment)
        if isinstance(event, ReviewNoted):
            if before is not None and before.about != event.about:
                found.append(("wrong-facts", "the note is about something else than its review"))
            return found
        if before is not None:
            found.append(("illegal-transition", "raised in a stream that there was"))
        if event.unit_id not in moment.agency.units:
            found.append(("wrong-facts", f"there is no unit {event.unit_id}"))
        return found + _due(event, moment)

    def _known(self, query_id: str) -> SavedQuery | None:
        return query_of(self._streams.get(f"{QUERY}/{query_id}", ()))

    def _independent(self, stored: StoredEvent, about: str, moment: Moment) -> list[Problem]:
        category, _, known = about.partition("/")
        state = self._action(known) if category == ACTION else None
        why = has_part_in(stored.actor.id, state) if state is not None else None
        if why is None and self._concerned(about, moment, NOBODY) == stored.actor.id:
            why = "subject"
        return [("excluded-actor", f"{stored.actor.id} reviewed what is their own: {why}")] if why else []

    def _concerned(self, about: str, moment: Moment, author: str) -> str:
        category, _, known = about.partition("/")
        state = self._action(known) if category == ACTION else None
        return concerned_by(about, state, moment.agency, moment.files, author)


def _drawn(stored: StoredEvent, event: SampleDrawn, sample: Sample | None) -> list[Problem]:
    if sample is None or sample.drawn is not None:
        return [("illegal-transition", "drawn without a request, or twice")]
    found: list[Problem] = []
    if sample.by != stored.actor.id:
        found.append(("not-entitled", f"{stored.actor.id} did not ask for this sample"))
    nonce = bytes.fromhex(event.nonce)
    if nonce_hash(nonce) != sample.request.nonce_hash:
        found.append(("sample-differs", "the nonce is not the one that was promised"))
    if event.tree_size != sample.position + 1:
        found.append(("sample-differs", f"drawn from the tree of {event.tree_size}, not of the request"))
    if event.seed != seed_of(event.sample_id, nonce, bytes.fromhex(event.root)):
        found.append(("sample-differs", "the seed does not follow from nonce and root"))
    return found


def _audits(stored: StoredEvent, signature: Signature, moment: Moment) -> list[Problem]:
    return _signed(stored, signature, moment.offices.policy.readers.get("audit", ()), moment)


def _signed(
    stored: StoredEvent, signature: Signature, offices: Collection[str], moment: Moment
) -> list[Problem]:
    """Signed by a person through one of the offices, not as somebody's delegate."""
    actor = stored.actor
    held = [s for _, s in moment.offices.exercised_by(actor.id, moment.day)] if actor.kind == "person" else []
    if signature not in held:
        return [("wrong-signature", f"{actor.kind} {actor.id} could not sign as {signature.office}")]
    if signature.capacity is Capacity.DELEGATE or split_key(signature.office)[0] not in offices:
        return [("not-entitled", f"{signature.office} is no office for a {stored.type}")]
    return []


def _sealed_for(stored: StoredEvent, person: str, moment: Moment) -> list[Problem]:
    if stored.person_id == (None if moment.agency.is_erased(person) else person):
        return []
    return [("sealed-invalid", f"sealed for {stored.person_id}, and it concerns {person}")]


def _due(event: FindingRaised | FindingReopened, moment: Moment) -> list[Problem]:
    due = moment.day + timedelta(days=moment.offices.policy.review.answer_within_days)
    if event.answer_due == due:
        return []
    return [("wrong-date", f"to be answered by {event.answer_due}, not {due}")]
