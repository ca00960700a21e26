"""Every way in which a proof, a note, a checkpoint or a signing key can be refused.

AuditError
├── ProofRejected            InclusionRejected, ConsistencyRejected
├── LeavesMissing
├── MalformedFrontier
├── MalformedNote            NoteNotUtf8, NoteHasControlCharacter, NoteTooLong, NoteWithoutFinalNewline,
│                            NoteWithoutSignatures, TooManySignatures, MalformedSignatureLine
├── InvalidKeyName
├── MalformedVerifierKey
├── NoteNotTrusted           NoKnownSignature, SignatureInvalid, AmbiguousVerifierKeys, WrongOrigin
├── MalformedCheckpoint
├── MalformedPolicy
├── TimestampRejected
└── SigningKeyRefused        KeyFileExposed, KeyDirectoryExposed, MalformedSigningKey, SigningKeyLost,
                             SigningKeyMissing, SigningKeyOfAnother, VerifierKeyDiffers
"""

from pathlib import Path


class AuditError(Exception):
    """Base of what this room refuses; the message is a full sentence for the person who runs the audit."""


class ProofRejected(AuditError):
    """A proof does not show what it claims."""


class InclusionRejected(ProofRejected):
    def __init__(self, reason: str) -> None:
        super().__init__(f"The inclusion proof is rejected: {reason}.")


class ConsistencyRejected(ProofRejected):
    def __init__(self, reason: str) -> None:
        super().__init__(f"The consistency proof is rejected: {reason}.")


class LeavesMissing(AuditError):
    """The ledger returned fewer (or more) leaf hashes than the tree of this size has."""

    def __init__(self, start: int, stop: int, received: int) -> None:
        self.start, self.stop, self.received = start, stop, received
        super().__init__(f"Leaves {start} to {stop - 1} were asked for, {received} were returned.")


class MalformedFrontier(AuditError):
    """Stored frontier bytes do not describe a tree."""


class MalformedNote(AuditError):
    """The bytes are not a C2SP signed note."""


class NoteNotUtf8(MalformedNote):
    def __init__(self) -> None:
        super().__init__("The note is not valid UTF-8.")


class NoteHasControlCharacter(MalformedNote):
    def __init__(self, character: str) -> None:
        super().__init__(f"The note contains the control character U+{ord(character):04X}.")


class NoteTooLong(MalformedNote):
    def __init__(self, size: int, limit: int) -> None:
        super().__init__(f"The note has {size} bytes; at most {limit} are read.")


class NoteWithoutFinalNewline(MalformedNote):
    def __init__(self) -> None:
        super().__init__("The note, or the text to sign, does not end in a newline.")


class NoteWithoutSignatures(MalformedNote):
    def __init__(self) -> None:
        super().__init__("The note has no blank line followed by signature lines.")


class TooManySignatures(MalformedNote):
    def __init__(self, count: int, limit: int) -> None:
        super().__init__(f"The note has {count} signature lines; at most {limit} are read.")


class MalformedSignatureLine(MalformedNote):
    def __init__(self, line: str, reason: str) -> None:
        self.line = line
        super().__init__(f"The signature line {line!r} is malformed: {reason}.")


class InvalidKeyName(AuditError):
    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name!r} is no key name: it must be non-empty, without spaces, plus or control characters."
        )


class MalformedVerifierKey(AuditError):
    def __init__(self, reason: str) -> None:
        super().__init__(f"The verifier key is malformed: {reason}.")


class NoteNotTrusted(AuditError):
    """The note is well formed, but its text must not be believed."""


class NoKnownSignature(NoteNotTrusted):
    def __init__(self, signers: list[str]) -> None:
        super().__init__(f"No trusted key signed this note; it bears signatures of: {', '.join(signers)}.")


class SignatureInvalid(NoteNotTrusted):
    def __init__(self, name: str, key_id: bytes) -> None:
        self.name, self.key_id = name, key_id
        super().__init__(f"The signature of {name}+{key_id.hex()} does not belong to this text.")


class AmbiguousVerifierKeys(NoteNotTrusted):
    def __init__(self, name: str, key_id: bytes) -> None:
        super().__init__(f"Two different trusted keys share the name and id {name}+{key_id.hex()}.")


class WrongOrigin(NoteNotTrusted):
    def __init__(self, expected: str, actual: str) -> None:
        self.expected, self.actual = expected, actual
        super().__init__(f"The checkpoint is of the ledger {actual!r}, not of {expected!r}.")


class MalformedCheckpoint(AuditError):
    def __init__(self, reason: str) -> None:
        super().__init__(f"The checkpoint is malformed: {reason}.")


class MalformedPolicy(AuditError):
    """A file of trusted logs and witnesses is not of the form of C2SP tlog-policy."""

    def __init__(self, line: int, reason: str) -> None:
        self.line = line
        super().__init__(f"The witness policy cannot be used: line {line}: {reason}.")


class TimestampRejected(AuditError):
    def __init__(self, reason: str) -> None:
        super().__init__(f"The timestamp is rejected: {reason}.")


class SigningKeyRefused(AuditError):
    """The ledger's signing key cannot be used as it lies on disk."""


class KeyFileExposed(SigningKeyRefused):
    def __init__(self, path: Path, mode: int) -> None:
        super().__init__(
            f"The signing key {path} has mode {mode:04o}: others than its owner may read or change it. "
            f"If nobody did, run `chmod 600 {path}`; otherwise replace the key."
        )


class KeyDirectoryExposed(SigningKeyRefused):
    def __init__(self, path: Path, mode: int) -> None:
        super().__init__(
            f"The directory {path} has mode {mode:04o}: others may replace the signing key in it. "
            f"Run `chmod 700 {path}`."
        )


class MalformedSigningKey(SigningKeyRefused):
    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"The signing key {path} is malformed: {reason}.")


class SigningKeyLost(SigningKeyRefused):
    """A new key made silently would look like a stolen ledger to every auditor, so none is made."""

    def __init__(self, path: Path, vkey_path: Path) -> None:
        super().__init__(
            f"{vkey_path} shows that this ledger has a signing key, but {path} is missing. Restore it from "
            f"the backup; to begin with a new key, publish the change and move {vkey_path.name} away first."
        )


class SigningKeyMissing(SigningKeyRefused):
    """The log's record names a key in force that is not in this machine's folder of keys."""

    def __init__(self, vkey: str) -> None:
        super().__init__(
            f"The log is signed by {vkey}, and its private key is not among this machine's keys: "
            "copy it from where it was made."
        )


class SigningKeyOfAnother(SigningKeyRefused):
    def __init__(self, path: Path, expected: str, actual: str) -> None:
        super().__init__(f"The signing key {path} belongs to {actual!r}, not to {expected!r}.")


class VerifierKeyDiffers(SigningKeyRefused):
    def __init__(self, vkey_path: Path) -> None:
        super().__init__(f"{vkey_path} holds another verifier key than the signing key beside it produces.")
