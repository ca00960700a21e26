"""The life of one personnel action, from submission to effect: its state and how events move it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from domain import evaluation_events as eve
from domain import events as ev
from domain import promotion_events as pe
from domain import promotion_moves, siasn_state, task_moves
from domain import siasn_events as se
from domain.changed import changed
from domain.decree import Decree
from domain.evaluation_state import Evaluation, RatedPart, evaluation_in
from domain.human_task import Task, TaskState
from domain.identity import Signature
from domain.policy import Kind, Severity, Variant
from domain.siasn_events import Purpose
from domain.siasn_state import WriteBack


class Status(StrEnum):
    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    RETURNED = "returned"
    AWAITING_CLEARANCE = "awaiting_clearance"
    DECIDED = "decided"
    EFFECTIVE = "effective"
    COMPLETED = "completed"
    REFUSED = "refused"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    ANNULLED = "annulled"


ENDED = frozenset(
    {
        Status.COMPLETED,
        Status.REFUSED,
        Status.REJECTED,
        Status.WITHDRAWN,
        Status.EXPIRED,
        Status.ANNULLED,
    }
)
DECREED = frozenset({Status.DECIDED, Status.EFFECTIVE, Status.COMPLETED})
WAITING_PHASES = frozenset({"clearance", "bkn_review"})


@dataclass(frozen=True)
class Proposed:
    """Who proposed to pass a rule, and for whom they signed."""

    rule: str
    person_id: str
    on_behalf_of: str | None = None

    def is_by(self, people: Collection[str | None]) -> bool:
        """Whether one of these people stands behind it."""
        return self.person_id in people or (self.on_behalf_of is not None and self.on_behalf_of in people)


@dataclass(frozen=True)
class ActionState:
    """Everything that `decide` needs to know of one action. Free text stays in the events."""

    id: str
    kind: Kind
    variant: Variant
    subject_id: str
    initiator: tuple[str, str]
    origin_position_id: str | None
    origin_unit_id: str | None
    target_position_id: str | None
    target_unit_id: str | None
    effective_date: date
    submitted_at: datetime
    policy_id: str
    policy_hash: str
    calendar_version: str
    steps: tuple[str, ...]
    inauguration: bool
    status: Status
    phase: str
    version: int
    document_ids: tuple[str, ...] = ()
    vacancy_id: str | None = None
    candidates: tuple[str, ...] = ()
    ranking: tuple[str, ...] = ()
    ranking_task: str | None = None
    review_at: datetime | None = None
    tasks: tuple[Task, ...] = ()
    outcomes: tuple[ev.FindingOutcome, ...] = ()
    assessed_version: int | None = None
    verified_version: int | None = None
    consent_version: int | None = None
    election_consent: bool = False
    acted: tuple[tuple[str, str], ...] = ()
    conflicts: frozenset[str] = frozenset()
    proposals: tuple[Proposed, ...] = ()
    overridden: frozenset[str] = frozenset()
    decree_date: date | None = None
    effective_at: datetime | None = None
    decree: Decree | None = None
    inaugurated: bool = False
    took_effect: bool = False
    caused_by: str | None = None
    ended_at: datetime | None = None
    evaluation: Evaluation | None = None
    write_back: WriteBack | None = None

    @property
    def ended(self) -> bool:
        return self.status in ENDED

    @property
    def came_to_nothing(self) -> bool:
        """Whether it ended otherwise than by being completed."""
        return self.ended and self.status is not Status.COMPLETED

    @property
    def open_tasks(self) -> tuple[Task, ...]:
        return tuple(task for task in self.tasks if task.is_open)

    def task(self, task_id: str) -> Task | None:
        return next((task for task in self.tasks if task.id == task_id), None)

    def actors_of(self, step: str) -> frozenset[str]:
        """Everybody who decided or voted at `step`, ever, themself or through who signed for them."""
        return frozenset(person for acted, person in self.acted if acted == step)

    def open_overrides(self) -> frozenset[str]:
        """Rules that failed, may be overridden, and have not been confirmed by a second person."""
        return (
            frozenset(
                outcome.rule
                for outcome in self.outcomes
                if outcome.severity is Severity.OVERRIDE and outcome.outcome == "fail"
            )
            - self.overridden
        )

    def steps_before(self, step: str) -> tuple[str, ...]:
        """The steps of the route before `step`; all of them for one that is only sometimes needed."""
        return self.steps[: self.steps.index(step)] if step in self.steps else self.steps

    @property
    def has_subject(self) -> bool:
        """Whether the case is about a person yet; a promotion is when somebody has been chosen."""
        return self.subject_id != self.vacancy_id

    @property
    def awaits_review(self) -> bool:
        """Written back, and only the review of a promoted person is to come."""
        return self.phase == "awaiting_review"

    @property
    def is_quiet(self) -> bool:
        """Nothing is waited for any more: the case has ended, no task is open, SIASN is told."""
        return self.ended and not self.open_tasks and not self.tells_siasn

    @property
    def tells_siasn(self) -> bool:
        """Whether the connector is at work on it."""
        return self.write_back is not None and self.write_back.running

    @property
    def awaits_effect(self) -> bool:
        """Decreed, inaugurated where needed, and only the effective date is missing."""
        return (
            self.status is Status.DECIDED
            and self.decree is not None
            and (self.inaugurated or not self.inauguration)
        )

    @property
    def purpose(self) -> Purpose | None:
        """What the connector was last begun for."""
        return self.write_back.purpose if self.write_back is not None else None

    def next_due(self) -> datetime | None:
        """The next moment at which the process has something to do, if nobody acts before."""
        moments = [task.next_due() for task in self.tasks]
        if self.awaits_effect:
            moments.append(self.effective_at)
        if self.awaits_review:
            moments.append(self.review_at)
        if self.write_back is not None and self.write_back.running:
            moments.append(self.write_back.give_up_at)
        return min((moment for moment in moments if moment is not None), default=None)

    def proposers_of(self, rule: str) -> frozenset[str]:
        return frozenset(proposed.person_id for proposed in self.proposals if proposed.rule == rule)


def acted_at(state: ActionState, step: str, person_id: str, signature: Signature | None) -> ActionState:
    """The case after somebody acted at a step; who signs on another's behalf (*a.n.*) acts for them too."""
    acted = (*state.acted, (step, person_id))
    if signature is not None and signature.on_behalf_of is not None:
        acted = (*acted, (step, signature.on_behalf_of))
    return changed(state, acted=acted)


