"""Talent as callers see it: the grid, a person's own place and what leads further, the campaign."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, JsonValue

PERSON: dict[str, JsonValue] = {
    "id": "8d8ac610-566d-4ef0-9c22-186b2a5ed793",
    "nip": "198503302010012001",
    "name": "Siti Aminah",
}


class Member(BaseModel):
    """Somebody in a box. Points are hundredths; `vetoes` keep out of the succession pool."""

    id: str
    nip: str | None
    name: str | None
    unit_id: str
    performance: int | None = None
    potential: int | None = None
    vetoes: list[str] = []
    reasons: list[str] = []
    documents_missing: list[str] = []


class Box(BaseModel):
    """One of the nine boxes (PermenPANRB 3/2020). `members` are the first `limit`, the strongest first."""

    box: int
    performance: Literal["below", "as_expected", "above"]
    potential: Literal["low", "middle", "high"]
    treatment: str
    in_pool: bool
    count: int
    members: list[Member]


class Unmapped(BaseModel):
    count: int
    reasons: dict[str, int]
    members: list[Member]


class Grid(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "as_of": "2026-11-24",
                    "unit": {"id": "OPD-01", "name": "Dinas Kesehatan"},
                    "formula_version": "kepka-bkn-411-2025/claimed-1",
                    "people": 2,
                    "boxes": [
                        {
                            "box": 9,
                            "performance": "above",
                            "potential": "high",
                            "treatment": "Dipromosikan dan dipertahankan",
                            "in_pool": True,
                            "count": 1,
                            "members": [
                                PERSON | {"unit_id": "OPD-01", "performance": 10000, "potential": 8450}
                            ],
                        }
                    ],
                    "unmapped": {"count": 1, "reasons": {"no_cact": 1}, "members": []},
                }
            ]
        }
    )

    as_of: str
    unit: dict[str, Any] | None
    formula_version: str
    people: int
    boxes: list[Box]
    unmapped: Unmapped


class Part(BaseModel):
    """One component of the formula as it was counted. `status` says why one was left out; `recorded` is what
    officers enter.
    """

    component: str
    name: str
    axis: Literal["performance", "potential"]
    weight: int
    score: int | None
    required: bool
    recorded: bool
    status: Literal["counted", "missing", "lapsed"]
    lapses_on: str | None


class Lack(BaseModel):
    component: str
    why: Literal["missing", "lapsed"]
    message: str


class Further(BaseModel):
    """One level more on one axis: the box, the points that the axis lacks, and the score that one
    component alone would need.
    """

    axis: Literal["performance", "potential"]
    level: Literal["middle", "high"]
    box: int
    lacking: int
    by_component: list[dict[str, Any]]


class FormulaUsed(BaseModel):
    version: str
    policy_id: str
    policy_hash: str
    citation: str
    doubt: str | None


class RatingGiven(BaseModel):
    period_start: str
    period_end: str
    result: int
    conduct: int
    predicate: str
    assessor: dict[str, Any] | None


class PersonTalent(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "person": PERSON,
                    "state": "unmapped",
                    "as_of": "2026-11-24",
                    "box": None,
                    "treatment": None,
                    "performance": None,
                    "potential": None,
                    "in_pool": False,
                    "vetoes": [],
                    "lapses_on": None,
                    "placement_hash": None,
                    "components": [],
                    "gaps": [
                        {
                            "component": "potential_assessment",
                            "why": "missing",
                            "message": "Penilaian potensi belum ada.",
                        }
                    ],
                    "next": [],
                    "ratings": [],
                    "tests": [],
                    "formula": {
                        "version": "kepka-bkn-411-2025/claimed-1",
                        "policy_id": "kota-serang/2026-01",
                        "policy_hash": "0" * 64,
                        "citation": "PermenPANRB 3/2020",
                        "doubt": None,
                    },
                }
            ]
        }
    )

    person: dict[str, Any]
    state: Literal["mapped", "unmapped"]
    as_of: str
    box: int | None
    treatment: str | None
    performance: int | None
    potential: int | None
    in_pool: bool
    vetoes: list[str]
    lapses_on: str | None
    placement_hash: str | None
    components: list[Part]
    gaps: list[Lack]
    next: list[Further]
    ratings: list[RatingGiven]
    tests: list[dict[str, Any]]
    formula: FormulaUsed


class GivenReminder(BaseModel):
    """A unit's newest reminder: who, when, how often so far, and how far the unit was then."""

    office: str
    reminded_on: str
    times: int
    people: int
    mapped: int


class UnitProgress(BaseModel):
    id: str
    name: str
    people: int
    mapped: int
    unmapped: int
    reasons: dict[str, int]
    reminder: GivenReminder | None = None


class Reminder(BaseModel):
    """What an office of the caller's is reminded of: a unit's people who are in no box today."""

    unit: dict[str, Any]
    office: str
    reminded_on: str
    times: int
    target_date: str
    days_left: int
    people: int
    mapped: int
    unmapped: int
    reasons: dict[str, int]


class Reminders(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [
                        {
                            "unit": {"id": "OPD-01", "name": "Dinas Kesehatan"},
                            "office": "unit_personnel_officer@OPD-01",
                            "reminded_on": "2026-11-24",
                            "times": 2,
                            "target_date": "2026-12-31",
                            "days_left": 37,
                            "people": 120,
                            "mapped": 15,
                            "unmapped": 105,
                            "reasons": {"no_cact": 105, "documents_missing": 12},
                        }
                    ],
                    "next": None,
                }
            ]
        }
    )

    items: list[Reminder]
    next: None


class CampaignReport(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "as_of": "2026-11-24",
                    "target_date": "2026-12-31",
                    "days_left": 37,
                    "citation": "KepKa BKN 411/2025",
                    "doubt": None,
                    "people": 120,
                    "mapped": 15,
                    "unmapped": 105,
                    "reasons": {"no_cact": 105},
                    "units": [
                        {
                            "id": "OPD-01",
                            "name": "Dinas Kesehatan",
                            "people": 120,
                            "mapped": 15,
                            "unmapped": 105,
                            "reasons": {"no_cact": 105},
                            "reminder": None,
                        }
                    ],
                }
            ]
        }
    )

    as_of: str
    target_date: str
    days_left: int
    citation: str
    doubt: str | None
    people: int
    mapped: int
    unmapped: int
    reasons: dict[str, int]
    units: list[UnitProgress]


class UnmappedPage(BaseModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"items": [PERSON | {"unit_id": "OPD-01", "reasons": ["no_cact"]}], "next": None}]
        }
    )

    items: list[Member]
    next: str | None
