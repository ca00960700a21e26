"""The tables of credentials and of what people prefer. Of secrets only hashes are stored, and sealed what has
to be read again.
"""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table, Text

from ledger.schema import metadata

accounts = Table(
    "accounts",
    metadata,
    Column("person_id", Text, primary_key=True),
    Column("login", Text, nullable=False, unique=True),
    Column("password_hash", Text, nullable=False),
    Column("must_change", Integer, nullable=False),
    Column("failed_attempts", Integer, nullable=False),
    Column("locked_until", Text),
    Column("created_at", Text, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("person_id", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
    Column("revoked_at", Text),
    Column("browser", Integer, nullable=False),
    Column("awaits_code", Integer, nullable=False),
    Index("sessions_person", "person_id"),
)

# The seed is sealed under the agency's key: codes are computed from it, so a hash would not do.
second_factors = Table(
    "second_factors",
    metadata,
    Column("person_id", Text, primary_key=True),
    Column("sealed_seed", Text, nullable=False),
    Column("confirmed_at", Text),
    Column("last_step", Integer, nullable=False),
    Column("failed_attempts", Integer, nullable=False),
    Column("locked_until", Text),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("code_hash", Text, primary_key=True),
    Column("person_id", Text, nullable=False),
    Index("recovery_codes_person", "person_id"),
)

saved_views = Table(
    "saved_views",
    metadata,
    Column("person_id", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    # What stands in the address of the list: `kind=mutation&overdue=true`.
    Column("query", Text, nullable=False),
    Column("saved_at", Text, nullable=False),
)
