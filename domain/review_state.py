"""Queries, samples and reviews as their streams tell them; folds without personal data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from domain.event import Event
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

QUERY, SAMPLE, REVIEW = "review-query", "review-sample", "review"
NOTE, OPEN, ANSWERED, CLOSED = "note", "open", "answered", "closed"


@dataclass(frozen=True)
class Told:
    """An event of a stream with who did it and where it stands."""

    event: Event
    by: str
    position: int


class ReviewSource(Protocol):
    """What one transaction sees of the ledger besides the agency."""

    def stream(self, stream: str) -> Sequence[Told]:
        """The events of a stream, oldest first, their seals closed."""
        ...

    def stream_at(self, position: int) -> str | None:
        """The stream of the event at a position, None where there is none."""
        ...


class NoReviews:
    """A source for those who ask about no review."""

    def stream(self, _: str) -> Sequence[Told]:
        return ()

    def stream_at(self, _: int) -> str | None:
        return None


@dataclass(frozen=True)
class SavedQuery:
    """`revisions` oldest first."""

    owner: str
    revisions: tuple[ReviewQuerySaved, ...]
    retired: bool = False

    @property
    def newest(self) -> ReviewQuerySaved:
        return self.revisions[-1]


@dataclass(frozen=True)
class Sample:
    """`position` is that of the request; `drawn` is None while the nonce has not been shown."""

    request: SampleRequested
    by: str
    position: int
    drawn: SampleDrawn | None = None


@dataclass(frozen=True)
class Review:
    """A note or finding. `answered_by` are all who answered it."""

    first: ReviewNoted | FindingRaised
    by: str
    state: str
    answer_due: date | None = None
    answered_by: frozenset[str] = frozenset()

    @property
    def about(self) -> str:
        return self.first.about

    def after(self, told: Told) -> Review:
        where = where_after(told.event)
        if where is None:
            return self
        answered = {told.by} if isinstance(told.event, FindingAnswered) else set[str]()
        state, due = where
        return replace(self, state=state, answer_due=due, answered_by=self.answered_by | answered)


def where_after(event: Event) -> tuple[str, date | None] | None:
    """State of a finding and the day by which it is to be answered, after an event that moves it."""
    match event:
        case FindingAnswered():
            return ANSWERED, None
        case FindingReopened(answer_due=due):
            return OPEN, due
        case FindingClosed():
            return CLOSED, None
    return None


def query_of(stream: Iterable[Told]) -> SavedQuery | None:
    """The query of a stream, None where it is empty."""
    found: SavedQuery | None = None
    for told in stream:
        if isinstance(told.event, ReviewQuerySaved):
            before = found.revisions if found else ()
            found = SavedQuery(found.owner if found else told.by, (*before, told.event))
        elif isinstance(told.event, ReviewQueryRetired) and found is not None:
            found = replace(found, retired=True)
    return found


def sample_of(stream: Iterable[Told]) -> Sample | None:
    """The sample of a stream, None where it is empty."""
    found: Sample | None = None
    for told in stream:
        if isinstance(told.event, SampleRequested):
            found = Sample(told.event, told.by, told.position)
        elif isinstance(told.event, SampleDrawn) and found is not None:
            found = replace(found, drawn=told.event)
    return found


def review_of(stream: Iterable[Told]) -> Review | None:
    """The note or finding of a stream, None where it is empty."""
    found: Review | None = None
    for told in stream:
        found = review_after(found, told)
    return found


def review_after(before: Review | None, told: Told) -> Review | None:
    """A review right after one more event of its stream."""
    if before is not None:
        return before.after(told)
    match told.event:
        case FindingRaised(answer_due=due) as raised:
            return Review(raised, told.by, OPEN, due)
        case ReviewNoted() as noted:
            return Review(noted, told.by, NOTE)
    return None
