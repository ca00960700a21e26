"""The register: units, posts and people, offices granted, and what a roster may not do."""

from __future__ import annotations

import pytest

from domain import commands as cmd
from domain import events as ev
from domain.errors import NotPermitted, PositionHeld, PositionPromised, UnknownReference
from domain.identity import SYSTEM, Capacity
from tests.domain.town import MACHINE, Town, new_id, person


def register(town: Town, *rows: cmd.EmployeeRow, by: object = SYSTEM) -> list[ev.Event]:
    return town.send(cmd.RegisterEmployees(command_id=new_id(), actor=by, rows=rows))  # type: ignore[arg-type]


def test_a_post_gets_no_second_holder(town: Town) -> None:
    with pytest.raises(PositionHeld):
        register(town, town.row("newcomer", post="nurse-1"))
    with pytest.raises(PositionHeld):
        register(town, town.row("one", post="nurse-3"), town.row("other", post="nurse-3"))
    assert town.holder("nurse-1") == "nurse"


def test_two_people_may_change_places_in_one_roster(town: Town) -> None:
    register(town, town.row("nurse", post="nurse-2"), town.row("nurse_2", post="nurse-1"))
    assert (town.holder("nurse-1"), town.holder("nurse-2")) == ("nurse_2", "nurse")


def test_a_promised_post_stays_free_for_whom_it_was_promised(town: Town) -> None:
    town.submit("nurse", "school-nurse")
    with pytest.raises(PositionPromised):
        register(town, town.row("newcomer", post="school-nurse"))


def test_an_unknown_post_is_refused(town: Town) -> None:
    with pytest.raises(UnknownReference):
        register(town, town.row("newcomer", post="nowhere"))


def test_register_is_kept_by_operators(town: Town) -> None:
    for actor in (person("kepala_bkpsdm"), MACHINE):
        with pytest.raises(NotPermitted):
            register(town, town.row("newcomer"), by=actor)
    town.send(cmd.GrantOffice(command_id=new_id(), actor=SYSTEM, person_id="clerk", office="operator"))
    register(town, town.row("newcomer"), by=person("clerk"))
    town.send(cmd.WithdrawOffice(command_id=new_id(), actor=SYSTEM, person_id="clerk", office="operator"))
    with pytest.raises(NotPermitted):
        register(town, town.row("another"), by=person("clerk"))


def test_an_operators_office_is_not_delegated(town: Town) -> None:
    town.send(cmd.GrantOffice(command_id=new_id(), actor=SYSTEM, person_id="clerk", office="operator"))
    town.acting(Capacity.DELEGATE, "nurse", by="clerk")
    with pytest.raises(NotPermitted):
        register(town, town.row("newcomer"), by=person("nurse"))


def test_same_units_and_posts_again_change_nothing(town: Town) -> None:
    units = tuple(
        cmd.UnitRow(unit_id=u.id, name=u.name, parent_id=u.parent_id) for u in town.agency.units.values()
    )
    assert town.send(cmd.RegisterUnits(command_id=new_id(), actor=SYSTEM, rows=units)) == []
    renamed = units[0].model_copy(update={"name": "Kota Serang"})
    assert town.send(cmd.RegisterUnits(command_id=new_id(), actor=SYSTEM, rows=(renamed,))) == [
        ev.UnitRedefined(unit_id="kota", name="Kota Serang")
    ]


def test_redefined_post_keeps_its_holder_and_moves_its_office(town: Town) -> None:
    row = cmd.PositionRow(
        position_id="p-umpeg-dinkes",
        name="Kepala Subbagian Umum dan Kepegawaian",
        unit_id="dukcapil",
        kind="PENGAWAS",
    )
    (event,) = town.send(cmd.RegisterPositions(command_id=new_id(), actor=SYSTEM, rows=(row,)))
    assert isinstance(event, ev.PositionRedefined)
    assert town.holder("p-umpeg-dinkes") == "kasubag"
    assert town.offices.holders("unit_personnel_officer@dukcapil", town.today) == {"kasubag"}
    assert town.owners(town.submit()) == ["kepala_dinkes"]


def test_head_of_a_unit_is_its_highest_post_and_never_its_secretary(town: Town) -> None:
    post = cmd.PositionRow(
        position_id="p-sekretaris", name="Sekretaris Dinas Kesehatan", unit_id="dinkes", kind="JPT"
    )
    town.send(cmd.RegisterPositions(command_id=new_id(), actor=SYSTEM, rows=(post,)))
    assert town.agency.head_of("dinkes") == "p-dinkes"


def test_subunits_belong_to_their_apparatus(town: Town) -> None:
    unit = cmd.UnitRow(unit_id="puskesmas", name="Puskesmas Serang", parent_id="dinkes")
    town.send(cmd.RegisterUnits(command_id=new_id(), actor=SYSTEM, rows=(unit,)))
    assert town.agency.apparatus_of("puskesmas") == "dinkes"
    assert town.agency.apparatus_of("kota") == "kota"
    assert list(town.agency.lineage("puskesmas")) == ["puskesmas", "dinkes", "kota"]


def test_a_ring_of_units_ends(town: Town) -> None:
    units = (
        cmd.UnitRow(unit_id="a", name="A", parent_id="b"),
        cmd.UnitRow(unit_id="b", name="B", parent_id="a"),
    )
    town.send(cmd.RegisterUnits(command_id=new_id(), actor=SYSTEM, rows=units))
    assert list(town.agency.lineage("a")) == ["a", "b"]
