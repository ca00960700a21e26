"""How personnel actions, tasks and receipts look to those outside: plain dicts, times in UTC."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

import orjson
from sqlalchemy import Connection, select
from starlette.responses import Response

from domain import evaluation_events as eve
from domain import events as ev
from domain import siasn_events as se
from domain.eligibility import explain, name_of
from domain.errors import NotFound
from domain.human_task import Task
from domain.personnel_action import ActionState
from domain.policy import Policy
from ledger.directory_view import DirectoryView
from ledger.mirror import ACTION
from ledger.record import StoredEvent, decode, moment
from ledger.result import Receipt
from ledger.schema import checkpoints, events
from projections import documents, employees
from proofs.checkpoint import Checkpoint

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
ERASED = ("Data pribadi telah dihapus.", "The personal data was erased.")

Names = Mapping[str, tuple[str | None, str | None]]

# Offices that follow from the case and stand in no policy.
OFFICES_OF_A_CASE = {
    "committee": ("Tim Penilai Kinerja", "Performance assessment team"),
    "initiator": ("Pengusul", "Initiator"),
    "subject": ("Pegawai yang dinilai", "The person evaluated"),
    "assessor": ("Pejabat penilai kinerja", "Assessor"),
    "assessor_superior": ("Atasan pejabat penilai kinerja", "The assessor's superior"),
}


def as_id(text: str) -> str:
    """An identifier out of a path; raises NotFound for what none can be."""
    lowered = text.lower()
    if UUID.fullmatch(lowered) is None:
        raise NotFound()
    return lowered


def answer(
    body: Any, status: int = 200, *, version: int | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    """A JSON response; `version` becomes its ETag."""
    given = dict(headers or {})
    if version is not None:
        given["ETag"] = f'"{version}"'
    return Response(orjson.dumps(body), status_code=status, media_type="application/json", headers=given)


def policy_view(policy_id: str, hash_: str) -> dict[str, str]:
    """Under which text a case is judged."""
    return {"id": policy_id, "version": policy_id.rpartition("/")[2], "hash": hash_}


def receipt_view(receipt: Receipt) -> dict[str, Any]:
    return asdict(receipt)


def newest_receipt(connection: Connection, stream: str) -> dict[str, Any] | None:
    """The receipt of the newest event of `stream`, for a command that had nothing to change."""
    columns = (events.c.position, events.c.version, events.c.leaf_hash, events.c.recorded_at)
    row = connection.execute(
        select(*columns).where(events.c.stream == stream).order_by(events.c.version.desc()).limit(1)
    ).first()
    return receipt_of_row(connection, row) if row is not None else None


def receipt_of_row(connection: Connection, row: Any) -> dict[str, Any] | None:
    """The receipt of a row of events, by the first checkpoint over it."""
    note = connection.execute(
        select(checkpoints.c.note)
        .where(checkpoints.c.size > row.position)
        .order_by(checkpoints.c.size)
        .limit(1)
    ).scalar()
    if note is None:
        return None
    checkpoint = Checkpoint.parse(note.partition("\n\n")[0] + "\n")
    return {
        "position": row.position,
        "version": row.version,
        "leaf_hash": bytes(row.leaf_hash).hex(),
        "tree_size": checkpoint.size,
        "root": checkpoint.root.hex(),
        "recorded_at": row.recorded_at,
        "signature": note.rstrip("\n").partition("\n\n")[2].partition("\n")[0].rpartition(" ")[2],
    }


def subject_view(person_id: str, names: Names) -> dict[str, Any]:
    """Whom a case is about, as the contract has it; `erased` where their data is gone for good."""
    name, nip = names.get(person_id, (None, None))
    return {"id": person_id, "nip": nip, "name": name} | _erased(person_id, names)


def case_subject(state: ActionState, names: Names) -> dict[str, Any]:
    """Whom the case is about; all null in a promotion whose candidate has not been chosen."""
    if not state.has_subject:
        return {"id": None, "nip": None, "name": None}
    return subject_view(state.subject_id, names)


def person_view(person_id: str | None, names: Names) -> dict[str, Any] | None:
    """Anybody else in a case: by name alone, because a NIP tells the day of birth."""
    if person_id is None:
        return None
    return {"id": person_id, "name": names.get(person_id, (None, None))[0]} | _erased(person_id, names)


def _erased(person_id: str, names: Names) -> dict[str, bool]:
    """Everybody in the register has a name, until it is erased."""
    return {"erased": True} if names.get(person_id) == (None, None) else {}


def _who(kind_and_id: tuple[str, str], names: Names) -> dict[str, Any]:
    kind, id_ = kind_and_id
    return {"kind": kind, "id": id_, "name": names.get(id_, (None, None))[0] if kind == "person" else None}


def people_of(states: Iterable[ActionState]) -> set[str]:
    """Everybody whose name a view of these states shows."""
    found: set[str] = set()
    for state in states:
        found |= {state.subject_id, *state.ranking}
        if state.initiator[0] == "person":
            found.add(state.initiator[1])
        for task in state.tasks:
            named = (task.decided_by, task.claimed_by, task.delegated_to, task.delegated_by)
            found.update(person for person in named if person)
            found.update(vote.person_id for vote in task.votes)
    return found


def office_name(key: str, view: DirectoryView, policy: Policy, language: str) -> str:
    """An office key in words, with its unit where it is a unit's."""
    office, _, unit_id = key.partition("@")
    if office in OFFICES_OF_A_CASE:
        return OFFICES_OF_A_CASE[office][language != "id"]
    rule = policy.offices.get(office)
    name = (rule.name_id, rule.name_en)[language != "id"] if rule else office
    unit = view.agency.units.get(unit_id)
    return f"{name}, {unit.name}" if unit else name


