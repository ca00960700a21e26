"""Decrees as files, by right: the signed one, and statements to be signed by hand."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from fastapi.responses import StreamingResponse
from sqlalchemy import Connection
from starlette.responses import Response

from api.cases import visible_case
from api.credentials import Caller, CallerDep
from api.documents import may_read, streamed
from api.problems import Problem, responses
from api.purposes import PurposeDep, reading
from api.sight import sight_of
from api.views import as_id
from api.wiring import Services, ServicesDep
from decrees.content import statement_pages
from decrees.pages import CannotPrint, printed
from decrees.words import words_of
from policies.library import HERE
from projections import decree_files, documents, employees
from projections.action_state import state_of
from relay.decree_facts import DecreeReader, NotThere
from relay.statement_facts import StatementReader

router = APIRouter(prefix="/v1", tags=["decrees"])

PDF: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "PDF/A-2b.",
        "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
    }
}
EXAMPLE = "3f0c9a6e-1d2b-4c5d-8e7f-9a0b1c2d3e4f"


@router.get(
    "/decrees/{decree_id}/document",
    response_class=StreamingResponse,
    responses={**PDF, **responses(409)},
    summary="A decree's signed file",
)
def signed_file(
    services: ServicesDep,
    caller: CallerDep,
    decree_id: Annotated[str, Path(max_length=64, examples=[EXAMPLE])],
    purpose: PurposeDep = None,
) -> StreamingResponse:
    """For whoever may see the case, or the person's file; the reading is recorded. A case's decree has the
    case's id. `409 decree-not-signed` while the file is being made.
    """
    with services.reading() as connection:
        row = decree_files.by_id(connection, as_id(decree_id))
        if row is None or not _may_read(services, connection, caller, row):
            raise Problem("not-found")
        if row["document_id"] is None:
            raise Problem("decree-not-signed")
        document = documents.by_id(connection, row["document_id"])
    assert document is not None  # it was filed with its signature
    answer = streamed(services, document)
    reading(services, caller, row["person_id"], "documents", purpose)
    return answer


@router.get(
    "/statements/{name}", responses={**PDF, **responses()}, summary="A statement to be signed by hand"
)
def statement(
    services: ServicesDep,
    caller: CallerDep,
    name: Annotated[Literal["inauguration", "duty_statement", "annulment"], Path()],
    action_id: Annotated[list[str], Query(min_length=1, max_length=100, examples=[[EXAMPLE]])],
    purpose: PurposeDep = None,
) -> Response:
    """Minutes of an inauguration with the oath (*Berita Acara*), statement of taking up duty (SPMT), text of
    an annulment; over several cases one statement with an attached list. `404` unless every case has a
    decree and the caller may see it. The readings are recorded.
    """
    with services.reading() as connection:
        wanted = dict.fromkeys(as_id(each) for each in action_id)
        states = [visible_case(services, connection, caller, each)[0] for each in wanted]
        view = services.view(connection)
        installation = services.installation
        facts = DecreeReader(services.reader, installation.sealing_key, installation.settings.pages_address)
        city = words_of(HERE, installation.settings.agency)
        try:
            found = StatementReader(facts).of(connection, name, states, services.today(view))
        except NotThere:
            raise Problem("not-found") from None
    for state in states:
        reading(services, caller, state.subject_id, "documents", purpose)
    try:
        content = printed("statement", statement_pages(found, city), city.folder)
    except CannotPrint:
        raise Problem("document-unreadable") from None
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.pdf"',
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, media_type="application/pdf", headers=headers)


def _may_read(services: Services, connection: Connection, caller: Caller, row: dict[str, Any]) -> bool:
    """Whoever may see the case of the decree, or a document of the person's file."""
    state = state_of(connection, row["action_id"]) if row["action_id"] else None
    if state is not None and sight_of(services, connection, caller).may_see(state):
        return True
    owner = employees.by_id(connection, row["person_id"])
    document = {"document_id": row["document_id"]}
    return owner is not None and may_read(services, connection, caller, document, owner)
