"""Ways in which a program could err about the law, one at a time: what `verify` has to notice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from unittest import mock

from domain import (
    annulment,
    approval,
    evaluation,
    evaluation_cycle,
    evaluation_opening,
    follow_up,
    ownership,
    promotion,
    submission,
    task_opening,
    vacancy,
)
from domain import commands as cmd
from domain import decide as judge
from domain import events as ev
from domain import promotion_events as pe
from domain.cycle_register import Cycles
from domain.errors import Refusal
from domain.evaluation_commands import OpenEvaluationCycle
from domain.evaluation_register import Evaluations
from domain.facts import Facts
from domain.forms import FORMS, Form
from domain.identity import Actor, Capacity, Signature
from domain.performance import Predicate
from domain.personnel_action import ActionState, Status
from domain.policy import Severity, Variant
from domain.registry import Registry

Patch = tuple[Any, str, Any]


@dataclass(frozen=True)
class Lapse:
    """What the erring program believes of code, state, facts and command."""

    name: str
    patches: tuple[Patch, ...] = ()
    state: Callable[[ActionState], ActionState] = lambda state: state
    facts: Callable[[Facts], Facts] = lambda facts: facts
    only: tuple[type[cmd.Command], ...] = field(default=(cmd.Command,))

    @contextmanager
    def committed(self) -> Iterator[None]:
        with ExitStack() as stack:
            for target, name, wrong in self.patches:
                stack.enter_context(mock.patch.object(target, name, wrong))
            yield

    def judge(self, state: ActionState | None, facts: Facts, command: cmd.Command) -> judge.Judged | None:
        """What the erring program makes of the command; None where it refuses or breaks down."""
        if not isinstance(command, self.only):
            return None
        try:
            with self.committed():
                return judge.decide(self.state(state) if state else None, self.facts(facts), command)
        except (Refusal, AssertionError, KeyError, IndexError, AttributeError, ValueError, TypeError):
            return None


def _nothing(*_: Any, **__: Any) -> None:
    return None


def _always(value: Any) -> Callable[..., Any]:
    return lambda *_, **__: value


_task_of, _people_of = approval.task_of, evaluation_cycle.people_of


def anybody_signs(actor: Actor, task: Any, state: ActionState, facts: Facts) -> Signature:
    try:
        return ownership.signature_for(actor, task, state, facts)
    except Refusal:
        return Signature(office=task.office, capacity=Capacity.DEFINITIVE)


def unchecked(name: str | None, details: dict[str, Any], _: Any) -> Form | None:
    return FORMS[name].model_validate(details) if name else None


def forgotten_votes(state: ActionState, command: Any, facts: Facts) -> Any:
    task, signature = _task_of(state, command, facts)
    return replace(task, votes=()), signature


def returned_anywhere(state: ActionState, facts: Facts, command: Any, task: Any, signature: Any) -> Any:
    completed = ev.TaskCompleted(
        task_id=task.id, step=task.step, outcome="return", signature=signature, return_to=command.return_to,
        comment=command.comment,
    )  # fmt: skip
    wanted = command.return_to or state.steps[0]
    return [completed, task_opening.open_task(wanted, state, facts, returned=True)]


def any_ranking(state: ActionState, _: Facts, task: Any, answered: Any) -> list[Any]:
    if answered.vote != "approve":
        return []
    return [
        pe.CandidatesRanked(task_id=task.id, ranking=answered.ranking, minutes_number=answered.minutes_number)
    ]


def all_overridden(state: ActionState, _: Any) -> ActionState:
    return replace(state, overridden=frozenset(outcome.rule for outcome in state.outcomes))


def alone(state: ActionState, _: Any, command: Any, signature: Signature) -> list[Any]:
    """Reason and confirmation by one person."""
    who = command.actor.id
    failing = [o for o in state.outcomes if (o.outcome, o.severity) == ("fail", Severity.OVERRIDE)]
    return [
        event
        for o in failing
        for event in (
            ev.OverrideProposed(rule=o.rule, person_id=who, signature=signature, reason="x"),
            ev.Overridden(rule=o.rule, proposed_by=who, confirmed_by=who, signature=signature, reason="x"),
        )
    ]


def blind(facts: Facts) -> Facts:
    """Sees no open case, no promise and no list."""
    return replace(
        facts, registry=Registry(cycles=facts.registry.cycles, evaluations=facts.registry.evaluations)
    )


def no_evaluations(facts: Facts) -> Facts:
    known = facts.registry
    return replace(facts, registry=replace(known, evaluations=Evaluations()))


def no_cycles(facts: Facts) -> Facts:
    return replace(facts, registry=replace(facts.registry, cycles=Cycles()))


def ahead(facts: Facts) -> Facts:
    return replace(facts, now=facts.now + timedelta(days=240))


_known_cycle = evaluation_cycle._known
LAPSES: tuple[Lapse, ...] = (
    Lapse("anybody decides", ((approval, "signature_for", anybody_signs),)),
    Lapse("a claim does not bind", ((approval, "_unclaimed_by_others", _nothing),)),
    Lapse("votes are forgotten", ((approval, "task_of", forgotten_votes),)),
    Lapse("one vote carries", ((approval, "verdict_of", _always("approve")),)),
    Lapse("one vote rejects", ((approval, "verdict_of", _always("reject")),)),
    Lapse("returned anywhere, any time", ((approval, "_return", returned_anywhere),)),
    Lapse("a declared interest is forgotten", state=lambda s: replace(s, conflicts=frozenset())),
    Lapse("who acted before is forgotten", state=lambda s: replace(s, acted=())),
    Lapse("candidates are forgotten", ((ownership, "why_excluded", _always(None)),), only=(cmd.TaskCommand,)),
    Lapse("nobody is told whom a task excludes", ((task_opening, "excluded_people", _always(frozenset())),)),
    Lapse("the wrong office", ((task_opening, "_office", _always("personnel_analyst")),)),
    Lapse("the clock runs ahead", facts=ahead),
    # promotion
    Lapse(
        "a hard finding passes",
        ((promotion, "hard_stops", _always(())), (approval, "_no_hard_finding", _nothing)),
    ),
    Lapse(
        "nothing needs a reason",
        ((promotion, "with_overrides", all_overridden), (approval, "_overrides_settled", _nothing)),
    ),
    Lapse(
        "one person is the second person",
        ((promotion, "override_events", alone), (approval, "override_events", alone)),
    ),
    Lapse("anybody on the list is chosen", state=lambda s: replace(s, ranking=s.candidates)),
    Lapse("a ranking is not put on the table", ((promotion, "ranked", _always([])),)),
    Lapse("any ranking will do", ((promotion, "ranked", any_ranking),)),
    Lapse("the box of the day counts", ((promotion, "_as_frozen", _always({})),)),
    Lapse("a list is used twice", ((promotion, "_is_used", _always(False)),)),
    Lapse("a list never lapses", ((promotion, "_has_lapsed", _always(False)),)),
    Lapse("a held post is free", ((promotion, "is_kept_now", _always(False)),)),
    Lapse("anybody starts a promotion", ((promotion, "_may_start", _nothing),)),
    Lapse("anybody opens a vacancy", ((vacancy, "may_open", _always(True)),)),
    Lapse(
        "an opener names themself",
        ((vacancy, "stood_for", _always(frozenset())), (promotion, "stood_for", _always(frozenset()))),
    ),
    Lapse(
        "the list in another order", ((vacancy, "_in_order", lambda people, _: sorted(people, reverse=True)),)
    ),
    Lapse("nobody is barred from the list", ((vacancy, "hard_stops", _always(())),)),
    Lapse("a review on another day", ((promotion, "months_after", lambda day, n: day + timedelta(days=n)),)),
    Lapse("nobody looks at other cases", facts=blind),
    # evaluation
    Lapse("the window stays open", ((evaluation, "is_too_late", _always(False)),)),
    Lapse("a form's dates are not looked at", ((approval, "answer", unchecked),)),
    Lapse("evaluated twice", facts=no_evaluations),
    Lapse("anybody asks for an evaluation", ((evaluation_opening, "may_submit", _always(True)),)),
    Lapse(
        "anybody is evaluated",
        (
            (evaluation_opening, "is_evaluated", _always(True)),
            (evaluation_cycle, "is_evaluated", _always(True)),
        ),
    ),
    Lapse(
        "any period",
        ((evaluation_opening, "check_period", _nothing), (evaluation_cycle, "check_period", _nothing)),
    ),
    Lapse("a generous matrix", ((evaluation, "predicate_of", _always(Predicate.SANGAT_BAIK)),)),
    Lapse("no follow-up", ((evaluation, "opened_by_low_rating", _always([])),)),
    Lapse("another measure", ((follow_up, "VARIANT_OF_MEASURE", {}),)),
    Lapse(
        "every rating is low",
        (
            (
                evaluation,
                "opened_by_low_rating",
                lambda s, f, _: follow_up._opened(s, f, Variant.PERFORMANCE_IMPROVEMENT),
            ),
        ),
    ),
    Lapse(
        "sent back once decided",
        (
            (evaluation, "step_to_return_to", lambda s, _, wanted: wanted or s.steps[0]),
            (approval, "DECREED", frozenset()),
        ),
    ),
    Lapse(
        "a shorter window", ((task_opening, "window_closes", lambda _, day, calendar: calendar.end_of(day)),)
    ),
    Lapse("the calibration changes nothing", ((evaluation, "motion", _always([])),)),
    # cycles
    Lapse("anybody keeps cycles", ((evaluation_cycle, "may_open", _always(True)),)),
    Lapse("a cycle is opened twice", facts=no_cycles, only=(OpenEvaluationCycle,)),
    Lapse(
        "a cycle is closed early",
        ((evaluation_cycle, "_known", lambda i, f: replace(_known_cycle(i, f), complete=True)),),
    ),
    Lapse(
        "a closed cycle goes on",
        (
            (
                evaluation_cycle,
                "_known",
                lambda i, f: replace(_known_cycle(i, f), closed=False, complete=False),
            ),
        ),
    ),
    Lapse("a cycle skips people", ((evaluation_cycle, "people_of", lambda *of: _people_of(*of)[1:]),)),
    # ends
    Lapse("anybody withdraws an evaluation", ((annulment, "may_withdraw_evaluation", _always(True)),)),
    Lapse("withdrawn once decided", ((annulment, "DECREED", frozenset()),), only=(cmd.WithdrawAction,)),
    Lapse("anybody annuls", ((annulment, "_may_annul", _nothing),)),
    Lapse(
        "annulled before it was decided",
        ((annulment, "DECREED", frozenset(Status)),),
        only=(cmd.AnnulAction,),
    ),
    Lapse("annulled alone", ((annulment._Cascade, "_undo_what_rests_on", _nothing),)),
    Lapse("rejected after the decision", ((approval, "DECREED", frozenset()),)),
    Lapse("anybody asks for a transfer", ((submission, "may_submit", _always(True)),)),
    Lapse("an order is not looked at", ((submission, "_check_order", _nothing),)),
)
