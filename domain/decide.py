"""The one judge: every command comes through here and becomes events, or a refusal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from domain import (
    account_acts,
    acting,
    annulment,
    api_keys,
    approval,
    campaign,
    decree_files,
    directory,
    distribution,
    erasure,
    evaluation_cycle,
    evaluation_opening,
    evidence,
    log_commands,
    log_keeping,
    process,
    promotion,
    publishing,
    rank_decree,
    rank_promotion,
    replacement,
    result_entry,
    review_findings,
    review_samples,
    siasn_differences,
    submission,
    talent,
    talent_commands,
    vacancy,
    verification,
    webhooks,
    write_back,
)
from domain import commands as cmd
from domain import events as ev
from domain import rank_commands as rank
from domain import review_commands as rev
from domain import webhook_commands as wh
from domain.account_commands import EndSessions, GiveFirstPassword
from domain.changed import changed
from domain.committee import verdict_of
from domain.decree_commands import RecordDecreeSigned
from domain.document_commands import VerifyDocument
from domain.erasure_commands import (
    ApproveErasure,
    CompleteErasure,
    RefuseErasure,
    ReinstateErasure,
    RequestErasure,
)
from domain.errors import AlreadyExists, NotFound, NotPermitted, WrongExpectedVersion
from domain.evaluation_commands import (
    CloseEvaluationCycle,
    ConsiderDistribution,
    OpenEvaluationCycle,
    OpenEvaluations,
    RateOrganisation,
    ReplaceOfficial,
    SubmitEvaluation,
)
from domain.evidence_commands import RecordEvidenceTaken
from domain.facts import Facts
from domain.identity import SYSTEM, Actor
from domain.inbound_commands import RecordRefusals, SetApiKeyTerms
from domain.offices import ASSESSOR, ASSESSOR_SUPERIOR, COMMITTEE, SUBJECT
from domain.ownership import answering_office, may_act
from domain.personnel_action import ActionState
from domain.policy_commands import AdoptProposal, ProposePolicy
from domain.profiling_commands import RemindProfiling
from domain.promotion_commands import OpenVacancy, StartPromotion
from domain.promotion_events import CandidateChosen
from domain.result_entry_commands import DecideTalentResult, EnterTalentResult
from domain.siasn_commands import (
    ConnectSiasn,
    RecordSiasnDifferences,
    RecordWriteBack,
    SettleSiasnDifference,
)
from domain.task_opening import office_of_assessment

Judged = list[tuple[ev.NewEvent, Actor]]

OF_THE_AGENCY: dict[type[cmd.Command], Callable[[Facts, Any], list[ev.NewEvent]]] = {
    cmd.RegisterUnits: directory.register_units,
    cmd.RegisterPositions: directory.register_positions,
    cmd.RegisterEmployees: talent.register_employees,
    cmd.GrantOffice: directory.grant_office,
    cmd.WithdrawOffice: directory.grant_office,
    cmd.AdoptPolicy: directory.adopt_policy,
    ProposePolicy: publishing.propose,
    AdoptProposal: publishing.adopt,
    cmd.AdoptCalendar: directory.adopt_calendar,
    cmd.IssueApiKey: directory.issue_api_key,
    cmd.RevokeApiKey: directory.revoke_api_key,
    SetApiKeyTerms: api_keys.set_terms,
    RecordRefusals: api_keys.record_refusals,
    cmd.RecordPersonalDataRead: directory.record_read,
    RecordEvidenceTaken: evidence.record_taken,
    GiveFirstPassword: account_acts.give_first_password,
    EndSessions: account_acts.end_sessions,
    cmd.FileDocument: directory.file_document,
    OpenVacancy: vacancy.open_vacancy,
    ConnectSiasn: write_back.connect,
    RecordSiasnDifferences: siasn_differences.record,
    SettleSiasnDifference: siasn_differences.settle,
    VerifyDocument: verification.verify_document,
    RecordDecreeSigned: decree_files.record_signed,
    RequestErasure: erasure.request_erasure,
    RefuseErasure: erasure.refuse_erasure,
    ApproveErasure: erasure.approve_erasure,
    ReinstateErasure: erasure.reinstate_erasure,
    CompleteErasure: erasure.complete_erasure,
    cmd.GrantDelegation: acting.grant,
    cmd.RevokeDelegation: acting.revoke,
    OpenEvaluationCycle: evaluation_cycle.open_cycle,
    OpenEvaluations: evaluation_cycle.open_next,
    CloseEvaluationCycle: evaluation_cycle.close_cycle,
    RateOrganisation: distribution.rate_organisation,
    ConsiderDistribution: distribution.consider,
    rank.FreezeRankList: rank_promotion.freeze,
    rank.WithdrawRankList: rank_promotion.withdraw,
    rank.SendRankList: rank_decree.send,
    rank.RecordRankAnswers: rank_decree.record_answers,
    rank.DecreeRankPromotions: rank_decree.decree,
    rank.RecordOutsideDecrees: rank_decree.record_outside_decrees,
    rank.AdvanceRankList: rank_decree.advance,
    rank.RecordRankWriteBacks: rank_decree.record_write_backs,
    rank.AnnulRankPromotion: rank_decree.annul,
    talent_commands.RecordSkp: talent.record_skp,
    talent_commands.RecordCompetency: talent.record_competency,
    talent_commands.RecordTalentComponents: talent.record_components,
    talent_commands.PlaceTalent: talent.place,
    EnterTalentResult: result_entry.enter,
    DecideTalentResult: result_entry.decide_entry,
    RemindProfiling: campaign.remind,
    rev.SaveReviewQuery: review_samples.save_query,
    rev.RetireReviewQuery: review_samples.retire_query,
    rev.RequestSample: review_samples.request_sample,
    rev.DrawSample: review_samples.draw_sample,
    rev.WriteReviewNote: review_findings.write_note,
    rev.RaiseFinding: review_findings.raise_finding,
    rev.AnswerFinding: review_findings.answer_finding,
    rev.ReopenFinding: review_findings.reopen_finding,
    rev.CloseFinding: review_findings.close_finding,
    log_commands.AnnounceLogKey: log_keeping.announce_key,
    log_commands.RetireLogKey: log_keeping.retire_key,
    log_commands.ReplaceLogKey: log_keeping.replace_key,
    log_commands.RecordPublication: log_keeping.record_publication,
    wh.SubscribeWebhook: webhooks.subscribe,
    wh.RefuseWebhookAddress: webhooks.refuse_address,
    wh.RotateWebhookSecret: webhooks.rotate_secret,
    wh.PauseWebhook: webhooks.pause,
    wh.ResumeWebhook: webhooks.resume,
    wh.ReplayWebhook: webhooks.replay,
    wh.EndWebhook: webhooks.end,
}

OF_A_NEW_ACTION: dict[type[cmd.Command], Callable[[Facts, Any], list[ev.NewEvent]]] = {
    cmd.SubmitAction: submission.submit,
    StartPromotion: promotion.start,
    SubmitEvaluation: evaluation_opening.submit,
    ReplaceOfficial: replacement.replace,
}

OF_AN_ACTION: dict[
    type[cmd.Command], Callable[[ActionState, Facts, Any], Sequence[ev.Event | ev.NewEvent]]
] = {
    cmd.ClaimTask: approval.claim,
    cmd.ReleaseTask: approval.release,
    cmd.DelegateTask: approval.delegate,
    cmd.CommentTask: approval.comment,
    cmd.DecideTask: approval.decide_task,
    cmd.WithdrawAction: annulment.withdraw,
    cmd.IssueDecree: process.issue_decree,
    RecordWriteBack: write_back.record,
}


def decide(state: ActionState | None, facts: Facts, command: cmd.Command) -> Judged:
    """The events that `command` causes, each with its actor; an empty list when nothing changes.

    `state` is the state of the command's own action, None for a new one and for commands that
    concern the agency. Pure: the same arguments give the same events. Raises a Refusal.
    """
    for_agency = OF_THE_AGENCY.get(type(command))
    if for_agency is not None:
        return [(new, command.actor) for new in for_agency(facts, command)]
    assert isinstance(command, cmd.ActionCommand)  # every other command names its action
    beginning = OF_A_NEW_ACTION.get(type(command))
    if beginning is not None:
        if state is not None:
            raise AlreadyExists(what="action_id")
        return [(new, command.actor) for new in beginning(facts, command)]
    if state is None:
        raise NotFound()
    if command.expected_version is not None and command.expected_version != state.version:
        raise WrongExpectedVersion(
            stream=submission.stream_of(state.id), expected=command.expected_version, actual=state.version
        )
    if isinstance(command, cmd.AnnulAction):
        return [(new, command.actor) for new in annulment.annul(state, facts, command)]
    if isinstance(command, cmd.AdvanceAction):
        due = process.advance(state, facts, command)
        return [(_addressed(event, state), actor) for event, actor in votes_decided(state, facts) or due]
    if isinstance(command, cmd.DeclareConflict):
        return [(_addressed(event, state), actor) for event, actor in declare_conflict(state, facts, command)]
    events = OF_AN_ACTION[type(command)](state, facts, command)
    # Other actions first: the last event of a command is of the action that it is addressed to.
    ordered = sorted(events, key=lambda event: not isinstance(event, ev.NewEvent))
    return [(new, command.actor) for new in _all_addressed(ordered, state)]


def declare_conflict(
    state: ActionState, facts: Facts, command: cmd.DeclareConflict
) -> list[tuple[ev.Event | ev.NewEvent, Actor]]:
    """A potential owner of an open task declares an interest and is out of the case for good.

    Where nobody is left in the task's office, the nearest superior who may act becomes a further
    owner at once; where a committee waited for this member's vote alone, the other votes decide.
    """
    actor = command.actor
    if actor.kind != "person":
        raise NotPermitted()
    if actor.id in state.conflicts:
        return []
    mine = [
        task for task in state.open_tasks if task.office != SUBJECT and may_act(actor.id, task, state, facts)
    ]
    if not mine:
        raise NotFound()
    found: list[tuple[ev.Event | ev.NewEvent, Actor]] = [
        (ev.ConflictDeclared(person_id=actor.id, reason=command.reason), actor)
    ]
    without = changed(state, conflicts=state.conflicts | {actor.id})
    for task in mine:
        step = facts.policy_of(state).steps[task.step]
        if task.office == COMMITTEE:
            carried = verdict_of(without, task, facts)
            if carried is not None:
                events = approval.carry(without, task, facts, carried, SYSTEM.id, None)
                found += [(event, SYSTEM) for event in events]
            continue
        if step.office in (ASSESSOR, ASSESSOR_SUPERIOR):
            answering = office_of_assessment(task.step, without, facts)
        else:
            answering = answering_office(task.office, step, without, facts)
        if answering not in (task.office, task.escalated_to):
            found.append((ev.TaskEscalated(task_id=task.id, to_office=answering), actor))
    return found


def votes_decided(state: ActionState, facts: Facts) -> list[tuple[ev.Event | ev.NewEvent, Actor]]:
    """What the votes of an open deliberation lead to, where they decide it although nobody votes any more:
    a member who was waited for has left.
    """
    for task in state.open_tasks:
        carried = verdict_of(state, task, facts) if task.office == COMMITTEE else None
        if carried is not None:
            events = approval.carry(state, task, facts, carried, SYSTEM.id, None)
            return [(event, SYSTEM) for event in events]
    return []


def _all_addressed(events: Iterable[ev.Event | ev.NewEvent], state: ActionState) -> list[ev.NewEvent]:
    """The events with their streams; what follows a choice is about the chosen person."""
    found = []
    for event in events:
        if isinstance(event, CandidateChosen):
            state = replace(state, subject_id=event.person_id)
        found.append(_addressed(event, state))
    return found


def _addressed(event: ev.Event | ev.NewEvent, state: ActionState) -> ev.NewEvent:
    if isinstance(event, ev.NewEvent):  # of another action, which this one has opened
        return event
    if isinstance(event, ev.EmployeePlaced):
        return ev.NewEvent(f"employee/{event.person_id}", event, event.person_id)
    return ev.NewEvent(submission.stream_of(state.id), event, state.subject_id)
