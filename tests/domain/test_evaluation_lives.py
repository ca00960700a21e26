"""Random lives of evaluations: whatever happens, one task is open, and there is a lawful way to the end."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain import evaluation_events as eve
from domain import events as ev
from domain.errors import DateOutOfOrder, Refusal
from domain.identity import Capacity
from domain.personnel_action import ActionState
from domain.policy import Kind
from tests.domain.test_evaluation import HALF_YEAR
from tests.domain.town import PERSONNEL, Town, person, replayed

STEPS = 100
LEVELS = ("ABOVE", "AS_EXPECTED", "BELOW", "BELOW")


class Lives:
    """A town whose people are evaluated at random, by whoever and whenever."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.town = Town()

    def anybody(self) -> str:
        return self.chance.choice(sorted(self.town.agency.people))

    def any_evaluation(self) -> str:
        running = [id_ for id_, state in self.town.states.items() if not state.ended]
        return self.chance.choice(sorted(running) or [self.town.evaluate(self.anybody(), period=HALF_YEAR)])

    def answer(self, action: str) -> dict[str, object]:
        """A form that is filled in at random where it may be."""
        level = self.chance.choice
        match self.town.step(action):
            case "rating":
                return {"result": level(LEVELS), "conduct": level(LEVELS)}
            case "result_response" if self.chance.random() < 0.5:
                return {"response": "object", "reasons": "bukti tidak dibaca"}
            case "objection_decision" if self.chance.random() < 0.5:
                return {"decision": "changed", "result": level(LEVELS), "conduct": level(LEVELS)}
            case "calibration" if self.chance.random() < 0.3 and not self.town.task(action).votes:
                deviation = {"result": level(LEVELS), "conduct": level(LEVELS), "reason": "bukti lain"}
                return {"deviation": deviation}
            case "retest":
                return {"passed": self.chance.random() < 0.3}
        return {}

    def decide(self) -> None:
        action = self.any_evaluation()
        owners = self.town.owners(action)
        who = self.chance.choice(owners) if owners and self.chance.random() < 0.9 else self.anybody()
        outcome = self.chance.choices(("approve", "return", "reject"), (30, 2, 2))[0]
        details = self.answer(action) if outcome == "approve" else {}
        if outcome == "reject" and self.town.step(action) == "calibration":
            details = {"vote": "reject"}
        self.town.decide(action, who, outcome, details=details)

    def happen(self) -> None:
        moves = {
            lambda: self.town.evaluate(self.anybody(), period=HALF_YEAR): 6,
            self.decide: 80,
            lambda: self.town.claim(self.any_evaluation(), self.anybody()): 3,
            lambda: self.town.declare_conflict(self.any_evaluation(), self.anybody()): 2,
            lambda: self.town.withdraw(self.any_evaluation(), by=person("kabid")): 1,
            self.somebody_leaves: 1,
            self.somebody_moves: 3,
            lambda: self.town.erase(self.any_evaluation()): 1,
            lambda: self.town.advance(self.any_evaluation()): 8,
            self.pass_time: 6,
        }
        (move,) = self.chance.choices(list(moves), list(moves.values()))
        try:
            move()
        except Refusal:
            return

    def somebody_leaves(self) -> None:
        """Not the mayor: above whom nobody in the agency could answer."""
        who = self.anybody()
        if who != "mayor":
            self.town.leaves(who)

    def somebody_moves(self) -> None:
        """To a vacant post, within a period that is rated, as a roster tells it."""
        agency = self.town.agency
        vacant = sorted(post.id for post in agency.posts.values() if post.incumbent_id is None)
        who = self.anybody()
        if vacant and who != "mayor":
            since = HALF_YEAR[0] + timedelta(days=self.chance.randrange(181))
            self.town.correct(who, post=self.chance.choice(vacant), position_since=since)

    def pass_time(self) -> None:
        self.town.now += timedelta(hours=self.chance.choice((1, 24, 72, 24 * 40)))

    def to_the_end(self, action: str) -> None:
        """The lawful way out of whatever was reached: people decide, time passes, where nobody is left for
        an office its superior is; and where the committee has lost its quorum, BKPSDM withdraws. A follow-up,
        which nobody withdraws, may need an acting holder where everybody above is out of it.
        """
        state = self.town.state(action)
        follows = state.evaluation is not None and state.evaluation.follows is not None
        for turn in range(40):
            if self.town.state(action).ended:
                return
            if follows and turn >= 10:
                self.appoint(action)
            try:
                self.town.next(action)
            except DateOutOfOrder:
                self.town.now += timedelta(days=30)
            except (Refusal, IndexError):
                self.town.now += timedelta(days=30)
                self.town.advance(action)
        for who in sorted(self.town.agency.people):
            with suppress(Refusal):
                self.town.withdraw(action, by=person(who))
                return

    def appoint(self, action: str) -> None:
        """As the doctor advises: the mayor has somebody without a part in the case act for the secretary."""
        state = self.town.state(action)
        out = {"mayor", state.subject_id, *state.conflicts, *(who for _, who in state.acted)}
        free = [who for who, known in self.town.agency.people.items() if known.position_id and who not in out]
        with suppress(Refusal):
            self.town.acting(Capacity.PLT, min(free), "p-sekda", by="mayor")


def waits_for_one_thing(state: ActionState) -> bool:
    return len(state.open_tasks) == (0 if state.ended else 1)


def check_history(town: Town, action: str) -> None:
    """Nobody judged themself, and nothing was decided twice."""
    raters: set[str] = set()
    subject = town.state(action).subject_id
    for stream, recorded in town.log:
        if stream != PERSONNEL + action:
            continue
        event = recorded.event
        if isinstance(event, ev.TaskCompleted | ev.VoteCast):
            own = event.step in ("performance_plan", "delivery", "result_response")
            assert own or recorded.actor_id != subject
            if event.step == "rating":
                raters.add(recorded.actor_id)
            if event.step in ("calibration", "objection_decision") and recorded.actor_kind == "person":
                assert recorded.actor_id not in raters
        if isinstance(event, eve.EvaluationBecameFinal) and event.why == "window_closed":
            assert recorded.actor_kind == "system"
    assert replayed(town, action) == town.state(action)


@given(seed=st.integers(0, 2**32))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_state_lacks_a_lawful_way_to_the_end(seed: int) -> None:
    lives = Lives(seed)
    for _ in range(STEPS):
        lives.happen()
        assert all(waits_for_one_thing(state) for state in lives.town.states.values())
    for action in sorted(lives.town.states):
        check_history(lives.town, action)
        assert lives.town.state(action).kind is Kind.EVALUATION
        open_before = not lives.town.state(action).ended
        if open_before:
            lives.to_the_end(action)
            assert lives.town.state(action).ended, lives.town.task(action)


def test_random_lives_reach_every_event_of_an_evaluation() -> None:
    happened: set[type[ev.Event]] = set()
    for seed in range(60):
        lives = Lives(seed)
        for _ in range(200):
            lives.happen()
        happened |= {type(recorded.event) for _, recorded in lives.town.log}
    assert happened >= {
        eve.PerformanceJudged,
        eve.PartRated,
        eve.EvaluationBecameFinal,
        eve.FollowUpOpened,
        eve.MeasureOrdered,
    }
