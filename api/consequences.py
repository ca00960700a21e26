"""What a decision would lead to, found out by the judge itself and not recorded."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from api.views import office_name, step_name, stream_of
from domain.commands import DecideTask, OverrideReason
from domain.decide import Judged
from domain.decide import decide as judge
from domain.errors import Refusal
from domain.facts import Facts
from domain.human_task import Task
from domain.identity import Actor
from domain.personnel_action import ActionState, Recorded, evolve
from ledger.directory_view import DirectoryView
from ledger.record import moment

NO_COMMAND = "00000000-0000-0000-0000-000000000000"
Outcome = Literal["approve", "reject", "return"]
A_REASON = "..."  # long enough to be a reason; nothing of this is recorded


def leads_to(state: ActionState, judged: Judged, facts: Facts, view: DirectoryView, language: str) -> Any:
    """How the case would stand after these events: `status`, and the tasks that would be `open`, each with
    step and office in words and the moment by which it would be due. `same_task` says that the task would
    go on waiting for others, as after one vote of several.
    """
    after = _after(state, judged, facts)
    policy = view.policies[after.policy_id]
    before = {task.id for task in state.open_tasks}
    return {
        "status": after.status.value,
        "phase": after.phase,
        "ended": after.ended,
        "same_task": any(task.id in before for task in after.open_tasks),
        "open": [
            {
                "step": task.step,
                "step_name": step_name(task.step, policy, language),
                "office": task.office,
                "office_name": office_name(task.office, view, policy, language),
                "due_at": moment(task.due_at) if task.due_at else None,
            }
            for task in after.open_tasks
            if task.id not in before
        ],
    }


def consequences(
    task: Task,
    state: ActionState,
    actor: Actor,
    facts: Facts,
    view: DirectoryView,
    form: dict[str, Any] | None,
    outcomes: Iterable[Outcome],
    overrides: Iterable[str],
    language: str,
) -> dict[str, Any]:
    """Of each outcome what it would lead to, with the form answered as in its example; null where the
    judge would refuse it as things stand.
    """
    example = ((form or {}).get("examples") or [{}])[0]
    found: dict[str, Any] = {}
    for outcome in outcomes:
        details = {**example, "vote": outcome} if "vote" in example else example
        command = DecideTask(
            command_id=NO_COMMAND,
            actor=actor,
            action_id=state.id,
            task_id=task.id,
            outcome=outcome,
            comment=A_REASON,
            overrides=tuple(OverrideReason(rule=rule, reason=A_REASON) for rule in overrides),
            details=details,
        )
        try:
            judged = judge(state, facts, command)
        except Refusal:
            found[outcome] = None
            continue
        found[outcome] = leads_to(state, judged, facts, view, language)
    return found


def _after(state: ActionState, judged: Judged, facts: Facts) -> ActionState:
    after = state
    for new, actor in judged:
        if new.stream == stream_of(state.id):
            recorded = Recorded(new.event, after.version + 1, facts.now, actor.kind, actor.id)
            after = evolve(after, recorded) or after
    return after
