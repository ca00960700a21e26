"""People are told what waits for them, where and when they want it, and nothing that others may not read."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest

from accounts import notification_settings as wishes
from accounts.closing import close_account
from domain.personnel_action import ActionState
from notification.notifier import Notifier
from operations.notice_findings import of_notices
from tests.api.conftest import House
from tests.notification.conftest import Mailbox

ADDRESS = "analis@contoh.go.id"
HERE = "/v1/notification-settings"
AT_ONCE = {"channel": "mail", "address": ADDRESS, "language": "id", "mode": "at_once"}
NIP = re.compile(r"\d{18}")
# Where no statement is met that the tests on both databases have not met.
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class Clock:
    """Noon of the first working day in Serang from today on, until it is moved."""

    def __init__(self, house: House) -> None:
        with house.world.installation.reader.engine.connect() as connection:
            calendar = house.world.installation.reader.directory.current(connection).calendar
        self.moment = datetime.now(UTC).replace(hour=5, minute=0, second=0, microsecond=0) + timedelta(days=1)
        while not calendar.is_working_day(self.moment.date()):
            self.moment += timedelta(days=1)

    def __call__(self) -> datetime:
        return self.moment

    def passes(self, **time: float) -> None:
        self.moment += timedelta(**time)


@pytest.fixture
def clock(house: House) -> Clock:
    return Clock(house)


@pytest.fixture
def notifier(house: House, clock: Clock) -> Notifier:
    """A notifier that has begun: what was before is nobody's news."""
    installation = house.world.installation
    address = installation.settings.pages_address
    found = Notifier(installation.reader, installation.writing_engine, installation.channels, address, clock)
    assert found.tell() == 0
    return found


def said(letter: EmailMessage, kind: str = "plain") -> str:
    part = letter.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def an_analyst(house: House) -> str:
    world = house.world
    return min(world.offices.holders("personnel_analyst", world.today))


def wants(house: House, person: str, mailbox: Mailbox, **changes: Any) -> None:
    """The person asks to be told and confirms with the code that came."""
    asked = AT_ONCE | changes
    answer = house.client.put(HERE, json=asked, headers=house.headers(person))
    assert answer.status_code == 200, answer.text
    assert answer.json()["confirmed"] is False
    code = re.findall(r"\b\d{8}\b", said(mailbox.to(asked["address"])[-1]))[0]
    answer = house.post(person, f"{HERE}/confirmation", {"code": code})
    assert answer.json()["confirmed"] is True, answer.text
    mailbox.letters.clear()


def for_analysts(house: House, index: int = 0) -> ActionState:
    return house.world.walk(house.a_case(index), until="analyst_verification")


def texts(mailbox: Mailbox, address: str = ADDRESS) -> list[str]:
    return [said(letter) for letter in mailbox.to(address)]


def test_who_may_decide_is_told_once_and_nothing_personal(
    house: House, mailbox: Mailbox, notifier: Notifier, clock: Clock
) -> None:
    person = an_analyst(house)
    wants(house, person, mailbox)
    state = for_analysts(house)
    assert notifier.tell() == 1
    [letter] = mailbox.to(ADDRESS)
    plain, html = (said(letter, kind) for kind in ("plain", "html"))
    assert "1 tugas baru menunggu Anda." in plain
    assert "https://jenjang.contoh.go.id/" in plain
    assert '<a href="https://jenjang.contoh.go.id/">' in html
    for part in (plain, html, str(letter["Subject"])):
        assert not NIP.search(part)
        assert state.id not in part
    clock.passes(hours=1)
    assert notifier.tell() == 0
    assert len(mailbox.letters) == 1


@ON_SQLITE
def test_who_was_told_just_now_is_told_the_next_things_together(
    house: House, mailbox: Mailbox, notifier: Notifier, clock: Clock
) -> None:
    wants(house, an_analyst(house), mailbox, language="en")
    for_analysts(house, 0)
    assert notifier.tell() == 1
    for_analysts(house, 1)
    for_analysts(house, 2)
    clock.passes(minutes=1)
    assert notifier.tell() == 0
    clock.passes(minutes=10)
    assert notifier.tell() == 1
    assert "New tasks waiting for you: 2." in texts(mailbox)[1]


