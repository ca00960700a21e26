"""The list of erased people loses nobody, whoever writes to it at the same time or dies doing so."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ledger.erased_people import ErasedListBroken, ErasedPeople

ROOT = Path(__file__).resolve().parents[2]
ADDS = """
import sys
from pathlib import Path
from ledger.erased_people import ErasedPeople
for number in range(40):
    ErasedPeople(Path(sys.argv[1])).add({"person_id": f"{sys.argv[2]}-{number}"})
"""


def test_of_processes_that_erase_at_once_nobody_s_entry_is_lost(tmp_path: Path) -> None:
    running = [
        subprocess.Popen([sys.executable, "-c", ADDS, str(tmp_path), str(name)], cwd=ROOT)
        for name in range(3)
    ]
    assert [process.wait(60) for process in running] == [0, 0, 0]
    assert set(ErasedPeople(tmp_path).all()) == {f"{name}-{n}" for name in range(3) for n in range(40)}


def test_a_line_that_a_crash_cut_off_is_written_anew(tmp_path: Path) -> None:
    people = ErasedPeople(tmp_path)
    people.add({"person_id": "a"})
    path = tmp_path / "erased.jsonl"
    path.write_bytes(path.read_bytes() + b'{"person_id": "b')
    assert set(people.all()) == {"a"}
    people.add({"person_id": "b"})
    assert set(people.all()) == {"a", "b"}
    assert {file.stat().st_mode & 0o077 for file in tmp_path.iterdir()} == {0}


def test_a_list_that_cannot_be_read_is_not_taken_for_an_empty_one(tmp_path: Path) -> None:
    path = tmp_path / "erased.jsonl"
    path.write_bytes(b'{"person_id": "a"\n{"person_id": "b"}\n')
    with pytest.raises(ErasedListBroken):
        ErasedPeople(tmp_path).add({"person_id": "c"})
    assert path.read_bytes().startswith(b'{"person_id": "a"\n')
