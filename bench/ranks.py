"""A month's rank list of a whole agency beside the bare rules on the same sheets, and who waits meanwhile."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from concurrent.futures import Future
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bench.cases import decision, start_cases
from bench.places import agency, database_bytes, place
from bench.report import emit, median
from demo.play import Play, a_person, new_id
from domain import rank_commands as rc
from domain.agency import Person
from domain.calendar import months_after
from domain.commands import DecideTask, EmployeeRow, RegisterEmployees
from domain.identity import SYSTEM
from domain.performance import Judgement
from domain.rank_list import EntryStatus, RankList, evolve_list
from domain.rank_sheet import RankSheet, assess_rank
from domain.talent_commands import RecordSkp, SkpRow
from installation import Installation
from ledger.result import Result
from projections import employees

AT_ONCE = 500
DECISIONS = 40
WAITING = 8


def run(kind: str, *, quick: bool) -> None:
    """Figures `rank_…`: seconds, processor seconds and bytes of each act that a list takes in one commit, and
    the milliseconds that decisions wait while one is made. Every clerk is due and rated; in other posts the
    generator says who is due.
    """
    with place(kind) as where, agency(where, people=1000 if quick else 9217) as play:
        period = play.view.policy_in_force(play.today).rank_promotion.periods.open_on(play.today)
        _make_due(play, period)
        states = start_cases(play, DECISIONS)
        ledger, list_id = play.installation.ledger, new_id()
        analyst, head = (a_person(play.holder(office)) for office in ("personnel_analyst", "agency_head"))
        mayor = a_person(play.holder("appointing_official"))
        idle = [_timed(ledger.submit(decision(play, state).command())) for state in states[: DECISIONS // 2]]
        asked = [decision(play, state).command() for state in states[DECISIONS // 2 :]]

        def freeze() -> None:
            frozen = ledger.submit(
                rc.FreezeRankList(command_id=new_id(), actor=analyst, list_id=list_id, period=period)
            )
            waits = _beside(frozen, play, asked)
            frozen.result()
            floors = {"idle p50": median(idle)}
            note = f"{len(waits)} decisions asked while it was made"
            emit("rank_freeze_longest_wait", kind, max(waits), "ms", floor=floors, better="lower", note=note)

        _measured(play, "rank_freeze", freeze, list_id, floor=True)
        send = rc.SendRankList(
            command_id=new_id(), actor=head, list_id=list_id, letter_number="800/1", sent_on=play.today
        )
        ledger.execute(send)
        proposed = [entry.person_id for entry in _list(play, list_id).in_status(EntryStatus.PROPOSED)]
        answers = tuple(
            rc.RankAnswer(person_id=who, outcome="approved", answered_on=play.today, pertek_number=f"PT-{n}")
            for n, who in enumerate(proposed, 100)
        )
        record = rc.RecordRankAnswers(command_id=new_id(), actor=analyst, list_id=list_id, answers=answers)
        _measured(play, "rank_answers", lambda: ledger.execute(record), list_id)
        decree = rc.DecreeRankPromotions(command_id=new_id(), actor=mayor, list_id=list_id)
        _measured(play, "rank_decrees", lambda: ledger.execute(decree), list_id)
        advance = rc.AdvanceRankList(command_id=new_id(), actor=SYSTEM, list_id=list_id)
        first = datetime(period.year, period.month, 1, 12, tzinfo=UTC)
        later = Installation(where.settings(), clock=lambda: first + timedelta(days=1))
        try:
            later.ledger.prepare()
            _measured(play, "rank_effects", lambda: later.ledger.execute(advance), list_id)
        finally:
            later.close()


def _make_due(play: Play, period: date) -> None:
    """Four years in grade end for every clerk, who was rated good in both years."""
    clerks = [person for person in play.agency.people.values() if _is_clerk(play, person)]
    with play.installation.reader.engine.connect() as connection:
        known = {row["person_id"]: row for row in employees.everybody(connection)}
    rows, ratings = list[EmployeeRow](), list[SkpRow]()
    for person in clerks:
        row = {name: known[person.id][name] for name in EmployeeRow.model_fields}
        rows.append(EmployeeRow.model_validate(row | {"grade_since": months_after(period, -48)}))
        ratings += [
            SkpRow(
                person_id=person.id,
                period_start=date(year, 1, 1),
                period_end=date(year, 12, 31),
                result=Judgement.AS_EXPECTED,
                conduct=Judgement.AS_EXPECTED,
            )
            for year in (play.today.year - 2, play.today.year - 1)
        ]
    send = play.installation.ledger.execute
    send(RegisterEmployees(command_id=new_id(), actor=SYSTEM, rows=tuple(rows)))
    for start in range(0, len(ratings), AT_ONCE):
        part = tuple(ratings[start : start + AT_ONCE])
        send(RecordSkp(command_id=new_id(), actor=SYSTEM, rows=part))


def _is_clerk(play: Play, person: Person) -> bool:
    post = play.agency.posts.get(person.position_id or "")
    return post is not None and post.kind == "PELAKSANA" and person.employment_kind == "PNS"


def _measured(play: Play, name: str, act: Callable[[], object], list_id: str, *, floor: bool = False) -> None:
    """Emit what the act took: time, processor and bytes, and where wanted the bare rules beside it."""
    kind = play.installation.reader.engine.dialect.name
    before, grown = database_bytes(play.installation), _resident()
    begun, used = time.perf_counter(), time.process_time()
    act()
    spent, used = time.perf_counter() - begun, time.process_time() - used
    known = _list(play, list_id)
    count = {status: len(known.in_status(status)) for status in EntryStatus}
    said = ", ".join(f"{number} {status.value}" for status, number in count.items() if number)
    floors = {"bare rules and hash": _bare(play, list_id)} if floor else None
    emit(f"{name}_seconds", kind, spent, "s", floor=floors, better="lower", note=said)
    emit(f"{name}_cpu", kind, used, "s", better="lower", note="this process; PostgreSQL's own not counted")
    emit(f"{name}_bytes", kind, database_bytes(play.installation) - before, "bytes", better="lower")
    emit(f"{name}_memory", kind, (_resident() - grown) / 1024, "MiB", better="lower", note="growth at most")


def _resident() -> int:
    """The most resident memory of this process so far, in KiB (getrusage on Linux)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _beside(made: Future[Result], play: Play, asked: list[DecideTask]) -> list[float]:
    """Decide one after the other while `made` is under way; milliseconds that each waited."""
    waits = []
    for command in asked:
        waits.append(_timed(play.installation.ledger.submit(command)))
        if made.done() and len(waits) >= WAITING:
            break
    return waits


def _timed(waiting: Future[Any]) -> float:
    begun = time.perf_counter()
    waiting.result()
    return (time.perf_counter() - begun) * 1000


def _bare(play: Play, list_id: str) -> float:
    """Seconds for the rules and the hash alone, on the sheets of the list in memory."""
    reader, found = play.installation.reader, list[RankSheet]()
    with reader.engine.connect() as connection:
        policy = reader.directory.current(connection).policy_in_force(play.today)
        for stored in reader.stream(connection, f"rank-promotion/{list_id}"):
            sheet = getattr(stored.event, "sheet", None)
            if sheet is not None:
                found.append(RankSheet.model_validate(sheet))
    begun = time.perf_counter()
    for sheet in found:
        assess_rank(sheet, policy)
        assert len(sheet.hash) == 64
    return time.perf_counter() - begun


def _list(play: Play, list_id: str) -> RankList:
    found: RankList | None = None
    with play.installation.reader.engine.connect() as connection:
        for stored in play.installation.reader.stream(connection, f"rank-promotion/{list_id}"):
            found = evolve_list(found, stored.event)
    assert found is not None  # it was made before
    return found
