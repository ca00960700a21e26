"""Plays an agency's people through the same commands as everybody: for the demo and for tests."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from domain.agency import Agency
from domain.commands import (
    AdvanceAction,
    DecideTask,
    IssueDecree,
    OverrideReason,
    RegisterEmployees,
    RegisterPositions,
    RegisterUnits,
    SubmitAction,
)
from domain.errors import Refusal
from domain.forms import FORMS, FormContext
from domain.human_task import Task
from domain.identity import SYSTEM, Actor
from domain.offices import COMMITTEE, INITIATOR, SUBJECT, Offices
from domain.personnel_action import ActionState
from domain.policy import Policy, Variant
from domain.policy_commands import AdoptProposal, ProposePolicy
from domain.promotion_commands import OpenVacancy, StartPromotion
from enrolment.rows import employee_row, position_rows, unit_rows
from installation import Installation
from ledger.directory_view import DirectoryView
from ledger.result import Result
from roster.generator import Agency as SyntheticAgency

Answers = dict[str, dict[str, Any]]
INTEGRATION = Actor(kind="integration", id="simpeg", scopes=frozenset({"actions:write"}))


def new_id() -> str:
    return str(uuid.uuid4())


def a_person(person_id: str) -> Actor:
    return Actor(kind="person", id=person_id)


@dataclass
class Play:
    """An agency whose people can be asked to act. `ids` maps NIP to person id."""

    installation: Installation
    ids: dict[str, str]

    @property
    def view(self) -> DirectoryView:
        with self.installation.reader.engine.connect() as connection:
            return self.installation.reader.directory.current(connection)

    @property
    def agency(self) -> Agency:
        return self.view.agency

    @property
    def today(self) -> date:
        return self.view.calendar.today(self.installation.clock())

    @property
    def offices(self) -> Offices:
        return self.view.offices(self.today)

    def policy(self, state: ActionState) -> Policy:
        return self.view.policies[state.policy_id]

    def holder(self, office: str) -> str:
        """Somebody who holds the office key, the first by post."""
        return self._by_post(self.offices.holders(office, self.today))[0]

    def vacancies(self, kind: str = "FUNGSIONAL") -> list[str]:
        return sorted(p.id for p in self.agency.posts.values() if p.kind == kind and p.incumbent_id is None)

    def movable(self, kind: str = "FUNGSIONAL") -> list[str]:
        """Active civil servants with two to five years in a post of that kind: those who hold no office
        first, then by post, so that the same agency gives the same people.
        """
        found = []
        for person in self.agency.people.values():
            post = self.agency.posts.get(person.position_id or "")
            if post is None or post.kind != kind:
                continue
            if person.employment_status != "01" or person.employment_kind != "PNS":
                continue
            if person.position_since and date(2021, 12, 31) < person.position_since < date(2024, 11, 1):
                found.append(person.id)
        offices, today = self.offices, self.today
        return sorted(self._by_post(found), key=lambda person: bool(offices.exercised_by(person, today)))

    def _by_post(self, people: Iterable[str]) -> list[str]:
        agency = self.agency
        return sorted(people, key=lambda person: (agency.people[person].position_id or "", person))

    def publish(self, document: dict[str, Any]) -> None:
        """The head of BKPSDM proposes a policy, the mayor adopts it."""
        send = self.installation.ledger.execute
        head, mayor = self.holder("agency_head"), self.holder("appointing_official")
        send(ProposePolicy(command_id=new_id(), actor=a_person(head), document=document))
        policy = Policy.model_validate(document)
        send(AdoptProposal(command_id=new_id(), actor=a_person(mayor), policy_id=policy.id, hash=policy.hash))

    def submit(self, subject: str, target: str | None, **changes: Any) -> Result:
        """Ask for a transfer of `subject` to `target`, by an integration unless told otherwise."""
        values: dict[str, Any] = {
            "command_id": new_id(),
            "actor": INTEGRATION,
            "action_id": new_id(),
            "variant": Variant.WITHIN_AGENCY,
            "subject_id": subject,
            "target_position_id": target,
            "effective_date": self.today,
            "reason": "kebutuhan organisasi",
        }
        return self.installation.ledger.execute(SubmitAction(**(values | changes)))

    def open_vacancy(self, position_id: str, **changes: Any) -> str:
        """Open a vacancy of the post from today on, by an officer of BKPSDM; its id."""
        values: dict[str, Any] = {
            "command_id": new_id(),
            "actor": a_person(self.holder("transfer_division_head")),
            "vacancy_id": new_id(),
            "position_id": position_id,
            "vacant_from": self.today,
        }
        command = OpenVacancy(**(values | changes))
        self.installation.ledger.execute(command)
        return command.vacancy_id

    def promote(self, vacancy_id: str) -> Result:
        """Start the promotion for which the vacancy's list was frozen."""
        command = StartPromotion(
            command_id=new_id(),
            actor=a_person(self.holder("transfer_division_head")),
            action_id=new_id(),
            vacancy_id=vacancy_id,
        )
        return self.installation.ledger.execute(command)

    def owners(self, state: ActionState, task: Task) -> list[str]:
        """People who may act on the task, best first; exclusions are the ledger's to judge."""
        if task.office == INITIATOR:
            return [state.initiator[1]]
        mine = [state.subject_id] if task.office == SUBJECT else []
        if task.office == COMMITTEE:
            keys = list(self.policy(state).committee.members)
        else:
            superior = self.offices.superior(task.office)
            keys = [key for key in (task.office, task.escalated_to, superior) if key]
        return mine + [
            person for key in keys for person in self._by_post(self.offices.holders(key, self.today))
        ]

    def form(self, state: ActionState, task: Task) -> dict[str, Any]:
        """A valid answer to the task's form."""
        name = self.policy(state).steps[task.step].form
        return FORMS[name].example(self._context(state)) if name else {}

    def decide(self, state: ActionState, person: str, **changes: Any) -> Result:
        """`person` decides the first open task, approving with a valid form unless told otherwise."""
        task = state.open_tasks[0]
        approves = changes.get("outcome", "approve") == "approve"
        values: dict[str, Any] = {
            "command_id": new_id(),
            "actor": a_person(person),
            "action_id": state.id,
            "task_id": task.id,
            "outcome": "approve",
            "comment": "" if approves else "pertimbangan tertulis pimpinan",
            "details": self.form(state, task) if approves else {},
            "overrides": tuple(
                OverrideReason(rule=rule, reason="pertimbangan tertulis pimpinan")
                for rule in sorted(state.open_overrides())
            ),
        }
        return self.installation.ledger.execute(DecideTask(**(values | changes)))

    def step(self, state: ActionState, answers: Answers | None = None) -> ActionState:
        """The next thing that has to happen to the case happens: a decision, the decree, the effect.
        `answers` are, by step, those that differ from the form's example.
        """
        if not state.open_tasks:
            model = IssueDecree if state.phase == "decree" else AdvanceAction
            command = model(command_id=new_id(), actor=SYSTEM, action_id=state.id)
            moved = self.installation.ledger.execute(command)
            assert moved.state is not None
            assert moved.state.version > state.version, "nothing is due"
            return moved.state
        refusals, task = [], state.open_tasks[0]
        details = self.form(state, task) | (answers or {}).get(task.step, {})
        for person in self.owners(state, task):
            try:
                decided = self.decide(state, person, details=details)
            except Refusal as refusal:
                refusals.append(repr(refusal))
                continue
            assert decided.state is not None
            return decided.state
        raise AssertionError(f"nobody can decide {task.step}: {refusals}")

    def walk(
        self, state: ActionState | None, *, until: str = "completed", answers: Answers | None = None
    ) -> ActionState:
        """Approve until the case has that status, phase or open step."""
        assert state is not None
        while until not in (state.status.value, state.phase, *(task.step for task in state.open_tasks)):
            assert not state.ended, f"ended as {state.status}"
            state = self.step(state, answers)
        return state

    def _context(self, state: ActionState) -> FormContext:
        post = self.agency.posts.get(state.target_position_id or "")
        return FormContext(
            today=self.today,
            calendar=self.view.calendar,
            effective_date=state.effective_date,
            decree_date=state.decree_date,
            post_name=post.name if post else None,
            partner_agency=None,
            candidates=state.candidates,
            ranking=state.ranking,
        )


def register(installation: Installation, synthetic: SyntheticAgency) -> dict[str, str]:
    """Register the synthetic agency as an import would; returns person ids by NIP."""
    ledger = installation.ledger
    ids = {row.nip: new_id() for row in synthetic.employees}
    people = tuple(employee_row(row, ids[row.nip]) for row in synthetic.employees)
    ledger.execute(RegisterUnits(command_id=new_id(), actor=SYSTEM, rows=unit_rows(synthetic.units)))
    ledger.execute(
        RegisterPositions(command_id=new_id(), actor=SYSTEM, rows=position_rows(synthetic.positions))
    )
    ledger.execute(RegisterEmployees(command_id=new_id(), actor=SYSTEM, rows=people))
    return ids
