"""The ledger's signing key: made once, kept from everyone else, never replaced in silence."""

from __future__ import annotations

import base64
import os
import re
import secrets
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from proofs.errors import (
    InvalidKeyName,
    KeyDirectoryExposed,
    KeyFileExposed,
    MalformedSigningKey,
    SigningKeyLost,
    SigningKeyMissing,
    SigningKeyOfAnother,
    VerifierKeyDiffers,
)
from proofs.signed_note import ED25519, VerifierKey, check_key_name, decode_base64

_SEED_SIZE = 32
_SKEY = re.compile(r"PRIVATE\+KEY\+(?P<name>[^+\s]+)\+(?P<id>[0-9a-f]{8})\+(?P<key>[A-Za-z0-9+/=]+)\n?")


class Signer:
    """A named Ed25519 private key that signs notes; it does not show itself in `repr` or tracebacks."""

    __slots__ = ("_private", "name", "verifier_key")

    def __init__(self, name: str, seed: bytes) -> None:
        """From the 32-byte seed of RFC 8032 §5.1.5. Raises InvalidKeyName, ValueError."""
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.name = name
        self.verifier_key = VerifierKey(name, self._private.public_key().public_bytes_raw())

    @property
    def vkey(self) -> str:
        """The verifier key's text form, to be handed to auditors."""
        return str(self.verifier_key)

    @property
    def key_id(self) -> bytes:
        """The four bytes that mark this key's signatures."""
        return self.verifier_key.key_id

    def sign(self, message: bytes) -> bytes:
        """The 64-byte signature of `message`."""
        return self._private.sign(message)

    def signature_line_payload(self, text: str) -> str:
        """base64(key id ‖ signature over the UTF-8 of `text`), as in a note's signature line."""
        return base64.b64encode(self.key_id + self.sign(text.encode())).decode()

    def to_text(self) -> str:
        """`PRIVATE+KEY+<name>+<key id>+<base64(0x01 ‖ seed)>` and a newline, as Go's note tools read it."""
        encoded = base64.b64encode(bytes([ED25519]) + self._private.private_bytes_raw()).decode()
        return f"PRIVATE+KEY+{self.name}+{self.key_id.hex()}+{encoded}\n"

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read what `to_text` wrote. Raises ValueError, which never quotes the key."""
        fields = _SKEY.fullmatch(text)
        if fields is None:
            raise ValueError("it is not PRIVATE+KEY+<name>+<key id>+<key>")
        typed_seed = decode_base64(fields["key"])
        if typed_seed[:1] != bytes([ED25519]) or len(typed_seed) != 1 + _SEED_SIZE:
            raise ValueError("it is not an Ed25519 key of type 0x01")
        signer = cls(fields["name"], typed_seed[1:])
        if signer.key_id.hex() != fields["id"]:
            raise ValueError(f"its key id should be {signer.key_id.hex()}, not {fields['id']}")
        return signer

    def in_force(self, vkeys: Sequence[str]) -> tuple[Signer, ...]:
        """This key alone, as the only one of its log. Raises SigningKeyMissing for any other."""
        for vkey in vkeys:
            if vkey != self.vkey:
                raise SigningKeyMissing(vkey)
        return (self,)

    def __repr__(self) -> str:
        return f"Signer({self.vkey})"


def load_or_create_signer(path: Path, name: str) -> Signer:
    """The signing key at `path`, made at first start; `<name>.vkey` beside it holds the verifier key.

    The directory is made with mode 0700, the key file with 0600. Processes that start at once agree on one
    key. A key whose verifier key is already published but which is gone is not replaced. For a key that is
    mounted read-only, use `load_signer`.

    Raises InvalidKeyName, SigningKeyRefused.
    """
    check_key_name(name)
    if "/" in name or name.startswith("."):
        raise InvalidKeyName(name)
    vkey_path = path.parent / f"{name}.vkey"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _check_directory(path.parent)
    # In this order: once the verifier key lies there, the signing key was there before it, also in a race.
    published = vkey_path.exists()
    if not path.exists():
        if published:
            raise SigningKeyLost(path, vkey_path)
        place_file(path, Signer(name, secrets.token_bytes(_SEED_SIZE)).to_text(), mode=0o600)
    signer = load_signer(path, name)
    if not vkey_path.exists():
        place_file(vkey_path, signer.vkey + "\n", mode=0o644)
    if vkey_path.read_text() != signer.vkey + "\n":
        raise VerifierKeyDiffers(vkey_path)
    return signer


def create_signer(path: Path, name: str) -> Signer:
    """A new signing key at `path` with mode 0600, in a directory made with 0700.

    Raises InvalidKeyName, KeyDirectoryExposed, FileExistsError where there is a key already.
    """
    check_key_name(name)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _check_directory(path.parent)
    if path.exists():
        raise FileExistsError(f"there is a key at {path} already")
    made = Signer(name, secrets.token_bytes(_SEED_SIZE))
    place_file(path, made.to_text(), mode=0o600)
    kept = load_signer(path, name)
    if kept.vkey != made.vkey:
        raise FileExistsError(f"another process made the key at {path}")
    return kept


def load_signer(path: Path, name: str) -> Signer:
    """The existing signing key of `name`. Raises FileNotFoundError, SigningKeyRefused."""
    with path.open("rb") as file:
        mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
        if mode & 0o077:
            raise KeyFileExposed(path, mode)
        stored = file.read()
    try:
        signer = Signer.from_text(stored.decode("ascii"))
    except UnicodeDecodeError:
        raise MalformedSigningKey(path, "it is not ASCII text") from None
    except (ValueError, InvalidKeyName) as error:
        raise MalformedSigningKey(path, str(error)) from None
    if signer.name != name:
        raise SigningKeyOfAnother(path, name, signer.name)
    return signer


def place_file(path: Path, text: str, mode: int) -> None:
    """Write a file, durably, whole or not at all; if another process was first, its file stays."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return
    finally:
        draft.unlink()
        sync_directory(path.parent)


def sync_directory(directory: Path) -> None:
    """Make the names in a directory durable."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _check_directory(directory: Path) -> None:
    mode = stat.S_IMODE(directory.stat().st_mode)
    if mode & 0o022:
        raise KeyDirectoryExposed(directory, mode)
