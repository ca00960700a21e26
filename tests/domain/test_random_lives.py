"""Thousands of random commands: what must hold after every one of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain import events as ev
from domain.errors import Refusal
from domain.identity import Capacity
from domain.personnel_action import ActionState, Status, evolve
from domain.policy import Variant
from domain.rank_events import RankDecreeIssued
from tests.domain.town import MACHINE, PERSONNEL, Town, person, replayed

STEPS = 120
VARIANTS = (Variant.WITHIN_AGENCY,) * 3 + (Variant.OWN_REQUEST, Variant.WITHIN_UNIT)


@dataclass
class Lives:
    """A town in which things happen at random, by whoever and whenever."""

    chance: Random
    town: Town = field(default_factory=Town)
    refused: int = 0

    def anybody(self) -> str:
        return self.chance.choice(sorted(self.town.agency.people))

    def any_action(self) -> str:
        running = [a for a, state in self.town.states.items() if not state.is_quiet]
        return self.chance.choice(running or sorted(self.town.states) or [self.start()])

    def an_owner(self, action: str) -> str:
        owners = self.town.owners(action) if self.town.step(action) else []
        return self.chance.choice(owners) if owners and self.chance.random() < 0.9 else self.anybody()

    def start(self) -> str:
        subject, draw = self.anybody(), self.chance.random()
        when = self.town.today + timedelta(days=self.chance.choice((0, 0, 1, 9, 40)))
        if draw < 0.1:
            return self.town.submit_in(self.any_post(), effective_date=when)
        if draw < 0.2:
            return self.town.submit_out(subject, effective_date=when)
        by = MACHINE if self.chance.random() < 0.6 else person(self.anybody())
        variant = self.chance.choice(VARIANTS)
        return self.town.submit(subject, self.any_post(), by=by, variant=variant, effective_date=when)

    def any_post(self) -> str:
        free = sorted(p.id for p in self.town.agency.posts.values() if p.incumbent_id is None)
        return self.chance.choice(
            free if free and self.chance.random() < 0.9 else sorted(self.town.agency.posts)
        )

    def decide(self) -> None:
        action = self.any_action()
        state = self.town.state(action)
        outcome = self.chance.choices(("approve", "reject", "return"), (30, 1, 2))[0]
        back = self.chance.choice((None, *state.steps)) if outcome == "return" else None
        overrides = sorted(state.open_overrides())
        self.town.decide(action, self.an_owner(action), outcome, return_to=back, overrides=overrides)

    def claim(self) -> None:
        action = self.any_action()
        self.town.claim(action, self.an_owner(action))

    def release(self) -> None:
        action = self.any_action()
        self.town.release(action, self.an_owner(action))

    def delegate(self) -> None:
        action = self.any_action()
        self.town.delegate(action, self.an_owner(action), self.anybody())

    def declare_conflict(self) -> None:
        action = self.any_action()
        self.town.declare_conflict(action, self.an_owner(action))

    def withdraw(self) -> None:
        action = self.any_action()
        kind, who = self.town.state(action).initiator
        self.town.withdraw(action, MACHINE if kind == "integration" else person(who))

    def annul(self) -> None:
        action = self.chance.choice(sorted(self.town.states) or [self.start()])
        holders = sorted(self.town.offices.holders("appointing_official", self.town.today))
        self.town.annul(action, self.chance.choice(holders or [self.anybody()]))

    def act_for(self) -> None:
        capacity = self.chance.choice((Capacity.PLT, Capacity.PLH, Capacity.DELEGATE))
        post = None if capacity is Capacity.DELEGATE else self.chance.choice(sorted(self.town.agency.posts))
        by = self.anybody() if capacity is Capacity.DELEGATE else "kabid"
        self.town.acting(capacity, self.anybody(), post, by=by)

    def leave(self) -> None:
        self.town.leaves(self.anybody())

    def take_up(self) -> None:
        """The roster says who holds a post now."""
        self.town.correct(self.anybody(), post=self.any_post())

    def pass_time(self) -> None:
        hours = self.chance.choice((1, 9, 24, 24, 72))
        self.town.now += timedelta(hours=hours)

    def happen(self, moves: dict[Callable[[], object], int]) -> None:
        (move,) = self.chance.choices(list(moves), list(moves.values()))
        try:
            move()
        except Refusal:
            self.refused += 1

    def of_people(self) -> dict[Callable[[], object], int]:
        return {
            self.start: 6,
            self.decide: 70,
            self.claim: 4,
            self.release: 2,
            self.delegate: 3,
            self.declare_conflict: 2,
            self.withdraw: 1,
            self.annul: 2,
            self.act_for: 2,
            self.leave: 1,
            self.take_up: 1,
        }

    def of_the_system(self) -> dict[Callable[[], object], int]:
        return {
            lambda: self.town.decree(self.any_action()): 10,
            lambda: self.town.advance(self.any_action()): 15,
        }


def waits_for_one_thing(state: ActionState) -> bool:
    reasons = [
        len(state.open_tasks) == 1,
        not state.open_tasks and state.phase == "decree",
        not state.open_tasks and state.awaits_effect,
    ]
    if state.ended:
        return {task.step for task in state.open_tasks} <= {"siasn_correction"}
    return sum(reasons) == 1


def check_races(town: Town) -> None:
    """One open case a person, one promise and one holder a post."""
    running = [state for state in town.states.values() if not state.ended]
    assert town.registry.open_action_of == {state.subject_id: state.id for state in running}
    assert len(running) == len(town.registry.open_action_of)
    promises = [s for s in running if s.target_position_id is not None and not s.took_effect]
    assert town.registry.promised_to == {s.target_position_id: s.id for s in promises}
    assert len(promises) == len(town.registry.promised_to)
    held = {p.position_id: p.id for p in town.agency.people.values() if p.position_id is not None}
    assert held == {post.id: post.incumbent_id for post in town.agency.posts.values() if post.incumbent_id}
    assert len(held) == sum(p.position_id is not None for p in town.agency.people.values())
    for state in promises:
        assert town.holder(state.target_position_id or "") in (None, state.subject_id)


def check_decrees(town: Town) -> None:
    numbers: dict[int, list[int]] = {}
    for _, recorded in town.log:
        if isinstance(recorded.event, ev.DecreeIssued | RankDecreeIssued) and recorded.event.sequence:
            numbers.setdefault(recorded.event.year, []).append(recorded.event.sequence)
    for issued in numbers.values():
        assert issued == list(range(1, len(issued) + 1))


def check_history(town: Town, action: str) -> None:
    """Nobody decided where they may not, and nothing was decided after the end."""
    state: ActionState | None = None
    acted: list[tuple[str, str]] = []
    for stream, recorded in town.log:
        if stream != PERSONNEL + action:
            continue
        event, who = recorded.event, recorded.actor_id
        if isinstance(event, ev.TaskCompleted | ev.VoteCast):
            assert state is not None
            assert not state.ended or event.step == "siasn_correction"
            step = town.policy.steps[event.step]
            if recorded.actor_kind == "person":
                assert who != state.subject_id or event.step == "revision"
                assert who not in state.conflicts
                if "initiator" in step.excludes_actors_of:
                    assert state.initiator != ("person", who)
                assert not [pair for pair in acted if pair[1] == who and pair[0] in step.excludes_actors_of]
                if step.definitive_only:
                    assert event.signature is not None
                    assert event.signature.capacity is Capacity.DEFINITIVE
            else:
                silence = who == "AUTO" and event.step == "bkn_review"
                assert silence or (who == "jenjang" and event.step == "committee_deliberation")
            acted.append((event.step, who))
        if isinstance(event, ev.Overridden):
            assert event.proposed_by != event.confirmed_by == who
        if isinstance(event, ev.PlacementDecided):
            assert state is not None
            assert not state.open_overrides()
        state = evolve(state, recorded)
    assert state == town.state(action) == replayed(town, action)


def sane(seed: int) -> Lives:
    lives = Lives(Random(seed))
    for _ in range(STEPS):
        lives.happen(lives.of_people() | lives.of_the_system() | {lives.pass_time: 6})
        assert all(waits_for_one_thing(state) for state in lives.town.states.values())
        check_races(lives.town)
    check_decrees(lives.town)
    for action in lives.town.states:
        check_history(lives.town, action)
    return lives


@given(seed=st.integers(0, 2**32))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_law_holds_whatever_happens(seed: int) -> None:
    sane(seed)


def test_random_lives_reach_every_end() -> None:
    """The test above would prove nothing of what never happens."""
    reached: set[Status] = set()
    happened: set[type[ev.Event]] = set()
    for seed in range(40):
        lives = sane(seed)
        reached |= {state.status for state in lives.town.states.values()}
        happened |= {type(recorded.event) for _, recorded in lives.town.log}
    assert reached >= set(Status) - {Status.SUBMITTED, Status.RETURNED}
    assert happened >= {
        ev.TaskDelegated,
        ev.ConflictDeclared,
        ev.TaskEscalated,
        ev.ReminderSent,
        ev.DecreeIssued,
        ev.ActionTookEffect,
        ev.ActionAnnulled,
        ev.TaskExited,
        ev.DelegationGranted,
    }


# --- the process is told enough ---


@dataclass
class Process:
    """A workflow that looks at its case only when it is woken or when its timer fires."""

    action: str
    timer: datetime | None = None
    over: bool = False

    def look(self, town: Town) -> None:
        if town.state(self.action).phase == "decree":
            town.decree(self.action)
        state = town.state(self.action)
        self.timer, self.over = state.next_due(), state.is_quiet


@given(seed=st.integers(0, 2**32))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_process_that_sleeps_until_woken_is_never_late(seed: int) -> None:
    lives = Lives(Random(seed))
    town = lives.town
    processes: dict[str, Process] = {}

    def deliver() -> None:
        while town.woken:
            action = town.woken.pop()
            processes.setdefault(action, Process(action)).look(town)

    def fire() -> None:
        for process in list(processes.values()):
            while not process.over and process.timer is not None and process.timer <= town.now:
                town.advance(process.action)
                process.look(town)
                deliver()

    for _ in range(STEPS):
        lives.happen(lives.of_people() | {lives.pass_time: 25})
        deliver()
        fire()
        for action, state in town.states.items():
            process, due = processes.get(action), state.next_due()
            if state.is_quiet:
                assert process is None or process.over, "it waits for nothing"
                continue
            assert process is not None
            assert not process.over
            assert state.phase != "decree"
            if due is not None:
                assert process.timer is not None
                assert process.timer <= due
                assert due > town.now, "what was due has been done"
