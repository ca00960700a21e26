"""The command line answers with an exit code and one clear line, never with a traceback."""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from demo.tamper import tamper
from domain.evidence_events import EvidenceTaken
from installation import Installation
from roster.generate_files import write_positions_csv, write_units_csv
from roster.generator import generate_agency
from settings import Settings

ROOT = Path(__file__).resolve().parents[2]


def jenjang(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "cli.py"), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the units and positions of an agency as CSV, and an installation that has the units."""
    folder = tmp_path_factory.mktemp("imported")
    agency = generate_agency(people=150)
    write_units_csv(agency, folder / "units.csv")
    write_positions_csv(agency, folder / "positions.csv")
    done = jenjang("import", "units", folder / "units.csv", "--data", folder / "data", "--json")
    assert (done.returncode, json.loads(done.stdout)["errors"]) == (0, [])
    return folder


@pytest.fixture
def data(imported: Path, tmp_path: Path) -> Path:
    shutil.copytree(imported, tmp_path, dirs_exist_ok=True)
    return tmp_path / "data"


def test_import_reports_rows_and_exit_code(data: Path, tmp_path: Path) -> None:
    done = jenjang("import", "positions", tmp_path / "positions.csv", "--data", data, "--json")
    report = json.loads(done.stdout)
    assert done.returncode == 0
    assert set(report) == {"rows", "imported", "changed", "unchanged", "errors", "warnings"}
    assert report["rows"] == report["imported"] > 0


@pytest.mark.parametrize(
    "content", [b"", b"\x00\x01\x02", b"PK\x03\x04broken", b"nama;alamat\na;b\n", b"\xff" * 5000]
)
def test_rubbish_is_a_report_and_no_traceback(data: Path, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "rubbish.xlsx").write_bytes(content)
    done = jenjang("import", "units", tmp_path / "rubbish.xlsx", "--data", data, "--json")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert json.loads(done.stdout)["errors"]


def test_a_missing_file_cannot_be_imported(data: Path, tmp_path: Path) -> None:
    done = jenjang("import", "units", tmp_path / "nowhere.csv", "--data", data)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1


def test_verify_is_silent_on_a_clean_ledger_and_names_what_was_altered(data: Path) -> None:
    clean = jenjang("verify", "--data", data, "--json")
    assert (clean.returncode, json.loads(clean.stdout)["findings"]) == (0, []), clean.stdout + clean.stderr


def test_verify_of_nothing_cannot_be_done(tmp_path: Path) -> None:
    done = jenjang("verify", "--data", tmp_path / "nothing", "--json")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "nothing").exists()


def test_rebuild_says_that_all_came_out_the_same(data: Path) -> None:
    done = jenjang("rebuild", "--data", data, "--json")
    assert done.returncode == 0
    assert all(row["same"] for row in json.loads(done.stdout))


def test_export_writes_every_event_with_its_leaf_hash(data: Path, tmp_path: Path) -> None:
    done = jenjang(
        "export", "--format", "jsonl", "--out", tmp_path / "events.jsonl", "--data", data, "--json"
    )
    lines = (tmp_path / "events.jsonl").read_text(encoding="utf-8").splitlines()
    told = json.loads(done.stdout)
    assert told["events"] == told["tree_size"] == told["recorded_at_position"] == len(lines) > 0
    assert told["sha256"] == hashlib.sha256((tmp_path / "events.jsonl").read_bytes()).hexdigest()
    assert [json.loads(line)["position"] for line in lines] == list(range(len(lines)))


def test_an_export_is_recorded_with_who_why_and_which_bytes(data: Path, tmp_path: Path) -> None:
    out = ("--out", tmp_path / "log.xes", "--data", data, "--json")
    told = json.loads(jenjang("export", "--format", "xes", "--purpose", "riset 2026/4", *out).stdout)
    with contextlib.closing(sqlite3.connect(data / "jenjang.db")) as database:
        where = "SELECT record FROM events WHERE position = ?"
        (record,) = database.execute(where, (told["recorded_at_position"],)).fetchone()
    recorded = json.loads(record)
    assert (recorded["type"], recorded["actor"]["kind"]) == ("EvidenceTaken", "system")
    assert recorded["data"] == {
        "what": "export", "taking_id": recorded["data"]["taking_id"], "records": told["events"],
        **{name: told[name] for name in ("tree_size", "root", "sha256")},
    }  # fmt: skip
    assert b"riset" not in record
    installation = Installation(Settings(data=data))
    try:
        with installation.reader.engine.connect() as connection:
            stored = installation.reader.open(
                connection, recorded["position"], record, hashlib.sha256(b"\0" + record).digest()
            )
    finally:
        installation.close()
    assert isinstance(stored.event, EvidenceTaken)
    assert (stored.event.purpose, stored.event.query) == ("riset 2026/4", {"format": "xes"})
    assert stored.event.account


def test_nothing_is_exported_over_database_or_keys(data: Path, tmp_path: Path) -> None:
    for out in (data / "jenjang.db", data / "keys" / "log.key", data / "new.jsonl", tmp_path):
        done = jenjang("export", "--format", "jsonl", "--out", out, "--data", data)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    done = jenjang("bundle", "--action", "x", "--out", data / "jenjang.db", "--data", data)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert jenjang("verify", "--data", data).returncode == 0


def test_a_refused_export_leaves_nothing_behind(data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    for format_ in ("jsonl", "csv", "ocel2", "xes"):
        out = folder / "events.json"
        done = jenjang("export", "--format", format_, "--from", "kemarin", "--out", out, "--data", data)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    "command",
    [
        ("conformance",),
        ("bundle", "--action", "x", "--out", "b.zip"),
        ("export", "--format", "xes", "--out", "e.xes"),
        ("export", "--format", "jsonl", "--out", "e.jsonl"),
    ],
)
def test_a_mistyped_folder_is_said_so_and_not_made(tmp_path: Path, command: tuple[str, ...]) -> None:
    done = jenjang(*command, "--data", tmp_path / "nothing")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert "jenjang migrate" in done.stderr
    assert not (tmp_path / "nothing").exists()


def test_an_api_key_is_shown_once_and_can_be_revoked(data: Path) -> None:
    made = json.loads(
        jenjang(
            "api-key", "create", "--name", "portal", "--scope", "actions:write", "--data", data, "--json"
        ).stdout
    )
    listed = jenjang("api-key", "list", "--data", data, "--json").stdout
    assert made["secret"] not in listed
    assert made["key_id"] in listed
    assert jenjang("api-key", "revoke", made["key_id"], "--data", data).returncode == 0
    assert jenjang("api-key", "revoke", made["key_id"], "--data", data).returncode == 1


def test_the_tour_s_tampering_is_found(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from installation import Installation;"
        "from settings import Settings;"
        "from demo.seed import seed_demo; i = Installation(Settings(data=Path(sys.argv[1]))); i.set_up();"
        "seed_demo(i, 200, Path(sys.argv[1]), print); i.close()"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], cwd=ROOT, check=True, timeout=120)
    kept = tmp_path / "kept.note"
    with sqlite3.connect(tmp_path / "jenjang.db") as database:
        note = database.execute("SELECT note FROM checkpoints ORDER BY size DESC LIMIT 1").fetchone()[0]
    kept.write_text(note + "\n\n", encoding="utf-8")  # as a shell or an editor leaves it
    clean = jenjang("verify", "--data", tmp_path, "--checkpoint", kept, "--json")
    assert (clean.returncode, json.loads(clean.stdout)["findings"]) == (0, [])
    position, _ = tamper(tmp_path)
    done = jenjang("verify", "--data", tmp_path, "--json")
    assert done.returncode == 1
    assert position in [finding["position"] for finding in json.loads(done.stdout)["findings"]]


POLICY = ROOT / "policies" / "kota-serang" / "2026-01.yaml"


def test_policy_check_says_what_is_wrong_and_changes_nothing(data: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    text = POLICY.read_text(encoding="utf-8")
    broken.write_text(text.replace("form: vote", "form: no_form"), encoding="utf-8")
    done = jenjang("policy", "check", broken, "--data", data, "--json")
    report = json.loads(done.stdout)
    assert (done.returncode, report["ok"]) == (1, False)
    assert [f["code"] for f in report["findings"] if f["severity"] == "error"] == ["form-unknown"]
    broken.write_text("id: only", encoding="utf-8")
    done = jenjang("policy", "check", broken, "--data", data, "--json")
    assert done.returncode == 1
    assert {f["code"] for f in json.loads(done.stdout)["findings"]} == {"schema"}
    assert jenjang("policy", "check", tmp_path / "nowhere.yaml").returncode == 2


def test_policy_check_without_a_ledger_judges_the_file_alone(tmp_path: Path) -> None:
    done = jenjang("policy", "check", POLICY, "--data", tmp_path / "nothing", "--json")
    report = json.loads(done.stdout)
    assert (done.returncode, report["ok"]) == (0, True)
    assert [f["code"] for f in report["findings"]] == ["agency-unknown"]
    assert not (tmp_path / "nothing").exists()
