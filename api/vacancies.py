"""Vacancies, their frozen lists of candidates, and the chain of posts that a promotion frees."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool

from api.credentials import Caller, CallerDep
from api.idempotency import REPLAY, IdempotencyKey, Identified, identify, was_answered
from api.paging import Cursor, Limit, decode_cursor, page_of
from api.problems import language_of, responses
from api.veil import reads_candidates
from api.views import Names, answer, as_id, names_of, policy_view, position_view, receipt_view, subject_view
from api.visibility import is_readable
from api.wiring import Services, ServicesDep
from domain.eligibility import explain
from domain.errors import NotFound, NotPermitted, UnknownReference
from domain.policy import Policy
from domain.promotion_commands import OpenSelection, OpenVacancy
from domain.promotion_events import CandidateFrozen
from domain.vacancy import Vacancy, may_open
from ledger.directory_view import DirectoryView
from ledger.facts import facts_for_reading, vacancies_for_reading
from projections import employees, register

router = APIRouter(prefix="/v1/vacancies", tags=["promotion"])

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=128)]
Language = Annotated[str | None, Header(alias="Accept-Language", max_length=255, examples=["id"])]
Day = Annotated[date, Field(ge=date(1990, 1, 1), le=date(2199, 12, 31))]
ID = "0b9c2f0e-7b0a-4b53-8a57-0f3a5c1d2e11"


class Selection(BaseModel):
    """The names of an open selection held outside, as many as the policy has it, best first, and its
    letter.
    """

    model_config = ConfigDict(extra="forbid")

    letter_number: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=100)]
    nips: Annotated[tuple[Text, ...], Field(min_length=1, max_length=20)]


class NewVacancy(BaseModel):
    """A post to be filled by promotion, vacant now or from `vacant_from` on."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"position_id": "J-0042", "vacant_from": "2026-12-01"}]},
    )

    position_id: Text
    vacant_from: Day | None = None
    selection: Selection | None = None


class Link(BaseModel):
    """A post that `freed_by` leaves, and the action that fills it, if any."""

    position: dict[str, Any] | None
    freed_by: str
    filled_by: dict[str, Any] | None


class VacancyView(BaseModel):
    """`list_hash` covers the frozen list. `widened_to` are boxes added because too few were eligible;
    `left_out` counts by hard rule whom the list leaves out. From `lapses_on` on no promotion starts on
    the list. `chain` are the posts that follow (*efek
    domino*).
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": ID,
                    "position": {"id": "J-0042", "name": "Kepala Seksi Kurikulum"},
                    "vacant_from": "2026-12-01",
                    "lapses_on": "2027-05-24",
                    "policy": {"id": "kota-serang/2026-01", "version": "2026-01", "hash": "ab" * 32},
                    "list_hash": "9f" * 32,
                    "formula_version": "kepka-bkn-411-2025/claimed-1",
                    "eligible": 4,
                    "widened_to": [],
                    "left_out": {"candidate_education": 2},
                    "unmapped": 31,
                    "action_id": None,
                    "chain": [],
                }
            ]
        }
    )

    id: str
    position: dict[str, Any] | None
    vacant_from: str
    lapses_on: str
    policy: dict[str, str]
    list_hash: str
    formula_version: str
    eligible: int
    widened_to: list[int]
    left_out: dict[str, int]
    unmapped: int
    action_id: str | None
    chain: list[Link]


class VacancyItem(BaseModel):
    """`status` is that of the promotion that was started on the list, None while there is none."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": ID,
                    "position": {"id": "J-0042", "name": "Kepala Seksi Kurikulum"},
                    "vacant_from": "2026-12-01",
                    "lapses_on": "2027-05-24",
                    "action_id": None,
                    "status": None,
                }
            ]
        }
    )

    id: str
    position: dict[str, Any] | None
    vacant_from: str
    lapses_on: str
    action_id: str | None
    status: str | None


class VacancyPage(BaseModel):
    items: list[VacancyItem]
    next: str | None


class VacancyReceipt(VacancyView):
    receipt: dict[str, Any]