@ON_SQLITE
def test_a_task_that_somebody_else_decided_meanwhile_is_not_told(
    house: House, mailbox: Mailbox, notifier: Notifier, clock: Clock
) -> None:
    wants(house, an_analyst(house), mailbox, quiet_from=11, quiet_until=13)
    state = for_analysts(house)
    assert notifier.tell() == 0  # noon is a quiet hour
    house.world.walk(state, until="agency_head_review")
    clock.passes(hours=2)
    assert notifier.tell() == 0
    with house.world.installation.reader.engine.connect() as connection:
        assert wishes.notices_of(connection, an_analyst(house)) == []


@ON_SQLITE
def test_quiet_hours_hold_back_and_lose_nothing(
    house: House, mailbox: Mailbox, notifier: Notifier, clock: Clock
) -> None:
    wants(house, an_analyst(house), mailbox, quiet_from=20, quiet_until=13)
    for_analysts(house)
    assert notifier.tell() == 0
    clock.passes(hours=1)
    assert notifier.tell() == 1


def test_a_digest_comes_once_a_working_day_and_says_how_much_waits(
    house: House, mailbox: Mailbox, notifier: Notifier, clock: Clock
) -> None:
    wants(house, an_analyst(house), mailbox, mode="digest", digest_hour=13)
    for_analysts(house, 0)
    for_analysts(house, 1)
    assert notifier.tell() == 0
    clock.passes(hours=1)
    assert notifier.tell() == 1
    assert notifier.tell() == 0
    assert "2 tugas menunggu Anda seluruhnya." in texts(mailbox)[0]
    assert "Tenggat terdekat:" in texts(mailbox)[0]


@ON_SQLITE
def test_the_subject_of_a_case_is_told_that_it_ended(
    house: House, mailbox: Mailbox, notifier: Notifier, clock: Clock
) -> None:
    state = house.a_case()
    wants(house, state.subject_id, mailbox, address="pegawai@contoh.go.id")
    ended = house.world.walk(state)
    assert ended.ended
    assert notifier.tell() == 1
    assert "1 perkara yang menyangkut Anda berubah." in texts(mailbox, "pegawai@contoh.go.id")[0]


