"""Tampering with what is stored is found and named (audit.md §6)."""

from __future__ import annotations

import json
import os
import sqlite3
from pathlib import Path

import pytest

from ledger.record import encode
from ledger.schema import metadata
from projections.catalogue import all_projections
from proofs.checkpoint import Checkpoint, sign
from proofs.keys import Signer
from tests.audit.attacker import Attacker
from tests.audit.conftest import Evidence, copy_of

MIDDLE = 400


def test_a_flipped_byte_of_a_record(evidence: Evidence, attacker: Attacker) -> None:
    attacker.sql(
        f"UPDATE events SET record = CAST(replace(CAST(record AS TEXT), 'schema\":1', 'schema\":2') AS BLOB) "
        f"WHERE position = {MIDDLE}"
    )
    found = evidence.verify(attacker.path)
    assert ("leaf-hash-differs", MIDDLE) in {(f.code, f.position) for f in found.findings}


def test_an_edited_leaf_hash(evidence: Evidence, attacker: Attacker) -> None:
    attacker.sql(f"UPDATE events SET leaf_hash = zeroblob(32) WHERE position = {MIDDLE}")
    assert "leaf-hash-differs" in evidence.codes(attacker)


def test_an_edited_record_with_its_own_hash(evidence: Evidence, attacker: Attacker) -> None:
    documents = attacker.documents()
    documents[MIDDLE]["actor"]["id"] = "somebody-else"
    attacker.rewrite(documents, sign_again=False)
    assert "root-differs" in evidence.codes(attacker)


def test_a_rewritten_and_signed_history_against_a_kept_checkpoint(
    evidence: Evidence, attacker: Attacker
) -> None:
    documents = attacker.documents()
    documents[MIDDLE]["correlation_id"] = documents[MIDDLE - 1]["id"]
    attacker.rewrite(documents)
    assert "fork" in evidence.codes(attacker, kept=[evidence.kept])


@pytest.mark.parametrize("column", ["stream", "category", "type", "actor", "recorded_at"])
def test_an_edited_derived_column(evidence: Evidence, attacker: Attacker, column: str) -> None:
    attacker.sql(f"UPDATE events SET {column} = {column} || 'x' WHERE position = {MIDDLE}")
    assert "column-differs" in evidence.codes(attacker)


def test_a_deleted_event(evidence: Evidence, attacker: Attacker) -> None:
    attacker.sql(f"DELETE FROM events WHERE position = {MIDDLE}")
    assert {"position-gap", "root-differs", "head-differs"} <= evidence.codes(attacker)


def test_a_deleted_middle_renumbered_and_signed(evidence: Evidence, attacker: Attacker) -> None:
    documents = attacker.documents()
    submitted = max(i for i, document in enumerate(documents) if document["type"] == "TaskCompleted")
    stream = documents[submitted]["stream"]
    del documents[submitted]
    for document in documents[submitted:]:
        document["version"] -= document["stream"] == stream
        document["commit"] = min(submitted, document["commit"])
    attacker.rewrite(documents)
    assert "skipped-step" in evidence.codes(attacker) or "illegal-transition" in evidence.codes(attacker)
    assert evidence.codes(attacker, kept=[evidence.kept]) & {"fork", "rollback"}


def test_swapped_events(evidence: Evidence, attacker: Attacker) -> None:
    attacker.sql(
        f"UPDATE events SET position = -1, stream = 'x' WHERE position = {MIDDLE}",
        f"UPDATE events SET position = {MIDDLE} WHERE position = {MIDDLE + 1}",
        f"UPDATE events SET position = {MIDDLE + 1} WHERE position = -1",
    )
    assert {"position-differs", "column-differs", "root-differs"} <= evidence.codes(attacker)


def test_a_cut_tail_against_a_kept_checkpoint(evidence: Evidence, attacker: Attacker) -> None:
    documents = attacker.documents()
    attacker.rewrite(documents[: documents[-1]["commit"]])
    assert "rollback" in evidence.codes(attacker, kept=[evidence.kept])


