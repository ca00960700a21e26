"""How lists of rank promotions and the people on them look to those outside."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict

from api.views import Names, person_view, subject_view
from domain import rank_events as rk
from domain.agency import Agency
from domain.eligibility import Finding, explain
from domain.event import Event
from domain.policy import Policy
from domain.rank_path import RankPath

LIST_ID = "0d5a1f3e-4f1c-4c62-8b0e-6a1f3f5a7b21"
FINDING: dict[str, Any] = {
    "rule": "rank_years",
    "outcome": "pass",
    "severity": "HARD",
    "citation": "PP 99/2000 jo. PP 12/2002 (years in the last grade)",
    "message": "48 bulan dalam pangkat terpenuhi pada 2027-01-01.",
    "facts": {"months": 48, "due_on": "2027-01-01"},
    "remedy": None,
}
PERSON: dict[str, Any] = {
    "id": "9b2d5c1e-3a5e-4c92-a1a7-0d0c8f3a2b11",
    "nip": "198503122010011007",
    "name": "Siti Aminah",
}
LIST: dict[str, Any] = {
    "id": LIST_ID,
    "period": "2027-01-01",
    "status": "sent",
    "over": False,
    "proposed_by": {"id": PERSON["id"], "name": "Siti Aminah"},
    "proposed_on": "2026-11-24",
    "send_by": "2026-12-15",
    "letter_number": "800/77-BKPSDM",
    "sent_on": "2026-11-25",
    "policy": {"id": "kota-serang/2026-01", "hash": "ab" * 32},
    "list_hash": "9f" * 32,
    "counts": {"proposed": 41, "kept_off": 12, "left_off": 1, "at_ceiling": 318, "undated": 7},
    "progress": {"proposed": 3, "approved": 38},
    "next_due": "2026-12-31T17:00:00.000000Z",
    "allowed": ["answers"],
    "version": 57,
}
ENTRY: dict[str, Any] = {
    "person": PERSON,
    "unit": {"id": "OPD-01", "name": "Dinas Kesehatan"},
    "kind": "regular",
    "from_grade": "III/a",
    "to_grade": "III/b",
    "status": "approved",
    "waits": True,
    "entry_hash": "9f" * 32,
    "findings": [FINDING],
    "left_off_reason": None,
    "answer_reason": None,
    "pertek_number": "AB-12345",
    "answered_on": "2026-12-03",
    "decree_number": None,
    "decree_date": None,
    "effective_date": None,
    "held": [],
    "siasn_id": None,
}


class RankListView(BaseModel):
    """One period's list. `counts` are those of the moment at which it was frozen, `progress` says how many
    stand where now, of those whom the caller sees. `allowed` are the acts that the caller's office may do.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [LIST]})

    id: str
    period: str
    status: str
    over: bool
    proposed_by: dict[str, Any] | None
    proposed_on: str
    send_by: str
    letter_number: str | None
    sent_on: str | None
    policy: dict[str, str]
    list_hash: str
    counts: dict[str, int]
    progress: dict[str, int]
    next_due: str | None
    allowed: list[str]
    version: int


class RankListReceipt(RankListView):
    receipt: dict[str, Any] | None


class RankListPage(BaseModel):
    items: list[RankListView]
    next: str | None


class RankEntryView(BaseModel):
    """A person on a list. Findings are those of the moment at which it was frozen; their facts, and the
    reasons, are gone with the person's key.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [ENTRY]})

    person: dict[str, Any]
    unit: dict[str, Any] | None
    kind: str
    from_grade: str
    to_grade: str
    status: str
    waits: bool
    entry_hash: str
    findings: list[dict[str, Any]]
    left_off_reason: str | None
    answer_reason: str | None
    pertek_number: str | None
    answered_on: str | None
    decree_number: str | None
    decree_date: str | None
    effective_date: str | None
    held: list[str]
    siasn_id: str | None


class RankEntryPage(BaseModel):
    items: list[RankEntryView]
    next: str | None


class DueView(BaseModel):
    """Somebody who is due in a period, as the register stands now; nothing of it is recorded."""

    person: dict[str, Any]
    unit: dict[str, Any] | None
    kind: str
    from_grade: str
    to_grade: str
    due_on: str | None
    barred: list[str]
    findings: list[dict[str, Any]]


class DuePage(BaseModel):
    """`opens_on` to `closes_on` is when the list of the period is made and sent."""

    period: str
    opens_on: str
    closes_on: str
    list_id: str | None
    at_ceiling: int
    undated: int
    items: list[DueView]
    next: str | None


def finding_views(findings: tuple[Finding, ...], policy: Policy, language: str) -> list[dict[str, Any]]:
    """Findings in the caller's language."""
    told = [explain(f.rule, f.outcome, f.facts, policy, language) for f in findings]
    return [finding.model_dump(mode="json", exclude={"parameters"}) for finding in told]


def list_view(
    row: dict[str, Any], progress: dict[str, int], allowed: list[str], names: Names
) -> dict[str, Any]:
    plain = ("period", "status", "proposed_on", "send_by", "letter_number", "sent_on", "list_hash")
    return {
        "id": row["list_id"],
        **{name: row[name] for name in plain},
        "over": bool(row["over"]),
        "proposed_by": person_view(row["proposed_by"], names),
        "policy": {"id": row["policy_id"], "hash": row["policy_hash"]},
        "counts": {name: row[name] for name in ("proposed", "kept_off", "left_off", "at_ceiling", "undated")},
        "progress": progress,
        "next_due": row["next_due"],
        "allowed": allowed,
        "version": row["version"],
    }


def entry_view(
    row: dict[str, Any], told: list[Event], names: Names, unit: dict[str, Any] | None, policy: Policy,
    language: str,
) -> dict[str, Any]:  # fmt: skip
    """A row with what its events `told` under seal: findings in words, and reasons."""
    listed = next(e for e in told if isinstance(e, rk.RankCandidateListed))
    answers = [e for e in told if isinstance(e, rk.RankAnswered)]
    plain = ("kind", "from_grade", "to_grade", "status", "entry_hash", "pertek_number", "answered_on")
    more = ("decree_number", "decree_date", "effective_date", "siasn_id")
    return {
        "person": subject_view(row["person_id"], names),
        "unit": unit,
        **{name: row[name] for name in (*plain, *more)},
        "waits": bool(row["waits"]),
        "findings": _findings(listed, policy, language),
        "left_off_reason": listed.reason,
        "answer_reason": answers[-1].reason if answers else None,
        "held": row["held"].split() if row["held"] else [],
    }


def _findings(listed: rk.RankCandidateListed, policy: Policy, language: str) -> list[dict[str, Any]]:
    facts = {item.rule: item.facts for item in listed.facts or ()}
    if listed.sheet is None:  # erased with the person's key: what the rule said still stands readable
        return [outcome.model_dump(mode="json") for outcome in listed.outcomes]
    told = [explain(o.rule, o.outcome, facts.get(o.rule, {}), policy, language) for o in listed.outcomes]
    return [finding.model_dump(mode="json", exclude={"parameters"}) for finding in told]


def path_view(path: RankPath) -> dict[str, Any]:
    return {
        "kind": path.kind.value,
        "to_grade": path.to_grade,
        "due_on": path.due_on.isoformat() if path.due_on else None,
        "ceiling": path.ceiling,
        "at_ceiling": path.reaches_beyond,
    }


def unit_view(agency: Agency, unit_id: str | None) -> dict[str, Any] | None:
    unit = agency.units.get(unit_id or "")
    return {"id": unit.id, "name": unit.name} if unit else None