@ON_SQLITE
def test_a_server_that_is_away_loses_nothing_and_an_address_that_is_refused_is_given_up(
    house: House, mailbox: Mailbox, notifier: Notifier, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    person = an_analyst(house)
    wants(house, person, mailbox)
    for_analysts(house)
    mailbox.away = True
    assert notifier.tell() == 0
    with house.world.installation.reader.engine.connect() as connection:
        assert list(of_notices(connection, datetime.now(UTC))) == []
        [late] = of_notices(connection, clock() + timedelta(days=4))
    assert late.code == "notices-wait"
    mailbox.away = False
    mailbox.refused.add(ADDRESS)
    for _ in range(wishes.REFUSALS):
        assert notifier.tell() == 0
        clock.passes(days=1)
    shown = house.get(person, HERE).json()
    assert (shown["confirmed"], shown["refused"]) == (False, True)
    assert ADDRESS not in caplog.text
    assert mailbox.letters == []


@ON_SQLITE
def test_a_second_worker_sends_nothing_while_the_first_does(
    house: House, mailbox: Mailbox, notifier: Notifier, clock: Clock
) -> None:
    wants(house, an_analyst(house), mailbox)
    for_analysts(house)
    installation = house.world.installation
    other = Notifier(
        installation.reader, installation.writing_engine, installation.channels, "http://x", clock
    )
    assert other.tell() == 0
    assert notifier.tell() == 1


@ON_SQLITE
def test_another_channel_takes_it_too_and_only_where_the_operator_says(
    house: House, notifier: Notifier, posted: tuple[int, list[dict[str, Any]]]
) -> None:
    person = an_analyst(house)
    asked = AT_ONCE | {"channel": "pesan", "address": "../../x"}
    refused = house.client.put(HERE, json=asked, headers=house.headers(person))
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "address"
    answer = house.client.put(HERE, json=asked | {"address": "12345678"}, headers=house.headers(person))
    assert answer.status_code == 200, answer.text
    code = re.findall(r"\b\d{8}\b", posted[1][0]["body"]["message"])[0]
    assert house.post(person, f"{HERE}/confirmation", {"code": code}).json()["confirmed"]
    for_analysts(house)
    assert notifier.tell() == 1
    assert posted[1][1]["path"] == "/12345678"
    assert "1 tugas baru" in posted[1][1]["body"]["message"]


@ON_SQLITE
def test_an_address_counts_only_with_its_code_and_codes_are_not_guessed(
    house: House, mailbox: Mailbox, notifier: Notifier
) -> None:
    person = an_analyst(house)
    assert house.client.put(HERE, json=AT_ONCE, headers=house.headers(person)).status_code == 200
    again = house.client.put(HERE, json=AT_ONCE, headers=house.headers(person))
    assert (again.status_code, again.json()["code"]) == (429, "code-too-soon")
    assert int(again.headers["Retry-After"]) <= 60
    for_analysts(house)
    assert notifier.tell() == 0
    right = re.findall(r"\b\d{8}\b", said(mailbox.to(ADDRESS)[0]))[0]
    wrong = "00000000" if right != "00000000" else "11111111"
    for _ in range(wishes.WRONG_CODES):
        answer = house.post(person, f"{HERE}/confirmation", {"code": wrong})
        assert (answer.status_code, answer.json()["code"]) == (422, "wrong-code")
    assert house.post(person, f"{HERE}/confirmation", {"code": right}).status_code == 422


def test_where_no_code_can_be_sent_the_old_address_stays(house: House, mailbox: Mailbox) -> None:
    person = an_analyst(house)
    wants(house, person, mailbox)
    with house.world.installation.writing_engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE notification_settings SET code_sent_at = '2020-01-01T00:00:00.000Z'"
        )
    mailbox.away = True
    answer = house.client.put(
        HERE, json=AT_ONCE | {"address": "lain@contoh.go.id"}, headers=house.headers(person)
    )
    assert (answer.status_code, answer.json()["code"]) == (503, "channel-unreachable")
    shown = house.get(person, HERE).json()
    assert (shown["wishes"]["address"], shown["confirmed"]) == (ADDRESS, True)


@ON_SQLITE
def test_who_stops_or_leaves_is_forgotten(house: House, mailbox: Mailbox, notifier: Notifier) -> None:
    first, second = sorted(house.world.offices.holders("personnel_analyst", house.world.today))[:2]
    wants(house, first, mailbox)
    wants(house, second, mailbox, address="kedua@contoh.go.id")
    assert house.client.delete(HERE, headers=house.headers(first)).status_code == 204
    with house.world.installation.writing_engine.begin() as connection:
        close_account(connection, second)
    for_analysts(house)
    assert notifier.tell() == 0
    with house.world.installation.reader.engine.connect() as connection:
        assert wishes.settings_of(connection, first) is None
        assert wishes.settings_of(connection, second) is None


@ON_SQLITE
def test_what_is_no_address_or_hour_is_named(house: House) -> None:
    wrong: tuple[tuple[dict[str, Any], str], ...] = (
        ({"address": "a@b.go.id\nBcc: x@y.z"}, "address"),
        ({"address": "tanpa-domain"}, "address"),
        ({"channel": "tidak-ada"}, "channel"),
        ({"quiet_from": 3}, "quiet_until"),
        ({"digest_hour": 24}, "digest_hour"),
    )
    for changes, field in wrong:
        answer = house.client.put(HERE, json=AT_ONCE | changes, headers=house.headers(an_analyst(house)))
        assert answer.status_code == 422
        assert field in str(answer.json()["errors"])
