"""An analyst's tool gets every event, what it was about, and the tree head that it all rests on."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from domain.commands import RegisterUnits, UnitRow
from domain.identity import SYSTEM
from ledger.read import newest_checkpoint
from mining.export import UnknownEnding, export_ocel
from mining.selection import Selection
from tests.mining.conftest import Lived
from tests.mining.ocel_schema import SCHEMA
from tests.world import new_id

EVERYTHING = Selection()


def as_json(lived: Lived, folder: Path, selection: Selection = EVERYTHING) -> dict[str, Any]:
    out = folder / "log.json"
    export_ocel(lived.world.installation.reader.engine, out, selection)
    found: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return found


def test_the_json_has_the_published_form_and_every_event(lived: Lived, tmp_path: Path) -> None:
    log = as_json(lived, tmp_path)
    jsonschema.validate(log, SCHEMA, format_checker=jsonschema.FormatChecker())
    records = lived.records
    assert [event["id"] for event in log["events"]] == [record["id"] for record in records]
    told = Counter(event["type"].partition(":")[0] for event in log["events"])
    assert told == Counter(record["type"] for record in records)


def test_everything_that_is_named_is_there_and_declared(lived: Lived, tmp_path: Path) -> None:
    log = as_json(lived, tmp_path)
    objects = {object_["id"]: object_["type"] for object_ in log["objects"]}
    assert len(objects) == len(log["objects"])
    for item in (*log["events"], *log["objects"]):
        assert {relation["objectId"] for relation in item["relationships"]} <= set(objects)
    for part in ("event", "object"):
        declared = {
            kind["name"]: {attribute["name"] for attribute in kind["attributes"]}
            for kind in log[f"{part}Types"]
        }
        for item in log[f"{part}s"]:
            assert {attribute["name"] for attribute in item["attributes"]} <= declared[item["type"]]
    assert all(event["relationships"] for event in log["events"])
    wanted = {"action", "task", "person", "unit", "position", "decree", "tree_head"}
    assert wanted <= set(objects.values())


def test_a_decision_is_about_its_task_its_case_and_who_signed(lived: Lived, tmp_path: Path) -> None:
    record = next(r for r in lived.history(lived.completed) if r["type"] == "TaskCompleted")
    log = as_json(lived, tmp_path)
    event = next(event for event in log["events"] if event["id"] == record["id"])
    told = {(relation["objectId"], relation["qualifier"]) for relation in event["relationships"]}
    assert {
        (f"action/{lived.completed.id}", "stream"),
        (f"task/{record['data']['task_id']}", "task"),
        (f"person/{record['actor']['id']}", "actor"),
    } <= told
    assert event["type"] == "TaskCompleted:unit_file_check"
    task = next(o for o in log["objects"] if o["id"] == f"task/{record['data']['task_id']}")
    assert {"objectId": f"action/{lived.completed.id}", "qualifier": "of"} in task["relationships"]


def test_the_log_names_the_signed_tree_head_it_was_made_from(lived: Lived, tmp_path: Path) -> None:
    log = as_json(lived, tmp_path)
    (head,) = (object_ for object_ in log["objects"] if object_["type"] == "tree_head")
    told = {attribute["name"]: attribute["value"] for attribute in head["attributes"]}
    with lived.world.installation.reader.engine.connect() as connection:
        assert told["checkpoint"] == newest_checkpoint(connection)
    assert told["size"] == str(len(log["events"]))


def test_nobody_s_name_or_number_is_in_the_log(lived: Lived, tmp_path: Path) -> None:
    out = tmp_path / "log.sqlite"
    export_ocel(lived.world.installation.reader.engine, out, EVERYTHING)
    written = out.read_bytes()
    for row in lived.world.synthetic.employees:
        assert row.nip.encode() not in written
        assert row.name.encode() not in written


def test_the_sqlite_file_has_the_published_layout(lived: Lived, tmp_path: Path) -> None:
    out = tmp_path / "log.sqlite"
    count, _ = export_ocel(lived.world.installation.reader.engine, out, EVERYTHING)
    database = sqlite3.connect(out)
    assert count == len(lived.records)
    fixed = {"event", "object", "event_map_type", "object_map_type", "event_object", "object_object"}
    tables = {row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    typed = {
        f"{part}_{row[0]}"
        for part in ("event", "object")
        for row in database.execute(f"SELECT ocel_type_map FROM {part}_map_type")
    }
    assert tables == fixed | typed
    for table in typed:
        columns = {row[1]: row[2] for row in database.execute(f'PRAGMA table_info("{table}")')}
        assert columns["ocel_time"] == "TIMESTAMP"
        assert ("ocel_changed_field" in columns) == table.startswith("object_")
    assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    in_types = sum(
        database.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]
        for table in typed
        if table.startswith("event_")
    )
    assert in_types == count
    database.close()


def test_a_value_that_changed_is_told_with_its_time(lived: Lived, tmp_path: Path) -> None:
    world = lived.world
    unit = min(world.agency.units)
    before = world.agency.units[unit]
    row = UnitRow(unit_id=unit, name="Dinas Uji Coba", parent_id=before.parent_id)
    world.installation.ledger.execute(RegisterUnits(command_id=new_id(), actor=SYSTEM, rows=(row,)))
    log = as_json(lived, tmp_path)
    (told,) = (object_ for object_ in log["objects"] if object_["id"] == f"unit/{unit}")
    names = [(value["value"], value["time"]) for value in told["attributes"] if value["name"] == "name"]
    assert names == [
        (before.name, "1970-01-01T00:00:00.000000Z"),
        ("Dinas Uji Coba", lived.records[-1]["recorded_at"]),
    ]


def test_a_selection_has_only_its_events_and_what_they_lead_to(lived: Lived, tmp_path: Path) -> None:
    first = lived.history(lived.begun)[0]["recorded_at"]
    log = as_json(lived, tmp_path, Selection.of(first, None, "TaskOpened"))
    wanted = [r["id"] for r in lived.records if r["type"] == "TaskOpened" and r["recorded_at"] >= first]
    assert [event["id"] for event in log["events"]] == wanted
    actions = {object_["id"] for object_ in log["objects"] if object_["type"] == "action"}
    assert actions == {f"action/{lived.begun.id}"}
    told = {
        attribute["name"]: attribute["value"]
        for object_ in log["objects"]
        if object_["type"] == "tree_head"
        for attribute in object_["attributes"]
    }
    assert (told["from"], told["kind"]) == (first, "TaskOpened")
    assert as_json(lived, tmp_path, Selection.of(None, "2000-01-01", None))["events"] == []


def test_another_ending_is_refused_and_nothing_is_left_behind(lived: Lived, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    with pytest.raises(UnknownEnding):
        export_ocel(lived.world.installation.reader.engine, folder / "log.csv", EVERYTHING)
    assert list(folder.iterdir()) == []
    export_ocel(lived.world.installation.reader.engine, folder / "log.jsonocel", EVERYTHING)
    assert [path.name for path in folder.iterdir()] == ["log.jsonocel"]
