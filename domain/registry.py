"""What must be unique across actions: one open action a person, one promise a post, one number a decree."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from domain import events as ev
from domain import promotion_events as pe
from domain.cycle_register import Cycles
from domain.evaluation_register import Evaluations
from domain.policy import Kind
from domain.profiling_events import ProfilingReminded
from domain.rank_events import RankDecreeIssued, RankListProposed
from domain.rank_list import RankLists

ENDING = (
    ev.ActionCompleted,
    ev.ActionRejected,
    ev.ActionRefused,
    ev.ActionWithdrawn,
    ev.ActionExpired,
    ev.ActionAnnulled,
)


@dataclass
class Registry:
    """Mutable fold over all personnel actions, keyed by surrogate ids. `judged_days` are the effective
    dates for which cases and lists were judged, `reminded_on` the last reminder of each unit's profiling.
    """

    open_action_of: dict[str, str] = field(default_factory=dict)
    promised_to: dict[str, str] = field(default_factory=dict)
    last_decree: dict[int, int] = field(default_factory=dict)
    cycles: Cycles = field(default_factory=Cycles)
    evaluations: Evaluations = field(default_factory=Evaluations)
    ranks: RankLists = field(default_factory=RankLists)
    vacancy_of: dict[str, str] = field(default_factory=dict)
    list_lapses_on: dict[str, date] = field(default_factory=dict)
    judged_days: set[date] = field(default_factory=set)
    reminded_on: dict[str, date] = field(default_factory=dict)
    started_vacancies: set[str] = field(default_factory=set)
    _open_evaluations: dict[str, str] = field(default_factory=dict)
    _vacancies: dict[str, tuple[str, str]] = field(default_factory=dict)
    _held_by: dict[str, tuple[str, str | None]] = field(default_factory=dict)

    def evolve(self, action_id: str, event: ev.Event) -> None:
        """Apply one event of the stream of `action_id`."""
        ended = isinstance(event, ENDING)
        self.cycles.note(action_id, event, ended=ended)
        self.evaluations.evolve(action_id, event, ended=ended)
        if isinstance(event, ev.ActionSubmitted):
            self.judged_days.add(event.effective_date)
        if ended:
            self._open_evaluations.pop(action_id, None)
        elif isinstance(event, ev.ActionSubmitted) and event.kind is Kind.EVALUATION:
            self._open_evaluations[action_id] = event.subject_id
        if isinstance(event, ev.ActionSubmitted) and event.kind is not Kind.EVALUATION:
            self.take(action_id, event.subject_id, event.target_position_id)
            if event.vacancy_id is not None and event.target_position_id is not None:
                self.started_vacancies.add(event.vacancy_id)
                self._vacancies[action_id] = (event.target_position_id, event.vacancy_id)
        elif isinstance(event, pe.CandidateChosen):
            _, position_id = self._held_by.get(action_id, ("", None))
            self._release_person(action_id)
            self.take(action_id, event.person_id, position_id)
        elif isinstance(event, pe.ReviewScheduled):
            self._release_person(action_id)
        elif isinstance(event, ev.ActionTookEffect):
            self._release_post(action_id)
            self._close_vacancy(action_id)
        elif isinstance(event, ev.DecreeIssued):
            self.last_decree[event.year] = max(event.sequence, self.last_decree.get(event.year, 0))
        elif isinstance(event, ENDING):
            self._release_post(action_id)
            self._close_vacancy(action_id)
            self._release_person(action_id)
            self._held_by.pop(action_id, None)

    def note_reminder(self, event: ev.Event) -> None:
        """Apply one event of a unit's profiling."""
        if isinstance(event, ProfilingReminded):
            self.reminded_on[event.unit_id] = event.as_of

    def note_rank(self, event: ev.Event) -> None:
        """Apply one event of a list of rank promotions; its decrees take numbers of the same counter."""
        self.ranks.evolve(event)
        if isinstance(event, RankListProposed):
            self.judged_days.add(event.period)
        if isinstance(event, RankDecreeIssued) and event.sequence is not None:
            self.last_decree[event.year] = max(event.sequence, self.last_decree.get(event.year, 0))

    def note_vacancy(self, event: pe.VacancyOpened, opened_on: date) -> None:
        """A post has a frozen list; it gets no second one before that promotion ends or takes effect, or
        the list lapses unused.
        """
        self.judged_days.add(max(event.vacant_from, opened_on))
        self.vacancy_of[event.position_id] = event.vacancy_id
        self.list_lapses_on[event.vacancy_id] = event.lapses_on

    def note_withdrawn(self, event: pe.VacancyWithdrawn) -> None:
        """A list that was never used has lapsed before its time."""
        self.list_lapses_on[event.vacancy_id] = event.lapses_on

    def standing_list_of(self, position_id: str, day: date) -> str | None:
        """The vacancy whose frozen list stands for the post: used, or not lapsed by `day`."""
        vacancy_id = self.vacancy_of.get(position_id)
        if vacancy_id is None or vacancy_id in self.started_vacancies:
            return vacancy_id
        return vacancy_id if day < self.list_lapses_on[vacancy_id] else None

    def lists_to_come(self, day: date) -> list[str]:
        """The vacancies whose lists no promotion has begun on and that have not lapsed by `day`."""
        unused = [known for known in self.vacancy_of.values() if known not in self.started_vacancies]
        return [known for known in unused if day < self.list_lapses_on[known]]

    def open_actions(self) -> list[str]:
        """Every action that has not ended, in the order in which they began, evaluations last."""
        return [*self._held_by, *self._open_evaluations]

    def open_actions_of(self, subject_id: str) -> list[str]:
        """The actions about the person that have not ended."""
        held = [action for action, (subject, _) in self._held_by.items() if subject == subject_id]
        return held + [action for action, subject in self._open_evaluations.items() if subject == subject_id]

    def take(self, action_id: str, subject_id: str, position_id: str | None) -> None:
        """Note an open action: its subject is taken and its post, if any is still promised."""
        self._held_by[action_id] = (subject_id, position_id)
        self.open_action_of[subject_id] = action_id
        if position_id is not None:
            self.promised_to[position_id] = action_id

    def _release_person(self, action_id: str) -> None:
        subject_id, _ = self._held_by.get(action_id, (None, None))
        if subject_id is not None and self.open_action_of.get(subject_id) == action_id:
            del self.open_action_of[subject_id]

    def _close_vacancy(self, action_id: str) -> None:
        position_id, vacancy_id = self._vacancies.pop(action_id, ("", ""))
        if position_id and self.vacancy_of.get(position_id) == vacancy_id:
            del self.vacancy_of[position_id]

    def _release_post(self, action_id: str) -> None:
        _, position_id = self._held_by.get(action_id, (None, None))
        if position_id is not None and self.promised_to.get(position_id) == action_id:
            del self.promised_to[position_id]
