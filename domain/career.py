"""What a person's record says of their years in a kind of post and of their yearly ratings."""

from __future__ import annotations

from datetime import date

from domain.agency import Agency, Person
from domain.fact_sheet import PerformanceYear
from domain.performance import Predicate, predicate_of
from domain.talent_record import TalentRecord


def kind_since(person: Person, agency: Agency, kinds: tuple[str, ...]) -> date | None:
    """Since when the person has held posts of these kinds without interruption, as the ledger knows."""
    since: date | None = None
    held = [*person.earlier]
    position_id, begun = person.position_id, person.position_since
    while True:
        post = agency.posts.get(position_id or "")
        if post is None or post.kind not in kinds or begun is None:
            return since
        since = begun
        if not held:
            return since
        before = held.pop()
        position_id, begun = before.position_id, before.since


def yearly_ratings(record: TalentRecord) -> tuple[PerformanceYear, ...]:
    """The lowest *predikat* of each year's ratings, oldest year first."""
    order = list(Predicate)
    worst: dict[int, Predicate] = {}
    for rated in record.ratings:
        year = rated.rating.period_end.year
        predicate = predicate_of(rated.rating.result, rated.rating.conduct)
        worst[year] = max(worst.get(year, predicate), predicate, key=order.index)
    return tuple(PerformanceYear(year=year, predicate=worst[year].value) for year in sorted(worst))
