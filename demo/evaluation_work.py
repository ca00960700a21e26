"""A small cycle of evaluations for the demo: one unit, whose people stand at different steps of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from demo.logins import roles_of
from demo.play import Play, a_person, new_id
from domain.evaluation_commands import OpenEvaluationCycle, OpenEvaluations, RateOrganisation
from domain.evaluation_cycle import evaluation_id
from domain.evaluation_dates import period_around
from domain.identity import SYSTEM
from domain.performance import Achievement, Predicate
from domain.personnel_action import ActionState
from projections import evaluation_cycles
from projections.action_state import states_of

AT_ONCE = 200
FEWEST, MOST = 8, 80


@dataclass(frozen=True)
class Standing:
    """How far an evaluation has come, and the answers of its steps that are not those of the example."""

    step: str
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)


LOW = {
    "rating": {"result": "BELOW", "conduct": "BELOW", "evidence": "Sasaran semester tidak tercapai"},
    "evaluation_record": {"predicate": Predicate.SANGAT_KURANG.value},
}
OBJECTS = {"result_response": {"response": "object", "reasons": "Bukti kinerja triwulan tidak dibaca"}}
# In the order of the unit's posts: its leader, the secretary, the personnel officer, and the others.
STANDINGS = (
    Standing("rating"),
    Standing("calibration"),
    Standing("result_response"),
    Standing("completed", LOW),
    Standing("rating"),
    Standing("objection_decision", OBJECTS),
    Standing("completed"),
    Standing("plan_agreement"),
)


def play_cycle(play: Play) -> None:
    """A half-year's cycle of one unit, opened by an analyst, with the unit's own achievement. There is one at
    most: a demo that goes on where it was cut off leaves an earlier one as it is.
    """
    with play.installation.reader.engine.connect() as connection:
        if evaluation_cycles.page(connection, 1, None):
            return
    send, unit = play.installation.ledger.execute, _unit(play)
    first, last = _period(play)
    cycle = OpenEvaluationCycle(
        command_id=new_id(),
        actor=a_person(play.holder("personnel_analyst")),
        cycle_id=new_id(),
        period_start=first,
        period_end=last,
        unit_ids=(unit,),
    )
    send(cycle)
    send(OpenEvaluations(command_id=new_id(), actor=SYSTEM, cycle_id=cycle.cycle_id, limit=AT_ONCE))
    send(
        RateOrganisation(
            command_id=new_id(),
            actor=a_person(play.holder("regional_secretary")),
            cycle_id=cycle.cycle_id,
            unit_id=unit,
            achievement=Achievement.BAIK,
            document_number=f"700/{last.year}-Kinerja",
        )
    )
    # Those who have no standing here have still to propose their plan.
    for standing, state in zip(STANDINGS, _evaluations(play, cycle.cycle_id, unit), strict=False):
        play.walk(state, until=standing.step, answers=standing.answers)


def _period(play: Play) -> tuple[date, date]:
    """The newest half-year of which ratings may be given today."""
    rules = play.view.policy_in_force(play.today).evaluation
    first, last = period_around(rules.opening, play.today)
    if play.today < last - timedelta(days=rules.period.rating_opens_days_before_end):
        return period_around(rules.opening, first - timedelta(days=1))
    return first, last


def _unit(play: Play) -> str:
    """A unit of a size to look at whose leader holds few other offices, or else the largest; not that of who
    sets its achievement.
    """
    agency = play.agency
    own = agency.apparatus_of(_unit_of(play, play.holder("regional_secretary")))
    size = Counter(agency.apparatus_of(agency.unit_of(each.position_id)) for each in agency.people.values())
    best: list[tuple[bool, int, str, str]] = []
    for unit in agency.apparatuses():
        head = agency.posts.get(agency.head_of(unit) or "")
        if head is None or head.incumbent_id is None or unit == own or agency.units[unit].parent_id is None:
            continue
        fits = FEWEST <= size[unit] <= MOST
        worth = len(roles_of(play, head.incumbent_id)) if fits else -size[unit]
        best.append((not fits, worth, head.id, unit))
    return min(best)[-1]


def _unit_of(play: Play, person_id: str) -> str | None:
    return play.agency.unit_of(play.agency.people[person_id].position_id)


def _evaluations(play: Play, cycle_id: str, unit: str) -> list[ActionState]:
    """The cycle's evaluations, the unit's leader first and then by post."""
    agency = play.agency
    head = agency.head_of(unit)
    people = sorted(
        (person.position_id != head, person.position_id or "", person.id)
        for person in agency.people.values()
        if agency.apparatus_of(agency.unit_of(person.position_id)) == unit
    )
    ids = [evaluation_id(cycle_id, person) for _, _, person in people]
    with play.installation.reader.engine.connect() as connection:
        states = states_of(connection, ids)
    return [states[action] for action in ids if action in states]
