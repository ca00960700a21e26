"""Documents of people's files: what is taken, from whom, and what comes back."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from tests.api.conftest import House

PDF = b"%PDF-1.7\nsurat persetujuan\n%%EOF\n"


def file(house: House, who: str, nip: str, content: bytes = PDF, **changes: Any) -> Any:
    name = changes.get("name", "surat.pdf")
    return house.client.post(
        f"/v1/employees/{nip}/documents",
        files={"file": (name, content, changes.get("media_type", "application/pdf"))},
        data={"document_type": changes.get("document_type", "SURAT_PERSETUJUAN")},
        headers=house.headers(who) | changes.get("headers", {}),
    )


def test_a_filed_document_is_in_the_ledger_and_comes_back_as_it_was(house: House) -> None:
    person = house.plain()[0]
    filed = file(house, person, house.nip(person))
    assert filed.status_code == 201, filed.text
    body = filed.json()
    assert body["sha256"] == hashlib.sha256(PDF).hexdigest()
    assert body["receipt"]["tree_size"] > body["receipt"]["position"]
    listed = house.get(person, f"/v1/employees/{house.nip(person)}/documents").json()["items"]
    assert [item["id"] for item in listed] == [body["id"]]
    content = house.get(person, f"/v1/documents/{body['id']}/content")
    assert content.content == PDF
    assert content.headers["content-type"] == "application/pdf"
    assert content.headers["content-disposition"].startswith("attachment;")
    assert content.headers["x-content-type-options"] == "nosniff"


def test_bytes_that_an_erasure_took_away_before_they_were_filed_are_stored_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody with the same document is erased between the arrival of the bytes and the record."""
    person = house.plain()[0]
    installation = house.world.installation
    execute = installation.ledger.execute

    def late(command: Any, **more: Any) -> Any:
        installation.documents.remove(hashlib.sha256(PDF).hexdigest())
        return execute(command, **more)

    with monkeypatch.context() as patched:
        patched.setattr(installation.ledger, "execute", late)
        filed = file(house, person, house.nip(person)).json()
    assert house.get(person, f"/v1/documents/{filed['id']}/content").content == PDF


def test_a_repeat_is_filed_once(house: House) -> None:
    person = house.plain()[0]
    key: dict[str, Any] = {"headers": {"Idempotency-Key": "sekali"}}
    first, again = (file(house, person, house.nip(person), **key) for _ in range(2))
    assert first.json() == again.json()
    assert again.headers["Idempotent-Replay"] == "true"
    other = file(house, person, house.nip(person), PDF + b"x", **key)
    assert other.json()["code"] == "idempotency-key-reused"


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 422),
        (b"MZ\x90 not a document", 415),
        (b"<html>%PDF-", 415),
        (b"%PDF-1.7 <script>alert(1)</script>", 415),
        (PDF + b"x" * 2000, 415),
        (b"\xff\xd8\xff\xe0 jpeg", 201),
        (b"\x89PNG\r\n\x1a\n png", 201),
        (b"%PDF-1.7" + b"x" * (10 * 2**20) + b"%%EOF", 413),
        (b"%PDF-1.7" + b"x" * (11 * 2**20) + b"%%EOF", 413),
    ],
)
def test_bytes_decide_what_is_taken(house: House, content: bytes, status: int) -> None:
    person = house.plain()[0]
    assert file(house, person, house.nip(person), content).status_code == status
    kept = house.world.installation.settings.data / "documents"
    assert list(kept.glob(".*")) == []


def test_who_may_file(house: House) -> None:
    world = house.world
    person, other = house.plain()[:2]
    nip = house.nip(person)
    assert file(house, world.holder("personnel_analyst"), nip).status_code == 201
    assert file(house, house.key("documents:write"), nip).status_code == 201
    assert file(house, other, nip).status_code == 404
    assert file(house, world.holder("inspector"), nip).status_code == 403
    assert file(house, house.key("employees:read"), nip).status_code == 403
    assert file(house, house.key("documents:write"), "000000000000000000").status_code == 404


