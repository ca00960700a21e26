"""A second factor: codes of the half minute, each once, and what is stored of the seed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from accounts.schema import recovery_codes, second_factors
from accounts.second_factor import (
    LOCKED_FOR,
    WRONG_CODES_UNTIL_LOCKED,
    AlreadyOn,
    SecondFactor,
    TooManyCodes,
    current_code,
    is_on,
)
from installation import Installation

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
LATER = timedelta(seconds=30)
RFC_SEED = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # 12345678901234567890


@pytest.fixture
def factor(installation: Installation) -> SecondFactor:
    reading, writing = installation.reader.engine, installation.writing_engine
    return SecondFactor(reading, writing, installation.sealing_key, "Jenjang")


@pytest.mark.parametrize(
    ("second", "code"), [(59, "287082"), (1111111109, "081804"), (20000000000, "353130")]
)
def test_codes_are_those_of_rfc_6238_appendix_b(second: int, code: str) -> None:
    assert current_code(RFC_SEED, datetime.fromtimestamp(second, UTC)) == code


def test_a_code_counts_once_and_for_one_step_before_and_after(
    factor: SecondFactor, installation: Installation
) -> None:
    seed = factor.begin("siti", "1985").seed
    assert factor.confirm("siti", "000000", NOW) is None
    assert factor.confirm("siti", current_code(seed, NOW), NOW) is not None
    assert not factor.check("siti", current_code(seed, NOW), NOW), "the confirming code was used up"
    assert factor.check("siti", current_code(seed, NOW + 2 * LATER), NOW + LATER), "their clock is ahead"
    assert not factor.check("siti", current_code(seed, NOW + LATER), NOW + 2 * LATER), "older than the last"
    assert not factor.check("siti", current_code(seed, NOW + 3 * LATER), NOW + 6 * LATER), "too old"
    with installation.reader.engine.connect() as connection:
        stored = connection.execute(select(second_factors.c.sealed_seed)).scalar_one()
    assert seed not in stored
    other = SecondFactor(installation.reader.engine, installation.writing_engine, bytes(32), "Jenjang")
    at = NOW + 8 * LATER
    assert not other.check("siti", current_code(seed, at), at), "another key opens no seed"


def test_a_recovery_code_opens_once_and_none_is_stored(
    factor: SecondFactor, installation: Installation
) -> None:
    seed = factor.begin("siti", "1985").seed
    codes = factor.confirm("siti", current_code(seed, NOW), NOW)
    assert codes is not None
    assert len(set(codes)) == 10
    assert factor.check("siti", codes[0].upper().replace("-", " "), NOW)
    assert not factor.check("siti", codes[0], NOW)
    assert not factor.check("budi", codes[1], NOW), "nobody else's"
    with installation.reader.engine.connect() as connection:
        stored = connection.execute(select(recovery_codes.c.code_hash)).scalars().all()
    assert len(stored) == 9
    assert not any(code in " ".join(stored) for code in codes)
    with pytest.raises(AlreadyOn):
        factor.begin("siti", "1985")


def test_guessing_codes_is_stopped(factor: SecondFactor, installation: Installation) -> None:
    seed = factor.begin("siti", "1985").seed
    assert factor.confirm("siti", current_code(seed, NOW), NOW)
    at = NOW + 4 * LATER
    for _ in range(WRONG_CODES_UNTIL_LOCKED):
        assert not factor.check("siti", "000000", at)
    with pytest.raises(TooManyCodes):
        factor.check("siti", current_code(seed, at), at)
    free = at + LOCKED_FOR
    assert factor.check("siti", current_code(seed, free), free)
    with installation.reader.engine.connect() as connection:
        assert is_on(connection, "siti")


def test_a_repeat_by_its_key_gets_the_same_seed_and_codes(factor: SecondFactor) -> None:
    seed = factor.begin("siti", "1985", "a").seed
    again = factor.begin("siti", "1985", "a")
    assert (again.seed, again.known) == (seed, True)
    assert factor.begin("siti", "1985").seed != seed
    seed = factor.begin("siti", "1985", "a").seed
    codes = factor.confirm("siti", current_code(seed, NOW), NOW, "c")
    assert codes is not None
    assert len(set(codes)) == 10
    assert factor.confirm("siti", current_code(seed, NOW), NOW, "c") == codes
    assert factor.confirm("siti", current_code(seed, NOW), NOW) is None
    assert factor.check("siti", codes[3], NOW)
    assert factor.confirm("siti", current_code(seed, NOW), NOW, "c") is None
