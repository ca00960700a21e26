"""How the boards look to those outside: counts by step, age and office, and the lists behind each figure."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue

UNIT: dict[str, JsonValue] = {"id": "OPD-07", "name": "Dinas Kesehatan"}
LOAD: dict[str, JsonValue] = {"open": 12, "overdue": 2, "oldest_days": 6.5, "ages": [4, 3, 2, 2, 1]}
STEP: dict[str, JsonValue] = {"step": "analyst_verification", "step_name": "Verifikasi analis"}
OFFICE: dict[str, JsonValue] = {"office": "personnel_analyst", "office_name": "Analis kepegawaian"}
PACE: dict[str, JsonValue] = {"decided": 40, "median_days": 1.4, "p90_days": 3.8, "late": 3}
SUBJECT: dict[str, JsonValue] = {
    "id": "8d8ac610-566d-4ef0-9c22-186b2a5ed793",
    "nip": "198503302010012001",
    "name": "Siti Aminah",
}
TASK: dict[str, JsonValue] = {
    "task_id": "6fa459ea-ee8a-5ca4-894e-db77e160355e",
    "action_id": "1b671a64-40d5-491e-99b0-da01ff1f3341",
    "kind": "mutation",
    **STEP,
    **OFFICE,
    "unit": UNIT,
    "subject": SUBJECT,
    "opened_at": "2026-11-20T02:00:00.000000Z",
    "due_at": "2026-11-25T17:00:00.000000Z",
    "decided_at": None,
    "days": 2.5,
    "overdue": False,
}


class Age(BaseModel):
    """Working days: `from` and more, less than `to`."""

    from_: int = Field(alias="from")
    to: int | None


class Load(BaseModel):
    """Open tasks; `ages` has one count for each of the board's `ages`."""

    open: int
    overdue: int
    oldest_days: float = Field(description="Working days since the oldest was opened.")
    ages: list[int]


class StepLoad(Load):
    step: str
    step_name: str


class OfficeLoad(Load):
    office: str
    office_name: str


class WaitingBoard(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "at": "2026-11-24T02:00:00.000000Z",
                    "unit": UNIT,
                    "ages": [
                        {"from": 0, "to": 1},
                        {"from": 1, "to": 3},
                        {"from": 3, "to": 5},
                        {"from": 5, "to": 10},
                        {"from": 10, "to": None},
                    ],
                    "total": LOAD,
                    "steps": [STEP | LOAD],
                    "offices": [OFFICE | LOAD],
                }
            ]
        }
    )

    at: str
    unit: dict[str, Any] | None
    ages: list[Age]
    total: Load
    steps: list[StepLoad]
    offices: list[OfficeLoad]


class Pace(BaseModel):
    """How long decided tasks had waited, in working days, each from midnight to midnight local time."""

    decided: int
    median_days: float
    p90_days: float
    late: int = Field(description="Decided after their due moment.")


class StepPace(Pace):
    step: str
    step_name: str


class OfficePace(Pace):
    office: str
    office_name: str


class DecidedBoard(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "at": "2026-11-24T02:00:00.000000Z",
                    "since": "2026-08-25T17:00:00.000000Z",
                    "unit": None,
                    "complete": True,
                    "total": PACE,
                    "steps": [STEP | PACE],
                    "offices": [OFFICE | PACE],
                }
            ]
        }
    )

    at: str
    since: str
    unit: dict[str, Any] | None
    complete: bool = Field(description="Whether these are all: at most the newest 10,000 are counted.")
    total: Pace | None
    steps: list[StepPace]
    offices: list[OfficePace]


class BoardTask(BaseModel):
    """One task; `days` are the working days that it has waited, or had when it was decided."""

    task_id: str
    action_id: str
    kind: str
    step: str
    step_name: str
    office: str
    office_name: str
    unit: dict[str, Any] | None
    subject: dict[str, Any] | None = Field(description="Null where a promotion has no chosen candidate yet.")
    opened_at: str
    due_at: str | None
    decided_at: str | None
    days: float
    overdue: bool


class BoardTasks(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [TASK], "next": None}]})

    items: list[BoardTask]
    next: str | None