def step_name(step: str, policy: Policy, language: str) -> str:
    rule = policy.steps[step]
    return (rule.name_id, rule.name_en)[language != "id"]


def position_view(position_id: str | None, view: DirectoryView) -> dict[str, Any] | None:
    post = view.agency.posts.get(position_id or "")
    if post is None:
        return None
    unit = view.agency.units.get(post.unit_id)
    return {
        "id": post.id,
        "name": post.name,
        "kind": post.kind,
        "unit": {"id": post.unit_id, "name": unit.name if unit else None},
    }


def action_summary(state: ActionState, names: Names, view: DirectoryView) -> dict[str, Any]:
    """The action without what only its history holds (reason, findings in words, decisions)."""
    return {
        "id": state.id,
        "kind": state.kind.value,
        "variant": state.variant.value,
        "status": state.status.value,
        "phase": state.phase,
        "subject": case_subject(state, names),
        "initiator": _who(state.initiator, names),
        "effective_date": state.effective_date.isoformat(),
        "submitted_at": moment(state.submitted_at),
        "policy": policy_view(state.policy_id, state.policy_hash),
        "origin_position": position_view(state.origin_position_id, view),
        "target_position": position_view(state.target_position_id, view),
        "steps": list(state.steps),
        "vacancy_id": state.vacancy_id,
        "decree": {
            "number": state.decree.number,
            "year": state.decree.year,
            "sequence": state.decree.sequence,
            "date": state.decree.decree_date.isoformat(),
        }
        if state.decree
        else None,
        "open_tasks": [
            {"id": task.id, "step": task.step, "office": task.office, "state": task.state.value}
            for task in state.open_tasks
        ],
        "version": state.version,
    } | _evaluation_part(state)


def _evaluation_part(state: ActionState) -> dict[str, Any]:
    """What only an evaluation has: its period, the cycle that opened it and what it follows from."""
    part = state.evaluation
    if part is None:
        return {}
    return {
        "period_start": part.period_start.isoformat(),
        "period_end": part.period_end.isoformat(),
        "cycle_id": part.cycle_id,
        "follows": part.follows,
        "final": part.final,
        "rated_parts": [
            {"position_id": one.position_id, "first": one.first.isoformat(), "last": one.last.isoformat()}
            for one in part.parts
        ],
    }


def _judgements(history: list[StoredEvent]) -> list[dict[str, Any]]:
    """Every judgement of an evaluation, oldest first; the newest that is no motion stands."""
    shown = {"at_step", "deviates", "result", "conduct", "predicate", "reason"}
    return [
        s.event.model_dump(mode="json", include=shown) | {"at": s.recorded_at}
        for s in history
        if isinstance(s.event, eve.PerformanceJudged)
    ]


def action_detail(
    state: ActionState, history: list[StoredEvent], names: Names, view: DirectoryView, language: str
) -> dict[str, Any]:
    """The action in full. `history` are its events up to `state.version`, unsealed where keys exist."""
    submitted = history[0].event
    assert isinstance(submitted, ev.ActionSubmitted)
    policy = view.policies[state.policy_id]
    return (
        action_summary(state, names, view)
        | {
            "reason": submitted.reason,
            "partner_agency": submitted.partner_agency,
            "partner_position": submitted.partner_position,
            "findings": findings_view(state, history, policy, language),
            "overrides_open": sorted(state.open_overrides()),
            "document_ids": list(state.document_ids),
            "suggested_by": person_view(submitted.suggested_by, names),
            "ranking": [person_view(person, names) for person in state.ranking],
            "step_names": {step: step_name(step, policy, language) for step in policy.steps},
            "ahead": [{"step": s, "step_name": step_name(s, policy, language)} for s in steps_ahead(state)],
            "decisions": [
                decision_view(task, history, names, view, policy, language) for task in state.tasks
            ],
            "next_due": _moment(state.next_due()),
            "ended_at": _moment(state.ended_at),
            "write_back": write_back_view(state, history),
        }
        | ({"judgements": _judgements(history)} if state.evaluation else {})
    )


