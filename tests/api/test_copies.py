"""A person takes everything held about them; an officer hands it out for a purpose; both are recorded."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from api import copies
from tests.api.conftest import House
from tests.api.test_readings import reads

PDF = b"%PDF-1.7 ijazah"


def filed(house: House, person: str) -> str:
    answer = house.client.post(
        f"/v1/employees/{house.nip(person)}/documents",
        files={"file": ("ijazah.pdf", PDF, "application/pdf")},
        data={"document_type": "IJAZAH"},
        headers=house.headers(person),
    )
    assert answer.status_code == 201, answer.text
    return str(answer.json()["sha256"])


def opened(content: bytes) -> tuple[dict[str, Any], dict[str, list[dict[str, Any]]], dict[str, bytes]]:
    """person.json, the records by part, and the documents."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        assert "README.txt" in names
        records = {n[8:-6]: archive.read(n).splitlines() for n in names if n.startswith("records/")}
        documents = {n[10:]: archive.read(n) for n in names if n.startswith("documents/")}
        parts = {part: [json.loads(line) for line in lines] for part, lines in records.items()}
        return json.loads(archive.read("person.json")), parts, documents


def test_a_person_takes_everything_held_about_them(house: House) -> None:
    case = house.a_case()
    person, analyst = case.subject_id, house.world.holder("personnel_analyst")
    nip, sha256 = house.nip(person), filed(house, case.subject_id)
    house.get(analyst, f"/v1/employees/{nip}", purpose="Verifikasi")
    answer = house.get(person, f"/v1/employees/{nip}/copy")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    told, parts, documents = opened(answer.content)
    assert (told["register"]["nip"], told["documents"]) == (nip, {"held": 1, "missing": 0})
    assert documents == {sha256: PDF}
    assert {"register", "cases", "documents", "readings"} <= parts.keys()
    submitted = parts["cases"][0]
    assert (submitted["record"]["type"], bool(submitted["opened"]["reason"])) == ("ActionSubmitted", True)
    reading = parts["readings"][0]
    assert (reading["opened"], bool(reading["reader_name"])) == ({"purpose": "Verifikasi"}, True)
    last = reads(house, person)[-1]
    assert (last["data"]["what"], last["actor"]["id"]) == ("copy", person)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_officer_hands_it_out_for_a_purpose_and_nobody_else_does(house: House) -> None:
    person, analyst = house.plain()[0], house.world.holder("personnel_analyst")
    where = f"/v1/employees/{house.nip(person)}/copy"
    assert house.get(analyst, where).json()["code"] == "purpose-required"
    assert house.get(analyst, where, purpose="Permintaan subjek data 7/2026").status_code == 200
    assert reads(house, person)[-1]["actor"]["id"] == analyst
    auditor, key = house.world.holder("inspector"), house.key("employees:read", "audit:read")
    assert [house.get(who, where, purpose="ingin tahu").status_code for who in (auditor, key)] == [403, 403]
    assert house.get(house.plain()[1], where).status_code == 404
    assert len(reads(house, person)) == 1
    copies._ONE_AT_A_TIME.acquire()
    try:
        busy = house.get(person, where)
    finally:
        copies._ONE_AT_A_TIME.release()
    assert (busy.status_code, busy.json()["code"]) == (503, "copy-busy")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_command_line_writes_the_same_copy_and_bundles_of_a_query(house: House, tmp_path: Path) -> None:
    from cli import main
    from evidence import verify_bundle

    person = house.plain()[0]
    data = house.world.installation.settings.data
    target = tmp_path.parent / f"{tmp_path.name}-person.zip"
    command = ["person", "--data", str(data), "--nip", house.nip(person), "--out", str(target)]
    assert main([*command, "--purpose", "Permintaan subjek data 7/2026"]) == 0
    told, parts, _ = opened(target.read_bytes())
    assert told["person_id"] == person
    assert parts["register"]
    assert reads(house, person)[-1]["actor"]["kind"] == "system"
    assert main([*command, "--purpose", " "]) == 2
    assert target.stat().st_mode & 0o077 == 0
    target.unlink()
    query = ["bundle", "--query", "--type", "PersonalDataRead", "--data", str(data), "--out", str(target)]
    assert main(query) == 2  # a query needs a purpose
    assert main([*query, "--purpose", "Pemeriksaan 2026/11"]) == 0
    assert verify_bundle.main([str(target)]) == 0
    target.unlink()
