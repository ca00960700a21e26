"""Signed notes: a text, a blank line, and one signature line for each party that vouches for it.

Format and words are those of C2SP signed-note (c2sp.org/signed-note). The keys here are Ed25519 (signature
type 0x01); witnesses' keys are in `cosignature.py`. Lines of keys that nobody named are kept and ignored.
"""

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import ClassVar, Protocol, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from proofs.errors import (
    AmbiguousVerifierKeys,
    InvalidKeyName,
    MalformedSignatureLine,
    MalformedVerifierKey,
    NoKnownSignature,
    NoteHasControlCharacter,
    NoteNotUtf8,
    NoteTooLong,
    NoteWithoutFinalNewline,
    NoteWithoutSignatures,
    SignatureInvalid,
    TooManySignatures,
)

ED25519 = 0x01
LARGEST_NOTE = 1 << 20
MOST_SIGNATURES = 100

_KEY_ID_SIZE = 4
_PUBLIC_KEY_SIZE = 32
EM_DASH = "\u2014"
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_KEY_ID_HEX = re.compile(r"[0-9a-f]{8}")


class NoteSigner(Protocol):
    """Whoever can sign a note: a key on disk, or one that never leaves its hardware."""

    @property
    def name(self) -> str:
        """The key name in the signature line."""
        ...

    def signature_line_payload(self, text: str) -> str:
        """base64(key id ‖ signature over the UTF-8 of `text`)."""
        ...


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A named Ed25519 public key, written `<name>+<key id, 8 hex digits>+<base64(0x01 ‖ public key)>`."""

    SIGNATURE_TYPE: ClassVar[int] = ED25519

    name: str
    public_key: bytes

    def __post_init__(self) -> None:
        check_key_name(self.name)
        if len(self.public_key) != _PUBLIC_KEY_SIZE:
            raise MalformedVerifierKey(f"an Ed25519 public key has 32 bytes, not {len(self.public_key)}")

    @property
    def key_id(self) -> bytes:
        """The four bytes that mark this key's signatures."""
        return key_hash(self.name, self.public_key, self.SIGNATURE_TYPE)

    @classmethod
    def parse(cls, vkey: str) -> Self:
        """Read the text form. Raises MalformedVerifierKey, InvalidKeyName."""
        parts = vkey.split("+", 2)
        if len(parts) != 3:
            raise MalformedVerifierKey("it is not <name>+<key id>+<key>")
        name, id_hex, encoded = parts
        if not _KEY_ID_HEX.fullmatch(id_hex):
            raise MalformedVerifierKey("the key id is not 8 lower-case hexadecimal digits")
        try:
            typed_key = decode_base64(encoded)
        except ValueError as error:
            raise MalformedVerifierKey(f"the key is not base64: {error}") from error
        if typed_key[:1] != bytes([cls.SIGNATURE_TYPE]):
            raise MalformedVerifierKey(f"the key is not of type 0x{cls.SIGNATURE_TYPE:02x}")
        key = cls(name, typed_key[1:])
        if key.key_id.hex() != id_hex:
            raise MalformedVerifierKey(f"its key id should be {key.key_id.hex()}, not {id_hex}")
        return key

    def __str__(self) -> str:
        encoded = base64.b64encode(bytes([self.SIGNATURE_TYPE]) + self.public_key).decode()
        return f"{self.name}+{self.key_id.hex()}+{encoded}"

    def signed(self, text: bytes, signature: bytes) -> bool:
        """Whether this key made `signature` over exactly `text`."""
        return ed25519_signed(self.public_key, text, signature)


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line, believed by nobody yet."""

    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A note taken apart; its text proves nothing until `verify_note` has named a signer."""

    text: str
    signatures: tuple[NoteSignature, ...]


@dataclass(frozen=True, slots=True)
class VerifiedNote:
    """A note signed by `signers`, all of them trusted; `ignored` are the lines of keys we do not know."""

    text: str
    signers: tuple[VerifierKey, ...]
    ignored: tuple[NoteSignature, ...]


def check_key_name(name: str) -> None:
    """Raise InvalidKeyName unless `name` is non-empty, without spaces, plus signs and control characters."""
    if not name or "+" in name or any(character.isspace() or character < " " for character in name):
        raise InvalidKeyName(name)


