"""Units are read into one tree."""

from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from roster.generate_files import write_units_csv
from roster.generator import Agency
from roster.units import UnitRow, read_units

HEADER = "kode,nama,kode_induk\n"


def faults(path: Path, existing: tuple[UnitRow, ...] = ()) -> list[tuple[int, str, str]]:
    return [(issue.row, issue.column, issue.code) for issue in read_units(path, existing).errors]


def test_a_written_structure_reads_back_as_itself(agency: Agency, tmp_path: Path) -> None:
    write_units_csv(agency, tmp_path / "u.csv")
    reading = read_units(tmp_path / "u.csv")
    assert (reading.rows, reading.errors) == (agency.units, ())


def test_children_may_come_before_their_parents(csv_file: Callable[[str], Path]) -> None:
    assert len(read_units(csv_file(HEADER + "1.1,Dinas,1\n1,Kota,\n")).rows) == 2


def test_a_parent_that_nobody_knows(csv_file: Callable[[str], Path]) -> None:
    path = csv_file(HEADER + "1,Kota,\n1.1,Dinas,7\n")
    assert faults(path) == [(3, "kode_induk", "unit_parent_unknown")]


def test_a_parent_may_exist_already(csv_file: Callable[[str], Path]) -> None:
    path = csv_file(HEADER + "1.1,Dinas,1\n")
    assert faults(path, (UnitRow("1", "Kota", None),)) == []


def test_units_below_themselves(csv_file: Callable[[str], Path]) -> None:
    path = csv_file(HEADER + "1,Kota,\n2,A,3\n3,B,2\n4,C,3\n")
    assert faults(path) == [
        (3, "kode_induk", "unit_cycle"),
        (4, "kode_induk", "unit_cycle"),
        (5, "kode_induk", "unit_parent_refused"),
    ]


def test_a_code_twice(csv_file: Callable[[str], Path]) -> None:
    assert faults(csv_file(HEADER + "1,Kota,\n1,Kota,\n")) == [(3, "kode", "unit_duplicate")]


def test_a_second_root(csv_file: Callable[[str], Path]) -> None:
    assert faults(csv_file(HEADER + "1,Kota,\n2,Kota,\n")) == [(3, "kode_induk", "unit_root_second")]
    path = csv_file(HEADER + "2,Kota,\n")
    assert faults(path, (UnitRow("1", "Kota", None),)) == [(2, "kode_induk", "unit_root_second")]


def test_a_unit_without_code_or_name(csv_file: Callable[[str], Path]) -> None:
    path = csv_file(HEADER + "1,Kota,\n,Dinas,1\n1.1,,1\n")
    assert faults(path) == [(3, "kode", "code_empty"), (4, "nama", "name_empty")]


CODES = st.sampled_from("abcdef")
PARENTS = st.dictionaries(CODES, st.none() | CODES, max_size=6)


@given(
    file=st.lists(st.tuples(CODES, st.just("U") | st.just(""), st.just("") | CODES), min_size=1, max_size=8),
    tree=PARENTS,
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_good_rows_and_existing_units_always_form_one_tree(
    file: list[tuple[str, str, str]], tree: dict[str, str | None], csv_file: Callable[[str], Path]
) -> None:
    existing = tuple(unit for unit in a_tree(tree).values())
    path = csv_file(HEADER + "".join(",".join(row) + "\n" for row in file))
    after = {unit.unit_id: unit for unit in (*existing, *read_units(path, existing).rows)}
    assert all(unit.parent_id is None or unit.parent_id in after for unit in after.values())
    assert sum(unit.parent_id is None for unit in after.values()) <= 1
    for unit in after.values():
        assert reaches_root(unit, after)


def a_tree(parents: dict[str, str | None]) -> dict[str, UnitRow]:
    """A lawful tree out of any dictionary: the first code is the root, others hang below earlier ones."""
    codes = list(parents)
    tree: dict[str, UnitRow] = {}
    for code in codes:
        parent = parents[code]
        fallback = codes[0] if tree else None
        tree[code] = UnitRow(code, "U", parent if parent in tree else fallback)
    return tree


def reaches_root(unit: UnitRow, units: dict[str, UnitRow]) -> bool:
    for _ in units:
        if unit.parent_id is None:
            return True
        unit = units[unit.parent_id]
    return unit.parent_id is None
