"""Whether one stored row is a well-formed event: canonical, complete, typed, equal to its columns.

Nearly all are, so `plain_document` says so quickly, and only what it does not vouch for is taken
apart by `read_record`, which names what is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import orjson
from pydantic import ValidationError

from domain import events as ev
from domain.canonical import NotCanonical, check_profile
from ledger.record import category_of, clear_part, event_of

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
COLUMNS = ("position", "stream", "version", "category", "type", "actor", "recorded_at", "wakes")
COLUMN_KINDS = (int, str, int, str, str, str, str, int)
ACTOR_KINDS = ("person", "integration", "system")
MOMENT = re.compile(r"\d{4}-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\d\.\d{6}Z", re.ASCII)
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
KEYS = tuple(sorted(FIELDS))
KINDS = tuple(FIELDS[name] for name in KEYS)
SEALED_KEYS = tuple(sorted({*FIELDS, "sealed"}))
SEALED_KINDS = tuple(FIELDS.get(name, dict) for name in SEALED_KEYS)
SCHEMAS = {name: model.SCHEMA for name, model in ev.EVENT_TYPES.items()}
# A number with a fraction or exponent, or one of sixteen digits and more.
UNUSUAL_NUMBER = re.compile(rb"[0-9](?:[.eE]|[0-9]{15})")


def plain_document(record: Any) -> dict[str, Any] | None:
    """The document of a record that is beyond doubt canonical, complete and typed; None otherwise."""
    if type(record) is not bytes or not record.isascii() or b"\\" in record:
        return None
    # What stands outside the quotes, where no text holds a quote of its own.
    if UNUSUAL_NUMBER.search(b" ".join(record.split(b'"')[::2])):
        return None
    try:
        document = orjson.loads(record)
    except ValueError:
        return None
    if type(document) is not dict or orjson.dumps(document, option=orjson.OPT_SORT_KEYS) != record:
        return None
    shape = (tuple(document), tuple(map(type, document.values())))
    if shape == (SEALED_KEYS, SEALED_KINDS):
        sealed = document["sealed"]
        if (
            tuple(sealed) != ("box", "for")
            or type(sealed["box"]) is not str
            or type(sealed["for"]) is not str
        ):
            return None
    elif shape != (KEYS, KINDS):
        return None
    actor = document["actor"]
    sound = (
        tuple(actor) == ("id", "kind")
        and type(actor["id"]) is str
        and actor["kind"] in ACTOR_KINDS
        and UUID.fullmatch(document["id"])
        and MOMENT.fullmatch(document["recorded_at"])
        and SCHEMAS.get(document["type"]) == document["schema"]
    )
    return document if sound else None


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
    return True


def meaning_of(document: dict[str, Any], sealed: dict[str, Any] | None, report: Report) -> ev.Event | None:
    """The event that a document and its open seal mean; None where the data is none of its type."""
    try:
        return event_of(document, sealed)
    except (ValidationError, TypeError, ValueError) as broken:
        try:
            event = event_of(document)
        except (ValidationError, TypeError, ValueError) as error:
            report("data-invalid", f"data is no {document['type']}: {str(error).splitlines()[0]}")
            return None
        report("sealed-invalid", f"sealed data does not fit: {str(broken).splitlines()[0]}")
        return event


def check_data(document: dict[str, Any], event: ev.Event, report: Report) -> None:
    """Report data that is not written as the ledger writes this event, and what should be sealed."""
    readable = event.PERSONAL & document["data"].keys()
    if readable:
        report("personal-data-readable", f"{sorted(readable)} stand readable in the record")
    clear = clear_part(event)
    if clear != {key: value for key, value in document["data"].items() if key not in event.PERSONAL}:
        report("data-invalid", f"data is not written as {document['type']} writes it")


def compare_columns(document: dict[str, Any], row: tuple[Any, ...], report: Report) -> None:
    """Every derived column of a row of `events` must equal what the record says, in value and type."""
    stream = document["stream"]
    expected = (
        document["position"],
        stream,
        document["version"],
        category_of(stream),
        document["type"],
        document["actor"]["id"],
        document["recorded_at"],
        int(document["wakes"]),
    )
    stored = (row[0], *row[3:])
    if stored == expected and tuple(map(type, stored)) == COLUMN_KINDS:
        return
    for name, value, there in zip(COLUMNS, expected, stored, strict=True):
        if type(there) is not type(value) or there != value:
            report("column-differs", f"{name} is {there!r}, the record says {value!r}")


def is_uuid(text: Any) -> bool:
    """Whether `text` is a UUID as the ledger writes one: lower case, with dashes."""
    return isinstance(text, str) and UUID.fullmatch(text) is not None
