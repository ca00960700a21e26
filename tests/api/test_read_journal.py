"""The journal of reads while processes start beside each other."""

from __future__ import annotations

import fcntl
from pathlib import Path
from typing import Any

import pytest

from api import read_journal
from domain.commands import RecordPersonalDataRead
from domain.identity import Actor
from tests.world import new_id


def test_a_journal_that_another_process_takes_at_its_birth_is_begun_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between a file's making and its lock, a process that starts finds it unlocked and removes it."""
    lock, taken = fcntl.flock, list[Path]()

    def late(file: Any, how: int) -> None:
        if not taken:
            taken.extend(tmp_path.glob("*.jsonl"))
            taken[0].unlink()
        lock(file, how)

    monkeypatch.setattr(fcntl, "flock", late)
    journal = read_journal.ReadJournal(tmp_path)
    reader = Actor(kind="person", id=new_id())
    read = RecordPersonalDataRead(
        command_id=new_id(), actor=reader, subject_id=new_id(), what="employee", purpose="employee"
    )
    journal.begin(read)
    assert list(read_journal.left_behind(tmp_path)) == []
    journal._file.close()  # type: ignore[union-attr]
    assert list(read_journal.left_behind(tmp_path)) == [[read]]
    assert len(taken) == 1
