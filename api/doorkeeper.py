"""Who judges passwords and codes in this process, and what a refused one is to the caller."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request

from accounts.second_factor import SecondFactor, TooManyCodes
from accounts.sessions import SessionEnded
from accounts.sign_in import Failures, LockedOut, SignIn, TooManyAttempts, WrongCredentials
from api.problems import Problem
from api.wiring import ServicesDep
from domain.errors import IdempotencyKeyReused


@dataclass(frozen=True)
class Doorkeeper:
    """What has to be remembered between attempts, in this process; the counts of accounts are stored."""

    sign_in: SignIn
    second_factor: SecondFactor
    wrong_passwords: Failures


async def _doorkeeper(request: Request, services: ServicesDep) -> Doorkeeper:
    state = request.app.state
    if not hasattr(state, "doorkeeper"):
        installation = services.installation
        reading, writing = services.reader.engine, installation.writing_engine
        settings = installation.settings
        state.doorkeeper = Doorkeeper(
            SignIn(reading, writing, settings.session_hours),
            SecondFactor(reading, writing, installation.sealing_key, f"Jenjang {settings.agency}"),
            Failures(),
        )
    found: Doorkeeper = state.doorkeeper
    return found


DoorkeeperDep = Annotated[Doorkeeper, Depends(_doorkeeper)]


@contextmanager
def refusals(now: datetime) -> Iterator[None]:
    """What a wrong or a locked credential is to the caller."""
    try:
        yield
    except WrongCredentials:
        raise Problem(
            "wrong-credentials",
            status=401,
            title=("NIP atau kata sandi tidak benar.", "That NIP and password do not belong together."),
        ) from None
    except TooManyAttempts as busy:
        raise wait("too-many-attempts", busy.until, now) from None
    except LockedOut as locked:
        raise wait("account-locked", locked.until, now) from None
    except TooManyCodes as codes:
        raise wait("too-many-attempts", codes.until, now) from None
    except SessionEnded:
        raise IdempotencyKeyReused() from None


def wait(code: str, until: datetime, now: datetime) -> Problem:
    """A 429 that says until when."""
    seconds = max(1, math.ceil((until - now).total_seconds()))
    return Problem(
        code,
        status=429,
        title=("Terlalu banyak percobaan; tunggu dahulu.", "Too many attempts; wait a while."),
        headers={"Retry-After": str(seconds)},
        locked_until=until.isoformat(timespec="seconds"),
    )
