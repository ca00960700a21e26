"""The copy of everything held about a person is complete, by brute force in a ledger of many kinds."""

from __future__ import annotations

import io
import json
import zipfile
from collections import Counter
from functools import cache
from typing import Any

import pytest
from sqlalchemy import Text, select

from ledger.read import all_events
from ledger.schema import metadata
from subject_access.copy_of_file import write_copy
from subject_access.read_models import NOBODYS, TABLES
from subject_access.records import OTHER
from tests.audit.conftest import Evidence

Copy = dict[str, Any]


@pytest.fixture(scope="module")
def records(evidence: Evidence) -> list[dict[str, Any]]:
    with evidence.installation.reader.engine.connect() as connection:
        return [json.loads(record) for _, record, _ in all_events(connection)]


@pytest.fixture(scope="module")
def people(evidence: Evidence, records: list[dict[str, Any]]) -> list[str]:
    """The people of whom most is told: subjects of cases of every kind, officers, the mayor."""
    told: Counter[str] = Counter()
    kinds: dict[str, set[str]] = {}
    for record in records:
        person = record.get("sealed", {}).get("for")
        for one in {person, record["actor"]["id"]} & evidence.world.agency.people.keys():
            told[one] += 1
            kinds.setdefault(one, set()).add(record["type"])
    most = sorted(kinds, key=lambda one: (-len(kinds[one]), one))[:8]
    filed = next(record["data"]["person_id"] for record in records if record["type"] == "DocumentFiled")
    return [*most, filed, *[person for person, _ in told.most_common(2)]]


@pytest.fixture(scope="module")
def copied(evidence: Evidence) -> Any:
    @cache
    def of(person: str) -> Copy:
        out, reader = io.BytesIO(), evidence.installation.reader
        view = evidence.world.view
        write_copy(reader, person, view, evidence.world.today, out, lambda _: None)
        with zipfile.ZipFile(out) as archive:
            names = [name for name in archive.namelist() if name.startswith("records/")]
            return {
                "person": json.loads(archive.read("person.json")),
                "rows": [json.loads(line) for line in archive.read("read-models.jsonl").splitlines()],
                "records": {
                    name[8:-6]: [json.loads(line) for line in archive.read(name).splitlines()]
                    for name in names
                },
            }

    return of


def lines(copy: Copy) -> list[dict[str, Any]]:
    return [line for section in copy["records"].values() for line in section]


def test_every_record_that_names_a_person_is_in_their_copy(
    copied: Any, people: list[str], records: list[dict[str, Any]]
) -> None:
    types = set()
    for person in people:
        found = {line["position"]: line for line in lines(copied(person))}
        own = {
            record["stream"]
            for record in records
            if record["type"] == "ActionSubmitted" and record["data"]["subject_id"] == person
        }
        for record in records:
            if person in json.dumps(record) or record["stream"] in own:
                assert found[record["position"]]["record"] == record
                types.add(record["type"])
        assert OTHER not in copied(person)["records"]
    assert len(types) > 30


def test_what_is_sealed_for_them_is_open_and_nothing_else(copied: Any, people: list[str]) -> None:
    for person in people:
        for line in lines(copied(person)):
            sealed_for = line["record"].get("sealed", {}).get("for")
            assert ("opened" in line or "withheld" in line) == (sealed_for == person)
            assert line.get("opened", {}) is not None


def test_every_row_that_names_a_person_is_in_their_copy(
    copied: Any, people: list[str], evidence: Evidence
) -> None:
    met = set()
    with evidence.installation.reader.engine.connect() as connection:
        for person in people:
            told = Counter(row["table"] for row in copied(person)["rows"])
            for table in metadata.sorted_tables:
                if table.name in NOBODYS:
                    continue
                texts = [column for column in table.columns if isinstance(column.type, Text)]
                texts = [c for c in texts if (table.name, c.name) != ("action_states", "state")]
                named = sum(
                    any(person in (value or "") for value in row)
                    for row in connection.execute(select(*texts))
                )
                assert told[table.name] >= named, table.name
                met |= {table.name} if named else set()
    assert met >= {"employees", "documents", "personnel_actions", "inbox", "talent_places", "delegations"}


def test_the_rows_hold_no_secret_and_no_other_persons_words(copied: Any, people: list[str]) -> None:
    hidden = {name: rows.hidden for name, rows in TABLES.items()}
    for person in people:
        for row in copied(person)["rows"]:
            assert not hidden[row["table"]] & row["row"].keys()
            if row["table"] == "documents" and row["row"]["person_id"] != person:
                assert not {"file_name", "reason"} & row["row"].keys()


def test_it_says_what_it_was_made_from_and_how_long_the_file_is_kept(
    copied: Any, people: list[str], records: list[dict[str, Any]]
) -> None:
    told = copied(people[0])["person"]
    assert told["ledger"]["size"] == len(records)
    assert told["register"]["person_id"] == people[0]
    assert told["retention"]["class"] == "serving"
    assert [kept["rule"] for kept in told["retention"]["kept"]] == ["in_service"]
    assert told["records"] == {name: len(found) for name, found in copied(people[0])["records"].items()}
