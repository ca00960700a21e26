"""What is known of all evaluations: which periods are taken, and what low ratings may have led to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from domain import events as ev
from domain.policy import Kind, Variant

Period = tuple[date, date]


@dataclass
class Evaluations:
    """Mutable fold over all evaluations, keyed by surrogate ids. A follow-up takes no period: two low
    ratings may lead to two in the same months.
    """

    _periods: dict[str, dict[str, Period]] = field(default_factory=dict)
    _subjects: dict[str, str] = field(default_factory=dict)
    _improvements: dict[str, str] = field(default_factory=dict)
    _follow_ups: dict[str, list[str]] = field(default_factory=dict)
    _parents: dict[str, str] = field(default_factory=dict)
    _transfers: dict[str, list[str]] = field(default_factory=dict)
    _moves: dict[str, str] = field(default_factory=dict)

    def evolve(self, action_id: str, event: ev.Event, *, ended: bool) -> None:
        """Apply one event of the stream of `action_id`."""
        if isinstance(event, ev.ActionSubmitted):
            if event.kind is Kind.EVALUATION:
                self._begun(action_id, event)
            elif event.kind is Kind.MUTATION:
                self._moves[action_id] = event.subject_id
                self._transfers.setdefault(event.subject_id, []).append(action_id)
            return
        if ended and action_id in self._moves and not isinstance(event, ev.ActionCompleted):
            self._transfers[self._moves.pop(action_id)].remove(action_id)
            return
        subject = self._subjects.get(action_id)
        if subject is None or not ended:
            return
        if self._improvements.get(subject) == action_id:
            del self._improvements[subject]
        if not isinstance(event, ev.ActionCompleted):
            self._undone(action_id)

    def overlapping(self, subject_id: str, period: Period) -> str | None:
        """The person's evaluation, running or completed, that shares a day with the period."""
        first, last = period
        for action_id, (begins, ends) in self._periods.get(subject_id, {}).items():
            if first <= ends and begins <= last:
                return action_id
        return None

    def improvement_of(self, subject_id: str) -> str | None:
        """The person's time to improve that runs."""
        return self._improvements.get(subject_id)

    def follow_ups_of(self, action_id: str) -> tuple[str, ...]:
        """What grew out of an action and still stands, in the order in which it began."""
        return tuple(self._follow_ups.get(action_id, ()))

    def transfers_of(self, subject_id: str) -> tuple[str, ...]:
        """The person's transfers that run or have been completed, in the order in which they began."""
        return tuple(self._transfers.get(subject_id, ()))

    def _begun(self, action_id: str, event: ev.ActionSubmitted) -> None:
        self._subjects[action_id] = event.subject_id
        if event.follows is not None:
            self._follow_ups.setdefault(event.follows, []).append(action_id)
            self._parents[action_id] = event.follows
            if event.variant is Variant.PERFORMANCE_IMPROVEMENT:
                self._improvements[event.subject_id] = action_id
        elif event.period_start is not None and event.period_end is not None:
            period = (event.period_start, event.period_end)
            self._periods.setdefault(event.subject_id, {})[action_id] = period

    def _undone(self, action_id: str) -> None:
        self._periods.get(self._subjects.pop(action_id), {}).pop(action_id, None)
        parent = self._parents.pop(action_id, None)
        if parent is not None:
            self._follow_ups[parent].remove(action_id)
