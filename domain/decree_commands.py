"""What can be asked about a decree as a file."""

from __future__ import annotations

from pydantic import Field

from domain.commands import Command
from domain.decree_events import SHA256, KeyKind


class RecordDecreeSigned(Command):
    """The process has made and signed a decree's file; fields as in `DecreeSigned`, and what the file is."""

    decree_id: str
    action_id: str | None = None
    list_id: str | None = None
    person_id: str
    number: str
    issued_position: int = Field(ge=0)
    document_id: str
    unsigned_sha256: str = Field(pattern=SHA256)
    signed_sha256: str = Field(pattern=SHA256)
    certificate_sha256: str = Field(pattern=SHA256)
    key: KeyKind
    words_id: str = Field(max_length=100)
    words_sha256: str = Field(pattern=SHA256)
    document_type: str
    size_bytes: int = Field(gt=0)
    file_name: str = Field(max_length=120)
