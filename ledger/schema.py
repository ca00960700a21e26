"""The ledger's tables, the same on SQLite and PostgreSQL. Migrations create them, and the guards."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData()

PositionType = BigInteger().with_variant(Integer, "sqlite")

events = Table(
    "events",
    metadata,
    # The leaf index in the Merkle tree: 0, 1, 2 … without gaps.
    Column("position", PositionType, primary_key=True, autoincrement=False),
    Column("record", LargeBinary, nullable=False),
    Column("leaf_hash", LargeBinary, nullable=False),
    # Everything below is derived from `record`, for looking things up; `verify` compares it.
    Column("stream", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("category", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("recorded_at", Text, nullable=False),
    Column("wakes", Integer, nullable=False),
    UniqueConstraint("stream", "version", name="events_stream_version"),
    Index("events_category", "category", "position"),
    Index("events_type", "type", "position"),
    Index("events_actor", "actor", "position"),
    Index("events_wakes", "position", sqlite_where=text("wakes = 1"), postgresql_where=text("wakes = 1")),
)

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("size", PositionType, primary_key=True, autoincrement=False),
    Column("note", Text, nullable=False),
)

head = Table(
    "head",
    metadata,
    # One row. Whoever holds its lock is the writer; its order is the order of everything.
    Column("id", Integer, primary_key=True),
    Column("size", PositionType, nullable=False),
    Column("frontier", LargeBinary, nullable=False),
    Column("recorded_at", Text, nullable=False),
)

commands = Table(
    "commands",
    metadata,
    # What a command identifier led to, so that a retry gets its first receipt again.
    Column("command_id", Text, primary_key=True),
    Column("body_hash", Text, nullable=False),
    Column("stream", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("position", PositionType, nullable=False),
    Column("tree_size", PositionType, nullable=False),
)

person_keys = Table(
    "person_keys",
    metadata,
    # A person's sealing key, itself wrapped under the agency's key, which is never in the database.
    Column("person_id", Text, primary_key=True),
    Column("wrapped_key", LargeBinary, nullable=False),
)

cursors = Table(
    "cursors",
    metadata,
    # How far each consumer of the ledger has come: the next position it will look at. One process
    # at a time does a consumer's work, as long as it renews its hold.
    Column("consumer", Text, primary_key=True),
    Column("position", PositionType, nullable=False),
    Column("holder", Text),
    Column("held_until", Text),
)

# How far each subscription to webhooks is. State of operation and no record: lost, all is sent once more.
webhook_cursors = Table(
    "webhook_cursors",
    metadata,
    Column("subscription_id", Text, primary_key=True),
    # Which replay, and which version of the subscription the place was seen at, and the next position.
    Column("replays", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("position", PositionType, nullable=False),
    # The receiver could not be reached at all, so often in a row; until when it is left alone.
    Column("outages", Integer, nullable=False),
    Column("rests_until", Text),
)

webhook_deliveries = Table(
    "webhook_deliveries",
    metadata,
    Column("subscription_id", Text, primary_key=True),
    Column("position", PositionType, primary_key=True, autoincrement=False),
    # What is delivered in order: the stream of the case.
    Column("case_key", Text, nullable=False),
    Column("event_type", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", Text, nullable=False),
    Column("failing_since", Text),
    Column("last_status", Integer),
    Column("last_error", Text),
    Column("delivered_at", Text),
    Index("webhook_deliveries_waiting", "subscription_id", "state", "case_key", "position"),
)

APPEND_ONLY = ("events", "checkpoints")


def guards(dialect: str) -> list[str]:
    """Statements that make the database refuse to alter what was appended.

    They prevent accidents; an owner of the database can drop them, which `verify` finds. On SQLite
    the insert guard matters: INSERT OR REPLACE deletes without firing a delete trigger.
    """
    if dialect == "sqlite":
        statements = [
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            for table in APPEND_ONLY
            for verb in ("UPDATE", "DELETE")
        ]
        for table, clash in (
            ("events", "position = NEW.position OR (stream = NEW.stream AND version = NEW.version)"),
            ("checkpoints", "size = NEW.size"),
        ):
            statements.append(
                f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
                f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {clash}) "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return statements
    statements = [
        "CREATE OR REPLACE FUNCTION refuse_alteration() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    ]
    for table in APPEND_ONLY:
        statements += [
            f"CREATE TRIGGER {table}_no_alteration BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_alteration()",
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_alteration()",
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_no_alteration",
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_no_truncate",
        ]
    return statements
