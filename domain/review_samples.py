"""Saved queries and the samples that are drawn from them."""

from __future__ import annotations

from domain.errors import (
    AlreadyExists,
    InvalidDetails,
    NotFound,
    NotPermitted,
    ReasonRequired,
    SampleDiffers,
    UnknownReference,
)
from domain.event import NewEvent
from domain.facts import Facts
from domain.review_access import auditor_signature
from domain.review_commands import DrawSample, RequestSample, RetireReviewQuery, SaveReviewQuery
from domain.review_draw import nonce_hash, seed_of
from domain.review_events import ReviewQueryRetired, ReviewQuerySaved, SampleDrawn, SampleRequested
from domain.review_filter import unknown_codes
from domain.review_state import QUERY, SAMPLE, SavedQuery, query_of, sample_of


def save_query(facts: Facts, command: SaveReviewQuery) -> list[NewEvent]:
    """A new query, or a new revision by its owner. Raises NotPermitted, NotFound (another's, not shared),
    ReasonRequired (no title), UnknownReference (a condition that is no code).
    """
    signature = auditor_signature(command.actor, facts)
    known = query_of(facts.reviews.stream(f"{QUERY}/{command.query_id}"))
    if known is not None:
        _is_owner(known, command.actor.id)
    title, words = command.title.strip(), command.words.strip()
    if not title:
        raise ReasonRequired()
    unknown = unknown_codes(command.filter, facts.agency, facts.policies)
    if unknown:
        raise UnknownReference(what=unknown[0], field=f"filter.{unknown[0]}")
    saved = ReviewQuerySaved(
        query_id=command.query_id,
        revision=len(known.revisions) + 1 if known else 1,
        shared=command.shared,
        filter=command.filter,
        has_words=bool(words),
        signature=signature,
        title=title,
        words=words or None,
    )
    return [NewEvent(f"{QUERY}/{command.query_id}", saved, command.actor.id)]


def retire_query(facts: Facts, command: RetireReviewQuery) -> list[NewEvent]:
    """Raises NotPermitted, NotFound."""
    auditor_signature(command.actor, facts)
    stream = f"{QUERY}/{command.query_id}"
    known = query_of(facts.reviews.stream(stream))
    if known is None:
        raise NotFound()
    _is_owner(known, command.actor.id)
    return [NewEvent(stream, ReviewQueryRetired(query_id=command.query_id))]


def request_sample(facts: Facts, command: RequestSample) -> list[NewEvent]:
    """Of a query that one may see and that has no words: words are sealed, and a sample is one that everybody
    can draw again. Raises NotPermitted, NotFound, AlreadyExists, InvalidDetails.
    """
    signature = auditor_signature(command.actor, facts)
    query = query_of(facts.reviews.stream(f"{QUERY}/{command.query_id}"))
    if query is None or query.retired or not (query.owner == command.actor.id or query.newest.shared):
        raise NotFound()
    revision = next((r for r in query.revisions if r.revision == command.revision), None)
    if revision is None:
        raise UnknownReference(what="revision", field="revision")
    if revision.has_words:
        raise InvalidDetails(errors=[{"field": "revision", "message": "a query with words has no sample"}])
    largest = facts.policy_in_force(facts.today).review.largest_sample
    if not 1 <= command.size <= largest:
        raise InvalidDetails(errors=[{"field": "size", "message": f"1 to {largest}"}])
    stream = f"{SAMPLE}/{command.sample_id}"
    if facts.reviews.stream(stream):
        raise AlreadyExists(what="sample_id")
    requested = SampleRequested(
        sample_id=command.sample_id,
        query_id=command.query_id,
        revision=command.revision,
        filter=revision.filter,
        of=command.of,
        size=command.size,
        nonce_hash=command.nonce_hash,
        salt=facts.salt(),
        signature=signature,
    )
    return [NewEvent(stream, requested)]


def draw_sample(facts: Facts, command: DrawSample) -> list[NewEvent]:
    """By who asked for it, with the nonce that they were bound to, once. Population and root are the edge's
    word here; `verify` and everybody else can make them anew. Raises NotPermitted, NotFound, AlreadyExists,
    SampleDiffers.
    """
    auditor_signature(command.actor, facts)
    stream = f"{SAMPLE}/{command.sample_id}"
    sample = sample_of(facts.reviews.stream(stream))
    if sample is None:
        raise NotFound()
    if sample.by != command.actor.id:
        raise NotPermitted()
    if sample.drawn is not None:
        raise AlreadyExists(what="the draw of this sample")
    nonce = bytes.fromhex(command.nonce)
    if nonce_hash(nonce) != sample.request.nonce_hash:
        raise SampleDiffers(field="nonce")
    expected = min(sample.request.size, command.population)
    if command.tree_size != sample.position + 1 or len(set(command.drawn)) != expected:
        raise SampleDiffers(field="drawn")
    drawn = SampleDrawn(
        seed=seed_of(command.sample_id, nonce, bytes.fromhex(command.root)),
        **command.model_dump(include=set(SampleDrawn.model_fields)),
    )
    return [NewEvent(stream, drawn)]


def _is_owner(query: SavedQuery, person_id: str) -> None:
    """Raises NotFound where the query is another's and not shared, NotPermitted where it is, and for a
    retired one.
    """
    if query.owner != person_id:
        raise NotPermitted() if query.newest.shared else NotFound()
    if query.retired:
        raise AlreadyExists(what="its retirement")
