"""What is subscribed to arrives: signed, at least once, in order per case, until it is given up."""

from __future__ import annotations

import json
import random
from datetime import datetime, timedelta
from typing import Any

import pytest
from cloudevents.core.bindings.http import HTTPMessage, from_http
from cloudevents.core.formats.json import JSONFormat
from standardwebhooks import Webhook

from accounts.api_keys import create_key, revoke_key
from activities.webhooks import WebhookRound
from operations.verification import verify_installation
from operations.webhook_findings import of_webhooks
from relay import webhook_outbox
from relay.webhook_sender import LedgerWebhookSender, Patience
from tests.api.conftest import House
from tests.api.test_webhooks import SCOPES, subscribed
from tests.receiver import Received, Receiver, receiving
from worker import webhook_sender_of

CASES = 3


class Killed(Exception):
    """The worker dies here."""


@pytest.fixture
def house(house: House) -> House:
    house.world.installation.settings.webhook_private_hosts = "127.0.0.1"
    return house


def a_sender(house: House, *, ahead: timedelta = timedelta(), waits: float = 0) -> LedgerWebhookSender:
    """One that tries again at once, or after so many seconds; its clock is that much ahead."""
    sender = webhook_sender_of(house.world.installation)
    sender._clock = lambda: house.world.installation.clock() + ahead
    sender._patience = Patience(first=timedelta(seconds=waits))
    return sender


def send(sender: LedgerWebhookSender, made: dict[str, Any]) -> WebhookRound:
    """Until nothing is left to do now."""
    while True:
        done = sender._send_for_a_while(made["id"])
        if done.over or not done.more:
            return done


def cases_walked(house: House) -> list[str]:
    """Some transfers, each a few steps far."""
    return [house.world.walk(house.a_case(n), until="analyst_verification").id for n in range(CASES)]


def positions(received: list[Received], case: str | None = None) -> list[int]:
    told = [json.loads(each.body) for each in received]
    return [e["data"]["position"] for e in told if case is None or e["subject"].endswith(case)]


def first_ones(found: list[int]) -> list[int]:
    return list(dict.fromkeys(found))


def test_all_arrives_in_order_although_receiver_and_worker_fail(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(7)
    key = house.key(*SCOPES)
    with receiving(Receiver(lambda _: 503 if chance.random() < 1 / 3 else 204)) as receiver:
        made = subscribed(house, key, receiver.url)
        cases = cases_walked(house)
        wanted = house.get(house.key("actions:read"), "/v1/feed", after=made["receipt"]["position"]).json()
        keep, deaths = webhook_outbox.settle, iter([True, False, True, False, False])

        def dying(*arguments: Any) -> None:
            if next(deaths, False):
                raise Killed
            keep(*arguments)

        monkeypatch.setattr(webhook_outbox, "settle", dying)
        for _ in range(2):
            with pytest.raises(Killed):
                send(a_sender(house), made)
        send(a_sender(house), made)
        for case in cases:
            sent = positions(receiver.accepted, case)
            assert first_ones(sent) == sorted(set(sent)), "in order"
        told = [item["data"]["position"] for item in wanted["items"]]
        assert sorted(set(positions(receiver.accepted))) == told, "none is lost"
        assert len(receiver.accepted) > len(told), "what was sent when the worker died comes again"
        ids = {(each.id, json.loads(each.body)["id"]) for each in receiver.accepted}
        assert len(ids) == len(told), "under the same id"
        new = house.post(key, f"/v1/webhooks/{made['id']}/secret", {"overlap_hours": 24}).json()["secret"]
        once = len(receiver.asked)
        receiver.answers = lambda _: 204
        house.post(key, f"/v1/webhooks/{made['id']}/replay", {"after": told[-3]})
        send(a_sender(house), made)
        again = receiver.asked[once:]
        assert positions(again) == told[-2:], "replayed from there on"
        assert {each.id for each in again} <= {each.id for each in receiver.asked[:once]}
    for each in receiver.asked:
        Webhook(made["secret"]).verify(each.body, each.headers)
        event = from_http(HTTPMessage(each.headers, each.body), JSONFormat())
        assert event.get_type().startswith("id.jenjang.")
    for each in again:
        Webhook(new).verify(each.body, each.headers)
    shown = house.get(key, f"/v1/webhooks/{made['id']}/deliveries", state="delivered", limit=2).json()
    assert [item["position"] for item in shown["items"]] == [told[-1], told[-2]]
    assert shown["next"]


def test_one_case_that_fails_holds_up_no_other_and_ends_in_a_pause(house: House) -> None:
    key = house.key(*SCOPES)
    stuck = house.world.walk(house.a_case(), until="analyst_verification").id

    def answers(received: Received) -> int:
        return 500 if json.loads(received.body)["subject"].endswith(stuck) else 200

    with receiving(Receiver(answers)) as receiver:
        made = subscribed(house, key, receiver.url, after=-1, event_types=["id.jenjang.task.opened"])
        other = house.a_case(1).id
        begun: datetime = house.world.installation.clock()
        waits = send(a_sender(house, waits=60), made)
        assert waits.next_due is not None
        assert timedelta(seconds=40) < waits.next_due - begun < timedelta(seconds=90)
        assert positions(receiver.accepted, other)
        assert len(set(positions(receiver.asked, stuck))) == 1, "the case's next events wait for it"
        here = house.get(key, f"/v1/webhooks/{made['id']}").json()
        assert (here["last_error"], here["waiting"]) == ("refused", 3)
        later = a_sender(house, ahead=timedelta(hours=73))
        assert send(later, made).over
        here = house.get(key, f"/v1/webhooks/{made['id']}").json()
        assert (here["state"], here["paused_why"]) == ("paused", "failing")
        house.post(key, f"/v1/webhooks/{made['id']}/resumption", None)
        receiver.answers = lambda _: 204
        assert not send(a_sender(house), made).over
        assert len(set(positions(receiver.accepted, stuck))) == 3, "nothing was lost meanwhile"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_who_is_gone_or_moved_inside_or_whose_key_ended_gets_nothing_more(house: House) -> None:
    installation = house.world.installation
    unit = house.world.agency.unit_of(house.world.vacancies()[0])
    with receiving(Receiver()) as receiver:
        key_id, key = create_key(installation, "leaver", SCOPES)
        gone = subscribed(house, key, receiver.url, kinds=["mutation"], unit_ids=[unit])
        inside = subscribed(house, key, receiver.url)
        deserted = subscribed(house, key, receiver.url)
        elsewhere = subscribed(house, key, receiver.url, kinds=["promotion"])
        house.a_case()
        send(a_sender(house), elsewhere)
        assert receiver.asked == [], "the filter lets nothing through"
        receiver.answers = lambda _: 410
        assert send(a_sender(house), gone).over
        with installation.reader.engine.connect() as connection:
            assert webhook_outbox.standing(connection, gone["id"]).waiting == 2
        installation.settings.webhook_private_hosts = ""
        asked = len(receiver.asked)
        assert send(a_sender(house), inside).over
        assert len(receiver.asked) == asked
        revoke_key(installation, key_id)
        assert send(a_sender(house), deserted).over
    with installation.reader.engine.connect() as connection:
        found = list(of_webhooks(connection, installation.clock()))
    assert [finding.code for finding in found] == ["webhook-paused"] * 3
    assert {why for finding in found for why in finding.what.split() if "-" in why} >= {"key-revoked"}
    assert verify_installation(installation.settings).findings == ()
