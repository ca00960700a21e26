"""A person's own way to the next grade: when it is due, what is lacking, and where they stand on lists."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Header
from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection

from api.credentials import CallerDep
from api.problems import language_of, responses
from api.purposes import PurposeDep, reading
from api.rank_views import FINDING, finding_views, path_view
from api.visibility import viewer_for, visible_person
from api.wiring import Services, ServicesDep
from domain.decree_codes import rank_code
from domain.facts import Facts
from domain.rank_path import RankPath, path_on
from domain.rank_policy import RankKind
from domain.rank_sheet import assess_rank, rank_sheet, rises_on_retirement
from domain.register_facts import subject_facts
from ledger.decree_code import rank_code_key
from ledger.facts import facts_for_reading
from projections import rank_promotions as ranks

router = APIRouter(prefix="/v1/employees", tags=["rank promotion"])

Language = Annotated[str | None, Header(alias="Accept-Language", max_length=255, examples=["id"])]
EXAMPLE: dict[str, Any] = {
    "grade": {"code": "III/a", "since": "2023-01-01"},
    "path": {
        "kind": "regular",
        "to_grade": "III/b",
        "due_on": "2027-01-01",
        "ceiling": "III/d",
        "at_ceiling": False,
    },
    "period": "2027-01-01",
    "window": {"opens_on": "2026-11-16", "closes_on": "2026-12-15"},
    "findings": [FINDING],
    "lists": [],
}


class PersonRank(BaseModel):
    """`path` is null for whom rank promotion is not about; `period` is the first for which the person can
    be proposed, null at the ceiling and where the register does not say since when the grade is held.
    Findings are judged by today's facts for that period. `lists` are those on which the person stands;
    `decree_code` leads to the public page of a decree of the agency's own.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    grade: dict[str, Any]
    path: dict[str, Any] | None
    period: str | None
    window: dict[str, str] | None
    findings: list[dict[str, Any]]
    lists: list[dict[str, Any]]


@router.get(
    "/{nip}/rank-promotion",
    response_model=PersonRank,
    responses=responses(),
    summary="The way to the next grade",
)
def person_rank(
    nip: str,
    services: ServicesDep,
    caller: CallerDep,
    purpose: PurposeDep = None,
    accept_language: Language = None,
) -> dict[str, Any]:
    """One's own, or of whom the caller may see. Reading another's is recorded."""
    with services.reading() as connection:
        row = visible_person(connection, viewer_for(services, connection, caller), nip)
        shown = _shown(services, connection, row, language_of(accept_language))
    reading(services, caller, row["person_id"], "rank-promotion", purpose)
    return shown


def _shown(services: Services, connection: Connection, row: dict[str, Any], language: str) -> dict[str, Any]:
    person_id = str(row["person_id"])
    facts = facts_for_reading(services.reader, connection, services.view(connection), services.now())
    policy = facts.policy_in_force(facts.today)
    coming = policy.rank_promotion.periods.open_on(facts.today)
    path = path_on(facts.today, person_id, facts.agency, facts.files, policy, coming)
    period = _period(path, person_id, facts)
    window, findings = None, list[dict[str, Any]]()
    if path is not None:
        judged_for = period or coming
        record = facts.talent.of([person_id])[person_id]
        sheet = rank_sheet(person_id, path, judged_for, record, facts, policy)
        findings = finding_views(assess_rank(sheet, policy), policy, language)
    if period is not None:
        periods = facts.policy_in_force(period).rank_promotion.periods
        window = {
            "opens_on": periods.opens_on(period).isoformat(),
            "closes_on": periods.closes_on(period).isoformat(),
        }
    return {
        "grade": {"code": row["grade"], "since": row["grade_since"]},
        "path": path_view(path) if path else None,
        "period": period.isoformat() if period else None,
        "window": window,
        "findings": findings,
        "lists": [
            _standing(entry, services.installation.sealing_key)
            for entry in ranks.of_person(connection, person_id)
        ],
    }


def _period(path: RankPath | None, person_id: str, facts: Facts) -> date | None:
    """The first period on or after the day on which the years are over whose list can still be sent; on
    retirement that of the last month.
    """
    if path is None or path.due_on is None or path.reaches_beyond:
        return None
    policy = facts.policy_in_force(facts.today)
    periods = policy.rank_promotion.periods
    if path.kind is RankKind.RETIREMENT:
        return max(rises_on_retirement(subject_facts(person_id, facts), policy), periods.open_on(facts.today))
    return max(periods.first_after(path.due_on), periods.open_on(facts.today))


def _standing(entry: dict[str, Any], sealing_key: bytes) -> dict[str, Any]:
    plain = (
        "list_id", "period", "list_status", "kind", "from_grade", "to_grade", "status", "pertek_number",
        "decree_number", "decree_date", "effective_date", "siasn_id",
    )  # fmt: skip
    code = None
    if entry["decree_code_hash"]:
        code = rank_code(rank_code_key(sealing_key, entry["list_id"]), entry["person_id"])
    return {name: entry[name] for name in plain} | {"decree_code": code}
