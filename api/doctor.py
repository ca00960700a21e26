"""For operators: what is stuck, on whom, since when, and the repairs that harm nothing."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from api.administration import OperatorDep
from api.idempotency import IdempotencyKey
from api.problems import Problem, responses
from api.wiring import Services, ServicesDep

router = APIRouter(prefix="/v1/administration/doctor", tags=["administration"])

log = logging.getLogger(__name__)

ROOT = Path(__file__).resolve().parents[1]
SECONDS = 120
# One at a time in a server: each looks through every running case.
_AT_WORK = threading.BoundedSemaphore(1)
FINDING: dict[str, Any] = {
    "code": "process-missing",
    "what": "no process runs for the action, which is in phase verification",
    "action_id": "1b671a64-40d5-491e-99b0-da01ff1f3341",
    "office": None,
    "since": "2026-11-24T02:15:07.120345Z",
    "repair": "wake-process",
    "advice": None,
    "person_id": None,
    "repaired": False,
    "repair_note": None,
}


class Stuck(BaseModel):
    """`repair` is what a repair does about it, null where only people can help; `advice` says how then."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"examples": [FINDING]})

    code: str
    what: str
    action_id: str | None
    office: str | None
    since: str | None
    repair: str | None
    advice: str | None
    repaired: bool
    repair_note: str | None


class DoctorsWord(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"ok": False, "checked_actions": 41, "findings": [FINDING]}]}
    )

    ok: bool
    checked_actions: int = Field(description="How many running actions were looked at.")
    findings: list[Stuck]


@router.get("", response_model=DoctorsWord, responses=responses(403), summary="What is stuck")
def diagnose(services: ServicesDep, _: OperatorDep) -> dict[str, Any]:
    """As `jenjang doctor` says it; reads only. `503` while another one is looking."""
    return _asked(services, repair=False)


@router.post(
    "/repairs", response_model=DoctorsWord, responses=responses(403, 413, 415), summary="Mend what can be"
)
def repair(
    services: ServicesDep,
    caller: OperatorDep,
    idempotency_key: IdempotencyKey = None,  # noqa: ARG001  (a repair done again harms nothing)
) -> dict[str, Any]:
    """Tells processes to read the ledger again, and goes on with erasures that were cut off. Decides
    nothing: what follows is recorded where it follows.
    """
    log.info("repairs were asked for by %s", caller.actor.id)
    return _asked(services, repair=True)


def _asked(services: Services, *, repair: bool) -> dict[str, Any]:
    if not _AT_WORK.acquire(blocking=False):
        raise _busy()
    settings = services.installation.settings.model_dump(mode="json", exclude_none=True)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "operations.doctor_beside"],
            input=json.dumps({"settings": settings, "repair": repair}).encode(),
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            check=True,
            timeout=SECONDS,
        )
    except subprocess.CalledProcessError as ended:
        log.exception("the doctor ended with %d", ended.returncode)
        raise _busy() from None
    except subprocess.TimeoutExpired:
        raise _busy() from None
    finally:
        _AT_WORK.release()
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _busy() -> Problem:
    return Problem(
        "doctor-busy",
        status=503,
        title=("Pemeriksaan tidak dapat dijalankan sekarang.", "The doctor cannot look just now."),
        headers={"Retry-After": "10"},
    )
