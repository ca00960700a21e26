"""Who read whose file: told to the person with proofs, for a stated purpose where the policy wants one."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.access_log import AccessLog
from api.app import create_app
from domain.identity import Actor
from evidence.verify_bundle import included, main
from ledger.read import all_events
from tests.api.conftest import House
from tests.world import new_id

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def reads(house: House, person: str) -> list[dict[str, Any]]:
    """The recorded reads of the person's file, oldest first."""
    house.app.state.services.access_log.flush()
    with house.world.installation.reader.engine.connect() as connection:
        records = [json.loads(record) for _, record, _ in all_events(connection)]
    return [record for record in records if record["stream"] == f"access/{person}"]


def test_a_person_hears_who_read_their_file_and_why_and_checks_it_alone(house: House, tmp_path: Path) -> None:
    person, analyst = house.plain()[0], house.world.holder("personnel_analyst")
    nip, key = house.nip(person), house.key("employees:read")
    house.get(analyst, f"/v1/employees/{nip}", purpose="Verifikasi usul mutasi")
    house.get(key, f"/v1/employees/{nip}/talent")
    house.app.state.services.access_log.flush()
    told = house.get(person, f"/v1/employees/{nip}/readings").json()
    assert [(r["number"], r["what"], r["purpose"]) for r in told["items"]] == [
        (2, "talent", "talent"),
        (1, "employee", "Verifikasi usul mutasi"),
    ]
    assert told["total"] == 2
    by_key, by_analyst = (reading["reader"] for reading in told["items"])
    assert (by_analyst["id"], bool(by_analyst["name"])) == (analyst, True)
    assert (by_key["kind"], by_key["name"]) == ("integration", "key employees:read")
    for reading in told["items"]:
        leaf = hashlib.sha256(b"\0" + base64.b64decode(reading["record_base64"])).digest()
        assert leaf.hex() == reading["leaf_hash"]
        path = [bytes.fromhex(node) for node in reading["path"]]
        assert included(leaf, reading["position"], told["tree_size"], path, bytes.fromhex(told["root"]))
    carried = house.get(person, f"/v1/employees/{nip}/readings/bundle")
    (tmp_path / "readings.zip").write_bytes(carried.content)
    assert main([str(tmp_path / "readings.zip"), "--key", house.get(None, "/v1/audit/key").text.strip()]) == 0
    with zipfile.ZipFile(io.BytesIO(carried.content)) as archive:
        assert len(json.loads(archive.read("manifest.json"))["query"]["matched"]) == 2
    assert len(reads(house, person)) == 2  # one's own list is nobody else's reading


def test_the_list_comes_by_pages_and_is_nobody_else_s(house: House) -> None:
    person, nip = house.plain()[0], house.nip(house.plain()[0])
    analyst, auditor = house.world.holder("personnel_analyst"), house.world.holder("inspector")
    where = f"/v1/employees/{nip}/readings"
    for purpose in ("satu kali", "dua kali", "tiga kali"):
        house.get(analyst, f"/v1/employees/{nip}", purpose=purpose)
    first = house.get(person, where, limit=2).json()
    then = house.get(person, where, limit=2, cursor=first["next"]).json()
    assert [r["number"] for r in (*first["items"], *then["items"])] == [3, 2, 1]
    assert then["next"] is None
    assert house.get(analyst, where).status_code == 403
    assert house.get(house.plain()[1], where).status_code == 404
    assert house.get(auditor, where).json()["total"] == 3
    assert [read["data"]["what"] for read in reads(house, person)][3:] == ["readings"]
    assert house.get(auditor, f"{where}/bundle").status_code == 403


def test_where_the_policy_demands_a_purpose_nothing_is_shown_without(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    person, analyst = house.plain()[0], house.world.holder("personnel_analyst")
    nip = house.nip(person)
    view = house.world.view
    access = view.policy_in_force(house.world.today).personal_data.access
    monkeypatch.setitem(access.__dict__, "purpose_required", ("employee", "documents"))
    with house.world.installation.reader.engine.connect() as connection:
        current = house.app.state.services.view(connection).policy_in_force(house.world.today)
    monkeypatch.setitem(current.personal_data.access.__dict__, "purpose_required", ("employee", "documents"))
    for part in ("", "/documents"):
        refused = house.get(analyst, f"/v1/employees/{nip}{part}")
        assert (refused.status_code, refused.json()["code"]) == (422, "purpose-required")
        assert house.get(analyst, f"/v1/employees/{nip}{part}", purpose="Verifikasi").status_code == 200
        assert house.get(person, f"/v1/employees/{nip}{part}").status_code == 200
    assert house.get(analyst, f"/v1/employees/{nip}/talent").status_code == 200
    assert [read["data"]["what"] for read in reads(house, person)] == ["employee", "documents", "talent"]


def test_a_read_that_was_answered_is_recorded_although_the_process_is_killed(house: House) -> None:
    """Between answer and commit: the journal is what the killed process leaves, the lock goes with it."""
    services, person = house.app.state.services, house.plain()[0]
    reader = Actor(kind="person", id=house.world.holder("personnel_analyst"))

    class Gone:
        """A writer whose process ends before the commit."""

        def submit(self, *_: Any) -> Any:
            raise SystemExit

    killed = AccessLog(Gone(), services.installation.settings.reads_folder)  # type: ignore[arg-type]
    with pytest.raises(SystemExit):
        killed.note(reader, person, "employee", services.now())
    assert services.access_log.take_over() == 0  # as long as it lives its journal is its own
    killed._journal._file.close()  # type: ignore[union-attr]
    assert reads(house, person) == []
    with TestClient(create_app(house.world.installation)):
        pass
    assert [read["actor"]["id"] for read in reads(house, person)] == [reader.id]
    assert list(services.installation.settings.reads_folder.iterdir()) == []


def test_a_journal_that_was_cut_off_in_a_line_gives_what_is_whole(house: House) -> None:
    services, person = house.app.state.services, house.plain()[0]
    folder = services.installation.settings.reads_folder
    folder.mkdir()
    whole = {
        "command_id": new_id(),
        "reader": {"kind": "person", "id": house.plain()[1]},
        "subject_id": person,
        "what": "documents",
    }
    (folder / "cut.jsonl").write_text(f'{json.dumps(whole)}\n{{"command_id":"5', encoding="utf-8")
    assert services.access_log.take_over() == 1
    assert [read["data"]["what"] for read in reads(house, person)] == ["documents"]
