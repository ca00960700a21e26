"""What is installed is pinned, hashed, the same for all, and comes from the user's own package index."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
# In two parts, so that this file does not name them either.
REGISTRY_HOSTS = ["pypi" + r"\.org", "python" + "hosted", "registry" + r"\.npmjs", "deb" + r"\.debian"]


def pins(lock: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+)(?:\[.*?\])?==(\S+)", lock.read_text(), re.MULTILINE))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_requirement_is_pinned_and_hashed(lock: Path) -> None:
    logical_lines = re.sub(r"\\\n", " ", re.sub(r"^ *#.*$", "", lock.read_text(), flags=re.MULTILINE)).split(
        "\n"
    )
    requirements = [line for line in logical_lines if line.strip()]
    assert requirements
    for requirement in requirements:
        assert re.match(r"[a-z0-9-]+(\[.+\])?==\S+ .*--hash=sha256:[0-9a-f]{64}", requirement), requirement


def test_tests_run_on_the_releases_that_are_served() -> None:
    runtime, development = (
        pins(ROOT / "requirements" / f"{kind}.txt") for kind in ("runtime", "development")
    )
    assert runtime
    assert {name: development.get(name) for name in runtime} == runtime


def test_every_direct_dependency_is_locked_and_argued_for() -> None:
    names = re.findall(r"^([a-z0-9-]+)", (ROOT / "requirements" / "runtime.in").read_text(), re.MULTILINE)
    decision = (ROOT / "docs" / "decisions" / "0001-dependencies.md").read_text()
    assert set(names) <= set(pins(ROOT / "requirements" / "runtime.txt"))
    assert [name for name in names if f"| `{name}` |" not in decision] == []


def test_no_file_names_a_package_registry() -> None:
    command = ["git", "grep", "--untracked", "-nIE", "|".join(REGISTRY_HOSTS)]
    found = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert (found.returncode, found.stdout) == (1, ""), found.stderr
