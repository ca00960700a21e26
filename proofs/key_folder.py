"""The log's signing keys on disk, over its rotations: which private key belongs to which in force.

`log.key` is the first key, made at set-up; a later one is `log-<key id>.key`. Which of them sign is written
in the ledger, not here.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from proofs.errors import SigningKeyMissing
from proofs.keys import Signer, load_or_create_signer, load_signer, place_file
from proofs.signed_note import VerifierKey

FIRST = "log.key"


class LogSigners(Protocol):
    """The keys that sign a log's checkpoints: a folder of them, or a single key."""

    @property
    def name(self) -> str:
        """The origin of the log, and the name of each key."""
        ...

    def in_force(self, vkeys: Sequence[str]) -> Sequence[Signer]:
        """The signers of these verifier keys in this order; of none, the key made at set-up.

        Raises SigningKeyRefused where a private key is not there.
        """
        ...


class KeyFolder:
    """The signing keys of the log `name` in one folder. Used by one writer; keeps what it has read."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._name = name
        self._read: dict[str, Signer] = {}

    @property
    def name(self) -> str:
        return self._name

    def in_force(self, vkeys: Sequence[str]) -> tuple[Signer, ...]:
        """As LogSigners.in_force; the first key is made where there never was one."""
        if not vkeys:
            if "" not in self._read:
                self._read[""] = load_or_create_signer(self._folder / FIRST, self._name)
            return (self._read[""],)
        return tuple(self._of(vkey) for vkey in vkeys)

    def stage(self) -> Signer:
        """A new private key beside the others, which signs nothing until the ledger says so."""
        made = Signer(self._name, secrets.token_bytes(32))
        place_file(self._path(made.verifier_key), made.to_text(), mode=0o600)
        return made

    def staged(self, known: Sequence[str]) -> list[Signer]:
        """Private keys in the folder whose verifier keys are not among `known`."""
        found = [load_signer(path, self._name) for path in sorted(self._folder.glob("log-*.key"))]
        return [signer for signer in found if signer.vkey not in known]

    def publish(self, signer: Signer) -> Path:
        """Put the verifier key beside the others, for `verify` and for copying; returns its file."""
        path = self._folder / f"{self._name}-{signer.key_id.hex()}.vkey"
        place_file(path, f"{signer.vkey}\n", mode=0o644)
        return path

    def _of(self, vkey: str) -> Signer:
        if vkey not in self._read:
            key = VerifierKey.parse(vkey)
            for path in (self._path(key), self._folder / FIRST):
                if path.exists() and (signer := load_signer(path, self._name)).vkey == vkey:
                    self._read[vkey] = signer
                    break
            else:
                raise SigningKeyMissing(vkey)
        return self._read[vkey]

    def _path(self, key: VerifierKey) -> Path:
        return self._folder / f"log-{key.key_id.hex()}.key"
