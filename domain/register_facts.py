"""What the rules use of the register: a person and a post, as they stand at `facts.now`."""

from __future__ import annotations

from domain.agency import Post
from domain.errors import UnknownReference
from domain.fact_sheet import SubjectFacts, TargetFacts
from domain.facts import Facts


def subject_facts(person_id: str, facts: Facts, *, what: str = "subject") -> SubjectFacts:
    """The registered person. Raises UnknownReference, with `what`, for who is not registered."""
    person, known = facts.agency.people.get(person_id), facts.identity_of(person_id)
    if person is None or known is None:
        raise UnknownReference(what=what)
    post = facts.agency.posts.get(person.position_id or "")
    return SubjectFacts(
        person_id=person.id,
        employment_kind=person.employment_kind,
        employment_status=person.employment_status,
        grade=person.grade,
        education=person.education,
        birth_date=known.birth_date,
        nip_birth_date=known.nip_birth_date,
        position_id=person.position_id,
        position_name=post.name if post else None,
        position_kind=post.kind if post else None,
        position_since=person.position_since,
    )


def target_facts(post: Post) -> TargetFacts:
    """The post that is asked for, and who holds it."""
    return TargetFacts(
        position_id=post.id,
        name=post.name,
        kind=post.kind,
        eselon=post.eselon,
        grade_min=post.grade_min,
        grade_max=post.grade_max,
        held_by=post.incumbent_id,
    )
