"""Whatever happens in all processes at once: the law holds, the auditor agrees, and there is a way out."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain import evaluation_events as eve
from domain import events as ev
from domain import promotion_events as pe
from domain.commands import RegisterEmployees
from domain.errors import Refusal
from domain.identity import SYSTEM
from domain.offices import COMMITTEE
from domain.ownership import may_act, voters
from domain.personnel_action import ActionState, Status
from domain.policy import Kind
from operations.ledger_findings import of_action
from tests.domain.test_random_lives import check_decrees
from tests.domain.town import PERSONNEL, Town, person
from tests.domain.town_map import POSTS
from tests.lives.whole import WholeLives

STEPS = 160
HAPPENED = {
    "CandidatesRanked", "CandidateChosen", "OverrideProposed", "Overridden", "PoolFrozen", "PolicyAdopted",
    "PerformanceJudged", "EvaluationBecameFinal", "FollowUpOpened", "EvaluationsOpened",
    "PartRated", "OrganisationRated",
    "ConflictDeclared", "TaskDelegated", "DelegationGranted", "TaskEscalated",
    "ActionAnnulled", "DecreeIssued", "ActionTookEffect", "VacancyWithdrawn",
    "RankListFrozen", "RankListSent", "RankAnswered", "RankDecreeIssued",
}  # fmt: skip
WAYS = {"replacement", "widening", "cascade"}
REFUSED = {
    "excluded-owner", "not-permitted", "override-required", "position-promised",
    "position-held", "open-action-exists", "already-voted", "task-claimed", "task-already-decided",
    "evaluation-exists", "cycle-not-complete", "hard-finding",
}  # fmt: skip
OF_PROMOTIONS = (Status.EFFECTIVE, Status.REJECTED, Status.WITHDRAWN, Status.ANNULLED)


def waits_for_one_thing(state: ActionState) -> bool:
    if state.ended:
        return {task.step for task in state.open_tasks} <= {"siasn_correction"}
    placed = state.kind is not Kind.EVALUATION
    reasons = [
        len(state.open_tasks) == 1,
        placed and not state.open_tasks and state.phase == "decree",
        placed and not state.open_tasks and state.awaits_effect,
        placed and not state.open_tasks and state.awaits_review,
    ]
    return sum(reasons) == 1


def check_races(town: Town) -> None:
    """One open case a person, one promise and one holder a post, one evaluation of a person and day."""
    moving = [s for s in town.states.values() if not s.ended and s.kind is not Kind.EVALUATION]
    holding = [state for state in moving if state.review_at is None]
    assert town.registry.open_action_of == {state.subject_id: state.id for state in holding}
    assert len(holding) == len(town.registry.open_action_of)
    promises = [s for s in moving if s.target_position_id is not None and not s.took_effect]
    assert town.registry.promised_to == {s.target_position_id: s.id for s in promises}
    assert len(promises) == len(town.registry.promised_to)
    held = {p.position_id: p.id for p in town.agency.people.values() if p.position_id is not None}
    assert held == {post.id: post.incumbent_id for post in town.agency.posts.values() if post.incumbent_id}
    periods: dict[str, list[tuple[object, object]]] = {}
    for state in town.states.values():
        known = state.evaluation
        if known is not None and known.follows is None and state.status in RUNS_OR_STANDS:
            for first, last in periods.setdefault(state.subject_id, []):
                assert known.period_end < first or last < known.period_start  # type: ignore[operator]
            periods[state.subject_id].append((known.period_start, known.period_end))


RUNS_OR_STANDS = frozenset(Status) - {Status.WITHDRAWN, Status.ANNULLED, Status.EXPIRED, Status.REJECTED}


def can_be_decided(state: ActionState, town: Town) -> bool:
    """Whether somebody may act on the open task; of a committee, somebody who has not voted, and a quorum."""
    (task,) = state.open_tasks
    if task.office == COMMITTEE:
        policy = town.policies[state.policy_id]
        voted = {vote.person_id for vote in task.votes} - state.conflicts
        waited_for = voters(state, policy.steps[task.step], town.facts) - voted
        return bool(waited_for) and len(waited_for | voted) >= policy.committee.quorum
    return any(may_act(who, task, state, town.facts) for who in town.agency.people)


def check_doctor(town: Town) -> None:
    """No task waits for nobody unless the doctor says so, and he says so of no other."""
    unowned = {"task-without-owner", "committee-below-quorum", "vote-waits-for-nobody"}
    for state in town.states.values():
        if state.open_tasks:
            named = unowned & {finding.code for finding in of_action(state, town.facts)}
            assert bool(named) != can_be_decided(state, town), (state.open_tasks, named)


def check_history(town: Town, action: str) -> None:
    """Nobody decided on themselves, as a candidate or where they had declared an interest."""
    own = ("performance_plan", "delivery", "result_response", "revision")
    candidates: tuple[str, ...] = ()
    subject, conflicts = "", set()
    for stream, recorded in town.log:
        if stream != PERSONNEL + action:
            continue
        event, who = recorded.event, recorded.actor_id
        match event:
            case ev.ActionSubmitted():
                subject, candidates = event.subject_id, event.candidates or ()
            case pe.CandidateChosen():
                subject = event.person_id
            case ev.ConflictDeclared():
                conflicts.add(event.person_id)
            case ev.TaskCompleted() | ev.VoteCast() | ev.TaskClaimed() if recorded.actor_kind == "person":
                step = getattr(event, "step", None)
                assert who != subject or step in (*own, None)
                assert who not in candidates
                assert who not in conflicts or who == subject
            case ev.Overridden():
                assert event.proposed_by != event.confirmed_by == who
            case eve.EvaluationBecameFinal(why="window_closed"):
                assert recorded.actor_kind == "system"


def to_the_end(town: Town, action: str) -> None:
    """The lawful way out of whatever was reached: people decide and time passes; where that does not help,
    vacant offices are filled as the doctor advises; else somebody withdraws, or the mayor annuls.
    """
    for chance in range(40):
        state = town.state(action)
        if state.ended:
            return
        if chance >= 20:
            fill_offices(town)
        with suppress(Refusal, IndexError, AssertionError):
            town.next(action)
        if town.state(action).version == state.version:
            due = state.next_due()
            town.now = max(town.now + timedelta(days=30), due or town.now)
            with suppress(Refusal):
                town.advance(action)
    for who in sorted(town.agency.people):
        with suppress(Refusal):
            town.withdraw(action, person(who))
            return
        with suppress(Refusal):
            town.annul(action, who)
            return


def fill_offices(town: Town) -> None:
    """Somebody new comes for every post of an official that is vacant."""
    for post, (_, _, _, holder) in POSTS.items():
        if holder is not None and town.holder(post) is None:
            row = town.row(f"new-{next(town.ids)[:8]}", post=post)
            with suppress(Refusal):
                town.send(RegisterEmployees(command_id=next(town.ids), actor=SYSTEM, rows=(row,)))


def lived(seed: int, steps: int = STEPS) -> WholeLives:
    lives = WholeLives(Random(seed))
    if seed % 2:
        lives.grown()
    for _ in range(steps):
        lives.happen(lives.everything())
        assert all(waits_for_one_thing(state) for state in lives.town.states.values())
        check_races(lives.town)
        check_doctor(lives.town)
    check_decrees(lives.town)
    for action in lives.town.states:
        check_history(lives.town, action)
    return lives


@given(seed=st.integers(0, 2**32))
@settings(max_examples=16, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
def test_the_law_holds_in_all_processes_whatever_happens(seed: int) -> None:
    """And whatever was reached has a lawful way out."""
    lives = lived(seed)
    for action in sorted(lives.town.states):
        if not lives.town.state(action).ended:
            to_the_end(lives.town, action)
            assert lives.town.state(action).ended, lives.town.state(action)


def test_whole_lives_come_to_every_kind_of_event() -> None:
    """The test above would prove nothing of what never happens."""
    happened: set[str] = set()
    refused: set[str | None] = set()
    reached: set[tuple[Kind, Status]] = set()
    ways: set[str] = set()
    for seed in range(20):
        town = lived(seed, 220).town
        happened |= {type(recorded.event).__name__ for _, recorded in town.log}
        ways |= {way for _, recorded in town.log for way in ways_of(recorded.event)}
        refused |= {sent.refused for sent in town.sent}
        reached |= {(state.kind, state.status) for state in town.states.values()}
    assert happened >= HAPPENED
    assert ways == WAYS
    assert refused >= REFUSED
    assert reached >= {(Kind.PROMOTION, status) for status in OF_PROMOTIONS}


def ways_of(event: ev.Event) -> set[str]:
    """What an event tells besides its name: a post opened for who is replaced, a pool that was too small, a
    case that fell with another.
    """
    match event:
        case pe.VacancyOpened(replaces=str()):
            return {"replacement"}
        case pe.PoolFrozen(widened_to=(_, *_)):
            return {"widening"}
        case ev.ActionAnnulled(caused_by=str()):
            return {"cascade"}
    return set()
