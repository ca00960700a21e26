"""Who may take evidence of the whole ledger away: those who audit it, keys that do, and its operators."""

from __future__ import annotations

from domain.errors import NotPermitted
from domain.event import NewEvent
from domain.evidence_commands import RecordEvidenceTaken
from domain.evidence_events import EvidenceTaken
from domain.facts import Facts
from domain.reasons import require_words

AUDIT = "audit"


def stream_of(taking_id: str) -> str:
    return f"evidence/{taking_id}"


def record_taken(facts: Facts, command: RecordEvidenceTaken) -> list[NewEvent]:
    """Raises NotPermitted for people without an audit office (a key's scope is judged at the edge), and
    ReasonRequired.
    """
    actor = command.actor
    offices = facts.offices.policy.readers.get(AUDIT, ())
    if actor.kind == "person" and not facts.offices.holds_any(actor.id, offices, facts.today):
        raise NotPermitted()
    require_words(command.purpose)
    event = EvidenceTaken(**command.model_dump(include=set(EvidenceTaken.model_fields)))
    return [NewEvent(stream_of(command.taking_id), event, command.taking_id)]
