"""An apparatus within a cycle: its achievement, the pattern for it, and how the ratings lie beside that."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy import Connection
from starlette.responses import Response

from api import shapes
from api.cases import receipt_of
from api.credentials import Caller, CallerDep
from api.idempotency import REPLAY, IdempotencyKey, identify
from api.veil import reads_candidates
from api.views import answer, as_id
from api.wiring import Services, ServicesDep
from domain.commands import FREE_TEXT_LIMIT, Command
from domain.errors import NotFound
from domain.evaluation_commands import ConsiderDistribution, RateOrganisation
from domain.performance import Achievement, Predicate, consider_distribution
from domain.personnel_action import ActionState
from domain.policy import Policy
from ledger.directory_view import DirectoryView
from ledger.facts import facts_for_reading
from projections import cycle_units, evaluation_cycles
from projections.action_state import states_of

router = APIRouter(prefix="/v1/evaluation-cycles", tags=["evaluation cycles"])

CycleId = Annotated[str, Path(max_length=64, examples=[shapes.ACTION_ID])]
UnitId = Annotated[str, Path(max_length=128, examples=["OPD-01"])]
DocumentNumber = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=100)]


class OrganisationAchievement(BaseModel):
    """The achievement that the next-higher leader set, and the document that says so."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={"examples": [{"achievement": "BAIK", "document_number": "000.8/12-Org/2026"}]},
    )

    achievement: Achievement
    document_number: DocumentNumber


class Consideration(BaseModel):
    """Why the ratings lie beside the pattern; needed where they do not fit and the policy wants it."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", json_schema_extra={"examples": [{"reason": "unit baru dibentuk"}]}
    )

    reason: Annotated[str, Field(max_length=FREE_TEXT_LIMIT)] = ""


@router.get("/{cycle_id}/units/{unit_id}/distribution", responses=shapes.ok("Distribution", 404))
def distribution(services: ServicesDep, caller: CallerDep, cycle_id: CycleId, unit_id: UnitId) -> Response:
    """The ratings that stand in the apparatus, counted beside the pattern of its achievement. For the
    committee and for who reads the agency.
    """
    with services.reading() as connection:
        shown = _shown(services, connection, caller, as_id(cycle_id), unit_id)
    return answer(shown)


@router.post(
    "/{cycle_id}/units/{unit_id}/achievement", responses=shapes.ok("Distribution", 403, 404, 409, 413, 415)
)
async def rate(
    request: Request,
    services: ServicesDep,
    caller: CallerDep,
    cycle_id: CycleId,
    unit_id: UnitId,
    body: OrganisationAchievement,
    key: IdempotencyKey = None,
) -> Response:
    """Record the achievement of an apparatus; the newest counts. Not for one's own."""
    identified = identify(request, caller, key, body)
    command = RateOrganisation(
        command_id=identified.command_id,
        actor=caller.actor,
        cycle_id=as_id(cycle_id),
        unit_id=unit_id,
        achievement=body.achievement,
        document_number=body.document_number,
    )
    return await _answered(services, caller, command, command.cycle_id, unit_id, identified.body_hash)


@router.post(
    "/{cycle_id}/units/{unit_id}/consideration", responses=shapes.ok("Distribution", 403, 404, 409, 413, 415)
)
async def consider(
    request: Request,
    services: ServicesDep,
    caller: CallerDep,
    cycle_id: CycleId,
    unit_id: UnitId,
    body: Consideration,
    key: IdempotencyKey = None,
) -> Response:
    """Record that the ratings were seen beside the pattern. It changes no rating and opens or blocks none."""
    identified = identify(request, caller, key, body)
    command = ConsiderDistribution(
        command_id=identified.command_id,
        actor=caller.actor,
        cycle_id=as_id(cycle_id),
        unit_id=unit_id,
        reason=body.reason,
    )
    return await _answered(services, caller, command, command.cycle_id, unit_id, identified.body_hash)


