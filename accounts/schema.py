"""The tables beside the ledger: credentials, what people prefer, what keys have used up, and batches on their
way in. Of secrets only hashes are stored, and sealed what has to be read again.
"""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, Table, Text

from ledger.schema import PositionType, metadata

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
    # Opened by an OpenID provider: no password was shown, so none has to be changed first.
    Column("by_provider", Integer, nullable=False),
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

# Where a person wants to be told, and when. What has to be told waits in `notices` until it was sent.
notification_settings = Table(
    "notification_settings",
    metadata,
    Column("person_id", Text, primary_key=True),
    # `mail`, or the name of a channel that the installation has.
    Column("channel", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("mode", Text, nullable=False),
    Column("digest_hour", Integer, nullable=False),
    Column("quiet_from", Integer),
    Column("quiet_until", Integer),
    Column("confirmed_at", Text),
    Column("code_hash", Text),
    Column("code_sent_at", Text),
    Column("wrong_codes", Integer, nullable=False),
    Column("told_at", Text),
    Column("digest_on", Text),
    Column("refusals", Integer, nullable=False),
    Column("next_try", Text),
)

notices = Table(
    "notices",
    metadata,
    Column("person_id", Text, primary_key=True),
    # Of the record that tells it.
    Column("position", PositionType, primary_key=True, autoincrement=False),
    # `task`, `reminder` or `case`.
    Column("about", Text, nullable=False),
    Column("action_id", Text, nullable=False),
    Column("task_id", Text),
)

# How many requests of the running minute were handed out to the processes; one row a key.
rate_windows = Table(
    "rate_windows",
    metadata,
    Column("key_id", Text, primary_key=True),
    Column("window", Integer, nullable=False),
    Column("taken", Integer, nullable=False),
)

# Nonces of signatures until they have expired, by hash.
spent_nonces = Table(
    "spent_nonces",
    metadata,
    Column("key_id", Text, primary_key=True),
    Column("nonce_hash", Text, primary_key=True),
    Column("expires_at", Integer, nullable=False),
    Index("spent_nonces_expiry", "expires_at"),
)

batches = Table(
    "batches",
    metadata,
    Column("batch_id", Text, primary_key=True),
    Column("owner_kind", Text, nullable=False),
    Column("owner_id", Text, nullable=False),
    Column("form", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("body_hash", Text, nullable=False),
    Column("sandbox", Integer, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("received_at", Text, nullable=False),
    Column("finished_at", Text),
    # Whole and waiting for its turn since then; before it, rows are still being stored.
    Column("taken_at", Text),
    # Until then the request that brought it works at it.
    Column("held_until", Text),
    Index("batches_waiting", "finished_at", "taken_at"),
)

# Rows that wait, some hundred together, sealed under the agency's key; gone with their results.
batch_parts = Table(
    "batch_parts",
    metadata,
    Column("batch_id", Text, primary_key=True),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary, nullable=False),
)

# What came of each row: codes and ids, and sentences without personal data.
batch_rows = Table(
    "batch_rows",
    metadata,
    Column("batch_id", Text, primary_key=True),
    Column("row", Integer, primary_key=True, autoincrement=False),
    Column("outcome", Text, nullable=False),
    Column("action_id", Text),
    Column("code", Text),
    Column("fields", Text),
    Column("wrong_id", Text),
    Column("wrong_en", Text),
    Column("mend_id", Text),
    Column("mend_en", Text),
    Index("batch_rows_outcome", "batch_id", "outcome", "row"),
    Index("batch_rows_action", "batch_id", "action_id"),
)
