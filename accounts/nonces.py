"""Nonces of signed requests: each works once for its key, in all processes."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import Engine, delete, insert
from sqlalchemy.exc import IntegrityError

from accounts.schema import spent_nonces


def spend(engine: Engine, key_id: str, nonce: str, expires_at: datetime, now: datetime) -> bool:
    """Use the nonce up; False where it was used before. It is forgotten once its signature has expired."""
    hashed = hashlib.sha256(nonce.encode()).hexdigest()
    try:
        with engine.begin() as connection:
            connection.execute(delete(spent_nonces).where(spent_nonces.c.expires_at < int(now.timestamp())))
            connection.execute(
                insert(spent_nonces).values(
                    key_id=key_id, nonce_hash=hashed, expires_at=int(expires_at.timestamp()) + 1
                )
            )
    except IntegrityError:
        return False
    return True
