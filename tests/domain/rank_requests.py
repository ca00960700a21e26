"""The words in which tests ask the town for rank promotions."""

from __future__ import annotations

from datetime import date
from typing import Any

from domain import commands as cmd
from domain import rank_commands as rc
from domain.event import Event
from domain.identity import SYSTEM
from domain.rank_list import RankEntry, RankList
from tests.domain.test_personnel_file import file, verify
from tests.domain.test_talent import rate
from tests.domain.town import Town, person

# On 24 November 2026 the window of this period is open: 16 November to 15 December.
JANUARY = date(2027, 1, 1)
APPROVED: dict[str, Any] = {"outcome": "approved", "pertek_number": "AB-1"}


def clerk(town: Town, who: str = "ani", *, years: tuple[int, ...] = (2024, 2025), **changes: Any) -> str:
    """A clerk with a degree who is due for III/d on 1 January 2027, rated good in the last two years."""
    name = changes.pop("name", "Pengadministrasi Umum")
    post = cmd.PositionRow(
        position_id=f"p-{who}",
        name=name,
        unit_id="dinkes",
        kind=changes.pop("kind", "PELAKSANA"),
        eselon=changes.pop("eselon", None),
        grade_max=changes.pop("grade_max", None),
    )
    town.send(cmd.RegisterPositions(command_id=next(town.ids), actor=SYSTEM, rows=(post,)))
    values = {"grade": "III/c", "grade_since": date(2023, 1, 1), "education": "S-1"} | changes
    row = town.row(who, post=f"p-{who}", **values)
    town.send(cmd.RegisterEmployees(command_id=next(town.ids), actor=SYSTEM, rows=(row,)))
    for year in years:
        rate(town, who, year, judged=(2, 2))
    return who


def post_is(town: Town, post_id: str, **changes: Any) -> None:
    """The register of posts says more of a post: its echelon, its highest grade."""
    known = town.agency.posts[post_id]
    values = {"name": known.name, "unit_id": known.unit_id, "kind": known.kind} | changes
    row = cmd.PositionRow(position_id=post_id, **values)
    town.send(cmd.RegisterPositions(command_id=next(town.ids), actor=SYSTEM, rows=(row,)))


def holds(town: Town, who: str, document: str, *, verified: bool = True) -> None:
    """The person's file gets a document."""
    filed = file(town, who, document)
    if verified:
        verify(town, filed, "analyst")


def frozen(
    town: Town, period: date = JANUARY, *, by: str = "analyst", left_off: dict[str, str] | None = None
) -> str:
    """The list of the period, without those who are left off for a reason; its id."""
    command = rc.FreezeRankList(
        command_id=next(town.ids),
        actor=person(by),
        list_id=next(town.ids),
        period=period,
        left_off=tuple(rc.LeftOff(person_id=who, reason=why) for who, why in (left_off or {}).items()),
    )
    town.send(command)
    return command.list_id


def ask(town: Town, model: type[rc.RankListCommand], list_id: str, by: str, **values: Any) -> list[Event]:
    actor = SYSTEM if by == "jenjang" else person(by)
    return town.send(model(command_id=next(town.ids), actor=actor, list_id=list_id, **values))


def sent(town: Town, list_id: str, *, by: str = "kepala_bkpsdm", **changes: Any) -> str:
    values = {"letter_number": "800/77-BKPSDM", "sent_on": town.today} | changes
    ask(town, rc.SendRankList, list_id, by, **values)
    return list_id


def answered(town: Town, list_id: str, who: str, *, by: str = "analyst", **changes: Any) -> None:
    values: dict[str, Any] = {"person_id": who, "answered_on": town.today} | (changes or APPROVED)
    ask(town, rc.RecordRankAnswers, list_id, by, answers=(rc.RankAnswer(**values),))


def decreed(town: Town, list_id: str, *who: str, by: str = "mayor") -> list[Event]:
    return ask(town, rc.DecreeRankPromotions, list_id, by, person_ids=who)


def advanced(town: Town, list_id: str) -> list[Event]:
    return ask(town, rc.AdvanceRankList, list_id, "jenjang")


def written(town: Town, list_id: str, who: str, *, by: str = "analyst") -> None:
    item = rc.WriteBack(person_id=who, siasn_id="ab" * 16)
    ask(town, rc.RecordRankWriteBacks, list_id, by, written=(item,))


def annulled(town: Town, list_id: str, who: str, *, by: str = "mayor", **changes: Any) -> None:
    values = {"person_id": who, "reason": "salah hitung masa kerja"} | changes
    ask(town, rc.AnnulRankPromotion, list_id, by, **values)


def until_effect(town: Town, who: str, period: date = JANUARY) -> str:
    """A list on which the person was proposed, sent, approved, decreed, and took effect on the day."""
    list_id = sent(town, frozen(town, period))
    answered(town, list_id, who)
    decreed(town, list_id)
    town.set_day(period)
    advanced(town, list_id)
    return list_id


def the_list(town: Town, list_id: str) -> RankList:
    return town.registry.ranks.by_id[list_id]


def entry(town: Town, list_id: str, who: str) -> RankEntry:
    return the_list(town, list_id).entries[who]
