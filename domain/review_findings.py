"""Notes and findings of auditors: raised, answered by the unit, reopened, closed. No case is touched."""

from __future__ import annotations

from datetime import date, timedelta

from domain.errors import (
    AlreadyExists,
    ExcludedOwner,
    FindingNotThere,
    NotFound,
    UnknownReference,
)
from domain.event import Event, NewEvent
from domain.facts import Facts
from domain.question_policy import QUESTIONS
from domain.reasons import require_words
from domain.review_access import answering_signature, auditor_signature, concerned, is_independent
from domain.review_commands import (
    AnswerFinding,
    CloseFinding,
    RaiseFinding,
    ReopenFinding,
    ReviewCommand,
    WriteReviewNote,
)
from domain.review_events import FindingAnswered, FindingClosed, FindingRaised, FindingReopened, ReviewNoted
from domain.review_state import ANSWERED, CLOSED, NOTE, OPEN, REVIEW, SAMPLE, Review, review_of, sample_of

ENDED_WITHOUT_WORDS = (FindingAnswered, FindingReopened, FindingClosed)


def write_note(facts: Facts, command: WriteReviewNote) -> list[NewEvent]:
    """On a stream or event, or where `about` is None on the review of that id. Raises NotPermitted,
    ExcludedOwner, NotFound, AlreadyExists, UnknownReference, ReasonRequired.
    """
    signature = auditor_signature(command.actor, facts)
    if command.about is None:
        about, at = _review(facts, command).about, None
    else:
        about, at = command.about, command.at_position
        _is_new(facts, command)
        _is_recorded(facts, about, at)
    is_independent(command.actor, about, facts)
    text = _text(command)
    noted = ReviewNoted(
        review_id=command.review_id, about=about, at_position=at, signature=signature, text=text
    )
    return [_sealed(noted, about, command, facts)]


def raise_finding(facts: Facts, command: RaiseFinding) -> list[NewEvent]:
    """Raises NotPermitted, ExcludedOwner, AlreadyExists, UnknownReference, ReasonRequired."""
    signature = auditor_signature(command.actor, facts)
    _is_new(facts, command)
    _is_recorded(facts, command.about, command.at_position)
    is_independent(command.actor, command.about, facts)
    if command.unit_id not in facts.agency.units:
        raise UnknownReference(what="unit_id", field="unit_id")
    if command.question is not None and command.question not in QUESTIONS:
        raise UnknownReference(what="question", field="question")
    sample = f"{SAMPLE}/{command.sample_id}"
    if command.sample_id is not None and sample_of(facts.reviews.stream(sample)) is None:
        raise UnknownReference(what="sample_id", field="sample_id")
    raised = FindingRaised(
        review_id=command.review_id,
        about=command.about,
        at_position=command.at_position,
        unit_id=command.unit_id,
        question=command.question,
        sample_id=command.sample_id,
        answer_due=_due(facts),
        signature=signature,
        text=_text(command),
    )
    return [_sealed(raised, command.about, command, facts)]


def answer_finding(facts: Facts, command: AnswerFinding) -> list[NewEvent]:
    """By an office of the unit, while it is open. Raises NotFound, NotPermitted, ExcludedOwner (who raised
    it), FindingNotThere, ReasonRequired.
    """
    review, first = _finding(facts, command)
    signature = answering_signature(command.actor, first.unit_id, facts)
    if command.actor.id == review.by:
        raise ExcludedOwner(why="raised")
    _stands(review, OPEN)
    answered = FindingAnswered(review_id=command.review_id, signature=signature, text=_text(command))
    return [_sealed(answered, review.about, command, facts)]


def reopen_finding(facts: Facts, command: ReopenFinding) -> list[NewEvent]:
    """By an auditor, after an answer or the close. Raises what `close_finding` raises."""
    review, signature = _judged_by(facts, command), auditor_signature(command.actor, facts)
    _stands(review, ANSWERED, CLOSED)
    reopened = FindingReopened(
        review_id=command.review_id, answer_due=_due(facts), signature=signature, text=_text(command)
    )
    return [_sealed(reopened, review.about, command, facts)]


def close_finding(facts: Facts, command: CloseFinding) -> list[NewEvent]:
    """By an auditor who did not answer it: `withdrawn` at any time before the close, the other outcomes after
    an answer alone. Raises NotFound, NotPermitted, ExcludedOwner, FindingNotThere, ReasonRequired.
    """
    review, signature = _judged_by(facts, command), auditor_signature(command.actor, facts)
    _stands(review, *((OPEN, ANSWERED) if command.outcome == "withdrawn" else (ANSWERED,)))
    closed = FindingClosed(
        review_id=command.review_id, outcome=command.outcome, signature=signature, text=_text(command)
    )
    return [_sealed(closed, review.about, command, facts)]


def _judged_by(facts: Facts, command: ReviewCommand) -> Review:
    """The finding that an auditor judges: no answer of their own, no case in which they have a part."""
    auditor_signature(command.actor, facts)
    review, _ = _finding(facts, command)
    if command.actor.id in review.answered_by:
        raise ExcludedOwner(why="answered")
    is_independent(command.actor, review.about, facts)
    return review


def _review(facts: Facts, command: ReviewCommand) -> Review:
    found = review_of(facts.reviews.stream(f"{REVIEW}/{command.review_id}"))
    if found is None:
        raise NotFound()
    return found


def _finding(facts: Facts, command: ReviewCommand) -> tuple[Review, FindingRaised]:
    review = _review(facts, command)
    if not isinstance(review.first, FindingRaised):
        raise FindingNotThere(state=NOTE)
    return review, review.first


def _stands(review: Review, *states: str) -> None:
    if review.state not in states:
        raise FindingNotThere(state=review.state)


def _is_new(facts: Facts, command: ReviewCommand) -> None:
    if facts.reviews.stream(f"{REVIEW}/{command.review_id}"):
        raise AlreadyExists(what="review_id")


def _is_recorded(facts: Facts, about: str, at_position: int | None) -> None:
    """Raises UnknownReference where there is no such stream, or the event is not of it."""
    if about.partition("/")[0] in (REVIEW, SAMPLE) or not facts.reviews.stream(about):
        raise UnknownReference(what="about", field="about")
    if at_position is not None and facts.reviews.stream_at(at_position) != about:
        raise UnknownReference(what="position", field="position")


def _due(facts: Facts) -> date:
    return facts.today + timedelta(days=facts.policy_in_force(facts.today).review.answer_within_days)


def _text(command: ReviewCommand) -> str:
    return require_words(command.text)


def _sealed(event: Event, about: str, command: ReviewCommand, facts: Facts) -> NewEvent:
    """Of an erased person nothing more is said: what began before is ended without words."""
    person = concerned(about, facts, command.actor.id)
    if facts.agency.is_erased(person) and isinstance(event, ENDED_WITHOUT_WORDS):
        event = event.model_copy(update={"text": None})
    return NewEvent(f"{REVIEW}/{command.review_id}", event, person)
