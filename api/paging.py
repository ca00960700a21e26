"""Lists by keyset: `limit`, `cursor`, and an answer that says where the next page starts."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Annotated, Any

import orjson
from fastapi import Query

from api.problems import Problem

LARGEST_PAGE = 200

Limit = Annotated[int, Query(ge=1, le=LARGEST_PAGE, description="How many at most.")]
Cursor = Annotated[
    str | None, Query(max_length=1024, description="`next` of the page before; opaque, of this list only.")
]


def page_of(
    rows: Sequence[Any], limit: int, key: Callable[[Any], Sequence[Any]], items: Sequence[Any] | None = None
) -> dict[str, Any]:
    """`{"items","next"}` of `rows`, which were asked for with `limit + 1`. `key` gives a row's place in
    the order; `items` are the rows as shown, where they differ.
    """
    shown = rows if items is None else items
    following = encode_cursor(key(rows[limit - 1])) if len(rows) > limit else None
    return {"items": list(shown[:limit]), "next": following}


def encode_cursor(values: Sequence[Any]) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(list(values))).decode().rstrip("=")


def decode_cursor(cursor: str | None, kinds: Sequence[type]) -> tuple[Any, ...] | None:
    """The place that `cursor` names, its values of these `kinds` (str or int). Raises a 422."""
    if cursor is None:
        return None
    try:
        values = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error):
        raise _invalid() from None
    if not isinstance(values, list) or len(values) != len(kinds):
        raise _invalid()
    for value, kind in zip(values, kinds, strict=True):
        if type(value) is not kind:
            raise _invalid()
        if (isinstance(value, str) and "\x00" in value) or (
            isinstance(value, int) and not 0 <= value < 2**62
        ):
            raise _invalid()
    return tuple(values)


def _invalid() -> Problem:
    return Problem("invalid-request", errors=[{"field": "cursor", "in": "query", "message": "not a cursor"}])
