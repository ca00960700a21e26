"""Invented ratings and test results for a part of the synthetic agency, so that its nine boxes fill."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from random import Random

from demo.play import Play, new_id
from domain.agency import Person
from domain.identity import SYSTEM
from domain.performance import Judgement
from domain.talent_commands import CactRow, RecordCompetency, RecordSkp, SkpRow

SEED = 3673
RATED_SHARE = 0.4
TESTED_SHARE = 0.32  # of the rated: about an eighth of all, as the city had profiled at the end of 2025
OLDEST_TEST_DAYS = 900
AT_ONCE = 400

# (results, conduct) with how often they are given in a hundred.
JUDGED = {
    (2, 2): 36, (1, 2): 18, (2, 1): 18, (1, 1): 9, (2, 3): 6, (3, 2): 6, (1, 3): 3, (3, 1): 3, (3, 3): 1,
}  # fmt: skip


def record_results(play: Play, *, besides: Collection[str] = ()) -> None:
    """Rate and test a part of the people but those `besides`, in commits of a few hundred. The same agency
    gets the same results, so that doing it again changes nothing.
    """
    random = Random(SEED)  # noqa: S311 (the same agency must get the same results)
    ratings: list[SkpRow] = []
    tests: list[CactRow] = []
    people = [person for person in play.agency.people.values() if person.position_id]
    for person in sorted(people, key=lambda each: each.position_id or ""):
        if random.random() >= RATED_SHARE or _is_elected(play, person):
            continue
        rating, is_tested = _rating(play, person, random), random.random() < TESTED_SHARE
        if person.id in besides:
            continue
        ratings.append(rating)
        if is_tested:
            tests.append(_test(person, play.today, random))
    ledger = play.installation.ledger
    for start in range(0, len(ratings), AT_ONCE):
        rated = tuple(ratings[start : start + AT_ONCE])
        ledger.execute(RecordSkp(command_id=new_id(), actor=SYSTEM, rows=rated))
    for start in range(0, len(tests), AT_ONCE):
        tested = tuple(tests[start : start + AT_ONCE])
        ledger.execute(RecordCompetency(command_id=new_id(), actor=SYSTEM, rows=tested))


def _rating(play: Play, person: Person, random: Random) -> SkpRow:
    result, conduct = random.choices(list(JUDGED), weights=list(JUDGED.values()))[0]
    above = play.agency.superior_of(person.position_id or "")
    assessor = play.agency.posts[above].incumbent_id if above else None
    year = play.today.year - 1
    return SkpRow(
        person_id=person.id,
        period_start=date(year, 1, 1),
        period_end=date(year, 12, 31),
        result=Judgement(result),
        conduct=Judgement(conduct),
        assessor_id=assessor,
    )


def _test(person: Person, today: date, random: Random) -> CactRow:
    # One ability underlies all four results, which scatter about it.
    ability = random.gauss(72, 9)
    potential, managerial, digital, emerging = (
        max(35, min(98, round(random.gauss(ability, 6)))) for _ in range(4)
    )
    return CactRow(
        person_id=person.id,
        tested_on=today - timedelta(days=random.randrange(OLDEST_TEST_DAYS)),
        potential=potential,
        managerial_sociocultural=managerial,
        digital_literacy=digital,
        emerging_skill=emerging,
    )


def _is_elected(play: Play, person: Person) -> bool:
    return play.agency.posts[person.position_id or ""].kind == "PPK"
