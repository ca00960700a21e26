"""Was evidence taken lawfully? By who audits, a key or the system, and of a tree that there was."""

from __future__ import annotations

from audit.case import Moment
from domain import events as ev
from domain.evidence_events import EvidenceTaken
from ledger.record import StoredEvent

Problem = tuple[str, str]
ON_THE_MACHINE = ("export", "quality_list")


def stream_for(event: ev.Event) -> str | None:
    """The stream in which a taking belongs; None for every other event."""
    return f"evidence/{event.taking_id}" if isinstance(event, EvidenceTaken) else None


def problems(stored: StoredEvent, moment: Moment) -> list[Problem]:
    """What is unlawful about evidence that left the building."""
    event, actor, found = stored.event, stored.actor, list[Problem]()
    if not isinstance(event, EvidenceTaken):
        return found
    offices = moment.offices.policy.readers.get("audit", ())
    audits = actor.kind != "person" or moment.offices.holds_any(actor.id, offices, moment.day)
    if event.what in ("query_bundle", "case_bundle") and not audits:
        found.append(("not-entitled", f"{actor.id} holds no audit office"))
    if event.what in ON_THE_MACHINE and actor.kind != "system":
        found.append(("not-the-system", f"{event.what} by {actor.kind} {actor.id}"))
    if event.what == "export" and None in (event.root, event.sha256):
        found.append(("illegal-transition", "an export that names neither its tree nor its bytes"))
    if not 0 <= event.records <= event.tree_size <= stored.position or stored.version != 1:
        found.append(("illegal-transition", f"{event.records} records of a tree of {event.tree_size}"))
    return found
