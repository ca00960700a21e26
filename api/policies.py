"""The agency's policies over HTTP: read by everybody, proposed by one official, adopted by another."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api.cases import receipt_of
from api.credentials import CallerDep
from api.idempotency import REPLAY, IdempotencyKey, identify
from api.paging import Cursor, Limit, decode_cursor, page_of
from api.problems import responses
from api.views import Names, answer, names_of, person_view
from api.wiring import Services, ServicesDep
from domain.errors import NotFound
from domain.policy import Policy, in_force
from domain.policy_commands import AdoptProposal, ProposePolicy
from domain.policy_continuity import differences
from domain.policy_register import PolicyRegister, Proposal, Published, last_day
from ledger.record import moment
from ledger.result import Result

router = APIRouter(prefix="/v1/policies", tags=["policies"])

Agency = Annotated[str, Path(max_length=64, examples=["kota-serang"])]
Version = Annotated[str, Path(max_length=64, examples=["2026-01"])]
SHOWN: dict[str, Any] = {
    "id": "kota-serang/2027-01",
    "agency": "kota-serang",
    "version": "2027-01",
    "hash": "ab" * 32,
    "status": "proposed",
    "effective_from": "2027-01-01",
    "last_day": None,
    "proposed_by": {"id": "8d8ac610-566d-4ef0-9c22-186b2a5ed793", "name": "Siti Aminah"},
    "proposed_at": "2026-11-24T02:15:07.120345Z",
    "adopted_by": None,
    "adopted_at": None,
}


class NewPolicy(BaseModel):
    """A whole policy, as `jenjang policy check` reads it from a file."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={
            "examples": [{"document": {"id": "kota-serang/2027-01", "agency": "kota-serang"}}]
        },
    )

    document: dict[str, Any]


class Adoption(BaseModel):
    """The hash of the text that the second person has read."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", json_schema_extra={"examples": [{"hash": "ab" * 32}]}
    )

    hash: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class PersonName(BaseModel):
    id: str
    name: str | None


class PolicySummary(BaseModel):
    """`in_force`: today. `adopted`: holds from a later day; `superseded`: held until `last_day`. Where the
    system adopted it at set-up, nobody is named.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [SHOWN]})

    id: str
    agency: str
    version: str
    hash: str
    status: Literal["proposed", "adopted", "in_force", "superseded"]
    effective_from: str
    last_day: str | None
    proposed_by: PersonName | None
    proposed_at: str | None
    adopted_by: PersonName | None
    adopted_at: str | None


class PolicyPage(BaseModel):
    items: list[PolicySummary]
    next: str | None


class Change(BaseModel):
    """One place at which the policy differs from the one before it."""

    where: str
    before: Any
    after: Any


