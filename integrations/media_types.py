"""What kind of document a file is, by its bytes alone: PDF, JPEG, PNG, or nothing that is taken."""

from __future__ import annotations

import os
import struct
from typing import BinaryIO

SIGNATURES = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
)
LOOKED_AT = 64 * 1024
# Readers of PDF look so far for its beginning and its end (ISO 32000-1, annex H), browsers about so far
# for signs of a web page.
FOUND_WITHIN = 1024
SIGNS_OF_A_PAGE = (b"<html", b"<!doctype html", b"<script", b"<svg", b"<body", b"<iframe")
PDF_START, PDF_END, ZIP_END = b"%PDF-", b"%%EOF", b"PK\x05\x06"
ZIP_END_LENGTH = 22


def media_type_of(file: BinaryIO) -> str | None:
    """PDF, JPEG or PNG by the first bytes, whatever the sender called it; None for everything else, and
    for what is at the same time something else (a polyglot): a second beginning, a web page, an archive,
    or much behind a PDF's end. Leaves the file at its beginning.
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - LOOKED_AT))
    end = file.read(LOOKED_AT)
    file.seek(0)
    start = file.read(FOUND_WITHIN)
    file.seek(0)
    found = next((media_type for magic, media_type in SIGNATURES if start.startswith(magic)), None)
    if found is None or _is_a_page(start) or _is_an_archive(end):
        return None
    if PDF_START in start[1:] or (found == "application/pdf" and _goes_on_after_its_end(end)):
        return None
    return found


def _is_a_page(start: bytes) -> bool:
    text = start.lower()
    return any(sign in text for sign in SIGNS_OF_A_PAGE)


def _goes_on_after_its_end(end: bytes) -> bool:
    """A PDF without any end is broken and not yet something else: whoever verifies it sees that."""
    return PDF_END in end and PDF_END not in end[-FOUND_WITHIN:]


def _is_an_archive(end: bytes) -> bool:
    """Whether a ZIP's directory ends here; its record says how long the comment behind it is."""
    place = end.rfind(ZIP_END)
    while place >= 0:
        record = end[place : place + ZIP_END_LENGTH]
        behind = len(end) - place - ZIP_END_LENGTH
        if len(record) == ZIP_END_LENGTH and struct.unpack("<H", record[20:])[0] == behind:
            return True
        place = end.rfind(ZIP_END, 0, place)
    return False
