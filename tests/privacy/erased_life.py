"""Somebody lives in a running installation and is erased; then every byte that was written is searched."""

from __future__ import annotations

import csv
import urllib.request
import uuid
import zlib
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from sqlalchemy.engine import make_url

from tests.journeys.client import Client
from tests.journeys.house import House
from tests.privacy.every_byte import files_that_tell

NAME = "Zulqarnaïn Érlangga-Wibisana"
WORDS = ("Zulqarnaïn", "rahasia-")


def an_erasure_leaves_no_byte(house: House, nip: str) -> None:
    """Of the person: name, NIP, reasons, comments and document, in database, write-ahead log, object store,
    Temporal's database, logs and output, while all runs and after it was stopped.
    """
    client = house.client()
    database_url = house.environment.get("JENJANG_DATABASE_URL", "")
    places = [house.data.parent, *_of_the_server(database_url)]
    log = [place for place in places if place.name == "pg_wal"]
    names = house.data.parent.with_name(f"{house.data.parent.name}-names.csv")
    a_life(house, client, nip, names)
    names.unlink()
    before = files_that_tell(places, [*WORDS, nip])
    assert any(" in zlib" in way for ways in before.values() for way in ways), "or it would prove nothing"
    assert not database_url or any("pg_wal" in file for file in before)
    # The generated NIP may be somebody's in another test's database, of which the same log may tell.
    own = [place for place in places if place not in log]
    erase(client, nip)
    assert files_that_tell(own, [*WORDS, nip]) | files_that_tell(log, WORDS) == {}
    house.stop()
    assert files_that_tell(own, [*WORDS, nip]) | files_that_tell(log, WORDS) == {}
    code, verified = house.jenjang("verify")
    assert (code, verified["findings"]) == (0, [])


def a_life(house: House, client: Client, nip: str, names: Path) -> None:
    """The person gets their name, signs in, files a document, is looked up, commented on and moved."""
    officer = client.token(client.with_role("personnel_analyst"))
    with names.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows(_named(client, officer, nip))
    code, report = house.jenjang("import", "employees", str(names))
    assert (code, report["changed"]) == (0, 1), report
    login = next(login for login in client.logins if login["nip"] == nip)
    own = client.token(login)
    client.call("POST", "/v1/sessions", None, {"nip": nip, "password": NAME})  # a mistake at the keyboard
    upload(client, own, nip)
    looked = ("employees/{nip}", "employees/{nip}/talent", "personnel-actions?q={name}",
              "personnel-actions?subject_nip={nip}", "employees/{name}")  # fmt: skip
    for path in (f"/v1/{path.format(nip=nip, name=quote(NAME))}" for path in looked):
        client.call("GET", path, officer)
    free = client.call("GET", "/v1/positions?vacant=true&kind=FUNGSIONAL&limit=50", house.api_key)[1]["items"]
    action = client.start(house.api_key, nip, free[0]["id"], reason=f"rahasia-alasan {NAME} {nip}")
    task = action["open_tasks"][0]["id"]
    commented = 0
    for login in client.logins:
        path, body = f"/v1/tasks/{task}/comments", {"comment": f"rahasia-komentar {NAME}"}
        commented += client.call("POST", path, client.token(login), body, key=str(uuid.uuid4()))[0] < 300
    assert commented
    assert client.walk(action["id"], house.api_key)["status"] == "completed"


def upload(client: Client, token: str, nip: str) -> None:
    boundary = uuid.uuid4().hex
    text = f"rahasia-berkas {NAME} {nip}".encode("latin-1")
    stream = b"<< /Filter /FlateDecode >> stream\r\n" + zlib.compress(b"packed " + text) + b"\r\nendstream"
    content = b"%PDF-1.7 " + text + stream
    body = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="document_type"\r\n\r\nSK\r\n'
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="SK {nip}.pdf"\r\n'
        "Content-Type: application/pdf\r\n\r\n"
    ).encode() + content + f"\r\n--{boundary}--\r\n".encode()  # fmt: skip
    request = urllib.request.Request(f"{client.base}/v1/employees/{nip}/documents", body, method="POST")
    request.add_header("Authorization", f"Bearer {token}")
    request.add_header("Content-Type", f"multipart/form-data; boundary={boundary}")
    with urllib.request.urlopen(request, timeout=60) as answer:
        assert answer.status == 201


def erase(client: Client, nip: str) -> None:
    offices = ("transfer_division_head", "regional_secretary")
    asks, consents = (client.token(client.with_role(office)) for office in offices)
    body = {"ground": "court_order", "reason": f"rahasia-alasan {NAME}"}
    status, asked, _ = client.call("POST", f"/v1/employees/{nip}/erasure", asks, body, key=str(uuid.uuid4()))
    assert status == 201, asked
    path = f"/v1/employees/{asked['person_id']}/erasure/approval"
    status, erased, _ = client.call("POST", path, consents, key=str(uuid.uuid4()))
    assert (status, erased["state"]) == (200, "completed"), erased


def _named(client: Client, officer: str, nip: str) -> list[list[str]]:
    status, row, _ = client.call("GET", f"/v1/employees/{nip}", officer)
    assert status == 200, row
    post, grade = row["position"], row["grade"]
    return [
        ["NIP", "NAMA", "GOL. RUANG", "TMT GOL", "KODE JABATAN", "TMT JABATAN", "UNIT KERJA",
         "PENDIDIKAN", "KEDUDUKAN HUKUM"],
        [nip, NAME, grade["code"], grade["since"], post["id"], post["since"], row["unit"]["id"],
         row["education"], row["employment_status"]],
    ]  # fmt: skip


def _of_the_server(database_url: str) -> list[Path]:
    """The folders of the PostgreSQL server, of its databases only our own's: other tests have theirs."""
    if not database_url.startswith("postgresql"):
        return []
    with psycopg.connect(_plain(database_url), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET wal_recycle = off")
        connection.execute("ALTER SYSTEM SET wal_compression = off")
        connection.execute("SELECT pg_reload_conf()")
        _keep_plain(connection)
        found = connection.execute(
            "SELECT current_setting('data_directory'), oid FROM pg_database "
            "WHERE datname = current_database()"
        ).fetchone()
    assert found is not None
    server, oid = Path(found[0]), found[1]
    shared = [folder for folder in server.iterdir() if folder.is_dir() and folder.name != "base"]
    return [server / "base" / str(oid), *shared]


def _keep_plain(connection: psycopg.Connection[Any]) -> None:
    """Long values are written as they are from now on: how PostgreSQL packs them nothing here can open."""
    packed = connection.execute(
        "SELECT c.oid::regclass::text, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid "
        "WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attstorage IN ('x', 'm') "
        "AND a.attnum > 0 AND NOT a.attisdropped"
    ).fetchall()
    for table, column in packed:
        connection.execute(f'ALTER TABLE {table} ALTER COLUMN "{column}" SET STORAGE EXTERNAL')


def _plain(database_url: str) -> str:
    return make_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False)
