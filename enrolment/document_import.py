"""Documents of many people from a manifest: a CSV or XLSX beside the files that it names.

All or nothing unless `partial`. A document that lies in the person's file already, by kind and bytes,
is not filed again, whatever became of it, so that the same manifest twice changes nothing.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from domain.commands import FileDocument
from domain.identity import SYSTEM
from domain.personnel_file import DOCUMENT_TYPE, OLDEST_DOCUMENT
from enrolment.roster_import import Terms
from installation import Installation
from integrations.media_types import media_type_of
from integrations.object_store import CHUNK, ObjectMissing, ObjectStore, sha256_of
from projections import employees
from roster.reading import Reading, UnreadableFile
from roster.report import Report
from roster.table import Column, Line, find_table, lines
from roster.workbook import read_grids

COLUMNS = (
    Column("nip", ("nip",), key=True),
    Column("document_type", ("jenis dokumen", "document_type", "document type", "jenis"), key=True),
    Column("path", ("berkas", "file", "path", "lokasi berkas", "nama berkas")),
    Column("issued_on", ("tanggal dokumen", "tanggal", "date", "issued_on", "issued on"), required=False),
)
AS_IT_IS = Terms()


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest document in bytes, and the newest day that can stand on one."""

    size: int
    newest: date


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """One document that is to be filed: whose, what, which bytes, when issued."""

    row: int
    person_id: str
    document_type: str
    path: Path
    media_type: str
    sha256: str
    issued_on: date | None


def import_documents(installation: Installation, path: Path, terms: Terms = AS_IT_IS) -> Report:
    """Import the manifest `path` and report; its file names are relative to its own folder.

    Codes of errors: nip_unknown, document_type_invalid, file_empty, path_outside, file_missing,
    file_too_big, file_type, date_invalid, and those of UnreadableFile.
    """
    with installation.reader.engine.connect() as connection:
        view = installation.reader.directory.current(connection)
        people = {row["nip"]: row["person_id"] for row in employees.everybody(connection) if row["nip"]}
    today = view.calendar.today(installation.clock())
    limits = Limits(installation.settings.document_limit_mb * 2**20, today)
    try:
        table = find_table(read_grids(path), COLUMNS)
    except UnreadableFile as unreadable:
        return Report.of(Reading((), (unreadable.issue,), (), 0))
    folder = path.resolve().parent
    examined = [(line, _row(line, people, folder, limits)) for line in lines(table)]
    reading = Reading(
        rows=tuple(row for line, row in examined if row is not None and not line.errors),
        errors=tuple(issue for line, _ in examined for issue in line.errors),
        warnings=tuple(issue for line, _ in examined for issue in line.warnings),
        records=len(examined),
    )
    if terms.stop(reading):
        return Report.of(reading)
    kinds = view.policy_in_force(today).personnel_file

    def kind(document_type: str) -> str:
        return kinds.code_of(document_type) or document_type

    filed = {(d.person_id, kind(d.document_type), d.sha256) for d in view.files.documents.values()}
    new = []
    for row in reading.rows:
        key = (row.person_id, kind(row.document_type), row.sha256)
        if key not in filed:
            filed.add(key)
            new.append(row)
    if not terms.dry_run:
        _file(installation, new, limits.size)
    return Report.of(reading, imported=len(new), unchanged=len(reading.rows) - len(new))


def _row(line: Line, people: dict[str, str], folder: Path, limits: Limits) -> ManifestRow | None:
    person_id = people.get(line.text("nip").lstrip("'").replace(" ", ""))
    if person_id is None:
        line.fault("nip", "nip_unknown", "NIP ini tidak ada dalam daftar pegawai.")
    document_type = line.text("document_type")
    if re.fullmatch(DOCUMENT_TYPE, document_type) is None:
        line.fault("document_type", "document_type_invalid", "Jenis dokumen: satu kata atau nomor SIASN.")
    issued_on = line.date_in("issued_on")
    if issued_on is not None and not OLDEST_DOCUMENT <= issued_on <= limits.newest:
        line.fault("issued_on", "date_invalid", "Tanggal dokumen di luar yang mungkin.")
    found = _bytes(line, folder, limits.size)
    if person_id is None or found is None or line.errors:
        return None
    return ManifestRow(line.row, person_id, document_type, *found, issued_on)


def _bytes(line: Line, folder: Path, limit: int) -> tuple[Path, str, str] | None:
    """Path, media type and hash of the file that a row names, which has to lie in `folder`."""
    name = line.text("path")
    if not name:
        line.fault("path", "file_empty", "Nama berkas belum diisi.")
        return None
    try:
        # Resolved first: neither `..`, nor an absolute name, nor a link leads out of the folder.
        path = (folder / name.replace("\\", "/")).resolve()
        if not path.is_relative_to(folder):
            line.fault("path", "path_outside", "Berkas harus berada di folder manifes atau di bawahnya.")
            return None
        if not path.is_file():  # a pipe would wait for a writer for ever
            raise FileNotFoundError(path)
        if path.stat().st_size > limit:
            line.fault("path", "file_too_big", f"Berkas melebihi {limit // 2**20} MiB.")
            return None
        with path.open("rb") as file:
            media_type = media_type_of(file)
        if media_type is None:
            line.fault("path", "file_type", "Isi berkas bukan PDF, JPEG atau PNG.")
            return None
        return path, media_type, sha256_of(path)
    except (OSError, RuntimeError, ValueError):
        line.fault("path", "file_missing", "Berkas ini tidak ada atau tidak terbaca.")
        return None


def _file(installation: Installation, rows: list[ManifestRow], limit: int) -> None:
    """Store all bytes first, then file: a document in the ledger always has its bytes, and a file that
    has changed meanwhile stops the import before anything is filed.
    """
    store = installation.documents
    sizes = [_store(store, row, limit) for row in rows]
    waiting = []
    for row, size in zip(rows, sizes, strict=True):
        command = FileDocument(
            command_id=str(uuid.uuid4()),
            actor=SYSTEM,
            document_id=str(uuid.uuid4()),
            person_id=row.person_id,
            document_type=row.document_type,
            media_type=row.media_type,
            size_bytes=size,
            sha256=row.sha256,
            file_name=row.path.name[-120:],
            issued_on=row.issued_on,
        )
        waiting.append(installation.ledger.submit(command))
    for answer in waiting:
        answer.result()
    for row in rows:
        # The erasure of somebody with the same document may have taken the bytes away meanwhile.
        if not store.has(row.sha256):
            _store(store, row, limit)


def _store(store: ObjectStore, row: ManifestRow, limit: int) -> int:
    """The bytes into the store; raises ObjectMissing where the file changed since it was read."""
    with row.path.open("rb") as file, store.receive(limit) as arrival:
        while piece := file.read(CHUNK):
            arrival.write(piece)
        stored = arrival.finish()
    if stored.sha256 != row.sha256:
        raise ObjectMissing(f"row {row.row}: the file changed while it was imported")
    return stored.size_bytes
