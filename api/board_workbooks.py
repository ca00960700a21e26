"""The boards and the lists behind them as XLSX workbooks."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from api.board_reach import OverseerDep, WantedDep, board_of
from api.boards import Days, Language, Words, decided, since_of, waiting
from api.credentials import Caller, CallerDep
from api.document_verification import unit_completeness
from api.problems import language_of, responses
from api.purposes import PurposeDep
from api.talent import campaign, unmapped_people
from api.wiring import Services, ServicesDep
from api.workbook import FILE, Sheet, workbook
from domain.evidence_commands import RecordEvidenceTaken
from domain.profiling import REASONS
from ledger.read import size as ledger_size
from projections import tasks

router = APIRouter(prefix="/v1/boards", tags=["boards"])

# A workbook holds so many rows of a list at most; `GET …/tasks` goes on.
ROWS = 10_000
Row = dict[str, Any]
TASK_COLUMNS = (
    ("Nama", "Name"),
    ("NIP", "NIP"),
    ("Jenis", "Kind"),
    ("Langkah", "Step"),
    ("Jabatan", "Office"),
    ("Unit", "Unit"),
    ("Dibuka", "Opened"),
    ("Tenggat", "Due"),
    ("Diputuskan", "Decided"),
    ("Hari kerja", "Working days"),
    ("Terlambat", "Overdue"),
    ("Perkara", "Case"),
)


@router.get(
    "/workbook",
    response_class=Response,
    responses=FILE | responses(),
    summary="The whole board as a workbook",
)
def whole_board(
    services: ServicesDep,
    caller: OverseerDep,
    asked: WantedDep,
    days: Days = 90,
    accept_language: Language = None,
) -> Response:
    """One sheet a table; nobody is named."""
    language = language_of(accept_language)
    open_now = waiting(services, caller, asked, accept_language)
    done = decided(services, caller, asked, days, accept_language)
    files = unit_completeness(services, caller, asked.unit)
    talent = campaign(services, caller, asked.unit)
    ages = [_age(age, language) for age in open_now["ages"]]
    load = [_t(language, "Menunggu", "Waiting"), _t(language, "Terlambat", "Overdue")]
    load += [_t(language, "Tertua (hari kerja)", "Oldest (working days)"), *ages]
    pace = ("Diputuskan", "Median", "P90", "Terlambat")
    if language != "id":
        pace = ("Decided", "Median", "P90", "Late")
    step, office, unit = _t(language, "Langkah", "Step"), _t(language, "Jabatan", "Office"), "Unit"
    people, complete = _t(language, "Pegawai", "People"), _t(language, "Lengkap", "Complete")
    mapped, unmapped = _t(language, "Terpetakan", "Mapped"), _t(language, "Belum", "Unmapped")
    return workbook(
        "papan",
        [
            Sheet(_t(language, "Menunggu", "Waiting"), (step, *load), _loads(open_now["steps"], "step_name")),
            Sheet(
                _t(language, "Beban", "Workload"), (office, *load), _loads(open_now["offices"], "office_name")
            ),
            Sheet(_t(language, "Lama putusan", "Waiting times"), (step, *pace), _paces(done["steps"])),
            Sheet(
                _t(language, "Berkas", "Files"),
                (unit, people, complete),
                [(each["unit_name"], each["people"], each["complete"]) for each in files["items"]],
            ),
            Sheet(
                _t(language, "Pemetaan", "Profiling"),
                (unit, people, mapped, unmapped),
                [
                    (each["name"], each["people"], each["mapped"], each["unmapped"])
                    for each in talent["units"]
                ],
            ),
        ],
    )


@router.get(
    "/waiting/workbook",
    response_class=Response,
    responses=FILE | responses(),
    summary="Which tasks wait, as a workbook",
)
def waiting_workbook(
    services: ServicesDep,
    caller: OverseerDep,
    asked: WantedDep,
    purpose: PurposeDep = None,
    accept_language: Language = None,
) -> Response:
    """As `/waiting/tasks`, the 10,000 longest open. It names people, so that it was taken is recorded."""
    with services.reading() as connection:
        board = board_of(services, connection, caller, asked)
        rows = tasks.open_page(connection, board.chosen, ROWS, None)
    file = _of_tasks("menunggu", rows, Words(board, accept_language), language_of(accept_language))
    return _taken(services, caller, file, len(rows), {"list": "waiting"} | asdict(asked), purpose)


@router.get(
    "/decided/workbook",
    response_class=Response,
    responses=FILE | responses(),
    summary="Which tasks were decided, as a workbook",
)
def decided_workbook(
    services: ServicesDep,
    caller: OverseerDep,
    asked: WantedDep,
    days: Days = 90,
    purpose: PurposeDep = None,
    accept_language: Language = None,
) -> Response:
    """As `/decided/tasks`, the first 10,000; recorded as `/waiting/workbook`."""
    with services.reading() as connection:
        board = board_of(services, connection, caller, asked)
        rows = tasks.decided_page(connection, board.chosen, since_of(board, days), ROWS, None)
    file = _of_tasks("diputuskan", rows, Words(board, accept_language), language_of(accept_language))
    told = {"list": "decided", "days": days} | asdict(asked)
    return _taken(services, caller, file, len(rows), told, purpose)


@router.get(
    "/unmapped/workbook",
    response_class=Response,
    responses=FILE | responses(),
    summary="Who is not in the nine boxes yet, as a workbook",
)
def unmapped_workbook(
    services: ServicesDep,
    caller: CallerDep,
    unit: Annotated[str | None, Query(max_length=64)] = None,
    reason: Annotated[str | None, Query(pattern=f"^({'|'.join(REASONS)})$")] = None,
    purpose: PurposeDep = None,
    accept_language: Language = None,
) -> Response:
    """As `GET /v1/talent/unmapped`, whole; recorded as `/waiting/workbook`."""
    language = language_of(accept_language)
    columns = (_t(language, "Nama", "Name"), "NIP", "Unit", _t(language, "Yang kurang", "What is lacking"))
    found = unmapped_people(services, caller, unit, reason, ROWS, None)["items"]
    rows = [(each["name"], each["nip"], each["unit_id"], ", ".join(each["reasons"])) for each in found]
    file = workbook("belum-terpetakan", [Sheet(_t(language, "Belum", "Unmapped"), columns, rows)])
    told = {"list": "unmapped", "unit": unit, "reason": reason}
    return _taken(services, caller, file, len(rows), told, purpose)


def _taken(
    services: Services, caller: Caller, file: Response, rows: int, told: dict[str, Any], purpose: str | None
) -> Response:
    """The file, once the ledger has who takes it. Raises LedgerUnavailable."""
    with services.reading() as connection:
        size = ledger_size(connection)
    taking = RecordEvidenceTaken(
        command_id=str(uuid.uuid4()),
        actor=caller.actor,
        taking_id=str(uuid.uuid4()),
        what="workbook",
        records=rows,
        tree_size=size,
        sha256=hashlib.sha256(file.body).hexdigest(),
        purpose=purpose,
        query={name: value for name, value in told.items() if value},
    )
    services.ledger.execute(taking)
    return file


def _of_tasks(name: str, rows: list[Row], words: Words, language: str) -> Response:
    columns = [_t(language, *pair) for pair in TASK_COLUMNS]
    return workbook(name, [Sheet(_t(language, "Tugas", "Tasks"), columns, _task_rows(rows, words, language))])


def _task_rows(rows: list[Row], words: Words, language: str) -> Iterator[tuple[str | float | None, ...]]:
    for row in rows:
        task = words.task(row)
        subject, unit = task["subject"] or {}, task["unit"] or {}
        yield (
            subject.get("name"),
            subject.get("nip"),
            task["kind"],
            task["step_name"],
            task["office_name"],
            unit.get("name"),
            task["opened_at"],
            task["due_at"],
            task["decided_at"],
            task["days"],
            _t(language, "ya", "yes") if task["overdue"] else _t(language, "tidak", "no"),
            task["action_id"],
        )


def _loads(groups: list[Row], name: str) -> Iterator[tuple[str | float | None, ...]]:
    for each in groups:
        yield (each[name], each["open"], each["overdue"], each["oldest_days"], *each["ages"])


def _paces(groups: list[Row]) -> Iterator[tuple[str | float | None, ...]]:
    for each in groups:
        yield (each["step_name"], each["decided"], each["median_days"], each["p90_days"], each["late"])


def _age(age: dict[str, int | None], language: str) -> str:
    if age["to"] is None:
        return _t(language, f"{age['from']} hari kerja atau lebih", f"{age['from']} working days or more")
    return _t(language, f"{age['from']} sampai <{age['to']} hari", f"{age['from']} to <{age['to']} days")


def _t(language: str, indonesian: str, english: str) -> str:
    return indonesian if language == "id" else english
