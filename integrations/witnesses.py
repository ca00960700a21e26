"""Asking a witness: to cosign a checkpoint, or which one of a log it cosigned last (C2SP tlog-witness)."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from integrations.http_call import OutsideUnreachable, call


@dataclass(frozen=True)
class WitnessSays:
    """A witness's answer. `line` is its cosignature; `latest` the size that it cosigned last, where the
    request began from another; `refused`: it does not continue what the witness saw.
    """

    line: str | None = None
    latest: int | None = None
    refused: bool = False
    reason: str = ""


def add_checkpoint(url: str, note: str, old: int, path: Sequence[bytes]) -> WitnessSays:
    """Submit `note` with the consistency proof from `old`. Raises OutsideUnreachable."""
    proof = "".join(f"{base64.b64encode(node).decode()}\n" for node in path)
    answer = call("POST", f"{url.rstrip('/')}/add-checkpoint", f"old {old}\n{proof}\n{note}".encode())
    text = answer.body.decode("utf-8", "replace")
    if answer.status == 200:
        return WitnessSays(line=text)
    if answer.status == 409 and text.strip().isdecimal():
        return WitnessSays(latest=int(text))
    if answer.status >= 500:
        raise OutsideUnreachable(f"{url} answers {answer.status}")
    return WitnessSays(refused=answer.status == 422, reason=f"{answer.status}: {text[:200].strip()}")


def latest_checkpoint(url: str, origin: str) -> str | None:
    """The newest checkpoint of the log that the witness cosigned; None where it never did.

    Raises OutsideUnreachable, also for an answer that is neither.
    """
    hashed = sha256(origin.encode()).hexdigest()
    answer = call("GET", f"{url.rstrip('/')}/{hashed}/checkpoint")
    if answer.status == 404:
        return None
    if answer.status != 200:
        raise OutsideUnreachable(f"{url} answers {answer.status}")
    return answer.body.decode("utf-8", "replace")
