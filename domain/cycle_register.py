"""What is known of all cycles of evaluations: how far each has opened, and whose evaluation is final."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

from domain import evaluation_events as eve
from domain import events as ev
from domain.performance import Achievement


@dataclass(frozen=True)
class Cycle:
    """How far a cycle is. `policy_id` is the policy that it began and is finished under, `last` the person up
    to whom it has opened evaluations; `achievements` are those of regional apparatuses.
    """

    id: str
    period: tuple[date, date]
    unit_ids: tuple[str, ...]
    policy_id: str
    last: str = ""
    complete: bool = False
    closed: bool = False
    achievements: dict[str, Achievement] = field(default_factory=dict)


@dataclass
class Cycles:
    """Mutable fold of all cycles and of their evaluations, True where one is final or has ended; `units` are
    those in which their people were.
    """

    by_id: dict[str, Cycle] = field(default_factory=dict)
    members: dict[str, dict[str, bool]] = field(default_factory=dict)
    units: dict[str, dict[str, str | None]] = field(default_factory=dict)
    _cycle_of: dict[str, str] = field(default_factory=dict)

    def evolve(self, event: ev.Event) -> None:
        """Apply one event of a cycle's stream."""
        match event:
            case eve.EvaluationCycleOpened():
                period = (event.period_start, event.period_end)
                self.by_id[event.cycle_id] = Cycle(event.cycle_id, period, event.unit_ids, event.policy_id)
                self.members.setdefault(event.cycle_id, {})
                self.units.setdefault(event.cycle_id, {})
            case eve.EvaluationsOpened():
                known = self.by_id[event.cycle_id]
                self.by_id[event.cycle_id] = replace(known, last=event.last, complete=event.complete)
            case eve.OrganisationRated():
                known = self.by_id[event.cycle_id]
                achievements = known.achievements | {event.unit_id: event.achievement}
                self.by_id[event.cycle_id] = replace(known, achievements=achievements)
            case eve.EvaluationCycleClosed():
                self.by_id[event.cycle_id] = replace(self.by_id[event.cycle_id], closed=True)
            case _:
                pass

    def note(self, action_id: str, event: ev.Event, *, ended: bool) -> None:
        """Apply one event of an action's stream."""
        if isinstance(event, ev.ActionSubmitted) and event.cycle_id is not None:
            self._cycle_of[action_id] = event.cycle_id
            self.members.setdefault(event.cycle_id, {})[action_id] = False
            self.units.setdefault(event.cycle_id, {})[action_id] = event.origin_unit_id
        elif action_id in self._cycle_of and (ended or isinstance(event, eve.EvaluationBecameFinal)):
            self.members[self._cycle_of[action_id]][action_id] = True
