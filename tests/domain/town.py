"""A town of some thirty posts that lives in memory: the law's own judge and state, without a ledger.

It honours what the ledger promises the law: commands are judged one after another, each against the
state that its predecessors left; a refusal leaves no trace; facts are those of the same moment.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from functools import cache
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from domain import commands as cmd
from domain import events as ev
from domain.agency import Agency
from domain.approval import form_context
from domain.calendar import WorkingCalendar
from domain.decide import decide
from domain.errors import Refusal
from domain.facts import Facts, Identity
from domain.forms import FORMS
from domain.human_task import Task
from domain.identity import SYSTEM, Actor
from domain.offices import COMMITTEE, Offices
from domain.ownership import may_act, voters
from domain.personnel_action import ActionState, Recorded, evolve, wakes
from domain.personnel_file import PersonnelFiles
from domain.policy import Policy, Variant, in_force
from domain.policy_register import PolicyRegister
from domain.promotion_events import VacancyOpened, VacancyWithdrawn
from domain.registry import Registry
from domain.siasn_differences import OpenDifferences
from domain.siasn_events import SiasnMode
from domain.siasn_state import mode_after
from domain.talent_record import evolve_talent
from domain.vacancy import Vacancy, vacancy_of
from ledger.record import identity_in, personal_part
from policies.library import policy_documents, working_calendar
from tests.domain.evaluation_requests import EvaluationRequests
from tests.domain.promotion_requests import PromotionRequests
from tests.domain.register_requests import RegisterRequests, nip_of
from tests.domain.town_map import POSTS, UNITS
from tests.domain.town_records import TownTalent, TownVacancies

JAKARTA = ZoneInfo("Asia/Jakarta")
TUESDAY = date(2026, 11, 24)
MACHINE = Actor(kind="integration", id="simpeg", scopes=frozenset({"actions:write"}))
PERSONNEL = "personnel-action/"


def at(day: date, hour: int = 9) -> datetime:
    """The UTC moment of a local hour."""
    return datetime.combine(day, time(hour), JAKARTA).astimezone(UTC)


def person(person_id: str) -> Actor:
    return Actor(kind="person", id=person_id)


def new_id() -> str:
    return str(uuid.uuid4())


def counted_ids() -> Iterator[str]:
    """Ids that are the same in every run: random lives pick from what is sorted by id."""
    return (str(uuid.uuid5(uuid.NAMESPACE_OID, str(number))) for number in count())


@cache
def kota_serang() -> Policy:
    return Policy.model_validate(policy_documents("kota-serang")[-1])


@cache
def serang_calendar() -> WorkingCalendar:
    version, holidays = working_calendar()
    return WorkingCalendar(version, frozenset(holidays))


@dataclass(frozen=True)
class Sent:
    """A command, when it came, and the code of its refusal, if it was refused."""

    at: datetime
    command: cmd.Command
    refused: str | None


@dataclass
class Town(RegisterRequests, EvaluationRequests, PromotionRequests):
    """The town. `now` is its clock; tests set it."""

    policy: Policy = field(default_factory=kota_serang)
    calendar: WorkingCalendar = field(default_factory=serang_calendar)
    now: datetime = field(default_factory=lambda: at(TUESDAY))
    agency: Agency = field(default_factory=Agency)
    registry: Registry = field(default_factory=Registry)
    files: PersonnelFiles = field(default_factory=PersonnelFiles)
    states: dict[str, ActionState] = field(default_factory=dict)
    log: list[tuple[str, Recorded]] = field(default_factory=list)
    woken: set[str] = field(default_factory=set)
    ids: Iterator[str] = field(default_factory=counted_ids)
    sent: list[Sent] = field(default_factory=list)
    talent: TownTalent = field(default_factory=TownTalent)
    published: PolicyRegister = field(default_factory=PolicyRegister)
    _vacancies: dict[str, Vacancy] = field(default_factory=dict)
    _sealed: dict[tuple[str, int], ev.Event] = field(default_factory=dict)
    sealed_for: dict[tuple[str, int], str | None] = field(default_factory=dict)
    erased: set[str] = field(default_factory=set)
    siasn_mode: SiasnMode | None = None
    differences: OpenDifferences = field(default_factory=OpenDifferences)
    _versions: dict[str, int] = field(default_factory=dict)
    _identities: dict[str, Identity] = field(default_factory=dict)
    _offices: dict[str, Offices] = field(default_factory=dict)

    def __post_init__(self) -> None:
        units = (cmd.UnitRow(unit_id=u, name=name, parent_id=above) for u, (name, above) in UNITS.items())
        posts = (
            cmd.PositionRow(position_id=p, name=name, unit_id=unit, kind=kind)
            for p, (name, unit, kind, _) in POSTS.items()
        )
        self.send(cmd.RegisterUnits(**self._by(SYSTEM), rows=tuple(units)))
        self.send(cmd.RegisterPositions(**self._by(SYSTEM), rows=tuple(posts)))
        people = (self.row(holder, post=p) for p, (_, _, _, holder) in POSTS.items() if holder)
        self.send(cmd.RegisterEmployees(**self._by(SYSTEM), rows=tuple(people)))

    def _offices_of(self, policy: Policy) -> Offices:
        return self._offices.setdefault(policy.hash, Offices(self.agency, policy))

    # --- the judge ---

    @property
    def today(self) -> date:
        return self.calendar.today(self.now)

    @property
    def policies(self) -> dict[str, Policy]:
        adopted = {known.policy.id: known.policy for known in self.published.adopted.values()}
        return {self.policy.id: self.policy} | adopted

    @property
    def offices(self) -> Offices:
        """Those of the policy in force today."""
        return self._offices_of(in_force(self.policies.values(), self.today) or self.policy)

    @property
    def facts(self) -> Facts:
        return Facts(
            now=self.now,
            agency=self.agency,
            registry=self.registry,
            offices=self.offices,
            policies=self.policies,
            proposals=self.published.proposed,
            calendar=self.calendar,
            identity_of=self._identities.get,
            action=self.states.get,
            sealed_at=self._sealed_at,
            salt=lambda: "salt",
            talent=self.talent,
            vacancies=TownVacancies(self._vacancies),
            files=self.files,
            siasn_mode=self.siasn_mode,
            siasn_differences=self.differences.open,
            last_recorded=lambda name: max((r.at for s, r in self.log if s == name), default=None),
        )

    def send(self, command: cmd.Command) -> list[ev.Event]:
        """Judge one command and apply what it caused; a Refusal leaves everything as it was."""
        try:
            happened = self._judge(command)
        except Refusal as refusal:
            self.sent.append(Sent(self.now, command, refusal.code))
            raise
        self.sent.append(Sent(self.now, command, None))
        return happened

    def _judge(self, command: cmd.Command) -> list[ev.Event]:
        state = self.states.get(command.action_id) if isinstance(command, cmd.ActionCommand) else None
        before = dict(self.states)
        touched: set[str] = set()
        judged = decide(state, self.facts, command)
        for new, actor in judged:
            version = self._versions.get(new.stream, 0) + 1
            self._versions[new.stream] = version
            recorded = Recorded(new.event, version, self.now, actor.kind, actor.id)
            self.log.append((new.stream, recorded))
            self.sealed_for[new.stream, version] = new.person_id
            self._fold(new.stream, recorded)
            if new.stream.startswith(PERSONNEL):
                touched.add(new.stream.removeprefix(PERSONNEL))
        self.woken |= {a for a in touched if wakes(before.get(a), self.states[a])}
        return [new.event for new, _ in judged]

    def _fold(self, stream: str, recorded: Recorded) -> None:
        event = recorded.event
        if not stream.startswith(PERSONNEL):
            self.agency.evolve(event)
            actor = Actor.model_validate({"kind": recorded.actor_kind, "id": recorded.actor_id})
            self.published.evolve(event, actor, recorded.at)
            if stream.startswith("vacancy/"):
                vacancy_id = stream.removeprefix("vacancy/")
                told = [r.event for s, r in self.log if s == stream]
                found = vacancy_of(told)
                assert found is not None
                self._vacancies[vacancy_id] = found
                if isinstance(event, VacancyOpened):
                    self.registry.note_vacancy(event, self.today)
                elif isinstance(event, VacancyWithdrawn):
                    self.registry.note_withdrawn(event)
            self.registry.cycles.evolve(event)
            self.registry.note_reminder(event)
            self.siasn_mode = mode_after(self.siasn_mode, event)
            self.differences.evolve(event)
            if stream.startswith("rank-promotion/"):
                self.registry.note_rank(event)
            if stream.startswith("talent/"):
                person_id = stream.removeprefix("talent/")
                known = self.talent.of([person_id])[person_id]
                self.talent.records[person_id] = evolve_talent(known, event)
            self.files.evolve(event, actor)
            if isinstance(event, ev.EmployeeRegistered | ev.CandidateRegistered):
                assert event.birth_date is not None
                if event.person_id in self.erased:
                    return
                who = identity_in(personal_part(event))
                assert who is not None  # a registration says who it is about
                self._identities[event.person_id] = who
            return
        action = stream.removeprefix(PERSONNEL)
        self._sealed[action, recorded.version] = event
        self.registry.evolve(action, event)
        moved = evolve(self.states.get(action), recorded)
        assert moved is not None
        self.states[action] = moved

    def erase(self, action: str) -> None:
        """What was sealed in the action is gone with its person's key."""
        self._sealed = {at: event for at, event in self._sealed.items() if at[0] != action}

    def erase_person(self, person_id: str) -> None:
        """The person's key is destroyed: identity, talent record and whatever was sealed of them are gone,
        and what would be sealed of them later is read by nobody.
        """
        self.erased.add(person_id)
        self._identities.pop(person_id, None)
        self.talent.records.pop(person_id, None)
        for vacancy in self._vacancies.values():
            entries = tuple(
                entry.model_copy(update={"sheet": None, "facts": None})
                if entry.person_id == person_id
                else entry
                for entry in vacancy.candidates
            )
            self._vacancies[vacancy.id] = replace(vacancy, candidates=entries)

    def _sealed_at(self, action: str, version: int) -> dict[str, Any] | None:
        event = self._sealed.get((action, version))
        if event is None or self.sealed_for[PERSONNEL + action, version] in self.erased:
            return None
        return event.model_dump(mode="json", include=set(event.PERSONAL), exclude_none=True)

    def _by(self, actor: Actor) -> dict[str, Any]:
        return {"command_id": next(self.ids), "actor": actor}

    # --- personnel actions ---

    def submit(
        self,
        subject: str = "nurse",
        target: str | None = "school-nurse",
        *,
        by: Actor | str = MACHINE,
        **changes: Any,
    ) -> str:
        """Ask for a transfer; the action's id."""
        values = self._by(person(by) if isinstance(by, str) else by) | {
            "action_id": next(self.ids),
            "variant": Variant.WITHIN_AGENCY,
            "subject_id": subject,
            "target_position_id": target,
            "effective_date": self.today,
            "reason": "kebutuhan organisasi",
        }
        command = cmd.SubmitAction(**(values | changes))
        self.send(command)
        return command.action_id

    def submit_out(self, subject: str = "nurse", **changes: Any) -> str:
        partner = {"partner_agency": "Pemerintah Kota Cilegon", "partner_position": "Perawat Ahli Muda"}
        return self.submit(subject, None, **({"variant": Variant.INTER_AGENCY_OUT} | partner | changes))

    def submit_in(self, target: str = "school-nurse", **changes: Any) -> str:
        birth = date(1988, 8, 8)
        candidate = cmd.Candidate(
            nip=nip_of(birth), name="Calon", birth_date=birth, employment_kind="PNS", grade="III/c"
        )
        values: dict[str, Any] = {
            "variant": Variant.INTER_AGENCY_IN,
            "candidate": candidate,
            "partner_agency": "Pemerintah Kota Cilegon",
        }
        return self.submit(next(self.ids), target, **(values | changes))

    def vacancy(self, vacancy_id: str) -> Vacancy:
        return self._vacancies[vacancy_id]

    def state(self, action: str) -> ActionState:
        return self.states[action]

    def task(self, action: str) -> Task:
        """The one open task."""
        (task,) = self.state(action).open_tasks
        return task

    def step(self, action: str) -> str | None:
        tasks = self.state(action).open_tasks
        return tasks[0].step if tasks else None

    def task_command(self, model: type[cmd.TaskCommand], action: str, who: str, **values: Any) -> cmd.Command:
        """A command to the action's newest task, open or not."""
        newest = self.state(action).tasks[-1:]
        task_id = values.pop("task_id", newest[0].id if newest else "none")
        return model(**self._by(person(who)), action_id=action, task_id=task_id, **values)

    def claim(self, action: str, who: str, **values: Any) -> None:
        self.send(self.task_command(cmd.ClaimTask, action, who, **values))

    def release(self, action: str, who: str) -> None:
        self.send(self.task_command(cmd.ReleaseTask, action, who))

    def delegate(self, action: str, who: str, to: str) -> None:
        self.send(self.task_command(cmd.DelegateTask, action, who, to=to))

    def declare_conflict(self, action: str, who: str) -> None:
        self.send(cmd.DeclareConflict(**self._by(person(who)), action_id=action, reason="keluarga"))

    def form(self, action: str) -> dict[str, Any]:
        """A valid answer to the newest task's form."""
        newest = self.state(action).tasks[-1:]
        steps = self.policies[self.state(action).policy_id].steps
        name = steps[newest[0].step].form if newest else None
        return FORMS[name].example(form_context(self.state(action), self.facts)) if name else {}

    def decide(self, action: str, who: str, outcome: str = "approve", **values: Any) -> list[ev.Event]:
        """`who` decides, approving with a valid form unless told otherwise."""
        approves = outcome == "approve"
        details = self.form(action) | values.pop("details", {}) if approves else values.pop("details", {})
        if outcome == "reject" and self.step(action) == "committee_deliberation":
            details = {"vote": "reject"} | details
        comment = values.pop("comment", "" if approves else "alasan tertulis")
        overrides = tuple(
            cmd.OverrideReason(rule=rule, reason="alasan tertulis") for rule in values.pop("overrides", ())
        )
        return self.send(
            self.task_command(
                cmd.DecideTask,
                action,
                who,
                outcome=outcome,
                comment=comment,
                details=details,
                overrides=overrides,
                **values,
            )
        )

    def may(self, action: str, who: str) -> bool:
        return may_act(who, self.task(action), self.state(action), self.facts)

    def owners(self, action: str) -> list[str]:
        """Everybody who may act on the open task now."""
        return [who for who in sorted(self.agency.people) if self.may(action, who)]

    def next(self, action: str) -> None:
        """The next thing that has to happen to the case happens."""
        state = self.state(action)
        if not state.open_tasks:
            (self.decree if state.phase == "decree" else self.advance)(action)
            assert self.state(action).version > state.version, "nothing is due"
            return
        overrides = sorted(state.open_overrides())
        if self.task(action).office == COMMITTEE:
            step = self.policies[state.policy_id].steps[self.task(action).step]
            self.vote(action, sorted(voters(state, step, self.facts)))
        else:
            self.decide(action, self.owners(action)[0], overrides=overrides)

    def vote(self, action: str, members: Iterable[str], outcome: str = "approve") -> None:
        """The members vote one after another until the matter is decided."""
        task = self.task(action)
        for member in members:
            if member in {vote.person_id for vote in self.task(action).votes}:
                continue
            self.decide(action, member, outcome)
            now = self.state(action).task(task.id)
            if now is None or not now.is_open:
                return

    def walk(self, action: str, until: str = "completed") -> str:
        """Approve until the case has that status, phase or open step; returns `action`."""
        while until not in (self.state(action).status.value, self.state(action).phase, self.step(action)):
            assert not self.state(action).ended, self.state(action).status
            self.next(action)
        return action

    def advance(self, action: str) -> list[ev.Event]:
        """The process asks what is due."""
        return self.send(cmd.AdvanceAction(**self._by(SYSTEM), action_id=action))

    def decree(self, action: str) -> ev.DecreeIssued | None:
        issued = self.send(cmd.IssueDecree(**self._by(SYSTEM), action_id=action))
        return issued[0] if issued and isinstance(issued[0], ev.DecreeIssued) else None

    def withdraw(self, action: str, by: Actor = MACHINE, reason: str = "dibatalkan pemohon") -> None:
        self.send(cmd.WithdrawAction(**self._by(by), action_id=action, reason=reason))

    def annul(self, action: str, by: str = "mayor", authority: Any = "PPK", reason: str = "NSPK") -> None:
        self.send(
            cmd.AnnulAction(**self._by(person(by)), action_id=action, authority=authority, reason=reason)
        )

    def moved(self, subject: str, target: str) -> str:
        """A transfer that has taken effect and is completed."""
        return self.walk(self.submit(subject, target))

    def post_of(self, person_id: str) -> str | None:
        return self.agency.people[person_id].position_id

    def holder(self, post: str) -> str | None:
        return self.agency.posts[post].incumbent_id

    # --- time ---

    def set_day(self, day: date, hour: int = 9) -> None:
        self.now = at(day, hour)

    def after_working_days(self, days: int, hour: int = 9) -> None:
        self.set_day(self.calendar.after(self.today, days), hour)


def policy_with(**changes: Any) -> Policy:
    """Kota Serang's policy with some parts replaced."""
    return Policy.model_validate(kota_serang().model_dump(mode="json") | changes)


def replayed(town: Town, action: str) -> ActionState | None:
    """The state that the readable part of the recorded events alone gives."""
    state: ActionState | None = None
    for stream, recorded in town.log:
        if stream == PERSONNEL + action:
            readable = recorded.event.model_copy(update=dict.fromkeys(recorded.event.PERSONAL))
            state = evolve(state, replace(recorded, event=readable))
    return state
