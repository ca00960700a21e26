"""A bundle of a query proves its answers, and says how far it proves that there are no others."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from domain.errors import ReasonRequired
from domain.event import Event
from domain.search_terms import FIELDS, OF_THE_RECORD, WORDS, terms_of
from evidence import query as evidence
from evidence import verify_bundle
from evidence.query import TooMuch
from operations.bundles import write_to
from projections.audit_search import Filters
from review.evidence_query import evidence_query
from tests.evidence.test_bundle import Files, altered, check
from tests.mining.conftest import Lived

PURPOSE = "pemeriksaan khusus"
SENTENCE = "the agency's word alone"


def manifest(bundle: Path) -> dict[str, Any]:
    with zipfile.ZipFile(bundle) as archive:
        found: dict[str, Any] = json.loads(archive.read("manifest.json"))
    return found


@pytest.fixture(scope="session")
def times(lived: Lived) -> tuple[str, str]:
    """From the first to just after the last record of the completed case, with other records between."""
    history = lived.history(lived.completed)
    after = next(r["recorded_at"] for r in lived.records if r["recorded_at"] > history[-1]["recorded_at"])
    return history[0]["recorded_at"], after


@pytest.fixture(scope="session")
def bundle(lived: Lived, times: tuple[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All approvals of a time, with every record of it."""
    out = tmp_path_factory.mktemp("query") / "query.zip"
    filters = Filters(type="TaskCompleted", first=times[0], last=times[1], query="Approve division*")
    write_to(lived.world.installation, evidence_query(filters, exhaustive=True), out, purpose=PURPOSE)
    return out


def test_an_exhaustive_bundle_proves_that_its_answers_are_all(
    lived: Lived, bundle: Path, times: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    code, told = check(bundle)
    assert (code, told["findings"]) == (0, [])
    expected = [
        r["position"]
        for r in lived.records
        if r["type"] == "TaskCompleted"
        and times[0] <= r["recorded_at"] < times[1]
        and r["data"]["outcome"] == "approve"
        and r["data"]["step"].startswith("division")
    ]
    assert manifest(bundle)["query"]["matched"] == expected != []
    assert verify_bundle.main([str(bundle)]) == 0
    text = capsys.readouterr().out
    assert "These are all the answers in that range" in text
    assert "Itu semua jawaban dalam jangka itu" in text
    assert SENTENCE not in text


def _leave_out_an_answer(files: Files) -> None:
    told = json.loads(files["manifest.json"])
    told["query"]["matched"].pop()
    files["manifest.json"] = json.dumps(told).encode()


def _tell_another(files: Files) -> None:
    told = json.loads(files["manifest.json"])
    told["query"]["matched"].append(told["query"]["window"][0])
    files["manifest.json"] = json.dumps(told).encode()


def _narrow(files: Files) -> None:
    told = json.loads(files["manifest.json"])
    told["query"]["window"][0] += 1
    files["manifest.json"] = json.dumps(told).encode()


def _take_out(files: Files) -> None:
    told = json.loads(files["manifest.json"])
    del files[f"records/{told['query']['matched'][0]}.json"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (_leave_out_an_answer, "record-not-matching"),
        (_tell_another, "record-not-matching"),
        (_narrow, "window-not-proven"),
        (_take_out, "record-missing"),
    ],
)
def test_every_alteration_of_the_answers_is_named(
    bundle: Path, tmp_path: Path, change: Callable[[Files], None], expected: str
) -> None:
    code, told = check(altered(bundle, tmp_path, change))
    assert (code, {f["code"] for f in told["findings"]}) == (1, {expected})


