"""What is recorded is RFC 8785, byte for byte, or refused."""

from __future__ import annotations

import math

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.canonical import NotCanonical, canonical_json
from ledger.record import encode

KEYS = st.text(st.characters(max_codepoint=126, min_codepoint=32), max_size=12)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXTS,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=25,
)


@settings(max_examples=400, deadline=None)
@given(st.dictionaries(KEYS, VALUES, max_size=8))
def test_both_encoders_write_the_bytes_of_rfc_8785(document: dict[str, object]) -> None:
    expected = rfc8785.dumps(document)  # type: ignore[arg-type]
    assert encode(document) == canonical_json(document) == expected


@pytest.mark.parametrize(
    "value", [1.0, math.nan, 2**53, -(2**53), {"é": 1}, {1: 2}, "\ud800", b"x", {"a": [0.5]}, object()]
)
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(NotCanonical):
        encode({"value": value})
