"""The words in which tests tell a town what its rosters say, and who acts for whom."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from domain import commands as cmd
from domain import events as ev
from domain.agency import Agency
from domain.identity import SYSTEM, Actor, Capacity


def nip_of(birth: date, sequence: int = 1) -> str:
    return f"{birth:%Y%m%d}{birth.year + 24}031{sequence:03d}"


class RegisterRequests(ABC):
    """What a town can be told; the town judges."""

    agency: Agency
    ids: Iterator[str]

    @property
    @abstractmethod
    def today(self) -> date: ...

    @abstractmethod
    def send(self, command: cmd.Command) -> list[ev.Event]: ...

    @abstractmethod
    def _by(self, actor: Actor) -> dict[str, Any]: ...

    def row(self, person_id: str, post: str | None = None, **changes: Any) -> cmd.EmployeeRow:
        """A roster's row of somebody who can be moved and promoted, but for the changes."""
        birth = changes.pop("birth_date", date(1985, 5, 17))
        values = {
            "person_id": person_id,
            "nip": nip_of(birth),
            "name": person_id,
            "birth_date": birth,
            "employment_kind": "PNS",
            "grade": "III/d",
            "position_id": post,
            "position_since": date(2023, 3, 1),
            "employment_status": "01",
        }
        return cmd.EmployeeRow(**(values | changes))

    def correct(self, person_id: str, **changes: Any) -> None:
        """The roster says something else of this person."""
        post = changes.pop("post", self.agency.people[person_id].position_id)
        row = self.row(person_id, post=post, **changes)
        self.send(cmd.RegisterEmployees(**self._by(SYSTEM), rows=(row,)))

    def leaves(self, person_id: str) -> None:
        """The person holds their post no longer."""
        self.correct(person_id, post=None)

    def acting(
        self, capacity: Capacity, delegate: str, post: str | None = None, *, by: str = "kabid", **changes: Any
    ) -> str:
        """Somebody acts for a post from today for thirty days; the id of the delegation."""
        values = self._by(Actor(kind="person", id=by)) | {
            "delegation_id": next(self.ids),
            "capacity": capacity,
            "position_id": post,
            "delegate_id": delegate,
            "first_day": self.today,
            "last_day": self.today + timedelta(days=29),
            "letter_number": "800/1-SP",
        }
        granted = self.send(cmd.GrantDelegation(**(values | changes)))
        assert isinstance(granted[0], ev.DelegationGranted)
        return granted[0].delegation_id
