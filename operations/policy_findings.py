"""What the doctor says of proposed policies: waiting for a second person, for nobody, or too late."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from domain.identity import Capacity
from domain.offices import split_key
from domain.policy_register import Proposal
from ledger.directory_view import DirectoryView
from ledger.record import moment
from operations.diagnosis import Finding

# A text is read before it is adopted.
READ_WITHIN = timedelta(days=1)


def of_proposals(view: DirectoryView, now: datetime) -> Iterator[Finding]:
    """Every proposal that waits longer than it takes to read it, that nobody could lawfully adopt, or whose
    first day has gone by.
    """
    today = view.calendar.today(now)
    rules = view.policy_in_force(today).publishing if view.policies else None
    for proposal in view.published.proposed.values():
        assert rules is not None  # a policy is proposed under another
        policy, since = proposal.policy, moment(proposal.at)
        office = ", ".join(rules.adopted_by)
        if policy.effective_from < today - timedelta(days=rules.backdating_days):
            what = f"{policy.id} was to hold from {policy.effective_from}, and nobody adopted it"
            yield Finding("policy-proposal-late", what, since=since, advice="propose it for a later day")
        elif not _adopters(proposal, rules.adopted_by, view, today):
            what = f"nobody may adopt {policy.id}: no other definitive holder of the offices that may"
            yield Finding("policy-proposal-without-owner", what, office=office, since=since, advice=_FILL)
        elif now - proposal.at > READ_WITHIN:
            what = f"{policy.id} is proposed and waits for a second person"
            yield Finding("policy-proposal-waits", what, office=office, since=since, advice=_ADOPT)


_FILL = "fill one of the offices with somebody else than who proposed the text"
_ADOPT = "adopt the text, or propose another one under its id"


def _adopters(proposal: Proposal, named: tuple[str, ...], view: DirectoryView, day: date) -> set[str]:
    """Who could adopt the text: definitive holders of these offices, not who proposed it."""
    offices = view.offices(day)
    return {
        person
        for person in view.agency.people
        if person != proposal.by
        and any(
            split_key(key)[0] in named and signature.capacity is Capacity.DEFINITIVE
            for key, signature in offices.exercised_by(person, day)
        )
    }
