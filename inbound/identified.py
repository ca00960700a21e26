"""The same request twice is one command: its identity, from which every id that it creates derives."""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from domain.identity import Actor
from ledger.schema import commands

NAMESPACE = uuid.UUID("6a656e6a-616e-4700-8000-69646d706f74")


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


def namespace_of(actor: Actor) -> uuid.UUID:
    """Identities of different callers never meet."""
    return uuid.uuid5(NAMESPACE, f"{actor.kind}/{actor.id}")


def identified_as(actor: Actor, form: str, name: str, asked: Any) -> Identified:
    """The identity of what `actor` calls `name` in one `form` (event, row); `asked` is JSON-able."""
    raw = json.dumps(asked, sort_keys=True, separators=(",", ":")).encode(errors="replace")
    named = uuid.uuid5(uuid.uuid5(namespace_of(actor), form), name)
    return Identified(str(named), hashlib.sha256(f"{form}\n".encode() + raw).hexdigest())


def was_answered(connection: Connection, identified: Identified) -> bool:
    """Whether this very request was accepted before: a repeat hears the first answer whatever its
    sender may do by now.
    """
    statement = select(commands.c.body_hash).where(commands.c.command_id == identified.command_id)
    return connection.execute(statement).scalar() == identified.body_hash
