"""Simulating a policy over HTTP: last year's cases under another text, in a process beside the server.

A simulation walks the whole ledger and computes all the while. In a thread it would slow every decision
down, so it runs in a process of its own, one at a time for each server process, with little priority,
bounded in time and memory; whoever asks waits for the answer and nobody else does.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, Self

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import Connection

from api.credentials import Caller, CallerDep
from api.idempotency import IdempotencyKey
from api.policies import SHOWN
from api.problems import Problem, responses
from api.rank_views import PERSON
from api.views import names_of, subject_view
from api.visibility import viewer_for
from api.wiring import Services, ServicesDep
from domain.authorization import may_audit
from domain.errors import NotFound, NotPermitted, PolicyUnsound
from domain.policy import Policy
from domain.policy_check import check_policy, read_policy

log = logging.getLogger(__name__)

router = APIRouter(prefix="/v1/policies", tags=["policies"])

LONGEST = timedelta(days=366)
MOST_CHANGES = 500
ROOT = Path(__file__).resolve().parent.parent
Day = Annotated[date, Field(ge=date(2020, 1, 1), le=date(2199, 12, 31))]
WHY: dict[str, Any] = {
    "at_step": "submission",
    "what": "tenure_minimum",
    "before": "pass OVERRIDE",
    "after": "fail OVERRIDE",
    "facts": {"position_since": "2024-02-01"},
    "parameters": {"years": {"before": 2, "after": 3}},
    "citation": "Peraturan BKN 5/2019",
}
CHANGE: dict[str, Any] = {
    "kind": "mutation",
    "id": "7d5a3c55-8c1f-4a51-9c7d-0b1f5a6f1b11",
    "subject": PERSON,
    "judged_on": "2026-03-02",
    "policy_id": "kota-serang/2026-01",
    "policy_hash": "ab" * 32,
    "before": "clear",
    "after": "needs an override",
    "why": [WHY],
}


class SimulationRequest(BaseModel):
    """A known policy by `policy_id`, or a whole text as `document`; the cases of at most 366 days."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        populate_by_name=True,
        json_schema_extra={
            "examples": [{"policy_id": SHOWN["id"], "from": "2026-01-01", "to": "2026-12-31", "limit": 100}]
        },
    )

    policy_id: Annotated[str, Field(max_length=128)] | None = None
    document: dict[str, Any] | None = None
    first: Annotated[Day, Field(alias="from")]
    last: Annotated[Day, Field(alias="to")]
    limit: Annotated[int, Field(ge=0, le=MOST_CHANGES)] = 200

    @model_validator(mode="after")
    def _is_one_text_and_a_window(self) -> Self:
        if (self.policy_id is None) == (self.document is None):
            raise ValueError("one of policy_id and document is given")
        if not self.first <= self.last <= self.first + LONGEST:
            raise ValueError(f"a window ends after it begins and spans {LONGEST.days} days at most")
        return self