def test_a_genuine_older_backup_is_sound_but_a_rollback(evidence: Evidence, tmp_path: Path) -> None:
    restored = copy_of(evidence.young, tmp_path / "restored.db")
    assert evidence.verify(restored).ok
    found = evidence.verify(restored, kept=[evidence.kept])
    assert [finding.code for finding in found.findings] == ["rollback"]


def test_a_kept_receipt_is_evidence_too(evidence: Evidence, attacker: Attacker) -> None:
    documents = attacker.documents()
    size = len(documents)
    note = evidence.kept.rstrip("\n")
    connection = sqlite3.connect(attacker.path)
    leaf = connection.execute("SELECT leaf_hash FROM events WHERE position = ?", (size - 1,)).fetchone()[0]
    connection.close()
    checkpoint = Checkpoint.parse(note.partition("\n\n")[0] + "\n")
    receipt = {
        "position": size - 1,
        "leaf_hash": leaf.hex(),
        "tree_size": size,
        "root": checkpoint.root.hex(),
        "signature": note.rpartition(" ")[2],
    }
    assert evidence.verify(attacker.path, kept=[json.dumps({"receipt": receipt})]).ok
    attacker.rewrite(documents[: documents[-1]["commit"]])
    assert "rollback" in evidence.codes(attacker, kept=[json.dumps(receipt)])
    assert "kept-not-trusted" in evidence.codes(attacker, kept=[json.dumps(receipt | {"tree_size": 3})])


def test_a_back_dated_event(evidence: Evidence, attacker: Attacker) -> None:
    documents = attacker.documents()
    documents[-1]["recorded_at"] = documents[0]["recorded_at"]
    attacker.rewrite(documents)
    assert "back-dated" in evidence.codes(attacker)


def test_an_event_of_tomorrow(evidence: Evidence, attacker: Attacker) -> None:
    documents = attacker.documents()
    documents[-1]["recorded_at"] = "2033-01-01T00:00:00.000000Z"
    attacker.rewrite(documents)
    assert "in-the-future" in evidence.codes(attacker)


def test_a_deleted_intermediate_checkpoint(evidence: Evidence, attacker: Attacker) -> None:
    attacker.sql("DELETE FROM checkpoints WHERE size = (SELECT size FROM checkpoints LIMIT 1 OFFSET 5)")
    assert "checkpoint-missing" in evidence.codes(attacker)


def test_a_deleted_newest_checkpoint(evidence: Evidence, attacker: Attacker) -> None:
    attacker.sql("DELETE FROM checkpoints WHERE size = (SELECT MAX(size) FROM checkpoints)")
    assert "checkpoint-missing" in evidence.codes(attacker)


def test_a_checkpoint_of_another_key(evidence: Evidence, attacker: Attacker) -> None:
    stranger = Signer(evidence.installation.signer.name, os.urandom(32))
    Attacker(attacker.path, stranger).rewrite(attacker.documents())
    assert evidence.codes(attacker) == {"checkpoint-not-trusted"}


def test_a_checkpoint_of_another_origin(evidence: Evidence, attacker: Attacker) -> None:
    stranger = Signer("jenjang.elsewhere", os.urandom(32))
    Attacker(attacker.path, stranger).rewrite(attacker.documents())
    assert evidence.codes(attacker) == {"checkpoint-not-trusted"}


def test_an_added_checkpoint_within_a_commit(evidence: Evidence, attacker: Attacker) -> None:
    documents = attacker.documents()
    inside = next(i for i, document in enumerate(documents) if document["commit"] < i - 2)
    note = sign(Checkpoint(attacker.signer.name, inside, b"\x01" * 32), attacker.signer)
    attacker.sql(f"INSERT INTO checkpoints VALUES ({inside}, '{note}')")
    assert {"checkpoint-unexpected", "root-differs"} <= evidence.codes(attacker)


def test_a_view_instead_of_a_table(evidence: Evidence, attacker: Attacker) -> None:
    attacker.sql("ALTER TABLE documents RENAME TO hidden", "CREATE VIEW documents AS SELECT * FROM hidden")
    assert "schema-changed" in evidence.codes(attacker)


