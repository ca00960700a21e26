"""Erasing a person under dual control: who may ask, who may consent, and what the law keeps.

UU 27/2022 art. 8 and 43 give the right, art. 15 and 44 with the archives law (UU 43/2009) bound it.
Everything that varies stands in the policy's `personal_data`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from domain import erasure_events as ee
from domain.agency import Person
from domain.erasure_commands import (
    ApproveErasure,
    CompleteErasure,
    RefuseErasure,
    ReinstateErasure,
    RequestErasure,
)
from domain.errors import (
    AlreadyExists,
    ExcludedOwner,
    InvalidDetails,
    NeededByOpenAction,
    NotFound,
    NotPermitted,
    PersonIsErased,
    RetentionForbids,
)
from domain.event import NewEvent
from domain.facts import Facts
from domain.identity import Actor
from domain.personal_data_policy import PersonalDataRules, RetentionRule
from domain.reasons import require_words
from domain.serving import standing_of
from domain.signing import signed_by


@dataclass(frozen=True)
class Need:
    """An open action, an open list of rank promotions, or the list of a vacancy, that needs the person, and
    as what.
    """

    of: Literal["action_id", "list_id", "vacancy_id"]
    id: str
    why: Literal["subject", "candidate", "initiator", "listed"]

    def as_json(self) -> dict[str, str]:
        return {self.of: self.id, "why": self.why}


def stream_of(person_id: str) -> str:
    return f"erasure/{person_id}"


def request_erasure(facts: Facts, command: RequestErasure) -> list[NewEvent]:
    """Raises NotFound, NotPermitted, PersonIsErased, AlreadyExists (asked for already), InvalidDetails
    (no such ground), ReasonRequired, NeededByOpenAction, RetentionForbids.
    """
    person = _standing_person(facts, command.person_id)
    rules = facts.offices.policy.personal_data
    ground = rules.grounds.get(command.ground)
    asks_for_self = ground is not None and ground.subject_may_ask and command.actor.id == person.id
    if not asks_for_self:
        _entitled(command.actor, rules.requested_by, facts)
    if ground is None:
        raise InvalidDetails(errors=[{"field": "ground", "message": "the policy knows no such ground"}])
    known = facts.agency.erasures.get(person.id)
    if known is not None and known.state == "requested":
        raise AlreadyExists(what="erasure")
    require_words(command.reason)
    kept = _may_go(person, facts, binding=ground.retention_binds)
    event = ee.ErasureRequested(
        person_id=person.id,
        ground=command.ground,
        requested_by=command.actor.id,
        kept=kept,
        policy_id=facts.offices.policy.id,
        policy_hash=facts.offices.policy.hash,
        reason=command.reason.strip(),
    )
    return [NewEvent(stream_of(person.id), event, person.id)]


def refuse_erasure(facts: Facts, command: RefuseErasure) -> list[NewEvent]:
    """The second person's no. Raises NotFound, NotPermitted, ExcludedOwner, ReasonRequired."""
    person = _standing_person(facts, command.person_id)
    _second_person(command.actor, person.id, facts)
    require_words(command.reason)
    event = ee.ErasureRefused(person_id=person.id, refused_by=command.actor.id, reason=command.reason.strip())
    return [NewEvent(stream_of(person.id), event, person.id)]


def approve_erasure(facts: Facts, command: ApproveErasure) -> list[NewEvent]:
    """The second person's yes, judged by the facts of its own day. Raises NotFound, NotPermitted,
    ExcludedOwner (the subject, their Plh, or who asked), PersonIsErased, NeededByOpenAction,
    RetentionForbids.
    """
    person = _standing_person(facts, command.person_id)
    asked = _second_person(command.actor, person.id, facts)
    ground = facts.offices.policy.personal_data.grounds.get(asked.ground)
    kept = _may_go(person, facts, binding=ground is None or ground.retention_binds)
    event = ee.PersonErased(
        person_id=person.id,
        ground=asked.ground,
        requested_by=asked.requested_by,
        approved_by=command.actor.id,
        kept=kept,
        policy_id=facts.offices.policy.id,
        policy_hash=facts.offices.policy.hash,
    )
    return [NewEvent(stream_of(person.id), event)]


def reinstate_erasure(facts: Facts, command: ReinstateErasure) -> list[NewEvent]:
    """An erasure that a restored ledger has lost, by the system alone. Nothing for whom it never knew or
    knows as erased.
    """
    _system_only(command.actor)
    known = facts.agency.erasures.get(command.person_id)
    if command.person_id not in facts.agency.people or (known is not None and known.erased):
        return []
    values = command.model_dump(include=set(ee.ErasureReinstated.model_fields))
    return [NewEvent(stream_of(command.person_id), ee.ErasureReinstated(**values))]


