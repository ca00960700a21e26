"""By which office somebody acts of their own motion, and in whose place."""

from __future__ import annotations

from collections.abc import Collection

from domain.agency import Agency
from domain.errors import CapacityNotAllowed, ExcludedOwner, NotPermitted
from domain.facts import Facts
from domain.identity import Actor, Capacity, Signature
from domain.offices import split_key


def signed_by(
    actor: Actor, named: Collection[str], people: Collection[str], facts: Facts, *, definitive: bool = False
) -> Signature:
    """The authority under which the actor does something about `people`: an office of these names. A
    personal delegate has none. Nobody acts on themself, nor for the holder of a post on that holder.

    Raises NotPermitted, CapacityNotAllowed, ExcludedOwner.
    """
    if actor.kind != "person":
        raise NotPermitted()
    possible = [
        signature
        for key, signature in facts.offices.exercised_by(actor.id, facts.today)
        if split_key(key)[0] in named and signature.capacity is not Capacity.DELEGATE
    ]
    if not possible:
        raise NotPermitted()
    if definitive:
        capacity = possible[0].capacity.value
        possible = [signature for signature in possible if signature.capacity is Capacity.DEFINITIVE]
        if not possible:
            raise CapacityNotAllowed(capacity=capacity)
    return not_on_oneself(actor, possible, people, facts.agency)


def not_on_oneself(
    actor: Actor, possible: Collection[Signature], people: Collection[str], agency: Agency
) -> Signature:
    """The first signature that is given in the place of none of `people`. Raises ExcludedOwner, also for
    one of them.
    """
    if actor.id in people:
        raise ExcludedOwner(why="subject")
    for signature in possible:
        if holder_of(signature, agency) not in people:
            return signature
    raise ExcludedOwner(why="principal_excluded")


def holder_of(signature: Signature, agency: Agency) -> str | None:
    """Who holds the post through which somebody signs."""
    post = agency.posts.get(signature.post_id or "")
    return post.incumbent_id if post else None
