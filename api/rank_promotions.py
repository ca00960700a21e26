"""Rank promotion over HTTP: who is due, the lists of the periods, and who stands where on them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Query
from sqlalchemy import Connection

from api.credentials import Caller, CallerDep
from api.paging import Cursor, Limit, decode_cursor, page_of
from api.problems import language_of, responses
from api.rank_standing import ANNULMENTS, left_to_do, told_of
from api.rank_views import (
    DuePage,
    RankEntryPage,
    RankListPage,
    RankListView,
    entry_view,
    finding_views,
    list_view,
    unit_view,
)
from api.views import answer, as_id, names_of, subject_view
from api.visibility import viewer_for
from api.wiring import Services, ServicesDep
from domain.authorization import READ_PEOPLE, Viewer, visible_scope
from domain.errors import NotFound, Refusal, UnknownReference
from domain.facts import Facts
from domain.policy import Policy
from domain.rank_list import EntryStatus, ListStatus
from domain.rank_promotion import Considered, Due, considered, due_in
from domain.signing import signed_by
from ledger.facts import facts_for_reading
from projections import rank_promotions as ranks

router = APIRouter(prefix="/v1/rank-promotions", tags=["rank promotion"])

Language = Annotated[str | None, Header(alias="Accept-Language", max_length=255, examples=["id"])]
Only = Annotated[Literal["proposable", "barred"] | None, Query()]
PeriodDay = Annotated[date, Query(ge=date(2020, 1, 1), le=date(2199, 12, 31))]


@router.get("", response_model=RankListPage, responses=responses(404), summary="The lists of all periods")
def lists(
    services: ServicesDep, caller: CallerDep, limit: Limit = 50, cursor: Cursor = None
) -> dict[str, Any]:
    """The newest period first. For who reads the agency, and for officials with the people of their units."""
    after = decode_cursor(cursor, (str, str))
    with services.reading() as connection:
        units = units_seen(viewer_for(services, connection, caller))
        rows = ranks.page(connection, limit + 1, after)
        shown = [_shown(services, connection, caller, row, units) for row in rows[:limit]]
    return page_of(rows, limit, lambda row: (row["period"], row["list_id"]), shown)


@router.get("/due", response_model=DuePage, responses=responses(404), summary="Who is due in a period")
def due(
    services: ServicesDep, caller: CallerDep, period: PeriodDay | None = None, only: Only = None,
    limit: Limit = 50, cursor: Cursor = None, accept_language: Language = None,
) -> dict[str, Any]:  # fmt: skip
    """As the register stands now, with every finding; nothing is recorded but that it was looked at. The
    period whose list can be sent today, unless another is named. `only` those who would be proposed, or those
    whom a hard rule keeps off. For who reads the agency.
    """
    after = decode_cursor(cursor, (str,))
    language = language_of(accept_language)
    with services.reading() as connection:
        if units_seen(viewer_for(services, connection, caller)) is not None:
            raise NotFound()
        view = services.view(connection)
        facts = facts_for_reading(services.reader, connection, view, services.now())
        wanted = period or facts.policy_in_force(facts.today).rank_promotion.periods.open_on(facts.today)
        policy = facts.policy_in_force(wanted)
        periods = policy.rank_promotion.periods
        if not periods.is_period(wanted):
            raise UnknownReference(what="period", field="period")
        found = considered(wanted, facts.agency, facts.files, policy, facts.today, ranks.busy(connection))
        rows = _judged(found, after[0] if after else "", only, limit, facts, policy, wanted)
        items = _due_views(rows[:limit], facts, policy, connection, language)
        standing = ranks.of_period(connection, wanted.isoformat())
    for item in items:
        services.access_log.note(caller.actor, item["person"]["id"], "rank-promotion", services.now())
    return {
        "period": wanted.isoformat(),
        "opens_on": periods.opens_on(wanted).isoformat(),
        "closes_on": periods.closes_on(wanted).isoformat(),
        "list_id": standing,
        "at_ceiling": found.at_ceiling,
        "undated": found.undated,
        **page_of(rows, limit, lambda row: (row.person_id,), items),
    }


@router.get("/{list_id}", response_model=RankListView, responses=responses(404), summary="One list")
def one_list(list_id: str, services: ServicesDep, caller: CallerDep) -> Any:
    """With how many stand where."""
    with services.reading() as connection:
        shown = visible_list(services, connection, caller, as_id(list_id))
    return answer(shown, version=shown["version"])


@router.get(
    "/{list_id}/entries", response_model=RankEntryPage, responses=responses(404), summary="People on a list"
)
def entries(
    list_id: str, services: ServicesDep, caller: CallerDep, status: EntryStatus | None = None,
    limit: Limit = 50, cursor: Cursor = None, accept_language: Language = None,
) -> dict[str, Any]:  # fmt: skip
    """Each with the findings as they stood when the list was frozen; of all units, or of the caller's own."""
    after = decode_cursor(cursor, (str,))
    with services.reading() as connection:
        row = visible_list(services, connection, caller, found := as_id(list_id))
        units = units_seen(viewer_for(services, connection, caller))
        rows = ranks.entries(
            connection, found, units=units, status=status.value if status else None, limit=limit + 1,
            after=after[0] if after else None,
        )  # fmt: skip
        view = services.view(connection)
        policy, names = (
            view.policies[row["policy"]["id"]],
            names_of(connection, {r["person_id"] for r in rows}),
        )
        told = told_of(services.reader, connection, found, {r["person_id"] for r in rows[:limit]})
    items = [
        entry_view(
            r, told[r["person_id"]], names, unit_view(view.agency, r["unit_id"]), policy,
            language_of(accept_language),
        )
        for r in rows[:limit]
    ]  # fmt: skip
    for r in rows[:limit]:
        services.access_log.note(caller.actor, r["person_id"], "rank-promotion", services.now())
    return page_of(rows, limit, lambda r: (r["person_id"],), items)


