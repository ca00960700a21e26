"""On sound data verify is silent."""

from __future__ import annotations

from tests.audit.conftest import Evidence


def test_a_sound_ledger_is_silent(evidence: Evidence) -> None:
    verification = evidence.verify(kept=[evidence.kept])
    assert verification.ok, verification.as_text()
