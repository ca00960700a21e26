"""People of a synthetic agency who are due for a rank promotion, and its list played by its officers."""

from __future__ import annotations

from datetime import date
from typing import Any

from domain import rank_commands as rc
from domain.calendar import months_after
from domain.commands import EmployeeRow, RegisterEmployees
from domain.identity import SYSTEM
from domain.performance import Judgement
from domain.rank_list import RankList, evolve_list
from domain.talent_commands import RecordSkp, SkpRow
from ledger.result import Result
from projections import employees
from tests.world import World, a_person, new_id

SIASN_ID = "5f0c3a52b1e94d0d8a6f7c2e1b3d4f5a"


def period_of(world: World) -> date:
    """The period whose list can be sent today."""
    return world.view.policy_in_force(world.today).rank_promotion.periods.open_on(world.today)


def corrected(world: World, person_id: str, **changes: Any) -> None:
    """The register says something else of the person."""
    with world.installation.reader.engine.connect() as connection:
        row = employees.by_id(connection, person_id)
    assert row is not None
    known = {name: row[name] for name in EmployeeRow.model_fields}
    command = RegisterEmployees(
        command_id=new_id(), actor=SYSTEM, rows=(EmployeeRow.model_validate(known | changes),)
    )
    world.installation.ledger.execute(command)


def rated(world: World, person_id: str, *years: int, judged: int = 2) -> None:
    rows = tuple(
        SkpRow(
            person_id=person_id,
            period_start=date(year, 1, 1),
            period_end=date(year, 12, 31),
            result=Judgement(judged),
            conduct=Judgement(judged),
        )
        for year in years
    )
    world.installation.ledger.execute(RecordSkp(command_id=new_id(), actor=SYSTEM, rows=rows))


def clerks_of(world: World) -> list[str]:
    """Clerks who hold no office, by post."""
    found = []
    for person in sorted(world.agency.people.values(), key=lambda one: one.position_id or ""):
        post = world.agency.posts.get(person.position_id or "")
        plain = post is not None and post.kind == "PELAKSANA" and person.employment_kind == "PNS"
        if plain and not world.offices.keys_of(person.id, world.today):
            found.append(person.id)
    return found


def made_due(world: World, who: str) -> str:
    """The clerk has a degree, and four years in grade end with the period that is open."""
    corrected(
        world,
        who,
        grade="III/a",
        grade_since=months_after(period_of(world), -48),
        education="S-1",
        employment_status="01",
        birth_date=date(1990, 5, 17),
    )
    return who


def rated_lately(world: World, who: str) -> None:
    """Good in the last years that are over."""
    last = world.today.year - 1
    rated(world, who, last, last - 1)


def due_clerks(world: World, number: int = 3) -> list[str]:
    """Clerks who are due, rated good but for the last of them, who has no rating at all."""
    clerks = [made_due(world, who) for who in clerks_of(world)[:number]]
    assert len(clerks) == number
    for clerk in clerks[:-1]:
        rated_lately(world, clerk)
    return clerks


def ask(world: World, model: type[rc.RankListCommand], list_id: str, by: str, **values: Any) -> Result:
    actor = SYSTEM if by == "jenjang" else a_person(by)
    command = model(command_id=new_id(), actor=actor, list_id=list_id, **values)
    return world.installation.ledger.execute(command)


def frozen(world: World, **changes: Any) -> str:
    """The list of the open period, made by an analyst; its id."""
    list_id = new_id()
    by = changes.pop("by", world.holder("personnel_analyst"))
    ask(world, rc.FreezeRankList, list_id, by, **({"period": period_of(world)} | changes))
    return list_id


def sent(world: World, list_id: str) -> str:
    head = world.holder("agency_head")
    letter: dict[str, Any] = {"letter_number": "800/77-BKPSDM", "sent_on": world.today}
    ask(world, rc.SendRankList, list_id, head, **letter)
    return list_id


def approved(world: World, list_id: str, *people: str) -> None:
    answers = tuple(
        rc.RankAnswer(person_id=who, outcome="approved", answered_on=world.today, pertek_number=f"AB-{n}")
        for n, who in enumerate(people)
    )
    ask(world, rc.RecordRankAnswers, list_id, world.holder("personnel_analyst"), answers=answers)


def decreed(world: World, list_id: str, *people: str) -> None:
    ask(world, rc.DecreeRankPromotions, list_id, world.holder("appointing_official"), person_ids=people)


def advanced(world: World, list_id: str) -> None:
    ask(world, rc.AdvanceRankList, list_id, "jenjang")


def written(world: World, list_id: str, *people: str) -> None:
    items = tuple(rc.WriteBack(person_id=who, siasn_id=SIASN_ID) for who in people)
    ask(world, rc.RecordRankWriteBacks, list_id, world.holder("personnel_analyst"), written=items)


def list_of(world: World, list_id: str) -> RankList:
    """The list as its stream tells it."""
    with world.installation.reader.engine.connect() as connection:
        stream = world.installation.reader.stream(connection, f"rank-promotion/{list_id}")
    found: RankList | None = None
    for stored in stream:
        found = evolve_list(found, stored.event)
    assert found is not None
    return found
