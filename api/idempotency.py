"""The same request twice is one command: identifiers that derive from caller and Idempotency-Key."""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from typing import Annotated, Any

from fastapi import Header, Request
from pydantic import BaseModel

from api.credentials import Caller
from api.problems import Problem
from inbound.identified import Identified as Identified  # noqa: PLC0414  (asked for here by the whole room)
from inbound.identified import namespace_of
from inbound.identified import was_answered as was_answered  # noqa: PLC0414

PRINTABLE = re.compile(r"[\x20-\x7e]{1,255}")
REPLAY = "Idempotent-Replay"

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="1 to 255 printable ASCII characters. A repeat with the same body gets the first answer.",
        min_length=1,
        max_length=255,
        pattern=r"^[\x20-\x7e]+$",
        examples=["3f1c9a52-6e1b-4a53-9a54-2a4d7d3f8f10"],
    ),
]


def identify(request: Request, caller: Caller, key: str | None, body: Any = None) -> Identified:
    """The identity of this request. `body` is a model, anything JSON-able, or bytes."""
    if isinstance(body, BaseModel):
        body = body.model_dump(mode="json")
    # Integers of any length are read, and orjson writes none above 64 bits: the slow encoder does.
    raw = body if isinstance(body, bytes) else json.dumps(body, sort_keys=True).encode()
    asked = hashlib.sha256(
        f"{request.method} {request.url.path}\n".encode(errors="replace") + raw
    ).hexdigest()
    if key is None:
        return Identified(str(uuid.uuid4()), asked)
    if PRINTABLE.fullmatch(key) is None:
        raise Problem("invalid-request", errors=[{"field": "Idempotency-Key", "in": "header"}])
    return Identified(str(uuid.uuid5(namespace_of(caller.actor), key)), asked)


IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        description="The ETag that was seen; 412 when the personnel action has moved on since.",
        max_length=255,
        examples=['"3"'],
    ),
]
ETAG = re.compile(r'(?:W/)?"?(\d{1,15})"?')


def expected_version(if_match: str | None) -> int | None:
    """The version that `If-Match` asks for; None for `*` and without it. What is no version of ours
    matches nothing.
    """
    if if_match is None or if_match.strip() == "*":
        return None
    found = ETAG.fullmatch(if_match.strip())
    return int(found[1]) if found else -1
