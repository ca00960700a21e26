"""One command's events as the auditor reads them: the case before, the agency of that moment, the law."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from audit.orders import Orders
from audit.uniqueness import Lists, Uniqueness
from domain.agency import Agency
from domain.calendar import WorkingCalendar
from domain.candidacy import CandidateSheet
from domain.facts import Identity
from domain.human_task import Task
from domain.identity import Capacity, Signature
from domain.offices import COMMITTEE, INITIATOR, OF_A_PERSON, SUBJECT, Offices
from domain.personnel_action import ActionState, Status
from domain.personnel_file import PersonnelFiles
from domain.policy import Policy, StepRule, in_force
from domain.siasn_events import Purpose
from domain.vacancy import Vacancy
from ledger.record import StoredEvent

VERIFICATION = "analyst_verification"


@dataclass
class Moment:
    """What was so when a command was judged: `at` recorded, `day` locally, and the directory."""

    at: datetime
    day: date
    agency: Agency
    policies: dict[str, Policy]
    calendar: WorkingCalendar
    offices: Offices
    files: PersonnelFiles

    def policy_in_force(self, day: date) -> Policy:
        """The newest policy in effect on `day`, the oldest before its time. Raises LookupError if none is."""
        current = in_force(self.policies.values(), day)
        if current is None:
            raise LookupError("no policy was adopted")
        return current


@dataclass
class Case:
    """One action within one command. `before` is the state that the command met, `state` the one
    that the events so far have made; `expects` is the step whose task has to be opened next.
    `attested` is what the analyst verified before this command, `birth_date` what the register holds
    of the subject; both None where seals stay closed, like `requested` and `consented`, the other agency's
    post in the request and in its consent. `judgements` are an evaluation's so far, results and conduct by
    version; `measures` are those ordered so far, by action, where seals open. `unique`, `lists`, `orders`
    and `action` tell of all cases as they were before the command.
    """

    moment: Moment
    policy: Policy
    before: ActionState | None
    state: ActionState | None
    group: list[StoredEvent]
    found: list[tuple[str, int, str]] = field(default_factory=list)
    expects: tuple[str, bool, str | None] | None = None
    # Whether SIASN is told by a connector, and for what it has to begin.
    siasn_mode: str | None = None
    begins: Purpose | None = None
    attested: dict[str, Any] | None = None
    requested: str | None = None
    consented: str | None = None
    birth_date: date | None = None
    judgements: dict[int, tuple[str, str]] = field(default_factory=dict)
    measures: Mapping[str, str] = field(default_factory=dict)
    unique: Uniqueness = field(default_factory=Uniqueness)
    lists: Lists = field(default_factory=Lists)
    orders: Orders = field(default_factory=Orders)
    action: Callable[[str], ActionState | None] = lambda _: None
    vacancies: Mapping[str, Vacancy] = field(default_factory=dict)
    identities: Mapping[str, Identity] = field(default_factory=dict)
    open_action_of: Callable[[str], ActionState | None] = lambda _: None
    candidate_sheet: Callable[..., CandidateSheet | None] = lambda *_, **__: None

    def report(self, stored: StoredEvent, code: str, detail: str) -> None:
        self.found.append((code, stored.position, detail))

    def step(self, name: str) -> StepRule | None:
        return self.policy.steps.get(name)

    def beside(self, stored: StoredEvent, kind: type) -> list[StoredEvent]:
        """Events of a kind in the same command and stream."""
        return [
            other for other in self.group if other.stream == stored.stream and isinstance(other.event, kind)
        ]


def why_out(person: str, step: StepRule, state: ActionState) -> str | None:
    """Why the person is kept out of a step: subject, declared interest, initiator, or earlier actor."""
    if person == state.subject_id and step.office not in OF_A_PERSON:
        return "is the subject"
    if person == state.subject_id and step.office == SUBJECT:
        return None
    if person in state.candidates:
        return "is a candidate"
    if person in state.conflicts:
        return "declared a conflict of interest"
    if state.initiator == ("person", person) and "initiator" in step.excludes_actors_of:
        return "is the initiator"
    acted = {name for name, who in state.acted if who == person} & set(step.excludes_actors_of)
    return f"acted at {min(acted)}" if acted else None


def has_stake(person: str, state: ActionState) -> bool:
    """Whether the case is about the person, or they declared an interest in it."""
    return person == state.subject_id or person in state.candidates or person in state.conflicts


def people_out(step: StepRule, state: ActionState) -> tuple[str, ...]:
    """Everybody known to the case who is kept out of the step, sorted."""
    known = {state.subject_id, *state.candidates, *state.conflicts, *(who for _, who in state.acted)}
    if state.initiator[0] == "person":
        known.add(state.initiator[1])
    return tuple(sorted(person for person in known if why_out(person, step, state)))


def office_that_answers(key: str, step: StepRule, state: ActionState, moment: Moment) -> str:
    """The office itself, or the first above it with somebody who is not kept out, where all its
    holders are. A vacant office keeps its task as long as whoever it falls to may act.
    """
    answer = here = key
    while True:
        above = moment.offices.superior(here)
        if above is None:
            return answer
        people = set(moment.offices.holders(here, moment.day))
        if state.status is Status.EFFECTIVE and state.target_position_id in moment.offices.posts_of(here):
            people.add(state.subject_id)
        if any(why_out(person, step, state) is None for person in people):
            return answer
        if people:
            answer = above
        here = above


def lawful_signatures(person: str, task: Task, case: Case) -> Iterator[Signature]:
    """Every authority under which the person could act on the task at that moment, exclusions and
    capacity not yet considered.
    """
    state, moment = case.before, case.moment
    step = case.step(task.step)
    if state is None or step is None:
        return
    if task.office == INITIATOR:
        if state.initiator == ("person", person):
            yield Signature(office=INITIATOR, capacity=Capacity.DEFINITIVE)
        return
    if task.office == SUBJECT and person == state.subject_id:
        yield Signature(office=SUBJECT, capacity=Capacity.DEFINITIVE)
        return
    held = moment.offices.exercised_by(person, moment.day)
    if task.office == COMMITTEE:
        for key, signature in held:
            seated = key in case.policy.committee.members and person in moment.offices.holders(
                key, moment.day
            )
            if seated and signature.capacity is not Capacity.DELEGATE:
                yield signature
        return
    keys = {task.office, office_that_answers(task.office, step, state, moment), task.escalated_to}
    yield from (signature for key, signature in held if key in keys)
    principal, lent = task.delegated_by, task.delegated_signature
    if task.delegated_to != person or principal is None or lent is None:
        return
    own = moment.offices.exercised_by(principal, moment.day)
    if lent.office in keys and (lent.office, lent) in own:
        yield lent.model_copy(update={"capacity": Capacity.DELEGATE, "on_behalf_of": principal})


def why_not(person: str, task: Task, case: Case, signature: Signature | None) -> tuple[str, str] | None:
    """Code and reason why the person could not act so on the task; None where they could."""
    state, step = case.before, case.step(task.step)
    if state is None or step is None:
        return ("not-an-owner", f"there is no step {task.step}")
    out = why_out(person, step, state)
    if out is not None:
        return ("excluded-actor", f"{person} {out}, step {task.step}")
    possible = list(lawful_signatures(person, task, case))
    if not possible:
        return ("not-an-owner", f"{person} holds no authority over {task.step} ({task.office})")
    free = [s for s in possible if s.on_behalf_of is None or why_out(s.on_behalf_of, step, state) is None]
    if not free:
        return ("excluded-actor", f"{person} acts for somebody who is kept out of {task.step}")
    if step.definitive_only:
        free = [s for s in free if s.capacity is Capacity.DEFINITIVE]
        if not free:
            return ("capacity-not-allowed", f"{task.step} needs the definitive holder")
    if signature is not None and signature not in free:
        return ("wrong-signature", f"{person} could not sign as {signature.office} {signature.capacity}")
    return None


def could_act(person: str, task: Task, case: Case) -> bool:
    return why_not(person, task, case, None) is None
