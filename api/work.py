"""Work that waits for an office beside the tasks of cases: lists, results, policies and documents.

These are not tasks. A task is one decision of one case, claimed and completed once; here an office does the
same act in parts and again, and what is left to do follows from where things stand.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection

from api.credentials import CallerDep
from api.problems import responses
from api.rank_standing import left_to_do
from api.wiring import ServicesDep
from domain.directory import OPERATOR
from domain.identity import Capacity, Signature
from domain.offices import office_key, split_key
from domain.personnel_file import DocumentState, FiledDocument, state_of
from domain.rank_list import ListStatus
from ledger.directory_view import DirectoryView
from projections import rank_promotions as ranks
from projections import talent_results, webhooks

router = APIRouter(prefix="/v1", tags=["tasks"])

COUNTED_TO = 100
ACTS = frozenset({"answers", "decrees", "outside-decrees", "write-backs"})
WORK: dict[str, Any] = {
    "kind": "rank_list",
    "act": "dispatch",
    "id": "0d5a1f3e-4f1c-4c62-8b0e-6a1f3f5a7b21",
    "about": "2027-01-01",
    "count": 41,
    "due_on": "2026-12-15",
}
Row = dict[str, Any]


class Work(BaseModel):
    """`about` is the period of a rank list or the id of a policy; `count` of how many people, results or
    documents, no further than 100. Whether an act is open to the caller for each of them is judged then.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [WORK]})

    kind: Literal["rank_list", "talent_result", "policy", "document", "webhook"]
    act: str
    id: str | None
    about: str | None
    count: int
    due_on: str | None


class WorkList(BaseModel):
    items: list[Work]
    next: None = None


@router.get(
    "/work", response_model=WorkList, responses=responses(), summary="What waits for my offices beside tasks"
)
def my_work(services: ServicesDep, caller: CallerDep) -> dict[str, Any]:
    """Soonest due first. Rank lists to make, send, answer, decree and write back; results that wait for a
    second person; proposed policies; documents to verify; webhooks that the system paused. Nobody is named.
    """
    if caller.person_id is None:
        return {"items": [], "next": None}
    with services.reading() as connection:
        view = services.view(connection)
        hands = Hands(view, services.today(view), caller.person_id)
        found = [
            *_rank_lists(connection, hands), *_results(connection, hands), *_policies(hands),
            *_documents(hands),
            *_webhooks(connection, hands),
        ]  # fmt: skip
    found.sort(key=lambda row: (row["due_on"] is None, row["due_on"], row["kind"], row["act"]))
    return {"items": found, "next": None}


class Hands:
    """Which offices a person acts for today, a personal delegate's aside: those open none of this work."""

    def __init__(self, view: DirectoryView, today: date, person_id: str) -> None:
        self.view, self.today, self.person_id = view, today, person_id
        exercised = view.offices(today).exercised_by(person_id, today)
        self.signed: list[tuple[str, Signature]] = [
            (key, signature) for key, signature in exercised if signature.capacity is not Capacity.DELEGATE
        ]

    def hold(self, named: tuple[str, ...], *, definitive: bool = False) -> bool:
        return any(
            split_key(key)[0] in named and (not definitive or signature.capacity is Capacity.DEFINITIVE)
            for key, signature in self.signed
        )


def _row(kind: str, act: str, count: int, **more: Any) -> Row:
    return {"kind": kind, "act": act, "id": None, "about": None, "count": count, "due_on": None, **more}


def _rank_lists(connection: Connection, hands: Hands) -> Iterator[Row]:
    rules = hands.view.policy_in_force(hands.today).rank_promotion
    period = rules.periods.open_on(hands.today)
    if (
        hands.hold(rules.hands.proposed_by)
        and hands.today >= rules.periods.opens_on(period)
        and ranks.of_period(connection, period.isoformat()) is None
    ):
        closes_on = rules.periods.closes_on(period).isoformat()
        yield _row("rank_list", "freezing", 0, about=period.isoformat(), due_on=closes_on)
    for row in ranks.running(connection):
        made_under = hands.view.policies[row["policy_id"]].rank_promotion
        known = {"id": row["list_id"], "about": row["period"]}
        if row["status"] == ListStatus.FROZEN.value:
            if hands.hold(made_under.hands.sent_by) and hands.person_id != row["proposed_by"]:
                yield _row("rank_list", "dispatch", row["proposed"], **known, due_on=row["send_by"])
            continue
        left = left_to_do(connection, row["list_id"], made_under)
        for act in ACTS & left.keys():
            named, definitive = made_under.hands.recorded_by, False
            if act == "decrees":
                named, definitive = made_under.hands.decreed_by, True
            if hands.hold(named, definitive=definitive):
                due = row["period"] if act in ("decrees", "outside-decrees") else None
                yield _row("rank_list", act, left[act], **known, due_on=due)


def _results(connection: Connection, hands: Hands) -> Iterator[Row]:
    if not hands.hold(hands.view.policy_in_force(hands.today).talent.entry.confirmed_by):
        return
    waiting = talent_results.page(connection, talent_results.WAITING, COUNTED_TO, None)
    mine = sum(hands.person_id not in (row["entered_by"], row["person_id"]) for row in waiting)
    if mine:
        yield _row("talent_result", "decision", mine)


def _policies(hands: Hands) -> Iterator[Row]:
    rules = hands.view.policy_in_force(hands.today).publishing
    if not hands.hold(rules.adopted_by, definitive=True):
        return
    for policy_id, proposal in hands.view.published.proposed.items():
        if proposal.by != hands.person_id:
            begins = proposal.policy.effective_from.isoformat()
            yield _row("policy", "adoption", 1, about=policy_id, due_on=begins)


def _documents(hands: Hands) -> Iterator[Row]:
    """Documents in the reach of the offices that verify them, of others and filed by others."""
    policy = hands.view.policy_in_force(hands.today).personnel_file
    keys = {key for key, _ in hands.signed if split_key(key)[0] in policy.verified_by}
    if not keys:
        return
    everywhere = any(split_key(key)[1] is None for key in keys)
    count = 0
    for document in hands.view.files.documents.values():
        if state_of(document, policy, hands.today) is not DocumentState.UNVERIFIED:
            continue
        if everywhere or _within(document, keys, policy.verified_by, hands.view):
            count += hands.person_id != document.person_id and document.filed_by[1] != hands.person_id
        if count == COUNTED_TO:
            break
    if count:
        yield _row("document", "verification", count)


def _webhooks(connection: Connection, hands: Hands) -> Iterator[Row]:
    """Webhooks that stand still although nobody asked for it."""
    if hands.hold((OPERATOR,)):
        paused = sum(row["paused_why"] != "asked" for row in webhooks.in_state(connection, webhooks.PAUSED))
        if paused:
            yield _row("webhook", "resumption", paused)


def _within(document: FiledDocument, keys: set[str], names: tuple[str, ...], view: DirectoryView) -> bool:
    person = view.agency.people.get(document.person_id)
    apparatus = view.agency.apparatus_of(view.agency.unit_of(person.position_id)) if person else None
    return apparatus is not None and any(office_key(name, apparatus) in keys for name in names)
