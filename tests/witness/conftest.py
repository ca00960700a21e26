"""A log that signs checkpoints over leaves of its own, and witnesses as real processes beside it."""

from __future__ import annotations

import base64
import http.client
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from proofs.checkpoint import Checkpoint, sign
from proofs.cosignature import WitnessKey
from proofs.keys import Signer
from proofs.merkle import leaf_hash, root_of
from proofs.tree_reader import TreeReader

ROOT = Path(__file__).resolve().parents[2]
ORIGIN = "jenjang.kota-serang"
PATIENCE = 20.0


@dataclass
class Log:
    """A log of numbered leaves; `twisted` from that leaf on it tells another story."""

    signer: Signer = field(default_factory=lambda: Signer(ORIGIN, bytes(range(32))))
    twisted: int = 1 << 40

    def leaves(self, start: int, stop: int) -> list[bytes]:
        return [leaf_hash(b"%d%d" % (n, n >= self.twisted)) for n in range(start, stop)]

    def note(self, size: int) -> str:
        return sign(Checkpoint(self.signer.name, size, root_of(self.leaves(0, size))), self.signer)

    def request(self, old: int, size: int, note: str | None = None) -> bytes:
        """The body of an add-checkpoint request."""
        path = TreeReader(self.leaves).consistency_path(old, size) if old <= size else []
        proof = "".join(f"{base64.b64encode(node).decode()}\n" for node in path)
        return f"old {old}\n{proof}\n{self.note(size) if note is None else note}".encode()


@dataclass
class Running:
    """A witness in a process of its own."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def key(self) -> WitnessKey:
        return WitnessKey.parse((self.folder / "witness.vkey").read_text().strip())

    def ask(self, method: str, path: str, body: bytes | None = None) -> tuple[int, str, str]:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)) as connection:
            connection.request(method, path, body)
            answer = connection.getresponse()
            return answer.status, answer.read().decode(), answer.headers["content-type"]

    def add(self, body: bytes) -> tuple[int, str, str]:
        return self.ask("POST", "/add-checkpoint", body)


def jenjang(*words: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "cli.py"), *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_witness(folder: Path, port: int | None = None) -> Running:
    port = port or free_port()
    command = [sys.executable, ROOT / "cli.py", "witness", "serve", "--folder", folder, "--port", str(port)]
    process = subprocess.Popen(list(map(str, command)))
    deadline = time.monotonic() + PATIENCE
    while True:
        assert process.poll() is None, "the witness did not start"
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return Running(folder, port, process)
        assert time.monotonic() < deadline
        time.sleep(0.02)


def a_witness(folder: Path, name: str, *vkeys: str) -> Running:
    """A witness that watches these logs, made and started by the command line."""
    assert jenjang("witness", "init", "--folder", folder, "--name", name).returncode == 0
    for vkey in vkeys:
        assert jenjang("witness", "trust", "--folder", folder, vkey).returncode == 0
    return start_witness(folder)


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def witness(tmp_path: Path, log: Log) -> Iterator[Running]:
    running = a_witness(tmp_path / "witness", "inspektorat.example/saksi", log.signer.vkey)
    yield running
    running.process.kill()
    running.process.wait(10)
