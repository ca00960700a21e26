"""What may exist once only: an open action of a person, a promise of a post, a decree's number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from domain import events as ev
from domain import promotion_events as pe
from domain.agency import Agency
from domain.policy import Kind, Variant

ENDINGS = (
    ev.ActionCompleted,
    ev.ActionRejected,
    ev.ActionRefused,
    ev.ActionWithdrawn,
    ev.ActionExpired,
    ev.ActionAnnulled,
)


@dataclass(frozen=True)
class _Evaluation:
    subject_id: str
    variant: Variant
    first: date
    last: date
    follows: str | None


class Lists:
    """The frozen lists of candidates that stand for a post: one a post, until its promotion is over or
    it lapses unused.
    """

    def __init__(self) -> None:
        self._of_post: dict[str, tuple[str, date]] = {}
        self._used: set[str] = set()
        self._begun_on: dict[str, tuple[str, str]] = {}

    def standing(self, position_id: str | None, day: date) -> str | None:
        vacancy_id, lapses_on = self._of_post.get(position_id or "", (None, day))
        return vacancy_id if vacancy_id in self._used or day < lapses_on else None

    def promotion_on(self, vacancy_id: str) -> str | None:
        """The promotion that runs on a list."""
        return next((action for action, (_, used) in self._begun_on.items() if used == vacancy_id), None)

    def clashes(self, event: ev.Event, day: date) -> list[tuple[str, str]]:
        """A second list for a post, a second promotion on a list, a transfer past a list that stands."""
        if isinstance(event, pe.VacancyOpened):
            known = self.standing(event.position_id, day)
            said = f"{event.position_id} had the list {known}"
        elif isinstance(event, ev.ActionSubmitted) and event.kind is Kind.PROMOTION:
            known = event.vacancy_id if event.vacancy_id in self._used else None
            said = f"the list {known} was used before"
        elif isinstance(event, ev.ActionSubmitted) and event.kind is Kind.MUTATION:
            known = self.standing(event.target_position_id, day)
            said = f"{event.target_position_id} is to be filled from the list {known}"
        else:
            return []
        return [("post-promised-twice", said)] if known else []

    def follow(self, action_id: str | None, event: ev.Event) -> None:
        if isinstance(event, pe.VacancyOpened):
            self._of_post[event.position_id] = (event.vacancy_id, event.lapses_on)
        elif isinstance(event, pe.VacancyWithdrawn):
            lapsed = (event.vacancy_id, event.lapses_on)
            posts = (post for post, (known, _) in self._of_post.items() if known == event.vacancy_id)
            self._of_post |= dict.fromkeys(list(posts), lapsed)
        elif action_id is None:
            return
        elif isinstance(event, ev.ActionSubmitted) and event.vacancy_id and event.target_position_id:
            self._used.add(event.vacancy_id)
            self._begun_on[action_id] = (event.target_position_id, event.vacancy_id)
        elif isinstance(event, (ev.ActionTookEffect, *ENDINGS)):
            post, vacancy_id = self._begun_on.pop(action_id, ("", ""))
            if self._of_post.get(post, ("",))[0] == vacancy_id:
                self._of_post.pop(post, None)


class Uniqueness:
    """Follows all actions in order; keyed by surrogate ids."""

    def __init__(self) -> None:
        self.last_decree: dict[int, int] = {}
        self._actions: dict[str, tuple[str, str | None]] = {}
        self._open_of: dict[str, str] = {}
        self._promised: dict[str, str] = {}
        # Evaluations and follow-ups that run or have been completed, by person; and which of them run.
        self._evaluations: dict[str, dict[str, _Evaluation]] = {}
        self._evaluated: dict[str, str] = {}
        self._running: set[str] = set()
        self._follow_ups: dict[str, list[str]] = {}

    def clashes(self, event: ev.ActionSubmitted) -> list[tuple[str, str]]:
        """Codes and details of what a new action would have twice."""
        found: list[tuple[str, str]] = []
        if event.kind is Kind.EVALUATION:
            twin = self._twin(event)
            return [("evaluated-twice", f"{twin} is of the same person and time")] if twin else []
        other = self._open_of.get(event.subject_id)
        if other is not None:
            found.append(("two-open-actions", f"{event.subject_id} has the open action {other}"))
        promised = self._promised.get(event.target_position_id or "")
        if promised is not None:
            found.append(("post-promised-twice", f"{event.target_position_id} is promised by {promised}"))
        return found

    def promises_passed(self, event: ev.Event, agency: Agency) -> list[tuple[str, str]]:
        """A list of candidates for a post that is promised, or somebody whom the register puts there."""
        if isinstance(event, pe.VacancyOpened):
            promised = self._promised.get(event.position_id)
        elif isinstance(event, ev.EmployeeRegistered):
            known = agency.people.get(event.person_id)
            moves = known is None or known.position_id != event.position_id
            promised = self._promised.get(event.position_id or "") if moves else None
        else:
            return []
        said = f"{event.position_id} is promised by {promised}"
        return [("post-promised-twice", said)] if promised is not None else []

    def follow(self, action_id: str, event: ev.Event) -> None:
        if isinstance(event, ev.ActionSubmitted) and event.kind is Kind.EVALUATION:
            self._evaluation(action_id, event)
        elif action_id in self._evaluated:
            if isinstance(event, ENDINGS):
                self._ended(action_id, undone=not isinstance(event, ev.ActionCompleted))
        elif isinstance(event, ev.ActionSubmitted):
            self._actions[action_id] = (event.subject_id, event.target_position_id)
            self._open_of[event.subject_id] = action_id
            if event.target_position_id is not None:
                self._promised[event.target_position_id] = action_id
        elif isinstance(event, pe.CandidateChosen):
            before, post = self._actions.get(action_id, ("", None))
            self._release(action_id, before)
            self._actions[action_id] = (event.person_id, post)
            self._open_of[event.person_id] = action_id
        elif isinstance(event, pe.ReviewScheduled):
            self._release(action_id, self._actions.get(action_id, ("", None))[0])
        elif isinstance(event, ev.DecreeIssued):
            self.last_decree[event.year] = max(event.sequence, self.last_decree.get(event.year, 0))
        elif isinstance(event, (ev.ActionTookEffect, *ENDINGS)):
            subject, post = self._actions.get(action_id, ("", None))
            if post is not None and self._promised.get(post) == action_id:
                del self._promised[post]
            if isinstance(event, ENDINGS):
                self._release(action_id, subject)

    def improvement_of(self, person_id: str) -> str | None:
        """The person's time to improve that runs."""
        improves = Variant.PERFORMANCE_IMPROVEMENT
        for action_id, known in self._evaluations.get(person_id, {}).items():
            if known.variant is improves and action_id in self._running:
                return action_id
        return None

    def follow_ups_of(self, action_id: str) -> list[str]:
        """What grew out of an action and still stands."""
        return self._follow_ups.get(action_id, [])

    def _twin(self, event: ev.ActionSubmitted) -> str | None:
        if event.variant is Variant.PERFORMANCE_IMPROVEMENT:
            return self.improvement_of(event.subject_id)
        if event.follows is not None or event.period_start is None or event.period_end is None:
            return None
        for action_id, known in self._evaluations.get(event.subject_id, {}).items():
            apart = event.period_end < known.first or known.last < event.period_start
            if known.follows is None and not apart:
                return action_id
        return None

    def _evaluation(self, action_id: str, event: ev.ActionSubmitted) -> None:
        if event.period_start is None or event.period_end is None:
            return
        known = _Evaluation(
            event.subject_id, event.variant, event.period_start, event.period_end, event.follows
        )
        self._evaluations.setdefault(event.subject_id, {})[action_id] = known
        self._evaluated[action_id] = event.subject_id
        self._running.add(action_id)
        if event.follows is not None:
            self._follow_ups.setdefault(event.follows, []).append(action_id)

    def _ended(self, action_id: str, *, undone: bool) -> None:
        self._running.discard(action_id)
        if not undone:
            return
        known = self._evaluations[self._evaluated.pop(action_id)].pop(action_id)
        if known.follows is not None:
            self._follow_ups[known.follows].remove(action_id)

    def open_action_of(self, person_id: str) -> str | None:
        return self._open_of.get(person_id)

    def _release(self, action_id: str, person_id: str) -> None:
        if self._open_of.get(person_id) == action_id:
            del self._open_of[person_id]
