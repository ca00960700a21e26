"""Which keys sign the log, and how far its checkpoints were published: a fold of its own streams."""

from __future__ import annotations

from dataclasses import dataclass, replace

from domain.event import Event
from domain.log_events import CheckpointPublished, LogKeyAnnounced, LogKeyReplaced, LogKeyRetired

LOG = "log"
KEYS = f"{LOG}/keys"
PUBLICATIONS = f"{LOG}/publications"


@dataclass(frozen=True)
class LogState:
    """`keys` are the verifier keys in force, oldest first; none before the first rotation, when the key
    that was made at set-up signs. `published` is the size of the newest published checkpoint.
    """

    keys: tuple[str, ...] = ()
    published: int = 0

    def after(self, event: Event) -> LogState:
        """The state after one event of the log's streams; others change nothing."""
        match event:
            case LogKeyAnnounced():
                return replace(self, keys=(event.previous, event.key))
            case LogKeyRetired():
                return replace(self, keys=tuple(key for key in self.keys if key != event.key))
            case LogKeyReplaced():
                return replace(self, keys=(event.key,))
            case CheckpointPublished():
                return replace(self, published=event.size)
        return self
