"""A ledger full of random cases, on both databases."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.domain.test_random_lives import Lives
from tests.projections.lives import Lived, live, relive

SEED, STEPS = 0, int(os.environ.get("JENJANG_TEST_STEPS", "700"))


@cache
def lives() -> Lives:
    """It ends with a good many cases that have just begun."""
    found = live(SEED, STEPS)
    for _ in range(40):
        found.happen({found.start: 1, found.decide: 1})
    return found


@pytest.fixture
def lived(database_url: str, tmp_path: Path) -> Iterator[Lived]:
    found = relive(lives(), tmp_path, database_url)
    yield found
    found.installation.close()
