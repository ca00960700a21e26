"""Documents come in by a manifest: once, whole, and only from beside it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from enrolment import document_import
from enrolment.document_import import ManifestRow, import_documents
from enrolment.roster_import import Terms
from installation import Installation
from integrations.object_store import ObjectMissing, ObjectStore
from tests.enrolment.test_roster_import import everything, files, size  # noqa: F401

PDF = b"%PDF-1.7\nsurat\n%%EOF\n"


def manifest(folder: Path, *rows: str) -> Path:
    file = folder / "manifest.csv"
    file.write_text("NIP,Jenis Dokumen,Berkas,Tanggal Dokumen\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return file


def test_documents_come_in_once_and_only_from_the_manifest_s_folder(
    installation: Installation,
    files: tuple[object, Path],  # noqa: F811
) -> None:
    agency, folder = files
    everything(installation, folder)
    nip = agency.employees[0].nip  # type: ignore[attr-defined]
    (folder / "scan").mkdir()
    (folder / "scan" / "a.pdf").write_bytes(PDF)
    (folder / "scan" / "b.pdf").write_bytes(b"<html>")
    (folder.parent / "outside.pdf").write_bytes(PDF)
    (folder / "link.pdf").symlink_to(folder.parent / "outside.pdf")
    good = manifest(folder, f"{nip},872,scan/a.pdf,01-04-2024")
    before = size(installation)
    assert import_documents(installation, good, Terms(dry_run=True)).imported == 1
    assert size(installation) == before
    first, again = (import_documents(installation, good) for _ in range(2))
    assert (first.imported, first.unchanged, first.errors) == (1, 0, ())
    assert (again.imported, again.unchanged) == (0, 1)
    after = size(installation)
    assert after == before + 1
    bad = manifest(
        folder,
        f"{nip},887,scan/a.pdf,",
        f"{nip},872,../outside.pdf,",
        f"{nip},872,link.pdf,",
        f"{nip},872,scan/b.pdf,",
        f"{nip},872,scan/none.pdf,",
        "199901012020011099,872,scan/a.pdf,",
    )
    whole = import_documents(installation, bad)
    assert [issue.code for issue in whole.errors] == [
        "path_outside",
        "path_outside",
        "file_type",
        "file_missing",
        "nip_unknown",
    ]
    assert (whole.imported, size(installation)) == (0, after)
    assert import_documents(installation, bad, Terms(partial=True)).imported == 1


def test_odd_files_and_days_are_reported_and_names_are_no_kinds_of_document(
    installation: Installation,
    files: tuple[object, Path],  # noqa: F811
) -> None:
    """A loop of links, a pipe that nobody writes to, a day beyond counting, and a NIP as a type."""
    agency, folder = files
    everything(installation, folder)
    nip = agency.employees[0].nip  # type: ignore[attr-defined]
    (folder / "a.pdf").write_bytes(PDF)
    (folder / "loop.pdf").symlink_to(folder / "loop.pdf")
    os.mkfifo(folder / "pipe.pdf")
    told = import_documents(
        installation,
        manifest(
            folder,
            f"{nip},872,loop.pdf,",
            f"{nip},872,pipe.pdf,",
            f"{nip},872,a.pdf,01-01-0001",
            f"{nip},872,a.pdf,01-01-2199",
            f"{nip},SK Budi Santoso,a.pdf,",
            f"{nip},SK {nip},a.pdf,",
            f"{nip},{nip},a.pdf,",
        ),
    )
    assert [issue.code for issue in told.errors] == [
        "file_missing",
        "file_missing",
        "date_invalid",
        "date_invalid",
        *["document_type_invalid"] * 3,
    ]


def test_a_file_that_changes_during_the_import_stops_it_before_anything_is_filed(
    installation: Installation,
    files: tuple[object, Path],  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    agency, folder = files
    everything(installation, folder)
    nip = agency.employees[0].nip  # type: ignore[attr-defined]
    for name in ("a", "b"):
        (folder / f"{name}.pdf").write_bytes(PDF + name.encode())
    rows = manifest(folder, f"{nip},872,a.pdf,", f"{nip},887,b.pdf,")
    stored = document_import._store

    def overtaken(store: ObjectStore, row: ManifestRow, limit: int) -> int:
        (folder / "b.pdf").write_bytes(PDF + b"another")
        return stored(store, row, limit)

    monkeypatch.setattr(document_import, "_store", overtaken)
    before = size(installation)
    with pytest.raises(ObjectMissing):
        import_documents(installation, rows)
    assert size(installation) == before
