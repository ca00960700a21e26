"""A promotion: begun on a frozen list, ranked by the committee, chosen by the appointing official.

Choosing outside the pool's boxes, below the leading ranks, or against another finding that allows it
takes a written reason and a second person; a hard finding stops everybody.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from domain import events as ev
from domain import promotion_events as pe
from domain.calendar import months_after
from domain.candidacy import (
    SEPARATION,
    StartSheet,
    assess_candidate,
    separation_assessed,
)
from domain.commands import DecideTask
from domain.eligibility import Finding, facts_of, hard_stops, outcomes_of
from domain.errors import (
    AlreadyExists,
    CandidateListLapsed,
    ExcludedOwner,
    HardFinding,
    InvalidDetails,
    NotPermitted,
    OpenActionExists,
    OverrideRequired,
    PositionHeld,
    PositionPromised,
    UnknownReference,
)
from domain.fact_sheet import SeparationFacts
from domain.facts import Facts
from domain.forms import CandidateChoice, RankingVote
from domain.human_task import Task
from domain.identity import Actor, Signature
from domain.overriding import override_events, with_overrides
from domain.personnel_action import ActionState, Recorded, acted_at, evolve
from domain.policy import Kind, Severity, StepRule
from domain.post_holding import is_kept_now
from domain.promotion_commands import StartPromotion
from domain.reasons import require_words
from domain.step_documents import documents_in_order
from domain.steps_to_come import after_choice, after_submission
from domain.submission import START_SCOPE
from domain.submission import stream_of as action_stream
from domain.task_opening import open_task, route_of
from domain.vacancy import Vacancy, candidate_sheet, may_open, stood_for, variant_for

Events = list[ev.Event]
CHOICE, CONFIRMATION, REVIEW = "promotion_choice", "override_confirmation", "promotion_review"


def start(facts: Facts, command: StartPromotion) -> list[ev.NewEvent]:
    """A new promotion on the list that was frozen for its vacancy.

    Raises NotPermitted, ExcludedOwner for a candidate, UnknownReference, AlreadyExists for a vacancy
    whose promotion runs, CandidateListLapsed, PositionPromised, PositionHeld.
    """
    vacancy = facts.vacancy(command.vacancy_id)
    if vacancy is None:
        raise UnknownReference(what="vacancy_id")
    policy = facts.policies[vacancy.policy_id]
    _may_start(command.actor, vacancy, facts)
    if _is_used(vacancy, facts):
        raise AlreadyExists(what="promotion of this vacancy")
    if _has_lapsed(vacancy, facts):
        raise CandidateListLapsed(lapses_on=vacancy.lapses_on.isoformat())
    promised = facts.registry.promised_to.get(vacancy.position_id)
    if promised is not None:
        raise PositionPromised(position_id=vacancy.position_id, action_id=promised)
    post = facts.agency.posts[vacancy.position_id]
    if vacancy.vacant_from <= facts.today and is_kept_now(post, None, facts.today, facts, policy):
        raise PositionHeld(position_id=post.id)
    variant = variant_for(post, policy, selected=bool(vacancy.selected))
    effective_date = max(vacancy.vacant_from, facts.today)
    barred = policy.election_window_on(effective_date, {post.kind}) is not None
    submitted = ev.ActionSubmitted(
        action_id=command.action_id,
        kind=Kind.PROMOTION,
        variant=variant,
        subject_id=vacancy.id,
        target_position_id=post.id,
        target_unit_id=post.unit_id,
        effective_date=effective_date,
        policy_id=policy.id,
        policy_hash=policy.hash,
        calendar_version=facts.calendar.version,
        steps=route_of(Kind.PROMOTION, variant, None, post.id, facts, policy, in_election_window=barred),
        inauguration=post.kind in policy.inauguration_for,
        reason=command.reason or None,
        vacancy_id=vacancy.id,
        candidates=tuple(candidate.person_id for candidate in vacancy.candidates),
        candidate_list_hash=vacancy.list_hash,
    )
    state = evolve(None, Recorded(submitted, 1, facts.now, command.actor.kind, command.actor.id))
    assert state is not None  # ActionSubmitted always begins a state
    stream = action_stream(command.action_id)
    separation = after_submission(state, policy, facts.offices, facts.today)
    told = separation_assessed(StartSheet(salt=facts.salt(), separation=separation), policy)
    opened = open_task(state.steps[0], state, facts)
    return [ev.NewEvent(stream, event, vacancy.id) for event in (submitted, told, opened)]


def _may_start(actor: Actor, vacancy: Vacancy, facts: Facts) -> None:
    if actor.kind == "integration" and START_SCOPE in actor.scopes:
        return
    policy = facts.policies[vacancy.policy_id]
    acting = stood_for(actor.id, policy, facts.offices, facts.agency, facts.today)
    if any(vacancy.candidate(person_id) is not None for person_id in acting):
        raise ExcludedOwner(why="candidate")
    if not may_open(actor, facts, policy):
        raise NotPermitted()


def _is_used(vacancy: Vacancy, facts: Facts) -> bool:
    return vacancy.id in facts.registry.started_vacancies


def _has_lapsed(vacancy: Vacancy, facts: Facts) -> bool:
    return facts.today >= vacancy.lapses_on


def ranked(state: ActionState, facts: Facts, task: Task, answered: RankingVote) -> Events:
    """The committee's ranking, put on the table by the first vote for it. Later votes are for that
    ranking; who wants another votes against it.
    """
    if answered.vote != "approve":
        return []
    on_table = state.ranking if state.ranking_task == task.id else ()
    ranking = answered.ranking or on_table
    if on_table:
        if ranking != on_table:
            raise InvalidDetails(
                errors=[{"field": "ranking", "message": "another ranking is being voted on"}]
            )
        return []
    needed = min(facts.policy_of(state).promotion.pool.names, len(state.candidates))
    if len(set(ranking)) != len(ranking) or not set(ranking) <= set(state.candidates):
        raise InvalidDetails(errors=[{"field": "ranking", "message": "names once, of the frozen list only"}])
    if len(ranking) < needed or answered.minutes_number is None:
        message = f"at least {needed} names and the number of the minutes"
        raise InvalidDetails(errors=[{"field": "ranking", "message": message}])
    return [pe.CandidatesRanked(task_id=task.id, ranking=ranking, minutes_number=answered.minutes_number)]


def choose(
    state: ActionState,
    facts: Facts,
    command: DecideTask,
    task: Task,
    signature: Signature,
    answered: CandidateChoice,
) -> Events:
    """The choice among those whom the committee named, judged by the facts of the day.

    Raises HardFinding, OverrideRequired with the rules that need a reason, OpenActionExists,
    DocumentsLacking, and PositionHeld where the post is held and not known to be free on the effective date.
    """
    vacancy = facts.vacancy(state.vacancy_id or "")
    assert vacancy is not None  # the case began on it
    entry = vacancy.candidate(answered.person_id)
    if entry is None or answered.person_id not in state.ranking:
        raise InvalidDetails(errors=[{"field": "person_id", "message": "not among the named"}])
    taken = facts.registry.open_action_of.get(entry.person_id)
    if taken not in (None, state.id):
        raise OpenActionExists(action_id=taken)
    suggested_by = answered.suggested_by or command.actor.id
    if suggested_by not in facts.agency.people:
        raise UnknownReference(what="suggested_by")
    policy = facts.policy_of(state)
    effective_date = max(answered.effective_date or state.effective_date, facts.today)
    documents_in_order(task.step, state, facts, chosen=entry.person_id)
    if is_kept_now(facts.agency.posts[vacancy.position_id], entry.person_id, effective_date, facts, policy):
        raise PositionHeld(position_id=vacancy.position_id)
    findings, assessed = _judged(task.step, state, entry, vacancy, effective_date, facts, by=command.actor.id)
    origin = facts.agency.people[entry.person_id].position_id
    chosen = pe.CandidateChosen(
        person_id=entry.person_id,
        rank=entry.rank,
        list_hash=vacancy.list_hash,
        origin_position_id=origin,
        origin_unit_id=facts.agency.unit_of(origin),
        effective_date=effective_date,
        signature=signature,
        suggested_by=suggested_by,
        reason=answered.reason or None,
    )
    after = _after_choice(state, chosen, assessed)
    step = policy.steps[task.step]
    overrides = override_events(after, step, command, signature, policy)
    after = with_overrides(after, overrides)
    pending = sorted(after.open_overrides())
    missing = [rule for rule in pending if not after.proposers_of(rule)]
    if missing:
        raise OverrideRequired(rules=missing, findings=[f for f in findings if f.rule in missing])
    completed = ev.TaskCompleted(
        task_id=task.id,
        step=task.step,
        outcome="approve",
        signature=signature,
        effective_date=effective_date,
        decree_date=None if pending else facts.today,
        comment=command.comment or None,
        details=answered.model_dump(mode="json"),
    )
    after = acted_at(after, task.step, command.actor.id, signature)
    following = open_task(CONFIRMATION, after, facts) if pending else placed(facts, effective_date)
    return [chosen, assessed, *overrides, completed, following]


def _judged(
    step: str, state: ActionState, entry: pe.CandidateFrozen, vacancy: Vacancy, effective_date: date,
    facts: Facts, *, by: str,
) -> tuple[tuple[Finding, ...], ev.ActionAssessed]:  # fmt: skip
    """The candidate by the facts of the day, box and axes as they were frozen; `by` decides. Raises
    HardFinding.
    """
    policy, who = facts.policy_of(state), entry.person_id
    sheet = candidate_sheet(
        vacancy, who, facts.agency.posts[vacancy.position_id], facts.talent.of([who])[who], facts, policy,
        rank=max(entry.rank, state.ranking.index(who) + 1), effective_date=effective_date,
        election_consent=state.election_consent,
    )  # fmt: skip
    sheet = sheet.model_copy(update=_as_frozen(entry))
    findings = assess_candidate(sheet, policy)
    if SEPARATION in policy.promotion.rules:
        sheet = sheet.model_copy(update={"separation": _separation(step, state, findings, facts, who, by)})
        findings = assess_candidate(sheet, policy)
    stops = hard_stops(findings, unanswered=True)
    if stops:
        raise HardFinding(rules=[finding.rule for finding in stops], findings=stops)
    assessed = ev.ActionAssessed(
        at_step=step,
        outcomes=outcomes_of(findings),
        fact_sheet_hash=sheet.hash,
        policy_hash=policy.hash,
        facts=facts_of(findings),
        fact_sheet=sheet.as_json(),
    )
    return findings, assessed


def _separation(
    step: str, state: ActionState, findings: tuple[Finding, ...], facts: Facts, who: str, by: str
) -> SeparationFacts:
    """The steps to come when `by` chooses or confirms `who`, with a second person's where it is needed."""
    if step == CHOICE:
        origin = facts.agency.people[who].position_id
        unit = facts.agency.unit_of(origin)
        state = replace(state, subject_id=who, origin_position_id=origin, origin_unit_id=unit)
    overrides = step == CHOICE and any(
        (finding.severity, finding.outcome) == (Severity.OVERRIDE, "fail") for finding in findings
    )
    return after_choice(
        state, facts.policy_of(state), facts.offices, facts.today, decided=[(step, by)], overrides=overrides
    )


