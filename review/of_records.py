"""Questions about what was decided and read: decrees, dates, posts, evidence, files."""

from __future__ import annotations

from datetime import date
from typing import Any

from domain import events as ev
from domain.evidence_events import EvidenceTaken
from domain.personnel_file import DocumentState, last_day, state_of
from review.asking import Asking, Document, moment_of

CLEARING_PHASES = frozenset({"clearance", "bkn_review", "partner_consent"})
CONSENT = "home_ministry_clearance"
NUMBERS_LOOKED_BACK = 50
COUNTING = (DocumentState.VERIFIED, DocumentState.UNVERIFIED)


def early_decree(asking: Asking, document: Document) -> Document | None:
    """A decree whose case lacked a consent of its route when the number was given."""
    case = asking.case(document["stream"])
    first = case[0]["data"]
    policy = asking.view.policies.get(first.get("policy_id", ""))
    if policy is None:
        return None
    given = {
        d["data"]["step"]
        for d in case
        if d["type"] == "TaskCompleted"
        and d["data"]["outcome"] == "approve"
        and d["position"] < document["position"]
    }
    steps = {step: policy.steps[step] for step in first["steps"] if step in policy.steps}
    missing = [s for s, rule in steps.items() if rule.phase in CLEARING_PHASES and s not in given]
    if not missing:
        return None
    return {"number": document["data"]["number"], "missing": missing}


def number_gap(asking: Asking, document: Document) -> Document | None:
    """A number that does not follow the one before it in its year."""
    data = document["data"]
    earlier = asking.before("DecreeIssued", document["position"], NUMBERS_LOOKED_BACK)
    before = next((d["data"]["sequence"] for d in earlier if d["data"]["year"] == data["year"]), 0)
    if data["sequence"] == before + 1:
        return None
    return {
        "number": data["number"],
        "year": data["year"],
        "sequence": data["sequence"],
        "expected": before + 1,
    }


def near_election(asking: Asking, document: Document) -> Document | None:
    """A placement decided or effective inside an election window of any adopted policy."""
    data, case = document["data"], asking.case(document["stream"])
    days = {name: date.fromisoformat(data[name]) for name in ("decree_date", "effective_date")}
    windows = {w.first: w for policy in asking.view.policies.values() for w in policy.election_windows}
    hit = next(
        ((window, name) for window in windows.values() for name, day in days.items() if window.holds(day)),
        None,
    )
    if hit is None:
        return None
    window, which = hit
    first = case[0]["data"]
    posts = [first.get("origin_position_id"), first.get("target_position_id")]
    known = [asking.view.agency.posts[post] for post in posts if post in asking.view.agency.posts]
    consents = [d for d in case if d["type"] == "TaskCompleted" and d["data"]["step"] == CONSENT]
    return {
        "which": which,
        "day": days[which].isoformat(),
        "window_first": window.first.isoformat(),
        "window_last": window.last.isoformat(),
        "window_citation": window.citation,
        "post_kinds": sorted({post.kind for post in known}),
        "minister_consented": any(d["data"]["outcome"] == "approve" for d in consents),
        "unit_id": first.get("target_unit_id") or first.get("origin_unit_id"),
    }


def short_stay(asking: Asking, document: Document) -> Document | None:
    """A placement that ends a post held for less than the threshold. Undoing an action ends nothing early."""
    data = document["data"]
    if data.get("restores") or not data.get("from_position_id") or not data.get("since"):
        return None
    left = date.fromisoformat(data["since"])
    since = None
    for earlier in asking.case(document["stream"]):
        if earlier["position"] >= document["position"]:
            break
        told = earlier["data"]
        held = told.get("to_position_id") if earlier["type"] == "EmployeePlaced" else told.get("position_id")
        began = told.get("since") if earlier["type"] == "EmployeePlaced" else told.get("position_since")
        if held == data["from_position_id"] and began:
            since = date.fromisoformat(began)
    if since is None or _years_after(since, asking.rule.parameters["years"]) <= left:
        return None
    return {
        "person_id": data["person_id"],
        "action_id": data["action_id"],
        "from_position_id": data["from_position_id"],
        "to_position_id": data.get("to_position_id"),
        "since": since.isoformat(),
        "until": left.isoformat(),
        "days": (left - since).days,
    }


def stale_evidence(asking: Asking, document: Document) -> Document | None:
    """A decision on documents that had expired by then, as far as the ledger knew, and for which the request
    names no other of their type that still counted.
    """
    first = asking.case(document["stream"])[0]["data"]
    named = first.get("document_ids") or []
    policy = asking.view.policies.get(first.get("policy_id", ""))
    if not named or policy is None:
        return None
    day = asking.view.calendar.today(moment_of(document))
    then = asking.reader.directory.files_at(asking.connection, document["position"]).documents
    rules = policy.personnel_file
    filed = [then[known] for known in named if known in then]
    judged = [(d, rules.code_of(d.document_type) or d.document_type, state_of(d, rules, day)) for d in filed]
    counting = {code for _, code, state in judged if state in COUNTING}
    shown: list[dict[str, Any]] = [
        {
            "document_id": d.id,
            "document_type": d.document_type,
            "expired_after": until.isoformat() if (until := last_day(d, rules)) else None,
        }
        for d, code, state in judged
        if state is DocumentState.EXPIRED and code not in counting
    ]
    if not shown:
        return None
    return {"documents": shown, "count": len(shown), "day": day.isoformat()}


def reading(asking: Asking, document: Document) -> Document | None:
    """Every recorded reading, and every file that was taken, which is about no single person."""
    event = asking.opened(document["position"]).event
    purpose = event.purpose if isinstance(event, ev.PersonalDataRead | EvidenceTaken) else None
    return {
        "reader": document["actor"]["id"],
        "reader_kind": document["actor"]["kind"],
        "subject_id": document["data"].get("subject_id"),
        "what": document["data"]["what"],
        "purpose": purpose or "-",
    }


def _years_after(day: date, years: int) -> date:
    # 29 February has no anniversary in most years: the period then ends on the 28th.
    return date(day.year + years, day.month, 28 if (day.month, day.day) == (2, 29) else day.day)
