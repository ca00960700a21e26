"""Keys of integrations: made, listed and revoked by an operator; each change is in the ledger."""

from __future__ import annotations

import secrets
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update

from accounts.schema import api_keys
from accounts.sessions import hash_token
from domain.commands import IssueApiKey, RevokeApiKey
from domain.errors import UnknownReference
from domain.identity import SYSTEM
from ledger.record import moment

if TYPE_CHECKING:
    from installation import Installation

KEY_PREFIX = "jjk_"
SCOPES = ("actions:write", "actions:read", "audit:read", "employees:read", "documents:write")


def create_key(installation: Installation, label: str, scopes: tuple[str, ...]) -> tuple[str, str]:
    """A new key's id and secret; the secret is not stored. Raises UnknownReference for a scope."""
    for scope in scopes:
        if scope not in SCOPES:
            raise UnknownReference(what=f"scope {scope}; scopes are: {', '.join(SCOPES)}")
    if not scopes:
        raise UnknownReference(what=f"no scope given; scopes are: {', '.join(SCOPES)}")
    key_id, secret = str(uuid.uuid4()), KEY_PREFIX + secrets.token_urlsafe(32)
    kept = tuple(sorted(set(scopes)))
    # The ledger first: a key that works is always one whose issue is recorded.
    installation.ledger.execute(
        IssueApiKey(command_id=str(uuid.uuid4()), actor=SYSTEM, key_id=key_id, label=label, scopes=kept)
    )
    with installation.writing_engine.begin() as connection:
        connection.execute(
            insert(api_keys).values(
                key_id=key_id,
                label=label,
                secret_hash=hash_token(secret),
                scopes=" ".join(kept),
                created_at=moment(datetime.now(UTC)),
                revoked_at=None,
            )
        )
    return key_id, secret


def list_keys(installation: Installation) -> list[dict[str, Any]]:
    """Every key, oldest first: key_id, label, scopes, created_at, revoked_at."""
    columns = (
        api_keys.c.key_id,
        api_keys.c.label,
        api_keys.c.scopes,
        api_keys.c.created_at,
        api_keys.c.revoked_at,
    )
    with installation.reader.engine.connect() as connection:
        rows = connection.execute(select(*columns).order_by(api_keys.c.created_at)).mappings().all()
    return [{**row, "scopes": row["scopes"].split()} for row in rows]


def revoke_key(installation: Installation, key_id: str) -> bool:
    """End a key at once; False when there is no such key in force."""
    with installation.writing_engine.begin() as connection:
        ended = connection.execute(
            update(api_keys)
            .where(api_keys.c.key_id == key_id, api_keys.c.revoked_at.is_(None))
            .values(revoked_at=moment(datetime.now(UTC)))
        )
    if ended.rowcount == 0:
        return False
    installation.ledger.execute(RevokeApiKey(command_id=str(uuid.uuid4()), actor=SYSTEM, key_id=key_id))
    return True
