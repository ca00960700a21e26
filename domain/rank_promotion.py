"""Making a list of rank promotions: who is due in a period, with what findings, and who is proposed.

The list follows from the register, the talent records and the personnel files of its moment. An officer
may leave somebody off with a reason, and can add nobody. Sources: PP 99/2000 jo. PP 12/2002; Peraturan
BKN 4/2025.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from domain import rank_events as rk
from domain.agency import Agency
from domain.canonical import digest
from domain.eligibility import Finding, facts_of, outcomes_of
from domain.errors import (
    AlreadyExists,
    DateOutOfOrder,
    NobodyDue,
    NotDue,
    NotFound,
    RankListExists,
    RankNotThere,
    UnknownReference,
)
from domain.event import NewEvent
from domain.facts import Facts
from domain.personnel_file import PersonnelFiles
from domain.policy import Policy
from domain.rank_commands import FreezeRankList, WithdrawRankList
from domain.rank_list import EntryStatus, ListStatus, RankList
from domain.rank_path import RankPath, path_on
from domain.rank_policy import RankRules
from domain.rank_sheet import assess_rank, rank_sheet, stops
from domain.signing import signed_by


@dataclass(frozen=True)
class Due:
    """A person whose years are over in a period, with the findings of the day. `barred` are the hard
    rules that keep them off.
    """

    person_id: str
    path: RankPath
    sheet_hash: str
    sheet: dict[str, object]
    findings: tuple[Finding, ...]
    barred: tuple[str, ...]


@dataclass(frozen=True)
class Considered:
    """Whom a period concerns: paths of those whose years are over and who can rise, in the order of ids,
    and how many more there are at their ceiling or without a date.
    """

    paths: dict[str, RankPath]
    at_ceiling: int
    undated: int


def stream_of(list_id: str) -> str:
    return f"rank-promotion/{list_id}"


def considered(
    period: date, agency: Agency, files: PersonnelFiles, policy: Policy, day: date, busy: Collection[str]
) -> Considered:
    """Everybody who is due in `period`, as the register stands on `day`; `busy` are on an open list."""
    paths: dict[str, RankPath] = {}
    at_ceiling = undated = 0
    for person_id in sorted(agency.people):
        path = path_on(day, person_id, agency, files, policy, period)
        if path is None or person_id in busy:
            continue
        if path.due_on is None:
            undated += 1
        elif path.due_on <= period and path.reaches_beyond:
            at_ceiling += 1
        elif path.due_on <= period:
            paths[person_id] = path
    return Considered(paths, at_ceiling, undated)


def due_in(period: date, found: Considered, facts: Facts, policy: Policy) -> list[Due]:
    """Those who are due with their findings, in the order of ids."""
    records = facts.talent.of(list(found.paths))
    facts.meet(found.paths)
    due = []
    for person_id, path in found.paths.items():
        sheet = rank_sheet(person_id, path, period, records[person_id], facts, policy)
        findings = assess_rank(sheet, policy)
        due.append(Due(person_id, path, sheet.hash, sheet.as_json(), findings, stops(findings)))
    return due


def freeze(facts: Facts, command: FreezeRankList) -> list[NewEvent]:
    """Make the list of a period and close it, in one commit.

    Raises NotPermitted, UnknownReference, NotDue before the window, DateOutOfOrder after it,
    RankListExists, AlreadyExists, NobodyDue, and ExcludedOwner for who would be proposed themself: whom a
    hard rule keeps off gains nothing by the list.
    """
    period = command.period
    policy = facts.policy_in_force(period)
    rules = policy.rank_promotion
    signed_by(command.actor, rules.hands.proposed_by, (), facts)
    if not rules.periods.is_period(period):
        raise UnknownReference(what="period")
    if facts.today < rules.periods.opens_on(period):
        raise NotDue()
    send_by = rules.periods.closes_on(period)
    if facts.today > send_by:
        raise DateOutOfOrder(earlier="today", later=send_by.isoformat())
    ranks = facts.registry.ranks
    if ranks.of_period(period) is not None:
        raise RankListExists(period=period.isoformat())
    if command.list_id in ranks.by_id:
        raise AlreadyExists(what="list_id")
    found = considered(period, facts.agency, facts.files, policy, facts.today, ranks.open_entries())
    due = due_in(period, found, facts, policy)
    proposable = {each.person_id for each in due if not each.barred}
    signature = signed_by(command.actor, rules.hands.proposed_by, proposable, facts)
    reasons = {left.person_id: left.reason for left in command.left_off}
    if not reasons.keys() <= proposable:
        raise UnknownReference(what="left_off")
    entries = [_entry(command.list_id, each, reasons.get(each.person_id), facts.agency) for each in due]
    if not any(entry.place == "proposed" for entry in entries):
        raise NobodyDue(period=period.isoformat())
    proposed = rk.RankListProposed(
        list_id=command.list_id,
        period=period,
        proposed_by=command.actor.id,
        proposed_on=facts.today,
        effective_at=facts.calendar.start_of(period),
        send_by=send_by,
        lapses_at=facts.calendar.end_of(send_by),
        policy_id=policy.id,
        policy_hash=policy.hash,
        signature=signature,
    )
    stream = stream_of(command.list_id)
    return [
        NewEvent(stream, proposed),
        *(NewEvent(stream, entry, entry.person_id) for entry in entries),
        NewEvent(stream, frozen(proposed, entries, found)),
    ]


def frozen(
    proposed: rk.RankListProposed, entries: list[rk.RankCandidateListed], found: Considered
) -> rk.RankListFrozen:
    """The closing of a list of these entries."""
    places = [entry.place for entry in entries]
    return rk.RankListFrozen(
        list_id=proposed.list_id,
        list_hash=list_hash_of(proposed, entries),
        proposed=places.count("proposed"),
        kept_off=places.count("kept_off"),
        left_off=places.count("left_off"),
        at_ceiling=found.at_ceiling,
        undated=found.undated,
    )


def list_hash_of(proposed: rk.RankListProposed, entries: Iterable[rk.RankCandidateListed]) -> str:
    """SHA-256 in hexadecimal over list, period, policy and every entry in its order."""
    return digest(
        {
            "list_id": proposed.list_id,
            "period": proposed.period.isoformat(),
            "policy_hash": proposed.policy_hash,
            "entries": [
                {
                    "person_id": entry.person_id,
                    "kind": entry.kind.value,
                    "to_grade": entry.to_grade,
                    "place": entry.place,
                    "entry_hash": entry.entry_hash,
                }
                for entry in entries
            ],
        }
    )


def withdraw(facts: Facts, command: WithdrawRankList) -> list[NewEvent]:
    """Take a list back that was not sent; the period may get another one. Nobody does who is proposed on it
    or was left off by the officer.
    """
    known, rules = known_list(command.list_id, facts)
    named = (*rules.hands.proposed_by, *rules.hands.sent_by)
    people = known.in_status(EntryStatus.PROPOSED, EntryStatus.LEFT_OFF)
    signature = signed_by(command.actor, named, {entry.person_id for entry in people}, facts)
    if known.status is not ListStatus.FROZEN:
        raise RankNotThere(status=known.status.value)
    event = rk.RankListWithdrawn(list_id=known.id, why=command.why, signature=signature)
    return [NewEvent(stream_of(known.id), event)]


def known_list(list_id: str, facts: Facts) -> tuple[RankList, RankRules]:
    """The list and the rules that it was made under. Raises NotFound."""
    known = facts.registry.ranks.by_id.get(list_id)
    if known is None:
        raise NotFound()
    return known, facts.policies[known.policy_id].rank_promotion


def _entry(list_id: str, due: Due, reason: str | None, agency: Agency) -> rk.RankCandidateListed:
    person = agency.people[due.person_id]
    place: rk.Place = "kept_off" if due.barred else "proposed"
    return rk.RankCandidateListed(
        list_id=list_id,
        person_id=due.person_id,
        unit_id=agency.unit_of(person.position_id),
        kind=due.path.kind,
        from_grade=due.path.from_grade,
        from_since=person.grade_since,
        to_grade=due.path.to_grade,
        place="left_off" if reason else place,
        outcomes=outcomes_of(due.findings),
        entry_hash=due.sheet_hash,
        sheet=dict(due.sheet),
        facts=facts_of(due.findings),
        reason=reason,
    )
