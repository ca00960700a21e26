"""What can be asked of the log itself, by the system only."""

from __future__ import annotations

from typing import Literal

from domain.commands import Command


class AnnounceLogKey(Command):
    """Let `key` sign beside `previous` (verifier keys)."""

    previous: str
    key: str


class RetireLogKey(Command):
    """End the overlap: `key` signs no more."""

    key: str


class ReplaceLogKey(Command):
    """Let `key` sign alone, because `previous` was lost or stolen."""

    previous: str
    key: str
    why: Literal["lost", "stolen"]


class RecordPublication(Command):
    """Keep what was obtained for the checkpoint of `size`; fields as in `CheckpointPublished`."""

    size: int
    root: str
    cosignatures: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    timestamp: str | None = None
