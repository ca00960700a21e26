"""The password once more before something is signed, where the policy of today asks for it."""

from __future__ import annotations

from datetime import datetime, timedelta

from starlette.concurrency import run_in_threadpool

from api.credentials import Caller
from api.doorkeeper import Doorkeeper, refusals
from api.problems import Problem
from domain.sign_in_policy import PasswordAgain
from ledger.record import parse_moment


def is_asked_again(caller: Caller, rule: PasswordAgain, now: datetime) -> bool:
    """Whether the caller has to prove their password for what the rule names: in a session of our pages
    always, in a program's when it signed in too long ago. An integration has no password.
    """
    if caller.person_id is None:
        return False
    if caller.browser or caller.signed_in_at is None:
        return True
    return now - parse_moment(caller.signed_in_at) > timedelta(minutes=rule.program_minutes)


async def prove_again(doorkeeper: Doorkeeper, caller: Caller, password: str | None, now: datetime) -> None:
    """Raises a 403 for a missing or wrong password, a 429 after too many."""
    if not password:
        raise Problem("password-again")
    with refusals(now):
        proved = await run_in_threadpool(doorkeeper.sign_in.prove, caller.require_person(), password, now)
    if not proved:
        raise Problem("wrong-password")
