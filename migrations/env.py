"""Runs migrations on the connection that `ledger.migrate` hands over."""

from __future__ import annotations

from alembic import context

from accounts import schema as _accounts  # noqa: F401  (its tables join the metadata)
from ledger.schema import metadata
from projections import catalogue as _projections  # noqa: F401

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
