"""Timestamps of a third party (RFC 3161): that a note existed at a moment, by another clock than ours."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from cryptography.x509 import Certificate, load_pem_x509_certificates

from proofs.errors import TimestampRejected

if TYPE_CHECKING:
    from rfc3161_client import TimeStampResponse

GRANTED = 0


def timestamp_request(note: bytes) -> tuple[bytes, int]:
    """The query for `note` in DER, and its nonce, which the answer must bear."""
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder  # noqa: PLC0415  (few installations ask)

    builder = TimestampRequestBuilder().data(note).hash_algorithm(HashAlgorithm.SHA256)
    request = builder.cert_request(cert_request=True).nonce(nonce=True).build()
    assert request.nonce is not None
    return request.as_bytes(), request.nonce


def check_answer(answer: bytes, note: bytes, nonce: int) -> datetime:
    """The moment in an answer to our own query; whose signature it is, is not looked at.

    Raises TimestampRejected.
    """
    response = _decoded(answer)
    if response.status != GRANTED:
        raise TimestampRejected(f"the authority answers with status {response.status}")
    info = response.tst_info
    if info.nonce != nonce or info.message_imprint.message != sha256(note).digest():
        raise TimestampRejected("it answers another query")
    return _moment(info.gen_time)


def verify_timestamp(answer: bytes, note: bytes, roots: Sequence[Certificate]) -> datetime:
    """The moment at which an authority under `roots` saw `note`. Raises TimestampRejected."""
    from rfc3161_client import VerificationError, VerifierBuilder  # noqa: PLC0415

    response = _decoded(answer)
    builder = VerifierBuilder(roots=list(roots))
    try:
        builder.build().verify_message(response, note)
    except (VerificationError, ValueError) as error:
        raise TimestampRejected(str(error).rstrip(".")) from error
    return _moment(response.tst_info.gen_time)


def read_certificates(pem: bytes) -> list[Certificate]:
    """The certificates in a PEM file. Raises ValueError without any."""
    return load_pem_x509_certificates(pem)


def _decoded(answer: bytes) -> TimeStampResponse:
    from rfc3161_client import decode_timestamp_response  # noqa: PLC0415

    try:
        return decode_timestamp_response(answer)
    except ValueError as error:
        raise TimestampRejected("it is no answer of RFC 3161") from error


def _moment(given: datetime) -> datetime:
    return given if given.tzinfo is not None else given.replace(tzinfo=UTC)
