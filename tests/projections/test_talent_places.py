"""Where people stand, written with each commit and rebuilt the same; on both databases."""

from __future__ import annotations

from datetime import date
from typing import Any

from domain.commands import EmployeeRow, RegisterEmployees
from domain.identity import SYSTEM
from domain.talent_commands import ComponentRow, RecordTalentComponents
from projections import employees, talent_places
from tests.ledger.test_talent import cact, rate
from tests.projections.test_small_registers import assert_rebuilt_the_same
from tests.world import World, new_id


def places(world: World) -> dict[str, dict[str, Any]]:
    with world.installation.reader.engine.connect() as connection:
        return {row["person_id"]: row for row in talent_places.of_units(connection, None)}


def test_results_and_placements_are_shown_as_they_come(world: World) -> None:
    one, two, three, four, *_ = world.movable()
    rate(world.installation, [one, two])
    cact(world.installation, [one, three], points=85)
    row = ComponentRow(person_id=four, component="awards", score=9000, valid_until=date(2027, 1, 1))
    world.installation.ledger.execute(RecordTalentComponents(command_id=new_id(), actor=SYSTEM, rows=(row,)))
    found = places(world)
    assert (found[one]["box"], found[one]["performance"]) == (8, 7500)
    assert (found[two]["box"], found[two]["rated_until"]) == (None, "2025-12-31")
    assert (found[three]["box"], found[three]["test_valid_until"]) == (None, "2029-03-01")
    assert found[four]["rated_until"] is None
    assert_rebuilt_the_same(world, talent_places.TalentPlaces())


def test_a_veto_by_the_register_is_shown_at_once(world: World) -> None:
    person = world.movable()[0]
    rate(world.installation, [person])
    cact(world.installation, [person])
    with world.installation.reader.engine.connect() as connection:
        known = employees.by_id(connection, person)
    assert known is not None
    values = {name: known[name] for name in EmployeeRow.model_fields} | {"employment_status": "15"}
    row = EmployeeRow.model_validate(values)
    world.installation.ledger.execute(RegisterEmployees(command_id=new_id(), actor=SYSTEM, rows=(row,)))
    assert places(world)[person]["vetoes"] == "discipline"
    assert_rebuilt_the_same(world, talent_places.TalentPlaces())


def test_only_the_people_of_the_units_asked_for(world: World) -> None:
    person = world.agency.people[world.movable()[0]]
    unit = world.agency.unit_of(person.position_id)
    assert unit is not None
    with world.installation.reader.engine.connect() as connection:
        found = talent_places.of_units(connection, [unit])
    assert person.id in {row["person_id"] for row in found}
    assert {row["unit_id"] for row in found} == {unit}
