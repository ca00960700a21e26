"""The agency as readers are handed it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from domain.agency import Agency
from domain.calendar import WorkingCalendar
from domain.offices import COMMITTEE, Offices
from domain.personnel_file import PersonnelFiles
from domain.policy import Policy, in_force
from domain.policy_register import PolicyRegister


@dataclass(frozen=True)
class DirectoryView:
    """The agency, its offices, policies, calendar and personnel files at one moment; not changed once
    handed out.
    """

    agency: Agency
    policies: dict[str, Policy]
    calendar: WorkingCalendar
    offices_by_policy: dict[str, Offices]
    files: PersonnelFiles
    published: PolicyRegister

    def policy_in_force(self, day: date) -> Policy:
        """Raises LookupError before any policy is adopted."""
        current = in_force(self.policies.values(), day)
        if current is None:
            raise LookupError("no policy is adopted")
        return current

    def offices(self, day: date) -> Offices:
        return self.offices_by_policy[self.policy_in_force(day).id]

    def office_keys(self, person_id: str, day: date) -> frozenset[str]:
        """The office keys whose tasks are the person's on `day`: their own, through delegation too, and
        `committee` for its members.
        """
        offices = self.offices(day)
        keys = offices.keys_of(person_id, day)
        members = self.policy_in_force(day).committee.members
        if any(person_id in offices.holders(member, day) for member in members):
            keys |= {COMMITTEE}
        return keys
