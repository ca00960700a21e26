"""The one decision of a witness: whether a checkpoint continues what it cosigned (C2SP tlog-witness)."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass

from proofs.checkpoint import Checkpoint
from proofs.cosignature import cosign
from proofs.errors import AuditError, ConsistencyRejected, MalformedCheckpoint, NoteNotTrusted
from proofs.merkle import EMPTY_ROOT, HASH_SIZE, verify_consistency
from proofs.signed_note import Note, VerifierKey, decode_base64, parse_note, verify_note
from witness.folder import WitnessFolder

log = logging.getLogger(__name__)

MOST_PROOF_LINES = 63
TEXT = "text/plain; charset=utf-8"
SIZE = "text/x.tlog.size"

_OLD = re.compile(rb"old (0|[1-9][0-9]{0,18})")


@dataclass(frozen=True)
class Answer:
    """What is answered: HTTP status, body, media type."""

    status: int
    body: str
    media_type: str = TEXT


class _Refused(Exception):
    def __init__(self, status: int, reason: str) -> None:
        self.status = status
        super().__init__(reason)


@dataclass(frozen=True)
class _Request:
    old: int
    proof: list[bytes]
    note: Note
    raw: bytes


class Witness:
    """Cosigns what continues. `clock` gives seconds since 1970. Safe to use from any thread."""

    def __init__(self, folder: WitnessFolder, clock: Callable[[], float]) -> None:
        self._folder = folder
        self._clock = clock
        self._one_at_a_time = threading.Lock()

    def add_checkpoint(self, body: bytes) -> Answer:
        """Judge the body of an `add-checkpoint` request; what is answered 200 is on disk before.

        Raises FolderRefused, OSError where the witness cannot know or keep what it saw: no answer then.
        """
        try:
            request = _parse(body)
            checkpoint = _trusted(request, self._folder.logs())
            # Comparing, keeping and answering are one: two requests may not both continue one state.
            with self._one_at_a_time:
                return self._continue(request, checkpoint)
        except _Refused as refused:
            log.warning("%d: %s", refused.status, refused)
            return Answer(refused.status, f"{refused}\n")

    def latest(self, hashed_origin: str) -> Answer:
        """The newest cosigned checkpoint of the log whose origin has this SHA-256 (hexadecimal)."""
        note = self._folder.note_by_hash(hashed_origin)
        return (
            Answer(404, "no checkpoint of such a log was cosigned\n") if note is None else Answer(200, note)
        )

    def _continue(self, request: _Request, checkpoint: Checkpoint) -> Answer:
        held = self._folder.latest(checkpoint.origin)
        size, root = (held.checkpoint.size, held.checkpoint.root) if held else (0, EMPTY_ROOT)
        if request.old != size:
            return Answer(409, f"{size}\n", SIZE)
        try:
            verify_consistency(size, checkpoint.size, request.proof, root, checkpoint.root)
        except ConsistencyRejected as error:
            self._folder.keep_refused(request.raw)
            raise _Refused(422, str(error)) from error
        line = cosign(request.note.text, self._folder.signer, int(self._clock()))
        self._folder.keep(checkpoint.origin, request.raw.decode() + line)
        return Answer(200, line)


def _trusted(request: _Request, logs: dict[str, list[VerifierKey]]) -> Checkpoint:
    origin = request.note.text.partition("\n")[0]
    keys = logs.get(origin)
    if keys is None:
        raise _Refused(404, f"the log {origin!r} is not watched here")
    try:
        verified = verify_note(request.raw, keys)
    except NoteNotTrusted as error:
        raise _Refused(403, str(error)) from error
    lines = verified.text.split("\n")
    try:
        checkpoint = Checkpoint.parse(verified.text)
    except MalformedCheckpoint as error:
        # Size zero with another root is the one malformation that the protocol calls inconsistent.
        raise _Refused(422 if lines[1:2] == ["0"] else 400, str(error)) from error
    if request.old > checkpoint.size:
        raise _Refused(400, f"old size {request.old} is beyond the checkpoint's {checkpoint.size}")
    return checkpoint


def _parse(body: bytes) -> _Request:
    head, divided, raw = body.partition(b"\n\n")
    first, *lines = head.split(b"\n")
    old = _OLD.fullmatch(first)
    if not divided or old is None:
        raise _Refused(400, "the body is not an old size, a proof, an empty line and a checkpoint")
    if len(lines) > MOST_PROOF_LINES:
        raise _Refused(400, f"the proof has {len(lines)} lines; at most {MOST_PROOF_LINES} are read")
    try:
        proof = [decode_base64(line.decode("ascii")) for line in lines]
    except (ValueError, UnicodeDecodeError) as error:
        raise _Refused(400, "a line of the proof is not base64") from error
    if any(len(hashed) != HASH_SIZE for hashed in proof):
        raise _Refused(400, f"a hash of the proof has not {HASH_SIZE} bytes")
    try:
        return _Request(int(old[1]), proof, parse_note(raw), raw)
    except AuditError as error:
        raise _Refused(400, str(error)) from error
