"""CloudEvents of the reference library start actions, once each; a sandbox key is told the same in vain."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from cloudevents.core.bindings.http import HTTPMessage, to_binary, to_structured
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from accounts.api_keys import create_key
from domain.errors import UnknownReference
from inbound.cloud_events import BATCHED, REQUESTED
from tests.api.conftest import House, Settled
from tests.api.one_house import a_house

EVENTS = "/v1/events"


@pytest.fixture(scope="module")
def house(settle: Callable[[str], Settled], tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with a_house(settle, Path(tmp_path_factory.mktemp("events"))) as found:
        yield found


def an_event(data: dict[str, Any], id_: str, **changes: Any) -> CloudEvent:
    attributes = {"id": id_, "source": "/simpeg/kota serang", "type": REQUESTED, "specversion": "1.0"}
    return CloudEvent(attributes | {"datacontenttype": "application/json"} | changes, data)


def sent(house: House, secret: str, message: HTTPMessage) -> httpx.Response:
    headers = dict(message.headers) | {"Authorization": f"Bearer {secret}"}
    return house.client.post(EVENTS, content=message.body, headers=headers)


def evaluation(house: House, index: int) -> dict[str, Any]:
    nip = house.nip(house.plain()[index])
    period = {"period_start": "2026-01-01", "period_end": "2026-06-30"}
    return {"kind": "evaluation", "subject_nip": nip} | period


def test_one_event_is_one_action_however_it_is_wrapped(house: House) -> None:
    key = house.key("actions:write", "actions:read")
    event = an_event(evaluation(house, 0), "e-1")
    first = sent(house, key, to_structured(event, JSONFormat()))
    assert first.status_code == 201, first.text
    again = sent(house, key, to_binary(event, JSONFormat()))
    assert (again.status_code, again.headers["Idempotent-Replay"]) == (201, "true")
    assert again.json() == first.json()
    assert first.headers["Location"] == f"/v1/personnel-actions/{first.json()['id']}"
    other = sent(house, key, to_structured(an_event(evaluation(house, 1), "e-1"), JSONFormat()))
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    elsewhere = an_event(evaluation(house, 1), "e-1", source="/portal")
    assert sent(house, key, to_structured(elsewhere, JSONFormat())).status_code == 201


def test_a_batch_of_events_is_answered_one_by_one(house: House) -> None:
    key = house.key("actions:write", "actions:read")
    format_ = JSONFormat()
    events = [an_event(evaluation(house, 2), "b-1"), an_event(evaluation(house, 3), "b-2")]
    documents = [json.loads(format_.write(event)) for event in events]
    wrong = documents[0] | {"id": "b-3", "data": {"kind": "evaluation"}}
    foreign = documents[0] | {"id": "b-4", "type": "id.jenjang.weather"}
    body = json.dumps([*documents, documents[0], wrong, foreign, "x"]).encode()
    headers = {"Authorization": f"Bearer {key}", "Content-Type": BATCHED}
    answer = house.client.post(EVENTS, content=body, headers=headers)
    items = answer.json()["items"]
    assert [item["status"] for item in items] == [201, 201, 201, 422, 422, 422]
    assert items[2]["action_id"] == items[0]["action_id"] != items[1]["action_id"]
    assert [item.get("code") for item in items[3:]] == [
        "invalid-event",
        "unknown-event-type",
        "invalid-event",
    ]
    assert items[3]["errors"][0]["field"] == "data.evaluation.subject_nip"
    repeated = house.client.post(EVENTS, content=json.dumps(documents).encode(), headers=headers)
    assert repeated.headers["Idempotent-Replay"] == "true"


def test_events_that_nobody_can_read_are_refused(house: House) -> None:
    key = house.key("actions:write")
    good = json.loads(JSONFormat().write(an_event(evaluation(house, 4), "w-1")))

    def code(document: Any, kind: str = "application/cloudevents+json") -> str:
        headers = {"Authorization": f"Bearer {key}", "Content-Type": kind}
        content = document if isinstance(document, bytes) else json.dumps(document).encode()
        return str(house.client.post(EVENTS, content=content, headers=headers).json()["code"])

    assert code(good | {"specversion": "0.3"}) == "invalid-event"
    assert code(good | {"id": ""}) == "invalid-event"
    assert code(good | {"Bad-Name": "x"}) == "invalid-event"
    assert code(good | {"datacontenttype": "text/xml"}) == "invalid-event"
    assert code(good | {"data": None, "data_base64": "!"}) == "invalid-event"
    assert code([good] * 201, BATCHED) == "invalid-event"
    assert code(b"{") == "malformed-json"
    assert code(good, "application/json") == "unsupported-media-type"
    assert code(b" " * 2**20 + b"{}") == "body-too-large"


def test_a_sandbox_key_is_told_what_would_come_of_it_and_leaves_nothing(house: House) -> None:
    installation = house.world.installation
    with pytest.raises(UnknownReference):
        create_key(installation, "coba", ("actions:write", "actions:read"), sandbox=True)
    _, trial = create_key(installation, "coba", ("actions:write",), sandbox=True)
    real = house.key("actions:write", "actions:read")
    body = house.a_request(subject_nip=house.nip(house.plain()[5]))

    def events() -> dict[str, int]:
        house.app.state.services.access_log.flush()
        with installation.reader.engine.connect() as connection:
            rows = connection.exec_driver_sql("SELECT type, COUNT(*) FROM events GROUP BY type").fetchall()
        return {row[0]: row[1] for row in rows}

    before = events()
    tried = house.post(trial, "/v1/personnel-actions", body, Idempotency_Key="satu")
    assert tried.status_code == 201, tried.text
    assert (tried.json()["sandbox"], tried.json()["receipt"]) == (True, None)
    assert (
        house.post(trial, "/v1/personnel-actions", body, Idempotency_Key="satu").json()["id"]
        == tried.json()["id"]
    )
    after = events()
    assert {kind for kind in after if after[kind] != before.get(kind)} == {"PersonalDataRead"}
    begun = house.post(real, "/v1/personnel-actions", body).json()
    same = ("status", "phase", "steps", "findings", "ahead", "policy")
    assert [tried.json()[name] for name in same] == [begun[name] for name in same]
    held = house.post(trial, "/v1/personnel-actions", body)
    assert held.json()["code"] == "open-action-exists"  # it is judged by what is so now
    event = to_structured(an_event(evaluation(house, 6), "s-1"), JSONFormat())
    assert sent(house, trial, event).json()["sandbox"] is True
    withdrawal = house.post(trial, f"/v1/personnel-actions/{begun['id']}/withdrawal", {"reason": "x"})
    assert (withdrawal.status_code, withdrawal.json()["code"]) == (403, "sandbox-only")
    assert house.get(trial, f"/v1/personnel-actions/{tried.json()['id']}").status_code == 404
