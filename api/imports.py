"""For operators: rosters and results of talent from a file, tried first, in the operator's name."""

from __future__ import annotations

import tempfile
import threading
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, File, Form, UploadFile
from pydantic import BaseModel, ConfigDict, Field

from api.administration import OperatorDep
from api.idempotency import IdempotencyKey
from api.problems import Problem, responses
from api.wiring import ServicesDep
from enrolment.roster_import import Terms, import_roster
from enrolment.talent_import import import_talent
from roster.reading import UnreadableFile

router = APIRouter(prefix="/v1/administration/imports", tags=["administration"])

XLSX = b"PK\x03\x04"
# One at a time: each compares the whole register.
_AT_WORK = threading.BoundedSemaphore(1)
ISSUE: dict[str, Any] = {"row": 7, "column": "nip", "code": "nip-invalid", "message": "NIP tidak sah"}
REPORT: dict[str, Any] = {
    "rows": 120, "imported": 0, "changed": 3, "unchanged": 116, "errors": [ISSUE], "warnings": [],
    "dry_run": True,
}  # fmt: skip


class Issue(BaseModel):
    """`row` is the line as a spreadsheet shows it."""

    row: int | None
    column: str | None
    code: str
    message: str


class ImportReport(BaseModel):
    """What was, or with `dry_run` would be, registered. With an error nothing is, unless `partial`."""

    model_config = ConfigDict(json_schema_extra={"examples": [REPORT]})

    rows: int
    imported: int
    changed: int
    unchanged: int
    errors: list[Issue]
    warnings: list[Issue]
    dry_run: bool = Field(description="Whether nothing was registered because nothing was to be.")


@router.post(
    "/{kind}",
    response_model=ImportReport,
    responses=responses(403, 413, 415),
    summary="Import a roster or results from a file",
)
def import_file(
    kind: Literal["units", "positions", "employees", "skp", "cact"],
    services: ServicesDep,
    caller: OperatorDep,
    file: Annotated[UploadFile, File(description="CSV or XLSX.")],
    dry_run: Annotated[bool, Form()] = True,  # noqa: FBT002  (a field of the form)
    partial: Annotated[bool, Form()] = False,  # noqa: FBT002  (as above)
    idempotency_key: IdempotencyKey = None,  # noqa: ARG001  (the same file again changes nothing)
) -> dict[str, Any]:
    """As `jenjang import` does it. All or nothing unless `partial`; the same file twice changes nothing. One
    at a time: `503` while another is read. Documents are imported on the machine, where their folder is.
    """
    if not _AT_WORK.acquire(blocking=False):
        raise _busy()
    try:
        content = file.file.read()
        with tempfile.TemporaryDirectory(prefix="jenjang-import-") as folder:
            path = Path(folder) / ("file.xlsx" if content.startswith(XLSX) else "file.csv")
            path.write_bytes(content)
            terms = Terms(dry_run=dry_run, partial=partial, actor=caller.actor)
            importer: Any = import_talent if kind in ("skp", "cact") else import_roster
            report = importer(services.installation, kind, path, terms)
    except UnreadableFile as unreadable:
        raise Problem(
            "unreadable-file",
            status=422,
            title=("Berkas ini tidak terbaca sebagai CSV atau XLSX.", "The file is neither CSV nor XLSX."),
            detail=str(unreadable),
        ) from None
    finally:
        _AT_WORK.release()
    found: dict[str, Any] = report.as_json()
    return found | {"dry_run": dry_run}


def _busy() -> Problem:
    return Problem(
        "import-running",
        status=503,
        title=("Impor lain sedang berjalan; coba lagi.", "Another import is running; try again."),
        headers={"Retry-After": "30"},
    )
