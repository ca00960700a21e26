"""SKP ratings: the matrix of PermenPANRB 6/2022, patterns that bind nobody, periods split by moves."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.performance import (
    Achievement,
    Judgement,
    Posting,
    Predicate,
    Segment,
    consider_distribution,
    joined,
    predicate_of,
    split_period,
)
from tests.domain.town import Town, kota_serang

ABOVE, AS_EXPECTED, BELOW = Judgement.ABOVE, Judgement.AS_EXPECTED, Judgement.BELOW
PATTERNS = kota_serang().talent.distribution.patterns
YEAR = (date(2025, 1, 1), date(2025, 12, 31))

# PermenPANRB 6/2022: rows are results, columns conduct below, as and above expectation.
TABLE = {
    ABOVE: ("KURANG", "BAIK", "SANGAT_BAIK"),
    AS_EXPECTED: ("KURANG", "BAIK", "BAIK"),
    BELOW: ("SANGAT_KURANG", "BUTUH_PERBAIKAN", "BUTUH_PERBAIKAN"),
}


@pytest.mark.parametrize("result", list(Judgement))
@pytest.mark.parametrize(("column", "conduct"), list(enumerate((BELOW, AS_EXPECTED, ABOVE))))
def test_every_field_of_the_matrix_gives_the_rating_of_the_regulation(
    result: Judgement, column: int, conduct: Judgement
) -> None:
    assert predicate_of(result, conduct) == TABLE[result][column]


def test_judgements_carry_the_national_codes() -> None:
    assert [Judgement(code) for code in (1, 2, 3)] == [ABOVE, AS_EXPECTED, BELOW]


@pytest.mark.parametrize("achievement", list(Achievement))
def test_a_distribution_is_considered_and_changes_no_rating(achievement: Achievement) -> None:
    given_ratings = [Predicate.BAIK, Predicate.BAIK, Predicate.KURANG]
    fit = consider_distribution(achievement, given_ratings, PATTERNS)
    assert fit.most_frequent == (Predicate.BAIK,)
    assert fit.fits == (Predicate.BAIK in PATTERNS[achievement])
    assert sum(fit.counts.values()) == 3


def test_no_percentage_is_asked_for_one_rating_too_many_still_fits() -> None:
    everybody_good = [Predicate.BAIK] * 40
    assert consider_distribution(Achievement.BAIK, everybody_good, PATTERNS).fits


def test_a_failing_organisation_of_excellent_people_asks_for_a_reason() -> None:
    fit = consider_distribution(Achievement.SANGAT_KURANG, [Predicate.SANGAT_BAIK] * 3, PATTERNS)
    assert not fit.fits
    assert fit.expected == PATTERNS[Achievement.SANGAT_KURANG]


def test_nobody_rated_yet_deviates_from_nothing() -> None:
    assert consider_distribution(Achievement.KURANG, [], PATTERNS).fits


def test_who_stays_has_one_period() -> None:
    parts = split_period(*YEAR, [Posting("desk", date(2020, 5, 4))])
    assert parts == (Segment("desk", *YEAR),)
    assert parts[0].days == 365


def test_who_moves_is_rated_in_each_post() -> None:
    moves = [Posting("new", date(2025, 7, 1)), Posting("old", date(2021, 1, 1))]
    parts = split_period(*YEAR, moves)
    assert parts == (
        Segment("old", date(2025, 1, 1), date(2025, 6, 30)),
        Segment("new", date(2025, 7, 1), date(2025, 12, 31)),
    )


def test_who_comes_in_the_middle_is_rated_from_then_on() -> None:
    parts = split_period(*YEAR, [Posting("desk", date(2025, 3, 1))])
    assert [part.first for part in parts] == [date(2025, 3, 1)]


def test_who_leaves_is_rated_until_then() -> None:
    moves = [Posting("desk", date(2021, 1, 1)), Posting(None, date(2025, 9, 1))]
    assert [part.last for part in split_period(*YEAR, moves)] == [date(2025, 8, 31)]


def test_a_decree_that_confirms_the_same_post_splits_nothing() -> None:
    moves = [Posting("desk", date(2021, 1, 1)), Posting("desk", date(2025, 9, 1))]
    assert len(split_period(*YEAR, moves)) == 1


def test_a_period_ends_after_it_begins() -> None:
    with pytest.raises(ValueError, match="ends before"):
        split_period(YEAR[1], YEAR[0], [])


@pytest.mark.parametrize(
    ("parts", "better", "worse"),
    [
        ([(90, ABOVE), (90, ABOVE)], ABOVE, ABOVE),
        ([(90, ABOVE), (90, AS_EXPECTED)], ABOVE, AS_EXPECTED),
        ([(91, AS_EXPECTED), (90, ABOVE)], AS_EXPECTED, AS_EXPECTED),
        ([(90, AS_EXPECTED), (91, ABOVE)], ABOVE, ABOVE),
        ([(90, ABOVE), (90, BELOW)], AS_EXPECTED, AS_EXPECTED),
        ([(30, ABOVE), (150, BELOW)], BELOW, BELOW),
        ([(45, ABOVE), (135, BELOW)], AS_EXPECTED, BELOW),
    ],
)
def test_parts_are_joined_by_their_days_and_halves_go_where_the_policy_says(
    parts: list[tuple[int, Judgement]], better: Judgement, worse: Judgement
) -> None:
    assert (joined(parts, "better"), joined(parts, "worse")) == (better, worse)


@given(st.lists(st.tuples(st.sampled_from(["a", "b", None]), st.integers(-400, 400)), max_size=8))
def test_parts_never_overlap_and_never_leave_the_period(moves: list[tuple[str | None, int]]) -> None:
    postings = [Posting(post, YEAR[0] + timedelta(days=offset)) for post, offset in moves]
    parts = split_period(*YEAR, postings)
    assert all(YEAR[0] <= part.first <= part.last <= YEAR[1] for part in parts)
    assert all(one.last < two.first for one, two in pairwise(parts))


def test_the_superior_is_the_head_of_the_unit_and_of_a_head_the_head_above(town: Town) -> None:
    assert town.agency.superior_of("nurse-1") == "p-dinkes"
    assert town.agency.superior_of("p-dinkes") == "p-mayor"
    assert town.agency.superior_of("p-mayor") is None
