"""The names by which a process is found in Temporal, declared once."""

from __future__ import annotations

ADVANCED = "advanced"
PERSONNEL_ACTION = "personnel-action/"


def workflow_id(action_id: str) -> str:
    """The workflow of a personnel action; the same text as its stream in the ledger."""
    return f"{PERSONNEL_ACTION}{action_id}"


def action_id_of(workflow_id: str) -> str:
    """The personnel action of a workflow id."""
    return workflow_id.removeprefix(PERSONNEL_ACTION)


def cycle_workflow_id(cycle_id: str) -> str:
    """The workflow of a cycle of evaluations; the same text as its stream in the ledger."""
    return f"evaluation-cycle/{cycle_id}"


def rank_workflow_id(list_id: str) -> str:
    """The workflow of a list of rank promotions; the same text as its stream in the ledger."""
    return f"rank-promotion/{list_id}"


def webhook_workflow_id(subscription_id: str) -> str:
    """The workflow of a subscription to webhooks; the same text as its stream in the ledger."""
    return f"webhook/{subscription_id}"


def decree_workflow_id(decree_id: str) -> str:
    """The workflow of a decree's file; the same text as its stream in the ledger."""
    return f"decree/{decree_id}"
