"""The emulated SIASN of `jenjang up --siasn-emulator`: its seed, the worker's settings, its process."""

from __future__ import annotations

import json
import os
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

import yaml

from demo.siasn_register import codes_of, emulated
from installation import Installation
from integrations.siasn.emulator.server import Accounts

FOLDER, SEED = "siasn", "seed.json"


@dataclass(frozen=True)
class EmulatedSiasn:
    """How the emulator is started, and what the worker is told."""

    command: list[str]
    environment: dict[str, str]
    origin: str


def prepare(installation: Installation) -> EmulatedSiasn:
    """Write the register as SIASN would hold it, with codes and accounts, into DATA/siasn."""
    folder = (installation.settings.data / FOLDER).resolve()
    folder.mkdir(mode=0o700, exist_ok=True)
    with installation.reader.engine.connect() as connection:
        agency = installation.reader.directory.current(connection).agency
    accounts = Accounts()
    files = {
        SEED: json.dumps(emulated(installation)),
        "codes.yaml": yaml.safe_dump(codes_of(agency).model_dump()),
        "key": accounts.key,
        "secret": accounts.secret,
        "username": accounts.username,
        "password": accounts.password,
    }
    for name, text in files.items():
        _write_private(folder / name, text)
    port = _free_port()
    origin = f"http://127.0.0.1:{port}"
    environment = {
        "JENJANG_SIASN_MODE": "training",
        "JENJANG_SIASN_ORIGIN": origin,
        "JENJANG_SIASN_CODES": str(folder / "codes.yaml"),
        "JENJANG_SIASN_CONSUMER_KEY_FILE": str(folder / "key"),
        "JENJANG_SIASN_CONSUMER_SECRET_FILE": str(folder / "secret"),
        "JENJANG_SIASN_SSO_CLIENT_ID": "demo",
        "JENJANG_SIASN_SSO_USERNAME_FILE": str(folder / "username"),
        "JENJANG_SIASN_SSO_PASSWORD_FILE": str(folder / "password"),
    }
    command = [sys.executable, "-m", "integrations.siasn.emulator", "--port", str(port)]
    return EmulatedSiasn([*command, "--seed", str(folder / SEED)], environment, origin)


def is_emulator_on(data: Path, command_line: str) -> bool:
    """Whether a process is the emulator that was started on this data folder."""
    return command_line.endswith(f" --seed {data / FOLDER / SEED}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _write_private(file: Path, text: str) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        out.write(text)