class CandidateView(BaseModel):
    """`admitted`: of the pool, as far as it was widened; others stand below it for comparison. Box and
    axes (hundredths) are null where the person's key was destroyed.
    """

    rank: int
    admitted: bool
    person: dict[str, Any]
    box: int | None
    performance: int | None
    potential: int | None
    entry_hash: str
    findings: list[dict[str, Any]]


class CandidateList(BaseModel):
    vacancy_id: str
    list_hash: str
    formula_version: str
    eligible: int
    widened_to: list[int]
    items: list[CandidateView]
    next: str | None


@router.post(
    "",
    status_code=201,
    response_model=VacancyReceipt,
    responses=responses(403, 409, 413, 415),
    summary="Open a vacancy and freeze its candidates",
)
async def open_vacancy(
    body: NewVacancy,
    request: Request,
    services: ServicesDep,
    caller: CallerDep,
    idempotency_key: IdempotencyKey = None,
) -> Any:
    """By officers of BKPSDM. The list is made, hashed and recorded before any name is debated."""
    caller.require_person()
    identity = identify(request, caller, idempotency_key, body)
    command = await run_in_threadpool(_command, services, caller, identity, body)
    result = await services.send(command, identity.body_hash)
    assert result.receipt is not None  # a vacancy is never a command that changes nothing
    shown = await run_in_threadpool(_opened, services, command.vacancy_id)
    headers = {"Location": f"/v1/vacancies/{command.vacancy_id}"}
    return answer(
        shown | {"receipt": receipt_view(result.receipt)},
        201,
        headers=headers | ({REPLAY: "true"} if result.replayed else {}),
    )


@router.get("", response_model=VacancyPage, responses=responses(403), summary="Vacancies, newest first")
def list_vacancies(
    services: ServicesDep, caller: CallerDep, limit: Limit = 50, cursor: Cursor = None
) -> dict[str, Any]:
    """For the readers of one vacancy. Nobody is named."""
    place = decode_cursor(cursor, (int,))
    with services.reading() as connection:
        if not reads_candidates(services, connection, caller):
            raise NotPermitted()
        opened = vacancies_for_reading(services.reader, connection).newest(
            limit + 1, place[0] if place else None
        )
        view = services.view(connection)
        started = register.of_vacancies(connection, [event.vacancy_id for _, event in opened])
    items = []
    for _, event in opened[:limit]:
        action_id, status = started.get(event.vacancy_id, (None, None))
        items.append(
            {
                "id": event.vacancy_id,
                "position": position_view(event.position_id, view),
                "vacant_from": event.vacant_from.isoformat(),
                "lapses_on": event.lapses_on.isoformat(),
                "action_id": action_id,
                "status": status,
            }
        )
    return page_of(opened, limit, lambda row: (row[0],), items)


@router.get("/{vacancy_id}", response_model=VacancyView, responses=responses(404), summary="One vacancy")
def one_vacancy(vacancy_id: str, services: ServicesDep, caller: CallerDep) -> dict[str, Any]:
    """For who reads the agency, the committee, and integrations that read actions and people. A candidate
    does not see the list in which they stand.
    """
    with services.reading() as connection:
        vacancy = _for_readers(services, connection, caller, vacancy_id)
        return _shown(services, connection, vacancy)


@router.get(
    "/{vacancy_id}/candidates",
    response_model=CandidateList,
    responses=responses(404),
    summary="The frozen, ranked list",
)
def candidates(
    vacancy_id: str, services: ServicesDep, caller: CallerDep, accept_language: Language = None
) -> dict[str, Any]:
    """Each candidate with every finding as it stood when the list was frozen."""
    with services.reading() as connection:
        vacancy = _for_readers(services, connection, caller, vacancy_id)
        policy = services.view(connection).policies[vacancy.policy_id]
        names = names_of(connection, {c.person_id for c in vacancy.candidates})
    for candidate in vacancy.candidates:
        services.access_log.note(caller.actor, candidate.person_id, "candidate", services.now())
    language = language_of(accept_language)
    return {
        "vacancy_id": vacancy.id,
        "list_hash": vacancy.list_hash,
        "formula_version": vacancy.formula_version,
        "eligible": vacancy.eligible,
        "widened_to": list(vacancy.widened_to),
        "items": [_candidate(c, names, policy, language) for c in vacancy.candidates],
        "next": None,
    }


