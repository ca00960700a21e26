"""The performance rating of a civil servant (*SKP*): from two judgements to the *predikat* of a period.

Source: PermenPANRB 6/2022 (matrix, stages, pattern of distribution); SE MenPANRB 3/2023 (order).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum, StrEnum
from typing import Literal


class Judgement(IntEnum):
    """How results or conduct compare with what was expected; the numbers are SIASN's codes."""

    ABOVE = 1
    AS_EXPECTED = 2
    BELOW = 3


class Predicate(StrEnum):
    """The five *predikat kinerja*, best first."""

    SANGAT_BAIK = "SANGAT_BAIK"
    BAIK = "BAIK"
    BUTUH_PERBAIKAN = "BUTUH_PERBAIKAN"
    KURANG = "KURANG"
    SANGAT_KURANG = "SANGAT_KURANG"


class Achievement(StrEnum):
    """The organisation's achievement, set by the next-higher leader before any individual rating."""

    ISTIMEWA = "ISTIMEWA"
    BAIK = "BAIK"
    BUTUH_PERBAIKAN = "BUTUH_PERBAIKAN"
    KURANG = "KURANG"
    SANGAT_KURANG = "SANGAT_KURANG"


_ABOVE, _AS_EXPECTED, _BELOW = Judgement.ABOVE, Judgement.AS_EXPECTED, Judgement.BELOW

MATRIX: Mapping[tuple[Judgement, Judgement], Predicate] = {
    (_ABOVE, _BELOW): Predicate.KURANG,
    (_ABOVE, _AS_EXPECTED): Predicate.BAIK,
    (_ABOVE, _ABOVE): Predicate.SANGAT_BAIK,
    (_AS_EXPECTED, _BELOW): Predicate.KURANG,
    (_AS_EXPECTED, _AS_EXPECTED): Predicate.BAIK,
    (_AS_EXPECTED, _ABOVE): Predicate.BAIK,
    (_BELOW, _BELOW): Predicate.SANGAT_KURANG,
    (_BELOW, _AS_EXPECTED): Predicate.BUTUH_PERBAIKAN,
    (_BELOW, _ABOVE): Predicate.BUTUH_PERBAIKAN,
}
"""(*hasil kerja*, *perilaku kerja*) -> *predikat*. KURANG also stands for misconduct."""


def predicate_of(result: Judgement, conduct: Judgement) -> Predicate:
    """The *predikat* of judged results (*hasil kerja*) and conduct (*perilaku kerja*)."""
    return MATRIX[result, conduct]


@dataclass(frozen=True)
class PatternFit:
    """How a unit's individual ratings lie beside the pattern of its achievement.

    A consideration and never a quota: `fits` False is something to talk about and changes nobody's
    rating. `most_frequent` are the ratings given most often (several when tied).
    """

    achievement: Achievement
    counts: Mapping[Predicate, int]
    most_frequent: tuple[Predicate, ...]
    expected: tuple[Predicate, ...]
    fits: bool


def consider_distribution(
    achievement: Achievement,
    given: Iterable[Predicate],
    patterns: Mapping[Achievement, Sequence[Predicate]],
) -> PatternFit:
    """Compare the ratings given in a unit with the pattern of distribution of its achievement.

    `patterns` is policy data: which *predikat* may be the most frequent under each achievement.
    Source: PermenPANRB 6/2022 on *pola distribusi predikat kinerja*.
    """
    counts = Counter(given)
    most = max(counts.values(), default=0)
    leading = tuple(predicate for predicate in Predicate if most and counts[predicate] == most)
    expected = tuple(patterns[achievement])
    fits = not leading or bool(set(leading) & set(expected))
    return PatternFit(achievement, {p: counts[p] for p in Predicate}, leading, expected, fits)


@dataclass(frozen=True)
class Posting:
    """A post held from `since` on, until the next posting begins."""

    position_id: str | None
    since: date


@dataclass(frozen=True)
class Segment:
    """A part of a rating period spent in one post; both ends are included."""

    position_id: str
    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


def split_period(first: date, last: date, postings: Sequence[Posting]) -> tuple[Segment, ...]:
    """The parts into which moves divide the period `first` to `last`, oldest first.

    `postings` may come in any order; before the first of them, and in postings without a post, no
    part arises. Raises ValueError when the period ends before it begins.
    Source: PermenPANRB 6/2022 (a person who moves is evaluated in the old and in the new post).
    """
    if last < first:
        raise ValueError("the period ends before it begins")
    ordered = sorted(postings, key=lambda posting: posting.since)
    found: list[Segment] = []
    for index, posting in enumerate(ordered):
        following = ordered[index + 1].since if index + 1 < len(ordered) else date.max
        start, end = max(posting.since, first), min(following - timedelta(days=1), last)
        if posting.position_id is None or end < start:
            continue
        before = found[-1] if found else None
        if before and before.position_id == posting.position_id and before.last + timedelta(days=1) == start:
            start = found.pop().first
        found.append(Segment(posting.position_id, start, end))
    return tuple(found)


def joined(parts: Iterable[tuple[int, Judgement]], halves_to: Literal["better", "worse"]) -> Judgement:
    """What judgements of parts, each with its days, are together: their mean weighted by days, rounded to
    the nearest level; halves go to the better or the worse one.
    """
    weighted = list(parts)
    days = sum(length for length, _ in weighted)
    points = sum(length * judgement for length, judgement in weighted)
    # The lower number is the better level.
    return Judgement((2 * points + days - (halves_to == "better")) // (2 * days))
