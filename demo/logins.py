"""Ready logins for the synthetic agency: at least one for each role that a route or reader names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from accounts.logins_file import read_rows, write_logins
from accounts.passwords import create_account
from demo.play import Play
from domain.offices import COMMITTEE
from projections import employees

ORDINARY = 12


@dataclass(frozen=True)
class DemoLogin:
    """One login as `jenjang demo-logins` shows it."""

    nip: str
    password: str
    name: str
    roles: tuple[str, ...]
    unit: str


def roles_of(play: Play, person_id: str) -> tuple[str, ...]:
    """The office names a person exercises today, `committee` for its members, and `employee`."""
    offices = play.offices
    titles = set(offices.titles_of(person_id, play.today))
    members = play.view.policy_in_force(play.today).committee.members
    if any(person_id in offices.holders(member, play.today) for member in members):
        titles.add(COMMITTEE)
    return (*sorted(titles), "employee")


def create_logins(play: Play, data: Path, *, free: Sequence[str]) -> list[DemoLogin]:
    """An account with a generated password for every office holder that a case may need and for
    some of the ordinary civil servants `free`, who are in no case yet; written to an owner-only file,
    because only hashes are stored.
    """
    chosen = _officers(play) | set(free[:ORDINARY])
    with play.installation.reader.engine.connect() as connection:
        people = {row["person_id"]: row for row in employees.everybody(connection)}
    agency = play.agency
    found = []
    with play.installation.writing_engine.begin() as connection:
        for person_id in sorted(chosen, key=lambda person: people[person]["position_id"] or ""):
            row = people[person_id]
            password = create_account(connection, person_id, row["nip"], must_change=False)
            unit = agency.units[row["unit_id"]].name if row["unit_id"] else ""
            found.append(DemoLogin(row["nip"], password, row["name"], roles_of(play, person_id), unit))
    write_logins(data, [asdict(login) for login in found])
    return found


def read_logins(data: Path) -> list[DemoLogin]:
    """The logins that `up` made. Raises FileNotFoundError where there is no demo."""
    return [DemoLogin(**{**row, "roles": tuple(row["roles"])}) for row in read_rows(data)]


def one_for_each_role(logins: list[DemoLogin]) -> list[tuple[str, DemoLogin]]:
    """For each role, in the order of the file, who has it with the fewest others: an employee is shown
    as somebody who is nothing else, not as the mayor.
    """
    roles = dict.fromkeys(role for login in logins for role in login.roles)
    return [
        (role, min((login for login in logins if role in login.roles), key=lambda login: len(login.roles)))
        for role in roles
    ]


def _officers(play: Play) -> set[str]:
    """Everybody who holds an office of the policy, but only some of the many auditors."""
    chosen: set[str] = set()
    policy = play.view.policy_in_force(play.today)
    units = play.agency.apparatuses()
    for office, rule in policy.offices.items():
        keys = [office] if rule.scope == "agency" else [f"{office}@{unit}" for unit in units]
        for key in keys:
            chosen.update(sorted(play.offices.holders(key, play.today))[:6])
    return chosen