def key_hash(name: str, public_key: bytes, signature_type: int = ED25519) -> bytes:
    """Key id: the first 4 bytes of SHA-256(name ‖ 0x0A ‖ signature type ‖ public key)."""
    return sha256(name.encode() + b"\n" + bytes([signature_type]) + public_key).digest()[:_KEY_ID_SIZE]


def ed25519_signed(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the key made the signature over exactly these bytes (RFC 8032)."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def sign_note(text: str, signer: NoteSigner) -> str:
    """The note of `text` (which ends in a newline) with one signature line.

    Raises NoteWithoutFinalNewline, NoteHasControlCharacter, NoteNotUtf8.
    """
    _check_text(text)
    return f"{text}\n{EM_DASH} {signer.name} {signer.signature_line_payload(text)}\n"


def parse_note(note: str | bytes) -> Note:
    """Take a note apart, strictly by the format. Raises MalformedNote in one of its kinds."""
    encoded = note if isinstance(note, bytes) else _encode(note)
    if len(encoded) > LARGEST_NOTE:
        raise NoteTooLong(len(encoded), LARGEST_NOTE)
    try:
        whole = encoded.decode()
    except UnicodeDecodeError as error:
        raise NoteNotUtf8 from error
    _check_text(whole)
    # The last empty line divides: the text may have empty lines of its own.
    text, blank_line, block = whole.rpartition("\n\n")
    if not blank_line or not block:
        raise NoteWithoutSignatures
    lines = block.removesuffix("\n").split("\n")
    if len(lines) > MOST_SIGNATURES:
        raise TooManySignatures(len(lines), MOST_SIGNATURES)
    return Note(text + "\n", tuple(parse_signature_line(line) for line in lines))


def verify_note(note: str | bytes, keys: Iterable[VerifierKey]) -> VerifiedNote:
    """The note's text and which of the trusted `keys` signed it.

    Every line that claims to be of a trusted key must verify. Lines of other keys are ignored, even if they
    share name or id (not both) with a trusted one. Raises MalformedNote, NoKnownSignature, SignatureInvalid,
    AmbiguousVerifierKeys.
    """
    trusted: dict[tuple[str, bytes], VerifierKey] = {}
    for key in keys:
        if trusted.setdefault((key.name, key.key_id), key) != key:
            raise AmbiguousVerifierKeys(key.name, key.key_id)
    parsed = parse_note(note)
    text = parsed.text.encode()
    signers: dict[VerifierKey, None] = {}
    ignored: list[NoteSignature] = []
    for line in parsed.signatures:
        signer = trusted.get((line.name, line.key_id))
        if signer is None:
            ignored.append(line)
        elif signer.signed(text, line.signature):
            signers[signer] = None
        else:
            raise SignatureInvalid(line.name, line.key_id)
    if not signers:
        raise NoKnownSignature([f"{line.name}+{line.key_id.hex()}" for line in ignored])
    return VerifiedNote(parsed.text, tuple(signers), tuple(ignored))


def parse_signature_line(line: str) -> NoteSignature:
    """One signature line without its newline. Raises MalformedSignatureLine."""
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != EM_DASH:
        raise MalformedSignatureLine(line, "it is not em dash, space, name, space, signature")
    _, name, encoded = parts
    try:
        check_key_name(name)
    except InvalidKeyName as error:
        raise MalformedSignatureLine(line, "the name contains a space or a plus, or is empty") from error
    try:
        payload = decode_base64(encoded)
    except ValueError as error:
        raise MalformedSignatureLine(line, "the signature is not base64") from error
    if len(payload) <= _KEY_ID_SIZE:
        raise MalformedSignatureLine(line, "there is no signature after the key id")
    return NoteSignature(name, payload[:_KEY_ID_SIZE], payload[_KEY_ID_SIZE:])


def decode_base64(encoded: str) -> bytes:
    """RFC 4648 §4, only the one canonical spelling of each value. Raises ValueError."""
    try:
        decoded = base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from error
    if base64.b64encode(decoded).decode() != encoded:
        raise ValueError("not the canonical encoding")
    return decoded


def _encode(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise NoteNotUtf8 from error


def _check_text(text: str) -> None:
    if not text.endswith("\n"):
        raise NoteWithoutFinalNewline
    if control := _CONTROL.search(text):
        raise NoteHasControlCharacter(control.group())
    _encode(text)
