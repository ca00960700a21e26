"""A person's talent record: what was recorded of them, and their newest place in the nine boxes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Protocol

from domain import result_entry_events as entry
from domain import talent_events as ev
from domain.event import Event


@dataclass(frozen=True)
class RatedPeriod:
    """A rating and who gave it."""

    rating: ev.Rating
    assessor_id: str | None


@dataclass(frozen=True)
class Placement:
    """A recorded place in the nine boxes. `box`, `performance` and `potential` (hundredths) are None
    for the unmapped, with `gaps`; `hash` names this placement wherever it is frozen.
    """

    person_id: str
    as_of: date
    box: int | None
    performance: int | None
    potential: int | None
    gaps: tuple[ev.Gap, ...]
    vetoes: tuple[str, ...]
    lapses_on: date | None
    formula_version: str
    policy_id: str
    policy_hash: str
    hash: str

    def stands_on(self, day: date) -> bool:
        """Whether the person is mapped and everything counted still counts on `day`."""
        return self.box is not None and (self.lapses_on is None or day < self.lapses_on)


@dataclass(frozen=True)
class PendingResult:
    """A result that was entered and waits for a second person; `result` are the fields of its row."""

    entry_id: str
    entered_by: str
    what: entry.What
    result: dict[str, Any]
    reason: str | None


@dataclass(frozen=True)
class TalentRecord:
    """What the ledger holds of one person; ratings and tests oldest first."""

    person_id: str
    ratings: tuple[RatedPeriod, ...] = ()
    tests: tuple[ev.TestResult, ...] = ()
    components: tuple[ev.ComponentScore, ...] = ()
    placement: Placement | None = None
    inputs: ev.TalentInputs | None = None
    pending: tuple[PendingResult, ...] = ()

    def rated(self, first: date, last: date) -> RatedPeriod | None:
        """The rating of exactly that period."""
        return next(
            (r for r in self.ratings if (r.rating.period_start, r.rating.period_end) == (first, last)), None
        )

    def tested(self, day: date) -> ev.TestResult | None:
        return next((test for test in self.tests if test.tested_on == day), None)


class TalentSource(Protocol):
    """Talent records as one transaction sees them."""

    def of(self, person_ids: Iterable[str]) -> dict[str, TalentRecord]:
        """The record of each of these people, an empty one of whom nothing was recorded."""
        ...

    def placements(self) -> dict[str, Placement]:
        """The newest placement of everybody who has one, by person."""
        ...


class NothingRecorded:
    """A source for those who ask about no talent."""

    def of(self, person_ids: Iterable[str]) -> dict[str, TalentRecord]:
        return {person_id: TalentRecord(person_id) for person_id in person_ids}

    def placements(self) -> dict[str, Placement]:
        return {}


def evolve_talent(record: TalentRecord, event: Event) -> TalentRecord:
    """The record after one event of its stream. Events whose seal is closed leave it as it is."""
    match event:
        case ev.SkpRated(result=result, conduct=conduct) if result is not None and conduct is not None:
            rating = ev.Rating(
                period_start=event.period_start, period_end=event.period_end, result=result, conduct=conduct
            )
            others = [r for r in record.ratings if r != record.rated(rating.period_start, rating.period_end)]
            rated = sorted(
                [*others, RatedPeriod(rating, event.assessor_id)],
                key=lambda r: (r.rating.period_end, r.rating.period_start),
            )
            return replace(record, ratings=tuple(rated))
        case ev.CompetencyTested(results=results) if results is not None:
            tests = [test for test in record.tests if test.tested_on != results.tested_on]
            return replace(record, tests=tuple(sorted([*tests, results], key=lambda test: test.tested_on)))
        case ev.TalentComponentRecorded(score=score) if score is not None:
            kept = [c for c in record.components if c.component != event.component]
            new = ev.ComponentScore(component=event.component, score=score, valid_until=event.valid_until)
            return replace(record, components=tuple(sorted([*kept, new], key=lambda c: c.component)))
        case entry.TalentResultEntered(waits=True, result=result) if result is not None:
            waits = PendingResult(event.entry_id, event.entered_by, event.what, result, event.reason)
            return replace(record, pending=(*record.pending, waits))
        case entry.TalentResultDecided():
            left = tuple(each for each in record.pending if each.entry_id != event.entry_id)
            return replace(record, pending=left)
        case entry.TalentResultWithdrawn():
            return _without(record, event)
        case ev.TalentPlaced():
            return replace(record, placement=placement_in(event), inputs=event.inputs)
    return record


def _without(record: TalentRecord, event: entry.TalentResultWithdrawn) -> TalentRecord:
    period = (event.period_start, event.period_end)
    return replace(
        record,
        components=tuple(c for c in record.components if c.component != event.component),
        tests=tuple(test for test in record.tests if test.tested_on != event.tested_on),
        ratings=tuple(r for r in record.ratings if (r.rating.period_start, r.rating.period_end) != period),
    )


def placement_in(event: ev.TalentPlaced) -> Placement:
    """The placement that an event records."""
    return Placement(
        event.person_id,
        event.as_of,
        event.box,
        event.performance,
        event.potential,
        event.gaps or (),
        event.vetoes or (),
        event.lapses_on,
        event.formula_version,
        event.policy_id,
        event.policy_hash,
        event.placement_hash,
    )


def inputs_for(
    record: TalentRecord, *, education: str | None, employment_status: str, as_of: date, salt: str
) -> ev.TalentInputs:
    """The raw inputs that a placement on `as_of` rests on: the ratings of the newest closed year (the
    longest first, then those that do not overlap it), the newest test, all recorded components.
    """
    closed = [r.rating for r in record.ratings if r.rating.period_end.year < as_of.year]
    newest = max((rating.period_end.year for rating in closed), default=0)
    chosen: list[ev.Rating] = []
    of_year = [rating for rating in closed if rating.period_end.year == newest]
    for rating in sorted(of_year, key=lambda r: r.period_start.toordinal() - r.period_end.toordinal()):
        if all(rating.period_end < c.period_start or c.period_end < rating.period_start for c in chosen):
            chosen.append(rating)
    tests = [test for test in record.tests if test.tested_on <= as_of]
    return ev.TalentInputs(
        as_of=as_of,
        ratings=tuple(sorted(chosen, key=lambda rating: rating.period_start)),
        test=tests[-1] if tests else None,
        components=record.components,
        education=education,
        employment_status=employment_status,
        salt=salt,
    )
