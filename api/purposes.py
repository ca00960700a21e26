"""Reading a part of somebody's file, for a purpose where the policy demands one."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from api.credentials import Caller
from api.problems import Problem
from api.wiring import Services
from domain.personal_data_policy import FilePart

STATED = r"^[^\x00-\x1f]*\S[^\x00-\x1f]*$"

PurposeDep = Annotated[
    str | None,
    Query(
        min_length=3,
        max_length=500,
        pattern=STATED,
        description="What it is read for; recorded, sealed. `422 purpose-required` where policy wants it.",
        examples=["Verifikasi usul mutasi"],
    ),
]


def reading(services: Services, caller: Caller, subject_id: str, what: FilePart, purpose: str | None) -> None:
    """Record that the caller reads `what` of the subject's file. With a purpose it is recorded before the
    answer, else queued (decision 0014). One's own file needs neither. Raises a 422, LedgerUnavailable.
    """
    if caller.person_id == subject_id:
        return
    if purpose is not None:
        services.access_log.record(caller.actor, subject_id, what, purpose)
        return
    with services.reading() as connection:
        view = services.view(connection)
        if what in view.policy_in_force(services.today(view)).personal_data.access.purpose_required:
            raise Problem("purpose-required")
    services.access_log.note(caller.actor, subject_id, what, services.now())
