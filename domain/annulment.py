"""Undoing: withdrawal before the decree, annulment after it, and the cascade that follows.

An annulled transfer gives its subject the old post back. Whoever was placed there meanwhile, and
whatever rested on the annulled placement, is annulled with it (*efek domino*, Perpres 116/2022).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from domain import events as ev
from domain.agency import Placement
from domain.commands import AnnulAction, WithdrawAction
from domain.errors import (
    ActionEnded,
    DecreeAlreadyIssued,
    ExcludedOwner,
    HardFinding,
    NotFound,
    NotPermitted,
    NotYetDecided,
)
from domain.facts import Facts
from domain.identity import Capacity
from domain.offices import split_key
from domain.ordering import ordered_by
from domain.ownership import why_interested
from domain.personnel_action import DECREED, ActionState, Status
from domain.policy import Kind
from domain.promotion_events import VacancyWithdrawn
from domain.reasons import require_words
from domain.signing import holder_of
from domain.submission import stream_of
from domain.write_back import undo


def withdraw(state: ActionState, facts: Facts, command: WithdrawAction) -> list[ev.Event]:
    """The initiator, or the person who asked for their own transfer, takes the request back."""
    mine = state.initiator == (command.actor.kind, command.actor.id)
    own = command.actor.kind == "person" and command.actor.id == state.subject_id
    if state.kind is Kind.EVALUATION:
        mine = not own and may_withdraw_evaluation(state, facts, command)
    if not mine and not (own and state.variant.value == "own_request"):
        raise NotPermitted()
    if state.ended:
        raise ActionEnded(status=state.status.value)
    if state.status in DECREED:
        raise DecreeAlreadyIssued()
    require_words(command.reason)
    exits = [ev.TaskExited(task_id=task.id, why="withdrawn") for task in state.open_tasks]
    return [*exits, ev.ActionWithdrawn(by=command.actor.id, reason=command.reason)]


def may_withdraw_evaluation(state: ActionState, facts: Facts, command: WithdrawAction) -> bool:
    """An evaluation is withdrawn by the offices that the policy names, whoever opened it, and by no
    delegate: its subject would withdraw it through one, as through who stands in for them (Plh). Where
    nobody else holds such an office, the one above withdraws. What a low rating leads to nobody withdraws.
    """
    if state.evaluation is not None and state.evaluation.follows is not None:
        return False
    if command.actor.kind != "person":
        return state.initiator == (command.actor.kind, command.actor.id)
    named = facts.policy_of(state).evaluation.withdrawn_by
    mine = _in_own_right(command.actor.id, state, facts)
    return bool({split_key(key)[0] for key in mine}.intersection(named)) or bool(
        mine & _above_the_subject(named, state, facts)
    )


def _in_own_right(person_id: str, state: ActionState, facts: Facts) -> set[str]:
    """The offices that the person exercises neither as a delegate nor in the place (Plh) of the subject."""
    return {
        key
        for key, signature in facts.offices.exercised_by(person_id, facts.today)
        if signature.capacity is not Capacity.DELEGATE
        and holder_of(signature, facts.agency) != state.subject_id
    }


def _above_the_subject(named: Iterable[str], state: ActionState, facts: Facts) -> set[str]:
    """For each office that nobody holds but the subject and their Plh, the nearest above it that somebody
    else does.
    """
    found: set[str] = set()
    for office in named:
        key: str | None = office
        while key is not None and not any(
            key in _in_own_right(person, state, facts)
            for person in facts.offices.holders(key, facts.today) - {state.subject_id}
        ):
            key = facts.offices.superior(key)
        if key is not None:
            found.add(key)
    return found


def annul(state: ActionState, facts: Facts, command: AnnulAction) -> list[ev.NewEvent]:
    """Undo a decided action and everything that depends on it, in one commit.

    Raises NotYetDecided before the decision, ActionEnded when it has ended otherwise, NotPermitted
    by the policy's table of who records which authority's annulment, and ExcludedOwner for who has a stake
    in any case that is undone with it.
    """
    _may_annul(state, facts, command)
    if state.ended and state.status is not Status.COMPLETED:
        raise ActionEnded(status=state.status.value)
    if state.status not in DECREED:
        raise NotYetDecided()
    require_words(command.reason)
    cascade = _Cascade(facts, command)
    cascade.undo(state, None)
    return cascade.events


def _may_annul(state: ActionState, facts: Facts, command: AnnulAction) -> None:
    if command.actor.kind != "person":
        raise NotPermitted()
    allowed = facts.policy_of(state).annulment_by[command.authority]
    held = facts.offices.exercised_by(command.actor.id, facts.today)
    if not any(split_key(k)[0] in allowed and s.capacity is Capacity.DEFINITIVE for k, s in held):
        raise NotPermitted()


@dataclass
class _Cascade:
    """Collects the events of one annulment, dependants first. Placements are undone on a copy."""

    facts: Facts
    command: AnnulAction
    events: list[ev.NewEvent] = field(default_factory=list)
    undone: set[str] = field(default_factory=set)
    stacks: dict[str, list[Placement]] = field(default_factory=dict)

    def undo(self, state: ActionState, caused_by: str | None) -> None:
        if state.id in self.undone:
            return
        why = why_interested(self.command.actor.id, state)
        if why is not None:
            raise ExcludedOwner(why=why)
        self.undone.add(state.id)
        self._undo_what_rests_on(state)
        restored = self._restore(state) if state.took_effect else None
        annulled = ev.ActionAnnulled(
            authority=self.command.authority,
            caused_by=caused_by,
            restores_position_id=restored.to_position_id if restored else None,
            was_effective=state.took_effect,
            reason=self.command.reason,
            letter_number=self.command.letter_number or None,
        )
        stream = stream_of(state.id)
        for task in state.open_tasks:
            self._add(stream, ev.TaskExited(task_id=task.id, why="annulled"), state)
        self._add(stream, annulled, state)
        if restored is not None:
            self.events.append(ev.NewEvent(f"employee/{state.subject_id}", restored, state.subject_id))
            self._add(stream, undo(state, self.facts), state)

    def _undo_what_rests_on(self, state: ActionState) -> None:
        """A later action of the same person; of an evaluation, what its low rating led to: the measures, and
        the transfers that they or a replacement ordered, whose ground is gone.
        """
        if state.kind is Kind.EVALUATION:
            for following in self.facts.registry.evaluations.follow_ups_of(state.id):
                self._undo_by_id(following, state.id)
            for transfer in ordered_by(state, self.facts):
                self._undo_by_id(transfer, state.id)
            return
        self._withdraw_vacancy(state)
        later = self.facts.registry.open_action_of.get(state.subject_id)
        if later is not None and later != state.id:
            self._undo_by_id(later, state.id)

    def _withdraw_vacancy(self, state: ActionState) -> None:
        """The post of who was to be replaced is not left: its promotion is undone, or its list lapses."""
        registry, position_id = self.facts.registry, state.origin_position_id or ""
        vacancy = self.facts.vacancy(registry.vacancy_of.get(position_id, ""))
        if vacancy is None or vacancy.replaces != state.id:
            return
        promotion = registry.promised_to.get(position_id)
        if promotion is not None:
            self._undo_by_id(promotion, state.id)
        elif registry.standing_list_of(position_id, self.facts.today) is not None:
            lapsed = VacancyWithdrawn(vacancy_id=vacancy.id, caused_by=state.id, lapses_on=self.facts.today)
            self.events.append(ev.NewEvent(f"vacancy/{vacancy.id}", lapsed))

    def _restore(self, state: ActionState) -> ev.EmployeePlaced:
        stack = self._stack(state.subject_id)
        while stack[-1].placed_by != state.id:
            later = stack[-1].placed_by
            if later is None:
                raise HardFinding(rules=["position_vacant"])
            self._undo_by_id(later, state.id)
        undone = stack.pop()
        before = stack[-1]
        if before.position_id is not None:
            self._free(before.position_id, state)
        return ev.EmployeePlaced(
            person_id=state.subject_id,
            from_position_id=undone.position_id,
            to_position_id=before.position_id,
            since=before.since,
            action_id=state.id,
            placed_by=before.placed_by,
            restores=True,
        )

    def _free(self, position_id: str, state: ActionState) -> None:
        """Make the old post free again: whoever was promised it or placed there goes back first."""
        promised = self.facts.registry.promised_to.get(position_id)
        if promised is not None:
            self._undo_by_id(promised, state.id)
        holder = self._holder(position_id)
        if holder is None or holder == state.subject_id:
            return
        placed_by = self._stack(holder)[-1].placed_by
        if placed_by is None:
            raise HardFinding(rules=["position_vacant"])
        self._undo_by_id(placed_by, state.id)

    def _holder(self, position_id: str) -> str | None:
        holder = self.facts.agency.posts[position_id].incumbent_id
        if holder is not None and self._stack(holder)[-1].position_id != position_id:
            return None
        return holder

    def _stack(self, person_id: str) -> list[Placement]:
        if person_id not in self.stacks:
            person = self.facts.agency.people[person_id]
            now = Placement(person.position_id, person.position_since, person.placed_by)
            self.stacks[person_id] = [*person.earlier, now]
        return self.stacks[person_id]

    def _undo_by_id(self, action_id: str, caused_by: str) -> None:
        dependant = self.facts.action(action_id)
        if dependant is None:
            raise NotFound()
        self.undo(dependant, caused_by)

    def _add(self, stream: str, event: ev.Event, state: ActionState) -> None:
        self.events.append(ev.NewEvent(stream, event, state.subject_id))
