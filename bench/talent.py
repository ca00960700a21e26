"""Placing a whole agency in the nine boxes, beside the bare formula on the same inputs in memory."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta

from bench.places import agency, place
from bench.report import emit, median
from demo.play import Play, new_id
from domain.identity import SYSTEM
from domain.nine_box import assess_talent, placement_hash
from domain.performance import Judgement
from domain.talent_commands import CactRow, RecordCompetency, RecordSkp, SkpRow
from enrolment.talent_import import place_everybody
from installation import Installation
from ledger.facts import talent_for_reading

AT_ONCE = 500
ONE_BY_ONE = 50
RESULTS_LAPSE = timedelta(days=3 * 366)


def run(kind: str, *, quick: bool) -> None:
    """Figures `talent_…`: seconds for everybody, milliseconds for one person."""
    with place(kind) as where, agency(where, people=1000 if quick else 9000) as play:
        people = sorted(one.id for one in play.agency.people.values() if one.position_id)
        begun = time.perf_counter()
        _record(play, people)
        recorded = time.perf_counter() - begun
        floor = {"bare formula": _bare(play, people)}
        count = f"{len(people):,} people"
        emit("talent_record_and_place", kind, recorded, "s", floor=floor, better="lower", note=count)
        for name, clock in (
            ("talent_recompute_unchanged", _now),
            ("talent_recompute_all_lapsed", _later),
        ):
            # A process of its own: nothing is opened yet, as when an operator asks or a worker has begun.
            other = Installation(where.settings(), clock=clock)
            try:
                begun = time.perf_counter()
                _, moved = place_everybody(other)
                spent = time.perf_counter() - begun
            finally:
                other.close()
            told = f"{count}, {moved:,} moved"
            emit(name, kind, spent, "s", floor=floor, better="lower", note=told)
        singly = [_one(play, person) for person in people[:ONE_BY_ONE]]
        one = {"bare formula": floor["bare formula"] / len(people) * 1000}
        emit("talent_one_rating", kind, median(singly), "ms", floor=one, better="lower", repeats=ONE_BY_ONE)


def _now() -> datetime:
    return datetime.now(UTC)


def _later() -> datetime:
    return datetime.now(UTC) + RESULTS_LAPSE


def _record(play: Play, people: list[str]) -> None:
    for start in range(0, len(people), AT_ONCE):
        part = people[start : start + AT_ONCE]
        rated = tuple(_rating(person, Judgement(1 + index % 3)) for index, person in enumerate(part))
        play.installation.ledger.execute(RecordSkp(command_id=new_id(), actor=SYSTEM, rows=rated))
        tested = tuple(_test(person, 40 + index % 60) for index, person in enumerate(part))
        play.installation.ledger.execute(RecordCompetency(command_id=new_id(), actor=SYSTEM, rows=tested))


def _rating(person: str, judged: Judgement) -> SkpRow:
    first, last = date(2025, 1, 1), date(2025, 12, 31)
    return SkpRow(person_id=person, period_start=first, period_end=last, result=judged, conduct=judged)


def _test(person: str, points: int) -> CactRow:
    parts = ("potential", "managerial_sociocultural", "digital_literacy", "emerging_skill")
    return CactRow(person_id=person, tested_on=date(2026, 3, 2), **dict.fromkeys(parts, points))


def _bare(play: Play, people: list[str]) -> float:
    """Seconds for the formula and its hash alone, inputs in memory."""
    reader = play.installation.reader
    with reader.engine.connect() as connection:
        records = talent_for_reading(reader, connection).of(people)
        policy = reader.directory.current(connection).policy_in_force(play.today)
    inputs = {person: record.inputs for person, record in records.items() if record.inputs is not None}
    begun = time.perf_counter()
    for person, given in inputs.items():
        found = assess_talent(given, policy.talent)
        placement_hash(person, given, found, policy.talent.formula_version, policy.hash)
    return time.perf_counter() - begun


def _one(play: Play, person: str) -> float:
    """Milliseconds for one person's new rating with the placement that follows from it."""
    begun = time.perf_counter()
    row = _rating(person, Judgement.ABOVE)
    command = RecordSkp(command_id=new_id(), actor=SYSTEM, rows=(row,))
    play.installation.ledger.execute(command)
    return (time.perf_counter() - begun) * 1000