def _command(services: Services, caller: Caller, identity: Identified, body: NewVacancy) -> OpenVacancy:
    with services.reading() as connection:
        view = services.view(connection)
        today = services.today(view)
        selection = None
        if body.selection is not None:
            # Asked first, so that nobody finds out here who is in the register.
            facts = facts_for_reading(services.reader, connection, view, services.now())
            policy = facts.policy_in_force(max(body.vacant_from or today, today))
            if not may_open(caller.actor, facts, policy) and not was_answered(connection, identity):
                raise NotPermitted()
            people = tuple(_person(connection, nip) for nip in body.selection.nips)
            selection = OpenSelection(letter_number=body.selection.letter_number, person_ids=people)
    return OpenVacancy(
        command_id=identity.command_id,
        actor=caller.actor,
        vacancy_id=identity.made("vacancy"),
        position_id=body.position_id,
        vacant_from=body.vacant_from or today,
        selection=selection,
    )


def _person(connection: Connection, nip: str) -> str:
    row = employees.by_nip(connection, nip.replace(" ", "")) if is_readable(nip) else None
    if row is None:
        raise UnknownReference(what="selection", field="selection")
    return str(row["person_id"])


def _for_readers(services: Services, connection: Connection, caller: Caller, vacancy_id: str) -> Vacancy:
    """The vacancy. Raises NotFound for everybody to whom its candidates are not open, them included."""
    if not reads_candidates(services, connection, caller):
        raise NotFound()
    vacancy = vacancies_for_reading(services.reader, connection).of(as_id(vacancy_id))
    if vacancy is None or vacancy.candidate(caller.person_id or "") is not None:
        raise NotFound()
    return vacancy


def _opened(services: Services, vacancy_id: str) -> dict[str, Any]:
    with services.reading() as connection:
        vacancy = vacancies_for_reading(services.reader, connection).of(vacancy_id)
        assert vacancy is not None  # it was just recorded
        return _shown(services, connection, vacancy)


def _shown(services: Services, connection: Connection, vacancy: Vacancy) -> dict[str, Any]:
    view = services.view(connection)
    action_id = register.of_vacancy(connection, vacancy.id)
    chain = register.chain_from(connection, action_id) if action_id else []
    return {
        "id": vacancy.id,
        "position": position_view(vacancy.position_id, view),
        "vacant_from": vacancy.vacant_from.isoformat(),
        "lapses_on": vacancy.lapses_on.isoformat(),
        "policy": policy_view(vacancy.policy_id, vacancy.policy_hash),
        "list_hash": vacancy.list_hash,
        "formula_version": vacancy.formula_version,
        "eligible": vacancy.eligible,
        "widened_to": list(vacancy.widened_to),
        "left_out": vacancy.left_out,
        "unmapped": vacancy.unmapped,
        "action_id": action_id,
        "chain": [_link(link, view) for link in chain],
    }


def _link(link: register.Link, view: DirectoryView) -> dict[str, Any]:
    return {
        "position": position_view(link.position_id, view),
        "freed_by": link.freed_by,
        "filled_by": {"action_id": link.filled_by[0], "kind": link.filled_by[1], "status": link.filled_by[2]}
        if link.filled_by
        else None,
    }


def _candidate(entry: CandidateFrozen, names: Names, policy: Policy, language: str) -> dict[str, Any]:
    sheet = entry.sheet or {}
    facts = {item.rule: item.facts for item in entry.facts or ()}
    findings = []
    for outcome in entry.outcomes:
        if entry.sheet is None:  # erased with the person's key: what the rule said still stands readable
            findings.append(outcome.model_dump(mode="json"))
            continue
        finding = explain(outcome.rule, outcome.outcome, facts.get(outcome.rule, {}), policy, language)
        findings.append(finding.model_dump(mode="json", exclude={"parameters"}))
    return {
        "rank": entry.rank,
        "admitted": entry.admitted,
        "person": subject_view(entry.person_id, names),
        **{name: sheet.get(name) for name in ("box", "performance", "potential")},
        "entry_hash": entry.entry_hash,
        "findings": findings,
    }
