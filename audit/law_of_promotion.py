"""A promotion on its frozen list: begun, ranked, chosen with reasons where they are due, reviewed."""

from __future__ import annotations

from datetime import date

from audit import law_of_siasn
from audit.case import Case
from audit.law_of_vacancies import stood_for
from domain import events as ev
from domain import promotion_events as pe
from domain.agency import Post
from domain.calendar import months_after
from domain.candidacy import (
    SEPARATION,
    CandidateSheet,
    StartSheet,
    assess_candidate,
    separation_assessed,
)
from domain.canonical import NotCanonical
from domain.eligibility import facts_of, outcomes_of
from domain.fact_sheet import SeparationFacts
from domain.personnel_action import ActionState
from domain.policy import Kind, Severity
from domain.post_holding import is_kept
from domain.steps_to_come import after_choice, after_submission
from domain.vacancy import Vacancy
from ledger.record import StoredEvent

CHOICE, CONFIRMATION, REVIEW = "promotion_choice", "override_confirmation", "promotion_review"
DECIDING = ("appointing_decision", CHOICE, CONFIRMATION)


def submitted(case: Case, stored: StoredEvent, event: ev.ActionSubmitted, route: tuple[str, ...]) -> None:
    """On the list of its vacancy, by an officer who is no candidate."""
    vacancy = case.vacancies.get(event.vacancy_id or "")
    post = case.moment.agency.posts.get(event.target_position_id or "")
    if vacancy is None or post is None:
        case.report(stored, "wrong-facts", "a promotion without a vacancy")
        return
    frozen = {
        "policy_id": vacancy.policy_id,
        "subject_id": vacancy.id,
        "target_position_id": vacancy.position_id,
        "target_unit_id": post.unit_id,
        "origin_position_id": None,
        "effective_date": max(vacancy.vacant_from, case.moment.day),
        "inauguration": post.kind in case.policy.inauguration_for,
        "candidate_list_hash": vacancy.list_hash,
        "candidates": tuple(entry.person_id for entry in vacancy.candidates),
    }
    for name, value in frozen.items():
        if getattr(event, name) != value:
            listed = name.startswith("candidate")
            case.report(stored, "candidate-list-differs" if listed else "wrong-facts", f"another {name}")
    if event.steps != route:
        case.report(stored, "wrong-route", f"steps should be {route}")
    openers = case.policy.promotion.opened_by
    officer = case.moment.offices.holds_any(stored.actor.id, openers, case.moment.day)
    if stored.actor.kind != "integration" and not officer:
        case.report(stored, "not-entitled", f"{stored.actor.id} may not start a promotion")
    acting = stood_for(stored.actor.id, case.policy, case.moment)
    if any(vacancy.candidate(person_id) is not None for person_id in acting):
        case.report(stored, "excluded-actor", f"{stored.actor.id} is, or stands for, a candidate")
    if case.moment.day >= vacancy.lapses_on:
        case.report(stored, "wrong-date", f"the list had lapsed on {vacancy.lapses_on}")
    if vacancy.vacant_from <= case.moment.day:
        _not_kept(case, stored, post, None, case.moment.day)
    case.expects = (route[0], False, None) if route else None


def _not_kept(case: Case, stored: StoredEvent, post: Post | None, person_id: str | None, day: date) -> None:
    """Nobody but this person holds the post, unless they are known to leave it by that day."""
    holder = post.incumbent_id if post else None
    known = case.identities.get(holder or "")  # None as well where the holder's seal is closed
    if post is None or holder is None or known is None:
        return
    leaving = case.open_action_of(holder)
    if is_kept(post, person_id, day, case.policy, born=known.birth_date, leaving=leaving):
        case.report(stored, "post-not-vacant", f"{post.id} was held by {holder}")


def _target(case: Case, state: ActionState) -> Post | None:
    return case.moment.agency.posts.get(state.target_position_id or "")


def ranked(case: Case, stored: StoredEvent, event: pe.CandidatesRanked, state: ActionState) -> None:
    task = state.task(event.task_id)
    votes = [s.event for s in case.beside(stored, ev.VoteCast)]
    vote = next(
        (
            v
            for v in votes
            if isinstance(v, ev.VoteCast) and (v.task_id, v.vote) == (event.task_id, "approve")
        ),
        None,
    )
    if vote is None:
        case.report(stored, "illegal-transition", "a ranking that no vote was for")
    elif vote.details is not None and tuple(vote.details.get("ranking", ())) != event.ranking:
        case.report(stored, "candidate-list-differs", "the ranking is not the one that was voted for")
    if vote is not None and vote.details is not None and not event.minutes_number:
        case.report(stored, "illegal-transition", "a ranking without the number of its minutes")
    if task is None or state.ranking_task == event.task_id:
        case.report(stored, "illegal-transition", "the committee had a ranking on the table")
    names = set(event.ranking)
    if len(names) != len(event.ranking) or not names <= set(state.candidates):
        case.report(stored, "candidate-list-differs", "the ranking names others than the frozen list")
    needed = min(case.policy.promotion.pool.names, len(state.candidates))
    if len(names) < needed:
        case.report(stored, "candidate-list-differs", f"fewer than {needed} are named")


