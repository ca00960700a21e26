"""Were the log's own events lawful? Keys change in order, publications grow, the system alone keeps them."""

from __future__ import annotations

from domain import events as ev
from domain.log_events import CheckpointPublished, LogKeyAnnounced, LogKeyReplaced, LogKeyRetired
from domain.log_state import KEYS, PUBLICATIONS, LogState
from ledger.record import StoredEvent

Problem = tuple[str, str]


def stream_for(event: ev.Event) -> str | None:
    """The stream in which an event of the log itself belongs; None for every other event."""
    if isinstance(event, CheckpointPublished):
        return PUBLICATIONS
    return KEYS if isinstance(event, LogKeyAnnounced | LogKeyRetired | LogKeyReplaced) else None


class LogLaw:
    """Follows the log's own events in order; asked before each is applied."""

    def __init__(self) -> None:
        self._state = LogState()

    def problems(self, stored: StoredEvent) -> list[Problem]:
        """What is unlawful about an event of the log's own streams."""
        event, keys = stored.event, self._state.keys
        if stream_for(event) is None:
            return []
        found: list[Problem] = []
        if stored.actor.kind != "system":
            found.append(("not-the-system", f"{stored.type} by {stored.actor.kind} {stored.actor.id}"))
        lawful = True
        match event:
            case LogKeyAnnounced():
                lawful = keys in ((), (event.previous,)) and event.key != event.previous
            case LogKeyRetired():
                lawful = len(keys) > 1 and event.key in keys
            case LogKeyReplaced():
                lawful = (not keys or event.previous in keys) and event.key not in (*keys, event.previous)
            case CheckpointPublished():
                lawful = event.size > self._state.published
        if not lawful:
            found.append(("illegal-transition", f"{stored.type} does not follow from what was"))
        return found

    def follow(self, event: ev.Event) -> None:
        self._state = self._state.after(event)
