"""Makes `.venv` hold what a hashed requirements file names, from the package index that pip is set to.

Run by the Makefile with any Python >= 3.11: `environment.py runtime|development`. Exit 0, or 2 with a reason.
Standard library only, since it runs before anything is installed.
"""

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


def _create() -> None:
    if not _succeeds([sys.executable, "-c", "import ensurepip, venv"]):
        message = f"{sys.executable} cannot make environments (on Debian: install the package python3-venv)"
        raise OSError(message)
    print("environment: creating .venv", file=sys.stderr)
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(BIN.parent)], check=True, stdout=sys.stderr)


def _install(requirements: Path) -> None:
    """Install with pip, which knows the machine's package index, proxy and certificates.

    Adds and replaces, never removes: the other kind of environment may be in use by a running `make up`.
    """
    print(f"environment: installing {requirements.name}", file=sys.stderr)
    hashed = ["--quiet", "--require-hashes", "-r", str(requirements)]
    subprocess.run([*PIP, "install", *hashed], check=True, stdout=sys.stderr)


def _write_launcher() -> None:
    """Write `.venv/bin/jenjang`: no build, no second copy of the code, and signals reach the program."""
    launcher = BIN / "jenjang"
    launcher.write_text(f'#!/bin/sh\nexec {shlex.quote(PYTHON)} {shlex.quote(str(ROOT / "cli.py"))} "$@"\n')
    launcher.chmod(0o755)


def _succeeds(command: list[str]) -> bool:
    """Say whether the command exists and exits 0."""
    try:
        finished = subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except OSError:
        return False
    return finished.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
