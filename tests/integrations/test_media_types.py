"""What a document is, its bytes say: not its name, and not half of them."""

from __future__ import annotations

import io
import zipfile

import pytest

from integrations.media_types import media_type_of

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\nstartxref\n9\n%%EOF\n"
JPEG = b"\xff\xd8\xff\xe1\x00\x10Exif\x00\x00" + bytes(100) + b"\xff\xd9"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(20) + b"\x00\x00\x00\x00IEND\xaeB`\x82"


def told(content: bytes) -> str | None:
    return media_type_of(io.BytesIO(content))


def an_archive(comment: bytes = b"") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("program.class", b"x" * 2000)
        archive.comment = comment
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (PDF, "application/pdf"),
        (PDF + PDF[9:], "application/pdf"),  # signed later, by an incremental update
        (PDF + b"\r\n\x00", "application/pdf"),
        (JPEG, "image/jpeg"),
        (JPEG + b"MPF of a telephone", "image/jpeg"),
        (PNG, "image/png"),
    ],
)
def test_scans_and_letters_as_they_come(content: bytes, media_type: str) -> None:
    assert told(content) == media_type


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"MZ\x90\x00",
        b"GIF89a",
        b"<html>%PDF-1.7",
        b" %PDF-1.7",
        an_archive(),
        b"PK\x03\x04 docx",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 doc",
        b"<?xml version='1.0'?><svg/>",
    ],
)
def test_what_is_none_of_the_three_is_not_taken_whatever_it_is_called(content: bytes) -> None:
    assert told(content) is None


@pytest.mark.parametrize("picture", [JPEG, PNG])
def test_a_picture_that_is_a_letter_too_is_neither(picture: bytes) -> None:
    assert told(picture[:12] + PDF + picture[12:]) is None


@pytest.mark.parametrize("start", [PDF, JPEG, PNG])
def test_a_document_that_is_an_archive_too_is_not_taken(start: bytes) -> None:
    assert told(start + an_archive()) is None
    # The archive's comment can hold the letter's end, so that both ends look right.
    assert told(start + an_archive(comment=b"\nstartxref\n0\n%%EOF\n")) is None


@pytest.mark.parametrize("page", [b"<HTML>", b"<!DOCTYPE html>", b"<script>", b"<svg onload=x>"])
@pytest.mark.parametrize("start", [PDF, JPEG, PNG])
def test_a_document_that_a_browser_may_take_for_a_page_is_not_taken(start: bytes, page: bytes) -> None:
    assert told(start[:12] + page + start[12:]) is None


def test_a_letter_with_much_behind_its_end_is_not_taken() -> None:
    assert told(PDF + bytes(2000)) is None


def test_the_word_of_an_archive_inside_a_scan_is_no_archive() -> None:
    assert told(b"%PDF-1.7 stream PK\x05\x06" + bytes(16) + b"\xff\x00 endstream\n%%EOF") == "application/pdf"


def test_the_file_is_left_at_its_beginning() -> None:
    file = io.BytesIO(PDF)
    media_type_of(file)
    assert file.read() == PDF
