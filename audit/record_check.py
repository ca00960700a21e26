"""Whether one stored row is a well-formed event: canonical, complete, typed, equal to its columns."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any

import orjson
from pydantic import ValidationError

from domain import events as ev
from domain.canonical import NotCanonical, check_profile
from ledger.record import category_of, event_of

Report = Callable[[str, str], None]
FIELDS: dict[str, type] = {
    "id": str,
    "position": int,
    "stream": str,
    "version": int,
    "type": str,
    "schema": int,
    "recorded_at": str,
    "actor": dict,
    "correlation_id": str,
    "causation_id": str,
    "commit": int,
    "wakes": bool,
    "data": dict,
}
ACTOR_KINDS = ("person", "integration", "system")
MOMENT = re.compile(r"\d{4}-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\d\.\d{6}Z")


def read_record(record: Any, report: Report) -> dict[str, Any] | None:
    """The record's document, None where it is too broken to go on with. Reports what is wrong."""
    if type(record) is not bytes:
        report("retyped-value", f"record is {type(record).__name__}, not bytes")
        return None
    try:
        document = orjson.loads(record)
    except ValueError as error:
        report("record-unreadable", f"record is not JSON: {error}")
        return None
    if type(document) is not dict:
        report("record-unreadable", "record is not a JSON object")
        return None
    try:
        check_profile(document)
        if orjson.dumps(document, option=orjson.OPT_SORT_KEYS) != record:
            report("not-canonical", "the record is not the canonical form of what it says")
    except (NotCanonical, TypeError, RecursionError) as error:
        report("not-canonical", str(error))
    return document if _is_complete(document, report) else None


def _is_complete(document: dict[str, Any], report: Report) -> bool:
    sound = True
    for name, kind in FIELDS.items():
        if type(document.get(name)) is not kind:
            report("field-malformed", f"{name} is missing or not {kind.__name__}")
            sound = False
    extra = document.keys() - FIELDS.keys() - {"sealed"}
    if extra:
        report("field-malformed", f"unknown fields {sorted(extra)}")
    if not sound:
        return False
    for name in ("id", "correlation_id", "causation_id"):
        if not is_uuid(document[name]) and name == "id":
            report("field-malformed", f"{name} is not a UUID")
            sound = False
    actor = document["actor"]
    if actor.keys() != {"kind", "id"} or actor["kind"] not in ACTOR_KINDS or type(actor["id"]) is not str:
        report("field-malformed", "actor is not {kind, id}")
        sound = False
    if not MOMENT.fullmatch(document["recorded_at"]):
        report("field-malformed", f"recorded_at {document['recorded_at']!r} is not UTC with microseconds")
        sound = False
    sealed = document.get("sealed", {"for": "", "box": ""})
    if (
        type(sealed) is not dict
        or sealed.keys() != {"for", "box"}
        or any(type(v) is not str for v in sealed.values())
    ):
        report("field-malformed", "sealed is not {for, box}")
        sound = False
    return sound and _is_of_its_type(document, report)


def _is_of_its_type(document: dict[str, Any], report: Report) -> bool:
    model = ev.EVENT_TYPES.get(document["type"])
    if model is None:
        report("unknown-type", f"there is no event {document['type']!r}")
        return False
    if document["schema"] != model.SCHEMA:
        report("unknown-type", f"{document['type']} has no schema {document['schema']}")
    try:
        event = event_of(document)
    except (ValidationError, TypeError, ValueError) as error:
        report("data-invalid", f"data is no {document['type']}: {str(error).splitlines()[0]}")
        return False
    readable = model.PERSONAL & document["data"].keys()
    if readable:
        report("personal-data-readable", f"{sorted(readable)} stand readable in the record")
    clear = event.model_dump(mode="json", exclude=set(model.PERSONAL), exclude_none=True)
    if clear != {key: value for key, value in document["data"].items() if key not in model.PERSONAL}:
        report("data-invalid", f"data is not written as {document['type']} writes it")
    return True


def compare_columns(document: dict[str, Any], row: dict[str, Any], report: Report) -> None:
    """Every derived column must equal what the record says, in value and type."""
    expected: dict[str, Any] = {
        "position": document["position"],
        "stream": document["stream"],
        "version": document["version"],
        "category": category_of(document["stream"]),
        "type": document["type"],
        "actor": document["actor"]["id"],
        "recorded_at": document["recorded_at"],
        "wakes": int(document["wakes"]),
    }
    for name, value in expected.items():
        stored = row[name]
        if type(stored) is not type(value) or stored != value:
            report("column-differs", f"{name} is {stored!r}, the record says {value!r}")


def is_uuid(text: Any) -> bool:
    try:
        return isinstance(text, str) and str(uuid.UUID(text)) == text
    except ValueError:
        return False
