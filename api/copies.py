"""A copy of everything held about a person, for the person and the offices that hand such copies out."""

from __future__ import annotations

import threading
from functools import partial
from typing import BinaryIO

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from api.credentials import CallerDep
from api.problems import Problem, responses
from api.purposes import PurposeDep
from api.visibility import viewer_for, visible_person
from api.wiring import ServicesDep
from api.zip_files import described, zip_file
from integrations.object_store import whole
from subject_access.copy_of_file import write_copy

router = APIRouter(prefix="/v1/employees", tags=["personal data"])

OWN = "salinan sendiri / own copy"
# Each reads the whole ledger once.
_ONE_AT_A_TIME = threading.BoundedSemaphore(1)
FILE = described("A zip with README.txt, person.json, records, rows and documents.")


@router.get(
    "/{nip}/copy",
    response_class=StreamingResponse,
    responses=FILE | responses(),
    summary="Everything held about a person in one file",
)
def copy_of_file(
    nip: str, services: ServicesDep, caller: CallerDep, purpose: PurposeDep = None
) -> StreamingResponse:
    """For the person, and with a purpose for the offices of `personal_data.access.copies_by`: register,
    talent, evaluations, cases, documents with their bytes, readings of the file, and under which duty it is
    kept. Recorded before it is handed out, the person's own copy too. `503 copy-busy` while another is made.
    """
    with services.reading() as connection:
        viewer = viewer_for(services, connection, caller)
        person_id = str(visible_person(connection, viewer, nip)["person_id"])
        view = services.view(connection)
        today = services.today(view)
        offices = view.policy_in_force(today).personal_data.access.copies_by
        hands_out = caller.person_id is not None and view.offices(today).holds_any(
            caller.person_id, offices, today
        )
    own = caller.person_id == person_id
    if not own and not hands_out:
        raise Problem("not-permitted")
    if not own and purpose is None:
        raise Problem("purpose-required")
    if not _ONE_AT_A_TIME.acquire(blocking=False):
        raise Problem("copy-busy", headers={"Retry-After": "10"})

    def write(out: BinaryIO) -> None:
        content = partial(whole, services.installation.documents)
        write_copy(services.reader, person_id, view, today, out, content)
        services.access_log.record(caller.actor, person_id, "copy", purpose or OWN)

    try:
        return zip_file(f"person-{person_id}", write)
    finally:
        _ONE_AT_A_TIME.release()