def complete_erasure(facts: Facts, command: CompleteErasure) -> list[NewEvent]:
    """All that lay outside the ledger is gone, by the system alone; told once."""
    _system_only(command.actor)
    known = facts.agency.erasures.get(command.person_id)
    if known is None or not known.erased:
        raise NotFound()
    if known.state == "completed":
        return []
    event = ee.ErasureCompleted(person_id=command.person_id, documents=command.documents)
    return [NewEvent(stream_of(command.person_id), event)]


def retention(person: Person, last_entry: date | None, rules: PersonalDataRules) -> tuple[ee.Kept, ...]:
    """The duties to keep that the policy knows of somebody like `person`, in its order; `last_entry` is
    the day of the last entry in their register.
    """
    standing = standing_of(person, rules)
    return tuple(
        ee.Kept(rule=code, until=_until(rule, last_entry))
        for code, rule in rules.retention.items()
        if rule.of == standing
    )


def still_binds(kept: ee.Kept, day: date) -> bool:
    """Whether the duty to keep still stands on `day`; its last day belongs to it."""
    return kept.until is None or day <= kept.until


def needs(person_id: str, facts: Facts) -> Iterator[Need]:
    """What is open and needs the person: actions as subject, as one of the candidates, as initiator; a list
    of rank promotions on which something of theirs is not over; the frozen list of a vacancy on which a
    promotion may still begin.
    """
    registry = facts.registry
    list_id = registry.ranks.open_entries().get(person_id)
    if list_id is not None:
        yield Need("list_id", list_id, "listed")
    for vacancy_id in registry.lists_to_come(facts.today):
        vacancy = facts.vacancy(vacancy_id)
        if vacancy is not None and vacancy.candidate(person_id) is not None:
            yield Need("vacancy_id", vacancy_id, "candidate")
    for action_id in registry.open_actions_of(person_id):
        yield Need("action_id", action_id, "subject")
    for action_id in registry.open_actions():
        state = facts.action(action_id)
        if state is None or state.subject_id == person_id:
            continue
        if person_id in (state.candidates or ()):
            yield Need("action_id", action_id, "candidate")
        elif state.initiator == ("person", person_id):
            yield Need("action_id", action_id, "initiator")


def _may_go(person: Person, facts: Facts, *, binding: bool) -> tuple[ee.Kept, ...]:
    needed = list(needs(person.id, facts))
    if needed:
        raise NeededByOpenAction(needs=[need.as_json() for need in needed], number=len(needed))
    rules = facts.offices.policy.personal_data
    entered = facts.last_recorded(f"employee/{person.id}")
    day = facts.calendar.today(entered) if entered is not None else None
    kept = retention(person, day, rules)
    binds = [item for item in kept if still_binds(item, facts.today)]
    if binding and binds:
        raise RetentionForbids(
            kept=[
                {
                    "rule": item.rule,
                    "until": item.until.isoformat() if item.until else None,
                    "name_id": rules.retention[item.rule].name_id,
                    "name_en": rules.retention[item.rule].name_en,
                    "citation": rules.retention[item.rule].citation,
                }
                for item in binds
            ],
            rule=binds[0].rule,
            until=binds[0].until.isoformat() if binds[0].until else "–",
        )
    return kept


def _until(rule: RetentionRule, last_entry: date | None) -> date | None:
    if rule.keep_years is None or last_entry is None:
        return None
    # 29 February has no anniversary in most years: the term then ends on the 28th.
    day = 28 if (last_entry.month, last_entry.day) == (2, 29) else last_entry.day
    return date(last_entry.year + rule.keep_years, last_entry.month, day)


def _standing_person(facts: Facts, person_id: str) -> Person:
    person = facts.agency.people.get(person_id)
    if person is None:
        raise NotFound()
    known = facts.agency.erasures.get(person_id)
    if known is not None and known.erased:
        raise PersonIsErased()
    return person


def _second_person(actor: Actor, person_id: str, facts: Facts) -> ee.ErasureRequested:
    _entitled(actor, facts.offices.policy.personal_data.approved_by, facts)
    known = facts.agency.erasures.get(person_id)
    if known is None or known.state != "requested" or known.request is None:
        raise NotFound()
    signed_by(actor, facts.offices.policy.personal_data.approved_by, (person_id,), facts)
    if actor.id == known.request.requested_by:
        raise ExcludedOwner(why="requested_by")
    return known.request


def _entitled(actor: Actor, offices: tuple[str, ...], facts: Facts) -> None:
    if actor.kind != "person" or not facts.offices.holds_any(actor.id, offices, facts.today):
        raise NotPermitted()


def _system_only(actor: Actor) -> None:
    if actor.kind != "system":
        raise NotPermitted()
