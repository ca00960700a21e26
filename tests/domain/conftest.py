"""The town that the law is tried in."""

from __future__ import annotations

import pytest

from tests.domain.town import Town


@pytest.fixture
def town() -> Town:
    return Town()
