"""What others are told of: events of cases as CloudEvents 1.0, without personal data beyond surrogate ids.

A type keeps its name and its fields; what comes later is added. Receivers fetch the case by HTTP, with their
own right to it. Feed, webhooks and the AsyncAPI document all follow this one catalogue.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from domain.personnel_action import ActionState
from domain.webhook_events import RANK_PROMOTION

PREFIX = "id.jenjang."
SPEC_VERSION = "1.0"
# A message that nothing in the ledger stands behind, sent to try an address.
TEST = f"{PREFIX}test"
ACTIONS, RANKS = "personnel-action", "rank-promotion"


@dataclass(frozen=True)
class Outgoing:
    """A type of CloudEvent: which readable fields of the recorded event it hands on, and when it happens."""

    type: str
    fields: tuple[str, ...]
    happens: str


def _told(name: str, happens: str, *fields: str) -> Outgoing:
    return Outgoing(f"{PREFIX}{name}", fields, happens)


# By the recorded type.
CATALOGUE: Mapping[str, Outgoing] = {
    "ActionSubmitted": _told(
        "personnel_action.submitted",
        "A case begins. A promotion's subject is its vacancy until somebody is chosen.",
        "variant", "subject_id", "effective_date", "origin_unit_id", "target_unit_id",
        "target_position_id", "vacancy_id", "follows",
    ),
    "ActionRefused": _told("personnel_action.refused", "The rules end the case.", "rules"),
    "ActionRejected": _told("personnel_action.rejected", "People end the case.", "step"),
    "ActionWithdrawn": _told("personnel_action.withdrawn", "Who began the case takes it back."),
    "ActionExpired": _told("personnel_action.expired", "The case ends because its time is over.", "step"),
    "ActionAnnulled": _told(
        "personnel_action.annulled", "A decided case is undone.", "authority", "was_effective", "caused_by"
    ),
    "PlacementDecided": _told(
        "personnel_action.decided", "The appointing official has decided.", "effective_date", "decree_date"
    ),
    "DecreeIssued": _told(
        "decree.issued", "The decree has its number.", "number", "year", "sequence", "decree_date"
    ),
    "ActionTookEffect": _told(
        "personnel_action.took_effect", "The effective date has come.", "effective_date"
    ),
    "ActionCompleted": _told("personnel_action.completed", "Nothing is left to do."),
    "CorrectionRecorded": _told(
        "personnel_action.correction_recorded", "SIASN knows that an annulled case never was."
    ),
    "EvaluationBecameFinal": _told(
        "evaluation.became_final", "No objection to the rating is possible any more.", "why"
    ),
    "SiasnVerified": _told("write_back.verified", "SIASN says what the case says.", "purpose"),
    "WriteBackFailed": _told(
        "write_back.failed", "The connector stops, and an officer goes on.", "purpose", "reached", "why"
    ),
    "TaskOpened": _told(
        "task.opened",
        "A task waits for its office.",
        "task_id", "step", "phase", "office", "returned", "due_at",
    ),
    "TaskCompleted": _told(
        "task.completed", "A task was decided.", "task_id", "step", "outcome", "return_to"
    ),
    "TaskEscalated": _told("task.escalated", "A higher office may decide too.", "task_id", "to_office"),
    "TaskExited": _told("task.exited", "A task ended without a decision.", "task_id", "why"),
    "RankDecreeIssued": _told(
        "rank_promotion.decree_issued",
        "The decree of one person's rank.",
        "person_id", "number", "year", "decree_date",
    ),
    "RankTookEffect": _told(
        "rank_promotion.took_effect", "One person's new rank holds.", "person_id", "effective_date"
    ),
    "RankAnnulled": _told("rank_promotion.annulled", "One person's promotion is undone.", "person_id"),
}  # fmt: skip
RECORDED: Mapping[str, str] = {each.type: name for name, each in CATALOGUE.items()}
TYPES = frozenset(RECORDED)


def source_of(origin: str) -> str:
    """The CloudEvents `source` of an installation whose log has that origin."""
    return f"//{origin}"


def kind_of_stream(stream: str, kinds: Mapping[str, str]) -> str:
    """The kind of the case of a stream; `kinds` are those of personnel actions, by id."""
    category, _, key = stream.partition("/")
    return RANK_PROMOTION if category == RANKS else kinds.get(key, "")


def units_of(state: ActionState | None, fields: Mapping[str, Any]) -> frozenset[str]:
    """The units that a case touches, by its state where there is one, else by the event's own fields."""
    named = (state.origin_unit_id, state.target_unit_id) if state else (fields.get("unit_id"),)
    return frozenset(unit for unit in named if unit)


def cloud_event(record: Mapping[str, Any], kind: str, source: str) -> dict[str, Any]:
    """A decoded record of the catalogue as a CloudEvent (structured JSON), its case in `subject`.

    `sequence` (CloudEvents' extension of that name) orders all events of a source as text.
    """
    told = CATALOGUE[record["type"]]
    data, position = record["data"], record["position"]
    return {
        "specversion": SPEC_VERSION,
        "id": record["id"],
        "source": source,
        "type": told.type,
        "subject": record["stream"],
        "time": record["recorded_at"],
        "datacontenttype": "application/json",
        "sequence": f"{position:016d}",
        "data": {
            "position": position,
            "version": record["version"],
            "kind": kind,
            "href": href_of(record["stream"]),
            **{name: data[name] for name in told.fields if name in data},
        },
    }


def href_of(stream: str) -> str:
    """Where the case is read by HTTP, relative to the installation."""
    category, _, key = stream.partition("/")
    return f"/v1/{'rank-promotions' if category == RANKS else 'personnel-actions'}/{key}"


def trial_event(event_id: str, at: str, source: str) -> dict[str, Any]:
    """A CloudEvent that says nothing, to try an address with; `at` is RFC 3339."""
    return {
        "specversion": SPEC_VERSION,
        "id": event_id,
        "source": source,
        "type": TEST,
        "time": at,
        "datacontenttype": "application/json",
        "data": {},
    }