def chosen(case: Case, stored: StoredEvent, event: pe.CandidateChosen, state: ActionState) -> None:
    """One of the named, on the list as it was frozen, together with the decision and its assessment."""
    vacancy = case.vacancies.get(state.vacancy_id or "")
    entry = vacancy.candidate(event.person_id) if vacancy else None
    person = case.moment.agency.people.get(event.person_id)
    if vacancy is None or entry is None or event.person_id not in state.ranking:
        case.report(stored, "choice-not-lawful", f"{event.person_id} was not named")
        return
    if (event.rank, event.list_hash) != (entry.rank, vacancy.list_hash):
        case.report(stored, "candidate-list-differs", "the choice is of another list than the frozen one")
    origin = person.position_id if person else None
    if (event.origin_position_id, event.origin_unit_id) != (origin, case.moment.agency.unit_of(origin)):
        case.report(stored, "wrong-facts", "the chosen person held another post")
    if event.effective_date < case.moment.day:
        case.report(stored, "wrong-date", "it is to take effect before its decree")
    _not_kept(case, stored, _target(case, state), event.person_id, event.effective_date)
    done = [s.event for s in case.beside(stored, ev.TaskCompleted)]
    decision = next(
        (e for e in done if isinstance(e, ev.TaskCompleted) and (e.step, e.outcome) == (CHOICE, "approve")),
        None,
    )
    if decision is None:
        case.report(stored, "skipped-step", "a choice without the appointing official's decision")
    elif decision.details is not None:
        wanted = decision.details.get("effective_date") or state.effective_date.isoformat()
        if decision.details.get("person_id") != event.person_id:
            case.report(stored, "choice-not-lawful", "the form was answered with another person")
        if max(wanted, case.moment.day.isoformat()) != event.effective_date.isoformat():
            case.report(stored, "wrong-date", f"the form was answered with {wanted}")
    if decision is not None and decision.effective_date != event.effective_date:
        case.report(stored, "wrong-date", "the decision has another date than the choice")
    if not case.beside(stored, ev.ActionAssessed):
        case.report(stored, "not-assessed", "a choice without putting it to the rules")


def assessed(case: Case, stored: StoredEvent, event: ev.ActionAssessed, state: ActionState) -> None:
    """At the choice and at its confirmation, of the chosen person, by box and axes as they were frozen."""
    if event.at_step == "submission" and case.before is None:
        _told_at_start(case, stored, event, state)
        return
    found = _judged_at(case, stored, event, state)
    if found is None:
        case.report(stored, "illegal-transition", "a candidate assessed without a choice")
        return
    vacancy, entry, effective_date = found
    for outcome in event.outcomes:
        if outcome.severity is Severity.HARD and outcome.outcome in ("fail", "unknown"):
            case.report(stored, "hard-finding-passed", f"{event.at_step} passed {outcome.rule}")
    weights = {o.rule: o.severity for o in event.outcomes}
    if weights != {name: rule.severity for name, rule in case.policy.promotion.rules.items()}:
        case.report(stored, "finding-mismatch", "the rules spoken for are not the policy's")
    if event.fact_sheet is None:
        return
    try:
        sheet = CandidateSheet.model_validate(event.fact_sheet)
        findings = assess_candidate(sheet, case.policy)
        same = sheet.hash == event.fact_sheet_hash
    except (ValueError, KeyError, TypeError, NotCanonical) as error:
        case.report(stored, "finding-mismatch", f"the sheet cannot be judged: {type(error).__name__}")
        return
    said = (event.outcomes, event.facts or ())
    if not same or (outcomes_of(findings), facts_of(findings)) != said:
        case.report(stored, "finding-mismatch", "the rules say otherwise of the chosen person")
    post, place = _target(case, state), state.ranking.index(entry.person_id) + 1
    if post is None:
        return
    known = case.candidate_sheet(
        entry.person_id, vacancy, case.moment, case.policy, post, rank=max(entry.rank, place),
        effective_date=effective_date, election_consent=state.election_consent,
    )  # fmt: skip
    frozen = entry.sheet or {}
    axes = {name: frozen[name] for name in ("box", "performance", "potential", "placement_hash") if frozen}
    axes["separation"] = _separation(case, stored, event, state)
    if known is not None and known.model_copy(update=axes) != sheet.model_copy(update={"salt": ""}):
        case.report(stored, "facts-differ", "the chosen person's sheet has other facts than the ledger")


def _told_at_start(case: Case, stored: StoredEvent, event: ev.ActionAssessed, state: ActionState) -> None:
    """Which of the steps to come has no lawful owner, as the offices were held."""
    if event.fact_sheet is None:
        return
    try:
        sheet = StartSheet.model_validate(event.fact_sheet)
    except ValueError:
        case.report(stored, "finding-mismatch", "the sheet of the start cannot be read")
        return
    if event.model_dump() != separation_assessed(sheet, case.policy).model_dump():
        case.report(stored, "finding-mismatch", "the start was told otherwise than the rule says")
    if sheet.separation != after_submission(state, case.policy, case.moment.offices, case.moment.day):
        case.report(stored, "facts-differ", "the offices were held otherwise")


