"""Evidence of one case in one file, for auditors; that they took it is recorded with their purpose."""

from __future__ import annotations

import io
import uuid
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from api.audit import LARGEST, TreeDep
from api.auditors import AuditorDep
from api.problems import Problem, responses
from api.views import as_id
from api.visibility import viewer_for
from api.wiring import ServicesDep
from domain.authorization import may_see_person
from domain.commands import RecordPersonalDataRead
from evidence.bundle import NoSuchCase, NoSuchSize, Terms, write_bundle
from integrations.object_store import whole
from projections import action_state, employees

router = APIRouter(prefix="/v1/audit", tags=["audit"])

ZIP = "application/zip"
FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The bundle; `verify_bundle.py` in it says how to check it.",
        "content": {ZIP: {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.get(
    "/bundles/{action_id}",
    response_class=Response,
    responses=FILE | responses(),
    summary="Evidence of one personnel action in one file",
)
def bundle(
    action_id: str,
    services: ServicesDep,
    caller: AuditorDep,
    tree: TreeDep,
    purpose: Annotated[
        str,
        Query(
            min_length=3,
            max_length=500,
            pattern=r"^[^\x00-\x1f]*\S[^\x00-\x1f]*$",
            description="What it is for; recorded, sealed, before the file is handed out.",
            examples=["Pemeriksaan khusus 2026/11"],
        ),
    ],
    checkpoint_size: Annotated[
        int | None,
        Query(ge=1, le=LARGEST, description="A tree size that you already trust: a consistency proof."),
    ] = None,
) -> Response:
    """For the audit offices and keys with `audit:read`: records, proofs, the signed checkpoint, policy
    texts and a verifier. Fact sheets and documents are in it for those who may see the person's file
    (a key needs `employees:read` too). `422` when the ledger never had `checkpoint_size` events.
    """
    with services.reading() as connection:
        viewer = viewer_for(services, connection, caller)
        wanted = as_id(action_id)
        state = action_state.states_of(connection, [wanted]).get(wanted)
        if state is None:
            raise Problem("not-found")
        owner = employees.by_id(connection, state.subject_id)
    opened = may_see_person(viewer, owner["unit_id"] if owner else None, state.subject_id)
    terms = Terms(checkpoint_size, opened, partial(whole, services.installation.documents))
    out = io.BytesIO()
    try:
        write_bundle(services.reader, tree, services.installation.vkeys, wanted, out, terms)
    except NoSuchCase:
        raise Problem("not-found") from None
    except NoSuchSize as error:
        told = {"field": "checkpoint_size", "in": "query", "message": str(error)}
        raise Problem("invalid-request", errors=[told]) from None
    services.ledger.execute(
        RecordPersonalDataRead(
            command_id=str(uuid.uuid4()),
            actor=caller.actor,
            subject_id=state.subject_id,
            what="bundle",
            purpose=purpose,
        )
    )
    headers = {"Content-Disposition": f'attachment; filename="bundle-{wanted}.zip"'}
    return Response(out.getvalue(), media_type=ZIP, headers=headers)