def _as_frozen(entry: pe.CandidateFrozen) -> dict[str, object]:
    """What the choice is judged by as it stood on the list: box, axes and what they rest on."""
    frozen = entry.sheet or {}
    names = ("box", "performance", "potential", "placement_hash")
    return {name: frozen.get(name) for name in names}


def _after_choice(state: ActionState, chosen: pe.CandidateChosen, assessed: ev.ActionAssessed) -> ActionState:
    return replace(
        state,
        subject_id=chosen.person_id,
        origin_position_id=chosen.origin_position_id,
        origin_unit_id=chosen.origin_unit_id,
        effective_date=chosen.effective_date,
        outcomes=assessed.outcomes,
        proposals=(),
        overridden=frozenset(),
    )


def confirm(
    state: ActionState, facts: Facts, command: DecideTask, task: Task, signature: Signature, step: StepRule
) -> Events:
    """A second person carries the choice past the findings that the first one gave reasons for, as the
    rules have it on that day: what failed since needs a new choice.

    Raises HardFinding, OverrideRequired, ReasonRequired, PositionHeld.
    """
    vacancy = facts.vacancy(state.vacancy_id or "")
    entry = vacancy.candidate(state.subject_id) if vacancy else None
    assert vacancy is not None  # the case began on it
    assert entry is not None  # and one of its candidates was chosen
    effective_date = max(state.effective_date, facts.today)
    post = facts.agency.posts[vacancy.position_id]
    if is_kept_now(post, state.subject_id, effective_date, facts, facts.policy_of(state)):
        raise PositionHeld(position_id=post.id)
    findings, assessed = _judged(task.step, state, entry, vacancy, effective_date, facts, by=command.actor.id)
    failed = {outcome.rule for outcome in assessed.outcomes if outcome.outcome == "fail"}
    settled = state.open_overrides() - failed
    command = command.model_copy(
        update={"overrides": tuple(item for item in command.overrides if item.rule not in settled)}
    )
    state = replace(state, outcomes=assessed.outcomes)
    overrides = override_events(state, step, command, signature, facts.policy_of(state))
    after = with_overrides(state, overrides)
    missing = sorted(after.open_overrides())
    if missing:
        raise OverrideRequired(rules=missing, findings=[f for f in findings if f.rule in missing])
    if not overrides:
        require_words(command.comment)
    completed = ev.TaskCompleted(
        task_id=task.id,
        step=task.step,
        outcome="approve",
        signature=signature,
        effective_date=effective_date,
        decree_date=facts.today,
        comment=command.comment or None,
    )
    return [assessed, *overrides, completed, placed(facts, effective_date)]


def placed(facts: Facts, effective_date: date) -> ev.PlacementDecided:
    """The decision: the decree is dated today, the effect is not before it."""
    return ev.PlacementDecided(
        effective_date=effective_date,
        effective_at=facts.calendar.start_of(effective_date),
        decree_date=facts.today,
    )


def scheduled_review(state: ActionState, facts: Facts) -> pe.ReviewScheduled:
    """The review so many months after the effective date, as the policy has it."""
    day = months_after(state.effective_date, facts.policy_of(state).promotion.review.months)
    return pe.ReviewScheduled(review_on=day, review_at=facts.calendar.start_of(day))