class PolicyText(PolicySummary):
    """With the whole text. `before` is the adopted policy that this one follows, by its first day."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                SHOWN
                | {
                    "document": {"id": "kota-serang/2027-01"},
                    "before": "kota-serang/2026-01",
                    "differences": [
                        {"where": "rules.tenure_minimum.parameters.years", "before": 2, "after": 3}
                    ],
                }
            ]
        }
    )

    document: dict[str, Any]
    before: str | None
    differences: list[Change]


class PolicyReceipt(PolicyText):
    receipt: dict[str, Any] | None


@router.post(
    "",
    status_code=201,
    response_model=PolicyReceipt,
    responses=responses(403, 409, 413, 415),
    summary="Propose a policy",
)
async def propose(
    body: NewPolicy,
    request: Request,
    services: ServicesDep,
    caller: CallerDep,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """By the offices that the policy in force names. A text in which the check finds errors, or that reaches
    back over judged days, is refused. A newer text under the same id replaces the one that stands.
    """
    caller.require_person()
    identity = identify(request, caller, idempotency_key, body)
    command = ProposePolicy(command_id=identity.command_id, actor=caller.actor, document=body.document)
    result = await services.send(command, identity.body_hash)
    return await run_in_threadpool(_answered, services, str(body.document["id"]), result, 201)


@router.post(
    "/{agency}/{version}/adoption",
    response_model=PolicyReceipt,
    responses=responses(403, 404, 409, 413, 415),
    summary="Adopt a proposed policy",
)
async def adopt(
    body: Adoption,
    request: Request,
    services: ServicesDep,
    caller: CallerDep,
    agency: Agency,
    version: Version,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """By a definitive holder of an office that the policy in force names, who is not who proposed it."""
    caller.require_person()
    identity = identify(request, caller, idempotency_key, body)
    policy_id = f"{agency}/{version}"
    command = AdoptProposal(
        command_id=identity.command_id, actor=caller.actor, policy_id=policy_id, hash=body.hash
    )
    result = await services.send(command, identity.body_hash)
    return await run_in_threadpool(_answered, services, policy_id, result, 200)


@router.get("", response_model=PolicyPage, responses=responses(), summary="All policies, newest first")
def policies(services: ServicesDep, _: CallerDep, limit: Limit = 50, cursor: Cursor = None) -> dict[str, Any]:
    """Adopted and proposed, by their first day. Open to everybody who signs in: law is public."""
    place = decode_cursor(cursor, (str, str))
    with services.reading() as connection:
        view = services.view(connection)
        today = services.today(view)
        known = _known(view.published)
        names = _names(connection, known)
    known.sort(key=_place, reverse=True)
    rows = [item for item in known if place is None or _place(item) < place][: limit + 1]
    shown = [_summary(item, view.published, names, today) for item in rows]
    return page_of(rows, limit, _place, shown)


@router.get("/{agency}/{version}", response_model=PolicyText, responses=responses(404), summary="One policy")
def policy_text(agency: Agency, version: Version, services: ServicesDep, _: CallerDep) -> dict[str, Any]:
    """Text, hash, who proposed and who adopted it, and how it differs from the one before."""
    with services.reading() as connection:
        return _shown(services, connection, f"{agency}/{version}")


def _answered(services: Services, policy_id: str, result: Result, status: int) -> Response:
    with services.reading() as connection:
        shown = _shown(services, connection, policy_id)
        shown["receipt"] = receipt_of(result, connection)
    headers = {"Location": f"/v1/policies/{policy_id}"} if status == 201 else {}
    return answer(shown, status, headers=headers | ({REPLAY: "true"} if result.replayed else {}))


def _shown(services: Services, connection: Connection, policy_id: str) -> dict[str, Any]:
    view = services.view(connection)
    found = view.published.adopted.get(policy_id) or view.published.proposed.get(policy_id)
    if found is None:
        raise NotFound()
    summary = _summary(found, view.published, _names(connection, [found]), services.today(view))
    before = _before(found.policy, view.policies.values())
    changes = differences(before, found.policy) if before else ()
    return summary | {
        "document": found.policy.model_dump(mode="json"),
        "before": before.id if before else None,
        "differences": [change.model_dump() for change in changes],
    }


def _known(published: PolicyRegister) -> list[Published | Proposal]:
    return [*published.adopted.values(), *published.proposed.values()]


def _place(item: Published | Proposal) -> tuple[str, str]:
    return (item.policy.effective_from.isoformat(), item.policy.id)


def _before(policy: Policy, adopted: Iterable[Policy]) -> Policy | None:
    earlier = [other for other in adopted if other.effective_from < policy.effective_from]
    return max(earlier, key=lambda other: other.effective_from, default=None)


def _proposal(item: Published | Proposal) -> Proposal | None:
    return item if isinstance(item, Proposal) else item.proposal


def _names(connection: Connection, items: Iterable[Published | Proposal]) -> Names:
    people: set[str] = set()
    for item in items:
        proposal = _proposal(item)
        people |= {proposal.by} if proposal else set()
        people |= {item.by.id} if isinstance(item, Published) and item.by.kind == "person" else set()
    return names_of(connection, people)


def _summary(
    item: Published | Proposal, published: PolicyRegister, names: Names, today: date
) -> dict[str, Any]:
    policy, proposal = item.policy, _proposal(item)
    adopted = item if isinstance(item, Published) else None
    texts = [known.policy for known in published.adopted.values()]
    last = last_day(policy, texts) if adopted else None
    status = "proposed"
    if adopted:
        current = in_force(texts, today)
        ahead = "adopted" if policy.effective_from > today else "superseded"
        status = "in_force" if current is not None and current.id == policy.id else ahead
    second = adopted.by.id if adopted and adopted.by.kind == "person" else None
    return {
        "id": policy.id,
        "agency": policy.agency,
        "version": policy.version,
        "hash": policy.hash,
        "status": status,
        "effective_from": policy.effective_from.isoformat(),
        "last_day": last.isoformat() if last else None,
        "proposed_by": person_view(proposal.by, names) if proposal else None,
        "proposed_at": moment(proposal.at) if proposal else None,
        "adopted_by": person_view(second, names),
        "adopted_at": moment(adopted.at) if adopted else None,
    }
