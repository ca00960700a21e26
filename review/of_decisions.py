"""Questions about who decided: overrides, choices, acting holders, haste, roles."""

from __future__ import annotations

from datetime import date
from typing import Any

from domain.identity import Capacity
from domain.policy import Policy
from ledger.mirror import action_id_of
from projections.overrides import suggestion
from review.asking import Asking, Document, moment_of

SIGNED = ("TaskCompleted", "VoteCast", "OverrideProposed", "Overridden")


def override(asking: Asking, document: Document) -> Document | None:
    """Every override, with its unit, the offices of both who carried it, and who suggested the name."""
    data, case = document["data"], asking.case(document["stream"])
    proposals = [
        d
        for d in case
        if d["type"] == "OverrideProposed"
        and d["data"]["rule"] == data["rule"]
        and d["version"] < document["version"]
    ]
    proposed = proposals[-1]["data"] if proposals else {}
    first = case[0]["data"]
    return {
        "rule": data["rule"],
        "unit_id": first.get("target_unit_id") or first.get("origin_unit_id"),
        "proposed_by": data["proposed_by"],
        "proposing_office": (proposed.get("signature") or {}).get("office"),
        "confirmed_by": data["confirmed_by"],
        "confirming_office": (data.get("signature") or {}).get("office"),
        "suggested_by": suggestion(asking.reader, asking.connection, action_id_of(document["stream"]))[0],
    }


def choice(asking: Asking, document: Document) -> Document | None:
    """A choice below the best places. `place` counts from 1."""
    data = document["data"]
    rankings = [
        d["data"]["ranking"]
        for d in asking.case(document["stream"])
        if d["type"] == "CandidatesRanked" and d["version"] < document["version"]
    ]
    ranking = rankings[-1] if rankings else []
    ranked = data["person_id"] in ranking
    place = ranking.index(data["person_id"]) + 1 if ranked else data["rank"]
    if place <= asking.rule.parameters["best_places"]:
        return None
    signature = data.get("signature") or {}
    return {
        "person_id": data["person_id"],
        "place": place,
        "of": "committee" if ranked else "frozen_list",
        "rank_on_list": data["rank"],
        "passed_over": ranking[: place - 1] if ranked else [],
        "chosen_by": document["actor"]["id"],
        "office": signature.get("office"),
    }


def acting(asking: Asking, document: Document) -> Document | None:
    """A signature that is not the definitive holder's, where the step or the day does not allow it."""
    signature = document["data"].get("signature") or {}
    if signature.get("capacity") in (None, Capacity.DEFINITIVE.value):
        return None
    step = document["data"].get("step") or _step_of(asking, document)
    policy = _policy_of(asking, document)
    rule = policy.steps.get(step) if policy and step else None
    why = "definitive_only" if rule is not None and rule.definitive_only else None
    if why is None and not _assigned(asking, signature, document):
        why = "not_assigned_that_day"
    if why is None:
        return None
    return {
        "person_id": document["actor"]["id"],
        "step": step,
        "office": signature.get("office"),
        "capacity": signature["capacity"],
        "delegation_id": signature.get("delegation_id"),
        "on_behalf_of": signature.get("on_behalf_of"),
        "why": why,
    }


def haste(asking: Asking, document: Document) -> Document | None:
    """An approval by a person sooner than the threshold after the task was opened."""
    data = document["data"]
    if data["outcome"] != "approve" or document["actor"]["kind"] != "person":
        return None
    opened = next(
        (
            d
            for d in asking.case(document["stream"])
            if d["type"] == "TaskOpened" and d["data"]["task_id"] == data["task_id"]
        ),
        None,
    )
    if opened is None:
        return None
    seconds = (moment_of(document) - moment_of(opened)).total_seconds()
    if seconds >= asking.rule.parameters["seconds"]:
        return None
    return {
        "person_id": document["actor"]["id"],
        "step": data["step"],
        "office": (data.get("signature") or {}).get("office"),
        "milliseconds": int(seconds * 1000),
    }


def two_roles(asking: Asking, document: Document) -> Document | None:
    """A signature through acting or delegation, behind which stands somebody who signed at another step of
    the case in another office.
    """
    signature = document["data"].get("signature") or {}
    if signature.get("capacity") in (None, Capacity.DEFINITIVE.value):
        return None
    step = document["data"].get("step")
    behind = {document["actor"]["id"], signature.get("on_behalf_of")} - {None}
    for other in asking.case(document["stream"]):
        signed = other["data"].get("signature") or {}
        if other["type"] not in SIGNED or not signed or other["data"].get("step") in (None, step):
            continue
        both = behind & {other["actor"]["id"], signed.get("on_behalf_of")}
        if both and signed.get("office") != signature.get("office"):
            return {
                "person_id": min(both),
                "step": step,
                "office": signature.get("office"),
                "capacity": signature["capacity"],
                "other_step": other["data"]["step"],
                "other_office": signed.get("office"),
                "other_position": other["position"],
            }
    return None


def _policy_of(asking: Asking, document: Document) -> Policy | None:
    first = asking.case(document["stream"])[0]["data"]
    return asking.view.policies.get(first.get("policy_id", ""))


def _step_of(asking: Asking, document: Document) -> str | None:
    """The step at which an override was signed: that of the task that the same command completed."""
    for other in asking.case(document["stream"]):
        if other["causation_id"] == document["causation_id"] and other["type"] == "TaskCompleted":
            return str(other["data"]["step"])
    return None


def _assigned(asking: Asking, signature: dict[str, Any], document: Document) -> bool:
    """Whether the delegation that the signature names ran on that day and had not been ended. A delegate of a
    single task has none; whether that was lawful is seen in the case.
    """
    known = signature.get("delegation_id")
    if known is None:
        return bool(signature["capacity"] == Capacity.DELEGATE.value)
    day = asking.view.calendar.today(moment_of(document))
    history = [d for d in asking.case(f"delegation/{known}") if d["position"] < document["position"]]
    if not history or history[-1]["type"] != "DelegationGranted":
        return False
    granted = history[-1]["data"]
    first, last = (date.fromisoformat(granted[name]) for name in ("first_day", "last_day"))
    return first <= day <= last
