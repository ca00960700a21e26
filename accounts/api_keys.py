"""Keys of integrations: made, listed and revoked by an operator; each change is in the ledger."""

from __future__ import annotations

import secrets
import uuid
from typing import TYPE_CHECKING, Any

from accounts.sessions import derived_secret, hash_token
from domain.commands import IssueApiKey, RevokeApiKey
from domain.errors import UnknownReference
from domain.identity import SYSTEM, Actor
from projections.api_keys import all_keys, is_in_force

if TYPE_CHECKING:
    from installation import Installation

KEY_PREFIX = "jjk_"
SCOPES = (
    "actions:write",
    "actions:read",
    "audit:read",
    "employees:read",
    "documents:write",
    "processes:read",
    "webhooks:write",
)


def create_key(
    installation: Installation,
    label: str,
    scopes: tuple[str, ...],
    *,
    actor: Actor = SYSTEM,
    command_id: str | None = None,
    body_hash: str = "",
) -> tuple[str, str]:
    """A new key's id and secret; the secret is not stored. With a `command_id`, the command sent again gives
    the same key and secret, derived under the sealing key. Raises UnknownReference for a scope.
    """
    for scope in scopes:
        if scope not in SCOPES:
            raise UnknownReference(what=f"scope {scope}; scopes are: {', '.join(SCOPES)}")
    if not scopes:
        raise UnknownReference(what=f"no scope given; scopes are: {', '.join(SCOPES)}")
    key_id, secret = str(uuid.uuid4()), secrets.token_urlsafe(32)
    if command_id is not None:
        key_id = str(uuid.uuid5(uuid.UUID(command_id), "api-key"))
        secret = derived_secret(installation.sealing_key, "api key", command_id)
    secret = KEY_PREFIX + secret
    installation.ledger.execute(
        IssueApiKey(
            command_id=command_id or str(uuid.uuid4()),
            actor=actor,
            key_id=key_id,
            label=label,
            scopes=tuple(sorted(set(scopes))),
            secret_hash=hash_token(secret),
        ),
        body_hash=body_hash,
    )
    return key_id, secret


def list_keys(installation: Installation) -> list[dict[str, Any]]:
    """Every key, oldest first: key_id, label, scopes, created_at, revoked_at."""
    with installation.reader.engine.connect() as connection:
        return all_keys(connection)


def revoke_key(installation: Installation, key_id: str, *, actor: Actor = SYSTEM) -> bool:
    """End a key at once; False when there is no such key in force."""
    with installation.reader.engine.connect() as connection:
        if not is_in_force(connection, key_id):
            return False
    installation.ledger.execute(RevokeApiKey(command_id=str(uuid.uuid4()), actor=actor, key_id=key_id))
    return True
