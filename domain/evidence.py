"""Who may take evidence of the whole ledger away: those who audit it, keys that do, and its operators."""

from __future__ import annotations

from domain.errors import NotPermitted
from domain.event import NewEvent
from domain.evidence_commands import RecordEvidenceTaken
from domain.evidence_events import EvidenceTaken, Taken
from domain.facts import Facts
from domain.reasons import require_words

AUDIT = "audit"
BUNDLES: frozenset[Taken] = frozenset({"query_bundle", "case_bundle"})
# Made on the machine itself, by whoever holds its keys.
BY_OPERATORS: frozenset[Taken] = frozenset({"export", "quality_list"})


def stream_of(taking_id: str) -> str:
    return f"evidence/{taking_id}"


def record_taken(facts: Facts, command: RecordEvidenceTaken) -> list[NewEvent]:
    """Raises NotPermitted for people without an audit office (a key's scope, and whose rows a workbook may
    show, are judged at the edge) and for what operators alone make; ReasonRequired for a bundle without a
    purpose, except that of one case on the machine, which then opens nothing.
    """
    actor, what = command.actor, command.what
    if what in BY_OPERATORS and actor.kind != "system":
        raise NotPermitted()
    if what in BUNDLES and actor.kind == "person":
        offices = facts.offices.policy.readers.get(AUDIT, ())
        if not facts.offices.holds_any(actor.id, offices, facts.today):
            raise NotPermitted()
    closed = what == "case_bundle" and actor.kind == "system"
    if command.purpose is not None or (what in BUNDLES and not closed):
        require_words(command.purpose or "")
    event = EvidenceTaken(**command.model_dump(include=set(EvidenceTaken.model_fields)))
    return [NewEvent(stream_of(command.taking_id), event, command.taking_id)]
