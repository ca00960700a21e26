"""Many requests at once: one action each however often they are sent, and a report to act by."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import func, select

from accounts.api_keys import create_key, revoke_key
from accounts.schema import batch_parts
from api.batches import runner_of, store_of
from api.workbook import XLSX
from domain.errors import IdempotencyKeyReused
from inbound.batch_runner import BatchRunner
from inbound.batches import HELD_FOR, counts
from inbound.waiting_batches import WaitingBatches
from ledger.schema import events
from tests.api.conftest import House, Settled
from tests.api.one_house import a_house

BATCH = "/v1/personnel-actions:batch"
# Half-years, the newest first.
HALVES = [
    (f"{year}-{first}", f"{year}-{last}")
    for year in range(2025, 2017, -1)
    for first, last in (("07-01", "12-31"), ("01-01", "06-30"))
]


@pytest.fixture(scope="module")
def house(settle: Callable[[str], Settled], tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with a_house(settle, Path(tmp_path_factory.mktemp("batches"))) as found:
        yield found


def sent(
    house: House, who: str, body: bytes, kind: str = "application/json", **headers: str
) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return house.client.post(BATCH, content=body, headers=house.headers(who) | {"Content-Type": kind} | named)


def submitted(house: House) -> int:
    with house.world.installation.reader.engine.connect() as connection:
        counted = select(func.count()).select_from(events).where(events.c.type == "ActionSubmitted")
        return int(connection.execute(counted).scalar_one())


def evaluations(house: House, count: int) -> list[dict[str, Any]]:
    people = [house.nip(person) for person in house.plain()]
    asked = [
        {"kind": "evaluation", "subject_nip": nip, "period_start": first, "period_end": last}
        for first, last in HALVES
        for nip in people
    ]
    assert len(asked) >= count
    return asked[:count]


def test_a_file_is_told_about_row_by_row_and_makes_nothing_new_the_second_time(house: House) -> None:
    key = house.key("actions:write", "actions:read")
    nips = [house.nip(person) for person in house.plain()[:2]]
    rows = [
        ["Daftar usulan", "", "", ""],
        ["JENIS", "NIP", "AWAL PERIODE", "AKHIR PERIODE"],
        ["penilaian", nips[0], "01-01-2026", "30-06-2026"],
        ["penilaian", nips[1], "1 Januari 2026", "2026-06-30"],
        ["penilaian", nips[0], "01/01/2026", "30/06/2026"],
        ["penilaian", "198001012005011001", "01-01-2026", "30-06-2026"],
        ["mutasi", nips[0], "", ""],
        ["penilaian", nips[0], "31-02-2026", "30-06-2026"],
    ]
    written = io.StringIO()
    csv.writer(written, delimiter=";").writerows(rows)
    before = submitted(house)
    answer = sent(house, key, written.getvalue().encode(), "text/csv")
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert [(one["row"], one["outcome"], one["code"]) for one in told["items"]] == [
        (3, "started", None), (4, "started", None), (5, "repeated", None), (6, "faulty", "unknown-reference"),
        (7, "faulty", "invalid-request"), (8, "faulty", "invalid-request"),
    ]  # fmt: skip
    assert told["items"][2]["action_id"] == told["items"][0]["action_id"]
    assert (told["state"], told["rows"], told["started"], told["repeated"], told["faulty"]) == (
        "done",
        6,
        2,
        1,
        3,
    )
    assert submitted(house) == before + 2
    again = sent(house, key, written.getvalue().encode(), "text/csv").json()
    assert (again["started"], again["repeated"], again["faulty"]) == (0, 3, 3)
    assert submitted(house) == before + 2
    where = answer.headers["Location"]
    assert house.get(house.key("actions:write"), where).status_code == 404
    report = house.client.get(f"{where}/report", headers=house.headers(key) | {"Accept-Language": "en"})
    lines = list(csv.reader(io.StringIO(report.content.decode("utf-8-sig"))))
    assert [line[0] for line in lines] == ["ROW", "6", "7", "8"]
    assert "Check NIP" in lines[1][3]
    assert "variant" in lines[2][4]
    book = house.client.get(f"{where}/report?format=xlsx&only=all", headers=house.headers(key))
    sheet = load_workbook(io.BytesIO(book.content)).active
    assert sheet is not None
    assert [row[1] for row in sheet.iter_rows(values_only=True)][:3] == ["HASIL", "dimulai", "dimulai"]
    page = house.get(key, f"{where}/rows", limit=2).json()
    rest = house.get(key, f"{where}/rows", limit=2, cursor=page["next"]).json()
    assert [one["row"] for one in page["items"] + rest["items"]] == [6, 7, 8]


def test_a_workbook_is_read_like_the_same_list_as_text(house: House) -> None:
    key, book = house.key("actions:write"), Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["kind", "subject_nip", "period_start", "period_end", "key"])
    nip = house.nip(house.plain()[2])
    sheet.append(["evaluation", nip, "2026-01-01", "2026-06-30", "a-1"])
    sheet.append(["evaluation", int(nip), "2026-01-01", "2026-06-30", "a-2"])
    out = io.BytesIO()
    book.save(out)
    items = sent(house, key, out.getvalue(), XLSX).json()["items"]
    assert [one["outcome"] for one in items] == ["started", "faulty"]
    changed = [{"key": "a-1", "kind": "evaluation", "subject_nip": nip}]
    changed[0] |= {"period_start": "2017-01-01", "period_end": "2017-06-30"}
    (item,) = sent(house, key, json.dumps({"items": changed}).encode()).json()["items"]
    assert (item["outcome"], item["code"]) == ("faulty", IdempotencyKeyReused.code)


def test_what_is_no_list_is_refused_whole(house: House) -> None:
    key = house.key("actions:write")
    for who in (house.key("actions:read"), house.a_stranger()):
        assert sent(house, who, b'{"items":[]}').status_code == 403
    strange = {"kind": "evaluation", "=HYPERLINK(0)": 1, "subject_nip": "1"}
    (row,) = sent(house, key, json.dumps({"items": [strange]}).encode()).json()["items"]
    assert {item["field"] for item in row["fields"]} == {"period_start", "period_end", ""}

    def code(body: bytes, kind: str) -> Any:
        answer = sent(house, key, body, kind).json()
        return answer.get("why") or answer["code"]

    assert code(b"{", "application/json") == "malformed-json"
    assert code(b'{"items":{}}', "application/json") == "invalid-request"
    assert code(b"nama,umur\nx,3\n", "text/csv") == "header_missing"
    assert code(b"PK\x03\x04 no zip", XLSX) == "file_broken"
    assert code(b"x", "application/pdf") == "unsupported-media-type"
    assert code(b"x" * (20 * 2**20 + 1), "text/csv") == "body-too-large"
    house.world.installation.settings.batch_rows = 1
    try:
        assert (
            code(json.dumps({"items": evaluations(house, 2)}).encode(), "application/json") == "too-many-rows"
        )
    finally:
        house.world.installation.settings.batch_rows = 100_000


class Killed(Exception):
    """The process ends here."""


def test_a_big_batch_outlives_whoever_works_at_it(house: House) -> None:
    """The process dies after a part's commands and before their results: nothing is lost or begun twice."""
    key_id, key = create_key(house.world.installation, "SIMPEG", ("actions:write",))
    items = evaluations(house, 230)
    before, services = submitted(house), house.app.state.services
    body = json.dumps({"items": items}).encode()
    answer = sent(house, key, body, Idempotency_Key="besar")
    assert (answer.status_code, answer.json()["state"], answer.json()["rows"]) == (202, "waiting", len(items))
    where, engine = answer.headers["Location"], house.world.installation.reader.engine
    with engine.connect() as connection:
        sealed = b"".join(connection.execute(select(batch_parts.c.sealed)).scalars())
    assert items[0]["subject_nip"].encode() not in sealed

    class Dying(type(store_of(services))):  # type: ignore[misc]  # the store, until it tells
        def tell(self, *_: Any) -> None:
            raise Killed

    store = Dying(house.world.installation.writing_engine, house.world.installation.sealing_key)
    with pytest.raises(Killed):
        BatchRunner(store, services.ledger, services.reader, services.now).run_waiting()
    assert submitted(house) > before
    runner = runner_of(services)
    assert not runner.run_waiting()  # whoever died held it for a while
    house.world.installation.clock = lambda: datetime.now(UTC) + 2 * HELD_FOR
    while runner.run_waiting():
        pass
    told = house.get(key, where).json()
    assert (told["state"], told["started"], told["repeated"]) == ("done", len(items), 0)
    assert submitted(house) == before + len(items)
    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(batch_parts)).scalar() == 0
    repeat = sent(house, key, body, Idempotency_Key="besar")
    assert (repeat.status_code, repeat.headers["Idempotent-Replay"]) == (200, "true")
    other = sent(house, key, b'{"items":[]}', Idempotency_Key="besar")
    assert other.json()["code"] == "idempotency-key-reused"
    second = sent(house, key, body)
    revoke_key(house.world.installation, key_id)
    asyncio.run(WaitingBatches(runner).look())
    with engine.connect() as connection:
        batch_id = second.headers["Location"].rpartition("/")[2]
        assert counts(connection, batch_id) == {
            "started": 0,
            "repeated": 0,
            "refused": 0,
            "faulty": len(items),
        }
    assert submitted(house) == before + len(items)


def test_a_trial_of_a_batch_begins_nothing_and_says_whose_data_it_was_told(house: House) -> None:
    key_id, trial = create_key(house.world.installation, "coba", ("actions:write",), sandbox=True)
    nip = house.nip(house.plain()[0])
    row = {"kind": "evaluation", "subject_nip": nip, "period_start": "2015-01-01", "period_end": "2015-06-30"}
    before = submitted(house)
    told = sent(house, trial, json.dumps({"items": [row]}).encode()).json()
    assert (told["sandbox"], told["started"], told["items"][0]["action_id"]) == (True, 1, None)
    assert submitted(house) == before
    with house.world.installation.reader.engine.connect() as connection:
        by_trial = select(events.c.type).where(events.c.actor == key_id)
        assert connection.execute(by_trial).scalars().all() == ["PersonalDataRead"]
