"""Auditors carry a case out of the building; what they read and why is recorded."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest

from evidence.verify_bundle import main
from tests.api.conftest import House

PURPOSE = "pemeriksaan khusus"


def test_an_auditor_gets_a_bundle_that_verifies(house: House, tmp_path: Path) -> None:
    auditor, case = house.world.holder("inspector"), house.a_case()
    answer = house.get(auditor, f"/v1/audit/bundles/{case.id}", purpose=PURPOSE, checkpoint_size=20)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    (tmp_path / "case.zip").write_bytes(answer.content)
    key = house.get(None, "/v1/audit/key").text.strip()
    assert main([str(tmp_path / "case.zip"), "--key", key]) == 0
    read = house.get(auditor, "/v1/audit/events", type="PersonalDataRead", limit=1).json()["items"][0]
    assert read["actor"]["id"] == auditor
    assert read["data"] == {"subject_id": case.subject_id, "what": "bundle"}
    assert PURPOSE not in json.dumps(read)


def test_fact_sheets_are_for_those_who_may_see_the_person(house: House) -> None:
    case = house.a_case()

    def sheets(key: str) -> list[str]:
        answer = house.get(key, f"/v1/audit/bundles/{case.id}", purpose=PURPOSE)
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            return [name for name in archive.namelist() if name.startswith("facts/")]

    assert sheets(house.key("audit:read")) == []
    assert sheets(house.key("audit:read", "employees:read")) != []


def test_nobody_else_gets_one_and_nothing_is_handed_out_unrecorded(house: House) -> None:
    case, auditor = house.a_case(), house.world.holder("inspector")
    where = f"/v1/audit/bundles/{case.id}"
    assert house.get(house.a_stranger(), where, purpose=PURPOSE).status_code == 403
    assert house.get(house.key("actions:read"), where, purpose=PURPOSE).status_code == 403
    assert house.get(None, where, purpose=PURPOSE).status_code == 401
    assert house.get(auditor, where).status_code == 422
    assert house.get(auditor, where, purpose=PURPOSE, checkpoint_size=10**9).status_code == 422
    assert house.get(auditor, "/v1/audit/bundles/nothing", purpose=PURPOSE).status_code == 404


def test_documents_of_the_case_are_carried_along(house: House, tmp_path: Path) -> None:
    person = house.plain()[1]
    officer = house.world.holder("personnel_analyst")
    filed = house.client.post(
        f"/v1/employees/{house.nip(person)}/documents",
        files={"file": ("sk.pdf", b"%PDF-1.7 keputusan", "application/pdf")},
        data={"document_type": "SK"},
        headers=house.headers(officer),
    ).json()
    state = house.world.submit(person, house.world.vacancies()[1], document_ids=(filed["id"],)).state
    assert state is not None
    auditor = house.world.holder("inspector")
    answer = house.get(auditor, f"/v1/audit/bundles/{state.id}", purpose=PURPOSE)
    (tmp_path / "case.zip").write_bytes(answer.content)
    with zipfile.ZipFile(tmp_path / "case.zip") as archive:
        assert archive.read(f"documents/{filed['sha256']}") == b"%PDF-1.7 keputusan"
    assert main([str(tmp_path / "case.zip")]) == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_auditor_carries_several_cases_out_that_answer_a_query(house: House, tmp_path: Path) -> None:
    auditor, cases = house.world.holder("inspector"), [house.a_case(0), house.a_case(1)]
    where, asked = "/v1/audit/bundles", {"type": "ActionSubmitted", "whole_cases": True, "purpose": PURPOSE}
    answer = house.get(auditor, where, **asked, checkpoint_size=20)
    assert answer.status_code == 200, answer.text
    (tmp_path / "query.zip").write_bytes(answer.content)
    assert main([str(tmp_path / "query.zip")]) == 0
    with zipfile.ZipFile(tmp_path / "query.zip") as archive:
        assert json.loads(archive.read("manifest.json"))["cases"].keys() == {case.id for case in cases}
        assert [name for name in archive.namelist() if name.startswith("facts/")]
    newest = house.get(auditor, "/v1/audit/events", limit=3).json()["items"]
    assert [e["type"] for e in newest] == ["PersonalDataRead", "PersonalDataRead", "EvidenceTaken"]
    assert {e["actor"]["id"] for e in newest} == {auditor}
    assert house.get(house.a_stranger(), where, **asked).status_code == 403
    assert house.get(auditor, where, type="ActionSubmitted").status_code == 422
    sealed = house.get(house.key("audit:read"), where, **asked)
    with zipfile.ZipFile(io.BytesIO(sealed.content)) as archive:
        assert not [name for name in archive.namelist() if name.startswith("facts/")]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("evidence.bundle.LARGEST_RECORDS", 5)
        refused = house.get(auditor, where, exhaustive=True, purpose=PURPOSE)
    assert (refused.status_code, refused.json()["code"]) == (422, "bundle-too-large")
