"""What an event is called in an event log, and the readable values that go with it."""

from __future__ import annotations

import types
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin

from domain.event import EVENT_TYPES
from mining.objects import FIELDS

STEP_TYPES = frozenset({"TaskOpened", "TaskCompleted", "VoteCast"})
EVERY_EVENT = {"position": "integer", "leaf_hash": "string", "actor_kind": "string"}
SIGNED = {"office": "string", "capacity": "string"}


def activity_of(document: dict[str, Any]) -> str:
    """The event's type, with its step where that is what happened: `TaskCompleted:unit_file_check`."""
    step = document["data"].get("step")
    return f"{document['type']}:{step}" if document["type"] in STEP_TYPES and step else str(document["type"])


@cache
def attribute_types(event_type: str) -> dict[str, str]:
    """Name and OCEL type of the values that events of this type may carry. Personal fields and names
    of objects are not among them.
    """
    model = EVENT_TYPES.get(event_type)
    if model is None:
        return EVERY_EVENT
    found = dict(EVERY_EVENT)
    for name, field in model.model_fields.items():
        if name == "signature":
            found |= {key: kind for key, kind in SIGNED.items() if key not in model.model_fields}
        elif name not in model.PERSONAL and name not in FIELDS:
            kind = _kind_of(field.annotation)
            if kind is not None:
                found.setdefault(name, kind)
    return found


def values_of(document: dict[str, Any], leaf_hash: str) -> dict[str, Any]:
    """The event's values, those that are set, by the names of `attribute_types`."""
    data = document["data"]
    given = {**(data.get("signature") or {}), **data}
    given |= {
        "position": document["position"],
        "leaf_hash": leaf_hash,
        "actor_kind": document["actor"]["kind"],
    }
    return {name: given[name] for name in attribute_types(document["type"]) if given.get(name) is not None}


def _kind_of(annotation: Any) -> str | None:
    """OCEL's type of a scalar annotation; None for lists and objects. Days are strings: OCEL's `time`
    is a moment.
    """
    if get_origin(annotation) in (Union, types.UnionType):
        inner = [part for part in get_args(annotation) if part is not type(None)]
        return _kind_of(inner[0]) if len(inner) == 1 else None
    if get_origin(annotation) is Literal:
        return "string"
    if not isinstance(annotation, type):
        return None
    if issubclass(annotation, bool):
        return "boolean"
    if issubclass(annotation, int):
        return "integer"
    if issubclass(annotation, datetime):
        return "time"
    if annotation is str or issubclass(annotation, StrEnum) or annotation.__name__ == "date":
        return "string"
    return None
