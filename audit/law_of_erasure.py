"""Erasure: by two people whom the policy names, when nothing needs the person and nothing must be kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from audit.case import Moment
from audit.uniqueness import ENDINGS
from domain import erasure_events as ee
from domain import events as ev
from domain import promotion_events as pe
from domain.agency import Person
from domain.identity import Capacity
from domain.offices import split_key
from domain.personal_data_policy import PersonalDataRules
from domain.rank_list import RankLists
from ledger.mirror import ACTION, action_id_of
from ledger.record import StoredEvent, parse_moment

Problem = tuple[str, str]


def stream_for(event: ev.Event) -> str | None:
    """The stream in which an event of an erasure belongs; None for others."""
    steps = (ee.ErasureRequested, ee.ErasureRefused, ee.PersonErased, ee.ErasureCompleted)
    return f"erasure/{event.person_id}" if isinstance(event, steps) else None


@dataclass
class _Open:
    """An action that has not ended: whom it needs."""

    subject: str
    initiator: str
    candidates: tuple[str, ...]


@dataclass
class _Frozen:
    """The list of a vacancy on which no promotion has begun: until when one may, and who stands on it."""

    lapses_on: date
    people: set[str] = field(default_factory=set)


class ErasureLaw:
    """Takes the events in order; `erased` are those of whom nothing may be sealed any more. `lists` are
    those of rank promotions, as others follow them.
    """

    def __init__(self, lists: RankLists) -> None:
        self._lists = lists
        self.erased: set[str] = set()
        self._asked: dict[str, ee.ErasureRequested] = {}
        self._completed: set[str] = set()
        self._open: dict[str, _Open] = {}
        self._entered: dict[str, str] = {}
        self._to_come: dict[str, _Frozen] = {}

    def sealed_too_late(self, stored: StoredEvent) -> list[tuple[str, int, str]]:
        """Personal data that was recorded of somebody after their erasure."""
        if stored.person_id is None or stored.person_id not in self.erased:
            return []
        return [("sealed-after-erasure", stored.position, f"{stored.type} of {stored.person_id}")]

    def problems(self, stored: StoredEvent, moment: Moment) -> list[Problem]:
        """What is unlawful about a step of an erasure."""
        match stored.event:
            case ee.ErasureRequested():
                return list(self._requested(stored, stored.event, moment))
            case ee.ErasureRefused():
                return list(self._second(stored, stored.event.person_id, stored.event.refused_by, moment))
            case ee.ErasureReinstated():
                return list(self._reinstated(stored, stored.event, moment))
            case ee.PersonErased():
                return list(self._approved(stored, stored.event, moment))
            case ee.ErasureCompleted():
                return list(self._finished(stored, stored.event))
        return []

    def follow(self, stored: StoredEvent) -> None:
        """Note one event of any stream."""
        event = stored.event
        match event:
            case ee.ErasureRequested():
                self._asked[event.person_id] = event
            case ee.ErasureRefused():
                self._asked.pop(event.person_id, None)
            case ee.PersonErased():
                self.erased.add(event.person_id)
                self._asked.pop(event.person_id, None)
            case ee.ErasureCompleted():
                self._completed.add(event.person_id)
            case ev.EmployeeRegistered() | ev.CandidateRegistered() | ev.EmployeePlaced():
                self._entered[event.person_id] = stored.recorded_at
            case pe.VacancyOpened():
                self._to_come[event.vacancy_id] = _Frozen(event.lapses_on)
            case pe.VacancyWithdrawn() if event.vacancy_id in self._to_come:
                self._to_come[event.vacancy_id].lapses_on = event.lapses_on
            case pe.CandidateFrozen() if event.vacancy_id in self._to_come:
                self._to_come[event.vacancy_id].people.add(event.person_id)
            case _ if stored.category == ACTION:
                self._follow_action(action_id_of(stored.stream), stored)

    def _follow_action(self, action_id: str, stored: StoredEvent) -> None:
        event = stored.event
        if isinstance(event, ev.ActionSubmitted):
            initiator = stored.actor.id if stored.actor.kind == "person" else ""
            self._open[action_id] = _Open(event.subject_id, initiator, event.candidates or ())
            self._to_come.pop(event.vacancy_id or "", None)
        elif isinstance(event, pe.CandidateChosen) and action_id in self._open:
            self._open[action_id].subject = event.person_id
        elif isinstance(event, ENDINGS):
            self._open.pop(action_id, None)

    # --- the law ---

    def _requested(
        self, stored: StoredEvent, event: ee.ErasureRequested, moment: Moment
    ) -> Iterator[Problem]:
        rules, person = moment.offices.policy.personal_data, moment.agency.people.get(event.person_id)
        ground = rules.grounds.get(event.ground)
        if person is None or event.person_id in self.erased or event.person_id in self._asked:
            yield "illegal-transition", "an erasure of nobody, or asked for already"
            return
        if ground is None:
            yield "wrong-policy", f"the policy knows no ground {event.ground}"
            return
        yield from _under(event, moment)
        mine = ground.subject_may_ask and stored.actor.id == event.person_id
        if stored.actor.kind != "person" or stored.actor.id != event.requested_by:
            yield "not-entitled", "an erasure that somebody else is said to have asked for"
        elif not mine and not moment.offices.holds_any(stored.actor.id, rules.requested_by, moment.day):
            yield "not-entitled", f"{stored.actor.id} may not ask for an erasure"
        if stored.person_id is None or (stored.sealed is not None and not event.reason):
            yield "illegal-transition", "an erasure asked for without a reason"
        yield from self._may_go(person, event.kept, moment, binding=ground.retention_binds)

    def _second(self, stored: StoredEvent, person_id: str, named: str, moment: Moment) -> Iterator[Problem]:
        asked = self._asked.get(person_id)
        if asked is None:
            yield "illegal-transition", "an answer to an erasure that nobody had asked for"
            return
        offices = moment.offices.policy.personal_data.approved_by
        actor = stored.actor
        if actor.kind != "person" or actor.id != named:
            yield "not-entitled", "an answer that somebody else is said to have given"
        elif not moment.offices.holds_any(actor.id, offices, moment.day):
            yield "not-entitled", f"{actor.id} may not answer a request for erasure"
        if actor.id in (person_id, asked.requested_by):
            yield "excluded-actor", f"{actor.id} answered an erasure of their own or their own request"
        elif stands_in_for(actor.id, person_id, offices, moment):
            yield "excluded-actor", f"{actor.id} answered it in the place of {person_id}"

    def _approved(self, stored: StoredEvent, event: ee.PersonErased, moment: Moment) -> Iterator[Problem]:
        yield from self._second(stored, event.person_id, event.approved_by, moment)
        asked = self._asked.get(event.person_id)
        if asked is None:
            return
        if (event.ground, event.requested_by) != (asked.ground, asked.requested_by):
            yield "illegal-transition", "an erasure on another ground, or of another's asking"
        yield from _under(event, moment)
        ground = moment.offices.policy.personal_data.grounds.get(event.ground)
        binding = ground is None or ground.retention_binds
        yield from self._may_go(moment.agency.people[event.person_id], event.kept, moment, binding=binding)

    def _reinstated(
        self, stored: StoredEvent, event: ee.ErasureReinstated, moment: Moment
    ) -> Iterator[Problem]:
        if stored.actor.kind != "system":
            yield "not-entitled", f"an erasure reinstated by {stored.actor.kind} {stored.actor.id}"
        if event.person_id in self.erased or event.person_id not in moment.agency.people:
            yield "illegal-transition", "an erasure reinstated that had not been lost"
        if event.approved_by in (event.person_id, event.requested_by):
            yield "excluded-actor", "an erasure that one person alone decided"

    def _finished(self, stored: StoredEvent, event: ee.ErasureCompleted) -> Iterator[Problem]:
        if stored.actor.kind != "system":
            yield "not-entitled", f"an erasure completed by {stored.actor.kind} {stored.actor.id}"
        if event.person_id not in self.erased or event.person_id in self._completed:
            yield "illegal-transition", "an erasure completed that was not under way"

    def _may_go(
        self, person: Person, kept: tuple[ee.Kept, ...], moment: Moment, *, binding: bool
    ) -> Iterator[Problem]:
        needing = [
            action
            for action, needs in self._open.items()
            if person.id in (needs.subject, needs.initiator) or person.id in needs.candidates
        ]
        needing += [list_id for who, list_id in self._lists.open_entries().items() if who == person.id]
        needing += [
            vacancy
            for vacancy, frozen in self._to_come.items()
            if person.id in frozen.people and moment.day < frozen.lapses_on
        ]
        if needing:
            yield "erased-too-early", f"{person.id} is needed by {needing[0]}"
        entered = self._entered.get(person.id)
        last = moment.calendar.today(parse_moment(entered)) if entered else None
        due = tuple(_kept(person, last, moment.offices.policy.personal_data))
        if due != kept:
            yield "wrong-assessment", f"the duties to keep of {person.id} are not those of the policy"
        if binding and any(item.until is None or moment.day <= item.until for item in due):
            yield "erased-too-early", f"what is kept of {person.id} has to be kept still"


def stands_in_for(actor_id: str, person_id: str, named: tuple[str, ...], moment: Moment) -> bool:
    """Whether the actor holds one of the offices only in the place (Plh) of the person."""
    posts = moment.agency.posts
    signatures = [
        signature
        for key, signature in moment.offices.exercised_by(actor_id, moment.day)
        if split_key(key)[0] in named and signature.capacity is not Capacity.DELEGATE
    ]
    through = [posts[s.post_id].incumbent_id if s.post_id in posts else None for s in signatures]
    return bool(through) and set(through) == {person_id}


def _under(event: ee.ErasureRequested | ee.PersonErased, moment: Moment) -> Iterator[Problem]:
    policy = moment.offices.policy
    if (event.policy_id, event.policy_hash) != (policy.id, policy.hash):
        yield "wrong-policy", "not the policy in force"


def _kept(person: Person, last: date | None, rules: PersonalDataRules) -> Iterator[ee.Kept]:
    if person.candidate:
        standing = "candidate"
    elif person.position_id is not None:
        standing = "serving"
    else:
        active = person.employment_status in rules.serving_statuses and person.placed_by is None
        standing = "serving" if active else "left"
    for code, rule in rules.retention.items():
        if rule.of != standing:
            continue
        until = None
        if rule.keep_years is not None and last is not None:
            try:
                until = last.replace(year=last.year + rule.keep_years)
            except ValueError:  # 29 February
                until = date(last.year + rule.keep_years, 2, 28)
            if (last.month, last.day) == (2, 29):
                until = until.replace(day=28)
        yield ee.Kept(rule=code, until=until)