def _separation(
    case: Case, stored: StoredEvent, event: ev.ActionAssessed, state: ActionState
) -> SeparationFacts | None:
    if SEPARATION not in case.policy.promotion.rules:
        return None
    failed = {o.rule for o in event.outcomes if (o.severity, o.outcome) == (Severity.OVERRIDE, "fail")}
    return after_choice(
        state, case.policy, case.moment.offices, case.moment.day,
        decided=[(event.at_step, stored.actor.id)],
        overrides=bool(failed - {SEPARATION}) and event.at_step == CHOICE,
    )  # fmt: skip


def _judged_at(
    case: Case, stored: StoredEvent, event: ev.ActionAssessed, state: ActionState
) -> tuple[Vacancy, pe.CandidateFrozen, date] | None:
    """The list, the chosen person's entry and the effective date that the sheet is to have."""
    vacancy = case.vacancies.get(state.vacancy_id or "")
    beside = [s.event for s in case.beside(stored, pe.CandidateChosen)]
    choice = next((e for e in beside if isinstance(e, pe.CandidateChosen)), None)
    done = [s.event for s in case.beside(stored, ev.TaskCompleted)]
    steps = {e.step for e in done if isinstance(e, ev.TaskCompleted) and e.outcome == "approve"}
    if event.at_step not in steps & {CHOICE, CONFIRMATION} or (choice is None) != (
        event.at_step == CONFIRMATION
    ):
        return None
    entry = vacancy.candidate(choice.person_id if choice else state.subject_id) if vacancy else None
    if vacancy is None or entry is None or entry.person_id not in state.ranking:
        return None
    day = choice.effective_date if choice else max(state.effective_date, case.moment.day)
    return vacancy, entry, day


def approved(case: Case, stored: StoredEvent, event: ev.TaskCompleted, state: ActionState) -> bool:
    """What must follow an approval that only promotions know; False for every other step."""
    if event.step == CHOICE:
        failed = {o.rule for o in state.outcomes if (o.severity, o.outcome) == (Severity.OVERRIDE, "fail")}
        if failed - state.overridden:
            case.expects = (CONFIRMATION, False, None)
        else:
            _placed(case, stored, event)
    elif event.step == CONFIRMATION:
        day = event.effective_date or case.moment.day
        if not case.beside(stored, ev.ActionAssessed):
            case.report(stored, "not-assessed", "a confirmation without putting it to the rules")
        if day != max(state.effective_date, case.moment.day):
            case.report(stored, "wrong-date", f"the choice was to take effect on {state.effective_date}")
        _not_kept(case, stored, _target(case, state), state.subject_id, day)
        _placed(case, stored, event)
    elif event.step == REVIEW:
        if not case.beside(stored, ev.ActionCompleted):
            case.report(stored, "illegal-transition", "the case did not end with its review")
    elif event.step == "siasn_write_back" and state.kind is Kind.PROMOTION:
        if not case.beside(stored, pe.ReviewScheduled):
            case.report(stored, "skipped-step", "no review was scheduled")
    else:
        return False
    return True


def _placed(case: Case, stored: StoredEvent, event: ev.TaskCompleted) -> None:
    decided = [s.event for s in case.beside(stored, ev.PlacementDecided)]
    if len(decided) != 1:
        case.report(stored, "illegal-transition", "the choice did not lead to one placement decision")
    if event.decree_date != case.moment.day or (event.effective_date or case.moment.day) < case.moment.day:
        case.report(stored, "wrong-date", "the decree is not of the day of its decision")
    for placement in decided:
        dates = (event.effective_date, event.decree_date)
        if isinstance(placement, ev.PlacementDecided) and dates != (
            placement.effective_date, placement.decree_date,
        ):  # fmt: skip
            case.report(stored, "wrong-date", "the placement has other dates than the decision")


def scheduled(case: Case, stored: StoredEvent, event: pe.ReviewScheduled, state: ActionState) -> None:
    done = [s.event for s in case.beside(stored, ev.TaskCompleted)]
    written = any(isinstance(e, ev.TaskCompleted) and e.step == "siasn_write_back" for e in done)
    if not (written or law_of_siasn.told(case, stored)) or state.kind is not Kind.PROMOTION:
        case.report(stored, "illegal-transition", "a review of what is not written back")
    day = months_after(state.effective_date, case.policy.promotion.review.months)
    if (event.review_on, event.review_at) != (day, case.moment.calendar.start_of(day)):
        case.report(stored, "wrong-deadline", f"the review is due on {day}")


def review_is_due(case: Case, stored: StoredEvent, state: ActionState) -> bool:
    """Whether the system may open the review now."""
    due = state.review_at is not None and state.review_at <= case.moment.at
    return state.awaits_review and due and stored.actor.kind == "system"
