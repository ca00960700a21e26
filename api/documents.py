"""Documents of people's files: filed once, found by hash, handed out as they came."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, File, Form, Header, Request, UploadFile
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool

from api.credentials import Caller, CallerDep
from api.document_views import DOCUMENT, DocumentList, completeness_view, document_view
from api.idempotency import REPLAY, IdempotencyKey, identify
from api.problems import Problem, language_of, responses
from api.purposes import PurposeDep, reading
from api.sight import sight_of
from api.views import answer, as_id, receipt_view
from api.visibility import viewer_for, visible_person
from api.wiring import Services, ServicesDep
from domain.authorization import may_file_document, may_see_person
from domain.commands import FileDocument
from domain.personnel_file import DOCUMENT_TYPE, NEWEST_DOCUMENT, OLDEST_DOCUMENT, completeness
from integrations.media_types import media_type_of
from integrations.object_store import CHUNK, ObjectMissing, ObjectTooLarge, StoredObject, chunks
from projections import action_state, documents, employees, register

router = APIRouter(prefix="/v1", tags=["documents"])

UNSAFE = re.compile(r"[^\w .,()+-]+")
FILED_ONLY = (
    "id",
    "document_type",
    "media_type",
    "size_bytes",
    "sha256",
    "file_name",
    "filed_at",
    "issued_on",
)
EXAMPLE = {key: DOCUMENT[key] for key in FILED_ONLY}
Language = Annotated[str | None, Header(alias="Accept-Language", max_length=255, examples=["id"])]
DocumentType = Annotated[
    str,
    Form(
        min_length=1,
        max_length=64,
        pattern=DOCUMENT_TYPE,
        description="What it is, such as SK_PANGKAT, IJAZAH, or SIASN's number: one word, never a name.",
    ),
]


class FiledDocument(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    id: str
    document_type: str
    media_type: str
    size_bytes: int
    sha256: str
    file_name: str | None
    filed_at: str
    issued_on: str | None


class DocumentReceipt(FiledDocument):
    receipt: dict[str, Any] = Field(description="Evidence that the ledger has it.")


@router.post(
    "/employees/{nip}/documents",
    status_code=201,
    response_model=DocumentReceipt,
    responses=responses(413, 415),
    summary="Put a document into a file",
)
async def file_document(
    nip: str,
    request: Request,
    services: ServicesDep,
    caller: CallerDep,
    file: Annotated[UploadFile, File(description="A PDF, JPEG or PNG.")],
    document_type: DocumentType,
    issued_on: Annotated[
        date | None,
        Form(ge=OLDEST_DOCUMENT, le=NEWEST_DOCUMENT, description="The date on the document, if it has one."),
    ] = None,
    idempotency_key: IdempotencyKey = None,
) -> Any:
    """For the person, for those who may ask for the person's transfer, and for keys with
    `documents:write`. What the bytes are decides, not what they are called: `415` for anything else.
    """
    person_id = await run_in_threadpool(_owner_to_file_for, services, caller, nip)
    stored, media_type = await run_in_threadpool(_store, services, file)
    file_name = _plain_name(file.filename)
    asked = {"sha256": stored.sha256, "document_type": document_type, "file_name": file_name}
    if issued_on is not None:
        asked["issued_on"] = issued_on.isoformat()
    identity = identify(request, caller, idempotency_key, asked)
    command = FileDocument(
        command_id=identity.command_id,
        actor=caller.actor,
        document_id=identity.made("document"),
        person_id=person_id,
        document_type=document_type,
        media_type=media_type,
        size_bytes=stored.size_bytes,
        sha256=stored.sha256,
        file_name=file_name,
        issued_on=issued_on,
    )
    result = await run_in_threadpool(services.ledger.execute, command, body_hash=identity.body_hash)
    assert result.receipt is not None  # filing is never a command that changes nothing
    await run_in_threadpool(_store_again, services, file, stored)
    body = {
        "id": command.document_id,
        "document_type": document_type,
        "media_type": media_type,
        "size_bytes": stored.size_bytes,
        "sha256": stored.sha256,
        "file_name": file_name,
        "filed_at": result.receipt.recorded_at,
        "issued_on": issued_on.isoformat() if issued_on else None,
        "receipt": receipt_view(result.receipt),
    }
    headers = {"Location": f"/v1/documents/{command.document_id}/content"}
    return answer(body, 201, headers=headers | ({REPLAY: "true"} if result.replayed else {}))


@router.get(
    "/employees/{nip}/documents",
    response_model=DocumentList,
    responses=responses(),
    summary="The documents of a file",
)
def list_documents(
    nip: str,
    services: ServicesDep,
    caller: CallerDep,
    purpose: PurposeDep = None,
    accept_language: Language = None,
) -> dict[str, Any]:
    """What lies in the file, and `completeness`: each document that the person's kind of employment
    requires, whether it is verified, unverified, expired, rejected or missing.
    """
    with services.reading() as connection:
        row = visible_person(connection, viewer_for(services, connection, caller), nip)
        found = documents.of_person(connection, row["person_id"])
        view = services.view(connection)
    reading(services, caller, row["person_id"], "documents", purpose)
    day = services.today(view)
    policy = view.policy_in_force(day).personnel_file
    required = completeness(view.agency.people[row["person_id"]], view.files, policy, day)
    return {
        "items": [document_view(item, view.files, policy, day) for item in found],
        "completeness": completeness_view(required, day, language_of(accept_language)),
        "next": None,
    }


@router.get(
    "/documents/{document_id}/content",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "The bytes as they were filed.",
            "content": {
                media_type: {"schema": {"type": "string", "format": "binary"}}
                for media_type in ("application/pdf", "image/jpeg", "image/png")
            },
        },
        **responses(),
    },
    summary="A document's bytes",
)
def content(
    document_id: str, services: ServicesDep, caller: CallerDep, purpose: PurposeDep = None
) -> StreamingResponse:
    """As an attachment; checked against the hash in the ledger before the first byte is sent."""
    with services.reading() as connection:
        document = documents.by_id(connection, as_id(document_id))
        owner = employees.by_id(connection, document["person_id"]) if document else None
        if document is None or owner is None or not may_read(services, connection, caller, document, owner):
            raise Problem("not-found")
    answer = streamed(services, document)
    reading(services, caller, owner["person_id"], "documents", purpose)
    return answer


def streamed(services: Services, document: dict[str, Any]) -> StreamingResponse:
    """The bytes of a document as they were filed, to be saved. Raises a 503 where the store has others."""
    try:
        pieces = chunks(services.installation.documents, document["sha256"])
    except ObjectMissing:
        raise Problem("document-unreadable") from None
    name = quote(document["file_name"] or "document")
    return StreamingResponse(
        pieces,
        media_type=document["media_type"],
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{name}",
            "Content-Length": str(document["size_bytes"]),
            "X-Content-Type-Options": "nosniff",
        },
    )


def may_read(
    services: Services,
    connection: Connection,
    caller: Caller,
    document: dict[str, Any],
    owner: dict[str, Any],
) -> bool:
    """Whoever may see the person's file, and whoever may see a case that rests on the document."""
    viewer = viewer_for(services, connection, caller)
    if may_see_person(viewer, owner["unit_id"], owner["person_id"]):
        return True
    sight = sight_of(services, connection, caller)
    states = action_state.states_of(connection, register.of_subject(connection, owner["person_id"]))
    return any(
        document["document_id"] in state.document_ids and sight.may_see(state) for state in states.values()
    )


