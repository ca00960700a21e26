"""What happens in the profiling campaign."""

from __future__ import annotations

from datetime import date

from domain.event import Event


class ProfilingReminded(Event):
    """The office of a unit was reminded of those who are in no box yet: `people` of the unit (elected
    officials left out), `mapped` of them on `as_of`, to be all by `target_date`.
    """

    unit_id: str
    office: str
    as_of: date
    target_date: date
    people: int
    mapped: int
