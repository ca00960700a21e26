"""What happens to a vacancy and its candidates, and to a promotion besides what any case knows."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from domain.event import Event
from domain.findings import FindingFacts, FindingOutcome
from domain.identity import Signature


class VacancyOpened(Event):
    """A post is to be filled by promotion. `selection_letter` is set where the names come from an open
    selection outside; `selected` are they, best first. From `lapses_on` on no promotion starts on the
    list, and another may be made.
    """

    vacancy_id: str
    position_id: str
    vacant_from: date
    lapses_on: date
    policy_id: str
    policy_hash: str
    selected: tuple[str, ...] = ()
    selection_letter: str | None = None
    # The transfer that leaves the post, where its holder is replaced.
    replaces: str | None = None


class VacancyWithdrawn(Event):
    """The transfer that was to leave the post was annulled before the list was used: it lapses at once."""

    vacancy_id: str
    caused_by: str
    lapses_on: date


class CandidateFrozen(Event):
    """One candidate as they stood when the list was made. `entry_hash` is that of the salted sheet."""

    PERSONAL = frozenset({"sheet", "facts"})

    vacancy_id: str
    person_id: str
    rank: int
    admitted: bool
    entry_hash: str
    outcomes: tuple[FindingOutcome, ...]
    sheet: dict[str, Any] | None = None
    facts: tuple[FindingFacts, ...] | None = None


class PoolFrozen(Event):
    """The list is closed before any name is debated. `list_hash` covers every entry in its order.

    `widened_to` are the boxes that were added because too few were eligible; `left_out` counts, by
    hard rule, people of an admitted box whom the list leaves out; `unmapped` those without a box.
    """

    vacancy_id: str
    list_hash: str
    formula_version: str
    ranking: tuple[str, ...]
    eligible: int
    widened_to: tuple[int, ...]
    left_out: dict[str, int]
    unmapped: int


class CandidatesRanked(Event):
    """The committee's ranking of those it names, best first, with the minutes' number."""

    PERSONAL = frozenset({"minutes_number"})

    task_id: str
    ranking: tuple[str, ...]
    minutes_number: str | None = None


class CandidateChosen(Event):
    """The appointing official's choice; from here on the case is about this person."""

    PERSONAL = frozenset({"suggested_by", "reason"})

    person_id: str
    rank: int
    list_hash: str
    origin_position_id: str | None = None
    origin_unit_id: str | None = None
    effective_date: date
    signature: Signature
    suggested_by: str | None = None
    reason: str | None = None


class ReviewScheduled(Event):
    """The promoted person is to be reviewed from that moment on."""

    review_on: date
    review_at: datetime
