"""Changing the log's signing key: a rotation with an overlap, and the replacement of a lost or stolen one."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from domain.identity import SYSTEM
from domain.log_commands import AnnounceLogKey, ReplaceLogKey, RetireLogKey
from installation import Installation
from proofs.keys import Signer


class NotUnderWay(Exception):
    """There is no rotation that could be ended."""


@dataclass(frozen=True)
class KeyChange:
    """What was done. `in_force` are the verifier keys that sign from here on, oldest first."""

    done: Literal["announced", "retired", "replaced"]
    key: str
    previous: str
    in_force: tuple[str, ...]
    position: int | None

    def as_json(self) -> dict[str, Any]:
        return {
            "done": self.done,
            "key": self.key,
            "previous": self.previous,
            "in_force": list(self.in_force),
            "position": self.position,
        }


def rotate(installation: Installation) -> KeyChange:
    """Begin an overlap: a new key, made here or staged before, signs beside the one in force.

    Interrupted, it goes on with the key that it had made. Raises Refusal while another overlap lasts.
    """
    folder, in_force = installation.log_keys, installation.vkeys_in_force
    _publish_missing(installation, in_force)
    if len(in_force) > 1:
        return KeyChange("announced", in_force[1], in_force[0], in_force, None)
    old = installation.signer
    new = _staged(installation) or folder.stage()
    command = AnnounceLogKey(command_id=_new_id(), actor=SYSTEM, previous=old.vkey, key=new.vkey)
    result = installation.ledger.execute(command)
    folder.publish(new)
    return KeyChange("announced", new.vkey, old.vkey, (old.vkey, new.vkey), _position(result))


def retire(installation: Installation) -> KeyChange:
    """End the overlap: from here on only the newer key signs. Raises NotUnderWay."""
    in_force = installation.vkeys_in_force
    if len(in_force) < 2:
        raise NotUnderWay("no rotation is under way: run `jenjang key rotate` first")
    old, new = in_force
    result = installation.ledger.execute(RetireLogKey(command_id=_new_id(), actor=SYSTEM, key=old))
    return KeyChange("retired", new, old, (new,), _position(result))


def replace(installation: Installation, why: Literal["lost", "stolen"], previous: str) -> KeyChange:
    """Put a new key in the place of `previous` (a verifier key), without any signature of it."""
    _publish_missing(installation, installation.vkeys_in_force)
    new = _staged(installation) or installation.log_keys.stage()
    # Its own writer: the usual one wants the key that is gone.
    ledger = installation.open_ledger()
    try:
        command = ReplaceLogKey(command_id=_new_id(), actor=SYSTEM, previous=previous, key=new.vkey, why=why)
        result = ledger.execute(command)
    finally:
        ledger.close()
    installation.log_keys.publish(new)
    return KeyChange("replaced", new.vkey, previous, (new.vkey,), _position(result))


def published_keys(installation: Installation) -> list[Path]:
    """The files of all verifier keys that the log ever had on this machine."""
    return sorted(installation.settings.keys_folder.glob("*.vkey"))


def previous_key(installation: Installation) -> str:
    """The verifier key that the next replacement is of: the newest in force, or the first one's file."""
    in_force = installation.vkeys_in_force
    if in_force:
        return in_force[-1]
    folder = installation.settings.keys_folder
    return (folder / f"{installation.log_keys.name}.vkey").read_text(encoding="utf-8").strip()


def _publish_missing(installation: Installation, in_force: tuple[str, ...]) -> None:
    """Put out the verifier keys in force whose files an interrupted change had not come to."""
    known = {path.read_text(encoding="utf-8").strip() for path in published_keys(installation)}
    for vkey in set(in_force) - known:
        for signer in installation.log_keys.in_force([vkey]):
            installation.log_keys.publish(signer)


def _staged(installation: Installation) -> Signer | None:
    """A private key that was made and is not in the ledger's history."""
    known = [path.read_text(encoding="utf-8").strip() for path in published_keys(installation)]
    staged = installation.log_keys.staged([*known, *installation.vkeys_in_force])
    return staged[0] if staged else None


def _position(result: Any) -> int | None:
    return result.receipt.position if result.receipt is not None else None


def _new_id() -> str:
    return str(uuid.uuid4())