def test_nobody_else_sees_a_document(house: House) -> None:
    person, other = house.plain()[:2]
    body = file(house, person, house.nip(person)).json()
    assert house.get(other, f"/v1/documents/{body['id']}/content").status_code == 404
    assert house.get(other, f"/v1/employees/{house.nip(person)}/documents").status_code == 404
    assert house.get(house.world.holder("inspector"), f"/v1/documents/{body['id']}/content").content == PDF
    assert house.get(person, "/v1/documents/nothing/content").status_code == 404


def test_an_altered_document_is_not_handed_out(house: House) -> None:
    person = house.plain()[0]
    body = file(house, person, house.nip(person)).json()
    path = house.world.installation.settings.data / "documents" / body["sha256"][:2] / body["sha256"][2:]
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    path.write_bytes(b"%PDF-1.7 another")
    assert house.get(person, f"/v1/documents/{body['id']}/content").json()["code"] == "document-unreadable"


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "a\\b\\c.pdf", "ä☃ surat.pdf", "x" * 400, '"\r\n;.pdf', "."]
)
def test_a_file_name_is_only_a_name(house: House, name: str) -> None:
    person = house.plain()[0]
    filed = file(house, person, house.nip(person), name=name)
    assert filed.status_code == 201, filed.text
    assert "/" not in filed.json()["file_name"]
    assert house.get(person, f"/v1/documents/{filed.json()['id']}/content").status_code == 200


def test_a_document_type_is_a_word(house: House) -> None:
    person = house.plain()[0]
    assert file(house, person, house.nip(person), document_type="\x00").status_code == 422
    assert file(house, person, house.nip(person), document_type="x" * 65).status_code == 422


@pytest.mark.parametrize("name", ["SK Budi Santoso", "SK 198501012010011001", "198501012010011001", "a" * 40])
def test_a_kind_of_document_is_a_word_or_a_number_never_a_person(house: House, name: str) -> None:
    """It stands readable in the record for ever."""
    person = house.plain()[0]
    refused = file(house, person, house.nip(person), document_type=name)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid-request")


def test_a_rejected_document_does_not_come_back_under_a_new_name(house: House) -> None:
    person, analyst = house.plain()[0], house.world.holder("personnel_analyst")
    document = file(house, person, house.nip(person), document_type="SK_JABATAN").json()["id"]
    rejected = {"outcome": "rejected", "reason": "hasil suntingan"}
    assert house.post(analyst, f"/v1/documents/{document}/verification", rejected).status_code == 200
    again = file(house, person, house.nip(person), document_type="872", name="baru.pdf")
    assert (again.status_code, again.json()["code"]) == (409, "document-rejected")
    other = file(house, person, house.nip(person), PDF + b"%%EOF", document_type="SK_JABATAN")
    assert other.status_code == 201


def test_a_document_is_not_from_tomorrow(house: House) -> None:
    person = house.plain()[0]
    answer = house.client.post(
        f"/v1/employees/{house.nip(person)}/documents",
        files={"file": ("surat.pdf", PDF, "application/pdf")},
        data={"document_type": "EVALUASI_KINERJA", "issued_on": "2199-12-31"},
        headers=house.headers(person),
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "date-out-of-order")


def test_without_the_store_documents_wait_and_everything_else_goes_on(house: House, tmp_path: Any) -> None:
    secret = tmp_path / "secret"
    secret.write_text("x")
    installation, person = house.world.installation, house.plain()[0]
    changes = {"s3_bucket": "dokumen", "s3_endpoint": "http://127.0.0.1:9"}
    changes |= {f"s3_{name}_key_file": secret for name in ("access", "secret")}
    installation.settings = installation.settings.model_copy(update=changes)
    answer = file(house, person, house.nip(person))
    assert (answer.status_code, answer.json()["code"]) == (503, "document-store-unavailable")
    assert answer.headers["Retry-After"] == "1"
    assert house.get(person, f"/v1/employees/{house.nip(person)}/documents").status_code == 200
