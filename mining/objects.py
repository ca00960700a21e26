"""The things that events are about: actions, tasks, people (surrogate ids), units, positions, decrees.

Everything here is read from the readable part of a record; sealed data never leaves the ledger.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

OBJECT_OF_STREAM = {
    "personnel-action": "action",
    "employee": "person",
    "office": "person",
    "access": "person",
    "talent": "person",
    "api-key": "key",
}
# Field of an event: what kind of object it names, and what that object is to the event.
FIELDS = {
    "subject_id": ("person", "subject"),
    "person_id": ("person", "person"),
    "to": ("person", "delegate"),
    "delegate_id": ("person", "delegate"),
    "principal_id": ("person", "principal"),
    "proposed_by": ("person", "proposer"),
    "confirmed_by": ("person", "confirmer"),
    "excluded": ("person", "excluded owner"),
    "candidates": ("person", "candidate"),
    "ranking": ("person", "candidate"),
    "vacancy_id": ("vacancy", "vacancy"),
    "list_id": ("rank list", "list"),
    "unit_id": ("unit", "unit"),
    "parent_id": ("unit", "parent"),
    "origin_unit_id": ("unit", "origin unit"),
    "target_unit_id": ("unit", "target unit"),
    "position_id": ("position", "position"),
    "origin_position_id": ("position", "origin"),
    "target_position_id": ("position", "target"),
    "from_position_id": ("position", "origin"),
    "to_position_id": ("position", "target"),
    "restores_position_id": ("position", "restored"),
    "task_id": ("task", "task"),
    "action_id": ("action", "action"),
    "caused_by": ("action", "cause"),
    "placed_by": ("action", "placement"),
    "policy_id": ("policy", "policy"),
    "document_id": ("document", "document"),
    "document_ids": ("document", "evidence"),
    "delegation_id": ("delegation", "delegation"),
}
SIGNATURE_FIELDS = {
    "on_behalf_of": ("person", "on behalf of"),
    "post_id": ("position", "signing post"),
    "delegation_id": ("delegation", "delegation"),
}
# Attributes that an object of a type has, each with its OCEL type.
ATTRIBUTES: dict[str, dict[str, str]] = {
    "action": {"kind": "string", "variant": "string", "effective_date": "string", "inauguration": "boolean"},
    "task": {"step": "string", "phase": "string", "office": "string", "due_at": "time"},
    "person": {
        "employment_kind": "string",
        "employment_status": "string",
        "grade": "string",
        "education": "string",
    },
    "unit": {"name": "string"},
    "position": {
        "name": "string",
        "kind": "string",
        "eselon": "string",
        "grade_min": "string",
        "grade_max": "string",
    },
    "decree": {"number": "string", "year": "integer", "sequence": "integer", "decree_date": "string"},
    "policy": {"hash": "string"},
    "document": {"document_type": "string", "media_type": "string", "sha256": "string"},
    "delegation": {"capacity": "string", "first_day": "string", "last_day": "string"},
}
# Events that describe an object, and how the described object stands to others.
DESCRIBED_BY = {
    "ActionSubmitted": "action",
    "TaskOpened": "task",
    "EmployeeRegistered": "person",
    "EmployeeCorrected": "person",
    "CandidateRegistered": "person",
    "EmployeePlaced": "person",
    "UnitRegistered": "unit",
    "UnitRedefined": "unit",
    "PositionRegistered": "position",
    "PositionRedefined": "position",
    "DecreeIssued": "decree",
    "PolicyAdopted": "policy",
    "DocumentFiled": "document",
    "DelegationGranted": "delegation",
    "ActionAnnulled": "action",
}
OBJECT_RELATIONS = {
    "action": {
        "subject_id": "moves",
        "origin_position_id": "from",
        "target_position_id": "to",
        "origin_unit_id": "out of",
        "target_unit_id": "into",
        "policy_id": "under",
        "document_ids": "rests on",
        "caused_by": "undone because of",
    },
    "person": {"position_id": "holds", "to_position_id": "holds"},
    "unit": {"parent_id": "part of"},
    "position": {"unit_id": "in"},
    "document": {"person_id": "of"},
    "delegation": {"position_id": "for", "principal_id": "from", "delegate_id": "to"},
}


@dataclass(frozen=True)
class Description:
    """What an event says of one object: its attributes, and `(object, qualifier)` of its relations."""

    object: str
    attributes: dict[str, Any]
    relations: tuple[tuple[str, str], ...]


def object_id(kind: str, key: str) -> str:
    """Unique over all types, and its type is what stands before the first slash."""
    return f"{kind}/{key}"


def type_of(object_: str) -> str:
    return object_.partition("/")[0]


def relations(document: dict[str, Any]) -> list[tuple[str, str]]:
    """`(object, qualifier)` of one event: the object of its stream, what its fields name, who acted."""
    data = document["data"]
    found = {_of_stream(document): "stream"}
    for field, (kind, qualifier) in FIELDS.items():
        for key in _named(data, field):
            found.setdefault(object_id(kind, key), qualifier)
    for field, (kind, qualifier) in SIGNATURE_FIELDS.items():
        for key in _keys((data.get("signature") or {}).get(field)):
            found.setdefault(object_id(kind, key), qualifier)
    if document["type"] == "DecreeIssued":
        found[_decree(data)] = "decree"
    pairs = list(found.items())
    actor = document["actor"]
    if actor["kind"] == "person":
        pairs.append((object_id("person", actor["id"]), "actor"))
    elif actor["kind"] == "integration":
        pairs.append((object_id("key", actor["id"]), "actor"))
    return pairs


def description(document: dict[str, Any]) -> Description | None:
    """What the event says of an object, None when it only mentions objects."""
    kind = DESCRIBED_BY.get(document["type"])
    if kind is None:
        return None
    data = document["data"]
    related = [
        (object_id(FIELDS[field][0], key), qualifier)
        for field, qualifier in OBJECT_RELATIONS.get(kind, {}).items()
        for key in _named(data, field)
    ]
    described = _of_stream(document)
    if kind == "task":
        related.append((described, "of"))
        described = object_id("task", data["task_id"])
    elif kind == "decree":
        related.append((described, "decides"))
        described = _decree(data)
    named = {name: data[name] for name in ATTRIBUTES.get(kind, {}) if data.get(name) is not None}
    return Description(described, named, tuple(related))


def _named(data: dict[str, Any], field: str) -> Iterator[str]:
    """The keys that a field names. A promotion whose candidate is not chosen yet is about nobody: its
    vacancy stands as the subject.
    """
    if field != "subject_id" or data.get("vacancy_id") != data.get(field):
        yield from _keys(data.get(field))


def _of_stream(document: dict[str, Any]) -> str:
    category, _, key = document["stream"].partition("/")
    return object_id(OBJECT_OF_STREAM.get(category, category), key)


def _decree(data: dict[str, Any]) -> str:
    return object_id("decree", data["number"])


def _keys(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        yield from (item for item in value if isinstance(item, str))
