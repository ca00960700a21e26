"""Talent records in a real ledger: sealed, folded when asked for, the same in every process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from sqlalchemy import select

from domain.identity import SYSTEM
from domain.performance import Judgement
from domain.talent_commands import CactRow, RecordCompetency, RecordSkp, SkpRow
from domain.talent_record import Placement, TalentRecord
from installation import Installation
from ledger.facts import talent_for_reading
from ledger.read import size
from ledger.record import stored_event
from ledger.schema import events
from ledger.talent import TALENT, KeptTalent
from tests.world import World, new_id


def rate(installation: Installation, people: list[str], judged: int = 2) -> None:
    rows = tuple(
        SkpRow(
            person_id=person_id,
            period_start=date(2025, 1, 1),
            period_end=date(2025, 12, 31),
            result=Judgement(judged),
            conduct=Judgement(judged),
        )
        for person_id in people
    )
    installation.ledger.execute(RecordSkp(command_id=new_id(), actor=SYSTEM, rows=rows))


def cact(installation: Installation, people: list[str], points: int = 85) -> None:
    rows = tuple(
        CactRow(
            person_id=person_id,
            tested_on=date(2026, 3, 2),
            potential=points,
            managerial_sociocultural=points,
            digital_literacy=points,
            emerging_skill=points,
        )
        for person_id in people
    )
    installation.ledger.execute(RecordCompetency(command_id=new_id(), actor=SYSTEM, rows=rows))


def placements(installation: Installation) -> dict[str, Placement]:
    with installation.reader.engine.connect() as connection:
        return talent_for_reading(installation.reader, connection).placements()


def record_of(installation: Installation, person_id: str) -> TalentRecord:
    with installation.reader.engine.connect() as connection:
        return talent_for_reading(installation.reader, connection).of([person_id])[person_id]


@contextmanager
def another_process(installation: Installation) -> Iterator[Installation]:
    other = Installation(installation.settings)
    try:
        yield other
    finally:
        other.close()


def test_placements_of_everybody_are_read_from_the_ledger(world: World) -> None:
    people = sorted(world.ids.values())[:50]
    rate(world.installation, people)
    cact(world.installation, people[:20])
    found = placements(world.installation)
    assert sorted(found) == people[:20]
    assert all(placement.hash for placement in found.values())
    record = record_of(world.installation, people[0])
    assert record.placement == found[people[0]]
    assert len(record.ratings) == len(record.tests) == 1
    assert record_of(world.installation, people[-1]).placement is None


def test_two_processes_place_the_same_person_on_the_same_results(world: World) -> None:
    (person, *_) = people = sorted(world.ids.values())[:3]
    rate(world.installation, people)
    with another_process(world.installation) as other:
        cact(other, people)
        rate(world.installation, people, judged=1)
        cact(other, people)  # known already, and seen from the other side
    record = record_of(world.installation, person)
    assert record.placement is not None
    assert record.placement.performance == 10_000
    assert record.inputs is not None
    assert record.inputs.ratings[0].result is Judgement.ABOVE


def test_what_another_process_appended_is_looked_up_again(world: World) -> None:
    """A writer's memory meets the other's placement with its seal closed, as when it catches up."""
    (person, *_) = people = sorted(world.ids.values())[:5]
    rate(world.installation, people)
    cact(world.installation, people)
    kept, reader = KeptTalent(), world.installation.reader
    with reader.engine.connect() as connection:
        assert len(talent_for_reading(reader, connection, kept).placements()) == len(people)
        seen = size(connection)
    rate(world.installation, [person], judged=3)
    with reader.engine.connect() as connection:
        fresh = select(events.c.position, events.c.record, events.c.leaf_hash).where(
            events.c.position >= seen
        )
        for position, record, leaf_hash in connection.execute(fresh):
            kept.apply(stored_event(position, bytes(record), bytes(leaf_hash)))
        found = talent_for_reading(reader, connection, kept).placements()
        assert found == placements(world.installation)
    assert found[person].performance == 0


def test_neither_score_nor_box_stands_readable_in_the_record(world: World) -> None:
    people = sorted(world.ids.values())[:2]
    rate(world.installation, people)
    cact(world.installation, people, points=87)
    with world.installation.reader.engine.connect() as connection:
        records = connection.execute(select(events.c.record).where(events.c.category == TALENT)).scalars()
        texts = [bytes(record) for record in records]
    assert len(texts) == 6
    for secret in (b'"box":', b'"result"', b'"potential"', b'"performance"', b'"vetoes"', b'"inputs"', b"87"):
        clear = [text for text in texts if secret in text.partition(b'"sealed"')[0]]
        assert secret == b"87" or clear == [], secret
    placed = [text for text in texts if b'"type":"TalentPlaced"' in text]
    assert all(b'"placement_hash"' in text and b'"formula_version"' in text for text in placed)
