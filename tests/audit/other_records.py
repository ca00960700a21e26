"""What the evidence ledger holds besides cases: results by hand, reminders, a cycle's unit, a rank list."""

from __future__ import annotations

from datetime import date

from domain.evaluation_commands import RateOrganisation
from domain.identity import SYSTEM
from domain.performance import Achievement
from domain.profiling_commands import RemindProfiling
from domain.rank_commands import FreezeRankList
from domain.result_entry_commands import DecideTalentResult, EnterTalentResult
from domain.talent_commands import ComponentRow
from tests.ranks import due_clerks, period_of
from tests.world import World, a_person, new_id


def results_by_hand(world: World) -> None:
    """Two awards entered: one confirmed by a second person, one waiting."""
    ledger = world.installation.ledger
    for confirmed, person in zip((True, False), world.movable()[-9:-7], strict=True):
        entered = EnterTalentResult(
            command_id=new_id(),
            actor=a_person(world.holder("personnel_analyst")),
            entry_id=new_id(),
            person_id=person,
            component=ComponentRow(
                person_id=person, component="awards", score=10_000, valid_until=date(2029, 12, 31)
            ),
        )
        ledger.execute(entered)
        if confirmed:
            decided = DecideTalentResult(
                command_id=new_id(),
                actor=a_person(world.holder("transfer_division_head")),
                entry_id=entered.entry_id,
                person_id=person,
                outcome="approve",
            )
            ledger.execute(decided)


def reminders(world: World) -> None:
    """Every unit that has somebody in no box is reminded."""
    world.installation.ledger.execute(RemindProfiling(command_id=new_id(), actor=SYSTEM))


def achievement(world: World, cycle_id: str, unit_id: str) -> None:
    """The achievement of an apparatus in a cycle."""
    world.installation.ledger.execute(
        RateOrganisation(
            command_id=new_id(),
            actor=a_person(world.holder("personnel_analyst")),
            cycle_id=cycle_id,
            unit_id=unit_id,
            achievement=Achievement.BAIK,
            document_number="000.8/12",
        )
    )


def rank_list(world: World) -> None:
    """The list of the open period, frozen with two people on it and one kept off."""
    due_clerks(world)
    world.installation.ledger.execute(
        FreezeRankList(
            command_id=new_id(),
            actor=a_person(world.holder("personnel_analyst")),
            list_id=new_id(),
            period=period_of(world),
        )
    )
