"""Where people stand in the nine boxes, and what the unmapped lack. Holds personal data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from sqlalchemy import Column, Connection, Integer, Table, Text, select

from domain import talent_events as talent
from domain.erasure_events import PersonErased
from domain.result_entry_events import TalentResultWithdrawn
from ledger.projection import Batch, History, RowWriter
from ledger.record import StoredEvent
from ledger.schema import metadata
from projections.employees import employees

talent_places = Table(
    "talent_places",
    metadata,
    Column("person_id", Text, primary_key=True),
    # The end of the newest rated period, and until when the newest test counts.
    Column("rated_until", Text),
    Column("tested_on", Text),
    Column("test_valid_until", Text),
    # The newest placement; `box` is null for the unmapped.
    Column("as_of", Text),
    Column("box", Integer),
    Column("performance", Integer),
    Column("potential", Integer),
    Column("vetoes", Text),
    Column("lapses_on", Text),
    Column("formula_version", Text),
    Column("placement_hash", Text),
)

RATED = """INSERT INTO talent_places (person_id, rated_until) VALUES (?, ?)
ON CONFLICT (person_id) DO UPDATE SET rated_until = excluded.rated_until
WHERE talent_places.rated_until IS NULL OR talent_places.rated_until < excluded.rated_until"""
TESTED = """INSERT INTO talent_places (person_id, tested_on, test_valid_until) VALUES (?, ?, ?)
ON CONFLICT (person_id) DO UPDATE
SET tested_on = excluded.tested_on, test_valid_until = excluded.test_valid_until
WHERE talent_places.tested_on IS NULL OR talent_places.tested_on <= excluded.tested_on"""
LEFT = "UPDATE talent_places SET rated_until = ?, tested_on = ?, test_valid_until = ? WHERE person_id = ?"
COMPONENT = "INSERT INTO talent_places (person_id) VALUES (?) ON CONFLICT (person_id) DO NOTHING"
PLACED_COLUMNS = tuple(column.name for column in talent_places.columns)[4:]
PLACED = (
    f"INSERT INTO talent_places (person_id, {', '.join(PLACED_COLUMNS)}) "
    f"VALUES ({', '.join('?' * (1 + len(PLACED_COLUMNS)))}) ON CONFLICT (person_id) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in PLACED_COLUMNS)
)
ERASED = (
    "UPDATE talent_places SET box = NULL, performance = NULL, potential = NULL, vetoes = NULL, "
    "lapses_on = NULL WHERE person_id = ?"
)


class TalentPlaces:
    name = "talent_places"
    table = talent_places

    def apply(self, writer: RowWriter, batch: Batch) -> None:
        found = _Newest(batch.events)
        if found.left:
            writer.execute_many(LEFT, [(*left, person) for person, left in found.left.items()])
        for statement, rows in (
            (RATED, found.rated),
            (TESTED, found.tested),
            (COMPONENT, found.others),
            (PLACED, found.placed),
        ):
            if rows:
                writer.execute_many(statement, list(rows.values()))
        for stored in batch.events:
            if isinstance(stored.event, PersonErased):
                writer.execute(ERASED, (stored.event.person_id,))

    def rows(self, history: History) -> Iterator[tuple[Any, ...]]:
        kinds = (
            talent.SkpRated,
            talent.CompetencyTested,
            talent.TalentComponentRecorded,
            talent.TalentPlaced,
            TalentResultWithdrawn,
        )
        found = _Newest(history.events.of(*kinds))
        nothing = (None,) * len(PLACED_COLUMNS)
        for person_id in found.people:
            left = found.left.get(person_id, (None, None, None))
            rated = max((person_id, left[0] or ""), found.rated.get(person_id, (person_id, "")))
            tested = (person_id, *left[1:])
            if person_id in found.tested and (left[1] or "") <= found.tested[person_id][1]:
                tested = found.tested[person_id]
            placed = found.placed.get(person_id, (person_id, *nothing))
            yield (person_id, rated[1] or None, *tested[1:], *placed[1:])


class _Newest:
    """Of each person the newest rated period, test and placement among events in order. `left` is what
    a withdrawal left of the first two; what came before it counts no more.
    """

    def __init__(self, events: Iterable[StoredEvent]) -> None:
        self.rated: dict[str, tuple[Any, ...]] = {}
        self.tested: dict[str, tuple[Any, ...]] = {}
        self.left: dict[str, tuple[str | None, str | None, str | None]] = {}
        self.others: dict[str, tuple[Any, ...]] = {}
        self.placed: dict[str, tuple[Any, ...]] = {}
        for stored in events:
            self._see(stored.event)

    @property
    def people(self) -> set[str]:
        return self.rated.keys() | self.tested.keys() | self.others.keys() | self.placed.keys()

    def _see(self, event: object) -> None:
        match event:
            case talent.SkpRated(person_id=person):
                until = event.period_end.isoformat()
                self.rated[person] = max((person, until), self.rated.get(person, (person, "")))
            case talent.CompetencyTested(person_id=person):
                row = (person, event.tested_on.isoformat(), event.valid_until.isoformat())
                if person not in self.tested or self.tested[person][1] <= row[1]:
                    self.tested[person] = row
            case TalentResultWithdrawn(person_id=person):
                self.rated.pop(person, None)
                self.tested.pop(person, None)
                days = (event.rated_until, event.newest_test, event.test_valid_until)
                first, second, third = (day.isoformat() if day else None for day in days)
                self.left[person] = (first, second, third)
            case talent.TalentComponentRecorded(person_id=person):
                self.others[person] = (person,)
            case talent.TalentPlaced(person_id=person):
                self.placed[person] = (
                    person,
                    event.as_of.isoformat(),
                    event.box,
                    event.performance,
                    event.potential,
                    " ".join(event.vetoes) if event.vetoes is not None else None,
                    event.lapses_on.isoformat() if event.lapses_on else None,
                    event.formula_version,
                    event.placement_hash,
                )


def of_units(connection: Connection, units: Iterable[str] | None) -> list[dict[str, Any]]:
    """Everybody who holds a post in `units` (None: anywhere), by person id, with their place: columns
    of `talent_places` (None where nothing was recorded), unit_id and position_id.
    """
    columns = [column for column in talent_places.columns if column.name != "person_id"]
    statement = (
        select(employees.c.person_id, employees.c.unit_id, employees.c.position_id, *columns)
        .select_from(employees.outerjoin(talent_places, employees.c.person_id == talent_places.c.person_id))
        .where(employees.c.unit_id.is_not(None))
        .order_by(employees.c.person_id)
    )
    if units is not None:
        statement = statement.where(employees.c.unit_id.in_(sorted(units)))
    return [dict(row) for row in connection.execute(statement).mappings()]


def to_be_placed(
    connection: Connection, day: date, formula_version: str, after: str, limit: int
) -> list[str]:
    """People whose placement does not hold on `day`, by id from `after` on: a result that counted has
    lapsed, the formula is another, or with the new year a rating has begun to count.
    """
    place = talent_places.c
    new_year, last_year = f"{day.year}-01-01", f"{day.year - 1}-01-01"
    lapsed = place.box.is_not(None) & (place.lapses_on <= day.isoformat())
    other_formula = place.as_of.is_not(None) & (place.formula_version != formula_version)
    begun = (place.rated_until >= last_year) & (place.rated_until < new_year) & place.tested_on.is_not(None)
    unseen = place.as_of.is_(None) | (place.as_of < new_year)
    statement = (
        select(place.person_id)
        .where(place.person_id > after, lapsed | other_formula | (begun & unseen))
        .order_by(place.person_id)
        .limit(limit)
    )
    return list(connection.execute(statement).scalars())
