"""The published form of an OCEL 2.0 JSON file (ocel-standard.org, 2023), in our own words."""

from __future__ import annotations

from typing import Any

TEXT = {"type": "string"}
MOMENT = {"type": "string", "format": "date-time", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$"}


def _list_of(required: tuple[str, ...], **fields: Any) -> dict[str, Any]:
    return {"type": "array", "items": {"type": "object", "required": list(required), "properties": fields}}


KIND = {"enum": ["string", "time", "integer", "float", "boolean"]}
TYPES = _list_of(
    ("name", "attributes"), name=TEXT, attributes=_list_of(("name", "type"), name=TEXT, type=KIND)
)
RELATIONS = _list_of(("objectId", "qualifier"), objectId=TEXT, qualifier=TEXT)
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["eventTypes", "objectTypes", "events", "objects"],
    "properties": {
        "eventTypes": TYPES,
        "objectTypes": TYPES,
        "events": _list_of(
            ("id", "type", "time"),
            id=TEXT,
            type=TEXT,
            time=MOMENT,
            attributes=_list_of(("name", "value"), name=TEXT, value=TEXT),
            relationships=RELATIONS,
        ),
        "objects": _list_of(
            ("id", "type"),
            id=TEXT,
            type=TEXT,
            attributes=_list_of(("name", "value", "time"), name=TEXT, value=TEXT, time=MOMENT),
            relationships=RELATIONS,
        ),
    },
}
