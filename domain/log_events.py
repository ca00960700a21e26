"""What happens to the log itself: its signing keys, and its checkpoints in the hands of others."""

from __future__ import annotations

from typing import Literal

from domain.event import Event


class LogKeyAnnounced(Event):
    """A further key signs from here on, beside the one before: the overlap of a rotation. Both are
    verifier keys (C2SP vkey); the commit with this event is signed by both.
    """

    previous: str
    key: str


class LogKeyRetired(Event):
    """A key signs no more; the commit with this event is already without it."""

    key: str


class LogKeyReplaced(Event):
    """A key was lost or stolen: from here on the new one signs alone, and nothing vouches for it but
    the agency's word and the witnesses who go on.
    """

    previous: str
    key: str
    why: Literal["lost", "stolen"]


class CheckpointPublished(Event):
    """The checkpoint of `size` went out. `cosignatures` are witnesses' signature lines of it;
    `lacking` are witnesses (by the name in the log's policy) that gave none, `refused` those among
    them that said it does not continue what they saw. `timestamp` is the RFC 3161 answer over the
    note as the log signed it, in base64.
    """

    size: int
    root: str
    cosignatures: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    timestamp: str | None = None