@dataclass(frozen=True)
class Recorded:
    """An event with what the record says about it."""

    event: ev.Event
    version: int
    at: datetime
    actor_kind: str
    actor_id: str


def evolve(state: ActionState | None, recorded: Recorded) -> ActionState | None:
    """The state after one event of the action's stream."""
    event = recorded.event
    if isinstance(event, ev.ActionSubmitted):
        return _submitted(event, recorded)
    if state is None:
        return None
    moved = _APPLY[type(event)](state, event, recorded) if type(event) in _APPLY else state
    return changed(moved, version=recorded.version)


def wakes(before: ActionState | None, after: ActionState) -> bool:
    """Whether the process has to be told: it starts, must act, must end, or must look earlier.

    A timer that fires too early only asks the ledger again, so a later due moment wakes nobody.
    """
    if before is None:
        return not after.is_quiet
    if after.is_quiet:
        return not before.is_quiet
    if before.is_quiet or (after.phase != before.phase and after.phase in ("decree", "awaiting_effect")):
        return True
    if after.tells_siasn and (not before.tells_siasn or after.purpose != before.purpose):
        return True
    old, new = before.next_due(), after.next_due()
    return new is not None and (old is None or new < old)


def _submitted(event: ev.ActionSubmitted, recorded: Recorded) -> ActionState:
    return ActionState(
        id=event.action_id,
        kind=event.kind,
        variant=event.variant,
        subject_id=event.subject_id,
        initiator=(recorded.actor_kind, recorded.actor_id),
        origin_position_id=event.origin_position_id,
        origin_unit_id=event.origin_unit_id,
        target_position_id=event.target_position_id,
        target_unit_id=event.target_unit_id,
        effective_date=event.effective_date,
        submitted_at=recorded.at,
        policy_id=event.policy_id,
        policy_hash=event.policy_hash,
        calendar_version=event.calendar_version,
        steps=event.steps,
        inauguration=event.inauguration,
        status=Status.SUBMITTED,
        phase="submission",
        version=recorded.version,
        document_ids=event.document_ids,
        evaluation=evaluation_in(event),
        vacancy_id=event.vacancy_id,
        candidates=event.candidates or (),
    )


