"""What evaluations have ordered so far, as the auditor follows it: results, and transfers resting on them."""

from __future__ import annotations

from audit.uniqueness import ENDINGS
from domain import evaluation_events as eve
from domain import events as ev
from domain.policy import Kind


class Orders:
    """Follows the actions' events in order. `result_of` is an evaluation's standing *predikat*, where its
    seal is open.
    """

    def __init__(self) -> None:
        self.result_of: dict[str, str] = {}
        self._standing: dict[str, list[str]] = {}
        self._order_of: dict[str, str | None] = {}
        self._closed: set[str] = set()

    def resting_on(self, evaluation: str) -> list[str]:
        """The transfers that the evaluation ordered and that run or have been completed."""
        return self._standing.get(evaluation, [])

    def may_rest_on(self, transfer: str, evaluation: str) -> bool:
        """Whether the evaluation ordered the transfer, as far as is known: a closed seal tells nothing."""
        return transfer in self._closed or self._order_of.get(transfer) == evaluation

    def follow(self, action_id: str, event: ev.Event) -> None:
        if isinstance(event, eve.PerformanceJudged) and event.at_step != "motion" and event.predicate:
            self.result_of[action_id] = event.predicate
        elif isinstance(event, ev.ActionSubmitted) and event.kind is Kind.MUTATION:
            self._order_of[action_id] = event.ordered_by
            if event.reason is None:
                self._closed.add(action_id)
            if event.ordered_by is not None:
                self._standing.setdefault(event.ordered_by, []).append(action_id)
        elif isinstance(event, ENDINGS) and not isinstance(event, ev.ActionCompleted):
            order = self._order_of.get(action_id)
            if order is not None and action_id in self._standing.get(order, ()):
                self._standing[order].remove(action_id)
