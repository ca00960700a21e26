"""What is recorded can always be read back."""

from __future__ import annotations

import types
import typing

import pytest

from domain.events import EVENT_TYPES, Event


@pytest.mark.parametrize("model", EVENT_TYPES.values(), ids=EVENT_TYPES)
def test_what_may_be_absent_has_a_default(model: type[Event]) -> None:
    """Fields that are None are not written, so each of them must be readable without."""
    for name, field in model.model_fields.items():
        optional = types.NoneType in typing.get_args(field.annotation)
        assert not (optional and field.is_required()), name
