"""Checkpoints: the ledger's signed statement of its size and root (C2SP tlog-checkpoint)."""

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from proofs.errors import InvalidKeyName, MalformedCheckpoint, NoKnownSignature, WrongOrigin
from proofs.merkle import EMPTY_ROOT, HASH_SIZE
from proofs.signed_note import NoteSigner, VerifierKey, check_key_name, decode_base64, sign_note, verify_note

LARGEST_SIZE = (1 << 63) - 1

_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


def origin_of(agency: str) -> str:
    """The ledger's name, `jenjang.<agency>`: origin line and name of its key. Raises InvalidKeyName."""
    if not agency:
        raise InvalidKeyName(agency)
    origin = f"jenjang.{agency}"
    check_key_name(origin)
    return origin


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A tree head: `size` leaves have this `root` (32 bytes) in the ledger named `origin`."""

    origin: str
    size: int
    root: bytes

    def __post_init__(self) -> None:
        if not self.origin or "\n" in self.origin:
            raise MalformedCheckpoint("the origin is not one non-empty line")
        if not 0 <= self.size <= LARGEST_SIZE:
            raise MalformedCheckpoint(f"no tree has {self.size} leaves")
        if len(self.root) != HASH_SIZE:
            raise MalformedCheckpoint(f"the root has {len(self.root)} bytes, not {HASH_SIZE}")
        if self.size == 0 and self.root != EMPTY_ROOT:
            raise MalformedCheckpoint("a tree without leaves has another root")

    @property
    def text(self) -> str:
        """The text that is signed: origin, size and base64 root, a line each."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a note's text; extension lines are tolerated and dropped. Raises MalformedCheckpoint."""
        lines = text.split("\n")
        if len(lines) < 4 or lines.pop() != "":
            raise MalformedCheckpoint("it is not at least three lines, each ending in a newline")
        if not all(lines):
            raise MalformedCheckpoint("it has an empty line")
        origin, size, encoded_root = lines[:3]
        if not _SIZE.fullmatch(size):
            raise MalformedCheckpoint(f"the size {size!r} is not a plain decimal number")
        try:
            root = decode_base64(encoded_root)
        except ValueError as error:
            raise MalformedCheckpoint("the root is not base64") from error
        return cls(origin, int(size), root)


def sign(checkpoint: Checkpoint, signer: NoteSigner) -> str:
    """The signed note of `checkpoint`. Raises WrongOrigin unless the signer bears the ledger's name."""
    if signer.name != checkpoint.origin:
        raise WrongOrigin(signer.name, checkpoint.origin)
    return sign_note(checkpoint.text, signer)


def verify(note: str | bytes, keys: Iterable[VerifierKey], origin: str) -> Checkpoint:
    """The checkpoint in `note`, if it is of the ledger `origin` and signed by a trusted key of that name.

    `keys` must come from outside the ledger's database. Several keys of one name let a rotated key's old
    checkpoints verify. Raises MalformedNote, NoteNotTrusted, MalformedCheckpoint, WrongOrigin.
    """
    verified = verify_note(note, keys)
    checkpoint = Checkpoint.parse(verified.text)
    if checkpoint.origin != origin:
        raise WrongOrigin(origin, checkpoint.origin)
    if all(signer.name != origin for signer in verified.signers):
        raise NoKnownSignature([str(signer) for signer in verified.signers])
    return checkpoint