@pytest.mark.parametrize("table", ["events", "checkpoints", "head", "commands", "person_keys", "inbox"])
def test_a_missing_table_is_a_finding_and_no_crash(
    evidence: Evidence, attacker: Attacker, table: str
) -> None:
    connection = sqlite3.connect(attacker.path)
    connection.execute(f"DROP TABLE {table}")
    connection.close()
    assert "schema-changed" in evidence.codes(attacker)


def test_a_dropped_guard(evidence: Evidence, attacker: Attacker) -> None:
    connection = sqlite3.connect(attacker.path)
    connection.execute("DROP TRIGGER events_no_update")
    connection.close()
    assert evidence.codes(attacker) == {"guard-missing"}


def test_a_weakened_and_a_foreign_trigger(evidence: Evidence, attacker: Attacker) -> None:
    connection = sqlite3.connect(attacker.path)
    connection.execute("DROP TRIGGER events_no_update")
    connection.execute("CREATE TRIGGER events_no_update BEFORE UPDATE ON events BEGIN SELECT 1; END")
    connection.execute("CREATE TRIGGER quiet AFTER INSERT ON inbox BEGIN DELETE FROM inbox; END")
    connection.close()
    assert evidence.codes(attacker) == {"guard-changed"}


@pytest.mark.parametrize("spelling", ["duplicate", "space", "float"])
def test_a_record_that_is_not_canonical_with_right_hashes(
    evidence: Evidence, attacker: Attacker, spelling: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def spelled(document: dict[str, object]) -> bytes:
        record = encode(document)
        if document["position"] != MIDDLE:
            return record
        return {
            "duplicate": record[:-1] + b',"version":1}',
            "space": record.replace(b":", b": ", 1),
            "float": record.replace(b'"schema":1', b'"schema":1.0'),
        }[spelling]

    monkeypatch.setattr("tests.audit.attacker.encode", spelled)
    attacker.rewrite(attacker.documents())
    assert "not-canonical" in evidence.codes(attacker)


def test_a_sealed_box_put_into_another_event(evidence: Evidence, attacker: Attacker) -> None:
    documents = attacker.documents()
    sealed = [document for document in documents if "sealed" in document]
    sealed[0]["sealed"]["box"], sealed[1]["sealed"]["box"] = (
        sealed[1]["sealed"]["box"],
        sealed[0]["sealed"]["box"],
    )
    attacker.rewrite(documents)
    assert "seal-broken" in evidence.codes(attacker)


def test_a_swapped_person_key(evidence: Evidence, attacker: Attacker) -> None:
    attacker.sql(
        "UPDATE person_keys SET wrapped_key = (SELECT wrapped_key FROM person_keys ORDER BY person_id DESC "
        "LIMIT 1) WHERE person_id = (SELECT MIN(person_id) FROM person_keys)"
    )
    assert "person-key-broken" in evidence.codes(attacker)


def test_a_deleted_person_key(evidence: Evidence, attacker: Attacker) -> None:
    attacker.sql("DELETE FROM person_keys WHERE person_id = (SELECT MIN(person_id) FROM person_keys)")
    assert "sealed-unreadable" in evidence.codes(attacker)


def test_an_edited_idempotency_row(evidence: Evidence, attacker: Attacker) -> None:
    attacker.sql(
        "UPDATE commands SET position = position - 1 WHERE position = (SELECT MAX(position) FROM commands)"
    )
    assert "command-row-differs" in evidence.codes(attacker)


def test_a_deleted_idempotency_row(evidence: Evidence, attacker: Attacker) -> None:
    attacker.sql("DELETE FROM commands WHERE position = (SELECT MAX(position) FROM commands)")
    assert evidence.codes(attacker) == {"command-row-missing"}


def test_a_forged_event_id(evidence: Evidence, attacker: Attacker) -> None:
    documents = attacker.documents()
    documents[-1]["id"] = "00000000-0000-4000-8000-000000000000"
    attacker.rewrite(documents)
    assert "event-id-differs" in evidence.codes(attacker)


def test_a_widened_api_key(evidence: Evidence, attacker: Attacker) -> None:
    attacker.sql("UPDATE api_keys SET scopes = 'audit:read'")
    assert evidence.codes(attacker) == {"projection-row-differs"}


def test_an_api_key_that_was_never_issued(evidence: Evidence, attacker: Attacker) -> None:
    attacker.sql(
        "INSERT INTO api_keys SELECT 'forged', label, 'forged', scopes, created_at, NULL, sandbox, NULL, "
        "NULL, NULL, 0 FROM api_keys LIMIT 1"
    )
    assert evidence.codes(attacker) == {"projection-row-extra"}


def test_a_revoked_api_key_brought_back(evidence: Evidence, attacker: Attacker) -> None:
    attacker.sql("UPDATE api_keys SET revoked_at = NULL")
    assert evidence.codes(attacker) == {"projection-row-differs"}


@pytest.mark.parametrize("table", [projection.table.name for projection in all_projections()])
def test_every_projection_is_compared_row_by_row(evidence: Evidence, attacker: Attacker, table: str) -> None:
    connection = sqlite3.connect(attacker.path)
    columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})") if row[5] == 0]
    keys = [row[1] for row in connection.execute(f"PRAGMA table_info({table})") if row[5]]
    connection.close()
    one = f"({', '.join(keys)}) = (SELECT {', '.join(keys)} FROM {table} LIMIT 1)"
    inserted = attacker.on_fresh_copy("inserted")
    others = ", ".join(
        c
        if c != keys[0] and not metadata.tables[table].c[c].unique
        else f"CASE typeof({c}) WHEN 'text' THEN {c} || 'x' ELSE {c} + 99999 END"
        for c in [*keys, *columns]
    )
    inserted.sql(f"INSERT INTO {table} ({', '.join([*keys, *columns])}) SELECT {others} FROM {table} LIMIT 1")
    assert evidence.codes(inserted) == {"projection-row-extra"}
    deleted = attacker.on_fresh_copy("deleted")
    deleted.sql(f"DELETE FROM {table} WHERE {one}")
    assert evidence.codes(deleted) == {"projection-row-missing"}
    if columns:
        attacker.sql(f"UPDATE {table} SET {columns[-1]} = 'x' WHERE {one}")
        assert evidence.codes(attacker) == {"projection-row-differs"}


