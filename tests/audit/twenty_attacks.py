"""The twenty attacks of the audit's design, each by what its attacker can do best."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from unittest.mock import patch

from audit.rebuild import rebuild
from ledger.database import open_database
from ledger.record import encode
from projections.catalogue import all_projections
from proofs.merkle import leaf_hash
from tests.audit.conftest import copy_of
from tests.audit.siege import DECREE, STEP, Breach, Document, unit
from tests.audit.test_unlawful import decision, open_at, subject_of


def _bytes_edited(breach: Breach, *, hashed: bool = False) -> None:
    position = breach.decided()
    record = encode(breach.documents[position]).replace(b'"approve"', b'"reject"', 1)
    breach.replace(position, record, leaf_hash(record) if hashed else None)


def _edited_with_its_hash(breach: Breach) -> None:
    _bytes_edited(breach, hashed=True)


def _edited_and_relinked(breach: Breach) -> None:
    documents = breach.documents
    documents[breach.decided()]["data"]["outcome"] = "reject"
    breach.attacker.rewrite(documents, sign_again=False)


def _rewritten_and_signed(breach: Breach) -> None:
    documents = breach.documents
    documents[breach.decided()]["data"]["outcome"] = "reject"
    breach.attacker.rewrite(documents)


def _column_edited(breach: Breach) -> None:
    breach.attacker.sql(f"UPDATE events SET actor = 'x' WHERE position = {breach.decided()}")


def _read_model_edited(breach: Breach) -> None:
    breach.attacker.sql("UPDATE personnel_actions SET status = 'withdrawn' WHERE status = 'in_review'")


def _middle_deleted(breach: Breach) -> None:
    documents, gone = breach.documents, breach.decided()
    del documents[gone]
    for document in documents[gone:]:
        document["version"] -= document["stream"] == breach.stream
        document["commit"] -= document["commit"] > gone
    breach.put(documents)


def _tail_cut(breach: Breach) -> None:
    """To an earlier checkpoint, which the log itself signed; read models and retries are tidied."""
    cosigned = breach.camp.sizes[1]
    size = cosigned - 1 if breach.power == "backup" else breach.documents[cosigned - 1]["commit"]
    breach.attacker.rewrite(breach.documents[:size], sign_again=breach.power == "backup")
    breach.attacker.sql(
        f"DELETE FROM checkpoints WHERE size > {size}", f"DELETE FROM commands WHERE position >= {size}"
    )
    engine = open_database(f"sqlite+pysqlite:///{breach.attacker.path}")
    rebuild(engine, all_projections(), breach.camp.sealing_key)
    engine.dispose()


def _old_backup(breach: Breach) -> None:
    copy_of(breach.camp.backup, breach.attacker.path)


def _back_dated(breach: Breach) -> None:
    """A decision by who may decide, and of a day before the case began."""
    documents = breach.documents
    task = _task(breach, documents)
    lawful = decision(task, breach.camp.reviewer, task["data"]["office"])
    breach.attacker.append(lawful | {"recorded_at": documents[0]["recorded_at"]})


def _row_outside_the_log(breach: Breach) -> None:
    with breach.attacker.act() as connection:
        columns = "leaf_hash, 'unit/x', 1, category, type, actor, recorded_at, wakes"
        connection.execute(
            f"INSERT INTO events SELECT (SELECT MAX(position) + 1 FROM events), record, {columns} "
            "FROM events WHERE type = 'UnitRegistered' LIMIT 1"
        )


def _leaves_swapped(breach: Breach) -> None:
    documents, first = breach.documents, breach.decided()
    documents[first], documents[first + 1] = documents[first + 1], documents[first]
    breach.put(documents)


def _unlawful_act(breach: Breach) -> None:
    documents = breach.documents
    task = _task(breach, documents)
    breach.attacker.append(decision(task, subject_of(documents, task["stream"]), task["data"]["office"]))


def _task(breach: Breach, documents: list[Document]) -> Document:
    running = f"personnel-action/{breach.camp.under_way}"
    return open_at([d for d in documents if d["stream"] == running], STEP)


def _personal_value_altered(breach: Breach) -> None:
    documents = breach.documents
    mine, other = [d for d in documents if d["stream"] == breach.stream and "sealed" in d][:2]
    mine["sealed"]["box"] = other["sealed"]["box"]
    breach.put(documents)


def _personal_key_deleted(breach: Breach) -> None:
    subject = subject_of(breach.documents, breach.stream)
    breach.attacker.sql(f"DELETE FROM person_keys WHERE person_id = '{subject}'")


def _decree_replaced(breach: Breach) -> None:
    sha256 = hashlib.sha256(DECREE).hexdigest()
    file = breach.folder / "documents" / sha256[:2] / sha256[2:]
    file.chmod(0o600)
    file.write_bytes(b"%PDF-1.7 keputusan lain")


def _clock_set_back(breach: Breach) -> None:
    """What follows the cosigned tree is cut off, and something recorded as if before the witness looked."""
    known = breach.documents[: breach.camp.sizes[1]]
    breach.put(known)
    breach.attacker.append(unit("early", known))


def _cosignature_stripped(breach: Breach) -> None:
    documents = breach.documents
    published = [d for d in documents if d["type"] == "CheckpointPublished"]
    if breach.power == "database":
        size = published[-1]["data"]["size"]
        breach.attacker.sql(f"DELETE FROM checkpoints WHERE size = {size}")
        return
    for document in published:
        document["data"]["cosignatures"] = []
    breach.put(documents)


def _view_and_no_guards(breach: Breach) -> None:
    breach.attacker.sql(
        "ALTER TABLE documents RENAME TO hidden", "CREATE VIEW documents AS SELECT * FROM hidden"
    )


def _not_canonical(breach: Breach) -> None:
    position = breach.decided()

    def spelled(document: Document) -> bytes:
        record = encode(document)
        return record if document["position"] != position else record[:-1] + b',"version":1}'

    with patch("tests.audit.attacker.encode", spelled):
        breach.put(breach.documents)


ATTACKS: dict[str, Callable[[Breach], None]] = {
    "1 bytes edited": _bytes_edited,
    "2 edited with its hash": _edited_with_its_hash,
    "3 edited and relinked": _edited_and_relinked,
    "4 rewritten and signed": _rewritten_and_signed,
    "5 column edited": _column_edited,
    "6 read model edited": _read_model_edited,
    "7 middle deleted": _middle_deleted,
    "8 tail cut": _tail_cut,
    "9 old backup": _old_backup,
    "10 back-dated": _back_dated,
    "11 row outside the log": _row_outside_the_log,
    "12 leaves swapped": _leaves_swapped,
    "13 unlawful act": _unlawful_act,
    "14 personal value altered": _personal_value_altered,
    "15 personal key deleted": _personal_key_deleted,
    "16 decree replaced": _decree_replaced,
    "17 clock set back": _clock_set_back,
    "18 cosignature stripped": _cosignature_stripped,
    "19 view and no guards": _view_and_no_guards,
    "20 not canonical": _not_canonical,
}
