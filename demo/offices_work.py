"""Work of offices beside cases, for the demo: a month's list of rank promotions, a result entered by hand."""

from __future__ import annotations

from datetime import date
from itertools import islice

from demo.play import Play, a_person, new_id
from domain import rank_commands as rc
from domain.calendar import months_after
from domain.commands import EmployeeRow, RegisterEmployees
from domain.errors import NobodyDue
from domain.identity import SYSTEM
from domain.performance import Judgement
from domain.rank_list import EntryStatus, RankList, evolve_list
from domain.rank_path import RankPath, path_on
from domain.rank_policy import RankKind
from domain.result_entry_commands import DecideTalentResult, EnterTalentResult
from domain.talent_commands import ComponentRow, RecordSkp, SkpRow
from projections import employees

FEWEST_DUE = 3
APPROVED = 6  # of those proposed; the rest still wait for BKN
COMPONENT = "awards"


def play_rank_list(play: Play) -> None:
    """The list of the period that is open is made, sent, and answered in part, each by another office. Before
    the window opens, or with nobody due, there is none.
    """
    today = play.today
    rules = play.view.policy_in_force(today).rank_promotion
    period = rules.periods.open_on(today)
    if today < rules.periods.opens_on(period):
        return
    list_id, send = new_id(), play.installation.ledger.execute
    analyst = a_person(play.holder("personnel_analyst"))
    head = a_person(play.holder("agency_head"))
    _make_due(play, period)
    _rate_clerks(play, period)
    try:
        send(rc.FreezeRankList(command_id=new_id(), actor=analyst, list_id=list_id, period=period))
    except NobodyDue:
        return
    send(
        rc.SendRankList(
            command_id=new_id(), actor=head, list_id=list_id, letter_number="800/411-BKPSDM", sent_on=today
        )
    )
    proposed = _list(play, list_id).in_status(EntryStatus.PROPOSED)
    answers = tuple(
        rc.RankAnswer(
            person_id=entry.person_id,
            outcome="approved",
            answered_on=today,
            pertek_number=f"PT-{today.year}-{number:05}",
        )
        for number, entry in enumerate(islice(proposed, APPROVED), 1)
    )
    if answers:
        send(rc.RecordRankAnswers(command_id=new_id(), actor=analyst, list_id=list_id, answers=answers))


def _clerks(play: Play, period: date) -> list[tuple[str, RankPath]]:
    """By post, clerks who can rise with the years."""
    agency, policy, files = play.agency, play.view.policy_in_force(play.today), play.view.files
    found = []
    for person in sorted(agency.people.values(), key=lambda each: each.position_id or ""):
        path = path_on(play.today, person.id, agency, files, policy, period)
        if path is not None and path.kind is RankKind.REGULAR and not path.reaches_beyond:
            found.append((person.id, path))
    return found


def _make_due(play: Play, period: date) -> None:
    """In an agency so small that hardly any clerk is due, a corrected roster tells of some that they are."""
    clerks = _clerks(play, period)
    due = sum(path.due_on is not None and path.due_on <= period for _, path in clerks)
    if due >= FEWEST_DUE:
        return
    rows = []
    with play.installation.reader.engine.connect() as connection:
        for person, path in clerks[:FEWEST_DUE]:
            row = employees.by_id(connection, person)
            assert row is not None  # the register knows whom the directory knows
            known = {name: row[name] for name in EmployeeRow.model_fields}
            changed = known | {"grade_since": months_after(period, -path.months)}
            rows.append(EmployeeRow.model_validate(changed))
    if rows:
        command = RegisterEmployees(command_id=new_id(), actor=SYSTEM, rows=tuple(rows))
        play.installation.ledger.execute(command)


def _rate_clerks(play: Play, period: date) -> None:
    """Two good years for clerks whose years in grade are over, all but one in three."""
    rows = [who for who, path in _clerks(play, period) if path.due_on is not None and path.due_on <= period]
    years = (play.today.year - 1, play.today.year - 2)
    ratings = tuple(
        SkpRow(
            person_id=person,
            period_start=date(year, 1, 1),
            period_end=date(year, 12, 31),
            result=Judgement.AS_EXPECTED,
            conduct=Judgement.AS_EXPECTED,
        )
        for number, person in enumerate(rows, 1)
        if number % 3
        for year in years
    )
    if ratings:
        play.installation.ledger.execute(RecordSkp(command_id=new_id(), actor=SYSTEM, rows=ratings))


def enter_results(play: Play, people: list[str]) -> None:
    """An analyst enters a result of two people; the second person has confirmed one of them."""
    send, entries = play.installation.ledger.execute, []
    analyst = a_person(play.holder("personnel_analyst"))
    second = a_person(play.holder("transfer_division_head"))
    until = date(play.today.year + 1, 12, 31)
    for person, score in zip(people, (8500, 9000), strict=False):
        row = ComponentRow(person_id=person, component=COMPONENT, score=score, valid_until=until)
        entry = EnterTalentResult(
            command_id=new_id(), actor=analyst, entry_id=new_id(), person_id=person, component=row
        )
        send(entry)
        entries.append(entry)
    for entry in entries[:1]:
        send(
            DecideTalentResult(
                command_id=new_id(), actor=second, entry_id=entry.entry_id, person_id=entry.person_id,
                outcome="approve",
            )
        )  # fmt: skip


def _list(play: Play, list_id: str) -> RankList:
    found: RankList | None = None
    with play.installation.reader.engine.connect() as connection:
        for stored in play.installation.reader.stream(connection, f"rank-promotion/{list_id}"):
            found = evolve_list(found, stored.event)
    assert found is not None  # it was just made
    return found
