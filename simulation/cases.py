"""One case judged again: its route, its findings, its deadlines, what its rating leads to."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from domain import evaluation_events as eve
from domain import events as ev
from domain import promotion_events as pe
from domain.calendar import months_after
from domain.candidacy import CandidateSheet, StartSheet, assess_candidate, separation_assessed
from domain.eligibility import Finding, assess, explain
from domain.evaluation_dates import not_before
from domain.evaluation_opening import is_evaluated
from domain.fact_sheet import FactSheet
from domain.personnel_action import ActionState, evolve
from domain.policy import Kind, Variant
from domain.steps_to_come import after_choice, after_submission
from domain.task_opening import open_task, route_of
from ledger.record import StoredEvent, parse_moment
from simulation.agency_of_the_day import AgencyOfTheDay
from simulation.differences import Change, Difference, compared, standing

CHOICE = "promotion_choice"


@dataclass(frozen=True)
class _Deadline:
    expires_at: datetime | None
    silence_at: datetime | None


@dataclass
class Case:
    """A case of the window. `ended` is True from where it would have ended under the other policy."""

    state: ActionState
    change: Change
    readable: bool = True
    ended: bool = False
    predicate: str | None = None
    placed: dict[str, Any] = field(default_factory=dict)
    _deadlines: dict[str, _Deadline] = field(default_factory=dict)

    @classmethod
    def begun(cls, stored: StoredEvent, day: AgencyOfTheDay) -> Case:
        """The case that a submission begins, with what differs at once."""
        event = stored.event
        assert isinstance(event, ev.ActionSubmitted)  # the caller looks for one
        state = evolve(None, stored.recorded)
        assert state is not None  # a submission begins a state
        subject = event.subject_id if event.subject_id != event.vacancy_id else None
        on = day.day_of(stored).isoformat()
        under = (event.policy_id, event.policy_hash)
        change = Change(event.kind.value, event.action_id, subject, on, *under, "clear", "clear")
        case = cls(state, change)
        case._route(event, day)
        return case

    def follow(self, stored: StoredEvent, day: AgencyOfTheDay) -> None:
        """One later event of the case."""
        event, now = stored.event, parse_moment(stored.recorded_at)
        if not self.ended:
            match event:
                case ev.ActionAssessed():
                    self._assessed(stored, event, day)
                case ev.TaskOpened():
                    self._opened(event, day, now)
                case ev.TaskCompleted() | ev.ActionExpired():
                    self._closed(event, day, now)
                case eve.PerformanceJudged(at_step=at_step, predicate=predicate) if at_step != "motion":
                    self.predicate = predicate
                case eve.EvaluationBecameFinal():
                    self._final(day)
                case _:
                    pass
        moved = evolve(self.state, stored.recorded)
        assert moved is not None  # the case has begun
        self.state = moved
        if isinstance(event, pe.CandidateChosen):
            self.change.subject_id = event.person_id

    # --- the request ---

    def _route(self, event: ev.ActionSubmitted, day: AgencyOfTheDay) -> None:
        policy, agency = day.policy, day.agency
        if event.kind is Kind.EVALUATION:
            self._evaluated(event, day)
        posts = (event.origin_position_id, event.target_position_id)
        kinds = {agency.posts[post].kind for post in posts if post in agency.posts}
        barred = policy.election_window_on(event.effective_date, kinds) is not None
        facts = day.facts(self.state.submitted_at)
        if event.kind is Kind.EVALUATION:
            steps = policy.route(event.kind, event.variant).steps
        else:
            steps = route_of(event.kind, event.variant, *posts, facts, policy, in_election_window=barred)
        if steps != event.steps:
            self._differs("submission", "route", list(event.steps), list(steps))
        target = agency.posts.get(event.target_position_id or "")
        inaugurated = (
            target is not None
            and target.kind in policy.inauguration_for
            and event.variant not in policy.inauguration_skipped_for
        )
        if inaugurated != event.inauguration:
            self._differs("submission", "inauguration", event.inauguration, inaugurated)
        self._steps, self._inaugurated = steps, inaugurated

    def _evaluated(self, event: ev.ActionSubmitted, day: AgencyOfTheDay) -> None:
        rules = day.policy.evaluation
        facts = day.facts(self.state.submitted_at)
        if not is_evaluated(event.subject_id, facts, day.policy):
            self._ends("submission", "is_evaluated", before=True, after=False, word="not evaluated")
        longest = rules.period.longest_months
        first, last = event.period_start, event.period_end
        if first and last and event.follows is None and last >= months_after(first, longest):
            self._ends(
                "submission", "period", f"{first} {last}", f"at most {longest} months", "not evaluated"
            )

    # --- findings ---

    def _assessed(self, stored: StoredEvent, event: ev.ActionAssessed, day: AgencyOfTheDay) -> None:
        if event.fact_sheet is None:
            self.readable = False
            return
        found = self._found(stored, event, day)
        was = day.policies.get(self.state.policy_id)
        said = (event.outcomes, event.facts or ())
        self.change.why += compared(event.at_step, said, found, was, day.policy)
        decides = event.at_step != "submission"
        self.change.before = standing(event.outcomes, decides=decides)
        self.change.after = standing(found, decides=decides)
        if self.change.after in ("refused", "stopped") and self.change.before != self.change.after:
            self.ended = True

    def _found(
        self, stored: StoredEvent, event: ev.ActionAssessed, day: AgencyOfTheDay
    ) -> tuple[Finding, ...]:
        policy, on = day.policy, day.day_of(stored)
        if self.state.kind is Kind.PROMOTION:
            return self._of_promotion(stored, event, day, on)
        sheet = FactSheet.model_validate(event.fact_sheet)
        if event.at_step == "submission" and "separation_of_duties" in policy.rules:
            separation = after_submission(self._under(), policy, day.offices, on)
            sheet = sheet.model_copy(update={"separation": separation})
        return assess(sheet, policy).findings

    def _of_promotion(
        self, stored: StoredEvent, event: ev.ActionAssessed, day: AgencyOfTheDay, on: date
    ) -> tuple[Finding, ...]:
        policy = day.policy
        if event.at_step == "submission":
            start = StartSheet(salt="", separation=after_submission(self._under(), policy, day.offices, on))
            told = separation_assessed(start, policy)
            facts = {item.rule: item.facts for item in told.facts or ()}
            return tuple(
                explain(o.rule, o.outcome, facts.get(o.rule, {}), policy, "id") for o in told.outcomes
            )
        sheet = CandidateSheet.model_validate(event.fact_sheet)
        sheet = sheet.model_copy(update={**self.placed, "separation": None})
        overrides = standing(assess_candidate(sheet, policy), decides=True) == "needs an override"
        separation = after_choice(
            self._under(), policy, day.offices, on, decided=[(event.at_step, stored.actor.id)],
            overrides=overrides and event.at_step == CHOICE,
        )  # fmt: skip
        return assess_candidate(sheet.model_copy(update={"separation": separation}), policy)

    def _under(self) -> ActionState:
        """The state with the route of the other policy."""
        return replace(self.state, steps=self._steps, inauguration=self._inaugurated)

    # --- deadlines ---

    def _opened(self, event: ev.TaskOpened, day: AgencyOfTheDay, now: datetime) -> None:
        if event.step not in day.policy.steps:
            self._differs(event.step, "step", "opened", None)
            return
        found = open_task(event.step, self.state, day.facts(now))
        self._deadlines[event.task_id] = _Deadline(found.expires_at, found.silence_at)
        if found.office != event.office:
            self._differs(event.step, "office", event.office, found.office)

    def _closed(self, event: ev.TaskCompleted | ev.ActionExpired, day: AgencyOfTheDay, now: datetime) -> None:
        task = self._task_of(event)
        found = self._deadlines.pop(task.id, None) if task else None
        if task is None or found is None:
            return
        if isinstance(event, ev.ActionExpired):
            if found.expires_at is None or found.expires_at > now:
                self._differs(event.step, "deadline", "expired", f"open until {_at(found.expires_at)}")
            return
        by_silence = event.signature is None
        if by_silence and (found.silence_at is None or found.silence_at > now):
            self._differs(event.step, "silence", "decided", f"waits until {_at(found.silence_at)}")
        elif not by_silence and found.silence_at is not None and found.silence_at <= now:
            self._differs(event.step, "silence", "decided by a person", f"over at {_at(found.silence_at)}")
        elif not by_silence and found.expires_at is not None and found.expires_at <= now:
            self._ends(event.step, "deadline", "decided", f"expired at {_at(found.expires_at)}", "expired")
        first = not_before(event.step, self.state.variant, self.state.evaluation, day.policy.evaluation)
        if first is not None and day.calendar.today(now) < first:
            self._differs(event.step, "not_before", day.calendar.today(now).isoformat(), first.isoformat())

    def _task_of(self, event: ev.TaskCompleted | ev.ActionExpired) -> Any:
        if isinstance(event, ev.TaskCompleted):
            return self.state.task(event.task_id)
        return next((task for task in reversed(self.state.tasks) if task.step == event.step), None)

    # --- what a rating leads to ---

    def _final(self, day: AgencyOfTheDay) -> None:
        was = day.policies.get(self.state.policy_id)
        if self.state.variant is not Variant.SIX_MONTHLY or was is None:
            return
        if self.predicate is None:
            self.readable = False
            return
        old, new = (self.predicate in p.evaluation.low_rating.predicates for p in (was, day.policy))
        if old != new:
            self._differs("final", "follow_up", _opens(old), _opens(new), {"predicate": self.predicate})
            self.change.before, self.change.after = _opens(old), _opens(new)

    def _differs(
        self, at_step: str, what: str, before: Any, after: Any, facts: dict[str, Any] | None = None
    ) -> None:
        self.change.why.append(Difference(at_step, what, before, after, facts or {}))

    def _ends(self, at_step: str, what: str, before: Any, after: Any, word: str) -> None:
        """From here on the case would not have gone on."""
        self._differs(at_step, what, before, after)
        self.change.after = word
        self.ended = True


def _opens(low: bool) -> str:  # noqa: FBT001  (read aloud: opens of a low rating)
    return "opens an improvement" if low else "opens nothing"


def _at(moment: datetime | None) -> str:
    return moment.isoformat() if moment else "no day"