def _owner_to_file_for(services: Services, caller: Caller, nip: str) -> str:
    """The file's owner; a 404 for whom the caller may not see, a 403 for whom they may only see."""
    with services.reading() as connection:
        viewer = viewer_for(services, connection, caller)
        if caller.person_id is None:
            caller.require_scope("documents:write")
            row = employees.by_nip(connection, nip) if nip.isdigit() else None
            if row is None:
                raise Problem("not-found")
        else:
            row = visible_person(connection, viewer, nip)
    if not may_file_document(viewer, row["unit_id"], row["person_id"]):
        raise Problem("not-permitted")
    return str(row["person_id"])


def _store(services: Services, file: UploadFile) -> tuple[StoredObject, str]:
    """The upload in the store, with its media type. Raises 413 and 415, 422 for an empty one, 503 where
    other bytes lie under its name.
    """
    source = file.file
    if not source.read(1):
        raise Problem("invalid-request", errors=[{"field": "file", "in": "body", "message": "it is empty"}])
    media_type = media_type_of(source)
    if media_type is None:
        raise Problem(
            "unsupported-media-type",
            title=("Hanya PDF, JPEG atau PNG.", "Only PDF, JPEG or PNG."),
        )
    limit = services.installation.settings.document_limit_mb * 2**20
    try:
        with services.installation.documents.receive(limit) as arrival:
            while piece := source.read(CHUNK):
                arrival.write(piece)
            return arrival.finish(), media_type
    except ObjectTooLarge:
        raise Problem("body-too-large") from None
    except ObjectMissing:
        raise Problem("document-unreadable") from None


def _store_again(services: Services, file: UploadFile, stored: StoredObject) -> None:
    """Where the erasure of somebody with the same document took the bytes away before ours was filed."""
    if not services.installation.documents.has(stored.sha256):
        file.file.seek(0)
        _store(services, file)


def _plain_name(name: str | None) -> str:
    """The file's own name without folders and without what no file name needs, at most 120 characters."""
    last = (name or "").replace("\\", "/").rpartition("/")[2]
    return UNSAFE.sub("_", last).strip(" .")[-120:] or "document"
