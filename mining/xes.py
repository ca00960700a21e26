"""XES (IEEE 1849-2016): each personnel action a trace, each of its events an event of the trace."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TextIO
from xml.sax.saxutils import quoteattr

from mining.activity import attribute_types, values_of
from mining.selection import Selection, TreeHead

EXTENSIONS = (
    ("Concept", "concept", "http://www.xes-standard.org/concept.xesext"),
    ("Lifecycle", "lifecycle", "http://www.xes-standard.org/lifecycle.xesext"),
    ("Time", "time", "http://www.xes-standard.org/time.xesext"),
    ("Organizational", "org", "http://www.xes-standard.org/org.xesext"),
)
# The standard lifecycle model (IEEE 1849 §6.4); what is not named here happens at once: `complete`.
TRANSITIONS = {
    "TaskOpened": "schedule",
    "TaskClaimed": "assign",
    "TaskReleased": "reassign",
    "TaskDelegated": "reassign",
    "TaskEscalated": "reassign",
    "TaskExited": "ate_abort",
    "TaskCompleted": "complete",
}
ELEMENTS = {"string": "string", "integer": "int", "boolean": "boolean", "time": "date"}
UNSET_TIME = "1970-01-01T00:00:00.000Z"
Trace = tuple[str, list[tuple[dict[str, Any], str]]]


def write_xes(file: TextIO, traces: Iterator[Trace], head: TreeHead, selection: Selection) -> tuple[int, int]:
    """Write the log; returns numbers of cases and events. A case without a chosen event is left out."""
    file.write('<?xml version="1.0" encoding="UTF-8"?>\n')
    file.write('<log xes.version="1849.2016" xes.features="" xmlns="http://www.xes-standard.org/">\n')
    file.writelines(
        f'<extension name="{name}" prefix="{prefix}" uri="{uri}"/>\n' for name, prefix, uri in EXTENSIONS
    )
    file.write(f'<global scope="trace">{_attribute("string", "concept:name", "-")}</global>\n')
    file.write(f'<global scope="event">{_attribute("string", "concept:name", "-")}')
    file.write(_attribute("string", "lifecycle:transition", "complete"))
    file.write(f"{_attribute('date', 'time:timestamp', UNSET_TIME)}</global>\n")
    file.write('<classifier name="Activity and transition" keys="concept:name lifecycle:transition"/>\n')
    file.write(_attribute("string", "concept:name", head.origin) + "\n")
    file.write(_attribute("string", "lifecycle:model", "standard") + "\n")
    file.write(_attribute("int", "tree_head_size", head.size) + "\n")
    file.write(_attribute("string", "tree_head_root", head.root) + "\n")
    file.write(_attribute("string", "tree_head_checkpoint", head.note) + "\n")
    file.writelines(
        _attribute("string", f"selection_{name}", value) + "\n" for name, value in selection.as_text().items()
    )
    cases = count = 0
    for action_id, history in traces:
        chosen = [_event(pair, steps) for pair, steps in _with_steps(history) if selection.holds(pair[0])]
        if chosen:
            file.write(f"<trace>{_trace_attributes(action_id, history[0][0])}\n")
            file.writelines(chosen)
            file.write("</trace>\n")
            cases, count = cases + 1, count + len(chosen)
    file.write("</log>\n")
    return cases, count


Pair = tuple[dict[str, Any], str]


def _with_steps(history: list[Pair]) -> Iterator[tuple[Pair, dict[str, str]]]:
    """Each event with the step of every task that was opened up to it."""
    steps: dict[str, str] = {}
    for pair in history:
        document = pair[0]
        if document["type"] == "TaskOpened":
            steps[document["data"]["task_id"]] = document["data"]["step"]
        yield pair, steps


def _trace_attributes(action_id: str, first: dict[str, Any]) -> str:
    data = first["data"]
    named = ("kind", "variant", "subject_id", "origin_unit_id", "target_unit_id", "policy_id")
    given = "".join(_attribute("string", name, data[name]) for name in named if data.get(name) is not None)
    return _attribute("string", "concept:name", action_id) + given


def _event(pair: Pair, steps: dict[str, str]) -> str:
    document, leaf_hash = pair
    type_, actor = document["type"], document["actor"]
    step = steps.get(document["data"].get("task_id", ""))
    name = step if type_ in TRANSITIONS and step else f"{type_}:{step}" if type_ == "VoteCast" else type_
    parts = [
        _attribute("string", "concept:name", name),
        _attribute("string", "lifecycle:transition", TRANSITIONS.get(type_, "complete")),
        _attribute("date", "time:timestamp", document["recorded_at"]),
        _attribute("string", "org:resource", actor["id"]),
        _attribute("string", "event_type", type_),
    ]
    kinds = attribute_types(type_)
    for key, value in values_of(document, leaf_hash).items():
        element = "org:role" if key == "office" else key
        parts.append(_attribute(ELEMENTS[kinds[key]], element, value))
    return f"<event>{''.join(parts)}</event>\n"


def _attribute(element: str, key: str, value: Any) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"<{element} key={quoteattr(key)} value={quoteattr(text)}/>"
