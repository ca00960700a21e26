"""Makes `.venv` hold what a hashed requirements file names, from the package index that pip is set to.

Run by the Makefile with any Python >= 3.11: `environment.py runtime|development`. Exit 0, or 2 with a reason.
Standard library only, since it runs before anything is installed.
"""

import ast
import fcntl
import os
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements"
BIN = ROOT / ".venv" / "bin"
PYTHON = str(BIN / "python")
PIP = [PYTHON, "-m", "pip", "--disable-pip-version-check"]
OLDEST = (3, 11)

# Where packages come from and how their host is trusted: pip's setting and uv's variable for it.
UV_VARIABLES = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "no-index": "UV_NO_INDEX",
    "trusted-host": "UV_INSECURE_HOST",
    "cert": "SSL_CERT_FILE",
    "timeout": "UV_HTTP_TIMEOUT",
}
COMMA_SEPARATED = {"UV_FIND_LINKS"}


def main() -> int:
    """Create the environment if it is missing or broken, then install; a failure is one line of its own."""
    wanted = REQUIREMENTS / f"{sys.argv[1]}.txt"
    try:
        # `make up` and `make test` may be started together on a fresh clone: one waits for the other.
        fcntl.flock(os.open(__file__, os.O_RDONLY), fcntl.LOCK_EX)
        if not _succeeds([PYTHON, "-c", f"import pip, sys; sys.exit(sys.version_info < {OLDEST})"]):
            _create()
        _install(wanted)
        _write_launcher()
    except (OSError, subprocess.CalledProcessError) as failure:
        print(f"environment: could not set up .venv: {failure}", file=sys.stderr)
        return 2
    return 0


def uv_settings(pip_config: str) -> dict[str, str]:
    """Translate the output of `pip config list` (lines such as `global.index-url='…'`) into uv's environment.

    As in pip, the environment wins over `[install]`, which wins over `[global]`.
    """
    ranks = {"global": 0, "install": 1, ":env:": 2}
    found: dict[str, tuple[int, str]] = {}
    for line in pip_config.splitlines():
        key, _, literal = line.partition("=")
        section, _, name = key.rpartition(".")
        if name in UV_VARIABLES and section in ranks:
            variable, rank = UV_VARIABLES[name], ranks[section]
            if variable not in found or found[variable][0] < rank:
                separator = "," if variable in COMMA_SEPARATED else " "
                found[variable] = (rank, separator.join(str(ast.literal_eval(literal)).split()))
    return {variable: value for variable, (_, value) in found.items()}


def _create() -> None:
    if not _succeeds([sys.executable, "-c", "import ensurepip, venv"]):
        message = f"{sys.executable} cannot make environments (on Debian: install the package python3-venv)"
        raise OSError(message)
    print("environment: creating .venv", file=sys.stderr)
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(BIN.parent)], check=True, stdout=sys.stderr)


def _install(requirements: Path) -> None:
    """Install with uv, which is faster; with pip where uv cannot be had or cannot reach the index.

    Adds and replaces, never removes: the other kind of environment may be in use by a running `make up`.
    """
    print(f"environment: installing {requirements.name}", file=sys.stderr)
    hashed = ["--quiet", "--require-hashes", "-r"]
    uv = [str(BIN / "uv"), "pip", "install", "--python", PYTHON, *hashed, str(requirements)]
    if _succeeds([*PIP, "install", *hashed, str(REQUIREMENTS / "uv.txt")], shown=True):
        config = subprocess.run([*PIP, "config", "list"], check=True, capture_output=True, text=True).stdout
        # Every file is pinned by its hash, so it cannot matter which of several indexes it comes from.
        settings = {"UV_INDEX_STRATEGY": "unsafe-best-match", **uv_settings(config)}
        if _succeeds(uv, settings=settings, shown=True):
            return
    print("environment: uv could not; trying pip", file=sys.stderr)
    subprocess.run([*PIP, "install", *hashed, str(requirements)], check=True, stdout=sys.stderr)


def _write_launcher() -> None:
    """Write `.venv/bin/jenjang`: no build, no second copy of the code, and signals reach the program."""
    launcher = BIN / "jenjang"
    launcher.write_text(f'#!/bin/sh\nexec {shlex.quote(PYTHON)} {shlex.quote(str(ROOT / "cli.py"))} "$@"\n')
    launcher.chmod(0o755)


def _succeeds(command: list[str], *, settings: dict[str, str] | None = None, shown: bool = False) -> bool:
    """Say whether the command exists and exits 0. The user's own environment wins over `settings`."""
    output = sys.stderr if shown else subprocess.DEVNULL
    environment = {**(settings or {}), **os.environ}
    try:
        finished = subprocess.run(command, check=False, env=environment, stdout=output, stderr=output)
    except OSError:
        return False
    return finished.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
