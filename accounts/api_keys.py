"""Keys of integrations: made, listed and revoked by an operator; each change is in the ledger."""

from __future__ import annotations

import base64
import secrets
import uuid
from typing import TYPE_CHECKING, Any

from accounts.sessions import derived_secret, hash_token
from domain.commands import IssueApiKey, RevokeApiKey
from domain.errors import UnknownReference
from domain.identity import SYSTEM, Actor
from domain.inbound_commands import SetApiKeyTerms
from domain.inbound_events import SignatureAlgorithm
from projections.api_keys import all_keys, is_in_force

if TYPE_CHECKING:
    from installation import Installation

KEY_PREFIX = "jjk_"
# A key for trials reads nobody's data besides what its trials are answered with.
SANDBOX_SCOPE = "actions:write"
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
    sandbox: bool = False,
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
    if sandbox and set(scopes) != {SANDBOX_SCOPE}:
        raise UnknownReference(what=f"a sandbox key has the scope {SANDBOX_SCOPE} and no other")
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
            sandbox=sandbox,
        ),
        body_hash=body_hash,
    )
    return key_id, secret


def set_terms(
    installation: Installation,
    key_id: str,
    *,
    requests_per_minute: int | None = None,
    algorithm: SignatureAlgorithm | None = None,
    public_key: str | None = None,
    signature_required: bool = False,
    actor: Actor = SYSTEM,
    command_id: str | None = None,
    body_hash: str = "",
) -> str | None:
    """Put a key under these terms at once. For HMAC the answer is the secret to sign with (its characters are
    the key), made anew unless the command is sent again. Raises InvalidTerms and NotFound.
    """
    command_id = command_id or str(uuid.uuid4())
    known = public_key
    if algorithm == "hmac-sha256":
        salt = derived_secret(installation.sealing_key, "signature salt", command_id)
        known = base64.b64encode(base64.urlsafe_b64decode(f"{salt}=")).decode()
    installation.ledger.execute(
        SetApiKeyTerms(
            command_id=command_id,
            actor=actor,
            key_id=key_id,
            requests_per_minute=requests_per_minute,
            signature_algorithm=algorithm,
            verification_key=known,
            signature_required=signature_required,
        ),
        body_hash=body_hash,
    )
    if algorithm != "hmac-sha256" or known is None:
        return None
    return hmac_secret(installation.sealing_key, key_id, known)


def hmac_secret(sealing_key: bytes, key_id: str, salt: str) -> str:
    """The 43 characters that sign for the key; only the salt is stored."""
    return derived_secret(sealing_key, "request signature", key_id, salt)


def list_keys(installation: Installation) -> list[dict[str, Any]]:
    """Every key, oldest first, with its terms (`projections.api_keys.all_keys`)."""
    with installation.reader.engine.connect() as connection:
        return all_keys(connection)


def revoke_key(installation: Installation, key_id: str, *, actor: Actor = SYSTEM) -> bool:
    """End a key at once; False when there is no such key in force."""
    with installation.reader.engine.connect() as connection:
        if not is_in_force(connection, key_id):
            return False
    installation.ledger.execute(RevokeApiKey(command_id=str(uuid.uuid4()), actor=actor, key_id=key_id))
    return True
