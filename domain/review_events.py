"""What happens in reviews: saved queries, samples, notes and findings, in streams of their own.

No event of a review touches a case. Texts are sealed under the key of the person whom the reviewed events
concern, titles and words of a query under the key of its owner.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from domain.event import Event
from domain.identity import Signature
from domain.review_filter import EventFilter

Drawn = Literal["events", "cases"]
Outcome = Literal["settled", "not_actionable", "withdrawn"]


class ReviewQuerySaved(Event):
    """A query as its owner has it from here on; `revision` counts from 1."""

    PERSONAL = frozenset({"title", "words"})

    query_id: str
    revision: int
    shared: bool
    filter: EventFilter
    has_words: bool
    signature: Signature
    title: str | None = None
    words: str | None = None


class ReviewQueryRetired(Event):
    """The owner uses it no more; what was drawn from it stands."""

    query_id: str


class SampleRequested(Event):
    """A sample of what a query finds among the events before this one. `nonce_hash` binds the auditor,
    `salt` is the ledger's own (128 random bits, hexadecimal). Drawn are events, or the first event found
    of each personnel action.
    """

    sample_id: str
    query_id: str
    revision: int
    filter: EventFilter
    of: Drawn
    size: int
    nonce_hash: str
    salt: str
    signature: Signature


class SampleDrawn(Event):
    """The draw: `tree_size` and `root` name the tree that ends with the request, `drawn` are positions in
    the order of the draw, `drawn_hash` is over their leaf hashes in that order.
    """

    sample_id: str
    nonce: str
    tree_size: int
    root: str
    seed: str
    population: int
    population_hash: str
    drawn: tuple[int, ...]
    drawn_hash: str


class ReviewNoted(Event):
    """An auditor's note on a stream, or on one event of it; in a finding's stream, a note on the finding."""

    PERSONAL = frozenset({"text"})

    review_id: str
    about: str
    at_position: int | None = None
    signature: Signature
    text: str | None = None


class FindingRaised(Event):
    """Something that a unit has to answer for by `answer_due`. `question` and `sample_id` say by what it was
    found.
    """

    PERSONAL = frozenset({"text"})

    review_id: str
    about: str
    at_position: int | None = None
    unit_id: str
    question: str | None = None
    sample_id: str | None = None
    answer_due: date
    signature: Signature
    text: str | None = None


class FindingAnswered(Event):
    PERSONAL = frozenset({"text"})

    review_id: str
    signature: Signature
    text: str | None = None


class FindingReopened(Event):
    """The answer does not suffice, or the matter has come up again."""

    PERSONAL = frozenset({"text"})

    review_id: str
    answer_due: date
    signature: Signature
    text: str | None = None


class FindingClosed(Event):
    PERSONAL = frozenset({"text"})

    review_id: str
    outcome: Outcome
    signature: Signature
    text: str | None = None
