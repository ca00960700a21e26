"""Was every act lawful? The history read again, command by command, with the auditor's own eyes.

Each command's events are judged against the case and the agency as they stood before it. The judge
of the writer (`domain.decide` and below) is not asked.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, cast

import orjson

from audit import (
    law_of_decisions,
    law_of_effects,
    law_of_evaluation,
    law_of_follow_ups,
    law_of_interests,
    law_of_parts,
    law_of_promotion,
    law_of_siasn,
    law_of_submission,
    law_of_tasks,
    law_of_votes,
)
from audit.case import VERIFICATION, Case, Moment
from audit.fact_sheets import CONSENT
from audit.findings import Findings
from audit.history import States
from audit.law_of_cycles import Cycles
from audit.law_of_decree_files import DecreeFileLaw
from audit.law_of_differences import DifferenceLaw
from audit.law_of_erasure import ErasureLaw
from audit.law_of_keys import KeyLaw
from audit.law_of_log import LogLaw
from audit.law_of_policies import PolicyLaw
from audit.law_of_profiling import ProfilingLaw
from audit.law_of_rank_promotion import RankLaw
from audit.law_of_registers import check_register_event, stream_for
from audit.law_of_results import ResultLaw
from audit.law_of_reviews import ReviewLaw
from audit.law_of_talent import TalentLaw
from audit.law_of_vacancies import VacancyLaw
from audit.law_of_webhooks import WebhookLaw
from audit.orders import Orders
from audit.uniqueness import ENDINGS, Lists, Uniqueness
from domain import evaluation_events as eve
from domain import events as ev
from domain import promotion_events as pe
from domain import siasn_events as se
from domain.agency import Agency
from domain.calendar import WorkingCalendar
from domain.canonical import canonical_json
from domain.facts import Identity
from domain.offices import Offices
from domain.personnel_action import ActionState, Status, evolve, wakes
from domain.personnel_file import PersonnelFiles
from domain.policy import Policy, in_force
from domain.rank_list import RankLists
from ledger.mirror import ACTION, DOCUMENT, NO_CALENDAR, POLICY, action_id_of
from ledger.record import StoredEvent, decode, identity_in, parse_moment, personal_part

# The ledger judges a command a moment before it stamps the events: around midnight either day is lawful.
STAMPING = timedelta(seconds=30)
BORN = (ev.EmployeeRegistered, ev.CandidateRegistered)
AFTER_THE_END = (
    ev.TaskOpened,
    ev.TaskClaimed,
    ev.TaskReleased,
    ev.TaskDelegated,
    ev.TaskCommented,
    ev.TaskCompleted,
    ev.TaskEscalated,
    ev.ReminderSent,
    ev.ConflictDeclared,
    ev.ActionAnnulled,
    ev.CorrectionRecorded,
    se.WriteBackBegun,
    se.SiasnRecordRemoved,
    se.SiasnSynced,
    se.SiasnVerified,
    se.WriteBackFailed,
)
Check = Callable[[Case, StoredEvent, Any, ActionState], None]
CHECKS: dict[type[ev.Event], Check] = {
    ev.ActionAssessed: law_of_submission.assessed,
    ev.ActionRefused: law_of_effects.refused,
    ev.TaskOpened: law_of_tasks.opened,
    ev.TaskClaimed: law_of_tasks.claimed,
    ev.TaskReleased: law_of_tasks.released,
    ev.TaskDelegated: law_of_tasks.delegated,
    ev.TaskCommented: law_of_tasks.commented,
    ev.ConflictDeclared: law_of_interests.declared,
    ev.ReminderSent: law_of_tasks.reminded,
    ev.TaskEscalated: law_of_tasks.escalated,
    ev.VoteCast: law_of_votes.voted,
    ev.TaskCompleted: law_of_decisions.completed,
    ev.OverrideProposed: law_of_decisions.proposed,
    ev.Overridden: law_of_decisions.overridden,
    pe.CandidatesRanked: law_of_promotion.ranked,
    pe.CandidateChosen: law_of_promotion.chosen,
    pe.ReviewScheduled: law_of_promotion.scheduled,
    se.WriteBackBegun: law_of_siasn.begun,
    se.SiasnRecordSaved: law_of_siasn.saved,
    se.SiasnDocumentAttached: law_of_siasn.attached,
    se.SiasnRecordRemoved: law_of_siasn.removed,
    se.SiasnSynced: law_of_siasn.synced,
    se.SiasnVerified: law_of_siasn.verified,
    se.WriteBackFailed: law_of_siasn.failed,
    ev.TaskExited: law_of_effects.exited,
    ev.PlacementDecided: law_of_effects.decided,
    ev.ActionTookEffect: law_of_effects.took_effect,
    ev.ActionCompleted: law_of_effects.ended_well,
    ev.ActionRejected: law_of_effects.rejected,
    ev.ActionWithdrawn: law_of_effects.withdrawn,
    ev.ActionExpired: law_of_effects.expired,
    ev.ActionAnnulled: law_of_effects.annulled,
    eve.PerformanceJudged: law_of_evaluation.judged,
    eve.PartRated: law_of_parts.rated,
    eve.EvaluationBecameFinal: law_of_evaluation.became_final,
    eve.FollowUpOpened: law_of_follow_ups.opened,
    eve.MeasureOrdered: law_of_follow_ups.measure,
}


class Lawfulness:
    """Takes the events in order. `agency`, `policies` and `states` are those of the events so far."""

    def __init__(self, findings: Findings) -> None:
        self.agency = Agency()
        self.policies: dict[str, Policy] = {}
        self.states = States()
        self._files = PersonnelFiles()
        self._calendar: WorkingCalendar = NO_CALENDAR
        self._offices: dict[str, Offices] = {}
        self._findings = findings
        self._unique = Uniqueness()
        self._lists = Lists()
        self._orders = Orders()
        self._cycles = Cycles()
        self._log = LogLaw()
        self._webhooks = WebhookLaw()
        self._keys = KeyLaw()
        self._connection = law_of_siasn.ConnectionLaw()
        self._differences = DifferenceLaw()
        self._decree_files = DecreeFileLaw(self.states.get)
        self._talent = TalentLaw()
        self._publishing = PolicyLaw()
        self._results = ResultLaw()
        self._reviewing = ReviewLaw(self.states.get)
        self._profiling = ProfilingLaw(self._talent.record_of)
        rank_lists = RankLists()
        self._erasures = ErasureLaw(rank_lists)
        self._attested: dict[str, dict[str, Any]] = {}
        self._words: dict[str, tuple[str | None, str | None]] = {}
        self._measures: dict[str, str] = {}
        self._judgements: dict[str, dict[int, tuple[str, str]]] = {}
        self._identities: dict[str, Identity] = {}
        self._vacancies = VacancyLaw(self._talent.record_of, self._identities)
        self._ranks = RankLaw(self._talent.record_of, self._identities, self._unique, rank_lists)
        self._group: list[StoredEvent] = []
        self._command: tuple[Any, ...] = ()

    def next(self, stored: StoredEvent) -> None:
        """Take one event; a command is judged when the next one begins."""
        document = decode(stored.record)
        command = tuple(document[k] for k in ("causation_id", "correlation_id", "commit", "recorded_at"))
        if command != self._command:
            self.end()
            self._command = command
        self._group.append(stored)

    def end(self) -> None:
        """Judge what has been taken and not judged yet."""
        group, self._group = self._group, []
        if not group:
            return
        try:
            self._judge(group)
        except Exception as error:  # noqa: BLE001  (a history that cannot even be judged is a finding)
            self._findings.add(
                "cannot-be-judged", group[0].position, f"{group[0].type}: {type(error).__name__}: {error}"
            )
        for stored in group:
            self._follow(stored)

    def _judge(self, group: list[StoredEvent]) -> None:
        at = parse_moment(group[0].recorded_at)
        before = {id_: self.states.get(id_) for id_ in _actions_of(group)}
        day = self._calendar.today(at)
        found, after = self._judged(group, before, day)
        earlier = self._calendar.today(at - STAMPING)
        if found and earlier != day:
            other, states = self._judged(group, before, earlier)
            if len(other) < len(found):
                found, after = other, states
        for code, position, detail in found:
            self._findings.add(code, position, detail)
        for state in after.values():
            self.states.put(state)

    def _judged(
        self, group: list[StoredEvent], before: dict[str, ActionState | None], day: date
    ) -> tuple[list[tuple[str, int, str]], dict[str, ActionState]]:
        moment = self._moment(group[0], day)
        found: list[tuple[str, int, str]] = []
        cases: dict[str, Case] = {}
        for stored in group:
            found += self._erasures.sealed_too_late(stored)
            found += [(code, stored.position, detail) for code, detail in self._keys.problems(stored)]
            if stored.category != ACTION:
                found += self._outside_actions(stored, moment, group)
                continue
            action_id = action_id_of(stored.stream)
            case = cases.get(action_id)
            if case is None:
                policy = self._policy_of(stored, before[action_id])
                case = cases[action_id] = Case(moment, policy, before[action_id], before[action_id], group)
                case.vacancies = self._vacancies.known
                case.identities, case.open_action_of = self._identities, self._open_action_of
                case.candidate_sheet = self._vacancies.sheet_of
                case.attested = self._attested.get(action_id)
                case.requested, case.consented = self._words.get(action_id, (None, None))
                case.measures = self._measures
                case.unique, case.action = self._unique, self.states.get
                case.lists, case.orders = self._lists, self._orders
                case.siasn_mode = self._connection.mode
                case.judgements = dict(self._judgements.get(action_id, {}))
                subject = case.before.subject_id if case.before else getattr(stored.event, "subject_id", "")
                known = self._identities.get(subject)
                case.birth_date = known.birth_date if known else _newly_born(group, subject)
            self._one(case, stored)
        last = {stored.stream: stored for stored in group}
        for action_id, case in cases.items():
            self._at_end(case, last[f"{ACTION}/{action_id}"])
            found += case.found
        return found, {id_: case.state for id_, case in cases.items() if case.state is not None}

    def _one(self, case: Case, stored: StoredEvent) -> None:
        event, state = stored.event, case.state
        if stream_for(event) is not None:
            case.report(stored, "wrong-stream", f"{stored.type} does not belong in {stored.stream}")
            return
        if isinstance(event, ev.ActionSubmitted):
            if state is not None:
                case.report(stored, "illegal-transition", "submitted twice")
            law_of_submission.submitted(case, stored, event)
            clashes = self._unique.clashes(event) + self._lists.clashes(event, case.moment.day)
            case.found += [(c, stored.position, d) for c, d in clashes]
        elif state is None:
            case.report(stored, "illegal-transition", f"{stored.type} before any submission")
            return
        else:
            if state.ended and not _may_follow_end(event, state):
                case.report(stored, "illegal-transition", f"{stored.type} after the end ({state.status})")
            if isinstance(event, ev.DecreeIssued):
                last = self._unique.last_decree.get(event.year, 0)
                law_of_effects.decreed(case, stored, event, state, last)
            elif type(event) in CHECKS:
                if isinstance(event, pe.CandidateChosen):
                    self._is_free(case, stored, event)
                CHECKS[type(event)](case, stored, event, state)
            else:
                case.report(stored, "illegal-transition", f"nothing in the process makes a {stored.type}")
        case.state = evolve(state, stored.recorded)
        if isinstance(event, eve.PerformanceJudged | eve.PartRated) and event.result and event.conduct:
            case.judgements[stored.version] = (event.result, event.conduct)

    def _is_free(self, case: Case, stored: StoredEvent, event: pe.CandidateChosen) -> None:
        other = self._unique.open_action_of(event.person_id)
        if other not in (None, action_id_of(stored.stream)):
            case.report(stored, "two-open-actions", f"{event.person_id} has the open action {other}")

    def _open_action_of(self, person_id: str) -> ActionState | None:
        open_action = self._unique.open_action_of(person_id)
        return self.states.get(open_action) if open_action else None

    def _at_end(self, case: Case, last: StoredEvent) -> None:
        state = case.state
        if case.expects is not None:
            case.report(last, "skipped-step", f"the task at {case.expects[0]} was not opened")
        if state is None:
            return
        if case.begins is not None:
            case.report(last, "skipped-step", f"the connector's {case.begins} was not begun")
        placed = state.status is Status.DECIDED and state.evaluation is None
        waits = placed or state.ended or bool(state.open_tasks) or state.awaits_review
        waits = waits or state.tells_siasn
        if not waits and case.expects is None:
            case.report(last, "illegal-transition", f"the case is {state.status} and waits for nothing")
        for stored in case.group:
            told = stored is last and wakes(case.before, state)
            if stored.stream == last.stream and stored.wakes != told:
                case.report(stored, "wrong-wakes", "the record is wrong about telling the process")

    def _outside_actions(
        self, stored: StoredEvent, moment: Moment, group: list[StoredEvent]
    ) -> list[tuple[str, int, str]]:
        stream = stream_for(stored.event)
        problems = check_register_event(stored, moment, group) + self._talent.problems(stored, moment, group)
        problems += self._vacancies.problems(stored, moment, group)
        problems += self._ranks.problems(stored, moment, group)
        problems += self._lists.clashes(stored.event, moment.day)
        problems += self._unique.promises_passed(stored.event, moment.agency)
        problems += self._cycles.problems(stored, moment, group) + self._log.problems(stored)
        problems += self._connection.problems(stored)
        problems += self._webhooks.problems(stored, moment)
        problems += self._differences.problems(stored, moment, group)
        problems += self._decree_files.problems(stored, group)
        problems += self._profiling.problems(stored, moment, group)
        problems += self._results.problems(stored, moment, group)
        problems += self._reviewing.problems(stored, moment, group)
        problems += self._publishing.problems(stored, moment)
        problems += self._erasures.problems(stored, moment)
        if stream != stored.stream:
            problems.append(("wrong-stream", f"{stored.type} does not belong in {stored.stream}"))
        if stored.wakes:
            problems.append(("wrong-wakes", "only an action's events wake a process"))
        return [(code, stored.position, detail) for code, detail in problems]

    def _policy_of(self, stored: StoredEvent, state: ActionState | None) -> Policy:
        event = stored.event
        policy_id = event.policy_id if isinstance(event, ev.ActionSubmitted) else state and state.policy_id
        return self.policies[policy_id or ""]

    def _moment(self, stored: StoredEvent, day: date) -> Moment:
        current = in_force(self.policies.values(), day)
        offices = self._offices_of(current) if current else cast(Offices, None)
        at = parse_moment(stored.recorded_at)
        return Moment(at, day, self.agency, self.policies, self._calendar, offices, self._files)

    def _offices_of(self, policy: Policy) -> Offices:
        if policy.id not in self._offices:
            self._offices[policy.id] = Offices(self.agency, policy)
        return self._offices[policy.id]

    def _follow(self, stored: StoredEvent) -> None:
        try:
            action_id = action_id_of(stored.stream) if stored.category == ACTION else None
            self._lists.follow(action_id, stored.event)
            self._publishing.follow(stored, self._calendar.today(parse_moment(stored.recorded_at)))
            self._erasures.follow(stored)
            self._decree_files.follow(stored)
            self._cycles.follow(action_id, stored.event, ended=isinstance(stored.event, ENDINGS))
            if isinstance(stored.event, ev.PolicyAdopted):
                self.policies[stored.event.policy_id] = _policy_read(canonical_json(stored.event.document))
            elif stored.category == POLICY:
                pass  # proposed: nobody is judged by it
            elif isinstance(stored.event, ev.CalendarAdopted):
                self._calendar = WorkingCalendar(stored.event.version, frozenset(stored.event.holidays))
            elif stored.category == ACTION:
                self._unique.follow(action_id_of(stored.stream), stored.event)
                self._orders.follow(action_id_of(stored.stream), stored.event)
                self._remember_sealed(action_id_of(stored.stream), stored.version, stored.event)
            elif stored.category == DOCUMENT:
                self._files.evolve(stored.event, stored.actor)
            else:
                self.agency.evolve(stored.event)
                self._log.follow(stored.event)
                self._webhooks.follow(stored)
                self._keys.follow(stored.event)
                self._connection.follow(stored.event)
                self._differences.follow(stored.event)
                self._talent.follow(stored)
                self._profiling.follow(stored)
                self._results.follow(stored)
                self._reviewing.follow(stored)
                self._vacancies.follow(stored)
                self._ranks.follow(stored)
                if isinstance(stored.event, BORN):
                    who = identity_in(personal_part(stored.event))
                    if who is not None:
                        self._identities[stored.event.person_id] = who
        except (KeyError, ValueError, AttributeError, IndexError) as error:
            self._findings.add("cannot-be-judged", stored.position, f"{stored.type}: {error!r}")

    def _remember_sealed(self, action_id: str, version: int, event: ev.Event) -> None:
        if isinstance(event, ev.TaskCompleted) and event.step == VERIFICATION and event.outcome == "approve":
            if event.details is not None:
                self._attested[action_id] = event.details
        elif isinstance(event, ev.TaskCompleted) and event.step == CONSENT and event.outcome == "approve":
            asked, _ = self._words.get(action_id, (None, None))
            self._words[action_id] = (asked, (event.details or {}).get("position_named"))
        elif isinstance(event, ev.ActionSubmitted) and event.partner_position is not None:
            self._words[action_id] = (event.partner_position, None)
        elif isinstance(event, eve.PerformanceJudged | eve.PartRated) and event.result and event.conduct:
            self._judgements.setdefault(action_id, {})[version] = (event.result, event.conduct)
        elif isinstance(event, eve.MeasureOrdered) and event.measure:
            self._measures[action_id] = event.measure
        elif isinstance(event, ENDINGS):
            self._judgements.pop(action_id, None)
            self._attested.pop(action_id, None)
            self._words.pop(action_id, None)


@lru_cache(maxsize=8)
def _policy_read(text: bytes) -> Policy:
    return Policy.model_validate(orjson.loads(text))


def _newly_born(group: list[StoredEvent], person_id: str) -> date | None:
    """The birth date of a candidate whom this very command brought in."""
    born = (s.event for s in group if isinstance(s.event, ev.CandidateRegistered))
    return next((event.birth_date for event in born if event.person_id == person_id), None)


def _may_follow_end(event: ev.Event, state: ActionState) -> bool:
    if isinstance(event, ev.ActionAnnulled):
        return state.status is Status.COMPLETED
    return state.status is Status.ANNULLED and isinstance(event, AFTER_THE_END)


def _actions_of(group: list[StoredEvent]) -> list[str]:
    return list(dict.fromkeys(action_id_of(s.stream) for s in group if s.category == ACTION))
