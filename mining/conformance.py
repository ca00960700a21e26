"""What happened, held against what the policy's routes allow, and how long it waited where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Engine, select

from domain.calendar import WorkingCalendar
from domain.policy import Kind, Policy
from ledger.record import decode
from ledger.schema import events
from mining.replay import Deviation, Replay
from mining.selection import TreeHead, traces
from mining.waiting import Waiting

SHOWN = 20
# An evaluation has steps that depend on its outcome; its order is judged by `verify` alone.
ROUTED = (Kind.MUTATION, Kind.PROMOTION)


@dataclass(frozen=True)
class Conformance:
    """The comparison under one tree head. `other` counts cases whose kind has no
    fixed route; `deviating` names only the cases that left their route.
    """

    head: TreeHead
    cases: int
    completed: int
    returns: int
    other: int
    deviating: dict[str, tuple[Deviation, ...]]
    waiting: Waiting

    @property
    def ok(self) -> bool:
        return not self.deviating

    def as_json(self) -> dict[str, Any]:
        return {
            "ok": self.ok,
            "size": self.head.size,
            "root": self.head.root,
            "checkpoint": self.head.note,
            "cases": self.cases,
            "completed": self.completed,
            "returns": self.returns,
            "other_cases": self.other,
            "deviating": [
                {"action_id": action_id, "deviations": [deviation.as_json() for deviation in found]}
                for action_id, found in self.deviating.items()
            ],
            "waiting": self.waiting.as_json(),
        }

    def as_text(self) -> str:
        lines = [
            f"{self.cases:,} cases at tree size {self.head.size:,}: {self.completed:,} completed, "
            f"{self.returns:,} returns, {len(self.deviating):,} left their route"
        ]
        for action_id, found in list(self.deviating.items())[:SHOWN]:
            lines += [
                f"  {action_id} position {each.position}: {each.code} {each.step}: {each.detail} [{each.law}]"
                for each in found
            ]
        if len(self.deviating) > SHOWN:
            lines.append(f"  … and {len(self.deviating) - SHOWN:,} more; --json has all")
        lines.append("waiting, in hours of working days:")
        for step, group in sorted(self.waiting.by_step.items()):
            told = group.as_json()
            lines.append(
                f"  {step}: median {told['median_hours']}, p90 {told['p90_hours']}, "
                f"{told['decided']} decided, {told['late']} late, {told['open']} open"
            )
        return "\n".join(lines)


def compare(engine: Engine) -> Conformance:
    """Replay every personnel action below the newest checkpoint. Holds one case in memory, the
    deviations that were found, and 12 bytes for each decided task. Raises NothingRecorded.
    """
    with engine.connect() as connection:
        head = TreeHead.newest(connection)
        policies, waiting = _policies(connection), Waiting(calendars(connection))
        cases = completed = returns = other = 0
        deviating: dict[str, tuple[Deviation, ...]] = {}
        for action_id, pairs in traces(connection, head):
            history = [document for document, _ in pairs]
            waiting.add(history)
            if history[0]["data"].get("kind") not in ROUTED:
                other += 1
                continue
            replay = Replay(policies)
            for document in history:
                replay.walk(document)
            cases, completed, returns = cases + 1, completed + replay.completed, returns + replay.returns
            if replay.deviations:
                deviating[action_id] = tuple(replay.deviations)
    return Conformance(head, cases, completed, returns, other, deviating, waiting)


def _policies(connection: Connection) -> dict[str, Policy]:
    found = (Policy.model_validate(data["document"]) for data in _adopted(connection, "PolicyAdopted"))
    return {policy.id: policy for policy in found}


def calendars(connection: Connection) -> dict[str, WorkingCalendar]:
    """Every calendar that was ever in use, by version."""
    return {
        data["version"]: WorkingCalendar(
            data["version"], frozenset(date.fromisoformat(day) for day in data["holidays"])
        )
        for data in _adopted(connection, "CalendarAdopted")
    }


def _adopted(connection: Connection, kind: str) -> list[dict[str, Any]]:
    statement = select(events.c.record).where(events.c.type == kind).order_by(events.c.position)
    return [decode(bytes(row[0]))["data"] for row in connection.execute(statement)]
