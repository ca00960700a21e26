"""What is done to somebody's account by another: recorded where the person reads it."""

from __future__ import annotations

from domain.event import Event


class FirstPasswordGiven(Event):
    """Somebody was given a password that has to be changed; the account that was, its sessions and its second
    factor ended. The password itself is recorded nowhere.
    """

    PERSONAL = frozenset({"reason"})

    person_id: str
    reason: str | None = None


class SessionsEnded(Event):
    """An operator ended all sessions of somebody."""

    PERSONAL = frozenset({"reason"})

    person_id: str
    reason: str | None = None
