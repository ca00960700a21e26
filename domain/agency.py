"""The agency as it stands: units, posts, incumbents, acting holders and delegations.

A fold over the directory events. People appear by surrogate id only; their personal data lives
sealed in the ledger and in the employee projection.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from domain import events as ev
from domain.erasure_events import PersonErased
from domain.erasure_state import Erasure, follow
from domain.identity import Capacity
from domain.rank_events import EmployeePromoted

LEADERSHIP_ORDER = {"PPK": 0, "JPT": 1, "ADMINISTRATOR": 2, "PENGAWAS": 3}


@dataclass(frozen=True)
class Unit:
    id: str
    name: str
    parent_id: str | None


@dataclass(frozen=True)
class Post:
    """A position in the structure (*peta jabatan*) and who holds it."""

    id: str
    name: str
    unit_id: str
    kind: str
    eselon: str | None = None
    grade_min: str | None = None
    grade_max: str | None = None
    incumbent_id: str | None = None


@dataclass(frozen=True)
class Placement:
    """A post held before: which, since when, and by which action (None: by the register)."""

    position_id: str | None
    since: date | None
    placed_by: str | None


@dataclass(frozen=True)
class Person:
    """What the readable ledger knows of a person. `placed_by` is the action that put them there;
    `earlier` are the placements that actions have ended, oldest first. `grade_by` is the list of rank
    promotions that gave the grade (None: the register), `earlier_grade_by` are those of the grades that
    lists have raised, oldest first.
    """

    id: str
    employment_kind: str
    grade: str
    employment_status: str
    education: str | None = None
    position_id: str | None = None
    position_since: date | None = None
    placed_by: str | None = None
    candidate: bool = False
    earlier: tuple[Placement, ...] = ()
    grade_since: date | None = None
    grade_by: str | None = None
    earlier_grade_by: tuple[str | None, ...] = ()

    @property
    def moved_out(self) -> bool:
        """Whether an action has moved them to another agency."""
        return self.position_id is None and self.placed_by is not None


@dataclass(frozen=True)
class Delegation:
    id: str
    capacity: Capacity
    position_id: str
    principal_id: str | None
    delegate_id: str
    first_day: date
    last_day: date

    def runs_on(self, day: date) -> bool:
        return self.first_day <= day <= self.last_day


@dataclass
class Agency:
    """Mutable fold of the directory. `revision` grows with every change, for caches."""

    units: dict[str, Unit] = field(default_factory=dict)
    posts: dict[str, Post] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    delegations: dict[str, Delegation] = field(default_factory=dict)
    grants: dict[str, set[tuple[str, str | None]]] = field(default_factory=dict)
    erasures: dict[str, Erasure] = field(default_factory=dict)
    structure_revision: int = 0
    revision: int = 0
    _heads: dict[str, str] = field(default_factory=dict, repr=False, compare=False)
    _heads_of: int = field(default=-1, repr=False, compare=False)

    def evolve(self, event: ev.Event) -> None:
        """Apply one event; events of other streams are ignored."""
        match event:
            case ev.EmployeePlaced():
                self._place(event)
            case EmployeePromoted():
                self._promote(event)
            case ev.EmployeeRegistered():
                self._register(event)
            case ev.CandidateRegistered():
                self.people[event.person_id] = Person(
                    event.person_id, event.employment_kind, event.grade, "01", event.education, candidate=True
                )
            case ev.UnitRegistered() | ev.UnitRedefined():
                self.units[event.unit_id] = Unit(event.unit_id, event.name, event.parent_id)
                self.structure_revision += 1
            case ev.PositionRegistered():
                self._define(event)
            case ev.DelegationGranted():
                self.delegations[event.delegation_id] = Delegation(
                    event.delegation_id,
                    event.capacity,
                    event.position_id,
                    event.principal_id,
                    event.delegate_id,
                    event.first_day,
                    event.last_day,
                )
            case ev.DelegationRevoked():
                self.delegations.pop(event.delegation_id, None)
            case ev.OfficeWithdrawn():
                self.grants.get(event.person_id, set()).discard((event.office, event.unit_id))
            case ev.OfficeGranted():
                self.grants.setdefault(event.person_id, set()).add((event.office, event.unit_id))
            case _:
                if not self._follow_erasure(event):
                    return
        self.revision += 1

    def detach(self) -> None:
        """Give this copy its own tables, so that evolving it leaves the original as it is."""
        self.units, self.posts, self.people = dict(self.units), dict(self.posts), dict(self.people)
        self.delegations = dict(self.delegations)
        self.grants = {person: set(grants) for person, grants in self.grants.items()}
        self.erasures = dict(self.erasures)

    def structured_as(self, other: Agency) -> None:
        """Take over what was found out about the structure of `other`, which has the same units and posts."""
        self.structure_revision = other.structure_revision
        self._heads, self._heads_of = other.leaders(), other.structure_revision

    # --- questions ---

    def is_erased(self, person_id: str) -> bool:
        """Whether the person's key was destroyed: nothing more is recorded about them."""
        known = self.erasures.get(person_id)
        return known is not None and known.erased

    def unit_of(self, position_id: str | None) -> str | None:
        post = self.posts.get(position_id) if position_id else None
        return post.unit_id if post else None

    def lineage(self, unit_id: str) -> Iterator[str]:
        """The unit and everything above it, nearest first."""
        seen: set[str] = set()
        current: str | None = unit_id
        while current is not None and current in self.units and current not in seen:
            seen.add(current)
            yield current
            current = self.units[current].parent_id

    def apparatus_of(self, unit_id: str | None) -> str | None:
        """The regional apparatus (*perangkat daerah*) that a unit belongs to: the ancestor just
        below the agency itself; the agency's own id for the top unit.
        """
        if unit_id is None:
            return None
        chain = list(self.lineage(unit_id))
        if not chain:
            return None
        return chain[-2] if len(chain) > 1 else chain[0]

    def apparatuses(self) -> list[str]:
        """The units directly below a top unit, and the top units themselves."""
        tops = {unit.id for unit in self.units.values() if unit.parent_id is None}
        return [unit.id for unit in self.units.values() if unit.parent_id is None or unit.parent_id in tops]

    def head_of(self, unit_id: str) -> str | None:
        """The post that leads a unit: highest kind, then eselon, then grade; a secretary never
        precedes a head of the same rank.
        """
        return self.leaders().get(unit_id)

    def leaders(self) -> dict[str, str]:
        """The leading post of each unit that has one. Not to be changed."""
        if self._heads_of != self.structure_revision:
            leaders: dict[str, Post] = {}
            for post in self.posts.values():
                if post.kind in LEADERSHIP_ORDER:
                    known = leaders.get(post.unit_id)
                    if known is None or _leadership(post) < _leadership(known):
                        leaders[post.unit_id] = post
            self._heads = {unit: post.id for unit, post in leaders.items()}
            self._heads_of = self.structure_revision
        return self._heads

    def superior_of(self, position_id: str) -> str | None:
        """The post above a post: the head of its unit, for that head the head of the unit above."""
        unit_id = self.unit_of(position_id)
        for unit in self.lineage(unit_id) if unit_id else ():
            head = self.head_of(unit)
            if head is not None and head != position_id:
                return head
        return None

    def acting(self, position_id: str, day: date) -> list[Delegation]:
        """Who acts for the post on that day (PLT, PLH, PJ), not counting personal delegates."""
        return [
            delegation
            for delegation in self.delegations.values()
            if delegation.position_id == position_id
            and delegation.capacity is not Capacity.DELEGATE
            and delegation.runs_on(day)
        ]

    # --- changes ---

    def _define(self, event: ev.PositionRegistered) -> None:
        known = self.posts.get(event.position_id)
        self.posts[event.position_id] = Post(
            event.position_id,
            event.name,
            event.unit_id,
            event.kind,
            event.eselon,
            event.grade_min,
            event.grade_max,
            known.incumbent_id if known else None,
        )
        self.structure_revision += 1

    def _register(self, event: ev.EmployeeRegistered) -> None:
        known = self.people.get(event.person_id)
        same_grade = known is not None and known.grade == event.grade
        placed_by = known.placed_by if known and known.position_id == event.position_id else None
        self._vacate(known.position_id if known else None, event.person_id)
        self.people[event.person_id] = Person(
            event.person_id,
            event.employment_kind,
            event.grade,
            event.employment_status,
            event.education,
            event.position_id,
            event.position_since,
            placed_by,
            earlier=known.earlier if known and placed_by else (),
            grade_since=event.grade_since,
            grade_by=known.grade_by if known and same_grade else None,
            earlier_grade_by=known.earlier_grade_by if known and same_grade else (),
        )
        self._fill(event.position_id, event.person_id)

    def _place(self, event: ev.EmployeePlaced) -> None:
        person = self.people[event.person_id]
        self._vacate(event.from_position_id, event.person_id)
        self._fill(event.to_position_id, event.person_id)
        self.people[event.person_id] = replace(
            person,
            position_id=event.to_position_id,
            position_since=event.since,
            placed_by=event.placed_by,
            candidate=person.candidate and event.restores,
            earlier=person.earlier[:-1]
            if event.restores
            else (*person.earlier, Placement(person.position_id, person.position_since, person.placed_by)),
        )

    def _promote(self, event: EmployeePromoted) -> None:
        """A list gives a grade; `restores` takes it back, and the one below is by the list that gave that."""
        person = self.people[event.person_id]
        before = person.earlier_grade_by
        if event.restores:
            given_by, earlier = before[-1] if before else None, before[:-1]
        else:
            given_by, earlier = event.list_id, (*before, person.grade_by)
        self.people[person.id] = replace(
            person,
            grade=event.to_grade,
            grade_since=event.since,
            grade_by=given_by,
            earlier_grade_by=earlier,
        )

    def _follow_erasure(self, event: ev.Event) -> bool:
        """Whether it was a step of an erasure. An erased person holds nothing: no post, no office, no
        delegation from them or to them.
        """
        if not follow(self.erasures, event):
            return False
        if isinstance(event, PersonErased):
            self._lose(self.people[event.person_id])
        return True

    def _lose(self, person: Person) -> None:
        self._vacate(person.position_id, person.id)
        self.people[person.id] = replace(
            person, position_id=None, position_since=None, placed_by=None, earlier=()
        )
        self.grants.pop(person.id, None)
        for delegation in list(self.delegations.values()):
            if person.id in (delegation.principal_id, delegation.delegate_id):
                del self.delegations[delegation.id]

    def _vacate(self, position_id: str | None, person_id: str) -> None:
        post = self.posts.get(position_id) if position_id else None
        if post is not None and post.incumbent_id == person_id:
            self.posts[post.id] = replace(post, incumbent_id=None)

    def _fill(self, position_id: str | None, person_id: str) -> None:
        post = self.posts.get(position_id) if position_id else None
        if post is not None:
            self.posts[post.id] = replace(post, incumbent_id=person_id)


def _leadership(post: Post) -> tuple[int, str, bool, str, str]:
    grade = post.grade_min or ""
    inverted = "".join(chr(255 - ord(letter)) for letter in grade if ord(letter) < 255)
    return (
        LEADERSHIP_ORDER[post.kind],
        post.eselon or "~",
        post.name.startswith("Sekretaris ") and not post.name.startswith("Sekretaris Daerah"),
        inverted,
        post.id,
    )
