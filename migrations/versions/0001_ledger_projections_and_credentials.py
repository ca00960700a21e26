"""ledger, projections and credentials."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger.schema import guards

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


# The planner's samples would keep names and numbers of people after they were erased.
UNSAMPLED = {
    "accounts": ("login",),
    "delegations": ("letter_number",),
    "documents": ("file_name", "reason"),
    "employees": ("nip", "name", "sex", "birth_date", "appointed_on"),
    "notification_settings": ("address",),
    "saved_views": ("name", "query"),
    "talent_places": ("box", "performance", "potential", "vetoes", "lapses_on"),
}


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("must_change", sa.Integer(), nullable=False),
        sa.Column("failed_attempts", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.Text(), nullable=True),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("person_id"),
        sa.UniqueConstraint("login"),
    )
    op.create_table(
        "action_states",
        sa.Column("action_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("action_id"),
    )
    op.create_table(
        "api_keys",
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("revoked_at", sa.Text(), nullable=True),
        sa.Column("sandbox", sa.Integer(), nullable=False),
        sa.Column("requests_per_minute", sa.Integer(), nullable=True),
        sa.Column("signature_algorithm", sa.Text(), nullable=True),
        sa.Column("verification_key", sa.Text(), nullable=True),
        sa.Column("signature_required", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key_id"),
        sa.UniqueConstraint("secret_hash"),
    )
    op.create_table(
        "audit_terms",
        sa.Column("term", sa.Text(), nullable=False),
        sa.Column(
            "position",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("term", "position"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "checkpoints",
        sa.Column(
            "size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("size"),
    )
    op.create_table(
        "commands",
        sa.Column("command_id", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tree_size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("command_id"),
    )
    op.create_table(
        "cursors",
        sa.Column("consumer", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("holder", sa.Text(), nullable=True),
        sa.Column("held_until", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("consumer"),
    )
    op.create_table(
        "delegations",
        sa.Column("delegation_id", sa.Text(), nullable=False),
        sa.Column("capacity", sa.Text(), nullable=False),
        sa.Column("position_id", sa.Text(), nullable=False),
        sa.Column("principal_id", sa.Text(), nullable=True),
        sa.Column("delegate_id", sa.Text(), nullable=False),
        sa.Column("first_day", sa.Text(), nullable=False),
        sa.Column("last_day", sa.Text(), nullable=False),
        sa.Column("letter_number", sa.Text(), nullable=True),
        sa.Column("granted_at", sa.Text(), nullable=False),
        sa.Column("granted_by", sa.Text(), nullable=False),
        sa.Column("revoked_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("delegation_id"),
    )
    op.create_index("delegations_newest", "delegations", ["granted_at", "delegation_id"], unique=False)
    op.create_table(
        "documents",
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("document_type", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=True),
        sa.Column("filed_at", sa.Text(), nullable=False),
        sa.Column("filed_by", sa.Text(), nullable=False),
        sa.Column("issued_on", sa.Text(), nullable=True),
        sa.Column("verdict", sa.Text(), nullable=True),
        sa.Column("valid_until", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("verified_at", sa.Text(), nullable=True),
        sa.Column("verified_by", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("document_id"),
    )
    op.create_index("documents_person", "documents", ["person_id", "filed_at"], unique=False)
    op.create_table(
        "employees",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("nip", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("sex", sa.Text(), nullable=True),
        sa.Column("birth_date", sa.Text(), nullable=True),
        sa.Column("appointed_on", sa.Text(), nullable=True),
        sa.Column("employment_kind", sa.Text(), nullable=False),
        sa.Column("employment_status", sa.Text(), nullable=False),
        sa.Column("grade", sa.Text(), nullable=False),
        sa.Column("grade_since", sa.Text(), nullable=True),
        sa.Column("education", sa.Text(), nullable=True),
        sa.Column("position_id", sa.Text(), nullable=True),
        sa.Column("position_since", sa.Text(), nullable=True),
        sa.Column("unit_id", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("person_id"),
    )
    op.create_index("employees_nip", "employees", ["nip"], unique=False)
    op.create_index("employees_position", "employees", ["position_id"], unique=False)
    op.create_index("employees_unit", "employees", ["unit_id"], unique=False)
    op.create_table(
        "events",
        sa.Column(
            "position",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("wakes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("position"),
        sa.UniqueConstraint("stream", "version", name="events_stream_version"),
    )
    op.create_index("events_actor", "events", ["actor", "position"], unique=False)
    op.create_index("events_category", "events", ["category", "position"], unique=False)
    op.create_index("events_type", "events", ["type", "position"], unique=False)
    op.create_index(
        "events_wakes",
        "events",
        ["position"],
        unique=False,
        sqlite_where=sa.text("wakes = 1"),
        postgresql_where=sa.text("wakes = 1"),
    )
    op.create_table(
        "head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("frontier", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "inbox",
        sa.Column("task_id", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("due_at", sa.Text(), nullable=False),
        sa.Column("action_id", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("office", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("claimed_by", sa.Text(), nullable=True),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("excluded", sa.Text(), nullable=False),
        sa.Column("action_version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("task_id", "owner"),
    )
    op.create_index("inbox_by_owner", "inbox", ["owner", "due_at", "task_id"], unique=False)
    op.create_table(
        "inbox_past",
        sa.Column("task_id", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column(
            "since",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("until", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("node", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("action_id", sa.Text(), nullable=False),
        sa.Column("due_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("task_id", "owner", "since"),
    )
    op.create_index("inbox_past_since", "inbox_past", ["owner", "node", "since"], unique=False)
    op.create_index("inbox_past_until", "inbox_past", ["owner", "node", "until"], unique=False)
    op.create_table(
        "overrides",
        sa.Column(
            "position",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("action_id", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("confirmed_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("position"),
    )
    op.create_table(
        "cycle_units",
        sa.Column("cycle_id", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.Column("achievement", sa.Text(), nullable=False),
        sa.Column("document_number", sa.Text(), nullable=False),
        sa.Column("rated_by", sa.Text(), nullable=False),
        sa.Column("rated_at", sa.Text(), nullable=False),
        sa.Column("considered_by", sa.Text(), nullable=True),
        sa.Column("considered_at", sa.Text(), nullable=True),
        sa.Column("fits", sa.Integer(), nullable=True),
        sa.Column("considered_version", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("cycle_id", "unit_id"),
    )
    op.create_table(
        "evaluation_cycles",
        sa.Column("cycle_id", sa.Text(), nullable=False),
        sa.Column("period_start", sa.Text(), nullable=False),
        sa.Column("period_end", sa.Text(), nullable=False),
        sa.Column("unit_ids", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.Text(), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("opened", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.Integer(), nullable=False),
        sa.Column("complete", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.Text(), nullable=True),
        sa.Column("missing", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("policy_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("cycle_id"),
    )
    op.create_table(
        "person_keys",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("person_id"),
    )
    _rank_promotion_tables()
    op.create_table(
        "personnel_actions",
        sa.Column("action_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("variant", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("initiator_kind", sa.Text(), nullable=False),
        sa.Column("initiator_id", sa.Text(), nullable=False),
        sa.Column("origin_unit_id", sa.Text(), nullable=True),
        sa.Column("target_unit_id", sa.Text(), nullable=True),
        sa.Column("origin_position_id", sa.Text(), nullable=True),
        sa.Column("target_position_id", sa.Text(), nullable=True),
        sa.Column("vacancy_id", sa.Text(), nullable=True),
        sa.Column("effective_date", sa.Text(), nullable=False),
        sa.Column("submitted_at", sa.Text(), nullable=False),
        sa.Column("decree_number", sa.Text(), nullable=True),
        sa.Column("decree_code_hash", sa.Text(), nullable=True),
        sa.Column("next_due", sa.Text(), nullable=True),
        sa.Column("quiet", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Text(), nullable=True),
        sa.Column("tells_siasn", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("action_id"),
    )
    op.create_index("personnel_actions_cycle", "personnel_actions", ["cycle_id", "subject_id"], unique=False)
    op.create_index("personnel_actions_awaited", "personnel_actions", ["next_due"], unique=False)
    op.create_index(
        "personnel_actions_newest", "personnel_actions", ["submitted_at", "action_id"], unique=False
    )
    op.create_index("personnel_actions_status", "personnel_actions", ["status", "submitted_at"], unique=False)
    op.create_index("personnel_actions_subject", "personnel_actions", ["subject_id"], unique=False)
    op.create_index("personnel_actions_decree_code", "personnel_actions", ["decree_code_hash"], unique=False)
    op.create_index("personnel_actions_origin", "personnel_actions", ["origin_position_id"], unique=False)
    op.create_index("personnel_actions_target", "personnel_actions", ["target_position_id"], unique=False)
    op.create_index("personnel_actions_vacancy", "personnel_actions", ["vacancy_id"], unique=False)
    _notification_tables()
    op.create_table(
        "saved_views",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "name"),
    )
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.Text(), nullable=False),
        sa.Column("revoked_at", sa.Text(), nullable=True),
        sa.Column("browser", sa.Integer(), nullable=False),
        sa.Column("awaits_code", sa.Integer(), nullable=False),
        sa.Column("by_provider", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    op.create_table(
        "second_factors",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("sealed_seed", sa.Text(), nullable=False),
        sa.Column("confirmed_at", sa.Text(), nullable=True),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.Column("failed_attempts", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("person_id"),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code_hash"),
    )
    op.create_index("recovery_codes_person", "recovery_codes", ["person_id"], unique=False)
    op.create_index("sessions_person", "sessions", ["person_id"], unique=False)
    op.create_table(
        "tasks",
        sa.Column("task_id", sa.Text(), nullable=False),
        sa.Column("action_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("office", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=True),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.Text(), nullable=False),
        sa.Column("due_at", sa.Text(), nullable=True),
        sa.Column("is_open", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("task_id"),
    )
    op.create_index("tasks_open", "tasks", ["is_open", "opened_at", "task_id"], unique=False)
    waiting = ["is_open", "step", "office", "opened_at", "due_at", "unit_id"]
    op.create_index("tasks_waiting", "tasks", waiting, unique=False)
    decided = ["decided_at", "unit_id", "step", "office", "opened_at", "due_at"]
    op.create_index("tasks_decided", "tasks", decided, unique=False)
    op.create_table(
        "profiling_reminders",
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.Column("office", sa.Text(), nullable=False),
        sa.Column("reminded_on", sa.Text(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("mapped", sa.Integer(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("unit_id"),
    )
    op.create_table(
        "reviews",
        sa.Column("review_id", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("answer_due", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("review_id"),
    )
    op.create_index("reviews_state", "reviews", ["state", "position"], unique=False)
    op.create_index("reviews_about", "reviews", ["about", "position"], unique=False)
    op.create_index("reviews_unit", "reviews", ["unit_id", "position"], unique=False)
    op.create_table(
        "webhooks",
        sa.Column("subscription_id", sa.Text(), nullable=False),
        sa.Column("owner_kind", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("event_types", sa.Text(), nullable=False),
        sa.Column("kinds", sa.Text(), nullable=False),
        sa.Column("unit_ids", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("paused_why", sa.Text(), nullable=True),
        sa.Column("starts_after", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("replays", sa.Integer(), nullable=False),
        sa.Column("secret_id", sa.Text(), nullable=False),
        sa.Column("old_secret_id", sa.Text(), nullable=True),
        sa.Column("old_until", sa.Text(), nullable=True),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("subscription_id"),
    )
    op.create_index("webhooks_state", "webhooks", ["state"], unique=False)
    op.create_table(
        "webhook_cursors",
        sa.Column("subscription_id", sa.Text(), nullable=False),
        sa.Column("replays", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("outages", sa.Integer(), nullable=False),
        sa.Column("rests_until", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("subscription_id"),
    )
    op.create_table(
        "webhook_deliveries",
        sa.Column("subscription_id", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_key", sa.Text(), nullable=False),
        sa.Column("event_type", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.Text(), nullable=False),
        sa.Column("failing_since", sa.Text(), nullable=True),
        sa.Column("last_status", sa.Integer(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("delivered_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("subscription_id", "position"),
    )
    op.create_index(
        "webhook_deliveries_waiting",
        "webhook_deliveries",
        ["subscription_id", "state", "case_key", "position"],
        unique=False,
    )
    op.create_table(
        "siasn_differences",
        sa.Column("difference_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("found_at", sa.Text(), nullable=False),
        sa.Column("settled_by", sa.Text(), nullable=True),
        sa.Column("settled_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("difference_id"),
    )
    op.create_index("siasn_differences_state", "siasn_differences", ["state", "position"], unique=False)
    op.create_table(
        "decree_files",
        sa.Column("decree_id", sa.Text(), nullable=False),
        sa.Column("action_id", sa.Text(), nullable=True),
        sa.Column("list_id", sa.Text(), nullable=True),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("issued_position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("issued_at", sa.Text(), nullable=False),
        sa.Column("fallen", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Text(), nullable=True),
        sa.Column("signed_sha256", sa.Text(), nullable=True),
        sa.Column("signed_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("decree_id"),
    )
    op.create_index(
        "decree_files_waiting", "decree_files", ["signed_at", "fallen", "issued_position"], unique=False
    )
    op.create_index("decree_files_document", "decree_files", ["document_id"], unique=False)
    op.create_table(
        "talent_results",
        sa.Column("entry_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("entered_by", sa.Text(), nullable=False),
        sa.Column("entered_at", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("entry_id"),
    )
    op.create_index(
        "talent_results_state", "talent_results", ["state", "entered_at", "entry_id"], unique=False
    )
    op.create_table(
        "talent_places",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("rated_until", sa.Text(), nullable=True),
        sa.Column("tested_on", sa.Text(), nullable=True),
        sa.Column("test_valid_until", sa.Text(), nullable=True),
        sa.Column("as_of", sa.Text(), nullable=True),
        sa.Column("box", sa.Integer(), nullable=True),
        sa.Column("performance", sa.Integer(), nullable=True),
        sa.Column("potential", sa.Integer(), nullable=True),
        sa.Column("vetoes", sa.Text(), nullable=True),
        sa.Column("lapses_on", sa.Text(), nullable=True),
        sa.Column("formula_version", sa.Text(), nullable=True),
        sa.Column("placement_hash", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("person_id"),
    )
    _inbound_tables()
    frontier = b"\x00" * 8  # Frontier.to_bytes() of the empty tree: a size of 0 and no peaks
    op.execute(
        sa.text("INSERT INTO head (id, size, frontier, recorded_at) VALUES (1, 0, :frontier, '')").bindparams(
            sa.bindparam("frontier", frontier, sa.LargeBinary)
        )
    )
    dialect = op.get_bind().dialect.name
    for statement in guards(dialect):
        op.get_bind().exec_driver_sql(statement.replace("%", "%%") if dialect == "postgresql" else statement)
    if dialect == "postgresql":
        for table, columns in UNSAMPLED.items():
            for column in columns:
                op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS 0")
        op.execute(
            "DO $$ BEGIN IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'jenjang_writer') THEN "
            "REVOKE UPDATE, DELETE ON events, checkpoints FROM jenjang_writer; END IF; END $$"
        )


def _notification_tables() -> None:
    op.create_table(
        "notification_settings",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("digest_hour", sa.Integer(), nullable=False),
        sa.Column("quiet_from", sa.Integer(), nullable=True),
        sa.Column("quiet_until", sa.Integer(), nullable=True),
        sa.Column("confirmed_at", sa.Text(), nullable=True),
        sa.Column("code_hash", sa.Text(), nullable=True),
        sa.Column("code_sent_at", sa.Text(), nullable=True),
        sa.Column("wrong_codes", sa.Integer(), nullable=False),
        sa.Column("told_at", sa.Text(), nullable=True),
        sa.Column("digest_on", sa.Text(), nullable=True),
        sa.Column("refusals", sa.Integer(), nullable=False),
        sa.Column("next_try", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("person_id"),
    )
    op.create_table(
        "notices",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("action_id", sa.Text(), nullable=False),
        sa.Column("task_id", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("person_id", "position"),
    )


def _rank_promotion_tables() -> None:
    op.create_table(
        "rank_entries",
        sa.Column("list_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("from_grade", sa.Text(), nullable=False),
        sa.Column("to_grade", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("waits", sa.Integer(), nullable=False),
        sa.Column("entry_hash", sa.Text(), nullable=False),
        sa.Column("pertek_number", sa.Text(), nullable=True),
        sa.Column("answered_on", sa.Text(), nullable=True),
        sa.Column("decree_number", sa.Text(), nullable=True),
        sa.Column("decree_date", sa.Text(), nullable=True),
        sa.Column("effective_date", sa.Text(), nullable=True),
        sa.Column("held", sa.Text(), nullable=True),
        sa.Column("siasn_id", sa.Text(), nullable=True),
        sa.Column("decree_code_hash", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("list_id", "person_id"),
    )
    op.create_index("rank_entries_decree_code", "rank_entries", ["decree_code_hash"], unique=False)
    op.create_index("rank_entries_person", "rank_entries", ["person_id"], unique=False)
    op.create_table(
        "rank_lists",
        sa.Column("list_id", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("proposed_on", sa.Text(), nullable=False),
        sa.Column("send_by", sa.Text(), nullable=False),
        sa.Column("policy_id", sa.Text(), nullable=False),
        sa.Column("policy_hash", sa.Text(), nullable=False),
        sa.Column("list_hash", sa.Text(), nullable=False),
        sa.Column("proposed", sa.Integer(), nullable=False),
        sa.Column("kept_off", sa.Integer(), nullable=False),
        sa.Column("left_off", sa.Integer(), nullable=False),
        sa.Column("at_ceiling", sa.Integer(), nullable=False),
        sa.Column("undated", sa.Integer(), nullable=False),
        sa.Column("letter_number", sa.Text(), nullable=True),
        sa.Column("sent_on", sa.Text(), nullable=True),
        sa.Column("next_due", sa.Text(), nullable=True),
        sa.Column("over", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("list_id"),
    )
    op.create_index("rank_lists_period", "rank_lists", ["period", "list_id"], unique=False)


def downgrade() -> None:
    raise RuntimeError("a ledger is never taken apart; restore a backup instead")


def _inbound_tables() -> None:
    op.create_table(
        "rate_windows",
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("window", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key_id"),
    )
    op.create_table(
        "spent_nonces",
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("nonce_hash", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key_id", "nonce_hash"),
    )
    op.create_index("spent_nonces_expiry", "spent_nonces", ["expires_at"], unique=False)
    op.create_table(
        "batches",
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("owner_kind", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.Text(), nullable=False),
        sa.Column("sandbox", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.Text(), nullable=False),
        sa.Column("finished_at", sa.Text(), nullable=True),
        sa.Column("taken_at", sa.Text(), nullable=True),
        sa.Column("held_until", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("batch_id"),
    )
    op.create_index("batches_waiting", "batches", ["finished_at", "taken_at"], unique=False)
    op.create_table(
        "batch_parts",
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("part", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("batch_id", "part"),
    )
    op.create_table(
        "batch_rows",
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("row", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("action_id", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("fields", sa.Text(), nullable=True),
        sa.Column("wrong_id", sa.Text(), nullable=True),
        sa.Column("wrong_en", sa.Text(), nullable=True),
        sa.Column("mend_id", sa.Text(), nullable=True),
        sa.Column("mend_en", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("batch_id", "row"),
    )
    op.create_index("batch_rows_outcome", "batch_rows", ["batch_id", "outcome", "row"], unique=False)
    op.create_index("batch_rows_action", "batch_rows", ["batch_id", "action_id"], unique=False)
