"""Passwords and sessions on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from accounts.api_keys import create_key, list_keys, revoke_key
from accounts.passwords import (
    WeakPassword,
    change_password,
    check_strength,
    create_account,
    generate_password,
)
from accounts.schema import accounts, sessions
from accounts.sign_in import FAILURES_UNTIL_LOCKED, LOCKED_FOR, LockedOut, SignIn, WrongCredentials
from domain.errors import UnknownReference
from installation import Installation

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
PASSWORD = "kuda benar baterai"


@pytest.fixture
def door(installation: Installation) -> SignIn:
    with installation.writing_engine.begin() as connection:
        create_account(connection, "siti", "1985", PASSWORD, must_change=False)
    return SignIn(installation.reader.engine, installation.writing_engine, 12)


def test_only_hashes_are_stored(installation: Installation, door: SignIn) -> None:
    token = door.attempt("1985", PASSWORD, "192.0.2.1", NOW).token
    with installation.reader.engine.connect() as connection:
        stored = connection.execute(select(accounts.c.password_hash)).scalar_one()
        assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
        assert token not in connection.execute(select(sessions.c.token_hash)).scalars().all()


def test_a_lock_ends_by_itself_and_counts_are_told(door: SignIn) -> None:
    for _ in range(FAILURES_UNTIL_LOCKED):
        with pytest.raises(WrongCredentials):
            door.attempt("1985", "salah", "192.0.2.1", NOW)
    with pytest.raises(LockedOut) as locked:
        door.attempt("1985", PASSWORD, "192.0.2.2", NOW)
    assert locked.value.until == NOW + LOCKED_FOR
    later = door.attempt("1985", PASSWORD, "192.0.2.2", NOW + LOCKED_FOR)
    assert later.failures == FAILURES_UNTIL_LOCKED


def test_an_unknown_login_is_locked_like_a_known_one(door: SignIn) -> None:
    for _ in range(FAILURES_UNTIL_LOCKED):
        with pytest.raises(WrongCredentials):
            door.attempt("nobody", "salah", "192.0.2.1", NOW)
    with pytest.raises(LockedOut):
        door.attempt("nobody", "salah", "192.0.2.1", NOW + timedelta(minutes=1))


def test_a_changed_password_replaces_the_old_one(installation: Installation, door: SignIn) -> None:
    engines = (installation.reader.engine, installation.writing_engine)
    assert not change_password(*engines, "siti", "salah", "hujan di bulan juni")
    assert not change_password(*engines, "nobody", "salah", "hujan di bulan juni")
    assert change_password(*engines, "siti", PASSWORD, "hujan di bulan juni")
    assert change_password(*engines, "siti", PASSWORD, "hujan di bulan juni"), "a repeat changes nothing"
    with pytest.raises(WrongCredentials):
        door.attempt("1985", PASSWORD, "192.0.2.1", NOW)
    assert door.attempt("1985", "hujan di bulan juni", "192.0.2.1", NOW).person_id == "siti"


def test_a_damaged_hash_opens_nothing(installation: Installation, door: SignIn) -> None:
    with installation.writing_engine.begin() as connection:
        connection.execute(update(accounts).values(password_hash="plain"))
    with pytest.raises(WrongCredentials):
        door.attempt("1985", "plain", "192.0.2.1", NOW)


def test_what_is_too_weak() -> None:
    for weak in ("short", "x" * 129, "a" * 20, "nip 1985 di dalamnya"):
        with pytest.raises(WeakPassword):
            check_strength(weak, "1985")
    check_strength(generate_password(), "1985")


def test_keys_are_shown_once_and_can_be_ended(installation: Installation) -> None:
    key_id, secret = create_key(installation, "simpeg", ("actions:write", "actions:read"))
    (listed,) = list_keys(installation)
    assert (listed["key_id"], listed["scopes"]) == (key_id, ["actions:read", "actions:write"])
    assert secret not in str(listed)
    assert revoke_key(installation, key_id)
    assert not revoke_key(installation, key_id)
    with pytest.raises(UnknownReference, match="actions:write"):
        create_key(installation, "simpeg", ("everything",))
