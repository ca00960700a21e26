"""Vacancies for the demo: prepared candidates, a frozen list, and a promotion that waits for its choice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from demo.play import Play, new_id
from domain.employment import UnknownEducation, parse_education
from domain.identity import SYSTEM
from domain.performance import Judgement
from domain.talent_commands import CactRow, RecordCompetency, RecordSkp, SkpRow
from ledger.facts import vacancies_for_reading

# Judgement of results and of conduct, and points of the test: boxes 9, 9, 8, 7, 6 and 6 with a degree.
BOXES = (((1, 1), 95), ((1, 1), 90), ((2, 2), 90), ((1, 1), 65), ((3, 1), 95), ((3, 1), 90))
# Filled by promotion, those for which most people come first.
KINDS = ("PENGAWAS", "ADMINISTRATOR")
CHOICE = "promotion_choice"


def feeders(play: Play, kind: str) -> list[str]:
    """Active civil servants with education and years enough for a post of that kind: those who hold no office
    first, then by post.
    """
    agency, today = play.agency, play.today
    requirement = play.view.policy_in_force(today).promotion.requirements[kind]
    least, oldest = parse_education(requirement.education).level, today.year - requirement.years_in_kind - 1
    found = []
    for person in agency.people.values():
        post = agency.posts.get(person.position_id or "")
        since = person.position_since
        if post is None or since is None or post.kind not in requirement.from_kinds or since.year > oldest:
            continue
        if (person.employment_kind, person.employment_status) != ("PNS", "01"):
            continue
        try:
            enough = parse_education(person.education or "").level >= least
        except UnknownEducation:
            continue
        if enough:
            found.append(person.id)
    offices = play.offices
    return sorted(
        found, key=lambda who: (bool(offices.keys_of(who, today)), agency.people[who].position_id or "")
    )


@dataclass(frozen=True)
class Prospect:
    """Two vacant posts of one kind, and people whom the demo gives results that lead into the pool."""

    posts: tuple[str, ...]
    people: tuple[str, ...]


def prospect(play: Play) -> Prospect:
    """Nobody and nothing where no two such posts are vacant with enough people for their lists."""
    fewest = play.view.policy_in_force(play.today).promotion.pool.fewest
    for kind in KINDS:
        posts, people = play.vacancies(kind)[:2], feeders(play, kind)[: len(BOXES)]
        if len(posts) == 2 and len(people) >= fewest:
            return Prospect(tuple(posts), tuple(people))
    return Prospect((), ())


def profile(play: Play, people: Sequence[str]) -> None:
    """Two years' ratings and a test for each, so that they stand in the boxes of BOXES."""
    year, rated, tested = play.today.year, list[SkpRow](), list[CactRow]()
    for person, (judged, points) in zip(people, BOXES, strict=False):
        rated += [
            SkpRow(
                person_id=person,
                period_start=date(of, 1, 1),
                period_end=date(of, 12, 31),
                result=Judgement(judged[0]),
                conduct=Judgement(judged[1]),
            )
            for of in (year - 2, year - 1)
        ]
        tested.append(
            CactRow(
                person_id=person,
                tested_on=date(year - 1, 10, 1),
                potential=points,
                managerial_sociocultural=points,
                digital_literacy=points,
                emerging_skill=points,
            )
        )
    send = play.installation.ledger.execute
    if rated:
        send(RecordSkp(command_id=new_id(), actor=SYSTEM, rows=tuple(rated)))
        send(RecordCompetency(command_id=new_id(), actor=SYSTEM, rows=tuple(tested)))


def play_vacancies(play: Play, posts: Sequence[str]) -> None:
    """The last of the posts has come to the mayor's choice, of the others the lists are frozen. A demo that
    goes on where it was cut off leaves earlier lists as they are.
    """
    with play.installation.reader.engine.connect() as connection:
        if vacancies_for_reading(play.installation.reader, connection).newest(1, None):
            return
    lists = [play.open_vacancy(post) for post in posts]
    for vacancy in lists[-1:]:
        play.walk(play.promote(vacancy).state, until=CHOICE)
