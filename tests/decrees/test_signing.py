"""Signatures on decrees: what others accept, PDF/A still, and what is not taken from a signer."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import BytesIO
from pathlib import Path
from typing import ClassVar

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from decrees.bsre import BsreKey
from decrees.signing import DecreeSigner, NotSigned, SigningUnavailable, signed
from decrees.software_key import SoftwareKey, key_from_files, own_key
from decrees.token_key import TokenKey
from domain.decree_events import KeyKind
from tests.decrees.conftest import Desk, against_pdf_a

NOW = datetime(2026, 11, 24, tzinfo=UTC)
NIK, PASSPHRASE, LOGIN = "3673010101700001", "rahasia", "esign:sandi"


@pytest.fixture(scope="session")
def key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys") / "own" / "decree.pem"


@pytest.fixture(scope="session")
def key(key_file: Path) -> SoftwareKey:
    return own_key(key_file, "Pemerintah Kota Serang", NOW)


def test_a_signed_decree_is_accepted_by_others_and_is_still_pdf_a(
    desk: Desk, key: SoftwareKey, tmp_path: Path
) -> None:
    """By pdfsig (Poppler, NSS) and by pyHanko's validator, told to trust the certificate."""
    pages = desk.pages()
    file = signed(pages, key)
    (tmp_path / "sk.pdf").write_bytes(file.pdf)
    pdfsig = shutil.which("pdfsig")
    assert pdfsig is not None, "poppler-utils is missing: .ci/run installs it"
    said = subprocess.run([pdfsig, tmp_path / "sk.pdf"], check=True, capture_output=True, text=True).stdout
    assert "Signature is Valid." in said
    assert "Total document signed" in said
    assert "ETSI.CAdES.detached" in said
    signature = PdfFileReader(BytesIO(file.pdf)).embedded_signatures[0]
    trusted = ValidationContext(trust_roots=[signature.signer_cert], allow_fetching=False)
    status = validate_pdf_signature(signature, signer_validation_context=trusted)
    assert status.bottom_line
    assert against_pdf_a(file.pdf) == []
    assert file.pdf.startswith(pages), "the pages stay byte for byte what they were"


def test_an_altered_decree_is_not_accepted(desk: Desk, key: SoftwareKey) -> None:
    file = signed(desk.pages(), key).pdf
    place = file.index(b"/MediaBox") + 11
    altered = file[:place] + b"1" + file[place + 1 :]
    signature = PdfFileReader(BytesIO(altered)).embedded_signatures[0]
    trusted = ValidationContext(trust_roots=[signature.signer_cert], allow_fetching=False)
    assert not validate_pdf_signature(signature, signer_validation_context=trusted).intact


def test_the_own_key_is_made_once_and_for_its_owner_alone(key: SoftwareKey, key_file: Path) -> None:
    first = key_file.read_bytes()
    own_key(key_file, "Kota", NOW)
    assert key_file.read_bytes() == first
    assert key_file.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in key_file.parent.iterdir()] == [key_file.name]
    assert key_from_files(key_file, key_file, None).key == "software"
    with pytest.raises(SigningUnavailable):
        key_from_files(key_file.with_name("none.pem"), key_file, None)


def test_what_is_not_our_pages_with_one_sound_signature_is_not_taken(desk: Desk, key: SoftwareKey) -> None:
    pages = desk.pages()
    other = key.sign(desk.of(name="Orang Lain"))
    for answer in (pages, other, key.sign(pages)[:-2000] + b"x" * 2000, pages + b"%%EOF"):
        with pytest.raises(NotSigned):
            signed(pages, Answering(answer))


def test_a_token_without_its_package_waits(desk: Desk, tmp_path: Path) -> None:
    """No token was at hand: all that is tried is that a missing one leaves the decree waiting."""
    token = TokenKey(tmp_path / "lib.so", "bsre", "wali kota", tmp_path / "pin")
    with pytest.raises(SigningUnavailable):
        signed(desk.pages(), token)


class Answering:
    """A signer that gives back whatever it was told to."""

    key: KeyKind = "bsre"

    def __init__(self, answer: bytes) -> None:
        self._answer = answer

    def sign(self, _: bytes) -> bytes:
        return self._answer


class EmulatedBsre(BaseHTTPRequestHandler):
    """BSrE's service as published clients of agencies call it. ASSUMED throughout: nobody here has seen its
    documentation or asked it anything; status codes and words of refusals most of all.
    """

    signer: ClassVar[DecreeSigner]
    broken: ClassVar[str] = ""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        login = base64.b64decode(self.headers["Authorization"].removeprefix("Basic ")).decode()
        if self.path != "/api/v2/sign/pdf" or login != LOGIN:
            return self._answer(401, {"error": "Unauthorized"})
        if (body["nik"], body["passphrase"]) != (NIK, PASSPHRASE):
            return self._answer(400, {"status_code": 2031, "error": "Passphrase anda salah"})
        if self.broken:
            return self._answer(200, {"time": 1, self.broken: []})
        files = [base64.b64encode(self.signer.sign(base64.b64decode(each))).decode() for each in body["file"]]
        return self._answer(200, {"time": 12, "file": files})

    def _answer(self, status: int, body: dict[str, object]) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def service(key: SoftwareKey) -> Iterator[str]:
    EmulatedBsre.signer, EmulatedBsre.broken = key, ""
    server = HTTPServer(("127.0.0.1", 0), EmulatedBsre)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def bsre(origin: str, folder: Path, passphrase: str = PASSPHRASE) -> BsreKey:
    for name, secret in (("password", "sandi"), ("nik", NIK), ("passphrase", passphrase)):
        (folder / name).write_text(f"{secret}\n")
    return BsreKey(origin, "esign", folder / "password", folder / "nik", folder / "passphrase")


def test_the_signing_service_signs_and_what_it_refuses_waits(
    desk: Desk, service: str, tmp_path: Path
) -> None:
    pages = desk.pages()
    file = signed(pages, bsre(service, tmp_path))
    assert against_pdf_a(file.pdf) == []
    with pytest.raises(SigningUnavailable, match="400") as refused:
        signed(pages, bsre(service, tmp_path, "salah"))
    assert NIK not in str(refused.value)
    with pytest.raises(SigningUnavailable):
        signed(pages, bsre("http://127.0.0.1:9", tmp_path))
    EmulatedBsre.broken = "file"
    with pytest.raises(NotSigned):
        signed(pages, bsre(service, tmp_path))
    with pytest.raises(ValueError, match="https"):
        bsre("http://esign.example.go.id", tmp_path)
