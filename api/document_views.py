"""How documents and the state of a personnel file look to those outside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from domain.document_events import Verdict
from domain.personnel_file import DocumentState, FiledDocument, PersonnelFiles, Requirement, state_of
from domain.policy import FilePolicy

DOCUMENT: dict[str, Any] = {
    "id": "2f1d7a3e-2a5c-5b0e-9a53-5f7b7b1f5b0e",
    "document_type": "SK_PANGKAT",
    "media_type": "application/pdf",
    "size_bytes": 48211,
    "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "file_name": "sk-pangkat.pdf",
    "filed_at": "2026-11-24T02:00:00.000000Z",
    "issued_on": "2024-04-01",
    "state": "verified",
    "verdict": "accepted",
    "valid_until": None,
    "reason": None,
    "verified_at": "2026-11-24T03:00:00.000000Z",
    "version": 2,
}
STORED = tuple(key for key in DOCUMENT if key not in ("id", "state"))
COUNTS: dict[str, Any] = {
    "required": 8,
    "verified": 5,
    "unverified": 1,
    "expired": 1,
    "rejected": 0,
    "missing": 1,
}
REQUIREMENT: dict[str, Any] = {
    "document_type": "SK_JABATAN",
    "name": "SK Jabatan terakhir",
    "siasn_id": 872,
    "state": "missing",
    "document_id": None,
    "valid_until": None,
}
COMPLETENESS: dict[str, Any] = {"as_of": "2026-11-24", "complete": False} | COUNTS | {"types": [REQUIREMENT]}
TOTALS: dict[str, Any] = {"unit_id": "OPD-07", "unit_name": "Dinas Kesehatan", "people": 412, "complete": 97}


class FiledDocumentView(BaseModel):
    """`state` is what the document is worth today; `verdict` what an officer last said of it."""

    model_config = ConfigDict(json_schema_extra={"examples": [DOCUMENT]})

    id: str
    document_type: str
    media_type: str
    size_bytes: int
    sha256: str
    file_name: str | None
    filed_at: str
    issued_on: str | None
    state: DocumentState
    verdict: Verdict | None
    valid_until: str | None
    reason: str | None
    verified_at: str | None
    version: int


class RequirementView(BaseModel):
    document_type: str
    name: str
    siasn_id: int | None
    state: DocumentState
    document_id: str | None
    valid_until: str | None


class Counts(BaseModel):
    required: int
    verified: int
    unverified: int
    expired: int
    rejected: int
    missing: int


class Completeness(Counts):
    """What the person's kind of employment requires and how each stands; counts are of types."""

    model_config = ConfigDict(json_schema_extra={"examples": [COMPLETENESS]})

    as_of: str
    complete: bool = Field(description="Every required document is verified and counts today.")
    types: list[RequirementView]


class DocumentList(BaseModel):
    items: list[FiledDocumentView]
    completeness: Completeness
    next: None = Field(default=None, description="The whole file comes at once.")


class UnitTotals(Counts):
    """Sums over the people of an apparatus; `complete` counts people whose whole file is verified."""

    model_config = ConfigDict(json_schema_extra={"examples": [TOTALS | COUNTS]})

    unit_id: str | None
    unit_name: str | None
    people: int
    complete: int


class AgencyTotals(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "as_of": "2026-11-24",
                    "total": TOTALS | COUNTS | {"unit_id": None, "unit_name": None},
                    "items": [TOTALS | COUNTS],
                    "next": None,
                }
            ]
        }
    )

    as_of: str
    total: UnitTotals
    items: list[UnitTotals]
    next: None = Field(default=None, description="All units come at once.")


def document_view(
    row: dict[str, Any], files: PersonnelFiles, policy: FilePolicy, day: date
) -> dict[str, Any]:
    known: FiledDocument | None = files.documents.get(row["document_id"])
    state = state_of(known, policy, day) if known else DocumentState.UNVERIFIED
    return {"id": row["document_id"], **{key: row[key] for key in STORED}, "state": state.value}


def counts(requirements: Iterable[Requirement]) -> dict[str, int]:
    states = Counter(item.state for item in requirements)
    return {"required": states.total()} | {state.value: states[state] for state in DocumentState}


def completeness_view(requirements: list[Requirement], day: date, language: str) -> dict[str, Any]:
    types = [
        {
            "document_type": item.code,
            "name": item.type.name_id if language == "id" else item.type.name_en,
            "siasn_id": item.type.siasn_id,
            "state": item.state.value,
            "document_id": item.document.id if item.document else None,
            "valid_until": item.valid_until.isoformat() if item.valid_until else None,
        }
        for item in requirements
    ]
    return {
        "as_of": day.isoformat(),
        "complete": is_complete(requirements),
        **counts(requirements),
        "types": types,
    }


def is_complete(requirements: Iterable[Requirement]) -> bool:
    return all(item.state is DocumentState.VERIFIED for item in requirements)
