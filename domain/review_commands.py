"""What can be asked of the review workbench."""

from __future__ import annotations

from pydantic import Field

from domain.commands import FREE_TEXT_LIMIT, Command
from domain.review_events import Drawn, Outcome
from domain.review_filter import EventFilter

SHA256 = r"^[0-9a-f]{64}$"


class SaveReviewQuery(Command):
    """A new query, or the next revision of one's own."""

    query_id: str
    filter: EventFilter
    shared: bool
    title: str = Field(max_length=200)
    words: str = Field(default="", max_length=200)


class RetireReviewQuery(Command):
    query_id: str


class RequestSample(Command):
    """`nonce_hash` is the SHA-256 of 32 secret bytes that the draw will show."""

    sample_id: str
    query_id: str
    revision: int
    of: Drawn
    size: int
    nonce_hash: str = Field(pattern=SHA256)


class DrawSample(Command):
    """The nonce, and what the edge drew with it; fields as in `SampleDrawn`."""

    sample_id: str
    nonce: str = Field(pattern=SHA256)
    tree_size: int
    root: str = Field(pattern=SHA256)
    population: int
    population_hash: str = Field(pattern=SHA256)
    drawn: tuple[int, ...]
    drawn_hash: str = Field(pattern=SHA256)


class ReviewCommand(Command):
    review_id: str
    text: str = Field(max_length=FREE_TEXT_LIMIT)


class WriteReviewNote(ReviewCommand):
    """On a stream or one event of it; `about` is None for a note on a finding or note that there is."""

    about: str | None = None
    at_position: int | None = None


class RaiseFinding(ReviewCommand):
    about: str
    at_position: int | None = None
    unit_id: str
    question: str | None = None
    sample_id: str | None = None


class AnswerFinding(ReviewCommand):
    pass


class ReopenFinding(ReviewCommand):
    pass


class CloseFinding(ReviewCommand):
    outcome: Outcome
