"""The copy of everything held about a person: one zip of JSON and documents, which explains itself."""

from __future__ import annotations

import io
import json
import shutil
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from typing import IO, Any, BinaryIO

from sqlalchemy import Connection, select

from domain.erasure import retention
from domain.serving import standing_of
from ledger.directory_view import DirectoryView
from ledger.read import Reader, newest_checkpoint
from ledger.record import decode, parse_moment
from ledger.schema import events
from projections import employees
from projections.documents import documents
from proofs.checkpoint import Checkpoint
from proofs.signed_note import parse_note
from subject_access.read_models import rows_about
from subject_access.records import WITHHELD, Found, find, records_at, section_of

KEPT_IN_MEMORY = 4 * 2**20
EPOCH = (1980, 1, 1, 0, 0, 0)
README = """Salinan data pribadi / Copy of personal data

person.json             register, masa simpan, ringkasan / register, retention, summary
read-models.jsonl       baris tabel kerja tentang orang ini / rows of working tables about the person
records/*.jsonl         setiap rekaman log tentang orang ini, per bagian, terbuka bila disegel untuknya
                        every record of the log about the person, by part, opened where sealed for them
documents/              isi dokumen dalam berkasnya / the documents in the file

Dasar / basis: UU 27/2022 pasal 5-7, 13, 32 (akses, salinan, format yang lazim).
Tidak termasuk / not in it:
- yang disegel untuk orang lain (pasal 33) / what is sealed for others (art. 33)
- isi catatan pemeriksa (pasal 15) / what auditors wrote (art. 15)
- kata sandi dan kunci: hanya sidik atau bungkusnya yang disimpan / passwords and keys: only hashes or
  wrappings are held
- cadangan lama, dan apa yang sudah dibawa keluar / old backups, and what was carried out of the building
Rekaman dapat dibuktikan / records can be proven: /v1/audit/proofs/inclusion?position=...
"""


@dataclass(frozen=True)
class Copied:
    """What went in: rows and records by part, and documents; `tree_size` is that of the ledger copied."""

    tree_size: int
    records: dict[str, int]
    rows: dict[str, int]
    documents: int
    documents_missing: int


def write_copy(
    reader: Reader,
    person_id: str,
    view: DirectoryView,
    today: date,
    out: BinaryIO,
    content: Callable[[str], bytes | None] | None,
) -> Copied:
    """Write the copy to `out`. `content` gives a document's bytes by its hash; None leaves documents out.
    `view` is the agency now, `today` its day. Raises LookupError for somebody who is not in the register.
    """
    with reader.engine.connect() as connection, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        register = employees.by_id(connection, person_id)
        note = newest_checkpoint(connection)
        if register is None or note is None:
            raise LookupError(person_id)
        head = Checkpoint.parse(parse_note(note).text)
        found = find(connection, person_id, head.size)
        records = _write_records(reader, connection, archive, person_id, found)
        rows = _write_rows(connection, archive, person_id, found)
        held, missing = _write_documents(connection, archive, person_id, content)
        copied = Copied(head.size, records, rows, held, missing)
        told = {
            "format": "jenjang-person/1",
            "person_id": person_id,
            "register": dict(register),
            "retention": _retention(connection, person_id, view, today),
            "records": records,
            "rows": rows,
            "documents": {"held": held, "missing": missing},
            "ledger": {"size": head.size, "root": head.root.hex(), "checkpoint": note},
        }
        _put(archive, "person.json", json.dumps(told, ensure_ascii=False, indent=1).encode())
        _put(archive, "README.txt", README.encode())
    return copied


