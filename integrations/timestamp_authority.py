"""Asking a timestamp authority over HTTP (RFC 3161 §3.4)."""

from __future__ import annotations

from integrations.http_call import OutsideUnreachable, call
from proofs.timestamp import check_answer, timestamp_request


def stamp(url: str, note: bytes) -> bytes:
    """The authority's answer over `note`, in DER. Raises OutsideUnreachable, TimestampRejected."""
    request, nonce = timestamp_request(note)
    answer = call("POST", url, request, "application/timestamp-query")
    if answer.status != 200:
        raise OutsideUnreachable(f"{url} answers {answer.status}")
    check_answer(answer.body, note, nonce)
    return answer.body
