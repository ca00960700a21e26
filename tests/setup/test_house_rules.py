"""Rules of the house that no other tool holds."""

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAMELESS = {
    "util",
    "utils",
    "helper",
    "helpers",
    "common",
    "core",
    "base",
    "manager",
    "service",
    "services",
    "misc",
}
LONGEST = 500  # lines; near 300 it is time to look for the second idea
ONE_FILE = {"evidence/verify_bundle.py": 650}  # carried and read alone (decision 0041)


def sources() -> list[Path]:
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.py"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).exists()]


def test_rooms_depend_downwards_only() -> None:
    finished = subprocess.run(
        [Path(sys.executable).parent / "lint-imports"], cwd=ROOT, check=False, capture_output=True, text=True
    )
    assert finished.returncode == 0, finished.stdout


def test_every_room_is_named_after_something() -> None:
    nameless = [path for path in sources() if NAMELESS & set(path.relative_to(ROOT).with_suffix("").parts)]
    assert nameless == []


def test_a_rooms_door_holds_one_sentence_and_no_code() -> None:
    for path in sources():
        if path.name == "__init__.py":
            body = ast.parse(path.read_text()).body
            assert len(body) == 1, path
            assert ast.get_docstring(ast.parse(path.read_text())), path


def test_every_file_is_one_idea_long() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in sources()
        if "migrations" not in path.parts
        and (lines := len(path.read_text().splitlines())) > ONE_FILE.get(str(path.relative_to(ROOT)), LONGEST)
    }
    assert long == {}
