"""Everything that goes wrong is a problem in the caller's language, and nothing is a 500."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import House

START = "/v1/personnel-actions"


def _raw(house: House, content: bytes, media_type: str = "application/json") -> Any:
    headers = house.headers(house.key("actions:write")) | {"Content-Type": media_type}
    return house.client.post(START, content=content, headers=headers)


def _is_problem(answer: Any, status: int, code: str) -> bool:
    assert answer.headers["Content-Type"] == "application/problem+json", answer.text
    return (answer.status_code, answer.json()["code"], answer.json()["status"]) == (status, code, status)


def test_what_cannot_be_read_is_named(house: House) -> None:
    assert _is_problem(_raw(house, b"{"), 400, "malformed-json")
    assert _is_problem(_raw(house, b"\xff\xfe"), 400, "malformed-json")
    assert _is_problem(_raw(house, b"[" * 20_000), 400, "malformed-json")
    assert _is_problem(_raw(house, b"{}"), 422, "invalid-request")
    assert _is_problem(_raw(house, b'"' + b"x" * 70_000 + b'"'), 413, "body-too-large")
    assert _is_problem(
        _raw(house, b"a=1", "application/x-www-form-urlencoded"), 415, "unsupported-media-type"
    )
    for half in (b'{"kind": "\\u0000"}', b'{"kind": "\\ud800"}', b'{"\\udc00": 1}'):
        assert _is_problem(_raw(house, half), 422, "invalid-request")


def test_unknown_addresses_and_methods_are_problems(house: House) -> None:
    assert _is_problem(house.client.get("/nowhere"), 404, "not-found")
    assert _is_problem(house.client.put("/v1/tasks"), 405, "method-not-allowed")
    assert _is_problem(house.client.get("/v1/tasks"), 401, "unauthenticated")
    assert house.client.get("/v1/tasks").headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("odd", ["%00", "%ED%A0%80", "%F0%9F%A6%84", "..%2F..", "%FF", "x" * 3000])
def test_odd_characters_in_addresses_are_never_a_500(house: House, odd: str) -> None:
    key = house.key("actions:read")
    headers = house.headers(key)
    for path in (f"{START}/{odd}", f"/v1/tasks/{odd}", f"{START}?q={odd}", f"{START}?unit={odd}"):
        assert house.client.get(path, headers=headers).status_code in (200, 404, 414, 422)


def test_titles_and_findings_speak_the_callers_language(house: House) -> None:
    indonesian = house.client.get("/nowhere").json()["title"]
    english = house.client.get("/nowhere", headers={"Accept-Language": "en-GB, id;q=0.5"}).json()["title"]
    assert (indonesian, english) == ("Tidak ditemukan.", "Not found.")
    state = house.a_case()
    headers = house.headers(house.key("actions:read"))
    path = f"{START}/{state.id}"
    first = house.client.get(path, headers=headers).json()["findings"]
    other = house.client.get(path, headers=headers | {"Accept-Language": "en"}).json()["findings"]
    assert [f["rule"] for f in first] == [f["rule"] for f in other]
    assert [f["message"] for f in first] != [f["message"] for f in other]


def test_an_approval_that_needs_an_override_says_why(house: House) -> None:
    key = house.key("actions:write")
    refused = house.post(key, START, house.a_request(effective_date="2199-01-01"))
    assert refused.status_code == 201
    assert refused.json()["status"] == "refused"
    failed = [f for f in refused.json()["findings"] if f["outcome"] == "fail"]
    assert failed
    assert failed[0]["citation"]


def test_answers_carry_the_security_headers_and_the_docs_load_nothing_from_outside(house: House) -> None:
    answer = house.client.get("/v1/tasks")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    page = house.client.get("/docs")
    assert page.status_code == 200
    assert "https://" not in page.text
    assert house.client.get("/static-offline-docs/swagger-ui-bundle.js").status_code == 200


def test_the_description_is_openapi_3_1_with_problems_everywhere(house: House) -> None:
    description = house.client.get("/openapi.json").json()
    assert description["openapi"].startswith("3.1")
    for path in ("/v1/personnel-actions", "/v1/tasks/{task_id}/decision", "/v1/tasks/decisions"):
        for operation in description["paths"][path].values():
            assert "application/problem+json" in operation["responses"]["401"]["content"]
