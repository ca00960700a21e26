"""Two installations that start at the same moment do not share Temporal's port."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from operations.ports import NoFreePort, Ports


@contextmanager
def held(data: Path) -> Iterator[Ports]:
    ports = Ports(data)
    try:
        yield ports
    finally:
        ports.release()


def test_ports_stay_held_while_nothing_listens_on_them(tmp_path: Path) -> None:
    with held(tmp_path / "one") as one, held(tmp_path / "other") as other:
        assert len({one.temporal, one.temporal_ui, other.temporal, other.temporal_ui}) == 4


def test_a_port_on_which_a_stranger_listens_is_passed_over(tmp_path: Path) -> None:
    with held(tmp_path) as ports:
        wanted = ports.temporal
        with socket.socket() as stranger:
            stranger.bind(("127.0.0.1", 0))
            stranger.listen()
            taken = stranger.getsockname()[1]
            write_state(tmp_path, taken, ports.temporal_ui)
            with held(tmp_path) as again:
                assert again.temporal not in (taken, wanted)


def test_a_restart_has_the_ports_of_the_last_run(tmp_path: Path) -> None:
    with held(tmp_path / "first"), held(tmp_path) as ports:
        write_state(tmp_path, ports.temporal, ports.temporal_ui)
        before = (ports.temporal, ports.temporal_ui)
    with held(tmp_path) as ports:
        assert (ports.temporal, ports.temporal_ui) == before


def test_a_folder_of_locks_that_is_somebody_elses_is_not_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("os.getuid", lambda: 4711)
    with pytest.raises(NoFreePort, match="somebody else"):
        Ports(tmp_path)


def write_state(data: Path, temporal: int, pages: int) -> None:
    state = {"temporal_address": f"127.0.0.1:{temporal}", "temporal_ui": f"http://127.0.0.1:{pages}"}
    (data / "run.json").write_text(json.dumps(state), encoding="utf-8")
