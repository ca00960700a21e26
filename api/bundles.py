"""Evidence of a case or a query in one file, for auditors; its taking is recorded with their purpose."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache, partial
from typing import Annotated, BinaryIO

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from api.audit import LARGEST, Filter, TreeDep
from api.auditors import AuditorDep, Moment, utc
from api.credentials import Caller
from api.problems import Problem, responses
from api.purposes import STATED
from api.views import as_id
from api.visibility import viewer_for
from api.wiring import Services, ServicesDep
from api.zip_files import described, zip_file
from domain.authorization import may_see_person
from evidence import query as evidence
from evidence.bundle import NoSuchCase, NoSuchSize, Terms, write_bundle
from integrations.object_store import whole
from projections import employees
from projections.audit_search import Filters
from proofs.tree_reader import TreeReader
from review.evidence_query import Taker, evidence_query, record_bundle

router = APIRouter(prefix="/v1/audit", tags=["audit"])

FILE = described("The bundle; `verify_bundle.py` in it says how to check it.")
Purpose = Annotated[
    str,
    Query(
        min_length=3,
        max_length=500,
        pattern=STATED,
        description="What it is for; recorded, sealed, before the file is handed out.",
        examples=["Pemeriksaan khusus 2026/11"],
    ),
]
TrustedSize = Annotated[
    int | None,
    Query(ge=1, le=LARGEST, description="A tree size that you already trust: a consistency proof."),
]

WholeCases = Annotated[bool, Query(description="Also all records of each personnel action that answers.")]
Exhaustive = Annotated[
    bool,
    Query(description="Every record of the time asked about, so that the answers are proven complete."),
]


@router.get(
    "/bundles",
    response_class=StreamingResponse,
    responses=FILE | responses(),
    summary="Evidence of a query in one file",
)
def query_bundle(
    services: ServicesDep,
    caller: AuditorDep,
    tree: TreeDep,
    purpose: Purpose,
    actor: Filter = None,
    type: Filter = None,  # noqa: A002  (as in the search of events)
    stream: Filter = None,
    first: Annotated[Moment, Query(alias="from")] = None,
    last: Annotated[Moment, Query(alias="to")] = None,
    q: Filter = None,
    whole_cases: WholeCases = False,  # noqa: FBT002  (a query parameter has no other form)
    exhaustive: Exhaustive = False,  # noqa: FBT002
    checkpoint_size: TrustedSize = None,
) -> StreamingResponse:
    """For the audit offices and keys with `audit:read`; conditions as in `GET /v1/audit/events`. `422
    bundle-too-large` beyond 10,000 records, 200 cases or 512 MiB of documents. Fact sheets and documents
    are in it of those people whose file the caller may see.
    """
    filters = Filters(
        actor=actor,
        type=type,
        stream=stream,
        first=utc(first, "from") if first else None,
        last=utc(last, "to") if last else None,
        query=q,
    )
    wanted = evidence_query(filters, whole_cases=whole_cases, exhaustive=exhaustive)
    return handed_out(services, caller, tree, wanted, purpose, checkpoint_size, "query")


@router.get(
    "/bundles/{action_id}",
    response_class=StreamingResponse,
    responses=FILE | responses(),
    summary="Evidence of one personnel action in one file",
)
def bundle(
    action_id: str,
    services: ServicesDep,
    caller: AuditorDep,
    tree: TreeDep,
    purpose: Purpose,
    checkpoint_size: TrustedSize = None,
) -> StreamingResponse:
    """For the audit offices and keys with `audit:read`: records, proofs, the signed checkpoint, policy
    texts and a verifier. Fact sheets and documents are in it for those who may see the person's file
    (a key needs `employees:read` too). `422` when the ledger never had `checkpoint_size` events.
    """
    wanted = as_id(action_id)
    return handed_out(services, caller, tree, wanted, purpose, checkpoint_size, wanted)


def handed_out(
    services: Services,
    caller: Caller,
    tree: TreeReader,
    wanted: str | evidence.Query,
    purpose: str | None,
    checkpoint_size: int | None,
    name: str,
) -> StreamingResponse:
    """The bundle, once the ledger has that it was taken; without a purpose of one's own records."""
    content = partial(whole, services.installation.documents)
    terms = Terms(checkpoint_size, _may_open(services, caller), content)

    def write(out: BinaryIO) -> None:
        written = write_bundle(services.reader, tree, services.installation.vkeys, wanted, out, terms)
        if purpose is not None:
            out.seek(0)
            sha256 = hashlib.file_digest(out, "sha256").hexdigest()  # type: ignore[arg-type]
            record_bundle(services.ledger, Taker(caller.actor, purpose), wanted, written, sha256)

    try:
        return zip_file(f"bundle-{name}", write)
    except NoSuchCase:
        raise Problem("not-found") from None
    except NoSuchSize as wrong:
        told = {"field": "checkpoint_size", "in": "query", "message": str(wrong)}
        raise Problem("invalid-request", errors=[told]) from None
    except evidence.TooMuch as wrong:
        raise Problem("bundle-too-large", detail=str(wrong)) from None


def _may_open(services: Services, caller: Caller) -> Callable[[str], bool]:
    """Whose file the caller may see, by the agency of this moment."""
    with services.reading() as connection:
        viewer = viewer_for(services, connection, caller)

    @cache
    def may(person_id: str) -> bool:
        with services.reading() as connection:
            row = employees.by_id(connection, person_id)
        return may_see_person(viewer, row["unit_id"] if row else None, person_id)

    return may
