"""What auditors read and receipts are checked with, verified as an outsider would."""

from __future__ import annotations

import base64
import hashlib

import pytest

from domain.identity import SYSTEM
from domain.log_commands import RecordPublication
from operations import log_keys
from proofs.checkpoint import Checkpoint, verify
from proofs.cosignature import cosign
from proofs.keys import Signer
from proofs.merkle import verify_consistency, verify_inclusion
from proofs.signed_note import VerifierKey, parse_note
from tests.api.conftest import House
from tests.world import new_id


@pytest.fixture
def auditor(house: House) -> str:
    return house.world.holder("inspector")


@pytest.fixture
def anybody(house: House) -> str:
    return house.plain()[0]


def test_an_event_is_proven_against_the_signed_checkpoint(house: House, auditor: str, anybody: str) -> None:
    note = house.get(None, "/v1/audit/checkpoint").text
    key = VerifierKey.parse(house.get(None, "/v1/audit/key").text.strip())
    head = verify(note, [key], "jenjang.kota-serang")
    event = house.get(auditor, "/v1/audit/events", limit=1).json()["items"][0]
    record = base64.b64decode(event["record_base64"])
    assert hashlib.sha256(b"\x00" + record).hexdigest() == event["leaf_hash"]
    proof = house.get(
        anybody, "/v1/audit/proofs/inclusion", position=event["position"], tree_size=head.size
    ).json()
    path = [bytes.fromhex(node) for node in proof["path"]]
    leaf = bytes.fromhex(proof["leaf_hash"])
    verify_inclusion(leaf, event["position"], head.size, path, head.root)


def test_the_newest_published_checkpoint_is_given_with_its_cosignatures(house: House) -> None:
    assert house.get(None, "/v1/audit/checkpoint", cosigned=True).status_code == 404
    note = house.get(None, "/v1/audit/checkpoint").text
    head = Checkpoint.parse(parse_note(note).text)
    saksi = Signer("inspektorat.example/saksi", bytes(range(32)))
    line = cosign(head.text, saksi, 1_795_000_000)
    house.world.installation.ledger.execute(
        RecordPublication(
            command_id=new_id(),
            actor=SYSTEM,
            size=head.size,
            root=head.root.hex(),
            cosignatures=(line.rstrip("\n"),),
        )
    )
    published = house.get(None, "/v1/audit/checkpoint", cosigned=True).text
    assert published == note + line
    newer = house.get(None, "/v1/audit/checkpoint").text
    assert Checkpoint.parse(parse_note(newer).text).size == head.size + 1


def test_while_keys_change_both_are_told_the_newer_first(house: House) -> None:
    change = log_keys.rotate(house.world.installation)
    assert house.get(None, "/v1/audit/key").text.split() == [change.key, change.previous]
    log_keys.retire(house.world.installation)
    assert house.get(None, "/v1/audit/key").text.split() == [change.key]


def test_a_later_tree_continues_an_earlier_one(house: House, anybody: str) -> None:
    proof = house.get(anybody, "/v1/audit/proofs/consistency", **{"from": 3, "to": 150}).json()
    path = [bytes.fromhex(node) for node in proof["path"]]
    verify_consistency(3, 150, path, bytes.fromhex(proof["from_root"]), bytes.fromhex(proof["to_root"]))


@pytest.mark.parametrize(
    "question",
    [
        "inclusion?position=5&tree_size=5",
        "inclusion?position=0&tree_size=999999999",
        "inclusion?position=-1",
        "inclusion?position=99999999999999999999999",
        "inclusion?position=x",
        "consistency?from=9&to=3",
        "consistency?from=0",
        "consistency?from=1&to=9999999999",
    ],
)
def test_impossible_proofs_are_refused(house: House, anybody: str, question: str) -> None:
    answer = house.get(anybody, f"/v1/audit/proofs/{question}")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


def test_events_are_for_auditors_only(house: House, auditor: str, anybody: str) -> None:
    assert house.get(anybody, "/v1/audit/events").status_code == 403
    assert house.get(house.key("actions:read"), "/v1/audit/events").json()["code"] == "scope-missing"
    assert house.get(house.key("audit:read"), "/v1/audit/events").status_code == 200
    assert house.get(auditor, "/v1/audit/events").status_code == 200


def test_events_are_found_by_type_stream_actor_time_and_words(house: House, auditor: str) -> None:
    case = house.a_case()

    def found(**filters: str) -> list[str]:
        answer = house.get(auditor, "/v1/audit/events", **filters)
        assert answer.status_code == 200, answer.text
        return [event["type"] for event in answer.json()["items"]]

    assert set(found(type="ActionSubmitted")) == {"ActionSubmitted"}
    assert found(stream=f"personnel-action/{case.id}")[-1] == "ActionSubmitted"
    assert "ActionSubmitted" in found(q=f"within_agency {case.subject_id}")
    assert "ActionSubmitted" in found(actor="simpeg")
    assert found(**{"from": "2999-01-01T00:00:00Z"}) == []
    assert found(to="2000-01-01T00:00:00Z") == []
    assert found(**{"from": "0001-01-01T00:00:00", "type": "ActionSubmitted"})


def test_pages_hold_every_event_once(house: House, auditor: str) -> None:
    seen: list[int] = []
    cursor: dict[str, str] = {}
    while True:
        page = house.get(auditor, "/v1/audit/events", limit=150, **cursor).json()
        seen += [event["position"] for event in page["items"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert seen == list(range(len(seen)))[::-1]


@pytest.mark.parametrize("cursor", ["x", "W10", "WyJhIl0", "WzFlOTld", "\u00e9"])
def test_a_cursor_of_something_else_is_refused(house: House, auditor: str, cursor: str) -> None:
    assert house.get(auditor, "/v1/audit/events", cursor=cursor).status_code == 422
