"""The Makefile and .ci/run: what a newcomer and a build machine start with."""

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


# As from a shell, though these tests may run under a `make test` with options of its own.
ENVIRONMENT = {
    name: value for name, value in os.environ.items() if name not in {"MAKEFLAGS", "MFLAGS", "MAKELEVEL"}
}


def make(*arguments: str, directory: Path = ROOT) -> str:
    return subprocess.run(
        ["make", *arguments], cwd=directory, check=True, capture_output=True, text=True, env=ENVIRONMENT
    ).stdout


def test_bare_make_explains_every_target() -> None:
    phony = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony is not None
    explained = re.findall(r"^make (\w+) +\S", make(), re.MULTILINE)
    assert sorted(explained) == sorted(phony[1].split())
    assert {"up", "test", "check", "bench"} <= set(explained)


@pytest.mark.parametrize(
    ("target", "command"),
    [
        ("up", "exec .venv/bin/jenjang up --port 8100"),
        ("test", "exec .venv/bin/python -m pytest -n auto --dist worksteal --port 8100"),
        ("bench", "exec .venv/bin/python -m bench --port 8100"),
    ],
)
def test_a_target_passes_its_options_on(target: str, command: str) -> None:
    assert make("--dry-run", target, "ARGS=--port 8100").splitlines()[-1] == command


def test_serving_does_not_install_what_only_developers_need() -> None:
    recipe = make("--dry-run", "--always-make", "up")
    assert "environment.py runtime" in recipe
    assert "development" not in recipe


def test_ci_runs_make_test_and_its_failure_is_a_failure(tmp_path: Path) -> None:
    called = tmp_path / "called"
    stand_in = tmp_path / "make"
    stand_in.write_text(f'#!/bin/sh\necho "$PWD $*" > {called}\nexit 7\n')
    stand_in.chmod(0o755)
    for name in ("apt-get", "chromium"):  # nothing is installed by a test
        (tmp_path / name).symlink_to("/bin/true")
    environment = {"PATH": f"{tmp_path}:/usr/local/bin:/usr/bin:/bin", "CI": "true"}
    finished = subprocess.run(
        [ROOT / ".ci" / "run"], check=False, env=environment, stdin=subprocess.DEVNULL, cwd=tmp_path
    )
    assert finished.returncode == 7
    assert called.read_text().split() == [str(ROOT), "test"]


def test_secrets_are_made_once_and_closed_to_others(tmp_path: Path) -> None:
    (tmp_path / "Makefile").write_text((ROOT / "Makefile").read_text())

    def secrets() -> dict[str, str]:
        make("secrets", directory=tmp_path)
        return {path.stem: path.read_text() for path in (tmp_path / "secrets").iterdir()}

    first = secrets()
    assert sorted(first) == [
        "jenjang_owner_password",
        "jenjang_writer_password",
        "postgres_password",
        "temporal_password",
    ]
    assert all(re.fullmatch("[0-9a-f]{64}", secret) for secret in first.values())
    assert len(set(first.values())) == len(first)
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
    assert secrets() == first