def _with_evaluation(state: ActionState, **changes: Any) -> ActionState:
    return changed(state, evaluation=changed(state.evaluation, **changes)) if state.evaluation else state


def _judged(state: ActionState, event: eve.PerformanceJudged, recorded: Recorded) -> ActionState:
    if event.at_step == "motion":
        return _with_evaluation(state, moved_at=recorded.version)
    judged = _with_evaluation(state, judged_at=recorded.version, moved_at=None)
    return changed(judged, status=Status.DECIDED) if event.at_step == "calibration" else judged


def _assessed(state: ActionState, event: ev.ActionAssessed, recorded: Recorded) -> ActionState:
    return changed(state, outcomes=event.outcomes, assessed_version=recorded.version)


def _task_opened(state: ActionState, event: ev.TaskOpened, recorded: Recorded) -> ActionState:
    task = Task(
        id=event.task_id,
        step=event.step,
        office=event.office,
        state=TaskState.READY,
        opened_at=recorded.at,
        opened_version=recorded.version,
        due_on=event.due_on,
        remind_at=event.remind_at,
        due_at=event.due_at,
        expires_at=event.expires_at,
        silence_at=event.silence_at,
        excluded=frozenset(event.excluded),
        resumes=event.resumes,
    )
    status = state.status
    if status not in ENDED and status not in DECREED:
        if event.returned:
            status = Status.RETURNED
        elif event.phase in WAITING_PHASES:
            status = Status.AWAITING_CLEARANCE
        else:
            status = Status.IN_REVIEW
    opened = changed(state, tasks=(*state.tasks, task), phase=event.phase, status=status)
    if event.returned:
        return _with_evaluation(opened, parts=())
    # A new vote is on the rating again, until somebody moves to change it.
    return _with_evaluation(opened, moved_at=None) if event.step == "calibration" else opened


def _part_rated(state: ActionState, event: eve.PartRated, recorded: Recorded) -> ActionState:
    rated = RatedPart(event.position_id, event.first, event.last, recorded.version)
    parts = state.evaluation.parts if state.evaluation else ()
    return _with_evaluation(state, parts=(*parts, rated))


def _final(state: ActionState, _: eve.EvaluationBecameFinal, __: Recorded) -> ActionState:
    final = _with_evaluation(state, final=True)
    return final if state.status in DECREED else changed(final, status=Status.DECIDED)


def _completed(state: ActionState, event: ev.TaskCompleted, recorded: Recorded) -> ActionState:
    done = task_moves.with_task(
        state,
        event.task_id,
        state=TaskState.COMPLETED,
        outcome=event.outcome,
        decided_by=recorded.actor_id,
        decided_at=recorded.at,
        decided_version=recorded.version,
    )
    done = acted_at(done, event.step, recorded.actor_id, event.signature)
    if event.outcome != "approve":
        return done
    if event.step == "analyst_verification":
        done = changed(done, verified_version=recorded.version)
    if event.step == "partner_consent":
        done = changed(done, consent_version=recorded.version)
    if event.step == "home_ministry_clearance":
        done = changed(done, election_consent=True)
    if event.step == "inauguration":
        done = changed(done, inaugurated=True, phase="awaiting_effect")
    if event.step == "siasn_correction":
        done = changed(done, phase="closed")
    if event.step == "improvement_plan":
        done = _with_evaluation(done, waits_from=event.effective_date)
    return done