def units_seen(viewer: Viewer) -> frozenset[str] | None:
    """The units whose people on lists the viewer sees, None for all. Raises NotFound for who sees none."""
    scope = visible_scope(viewer)
    if viewer.actor.kind == "integration" and READ_PEOPLE not in viewer.actor.scopes:
        raise NotFound()
    if scope.all:
        return None
    if not scope.units:
        raise NotFound()
    return scope.units


def visible_list(services: Services, connection: Connection, caller: Caller, list_id: str) -> dict[str, Any]:
    """The list as the caller sees it. Raises NotFound."""
    units = units_seen(viewer_for(services, connection, caller))
    return whole_list(services, connection, caller, list_id, units)


def whole_list(
    services: Services, connection: Connection, caller: Caller, list_id: str, units: frozenset[str] | None
) -> dict[str, Any]:
    row = ranks.by_id(connection, list_id)
    if row is None:
        raise NotFound()
    return _shown(services, connection, caller, row, units)


def _shown(
    services: Services, connection: Connection, caller: Caller, row: dict[str, Any],
    units: frozenset[str] | None,
) -> dict[str, Any]:  # fmt: skip
    progress = ranks.progress(connection, row["list_id"], units)
    names = names_of(connection, {row["proposed_by"]})
    return list_view(row, progress, _allowed(services, connection, caller, row), names)


def _allowed(services: Services, connection: Connection, caller: Caller, row: dict[str, Any]) -> list[str]:
    """What the caller's offices may do with the list at this point, where there is anybody to do it for;
    whether of each person is judged then.
    """
    if caller.person_id is None or row["status"] not in (ListStatus.FROZEN.value, ListStatus.SENT.value):
        return []
    view = services.view(connection)
    policy = view.policies[row["policy_id"]]
    hands = policy.rank_promotion.hands
    facts = facts_for_reading(services.reader, connection, view, services.now())
    acts = {
        "dispatch": (hands.sent_by, False),
        "withdrawal": ((*hands.proposed_by, *hands.sent_by), False),
    }
    if row["status"] == ListStatus.SENT.value:
        undoing = tuple({office for named in policy.annulment_by.values() for office in named})
        possible = {
            "answers": (hands.recorded_by, False),
            "decrees": (hands.decreed_by, True),
            "outside-decrees": (hands.recorded_by, False),
            "write-backs": (hands.recorded_by, False),
            ANNULMENTS: (undoing, False),
        }
        left = left_to_do(connection, row["list_id"], policy.rank_promotion)
        acts = {act: hand for act, hand in possible.items() if act in left}
    return [
        act for act, (named, definitive) in acts.items() if _may(caller, named, facts, definitive=definitive)
    ]


def _may(caller: Caller, named: tuple[str, ...], facts: Facts, *, definitive: bool) -> bool:
    try:
        signed_by(caller.actor, named, (), facts, definitive=definitive)
    except Refusal:
        return False
    return True


def _judged(
    found: Considered, after: str, only: str | None, limit: int, facts: Facts, policy: Policy, period: date
) -> list[Due]:
    """One more than `limit` of those behind `after`, judged portion by portion until they are together."""
    people = [person for person in found.paths if person > after]
    rows: list[Due] = []
    for start in range(0, len(people), limit + 1):
        portion = {person: found.paths[person] for person in people[start : start + limit + 1]}
        judged = due_in(period, Considered(portion, 0, 0), facts, policy)
        rows += [each for each in judged if only is None or (only == "barred") == bool(each.barred)]
        if len(rows) > limit:
            break
    return rows[: limit + 1]


def _due_views(
    rows: list[Due], facts: Facts, policy: Policy, connection: Connection, language: str
) -> list[dict[str, Any]]:
    names = names_of(connection, {each.person_id for each in rows})
    agency = facts.agency
    return [
        {
            "person": subject_view(each.person_id, names),
            "unit": unit_view(agency, agency.unit_of(agency.people[each.person_id].position_id)),
            "kind": each.path.kind.value,
            "from_grade": each.path.from_grade,
            "to_grade": each.path.to_grade,
            "due_on": each.path.due_on.isoformat() if each.path.due_on else None,
            "barred": list(each.barred),
            "findings": finding_views(each.findings, policy, language),
        }
        for each in rows
    ]
