"""Boards of units and the agency: what waits where, how fast is decided, and the lists behind both."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from statistics import median
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query

from api.board_reach import AGES, Board, OverseerDep, WantedDep, board_of
from api.board_views import BoardTasks, DecidedBoard, WaitingBoard
from api.paging import Cursor, Limit, decode_cursor, page_of
from api.problems import language_of, responses
from api.views import office_name
from api.wiring import ServicesDep
from domain.policy import Policy
from ledger.record import moment, parse_moment
from projections import tasks

router = APIRouter(prefix="/v1/boards", tags=["boards"])

# Medians are of so many decided tasks at most, the newest.
COUNTED = 10_000
Language = Annotated[str | None, Header(alias="Accept-Language", max_length=255, examples=["id"])]
Days = Annotated[int, Query(ge=1, le=731, description="Decided within so many days, today among them.")]
Row = dict[str, Any]


@router.get("/waiting", response_model=WaitingBoard, responses=responses(), summary="What waits where")
def waiting(
    services: ServicesDep, caller: OverseerDep, asked: WantedDep, accept_language: Language = None
) -> Row:
    """Open tasks by step and by office, how many working days they have waited, how many are overdue. A task
    counts for the unit that its case came from. For those who read the agency's cases, a unit's
    officials (theirs) and keys with `actions:read`. Each figure is the length of `/waiting/tasks` with the
    same filters.
    """
    with services.reading() as connection:
        board = board_of(services, connection, caller, asked)
        rows = tasks.open_counts(connection, board.chosen, moment(board.now), board.bounds())
    words = Words(board, accept_language)
    return {
        "at": moment(board.now),
        "unit": words.unit(asked.unit),
        "ages": [{"from": low, "to": high} for low, high in zip((0, *AGES), (*AGES, None), strict=True)],
        "total": _load(rows, board),
        "steps": _grouped(rows, 0, lambda group: _load(group, board), words.step),
        "offices": _grouped(rows, 1, lambda group: _load(group, board), words.office),
    }


@router.get("/waiting/tasks", response_model=BoardTasks, responses=responses(), summary="Which tasks wait")
def waiting_tasks(
    services: ServicesDep,
    caller: OverseerDep,
    asked: WantedDep,
    limit: Limit = 50,
    cursor: Cursor = None,
    accept_language: Language = None,
) -> Row:
    """The open tasks behind a figure, the longest open first."""
    after = decode_cursor(cursor, (str, str))
    with services.reading() as connection:
        board = board_of(services, connection, caller, asked)
        place = (str(after[0]), str(after[1])) if after else None
        rows = tasks.open_page(connection, board.chosen, limit + 1, place)
    words = Words(board, accept_language)
    shown = [words.task(row) for row in rows[:limit]]
    return page_of(rows, limit, lambda row: [row["opened_at"], row["task_id"]], shown)


@router.get("/decided", response_model=DecidedBoard, responses=responses(), summary="How fast is decided")
def decided(
    services: ServicesDep,
    caller: OverseerDep,
    asked: WantedDep,
    days: Days = 90,
    accept_language: Language = None,
) -> Row:
    """Medians of how long tasks had waited when they were decided, by step and by office."""
    with services.reading() as connection:
        board = board_of(services, connection, caller, asked)
        since = since_of(board, days)
        rows = tasks.decided_since(connection, board.chosen, since, COUNTED + 1)
    words = Words(board, accept_language)
    waits = [
        (step, office, board.time.days(parse_moment(opened), parse_moment(done)), (due or done) < done)
        for step, office, opened, due, done in rows[:COUNTED]
    ]
    return {
        "at": moment(board.now),
        "since": since,
        "unit": words.unit(asked.unit),
        "complete": len(rows) <= COUNTED,
        "total": _pace(waits) if waits else None,
        "steps": _grouped(waits, 0, _pace, words.step),
        "offices": _grouped(waits, 1, _pace, words.office),
    }


@router.get("/decided/tasks", response_model=BoardTasks, responses=responses(), summary="Which were decided")
def decided_tasks(
    services: ServicesDep,
    caller: OverseerDep,
    asked: WantedDep,
    days: Days = 90,
    limit: Limit = 50,
    cursor: Cursor = None,
    accept_language: Language = None,
) -> Row:
    """The decided tasks behind a figure, the earliest decided first."""
    after = decode_cursor(cursor, (str, str))
    with services.reading() as connection:
        board = board_of(services, connection, caller, asked)
        place = (str(after[0]), str(after[1])) if after else None
        rows = tasks.decided_page(connection, board.chosen, since_of(board, days), limit + 1, place)
    words = Words(board, accept_language)
    shown = [words.task(row) for row in rows[:limit]]
    return page_of(rows, limit, lambda row: [row["decided_at"], row["task_id"]], shown)


def since_of(board: Board, days: int) -> str:
    """The moment at which the first of so many days began."""
    calendar = board.view.calendar
    first: date = calendar.today(board.now) - timedelta(days=days - 1)
    return moment(calendar.start_of(first))


class Words:
    """Codes of a board in the caller's language."""

    def __init__(self, board: Board, accept_language: str | None) -> None:
        self._board = board
        self._view = board.view
        self._policy: Policy = board.view.policy_in_force(board.view.calendar.today(board.now))
        self._language = language_of(accept_language)

    def unit(self, unit_id: str | None) -> Row | None:
        unit = self._view.agency.units.get(unit_id or "")
        return {"id": unit.id, "name": unit.name} if unit else None

    def step(self, code: str) -> Row:
        rule = self._policy.steps.get(code)
        name = code if rule is None else rule.name_id if self._language == "id" else rule.name_en
        return {"step": code, "step_name": name}

    def office(self, key: str) -> Row:
        return {"office": key, "office_name": office_name(key, self._view, self._policy, self._language)}

    def task(self, row: Row) -> Row:
        """A row of `projections.tasks` as the lists show it."""
        end = row["decided_at"] or moment(self._board.now)
        named = row["name"] is not None or row["subject_id"] in self._view.agency.people
        subject = {"id": row["subject_id"], "nip": row["nip"], "name": row["name"]}
        kept = ("task_id", "action_id", "kind", "opened_at", "due_at", "decided_at")
        return (
            {name: row[name] for name in kept}
            | self.step(row["step"])
            | self.office(row["office"])
            | {
                "unit": self.unit(row["unit_id"]),
                "subject": subject if named else None,
                "days": round(self._board.time.days(parse_moment(row["opened_at"]), parse_moment(end)), 1),
                "overdue": bool(row["due_at"]) and row["due_at"] < end,
            }
        )


def _grouped(
    rows: Iterable[tuple[Any, ...]], key: int, summed: Callable[[list[Any]], Row], named: Callable[[str], Row]
) -> list[Row]:
    """One entry for each step or office, the most tasks first."""
    groups: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        groups[row[key]].append(row)
    found = [named(code) | summed(group) for code, group in sorted(groups.items())]
    return sorted(found, key=lambda entry: -int(entry.get("open") or entry.get("decided") or 0))


def _load(rows: list[tuple[Any, ...]], board: Board) -> Row:
    oldest = min((row[4] for row in rows), default=None)
    return {
        "open": sum(row[2] for row in rows),
        "overdue": sum(row[3] for row in rows),
        "oldest_days": round(board.time.days(parse_moment(oldest), board.now), 1) if oldest else 0.0,
        "ages": [sum(row[5][age] for row in rows) for age in range(len(AGES) + 1)],
    }


def _pace(waits: list[tuple[str, str, float, bool]]) -> Row:
    days = sorted(wait[2] for wait in waits)
    return {
        "decided": len(days),
        "median_days": round(median(days), 1),
        "p90_days": round(days[max(0, -(-len(days) * 9 // 10) - 1)], 1),
        "late": sum(wait[3] for wait in waits),
    }
