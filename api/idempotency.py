"""The same request twice is one command: identifiers that derive from caller and Idempotency-Key."""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Header, Request
from pydantic import BaseModel
from sqlalchemy import Connection, select

from api.credentials import Caller
from api.problems import Problem
from ledger.schema import commands

NAMESPACE = uuid.UUID("6a656e6a-616e-4700-8000-69646d706f74")
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


@dataclass(frozen=True)
class Identified:
    """A request's command id, from which all ids that it creates derive, and the hash of what it asked."""

    command_id: str
    body_hash: str

    def made(self, what: str) -> str:
        """The id (UUID) of a thing that the command makes, the same at every repeat."""
        return str(uuid.uuid5(uuid.UUID(self.command_id), what))

    def item(self, index: int) -> Identified:
        """The identity of one item of a bulk request."""
        return Identified(self.made(f"item/{index}"), self.body_hash)


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
    mine = uuid.uuid5(NAMESPACE, f"{caller.actor.kind}/{caller.actor.id}")
    return Identified(str(uuid.uuid5(mine, key)), asked)


def was_answered(connection: Connection, identified: Identified) -> bool:
    """Whether this very request was accepted before: a repeat hears the first answer whatever its
    sender may do by now.
    """
    statement = select(commands.c.body_hash).where(commands.c.command_id == identified.command_id)
    return connection.execute(statement).scalar() == identified.body_hash


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
