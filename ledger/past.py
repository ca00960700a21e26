"""The agency as it stood at any position: what each directory event changed, kept by position.

A question about the past costs a few binary searches in what a unit, post or person went through; it does
not replay the ledger, and does not take longer as the ledger grows.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from domain import events as ev
from domain.agency import Agency, Delegation
from domain.calendar import WorkingCalendar
from domain.document_events import DocumentVerified
from domain.offices import Offices
from domain.personnel_file import PersonnelFiles
from domain.policy_events import PolicyProposed
from domain.policy_register import PolicyRegister
from domain.rank_events import EmployeePromoted
from ledger.directory_view import DirectoryView
from ledger.record import StoredEvent

if TYPE_CHECKING:
    from ledger.mirror import Mirror

V = TypeVar("V")
STRUCTURES_IN_MEMORY = 8
FIRST = itemgetter(0)


class Changes(Generic[V]):
    """One table over time: each key's values, each from a position on; None where the key is gone."""

    def __init__(self) -> None:
        self._of: dict[Any, list[tuple[int, V | None]]] = {}

    def note(self, position: int, key: Any, value: V | None) -> None:
        self._of.setdefault(key, []).append((position, value))

    def at(self, key: Any, position: int) -> V | None:
        """The value after the event at `position`."""
        changes = self._of.get(key, ())
        index = bisect_right(changes, position, key=FIRST)
        return changes[index - 1][1] if index else None

    def newest(self, key: Any) -> V | None:
        changes = self._of.get(key)
        return changes[-1][1] if changes else None

    def __iter__(self) -> Iterator[Any]:
        return iter(list(self._of))


class Stood(Mapping[Any, V]):
    """A table as it stood after the event at `position`; looked up when asked, never copied."""

    def __init__(self, changes: Changes[V], position: int) -> None:
        self._changes = changes
        self._position = position

    def __getitem__(self, key: Any) -> V:
        value = self._changes.at(key, self._position)
        if value is None:
            raise KeyError(key)
        return value

    def __iter__(self) -> Iterator[Any]:
        return (key for key in self._changes if self._changes.at(key, self._position) is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)


@dataclass
class _Structure:
    """Which posts carry which offices, as long as no unit or post is redefined."""

    agency: Agency
    offices: dict[str, Offices] = field(default_factory=dict)


class Past:
    """Follows the directory's events beside the newest state of it, and answers for any earlier position."""

    def __init__(self, calendar: WorkingCalendar) -> None:
        self._units: Changes[Any] = Changes()
        self._posts: Changes[Any] = Changes()
        self._people: Changes[Any] = Changes()
        self._grants: Changes[Any] = Changes()
        self._documents: Changes[Any] = Changes()
        self._files: Changes[Any] = Changes()
        self._calendars: Changes[WorkingCalendar] = Changes()
        self._calendars.note(-1, "calendar", calendar)
        self._published: Changes[PolicyRegister] = Changes()
        self._delegated: list[tuple[int, Delegation]] = []
        self._revoked: dict[str, list[int]] = {}
        self._structural: list[int] = []
        self._structures: OrderedDict[int, _Structure] = OrderedDict()

    def note(self, stored: StoredEvent, mirror: Mirror) -> None:
        """Take one directory event that `mirror` has in it already."""
        agency, files = mirror.agency, mirror.files
        position, event = stored.position, stored.event
        match event:
            case (
                ev.EmployeePlaced() | EmployeePromoted() | ev.EmployeeRegistered() | ev.CandidateRegistered()
            ):
                before = self._people.newest(event.person_id)
                after = agency.people[event.person_id]
                self._people.note(position, event.person_id, after)
                touched = {after.position_id, before.position_id if before else None}
                if isinstance(event, ev.EmployeePlaced):
                    touched |= {event.from_position_id, event.to_position_id}
                for post in (agency.posts[post_id] for post_id in touched if post_id in agency.posts):
                    self._posts.note(position, post.id, post)
            case ev.UnitRegistered() | ev.UnitRedefined():
                self._units.note(position, event.unit_id, agency.units[event.unit_id])
                self._structural.append(position)
            case ev.PositionRegistered():
                self._posts.note(position, event.position_id, agency.posts[event.position_id])
                self._structural.append(position)
            case ev.DelegationGranted():
                self._delegated.append((position, agency.delegations[event.delegation_id]))
            case ev.DelegationRevoked():
                self._revoked.setdefault(event.delegation_id, []).append(position)
            case ev.OfficeGranted():
                grants = frozenset(agency.grants.get(event.person_id, ()))
                self._grants.note(position, event.person_id, grants)
            case ev.PolicyAdopted() | PolicyProposed():
                self._published.note(position, "policies", mirror.published.copy())
            case ev.CalendarAdopted():
                self._calendars.note(position, "calendar", mirror.calendar)
            case ev.DocumentFiled() | DocumentVerified():
                document = files.documents[event.document_id]
                self._documents.note(position, document.id, document)
                self._files.note(position, document.person_id, files.of_person[document.person_id])
            case _:
                pass

    def at(self, position: int, day: date) -> DirectoryView:
        """The directory after the event at `position`, for questions about `day`: its delegations are those
        that run on that day. Not to be evolved.
        """
        structure = self._structure(position)
        agency = Agency(
            units=structure.agency.units,
            posts=cast("dict[str, Any]", Stood(self._posts, position)),
            people=cast("dict[str, Any]", Stood(self._people, position)),
            delegations=self._running(position, day),
            grants={key: set(value) for key, value in Stood(self._grants, position).items()},
        )
        agency.structured_as(structure.agency)
        published = self._published.at("policies", position) or PolicyRegister()
        policies = {known: found.policy for known, found in published.adopted.items()}
        offices = {}
        for policy in policies.values():
            if policy.id not in structure.offices:
                structure.offices[policy.id] = Offices(structure.agency, policy)
            offices[policy.id] = structure.offices[policy.id].of_same_structure(agency)
        calendar = self.calendar_at(position)
        return DirectoryView(agency, policies, calendar, offices, self.files_at(position), published)

    def files_at(self, position: int) -> PersonnelFiles:
        """The personnel files after the event at `position`. Not to be evolved."""
        return PersonnelFiles(
            cast("dict[str, Any]", Stood(self._documents, position)),
            cast("dict[str, Any]", Stood(self._files, position)),
        )

    def calendar_at(self, position: int) -> WorkingCalendar:
        """The calendar in use after the event at `position`."""
        calendar = self._calendars.at("calendar", position)
        assert calendar is not None  # there is one from before the first event
        return calendar

    def _running(self, position: int, day: date) -> dict[str, Delegation]:
        newest: dict[str, tuple[int, Delegation]] = {}
        for at, known in self._delegated:
            if at <= position:
                newest.pop(
                    known.id, None
                )  # one that is granted anew comes last, as in the agency's own table
                newest[known.id] = (at, known)
        return {
            known.id: known
            for at, known in newest.values()
            if known.runs_on(day) and not any(at < end <= position for end in self._revoked.get(known.id, ()))
        }

    def _structure(self, position: int) -> _Structure:
        revision = bisect_right(self._structural, position)
        known = self._structures.get(revision)
        if known is None:
            at = self._structural[revision - 1] if revision else -1
            units, posts = dict(Stood(self._units, at)), dict(Stood(self._posts, at))
            known = _Structure(Agency(units=units, posts=posts, structure_revision=revision))
            self._structures[revision] = known
            if len(self._structures) > STRUCTURES_IN_MEMORY:
                self._structures.popitem(last=False)
        return known