def test_insert_or_replace_is_refused_and_without_guards_found(
    evidence: Evidence, attacker: Attacker
) -> None:
    replace = (
        "INSERT OR REPLACE INTO events SELECT position, CAST(record || ' ' AS BLOB), leaf_hash, stream, "
        f"version, category, type, actor, recorded_at, wakes FROM events WHERE position = {MIDDLE}"
    )
    connection = sqlite3.connect(attacker.path)
    with pytest.raises(sqlite3.IntegrityError):
        connection.execute(replace)
    connection.close()
    assert evidence.verify(attacker.path).ok
    attacker.sql(replace)
    assert {"leaf-hash-differs", "not-canonical"} <= evidence.codes(attacker)


def test_an_idempotency_row_that_promises_a_later_tree(evidence: Evidence, attacker: Attacker) -> None:
    attacker.sql("UPDATE commands SET tree_size = (SELECT MAX(size) FROM checkpoints) WHERE position < 10")
    assert evidence.codes(attacker) == {"command-row-differs"}


def test_a_line_added_to_a_checkpoint(evidence: Evidence, attacker: Attacker) -> None:
    attacker.sql(
        "UPDATE checkpoints SET note = note || '— jenjang.other AAAAAAAA' || char(10) "
        "WHERE size = (SELECT MAX(size) FROM checkpoints)"
    )
    assert evidence.codes(attacker) == {"checkpoint-differs"}


def test_a_table_that_compares_or_keeps_otherwise(evidence: Evidence, attacker: Attacker) -> None:
    attacker.sql(
        "ALTER TABLE head RENAME TO old",
        "CREATE TABLE head (id INTEGER NOT NULL, size BLOB NOT NULL, frontier BLOB NOT NULL, "
        "recorded_at TEXT NOT NULL COLLATE NOCASE, PRIMARY KEY (id))",
        "INSERT INTO head SELECT * FROM old",
        "DROP TABLE old",
    )
    details = [finding.detail for finding in evidence.verify(attacker.path).findings]
    assert any("size" in detail for detail in details)
    assert any("COLLATE" in detail for detail in details)