def _proposed(state: ActionState, event: ev.OverrideProposed, _: Recorded) -> ActionState:
    proposed = Proposed(event.rule, event.person_id, event.signature.on_behalf_of)
    return changed(state, proposals=(*state.proposals, proposed))


def _overridden(state: ActionState, event: ev.Overridden, _: Recorded) -> ActionState:
    return changed(state, overridden=state.overridden | {event.rule})


def _decided(state: ActionState, event: ev.PlacementDecided, _: Recorded) -> ActionState:
    return changed(
        state,
        status=Status.DECIDED,
        phase="decree",
        effective_date=event.effective_date,
        effective_at=event.effective_at,
        decree_date=event.decree_date,
    )


def _decreed(state: ActionState, event: ev.DecreeIssued, _: Recorded) -> ActionState:
    decree = Decree(event.number, event.year, event.sequence, event.decree_date, event.code_hash)
    return changed(state, decree=decree, phase="awaiting_effect")


def _took_effect(state: ActionState, _: ev.ActionTookEffect, __: Recorded) -> ActionState:
    return changed(state, status=Status.EFFECTIVE, phase="effective", took_effect=True)


def _ending(status: Status) -> Callable[[ActionState, Any, Recorded], ActionState]:
    def apply(state: ActionState, event: ev.Event, recorded: Recorded) -> ActionState:
        ended = changed(state, status=status, phase="closed", ended_at=recorded.at)
        if isinstance(event, ev.ActionAnnulled):
            ended = changed(ended, caused_by=event.caused_by)
        return ended

    return apply


_APPLY: dict[type[ev.Event], Callable[[ActionState, Any, Recorded], ActionState]] = {
    ev.ActionAssessed: _assessed,
    ev.TaskOpened: _task_opened,
    ev.TaskClaimed: task_moves.claimed,
    ev.TaskReleased: task_moves.released,
    ev.TaskDelegated: task_moves.delegated,
    ev.ConflictDeclared: task_moves.conflict,
    ev.VoteCast: task_moves.voted,
    ev.TaskCompleted: _completed,
    ev.TaskExited: task_moves.exited,
    ev.OverrideProposed: _proposed,
    ev.Overridden: _overridden,
    ev.ReminderSent: task_moves.reminded,
    ev.TaskEscalated: task_moves.escalated,
    ev.PlacementDecided: _decided,
    ev.DecreeIssued: _decreed,
    ev.ActionTookEffect: _took_effect,
    eve.PerformanceJudged: _judged,
    eve.MeasureOrdered: lambda state, _, recorded: _with_evaluation(state, measured_at=recorded.version),
    eve.EvaluationBecameFinal: _final,
    eve.PartRated: _part_rated,
    pe.CandidatesRanked: promotion_moves.ranked,
    pe.CandidateChosen: promotion_moves.chosen,
    pe.ReviewScheduled: promotion_moves.review_scheduled,
    se.WriteBackBegun: siasn_state.begun,
    se.SiasnRecordSaved: siasn_state.saved,
    se.SiasnDocumentAttached: siasn_state.attached,
    se.SiasnRecordRemoved: siasn_state.removed,
    se.SiasnSynced: siasn_state.synced,
    se.SiasnVerified: siasn_state.verified,
    se.WriteBackFailed: siasn_state.failed,
    ev.ActionCompleted: _ending(Status.COMPLETED),
    ev.ActionRejected: _ending(Status.REJECTED),
    ev.ActionRefused: _ending(Status.REFUSED),
    ev.ActionWithdrawn: _ending(Status.WITHDRAWN),
    ev.ActionExpired: _ending(Status.EXPIRED),
    ev.ActionAnnulled: _ending(Status.ANNULLED),
}
