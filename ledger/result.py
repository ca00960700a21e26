"""What a command is while it waits, and what it led to."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from domain.commands import Command
from domain.personnel_action import ActionState
from ledger.record import StoredEvent


@dataclass(frozen=True)
class Receipt:
    """Evidence in the caller's hands: the last event of the command in its own stream, and the
    signed tree head that includes it. `signature` is the base64 of key hash and Ed25519 signature
    over the checkpoint text of `tree_size` and `root` (C2SP signed note).
    """

    position: int
    version: int
    leaf_hash: str
    tree_size: int
    root: str
    recorded_at: str
    signature: str


@dataclass(frozen=True)
class Result:
    """What a command led to. `state` is the action's state at `version`; `receipt` is None when
    nothing had to change.
    """

    command_id: str
    stream: str
    version: int
    receipt: Receipt | None
    state: ActionState | None
    replayed: bool = False


@dataclass(frozen=True)
class Tried:
    """What a command would have led to: the events of its own stream as they would stand there, none of them
    recorded, and without bytes, position and hash.
    """

    command: Command
    history: tuple[StoredEvent, ...]


Answer = Result | Tried | BaseException


@dataclass
class Waiting:
    """A command in the queue, the hash of the request it came with, and where its answer goes. A `trial` is
    judged like any other and leaves nothing.
    """

    command: Command
    body_hash: str
    future: Future[Any]
    trial: bool = False