def write_back_view(state: ActionState, history: list[StoredEvent]) -> dict[str, Any] | None:
    """How far the connector is in telling SIASN; None where officers do. Where it gave up, `why` is a code
    and `message` BKN's own words.
    """
    told = state.write_back
    if told is None:
        return None
    failed = next((s.event for s in reversed(history) if isinstance(s.event, se.WriteBackFailed)), None)
    if told.reached is not se.Reached.FAILED:
        failed = None
    return {
        "purpose": told.purpose.value,
        "state": told.reached.value,
        "siasn_id": told.siasn_id,
        "give_up_at": moment(told.give_up_at),
        "why": failed.why if failed else None,
        "message": failed.message if failed else None,
    }


def steps_ahead(state: ActionState) -> tuple[str, ...]:
    """The steps of the route that a running case has not come to yet."""
    if state.ended:
        return ()
    reached = [state.steps.index(task.step) for task in state.tasks if task.step in state.steps]
    resumed = [state.steps.index(t.resumes) - 1 for t in state.open_tasks if t.resumes in state.steps]
    return state.steps[(resumed or reached or [-1])[-1] + 1 :]


def findings_view(
    state: ActionState, history: list[StoredEvent], policy: Policy, language: str
) -> list[dict[str, Any]]:
    """What the rules said last, in the caller's language."""
    facts: dict[str, dict[str, Any]] = {}
    for stored in history:
        if isinstance(stored.event, ev.ActionAssessed) and stored.version == state.assessed_version:
            facts = {item.rule: item.facts for item in stored.event.facts or ()}
    found: list[dict[str, Any]] = []
    for outcome in state.outcomes:
        try:
            finding = explain(outcome.rule, outcome.outcome, facts.get(outcome.rule, {}), policy, language)
        except KeyError:  # the facts were erased with their person's key
            found.append(
                {
                    "rule": outcome.rule,
                    "outcome": outcome.outcome,
                    "severity": outcome.severity.value,
                    "citation": policy.weight_of(outcome.rule).citation,
                    "message": ERASED[language != "id"],
                    "facts": {},
                    "remedy": None,
                    "policy": name_of(policy).model_dump(),
                }
            )
            continue
        found.append(finding.model_dump(mode="json", exclude={"parameters"}))
    return found


def decision_view(
    task: Task,
    history: list[StoredEvent],
    names: Names,
    view: DirectoryView,
    policy: Policy,
    language: str,
) -> dict[str, Any]:
    """One task of the case with how it was decided, its votes and comments."""
    completed = next(
        (s.event for s in history if isinstance(s.event, ev.TaskCompleted) and s.event.task_id == task.id),
        None,
    )
    signature = completed.signature if completed else None
    return {
        "task_id": task.id,
        "step": task.step,
        "step_name": step_name(task.step, policy, language),
        "office": task.office,
        "office_name": office_name(task.office, view, policy, language),
        "state": task.state.value,
        "opened_at": moment(task.opened_at),
        "due_at": _moment(task.due_at),
        "outcome": task.outcome,
        "decided_by": person_view(task.decided_by, names),
        "decided_at": _moment(task.decided_at),
        "capacity": signature.capacity.value if signature else None,
        "on_behalf_of": signature.on_behalf_of if signature else None,
        "comment": completed.comment if completed else None,
        "details": completed.details if completed else None,
        "return_to": completed.return_to if completed else None,
        "votes": [
            {"person": person_view(vote.person_id, names), "vote": vote.vote, "at": moment(vote.at)}
            for vote in task.votes
        ],
        "comments": [
            {"by": person_view(s.actor.id, names), "at": s.recorded_at, "comment": s.event.comment}
            for s in history
            if isinstance(s.event, ev.TaskCommented) and s.event.task_id == task.id
        ],
    }


def event_view(stored: StoredEvent) -> dict[str, Any]:
    """The record of contract §4 with `leaf_hash`, its exact bytes, and what was sealed in it."""
    document = decode(stored.record)
    return document | {
        "leaf_hash": stored.leaf_hash.hex(),
        "personal": stored.sealed,
    }


def evidence_of(connection: Connection, state: ActionState) -> list[dict[str, Any]]:
    """The documents that the request names."""
    rows = (documents.by_id(connection, document_id) for document_id in state.document_ids)
    shown = ("document_id", "document_type", "media_type", "size_bytes", "sha256", "file_name", "filed_at")
    return [{name: row[name] for name in shown} for row in rows if row is not None]


def names_of(connection: Connection, people: set[str]) -> Names:
    return employees.names(connection, people)


def stream_of(action_id: str) -> str:
    return f"{ACTION}/{action_id}"


def _moment(value: Any) -> str | None:
    return moment(value) if value is not None else None
