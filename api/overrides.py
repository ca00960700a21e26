"""The override register: which rule was passed over in which case, by whom, and who suggested the name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict
from sqlalchemy import Connection, select

from api.credentials import CallerDep
from api.paging import Cursor, Limit, decode_cursor, page_of
from api.problems import responses
from api.sight import Sight, sight_of
from api.wiring import Services, ServicesDep
from domain.authorization import may_audit
from domain.events import Overridden
from domain.personnel_action import ActionState
from domain.policy import Policy
from ledger.schema import events
from projections import action_state, employees, overrides

router = APIRouter(prefix="/v1", tags=["overrides"])


class PersonName(BaseModel):
    id: str
    name: str | None


class Override(BaseModel):
    """`unit` is where the case leads; `suggested_by` is who brought the name up, where that was said;
    `citation` is the law of the rule under the case's policy. `reason` is what was written: it can tell of
    the subject, so it is shown to auditors and to those who may see the case, and null to others.
    `candidate_list_hash` is that of the frozen list from which somebody was chosen.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "position": 812,
                    "action_id": "7d5a3c55-8c1f-4a51-9c7d-0b1f5a6f1b11",
                    "variant": "within_agency",
                    "rule": "tenure_minimum",
                    "citation": "Peraturan BKN 5/2019",
                    "reason": "kebutuhan organisasi yang mendesak",
                    "proposed_by": {"id": "8d8ac610-566d-4ef0-9c22-186b2a5ed793", "name": "Siti Aminah"},
                    "confirmed_by": {"id": "0b4cfa1c-96a1-44f7-8e32-3b2b7b1f6f2d", "name": "Budi Santoso"},
                    "suggested_by": None,
                    "candidate_list_hash": None,
                    "unit": {"id": "OPD-01", "name": "Dinas Kesehatan"},
                    "recorded_at": "2026-11-24T02:00:00.000000Z",
                }
            ]
        }
    )

    position: int
    action_id: str
    variant: str | None
    rule: str
    citation: str | None
    reason: str | None
    proposed_by: PersonName
    confirmed_by: PersonName
    suggested_by: PersonName | None
    candidate_list_hash: str | None
    unit: PersonName | None
    recorded_at: str


class OverridePage(BaseModel):
    items: list[Override]
    next: str | None


@router.get(
    "/overrides", response_model=OverridePage, responses=responses(), summary="The register, newest first"
)
def list_overrides(
    services: ServicesDep, caller: CallerDep, limit: Limit = 50, cursor: Cursor = None
) -> dict[str, Any]:
    """Open to everybody who signs in: officials who carry a case past a rule do it in public. The subject
    is not named.
    """
    place = decode_cursor(cursor, (int,))
    with services.reading() as connection:
        rows = overrides.page(connection, limit + 1, place[0] if place else None)
        agency = services.view(connection).agency
        states = {
            action_id: action_state.state_of(connection, action_id)
            for action_id in {row["action_id"] for row in rows}
        }
        sight = sight_of(services, connection, caller)
        policies = services.view(connection).policies
        reasons = {
            row["position"]: _reason(services, connection, row["position"])
            for row in rows
            if _may_read_reason(sight, states[row["action_id"]])
        }
        suggestions = {
            action_id: overrides.suggestion(services.reader, connection, action_id) for action_id in states
        }
        people = {row[key] for row in rows for key in ("proposed_by", "confirmed_by")}
        people |= {person for person, _ in suggestions.values() if person}
        names = {key: name for key, (name, _) in employees.names(connection, people).items()}
    shown = []
    for row in rows:
        state, (suggester, list_hash) = states[row["action_id"]], suggestions[row["action_id"]]
        unit = agency.units.get((state.target_unit_id or state.origin_unit_id or "") if state else "")
        shown.append(
            {
                "position": row["position"],
                "action_id": row["action_id"],
                "variant": state.variant.value if state else None,
                "rule": row["rule"],
                "citation": _citation(row["rule"], state, policies),
                "reason": reasons.get(row["position"]),
                **{
                    key: {"id": row[key], "name": names.get(row[key])}
                    for key in ("proposed_by", "confirmed_by")
                },
                "suggested_by": {"id": suggester, "name": names.get(suggester)} if suggester else None,
                "candidate_list_hash": list_hash,
                "unit": {"id": unit.id, "name": unit.name} if unit else None,
                "recorded_at": row["recorded_at"],
            }
        )
    return page_of(rows, limit, lambda row: [row["position"]], shown)


def _citation(rule: str, state: ActionState | None, policies: Mapping[str, Policy]) -> str | None:
    policy = policies.get(state.policy_id) if state else None
    try:
        return policy.weight_of(rule).citation if policy else None
    except KeyError:
        return None


def _may_read_reason(sight: Sight, state: ActionState | None) -> bool:
    return may_audit(sight.viewer) or (state is not None and sight.may_see(state))


def _reason(services: Services, connection: Connection, position: int) -> str | None:
    """The reason with which the second person carried the case past the rule; None where its seal is gone."""
    statement = select(events.c.record, events.c.leaf_hash).where(events.c.position == position)
    record, leaf_hash = connection.execute(statement).one()
    event = services.reader.open(connection, position, bytes(record), bytes(leaf_hash)).event
    return event.reason if isinstance(event, Overridden) else None
