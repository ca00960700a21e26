"""Rosters come in whole, once, and never against an open action."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from enrolment.roster_import import Terms, import_roster
from installation import Installation
from ledger import read
from roster.generate_files import write_nominatif_xlsx, write_positions_csv, write_units_csv
from roster.generator import Agency, generate_agency
from settings import Settings
from tests import ranks
from tests.world import World, seed

AS_OF = date(2026, 11, 24)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Agency, Path]:
    agency = generate_agency(people=150, as_of=AS_OF)
    write_units_csv(agency, tmp_path / "units.csv")
    write_positions_csv(agency, tmp_path / "positions.csv")
    write_nominatif_xlsx(agency, tmp_path / "people.xlsx")
    return agency, tmp_path


def everything(installation: Installation, folder: Path) -> list[tuple[int, int, int]]:
    found = []
    for kind, name in (("units", "units.csv"), ("positions", "positions.csv"), ("employees", "people.xlsx")):
        report = import_roster(installation, kind, folder / name)  # type: ignore[arg-type]
        assert not report.errors
        found.append((report.imported, report.changed, report.unchanged))
    return found


def size(installation: Installation) -> int:
    with installation.reader.engine.connect() as connection:
        return read.size(connection)


def test_the_same_files_twice_change_nothing(installation: Installation, files: tuple[Agency, Path]) -> None:
    agency, folder = files
    first = everything(installation, folder)
    assert first[2] == (len(agency.employees), 0, 0)
    before = size(installation)
    assert everything(installation, folder)[2] == (0, 0, len(agency.employees))
    assert size(installation) == before


def test_a_dry_run_changes_nothing(installation: Installation, files: tuple[Agency, Path]) -> None:
    _, folder = files
    before = size(installation)
    report = import_roster(installation, "units", folder / "units.csv", Terms(dry_run=True))
    assert report.imported > 0
    assert size(installation) == before


def test_one_error_keeps_the_whole_file_out_unless_asked_for_the_good_rows(
    installation: Installation, files: tuple[Agency, Path]
) -> None:
    agency, folder = files
    everything(installation, folder)
    write_nominatif_xlsx(agency, folder / "faulty.xlsx", plant={"name_empty": 2})
    (folder / "fresh").mkdir()
    whole = import_roster(installation, "employees", folder / "faulty.xlsx")
    assert len(whole.errors) == 2
    assert (whole.imported, whole.changed, whole.unchanged) == (0, 0, 0)
    partial = import_roster(installation, "employees", folder / "faulty.xlsx", Terms(partial=True))
    assert partial.unchanged == len(agency.employees) - 2


def test_a_changed_row_is_registered_as_changed(
    installation: Installation, files: tuple[Agency, Path]
) -> None:
    _, folder = files
    everything(installation, folder)
    with (folder / "units.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    rows[3][1] = rows[3][1] + " Baru"
    with (folder / "units.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    report = import_roster(installation, "units", folder / "units.csv")
    assert (report.imported, report.changed) == (0, 1)


def test_a_post_that_an_open_action_has_promised_is_refused_to_the_roster(
    world: World, tmp_path: Path
) -> None:
    target = world.vacancies()[0]
    world.submit(world.movable()[0], target)
    mover = world.movable()[1]
    nip = next(nip for nip, person in world.ids.items() if person == mover)
    rows = list(world.synthetic.employees)
    moved = Agency(
        world.synthetic.units,
        world.synthetic.positions,
        tuple(_moved(row, target, world) if row.nip == nip else row for row in rows),
        world.synthetic.as_of,
    )
    write_nominatif_xlsx(moved, tmp_path / "people.xlsx")
    report = import_roster(world.installation, "employees", tmp_path / "people.xlsx", Terms(partial=True))
    assert [issue.code for issue in report.errors] == ["position_promised"]
    assert world.agency.people[mover].position_id != target


def test_an_older_roster_does_not_undo_a_grade_that_a_decree_gave(tmp_path: Path) -> None:
    now = [datetime(2026, 11, 24, 2, 0, tzinfo=UTC)]
    installation = Installation(Settings(data=tmp_path), clock=lambda: now[0])
    installation.set_up()
    world = seed(installation, generate_agency(people=200, as_of=AS_OF))
    write_nominatif_xlsx(world.synthetic, tmp_path / "people.xlsx")
    clerk, _ = ranks.due_clerks(world, 2)
    list_id = ranks.sent(world, ranks.frozen(world))
    ranks.approved(world, list_id, clerk)
    ranks.decreed(world, list_id)
    now[0] = datetime(2027, 1, 1, tzinfo=UTC)
    ranks.advanced(world, list_id)
    report = import_roster(installation, "employees", tmp_path / "people.xlsx")
    person = world.agency.people[clerk]
    assert (person.grade, person.grade_since, person.grade_by) == ("III/b", date(2027, 1, 1), list_id)
    assert [issue.code for issue in report.warnings if issue.code == "grade_decreed"] == ["grade_decreed"]
    again = import_roster(installation, "employees", tmp_path / "people.xlsx")
    assert (again.imported, again.changed) == (0, 0)
    installation.close()


def _moved(row, target: str, world: World):  # type: ignore[no-untyped-def]
    from dataclasses import replace

    return replace(row, position_id=target, unit_id=world.agency.posts[target].unit_id)
