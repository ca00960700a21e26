"""BSrE's e-sign client service, version 2, as programs of agencies call it: pages in, signed pages back.

Nobody outside an agency sees its documentation; what is here was read from several agencies' published
clients and never tried against the service: `POST /api/v2/sign/pdf` with basic authentication and JSON
(`nik`, `passphrase`, `signatureProperties`, `file` as Base64 in a list), answered `{"time", "file": […]}`.
"""

from __future__ import annotations

import base64
import binascii
import ssl
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx2

from decrees.signing import NotSigned, SigningUnavailable
from domain.decree_events import KeyKind

SIGN = "/api/v2/sign/pdf"
SECONDS = 60.0
LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True)
class BsreKey:
    """The certificate of whoever `nik_file` names, at the service behind `origin`. Secrets are read anew for
    each signature, so that a changed passphrase needs no restart.
    """

    origin: str
    user: str
    password_file: Path
    nik_file: Path
    passphrase_file: Path
    ca_file: Path | None = None
    seconds: float = SECONDS
    key: KeyKind = "bsre"

    def __post_init__(self) -> None:
        parts = urlsplit(self.origin)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise ValueError("BSrE's service is reached by https; http is for this machine only")

    def sign(self, pdf: bytes) -> bytes:
        """Raises SigningUnavailable, also where the service refuses: an expired certificate or a wrong
        passphrase is put right by people, and the decree waits; NotSigned for an answer without a file.
        """
        try:
            body = {
                "nik": _secret(self.nik_file),
                "passphrase": _secret(self.passphrase_file),
                "signatureProperties": [{"tampilan": "INVISIBLE"}],
                "file": [base64.b64encode(pdf).decode()],
            }
            login = httpx2.BasicAuth(self.user, _secret(self.password_file))
            trusted = ssl.create_default_context(cafile=str(self.ca_file) if self.ca_file else None)
            with httpx2.Client(verify=trusted, timeout=self.seconds, trust_env=False) as http:
                answer = http.post(self.origin.rstrip("/") + SIGN, json=body, auth=login)
        except (OSError, httpx2.HTTPError) as error:
            raise SigningUnavailable(f"BSrE's service: {type(error).__name__}") from None
        if answer.status_code != httpx2.codes.OK:
            raise SigningUnavailable(f"BSrE's service answered {answer.status_code}")
        return _file_in(answer)


def _file_in(answer: httpx2.Response) -> bytes:
    try:
        files = answer.json()["file"]
        return base64.b64decode(files[0], validate=True)
    except (ValueError, KeyError, IndexError, TypeError, binascii.Error):
        raise NotSigned("BSrE's service answered without a file") from None


def _secret(file: Path) -> str:
    return file.read_text(encoding="utf-8").strip()
