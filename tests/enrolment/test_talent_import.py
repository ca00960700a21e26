"""Results come in whole, once, each in its line; who is moved is placed in the same commit."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from demo.results import record_results
from domain.talent_record import Placement
from enrolment.roster_import import Terms
from enrolment.talent_import import import_talent, place_everybody
from installation import Installation
from ledger import read
from ledger.facts import talent_for_reading
from tests.world import World

SKP = ("nip", "tahun", "hasil_kerja", "perilaku_kerja", "pejabat_penilai_nip")
CACT = (
    "nip",
    "tanggal_tes",
    "potensi",
    "manajerial_sosiokultural",
    "literasi_digital",
    "emerging_skill",
)
WHOLE, PARTIAL, DRY = Terms(), Terms(partial=True), Terms(dry_run=True)


def write(path: Path, header: tuple[str, ...], rows: list[tuple[Any, ...]]) -> Path:
    if path.suffix == ".xlsx":
        book = Workbook()
        sheet = book.active
        assert sheet is not None
        for row in [("DAFTAR NILAI",), (), header, *rows]:
            sheet.append(row)
        book.save(path)
        return path
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def nips(world: World, count: int) -> list[str]:
    known = {person_id: nip for nip, person_id in world.ids.items()}
    return [known[person_id] for person_id in world.movable()[:count]]


def size(world: World) -> int:
    with world.installation.reader.engine.connect() as connection:
        return read.size(connection)


def placements(world: World) -> dict[str, Placement]:
    with world.installation.reader.engine.connect() as connection:
        return talent_for_reading(world.installation.reader, connection).placements()


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_both_files_map_people_and_a_second_time_change_nothing(
    world: World, tmp_path: Path, suffix: str
) -> None:
    one, two, three, head = nips(world, 4)
    rated = [
        (one, 2024, 2, 2, head),
        (one, 2025, 1, 1, head),
        (two, 2025, 2, 2, head),
        (three, 2025, 3, 3, head),
    ]
    skp = write(tmp_path / f"skp.{suffix}", SKP, rated)
    cact = write(
        tmp_path / f"cact.{suffix}",
        CACT,
        [(one, "03-04-2025", 90, 85, 88, 91), (two, date(2025, 5, 6), 35, 40, 41, 42)],
    )
    first = import_talent(world.installation, "skp", skp, WHOLE)
    assert (first.rows, first.imported, first.errors) == (4, 4, ())
    assert import_talent(world.installation, "cact", cact, WHOLE).imported == 2
    assert {p: place.box for p, place in placements(world).items()} == {
        world.ids[one]: 9,
        world.ids[two]: 2,
    }
    before = size(world)
    for kind, path, rows in (("skp", skp, 4), ("cact", cact, 2)):
        again = import_talent(world.installation, kind, path, WHOLE)  # type: ignore[arg-type]
        assert (again.imported, again.changed, again.unchanged) == (0, 0, rows)
    assert size(world) == before


def test_a_changed_rating_is_told_as_changed(world: World, tmp_path: Path) -> None:
    one, head = nips(world, 2)
    import_talent(world.installation, "skp", write(tmp_path / "a.csv", SKP, [(one, 2025, 2, 2, head)]), WHOLE)
    second = write(tmp_path / "b.csv", SKP, [(one, 2025, 1, 2, head)])
    report = import_talent(world.installation, "skp", second, WHOLE)
    assert (report.imported, report.changed, report.unchanged) == (0, 1, 0)


def test_every_fault_is_told_with_its_line_and_keeps_the_file_out(world: World, tmp_path: Path) -> None:
    one, two, head = nips(world, 3)
    rows = [
        (one, 2025, 2, 2, head),
        (two, 2025, 2, 2, two),
        ("198802212008012001", 2025, 2, 2, head),
        (two, 2025, 4, "?", head),
        (two, 2026, 2, 2, head),
        (one, 2025, 1, 1, head),
        ("19880221200801200", 2025, 2, 2, head),
        (two, "25", 2, 2, head),
    ]
    path = write(tmp_path / "skp.csv", SKP, rows)
    report = import_talent(world.installation, "skp", path, WHOLE)
    assert [(issue.row, issue.column, issue.code) for issue in report.errors] == [
        (3, "pejabat_penilai_nip", "self_assessment"),
        (4, "nip", "person_unknown"),
        (5, "hasil_kerja", "judgement_unknown"),
        (5, "perilaku_kerja", "judgement_unknown"),
        (5, "tahun", "rating_duplicate"),
        (6, "tahun", "year_not_over"),
        (7, "tahun", "rating_duplicate"),
        (8, "nip", "nip_length"),
        (9, "tahun", "year_invalid"),
    ]
    assert (report.rows, report.imported) == (8, 0)
    assert import_talent(world.installation, "skp", path, PARTIAL).imported == 1


def test_an_assessor_whom_nobody_knows_is_a_warning(world: World, tmp_path: Path) -> None:
    one, two = nips(world, 2)
    rows = [(one, 2025, 2, 2, "196501011990031001"), (two, 2025, 2, 2, "")]
    report = import_talent(world.installation, "skp", write(tmp_path / "skp.csv", SKP, rows), WHOLE)
    assert [(w.row, w.code) for w in report.warnings] == [(2, "assessor_unknown"), (3, "assessor_empty")]
    assert report.imported == 2


def test_faults_of_a_test_file(world: World, tmp_path: Path) -> None:
    (one,) = nips(world, 1)
    rows = [
        (one, "03-04-2025", 90, 85, 88, 91),
        (one, "03-04-2025", 90, 85, 88, 91),
        (one, "30-02-2025", 90, 85, 88, 91),
        (one, "", 90, 85, 88, 91),
        (one, "01-01-2031", 90, 85, 88, 91),
        (one, "04-04-2025", 101, -1, "88,5", ""),
    ]
    report = import_talent(world.installation, "cact", write(tmp_path / "cact.csv", CACT, rows), WHOLE)
    assert [(issue.row, issue.code) for issue in report.errors] == [
        (3, "test_duplicate"),
        (4, "date_invalid"),
        (5, "date_empty"),
        (6, "test_date_future"),
        *[(7, "score_invalid")] * 4,
    ]


def test_a_dry_run_tells_and_records_nothing(world: World, tmp_path: Path) -> None:
    one, head = nips(world, 2)
    before = size(world)
    path = write(tmp_path / "skp.csv", SKP, [(one, 2025, 2, 2, head)])
    assert import_talent(world.installation, "skp", path, DRY).imported == 1
    assert size(world) == before


def test_a_file_without_its_columns(world: World, tmp_path: Path) -> None:
    path = write(tmp_path / "skp.csv", ("nip", "tahun"), [("1", 2025)])
    assert [i.code for i in import_talent(world.installation, "skp", path, WHOLE).errors] == [
        "column_missing"
    ]


def test_everybody_is_placed_anew_only_where_something_changed(world: World) -> None:
    record_results(world)
    assert place_everybody(world.installation)[1] == 0
    before = placements(world)
    assert before
    assert place_everybody_in(world, 2031) == len(before)
    assert {placement.box for placement in placements(world).values()} == {None}


def place_everybody_in(world: World, year: int) -> int:
    """As a process would that starts in that year."""
    other = Installation(world.installation.settings, clock=lambda: datetime(year, 1, 2, tzinfo=UTC))
    try:
        return place_everybody(other)[1]
    finally:
        other.close()
