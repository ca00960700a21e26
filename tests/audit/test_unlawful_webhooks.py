"""Webhooks of somebody who may not have them, or that changed as they cannot: verify names it."""

from __future__ import annotations

from typing import Any

from domain.identity import SYSTEM
from tests.audit.attacker import Attacker
from tests.audit.conftest import Evidence
from tests.audit.test_unlawful import person
from tests.world import new_id

UNLAWFUL = {"not-entitled", "illegal-transition", "wrong-stream", "wrong-facts"}
BY_SYSTEM = SYSTEM.as_recorded()


def a_key(*scopes: str) -> tuple[dict[str, Any], dict[str, str]]:
    """The event of a key's issue, and the key as an actor."""
    key_id = new_id()
    data = {"key_id": key_id, "label": "x", "scopes": list(scopes), "secret_hash": new_id()}
    issued = {"stream": f"api-key/{key_id}", "type": "ApiKeyIssued", "actor": BY_SYSTEM, "data": data}
    return issued, {"kind": "integration", "id": key_id}


def happened(type_: str, subscription: str, actor: dict[str, str], **data: Any) -> dict[str, Any]:
    fields = {"subscription_id": subscription} | data
    return {"stream": f"webhook/{subscription}", "type": type_, "actor": actor, "data": fields}


def subscribed(subscription: str, actor: dict[str, str], **changes: Any) -> dict[str, Any]:
    data = {
        "label": "x",
        "url": "https://x.example/",
        "event_types": [],
        "kinds": [],
        "unit_ids": [],
        "after": 3,
        "secret_id": new_id(),
    }
    return happened("WebhookSubscribed", subscription, actor, **(data | changes))


def test_what_nobody_could_have_done_to_a_webhook_is_named(evidence: Evidence, attacker: Attacker) -> None:
    (issued, key), (issued_other, other) = a_key("actions:read", "webhooks:write"), a_key("webhooks:write")
    mine, late = new_id(), "2099-01-01T00:00:00Z"
    lawful = (
        issued,
        issued_other,
        subscribed(mine, key),
        happened("WebhookPaused", mine, BY_SYSTEM, why="failing"),
        happened("WebhookResumed", mine, key),
        happened("WebhookReplayed", mine, key, after=-1),
        happened("WebhookAddressRefused", new_id(), key, host="10.0.0.1", why="private-address"),
    )
    stranger = person(evidence.world.movable()[0])
    forged = (
        (subscribed(new_id(), other), "not-entitled"),
        (subscribed(new_id(), stranger), "not-entitled"),
        (subscribed(mine, key), "illegal-transition"),
        (subscribed(new_id(), key, after=10**9), "wrong-facts"),
        (subscribed(new_id(), key, event_types=["id.jenjang.weather"]), "wrong-facts"),
        (happened("WebhookResumed", mine, BY_SYSTEM), "not-entitled"),
        (happened("WebhookPaused", mine, key, why="failing"), "not-entitled"),
        (happened("WebhookSecretRotated", mine, key, secret_id=new_id(), old_until=late), "wrong-facts"),
        (happened("WebhookEnded", new_id(), key), "illegal-transition"),
        (subscribed(new_id(), key) | {"stream": "webhook/another"}, "wrong-stream"),
    )
    begins = len(attacker.documents())
    attacker.append_each(*lawful, *(document for document, _ in forged))
    found = [each for each in evidence.verify(attacker.path).findings if each.code in UNLAWFUL]
    first = begins + len(lawful)
    assert [each for each in found if each.position is None or each.position < first] == []
    for position, (document, code) in enumerate(forged, first):
        assert code in {each.code for each in found if each.position == position}, document