def _write_records(
    reader: Reader, connection: Connection, archive: zipfile.ZipFile, person_id: str, found: Found
) -> dict[str, int]:
    """A file for each part; counts by part."""
    with ExitStack() as open_parts:
        parts: dict[str, IO[bytes]] = {}
        counts: Counter[str] = Counter()
        for line, section in _lines(reader, connection, person_id, found):
            counts[section] += 1
            if section not in parts:
                part = tempfile.SpooledTemporaryFile(max_size=KEPT_IN_MEMORY)  # noqa: SIM115  (the stack closes it)
                parts[section] = open_parts.enter_context(part)
            parts[section].write(_line(line))
        for section, lines in sorted(parts.items()):
            lines.seek(0)
            with archive.open(_entry(f"records/{section}.jsonl"), "w", force_zip64=True) as entry:
                shutil.copyfileobj(lines, entry)
    return dict(sorted(counts.items()))


def _lines(
    reader: Reader, connection: Connection, person_id: str, found: Found
) -> Iterator[tuple[dict[str, Any], str]]:
    """Every record as it is told, with its part."""
    for position, record, leaf_hash in records_at(connection, found.positions):
        document = decode(record)
        section = section_of(document, person_id, found)
        line = {"position": position, "leaf_hash": leaf_hash.hex(), "record": document}
        if document.get("sealed", {}).get("for") == person_id:
            withheld = WITHHELD.get(document["stream"].partition("/")[0])
            opened = reader.unseal(connection, record) if withheld is None else None
            line |= {"opened": opened} if withheld is None else {"withheld": withheld}
        if section == "readings":
            names = employees.names(connection, {document["actor"]["id"]})
            line["reader_name"] = names.get(document["actor"]["id"], (None, None))[0]
        yield line, section


def _write_rows(
    connection: Connection, archive: zipfile.ZipFile, person_id: str, found: Found
) -> dict[str, int]:
    counts: Counter[str] = Counter()
    lines = io.BytesIO()
    for table, row in rows_about(connection, person_id, found.cases):
        counts[table] += 1
        lines.write(_line({"table": table, "row": row}))
    _put(archive, "read-models.jsonl", lines.getvalue())
    return dict(sorted(counts.items()))


def _write_documents(
    connection: Connection,
    archive: zipfile.ZipFile,
    person_id: str,
    content: Callable[[str], bytes | None] | None,
) -> tuple[int, int]:
    """One after the other, by hash; how many went in, and how many the store could not give."""
    held = missing = 0
    for sha256 in sorted(_hashes(connection, person_id)) if content is not None else ():
        found = content(sha256) if content is not None else None
        if found is None:
            missing += 1
            continue
        held += 1
        _put(archive, f"documents/{sha256}", found)
    return held, missing


def _hashes(connection: Connection, person_id: str) -> Iterator[str]:
    mine = select(documents.c.sha256).where(documents.c.person_id == person_id).distinct()
    yield from connection.execute(mine).scalars()


def _retention(connection: Connection, person_id: str, view: DirectoryView, today: date) -> dict[str, Any]:
    """The class under which the file is kept, and until when by which law."""
    statement = select(events.c.recorded_at).where(events.c.stream == f"employee/{person_id}")
    newest = connection.execute(statement.order_by(events.c.version.desc()).limit(1)).scalar()
    day = view.calendar.today(parse_moment(newest)) if newest else None
    person = view.agency.people[person_id]
    policy = view.policy_in_force(today)
    rules = policy.personal_data
    kept = []
    for item in retention(person, day, rules):
        rule = rules.retention[item.rule]
        until = item.until.isoformat() if item.until else None
        names = {"name_id": rule.name_id, "name_en": rule.name_en}
        kept.append(
            {"rule": item.rule, "until": until, **names, "citation": rule.citation, "doubt": rule.doubt}
        )
    return {
        "class": standing_of(person, rules),
        "policy_id": policy.id,
        "last_entry": _iso(day),
        "kept": kept,
    }


def _iso(day: Any) -> str | None:
    return day.isoformat() if day is not None else None


def _line(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, default=str).encode() + b"\n"


def _put(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    archive.writestr(_entry(name), content)


def _entry(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, EPOCH)
    info.compress_type = zipfile.ZIP_DEFLATED
    return info
