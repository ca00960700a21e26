"""What a witness keeps: its key, the logs that it watches, and of each the newest checkpoint it cosigned.

    witness.key     the signing key, mode 0600
    witness.vkey    its verifier key, to be handed out
    logs.policy     trusted logs, `log <vkey>` a line (C2SP tlog-policy)
    latest/         by SHA-256 of the origin: the newest cosigned checkpoint
    refused/        checkpoints that a log signed and that contradict what was seen: evidence against it

A checkpoint is size and root with signatures; of the log's contents nothing is ever seen.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from proofs.checkpoint import Checkpoint
from proofs.cosignature import read_cosignatures, witness_key
from proofs.errors import AuditError
from proofs.keys import Signer, create_signer, load_signer, place_file, sync_directory
from proofs.signed_note import VerifierKey, parse_note
from proofs.witness_policy import parse_policy

MOST_REFUSED = 100

_NO_LOGS = "# The logs that this witness watches, one `log <vkey>` a line.\nquorum none\n"


class FolderRefused(Exception):
    """The witness's folder cannot be used as it lies on disk; the sentence says why."""


@dataclass(frozen=True)
class Held:
    """The newest cosigned checkpoint of a log."""

    checkpoint: Checkpoint
    note: str


def create(folder: Path, name: str) -> Signer:
    """A new witness: key and an empty list of logs. Raises InvalidKeyName, SigningKeyRefused,
    FileExistsError.
    """
    signer = create_signer(folder / "witness.key", name)
    place_file(folder / "witness.vkey", f"{witness_key(signer)}\n", mode=0o644)
    place_file(folder / "logs.policy", _NO_LOGS, mode=0o644)
    for kept in ("latest", "refused"):
        (folder / kept).mkdir(mode=0o700, exist_ok=True)
    return signer


class WitnessFolder:
    """The folder of one running witness. Raises FolderRefused, SigningKeyRefused when it is opened."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            vkey = (folder / "witness.vkey").read_text(encoding="utf-8").strip()
        except OSError as error:
            raise FolderRefused(f"there is no witness in {folder}: run `jenjang witness init`") from error
        self.signer = load_signer(folder / "witness.key", vkey.partition("+")[0])
        if str(witness_key(self.signer)) != vkey:
            raise FolderRefused(f"{folder}/witness.vkey is not the key of witness.key")
        self._listed: tuple[float, dict[str, list[VerifierKey]]] | None = None
        self.logs()
        for draft in (folder / "latest").glob(".*"):
            draft.unlink()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the folder against a second witness on it. Raises FolderRefused."""
        with (self._folder / "lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise FolderRefused(f"another witness runs on {self._folder}") from error
            yield

    def logs(self) -> dict[str, list[VerifierKey]]:
        """The trusted keys of each log by its origin, as the file says now. Raises FolderRefused."""
        path = self._folder / "logs.policy"
        try:
            changed = path.stat().st_mtime
            if self._listed is None or self._listed[0] != changed:
                found: dict[str, list[VerifierKey]] = {}
                for log in parse_policy(path.read_bytes()).logs:
                    found.setdefault(log.key.name, []).append(log.key)
                self._listed = (changed, found)
        except (OSError, AuditError) as error:
            raise FolderRefused(f"{path}: {error}") from error
        return self._listed[1]

    def trust(self, vkey: str) -> None:
        """Add a log, or a further key of one. Raises AuditError where it is no key or listed before."""
        path = self._folder / "logs.policy"
        lines = path.read_text(encoding="utf-8").splitlines()
        lines.insert(lines.index("quorum none"), f"log {vkey}")
        text = "\n".join(lines) + "\n"
        parse_policy(text.encode())
        self._replace(path, text)

    def latest(self, origin: str) -> Held | None:
        """The newest checkpoint cosigned for a log, None if there never was one. Raises FolderRefused
        where what is kept is not what this witness wrote: it must not begin anew by accident.
        """
        path = self._folder / "latest" / origin_hash(origin)
        try:
            note = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        try:
            parsed = parse_note(note)
            good, _ = read_cosignatures(parsed.text, parsed.signatures, [witness_key(self.signer)])
            checkpoint = Checkpoint.parse(parsed.text)
        except AuditError as error:
            raise FolderRefused(f"{path}: {error}") from error
        if not good or checkpoint.origin != origin:
            raise FolderRefused(f"{path} does not bear this witness's cosignature of {origin}")
        return Held(checkpoint, note)

    def keep(self, origin: str, note: str) -> None:
        """Make `note` the newest checkpoint of its log, durably, whole or not at all."""
        self._replace(self._folder / "latest" / origin_hash(origin), note)

    def keep_refused(self, note: bytes) -> None:
        """Keep a signed checkpoint that contradicts what was seen; a full folder keeps what it has."""
        folder = self._folder / "refused"
        path = folder / f"{sha256(note).hexdigest()[:32]}.note"
        if not path.exists() and len(list(folder.iterdir())) < MOST_REFUSED:
            place_file(path, note.decode(), mode=0o644)

    def note_by_hash(self, hashed: str) -> str | None:
        """The newest checkpoint of the log whose origin has that SHA-256, in hexadecimal."""
        origins = {origin_hash(origin): origin for origin in self.logs()}
        held = self.latest(origins[hashed]) if hashed in origins else None
        return held.note if held is not None else None

    @staticmethod
    def _replace(path: Path, text: str) -> None:
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        sync_directory(path.parent)


def origin_hash(origin: str) -> str:
    """The name under which a witness serves a log's checkpoint: SHA-256 of its origin, hexadecimal."""
    return sha256(origin.encode()).hexdigest()
