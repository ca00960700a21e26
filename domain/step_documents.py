"""What the file of the person concerned lacks for a step of a case."""

from __future__ import annotations

from domain.errors import DocumentsLacking
from domain.facts import Facts
from domain.personnel_action import ActionState
from domain.personnel_file import Lack, lacking
from domain.policy import Kind, Severity


def lacking_documents(
    step: str, state: ActionState, facts: Facts, *, chosen: str | None = None
) -> list[Lack]:
    """What the subject's file lacks today for a step of this case. A promotion's steps up to the choice
    concern nobody in particular; the choice itself concerns who is `chosen`.
    """
    person_id = chosen or subject_of(step, state)
    if person_id is None:
        return []
    return lacking(
        step,
        kind=state.kind,
        variant=state.variant,
        filed=facts.files.of(person_id),
        policy=facts.policy_of(state).personnel_file,
        day=facts.today,
    )


def documents_in_order(step: str, state: ActionState, facts: Facts, *, chosen: str | None = None) -> None:
    """Raise DocumentsLacking where the policy lets nobody approve the step without a document."""
    lacks = lacking_documents(step, state, facts, chosen=chosen)
    hard = [lack for lack in lacks if lack.severity is Severity.HARD]
    if hard:
        raise DocumentsLacking(
            step=step,
            names_id=", ".join(lack.type.name_id for lack in hard),
            names_en=", ".join(lack.type.name_en for lack in hard),
            documents=[{"document_type": lack.code, "state": lack.state.value} for lack in hard],
        )


def subject_of(step: str, state: ActionState) -> str | None:
    """Whom a step concerns: nobody on a promotion's route, before somebody is chosen."""
    open_choice = state.kind is Kind.PROMOTION and (
        step in state.steps or state.subject_id == state.vacancy_id
    )
    return None if open_choice else state.subject_id
