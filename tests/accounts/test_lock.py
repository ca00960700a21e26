"""Guessing passwords is stopped, however many guesses are made at the same moment."""

from __future__ import annotations

import threading

from accounts.passwords import create_account
from accounts.sign_in import FAILURES_UNTIL_LOCKED, LockedOut, SignIn, WrongCredentials
from installation import Installation


def test_guesses_at_the_same_moment_are_not_all_looked_at(installation: Installation) -> None:
    with installation.writing_engine.begin() as connection:
        create_account(connection, "someone", "198001012005011001", must_change=False)
    sign_in = SignIn(installation.reader.engine, installation.writing_engine, 12)
    outcomes: list[type[Exception]] = []

    def guess() -> None:
        try:
            sign_in.attempt("198001012005011001", "wrong", "127.0.0.1", installation.clock())
        except (WrongCredentials, LockedOut) as error:
            outcomes.append(type(error))

    threads = [threading.Thread(target=guess) for _ in range(3 * FAILURES_UNTIL_LOCKED)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count(WrongCredentials) == FAILURES_UNTIL_LOCKED
    assert outcomes.count(LockedOut) == 2 * FAILURES_UNTIL_LOCKED
