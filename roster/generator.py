"""A synthetic agency for trying Jenjang out: units, posts and people as a city has them, all invented."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from random import Random

from roster.employees import EmployeeRow
from roster.generate_people import Population
from roster.generate_positions import generate_posts, positions_of
from roster.generate_units import generate_offices, units_of
from roster.positions import PositionRow
from roster.units import UnitRow

DEFAULT_PEOPLE = 9_000
DEFAULT_SEED = 3673
DEFAULT_AS_OF = date(2026, 11, 24)


@dataclass(frozen=True, slots=True)
class Agency:
    """Rows as the readers give them: units parents first, positions by code, holders by position."""

    units: tuple[UnitRow, ...]
    positions: tuple[PositionRow, ...]
    employees: tuple[EmployeeRow, ...]
    as_of: date

    def vacant_positions(self) -> tuple[PositionRow, ...]:
        """Positions that nobody holds."""
        held = {employee.position_id for employee in self.employees}
        return tuple(position for position in self.positions if position.position_id not in held)


def generate_agency(
    people: int = DEFAULT_PEOPLE, seed: int = DEFAULT_SEED, as_of: date = DEFAULT_AS_OF
) -> Agency:
    """An agency with `people` employees as it stands on `as_of`; equal arguments, equal agency.

    Every officer whom a route asks is there however small the agency; at least 64 posts are
    vacant. Raises ValueError when `people` is fewer than the officers (about 115).
    """
    random = Random(seed)  # noqa: S311 (the same seed must give the same agency)
    offices = generate_offices(people)
    posts, vacant = generate_posts(offices, people, random)
    positions = positions_of(posts)
    population = Population(random, as_of)
    employees = tuple(
        population.holder(post, position)
        for place, (post, position) in enumerate(zip(posts, positions, strict=True))
        if place not in vacant
    )
    return Agency(units_of(offices), positions, employees, as_of)
