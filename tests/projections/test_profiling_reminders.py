"""Reminders of the campaign as they are recorded and read by other processes; on both databases."""

from __future__ import annotations

from typing import Any

from domain.identity import SYSTEM
from domain.profiling_commands import RemindProfiling
from installation import Installation
from ledger.read import size
from operations.verification import verify_installation
from projections import profiling_reminders
from tests.ledger.test_talent import another_process, cact, rate
from tests.projections.test_small_registers import assert_rebuilt_the_same
from tests.world import World, new_id


def remind(installation: Installation) -> int:
    """How many reminders it made."""
    with installation.reader.engine.connect() as connection:
        before = size(connection)
        installation.ledger.execute(RemindProfiling(command_id=new_id(), actor=SYSTEM))
    with installation.reader.engine.connect() as connection:
        return size(connection) - before


def reminders(world: World) -> dict[str, dict[str, Any]]:
    with world.installation.reader.engine.connect() as connection:
        return profiling_reminders.of_units(connection)


def test_each_unit_that_is_not_done_has_one_reminder_with_its_numbers(world: World) -> None:
    person = world.movable()[0]
    rate(world.installation, [person])
    cact(world.installation, [person])
    made = remind(world.installation)
    found = reminders(world)
    assert made == len(found) > 5
    agency = world.agency
    unit = agency.apparatus_of(agency.unit_of(agency.people[person].position_id))
    assert {unit_id: row["mapped"] for unit_id, row in found.items() if row["mapped"]} == {unit: 1}
    assert {row["times"] for row in found.values()} == {1}
    with world.installation.reader.engine.connect() as connection:
        (mine,) = profiling_reminders.of_offices(connection, [f"unit_personnel_officer@{unit}"])
    assert mine["unit_id"] == unit
    assert_rebuilt_the_same(world, profiling_reminders.ProfilingReminders())


def test_another_process_knows_who_was_reminded(world: World) -> None:
    assert remind(world.installation) > 0
    with another_process(world.installation) as other:
        assert remind(other) == 0
    assert remind(world.installation) == 0


def test_a_history_with_reminders_is_lawful(world: World) -> None:
    people = world.movable()[:3]
    rate(world.installation, people)
    cact(world.installation, people)
    remind(world.installation)
    found = verify_installation(world.installation.settings)
    assert found.ok, found.as_text()
