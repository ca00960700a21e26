"""The signed file of a decree for whom it concerns, and statements to be signed by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from operations.decrees import maker_of
from tests.api.conftest import House
from tests.decrees.conftest import against_pdf_a, text_of


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """Reads by id; the table is compared on both databases in tests/projections."""
    return f"sqlite+pysqlite:///{tmp_path / 'jenjang.db'}"


def test_the_signed_decree_goes_to_whom_it_concerns_and_the_reading_is_recorded(house: House) -> None:
    state = house.world.walk(house.a_case(), until="duty_statement")
    head = house.world.holder("agency_head")
    stranger = next(p for p in house.plain() if p != state.subject_id)
    path = f"/v1/decrees/{state.id}/document"
    waiting = house.get(head, path)
    assert (waiting.status_code, waiting.json()["code"]) == (409, "decree-not-signed")
    assert maker_of(house.world.installation)._make(state.id).state == "signed"
    shown = house.get(head, f"/v1/personnel-actions/{state.id}").json()
    assert shown["decree"]["file"] == "signed"
    for reader in (head, state.subject_id):
        answer = house.get(reader, path, **({"purpose": "arsip"} if reader == head else {}))
        assert answer.status_code == 200, answer.text
        assert answer.headers["Content-Type"] == "application/pdf"
        assert shown["decree"]["number"] in text_of(answer.content)
    read = house.get(state.subject_id, f"/v1/employees/{house.nip(state.subject_id)}/readings").json()
    assert "documents" in {item["what"] for item in read["items"]}
    for who, where in ((stranger, path), (None, path), (head, "/v1/decrees/x/document")):
        assert house.get(who, where).status_code in (401, 404)
    statement = f"/v1/statements/duty_statement?action_id={state.id}"
    made = house.client.get(f"{statement}&purpose=arsip", headers=house.headers(head))
    assert made.status_code == 200, made.text
    assert against_pdf_a(made.content) == []
    assert house.client.get(statement, headers=house.headers(stranger)).status_code == 404
    annulment = statement.replace("duty_statement", "annulment")
    assert house.client.get(annulment, headers=house.headers(head)).status_code == 404