class SimulatedChange(BaseModel):
    """One case, list, placement or person on a rank list that comes out otherwise. `before` and `after` say
    where it stands by the rules; `why` every finding, deadline or office that differs.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [CHANGE]})

    kind: str
    id: str
    subject: dict[str, Any] | None
    judged_on: str
    policy_id: str
    policy_hash: str
    before: str
    after: str
    why: list[dict[str, Any]]


class PolicySimulation(BaseModel):
    """`complete` is false where more changes were found than are told; `counts` are of everything, by
    kind. `tree` is the ledger that was read.
    """

    model_config = ConfigDict(
        populate_by_name=True,
        json_schema_extra={
            "examples": [
                {
                    "policy": {"id": SHOWN["id"], "hash": SHOWN["hash"]},
                    "from": "2026-01-01",
                    "to": "2026-12-31",
                    "tree": {"size": 41277, "root": "9f" * 32},
                    "changes": [CHANGE],
                    "complete": True,
                    "counts": {"mutation": {"cases": 311, "changed": 1, "unchanged": 310, "unreadable": 0}},
                    "events": 41277,
                }
            ]
        },
    )

    policy: dict[str, str]
    first: str = Field(alias="from")
    last: str = Field(alias="to")
    tree: dict[str, Any]
    changes: list[SimulatedChange]
    complete: bool
    counts: dict[str, dict[str, int]]
    events: int


@router.post(
    "/simulation",
    response_model=PolicySimulation,
    responses=responses(404, 409, 413, 415),
    summary="What would have come out otherwise under a policy",
)
def simulate(
    body: SimulationRequest,
    services: ServicesDep,
    caller: CallerDep,
    key: IdempotencyKey = None,  # noqa: ARG001  (nothing is written, so that a repeat is harmless)
) -> dict[str, Any]:
    """For the offices that propose or adopt policies, and auditors; whose cases are told is recorded as
    reading. Nothing is written. One at a time: `503` while another runs. What takes longer than the server
    allows (`JENJANG_SIMULATION_SECONDS`) is a `409`: `jenjang policy simulate` has no such limit.
    """
    with services.reading() as connection:
        if not may_simulate(services, connection, caller):
            raise NotPermitted()
        policy = _policy(services, connection, body)
    found = _beside(services, policy, body)
    subjects = {change["subject_id"] for change in found["changes"] if change["subject_id"]}
    with services.reading() as connection:
        names = names_of(connection, subjects)
    for person in sorted(subjects):
        services.access_log.note(caller.actor, person, "simulation", services.now())
    for change in found["changes"]:
        person = change.pop("subject_id")
        change["subject"] = subject_view(person, names) if person else None
    asked = {"from": body.first.isoformat(), "to": body.last.isoformat()}
    return {"policy": {"id": policy.id, "hash": policy.hash}, **asked, **found}


def may_simulate(services: Services, connection: Connection, caller: Caller) -> bool:
    if may_audit(viewer_for(services, connection, caller)):
        return True
    if caller.person_id is None:
        return False
    view = services.view(connection)
    today = services.today(view)
    rules = view.policy_in_force(today).publishing
    return view.offices(today).holds_any(caller.person_id, (*rules.proposed_by, *rules.adopted_by), today)


def _policy(services: Services, connection: Connection, body: SimulationRequest) -> Policy:
    """The text in question, sound. Raises NotFound, PolicyUnsound."""
    if body.document is None:
        published = services.view(connection).published
        known = published.adopted.get(body.policy_id or "") or published.proposed.get(body.policy_id or "")
        if known is None:
            raise NotFound()
        return known.policy
    policy, found = read_policy(body.document)
    if policy is not None:
        found = check_policy(policy, None, policy.effective_from)
    wrong = [finding.model_dump() for finding in found if finding.severity == "error"]
    if policy is None or wrong:
        raise PolicyUnsound(faults=wrong)
    return policy


def _beside(services: Services, policy: Policy, body: SimulationRequest) -> dict[str, Any]:
    """The answer of the process beside the server. Raises a 503 while another one runs, a 409 where it was
    ended by its limits.
    """
    seconds = services.installation.settings.simulation_seconds
    asked = {
        "settings": services.installation.settings.model_dump(mode="json", exclude_none=True),
        "document": policy.model_dump(mode="json"),
        "from": body.first.isoformat(),
        "to": body.last.isoformat(),
        "most": body.limit,
        "seconds": seconds,
    }
    if not services.simulating.acquire(blocking=False):
        raise Problem(
            "simulation-running",
            status=503,
            title=("Simulasi lain sedang berjalan; coba lagi.", "Another simulation is running; try again."),
            headers={"Retry-After": str(seconds)},
        )
    try:
        done = subprocess.run(
            [sys.executable, "-m", "simulation.bounded"],
            input=json.dumps(asked).encode(),
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            check=True,
            timeout=seconds,
        )
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as ended:
        raise _ended(ended, seconds) from None
    finally:
        services.simulating.release()
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _ended(ended: subprocess.TimeoutExpired | subprocess.CalledProcessError, seconds: int) -> Problem:
    """The problem that the process's end is; its own words stay unread, they may hold facts of people."""
    if isinstance(ended, subprocess.CalledProcessError):
        last = (ended.stderr or b"").strip().rpartition(b"\n")[2].partition(b":")[0].decode(errors="replace")
        if ended.returncode > 0 and last != "MemoryError":
            log.error("a simulation ended with %d: %s", ended.returncode, last)
            return Problem(
                "simulation-failed",
                status=409,
                title=("Simulasi kebijakan ini gagal.", "The simulation of this policy failed."),
            )
    return Problem(
        "simulation-too-long",
        status=409,
        title=(
            "Simulasi ini terlalu besar untuk dijawab di sini.",
            "This simulation is too large to be answered here.",
        ),
        detail=f"ended after {seconds} s or 2 GiB; `jenjang policy simulate` has no such limit",
    )
