"""People of a synthetic agency with talent records, so that a vacancy finds candidates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from domain.identity import SYSTEM
from domain.performance import Judgement
from domain.talent_commands import CactRow, RecordCompetency, RecordSkp, SkpRow
from tests.world import World, new_id

# Judgement of results and conduct, and test points: boxes 9, 9, 8, 7, 6, 6 for a person with a degree.
BOXES = (((1, 1), 95), ((1, 1), 90), ((2, 2), 90), ((1, 1), 65), ((3, 1), 95), ((3, 1), 90))


def feeders(world: World, number: int, kind: str = "PENGAWAS") -> list[str]:
    """Active civil servants with a degree and years enough for a post of that kind, without office."""
    agency, today = world.agency, world.today
    requirement = world.view.policy_in_force(today).promotion.requirements[kind]
    found = []
    for person in sorted(agency.people.values(), key=lambda one: one.position_id or ""):
        post = agency.posts.get(person.position_id or "")
        since = person.position_since
        if post is None or since is None or post.kind not in requirement.from_kinds:
            continue
        long_enough = since <= date(today.year - requirement.years_in_kind - 1, 12, 31)
        if (person.employment_kind, person.employment_status) != ("PNS", "01") or not long_enough:
            continue
        if (person.education or "") in ("S-1", "S-2", "D-IV") and not world.offices.keys_of(person.id, today):
            found.append(person.id)
    assert len(found) >= number, f"only {len(found)} feeders"
    return found[:number]


def profile(
    world: World, people: Sequence[str], judged: Sequence[tuple[tuple[int, int], int]] = BOXES
) -> None:
    """Two years' ratings and a test for each, so that they stand in the boxes of `judged`."""
    ledger = world.installation.ledger
    rated = [
        SkpRow(
            person_id=person,
            period_start=date(year, 1, 1),
            period_end=date(year, 12, 31),
            result=Judgement(of_results),
            conduct=Judgement(of_conduct),
        )
        for person, ((of_results, of_conduct), _) in zip(people, judged, strict=False)
        for year in (2024, 2025)
    ]
    tested = [
        CactRow(
            person_id=person,
            tested_on=date(2026, 3, 2),
            potential=points,
            managerial_sociocultural=points,
            digital_literacy=points,
            emerging_skill=points,
        )
        for person, (_, points) in zip(people, judged, strict=False)
    ]
    ledger.execute(RecordSkp(command_id=new_id(), actor=SYSTEM, rows=tuple(rated)))
    ledger.execute(RecordCompetency(command_id=new_id(), actor=SYSTEM, rows=tuple(tested)))


def a_pool(world: World) -> list[str]:
    """Six profiled people for a vacant post of PENGAWAS: four of the pool in order, two of box 6."""
    people = feeders(world, len(BOXES))
    profile(world, people)
    return people
