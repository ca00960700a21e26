"""A house for each journey, on each database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.house import House, running_house


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Iterator[House]:
    with running_house(tmp_path, database_url) as running:
        yield running
