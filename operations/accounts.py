"""Giving people their first password, and roles that no post carries."""

from __future__ import annotations

import uuid

from accounts.passwords import create_account
from domain.commands import GrantOffice, WithdrawOffice
from domain.errors import UnknownReference
from domain.identity import SYSTEM
from installation import Installation
from projections import employees


def issue_account(installation: Installation, nip: str) -> str:
    """A first password for the person with `nip`; an old one ends. Raises UnknownReference."""
    person_id = _person(installation, nip)
    with installation.writing_engine.begin() as connection:
        return create_account(connection, person_id, nip, must_change=True)


def grant_role(installation: Installation, nip: str, role: str) -> bool:
    """Give a person an office that is granted and not held by post; False if they had it."""
    _grantable(installation, role)
    command = GrantOffice(
        command_id=str(uuid.uuid4()), actor=SYSTEM, person_id=_person(installation, nip), office=role
    )
    return installation.ledger.execute(command).receipt is not None


def withdraw_role(installation: Installation, nip: str, role: str) -> bool:
    """Take a granted office back; False if the person did not have it."""
    command = WithdrawOffice(
        command_id=str(uuid.uuid4()), actor=SYSTEM, person_id=_person(installation, nip), office=role
    )
    return installation.ledger.execute(command).receipt is not None


def _person(installation: Installation, nip: str) -> str:
    with installation.reader.engine.connect() as connection:
        row = employees.by_nip(connection, nip)
    if row is None:
        raise UnknownReference(what=f"NIP {nip}")
    return str(row["person_id"])


def _grantable(installation: Installation, role: str) -> None:
    with installation.reader.engine.connect() as connection:
        view = installation.reader.directory.current(connection)
    policy = view.policy_in_force(view.calendar.today(installation.clock()))
    rule = policy.offices.get(role)
    if rule is None or rule.posts:
        grantable = sorted(name for name, office in policy.offices.items() if not office.posts)
        raise UnknownReference(what=f"role {role}; roles that can be granted: {', '.join(grantable)}")
