"""Copies of frozen dataclasses with some fields changed."""

from __future__ import annotations

from typing import Any, TypeVar

T = TypeVar("T")


def changed(value: T, /, **fields: Any) -> T:
    """`value`, a dataclass without slots and `__post_init__`, with other values in some `fields`: what
    `dataclasses.replace` gives, without passing every field through the constructor. An action moves a
    dozen times for each decision and has some forty fields. Raises TypeError for a field it has not.
    """
    copy: T = object.__new__(type(value))
    vars(copy).update(vars(value))
    if not fields.keys() <= vars(copy).keys():
        raise TypeError(f"{type(value).__name__} has no {', '.join(fields.keys() - vars(copy).keys())}")
    vars(copy).update(fields)
    return copy