def consideration_of(
    connection: Connection, state: ActionState, view: DirectoryView
) -> dict[str, Any] | None:
    """What the committee considers at a calibration: the achievement of the person's apparatus and the
    ratings that its pattern expects most often. None where none is recorded.
    """
    cycle_id = state.evaluation.cycle_id if state.evaluation else None
    unit_id = view.agency.apparatus_of(state.origin_unit_id)
    row = cycle_units.of_cycle(connection, cycle_id).get(unit_id or "") if cycle_id else None
    if row is None:
        return None
    return {"cycle_id": cycle_id, "unit_id": unit_id} | pattern_of(row, view.policies[state.policy_id])


def pattern_of(row: dict[str, Any], policy: Policy) -> dict[str, Any]:
    """An achievement with what its pattern expects."""
    rule = policy.talent.distribution
    return {
        "achievement": row["achievement"],
        "document_number": row["document_number"],
        "expected_most_frequent": [each.value for each in rule.patterns[Achievement(row["achievement"])]],
        "citation": rule.citation,
        "doubt": rule.doubt,
        "considered": {"at": row["considered_at"], "by": row["considered_by"], "fits": bool(row["fits"])}
        if row["considered_at"]
        else None,
    }


async def _answered(
    services: Services, caller: Caller, command: Command, cycle_id: str, unit_id: str, body_hash: str
) -> Response:
    result = await services.send(command, body_hash)
    with services.reading() as connection:
        shown = _whole(services, connection, cycle_id, unit_id, counted=_counts(services, connection, caller))
        shown["receipt"] = receipt_of(result, connection)
    return answer(shown, headers={REPLAY: "true"} if result.replayed else {})


def _counts(services: Services, connection: Connection, caller: Caller) -> bool:
    return reads_candidates(services, connection, caller)


def _shown(
    services: Services, connection: Connection, caller: Caller, cycle_id: str, unit_id: str
) -> dict[str, Any]:
    if not _counts(services, connection, caller):
        raise NotFound()
    return _whole(services, connection, cycle_id, unit_id, counted=True)


def _whole(
    services: Services, connection: Connection, cycle_id: str, unit_id: str, *, counted: bool
) -> dict[str, Any]:
    cycle = evaluation_cycles.by_id(connection, cycle_id)
    view = services.view(connection)
    if cycle is None or unit_id not in view.agency.units:
        raise NotFound()
    policy = view.policies[cycle["policy_id"]]
    row = cycle_units.of_cycle(connection, cycle_id).get(unit_id)
    shown: dict[str, Any] = {
        "cycle_id": cycle_id,
        "unit": {"id": unit_id, "name": view.agency.units[unit_id].name},
        "pattern": pattern_of(row, policy) if row else None,
        "counts": None,
        "most_frequent": None,
        "fits": None,
    }
    if not counted:
        return shown
    given = _given(services, connection, view, cycle_id, unit_id)
    shown["counts"] = {each.value: given.count(each) for each in Predicate}
    if row is not None:
        patterns = policy.talent.distribution.patterns
        fit = consider_distribution(Achievement(row["achievement"]), given, patterns)
        shown |= {"most_frequent": [each.value for each in fit.most_frequent], "fits": fit.fits}
    return shown


def _given(
    services: Services, connection: Connection, view: DirectoryView, cycle_id: str, unit_id: str
) -> list[Predicate]:
    """The judgements that stand in the apparatus; each is opened for this answer."""
    facts = facts_for_reading(services.reader, connection, view, services.now())
    units = [unit for unit in view.agency.units if view.agency.apparatus_of(unit) == unit_id]
    ids = evaluation_cycles.of_units(connection, cycle_id, units)
    found = []
    for state in states_of(connection, ids).values():
        version = state.evaluation.judged_at if state.evaluation else None
        if version is None or state.came_to_nothing:
            continue
        sealed = facts.sealed_at(state.id, version)
        if sealed and "predicate" in sealed:
            found.append(Predicate(sealed["predicate"]))
    return found