def test_several_cases_lie_whole_in_one_bundle(
    lived: Lived, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "cases.zip"
    filters = Filters(type="TaskCompleted", query="return")
    before = len(lived.records)
    wanted = evidence_query(Filters(type="ActionCompleted"), whole_cases=True)
    written = write_to(lived.world.installation, wanted, out, purpose=PURPOSE)
    cases = manifest(out)["cases"]
    assert cases[lived.completed.id] == len(lived.history(lived.completed))
    assert cases[lived.returned.id] == len(lived.history(lived.returned))
    assert len(cases) >= 3
    with zipfile.ZipFile(out) as archive:
        names = archive.namelist()
    sheets = [int(n[6:-5]) for n in names if n.startswith("facts/")]
    assert {lived.records[position]["stream"].partition("/")[2] for position in sheets} == {*cases}
    assert verify_bundle.main([str(out)]) == 0
    text = capsys.readouterr().out
    assert f"Of {len(cases)} whole cases" in text
    assert SENTENCE in text
    new = lived.records[before:]
    assert [r["type"] for r in new] == ["EvidenceTaken"] + ["PersonalDataRead"] * len(written.people)
    taken = new[0]["data"]
    assert (taken["what"], taken["records"], taken["tree_size"]) == (
        "query_bundle", written.records, before,
    )  # fmt: skip
    assert {r["data"]["subject_id"] for r in new[1:]} == written.people
    assert PURPOSE not in json.dumps(new)
    write_to(lived.world.installation, evidence_query(filters), tmp_path / "few.zip", purpose=PURPOSE)
    assert manifest(tmp_path / "few.zip")["cases"] == {}


def test_a_stream_s_versions_prove_that_none_between_is_missing(
    lived: Lived, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, stream = tmp_path / "stream.zip", f"personnel-action/{lived.begun.id}"
    write_to(lived.world.installation, evidence_query(Filters(stream=stream)), out, purpose=PURPOSE)
    assert verify_bundle.main([str(out)]) == 0
    assert f"from version 1 to {len(lived.history(lived.begun))}" in capsys.readouterr().out

    def take_out(files: Files) -> None:
        told = json.loads(files["manifest.json"])
        del files[f"records/{told['query']['matched'].pop(1)}.json"]
        files["manifest.json"] = json.dumps(told).encode()

    _, told = check(altered(out, tmp_path, take_out))
    assert "record-missing" in {f["code"] for f in told["findings"]}


def test_what_is_too_much_or_without_a_purpose_is_not_written(
    lived: Lived, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, everything = tmp_path / "x.zip", evidence_query(Filters(), exhaustive=True)
    with pytest.raises(ReasonRequired):
        write_to(lived.world.installation, evidence_query(Filters(type="ActionCompleted")), out)
    monkeypatch.setattr(evidence, "LARGEST_RECORDS", 50)
    monkeypatch.setattr("evidence.bundle.LARGEST_RECORDS", 50)
    with pytest.raises(TooMuch, match="50 records"):
        write_to(lived.world.installation, everything, out, purpose=PURPOSE)
    assert list(tmp_path.iterdir()) == []


def words_of(event: Event) -> set[str]:
    """The terms of an event without what its case adds, as one would type them."""
    found = [found.partition(":")[2].partition(":") for found in terms_of(event) if found.startswith(":")]
    bare = {found for found in terms_of(event) if not found.startswith(":")}
    return bare | {value for kind, _, value in found if kind in OF_THE_RECORD}


def test_the_verifier_knows_a_record_s_words_as_the_search_does(lived: Lived) -> None:
    """It is written twice, because the verifier knows nothing else of the project."""
    searched = {*WORDS, *(name for kind in OF_THE_RECORD for name in FIELDS[kind])}
    assert searched == {*verify_bundle.SEARCHED}
    with lived.world.installation.reader.engine.connect() as connection:
        stored = lived.world.installation.reader.stream(connection, f"personnel-action/{lived.completed.id}")
    asked = {"actor": None, "type": None, "stream": None}
    for event in stored:
        record = json.loads(event.record)
        for word in words_of(event.event):
            assert verify_bundle.matches(asked | {"words": word.upper()}, record), word
        assert not verify_bundle.matches(asked | {"words": "nothing"}, record)
