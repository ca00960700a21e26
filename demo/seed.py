"""Seeding an empty installation with the synthetic agency, its logins and its running cases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from demo.evaluation_work import play_cycle
from demo.logins import DemoLogin, create_logins
from demo.offices_work import enter_results, play_rank_list
from demo.play import Play, a_person, new_id, register
from demo.promotion_work import play_vacancies, profile, prospect
from demo.results import record_results
from domain.commands import GrantOffice
from domain.directory import OPERATOR
from domain.identity import SYSTEM
from domain.policy import Variant
from installation import Installation
from projections import register as register_of_actions
from roster.generator import generate_agency

# Where each seeded case stands when the city opens in the morning.
STANDING = (
    "unit_file_check",
    "unit_recommendation",
    "analyst_verification",
    "division_review",
    "agency_head_review",
    "committee_deliberation",
    "regional_secretary_review",
    "bkn_review",
    "appointing_decision",
    "decree",
    "completed",
    "unit_file_check",
    "analyst_verification",
)


SMALLEST = 130
# Stands in the data folder while the demo is being made, so that a start that was cut off is finished.
UNFINISHED = "demo-unfinished"


def needs_demo(installation: Installation, data: Path) -> bool:
    """Whether nobody has been registered yet, or the making of the demo was cut off."""
    if (data / UNFINISHED).exists():
        return True
    with installation.reader.engine.connect() as connection:
        return not installation.reader.directory.current(connection).agency.people


def seed_demo(
    installation: Installation, people: int, data: Path, say: Callable[[str], None]
) -> list[DemoLogin]:
    """Fill an empty installation, or go on where an earlier attempt was cut off; returns the logins.

    The caller removes `data`/UNFINISHED when the rest of its own demo is in place.
    """
    (data / UNFINISHED).touch(mode=0o600)
    today = _today(installation)
    play = Play(installation, {})
    if not play.agency.people:
        if people < SMALLEST:
            say("taking the smallest agency in which every office is held")
        synthetic = generate_agency(people=max(people, SMALLEST), as_of=today)
        say(f"registering {len(synthetic.employees):,} synthetic civil servants")
        play.ids = register(installation, synthetic)
    operator = play.offices.holders("personnel_analyst", today)
    installation.ledger.execute(
        GrantOffice(command_id=new_id(), actor=SYSTEM, person_id=max(operator), office=OPERATOR)
    )
    say("recording performance and competency results")
    promised = prospect(play)
    record_results(play, besides=promised.people)
    profile(play, promised.people)
    subjects = _subjects(play)
    if not subjects:
        say("starting cases")
        subjects = start_cases(play)
        say("making the month's list of rank promotions")
        play_rank_list(play)
        enter_results(play, [person for person in play.movable() if person not in subjects][-2:])
    say("opening vacancies and a cycle of evaluations")
    play_vacancies(play, promised.posts)
    play_cycle(play)
    say("making logins")
    return create_logins(play, data, free=[p for p in (*play.movable(), *_plain(play)) if p not in subjects])


def _plain(play: Play) -> list[str]:
    """Who holds no office, by post."""
    people = sorted(play.agency.people.values(), key=lambda person: person.position_id or "")
    offices, today = play.offices, play.today
    return [person.id for person in people if not offices.keys_of(person.id, today)]


def _subjects(play: Play) -> set[str]:
    """Whom the cases so far are about."""
    with play.installation.reader.engine.connect() as connection:
        return register_of_actions.subjects(connection)


def start_cases(play: Play) -> set[str]:
    """One case for each standing of STANDING, one with a date ahead, and one at own request; returns
    their subjects.
    """
    people, targets = play.movable(), play.vacancies()
    pairs = iter(zip(people, targets, strict=False))
    begun: set[str] = set()
    for standing, (subject, target) in zip(STANDING, pairs, strict=False):
        submitted = play.submit(subject, target)
        begun.add(subject)
        if submitted.state is not None and not submitted.state.ended:
            play.walk(submitted.state, until=standing)
    for subject, target in pairs:
        play.submit(subject, target, effective_date=play.today + timedelta(days=45))
        begun.add(subject)
        break
    for subject, target in pairs:
        own = {"variant": Variant.OWN_REQUEST, "actor": a_person(subject)}
        play.submit(subject, target, reason="mengikuti keluarga", **own)
        begun.add(subject)
        break
    return begun


def _today(installation: Installation) -> date:
    with installation.reader.engine.connect() as connection:
        return installation.reader.directory.current(connection).calendar.today(installation.clock())
