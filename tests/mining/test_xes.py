"""Each transfer is a trace; the log follows the grammar of IEEE 1849 and names its tree head."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree as ET

from ledger.read import newest_checkpoint
from mining.export import export_xes
from mining.selection import Selection
from tests.mining.conftest import Lived

X = "{http://www.xes-standard.org/}"
ATTRIBUTES = {f"{X}{name}" for name in ("string", "date", "int", "float", "boolean", "id", "list")}
TRANSITIONS = {
    "schedule", "assign", "withdraw", "reassign", "start", "suspend", "resume", "pi_abort", "ate_abort",
    "complete", "autoskip", "manualskip", "unknown",
}  # fmt: skip
LOG_ORDER = [f"{X}extension", f"{X}global", f"{X}classifier", "attribute", f"{X}trace", f"{X}event"]


def log_of(lived: Lived, folder: Path, selection: Selection | None = None) -> ET.Element:
    out = folder / "log.xes"
    export_xes(lived.world.installation.reader.engine, out, selection or Selection())
    return ET.parse(out).getroot()


def values(element: ET.Element) -> dict[str, str]:
    return {child.attrib["key"]: child.attrib["value"] for child in element if child.tag in ATTRIBUTES}


def test_the_log_follows_the_grammar(lived: Lived, tmp_path: Path) -> None:
    log = log_of(lived, tmp_path)
    assert log.tag == f"{X}log"
    assert log.attrib["xes.version"] == "1849.2016"
    places = [LOG_ORDER.index("attribute" if child.tag in ATTRIBUTES else child.tag) for child in log]
    assert places == sorted(places)
    prefixes = {child.attrib["prefix"] for child in log.iter(f"{X}extension")}
    for element in log.iter():
        if element.tag in ATTRIBUTES:
            assert set(element.attrib) == {"key", "value"}
            prefix, colon, _ = element.attrib["key"].partition(":")
            assert not colon or prefix in prefixes
        if element.tag == f"{X}date":
            datetime.fromisoformat(element.attrib["value"])
        if element.tag == f"{X}int":
            int(element.attrib["value"])
        if element.tag == f"{X}boolean":
            assert element.attrib["value"] in ("true", "false")
    for event in log.iter(f"{X}event"):
        told = values(event)
        assert {"concept:name", "lifecycle:transition", "time:timestamp"} <= set(told)
        assert told["lifecycle:transition"] in TRANSITIONS
        assert len(told) == len(event)


def test_cases_and_events_are_those_of_the_ledger(lived: Lived, tmp_path: Path) -> None:
    log = log_of(lived, tmp_path)
    counted = {
        values(trace)["concept:name"]: len(trace.findall(f"{X}event")) for trace in log.iter(f"{X}trace")
    }
    streams = Counter(r["stream"] for r in lived.records if r["stream"].startswith("personnel-action/"))
    assert counted == {stream.partition("/")[2]: count for stream, count in streams.items()}


def test_decisions_stand_in_the_order_of_the_route(lived: Lived, tmp_path: Path) -> None:
    log = log_of(lived, tmp_path)
    (trace,) = (t for t in log.iter(f"{X}trace") if values(t)["concept:name"] == lived.completed.id)
    told = [values(event) for event in trace.iter(f"{X}event")]
    decided = [e["concept:name"] for e in told if e["event_type"] == "TaskCompleted"]
    route = lived.world.policy(lived.completed).route(lived.completed.kind, lived.completed.variant).steps
    assert tuple(decided[: len(route)]) == route
    opened = [e["concept:name"] for e in told if e["lifecycle:transition"] == "schedule"]
    assert opened == decided


def test_the_log_names_the_tree_head(lived: Lived, tmp_path: Path) -> None:
    told = values(log_of(lived, tmp_path))
    with lived.world.installation.reader.engine.connect() as connection:
        assert told["tree_head_checkpoint"] == newest_checkpoint(connection)
    assert int(told["tree_head_size"]) == len(lived.records)
    assert len(bytes.fromhex(told["tree_head_root"])) == 32


def test_a_selection_leaves_out_cases_without_a_chosen_event(lived: Lived, tmp_path: Path) -> None:
    log = log_of(lived, tmp_path, Selection.of(None, None, "ActionCompleted"))
    names = {values(trace)["concept:name"] for trace in log.iter(f"{X}trace")}
    assert lived.completed.id in names
    assert lived.begun.id not in names
    assert {values(event)["event_type"] for event in log.iter(f"{X}event")} == {"ActionCompleted"}
    assert values(log)["selection_kind"] == "ActionCompleted"
