"""An agency in which every page has something to show: the demo's work, and what it leaves to its user."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from demo.offices_work import enter_results, play_rank_list
from demo.play import INTEGRATION, Play, a_person, new_id
from demo.results import record_results
from demo.seed import start_cases
from domain.commands import GrantOffice
from domain.directory import OPERATOR
from domain.errors import Refusal
from domain.evaluation_commands import OpenEvaluationCycle, OpenEvaluations, SubmitEvaluation
from domain.identity import SYSTEM
from domain.personnel_action import ActionState
from domain.policy_commands import ProposePolicy
from domain.profiling_commands import RemindProfiling
from domain.review_access import has_part_in
from domain.review_commands import RaiseFinding, SaveReviewQuery
from domain.review_filter import EventFilter
from domain.webhook_commands import SubscribeWebhook

RATED = 6  # people whose evaluation waits for their assessor


@dataclass(frozen=True)
class AtWork:
    """`people` are ids by role; `decree` is a case whose decree can be asked about."""

    people: dict[str, str]
    decree: ActionState


def at_work(play: Play) -> AtWork:
    """Let everybody's work stand at every step; who plays which role."""
    send, today = play.installation.ledger.execute, play.today
    auditors = sorted(play.offices.holders("auditor", today))
    roles = {
        "mayor": play.holder("appointing_official"),
        "analyst": play.holder("personnel_analyst"),
        "officer": play.holder("transfer_division_head"),
        "agency head": play.holder("agency_head"),
        "committee member": play.holder("planning_head"),
    }
    operator = GrantOffice(command_id=new_id(), actor=SYSTEM, person_id=auditors[-1], office=OPERATOR)
    send(operator)
    roles["operator"] = operator.person_id
    record_results(play)
    subjects = start_cases(play)
    play_rank_list(play)
    enter_results(play, [person for person in play.movable() if person not in subjects][-2:])
    send(RemindProfiling(command_id=new_id(), actor=SYSTEM))
    others = [person for person in play.movable() if person not in subjects]
    decree = _decreed(play, others)
    roles["auditor"] = next(each for each in auditors if has_part_in(each, decree) is None)
    _promotions(play)
    rated = _evaluations(play, others)
    roles["civil servant"] = rated[0]
    unit = play.agency.apparatus_of(play.agency.unit_of(play.agency.people[rated[0]].position_id))
    roles["unit head"] = play.holder(f"unit_head@{unit}")
    roles["unit officer"] = play.holder(f"unit_personnel_officer@{unit}")
    _cycle(play, str(unit))
    _proposal(play)
    _review(play, roles["auditor"], decree.id, str(unit))
    send(
        SubscribeWebhook(
            command_id=new_id(), actor=a_person(operator.person_id), subscription_id=new_id(), label="SIMPEG",
            url="https://simpeg.example/kabar", after=0,
        )
    )  # fmt: skip
    return AtWork(roles, decree)


def _decreed(play: Play, people: list[str]) -> ActionState:
    """The last of them is transferred, up to the decree."""
    submitted = play.submit(people[-1], play.vacancies()[-1]).state
    return play.walk(submitted, until="duty_statement")


def _promotions(play: Play) -> None:
    """A vacancy whose list is looked at, and one whose committee votes, where there are candidates."""
    for kind in ("PENGAWAS", "ADMINISTRATOR"):
        for number, post in enumerate(play.vacancies(kind)[:2]):
            try:
                vacancy = play.open_vacancy(post)
                if number == 0:
                    play.walk(play.promote(vacancy).state, until="candidate_ranking")
            except (Refusal, AssertionError):
                continue  # nobody there is a candidate, or the promotion ended at its first look


def _evaluations(play: Play, people: list[str]) -> list[str]:
    """Some wait for their assessor, one for the committee, one for its person's answer; their people."""
    steps = ["result_response", "calibration", *["rating"] * RATED]
    for person, step in zip(people, steps, strict=False):
        asked = SubmitEvaluation(
            command_id=new_id(),
            actor=INTEGRATION,
            action_id=new_id(),
            subject_id=person,
            period_start=date(play.today.year, 1, 1),
            period_end=date(play.today.year, 6, 30),
        )
        play.walk(play.installation.ledger.execute(asked).state, until=step)
    return people[: len(steps)]


def _cycle(play: Play, unit: str) -> None:
    send, cycle = play.installation.ledger.execute, new_id()
    send(
        OpenEvaluationCycle(
            command_id=new_id(),
            actor=a_person(play.holder("agency_head")),
            cycle_id=cycle,
            period_start=date(play.today.year, 7, 1),
            period_end=date(play.today.year, 12, 31),
            unit_ids=(unit,),
        )
    )
    send(OpenEvaluations(command_id=new_id(), actor=SYSTEM, cycle_id=cycle, limit=20))


def _review(play: Play, auditor: str, case: str, unit: str) -> None:
    """A saved search, and a finding on a case that waits for the unit's answer."""
    by, send = a_person(auditor), play.installation.ledger.execute
    asked = EventFilter(type="TaskCompleted", outcome="approve")
    send(
        SaveReviewQuery(
            command_id=new_id(), actor=by, query_id=new_id(), filter=asked, shared=True, title="Persetujuan"
        )
    )
    send(
        RaiseFinding(
            command_id=new_id(),
            actor=by,
            review_id=new_id(),
            about=f"personnel-action/{case}",
            unit_id=unit,
            text="Alasan tidak lengkap.",
        )
    )


def _proposal(play: Play) -> None:
    """A policy that waits for its adoption."""
    document = play.view.policy_in_force(play.today).model_dump(mode="json")
    document |= {"id": "kota-serang/2099-01", "effective_from": str(play.today + timedelta(days=1))}
    head = a_person(play.holder("agency_head"))
    play.installation.ledger.execute(ProposePolicy(command_id=new_id(), actor=head, document=document))
