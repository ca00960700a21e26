"""A task's form (JSON Schema 2020-12) as fields of an HTML form, and the answer read back from it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

ROWS_AT_MOST = 10
SCALAR = "value"
INTEGER = re.compile(r"-?[0-9]{1,9}")


@dataclass(frozen=True)
class Field:
    """One input. `kind`: text, long, date, integer, boolean, fixed, choice, rows of `columns`, or a part:
    one row, which may stay empty.
    """

    name: str
    kind: str
    required: bool
    value: Any = None
    choices: tuple[str, ...] = ()
    # What a choice is called, where its code says nothing: candidates by name.
    names: Mapping[str, str] = field(default_factory=dict)
    columns: tuple[Field, ...] = ()
    rows: tuple[Mapping[str, Any], ...] = ()
    low: Any = None
    high: Any = None
    longest: int | None = None


def fields_of(
    schema: Mapping[str, Any] | None,
    posted: Mapping[str, str] | None = None,
    candidates: Mapping[str, str] | None = None,
) -> list[Field]:
    """The inputs of `schema`. What was posted before stays; dates begin with the example's, because it
    is made for this case; letters, votes and ratings begin empty. `candidates` are the people among whom
    a promotion's forms choose, id to name, in the order in which a ranking begins.
    """
    if not schema:
        return []
    example = (schema.get("examples") or [{}])[0]
    required = set(schema.get("required", ()))
    found = [
        _field(
            name, _resolved(part, schema), schema, name in required, example.get(name), posted, f"d.{name}"
        )
        for name, part in schema.get("properties", {}).items()
    ]
    return [_among(candidates, one, posted) for one in found] if candidates else found


def _among(candidates: Mapping[str, str], one: Field, posted: Mapping[str, str] | None) -> Field:
    """The field with candidates to choose from, where it asks for any of them."""
    if one.name == "person_id":
        return _choice(one, candidates)
    if one.name != "ranking":
        return one
    columns = tuple(_choice(column, candidates) for column in one.columns)
    begun = tuple({SCALAR: person} for person in candidates)[:ROWS_AT_MOST]
    return replace(one, columns=columns, rows=begun if posted is None else one.rows)


def _choice(one: Field, candidates: Mapping[str, str]) -> Field:
    return replace(one, kind="choice", choices=tuple(candidates), names=candidates)


def shape_of(fields: list[Field]) -> dict[str, Any]:
    """What is needed to read the answer back: each field's kind, for rows the kinds of their columns. It
    travels with the form, so that an answer sent twice is the same answer, also when the task is done.
    """
    return {one.name: _shape(one) for one in fields}


def _shape(one: Field) -> Any:
    columns = {column.name: column.kind for column in one.columns}
    return {"rows": [columns], "part": columns}.get(one.kind, one.kind)


def details_of(shape: Mapping[str, Any], posted: Mapping[str, str]) -> dict[str, Any]:
    """The answer in its types. What is left empty is left out; what has no such type stays text, for the
    API to refuse.
    """
    details: dict[str, Any] = {}
    for name, kind in shape.items():
        if isinstance(kind, list) and kind and isinstance(kind[0], dict):
            details[name] = list(_answered_rows(name, kind[0], posted))
        elif isinstance(kind, dict):
            part = next(_answered_rows(name, kind, posted), None)
            details |= {} if part is None else {name: part}
        elif (value := _typed(kind, posted.get(f"d.{name}", ""))) is not None:
            details[name] = value
    return details


def _answered_rows(name: str, columns: Mapping[str, str], posted: Mapping[str, str]) -> Iterator[Any]:
    for index in range(ROWS_AT_MOST):
        typed = {c: _typed(kind, posted.get(f"d.{name}.{index}.{c}", "")) for c, kind in columns.items()}
        row = {column: value for column, value in typed.items() if value is not None}
        if row:
            yield row.get(SCALAR) if list(columns) == [SCALAR] else row


def _typed(kind: Any, text: str) -> Any:
    text = text.strip()
    if kind == "boolean":
        return {"yes": True, "no": False}.get(text)
    if kind == "fixed":
        return True if text == "yes" else None
    if text == "":
        return None
    if kind == "integer" and INTEGER.fullmatch(text):
        return int(text)
    return text


def _resolved(part: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    for option in part.get("anyOf", ()):
        if option.get("type") != "null":
            return {**_resolved(option, schema), "optional": True}
    reference = part.get("$ref")
    if reference:
        found: Mapping[str, Any] = schema["$defs"][reference.rpartition("/")[2]]
        return found
    return part


def _field(
    name: str,
    part: Mapping[str, Any],
    schema: Mapping[str, Any],
    required: bool,  # noqa: FBT001  (a value of the schema, not a switch)
    example: Any,
    posted: Mapping[str, str] | None,
    key: str,
) -> Field:
    kind = _kind(part)
    if kind in ("rows", "part"):
        inner = _resolved(part.get("items", {}), schema) if kind == "rows" else part
        needed = set(inner.get("required", ()))
        if "properties" not in inner:
            inner = {"properties": {SCALAR: inner}}
        columns = tuple(
            _field(n, _resolved(p, schema), schema, n in needed, None, None, "")
            for n, p in inner.get("properties", {}).items()
        )
        return Field(
            name,
            kind,
            required,
            columns=columns,
            rows=_rows(name, columns, [example] if isinstance(example, dict) else example, posted),
        )
    value = posted.get(key) if posted is not None else (example if kind == "date" else part.get("default"))
    choices = tuple(str(choice) for choice in part.get("enum", ()))
    return Field(
        name,
        kind,
        required,
        value,
        choices,
        low=part.get("minimum"),
        high=part.get("maximum"),
        longest=part.get("maxLength"),
    )


def _rows(
    name: str, columns: tuple[Field, ...], example: Any, posted: Mapping[str, str] | None
) -> tuple[Mapping[str, Any], ...]:
    """Rows as posted; before, the example's years without a rating, which only the file can tell."""
    if posted is None:
        begun = [row if isinstance(row, dict) else {SCALAR: ""} for row in example or [{}]]
        keep = {column.name for column in columns if column.kind == "integer"}
        return tuple({n: v for n, v in row.items() if n in keep} for row in begun)
    found = []
    for index in range(ROWS_AT_MOST):
        row = {column.name: posted.get(f"d.{name}.{index}.{column.name}", "") for column in columns}
        if any(row.values()):
            found.append(row)
    return tuple(found) or ({},)


def _kind(part: Mapping[str, Any]) -> str:
    if part.get("const") is True or part.get("enum") == [True]:
        return "fixed"
    if part.get("enum"):
        return "choice"
    plain = {"boolean": "boolean", "integer": "integer", "array": "rows", "object": "part"}.get(
        str(part.get("type"))
    )
    if plain:
        return plain
    if part.get("format") == "date":
        return "date"
    return "long" if (part.get("maxLength") or 0) > 300 else "text"
