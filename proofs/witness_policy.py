"""Which logs and witnesses somebody trusts, and how many witnesses must agree (C2SP tlog-policy)."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from proofs.cosignature import WitnessKey
from proofs.errors import AuditError, MalformedPolicy
from proofs.signed_note import VerifierKey

NONE = "none"

_WHITESPACE = re.compile(r"[ \t]+")
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_THRESHOLD = re.compile(r"[1-9][0-9]{0,5}")


@dataclass(frozen=True, slots=True)
class TrustedLog:
    key: VerifierKey
    url: str | None


@dataclass(frozen=True, slots=True)
class Witness:
    """A witness under the name that the policy gives it; `url` is its submission prefix."""

    name: str
    key: WitnessKey
    url: str | None


@dataclass(frozen=True, slots=True)
class Group:
    """Witnesses a checkpoint when at least `threshold` of its members do."""

    name: str
    threshold: int
    members: tuple[str, ...]


@dataclass
class WitnessPolicy:
    """A policy as its file says it; `quorum` names a witness, a group, or `none`."""

    logs: list[TrustedLog] = field(default_factory=list)
    witnesses: dict[str, Witness] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    quorum: str = ""

    @property
    def witness_keys(self) -> list[WitnessKey]:
        return [witness.key for witness in self.witnesses.values()]

    def reached_by(self, cosigners: Collection[WitnessKey]) -> bool:
        """Whether cosignatures of these keys are a quorum."""
        return self.quorum == NONE or self._witnessed(self.quorum, cosigners)

    def lacking(self, cosigners: Collection[WitnessKey]) -> list[str]:
        """Names of the witnesses that have not cosigned, in the policy's order."""
        return [name for name, witness in self.witnesses.items() if witness.key not in cosigners]

    def demand(self) -> str:
        """The quorum in words, for a finding: `2 of A, B, C`."""
        return self._words(self.quorum)

    def _witnessed(self, name: str, cosigners: Collection[WitnessKey]) -> bool:
        if name in self.witnesses:
            return self.witnesses[name].key in cosigners
        group = self.groups[name]
        return sum(self._witnessed(member, cosigners) for member in group.members) >= group.threshold

    def _words(self, name: str) -> str:
        if name not in self.groups:
            return name
        group = self.groups[name]
        members = [f"({self._words(m)})" if m in self.groups else m for m in group.members]
        return f"{group.threshold} of {', '.join(members)}"


def parse_policy(text: bytes) -> WitnessPolicy:
    """Read a policy file. Raises MalformedPolicy with the line that cannot be read."""
    # Octets above ASCII are opaque to the format: they go through unchanged.
    lines = text.decode("utf-8", "surrogateescape").split("\n")
    policy, reader = WitnessPolicy(), _Reader()
    for number, line in enumerate(lines, 1):
        words = [word for word in _WHITESPACE.split(line) if word]
        try:
            reader.read(policy, line, words)
        except (AuditError, ValueError) as error:
            raise MalformedPolicy(number, str(error).rstrip(".")) from error
    if not policy.quorum:
        raise MalformedPolicy(len(lines), "the file has no quorum line")
    return policy


class _Reader:
    """What must be unique over a whole file."""

    def __init__(self) -> None:
        self._members: set[str] = set()
        self._kinds: dict[str, Callable[[WitnessPolicy, list[str]], None]] = {
            "log": self._log,
            "witness": self._witness,
            "group": self._group,
            "quorum": self._quorum,
        }

    def read(self, policy: WitnessPolicy, line: str, words: list[str]) -> None:
        if _FORBIDDEN.search(line):
            raise ValueError("it has a control character")
        if not words or words[0].startswith("#"):
            return
        kind, *rest = words
        if kind not in self._kinds:
            raise ValueError(f"{kind!r} begins no line of a policy")
        self._kinds[kind](policy, rest)

    @staticmethod
    def _log(policy: WitnessPolicy, words: list[str]) -> None:
        vkey, url = _one_or_two(words, "log <vkey> [<url>]")
        key = VerifierKey.parse(vkey)
        if any(log.key.public_key == key.public_key for log in policy.logs):
            raise ValueError("this log's key is listed before")
        policy.logs.append(TrustedLog(key, url))

    @staticmethod
    def _witness(policy: WitnessPolicy, words: list[str]) -> None:
        if not words:
            raise ValueError("it is not witness <name> <vkey> [<url>]")
        name = _new_name(policy, words[0])
        vkey, url = _one_or_two(words[1:], "witness <name> <vkey> [<url>]")
        key = WitnessKey.parse(vkey)
        if any(known.public_key == key.public_key for known in policy.witness_keys):
            raise ValueError("this witness's key is listed before")
        policy.witnesses[name] = Witness(name, key, url)

    def _group(self, policy: WitnessPolicy, words: list[str]) -> None:
        if len(words) < 3:
            raise ValueError("it is not group <name> all|any|<k> <name>…")
        name, wanted, *members = words
        _new_name(policy, name)
        for member in members:
            if member not in policy.witnesses and member not in policy.groups:
                raise ValueError(f"{member!r} is not defined before")
            if member in self._members:
                raise ValueError(f"{member!r} is a member before")
            self._members.add(member)
        counts = {"all": len(members), "any": 1}
        if wanted not in counts and not _THRESHOLD.fullmatch(wanted):
            raise ValueError(f"{wanted!r} is neither all nor any nor a number")
        threshold = counts[wanted] if wanted in counts else int(wanted)
        if threshold > len(members):
            raise ValueError(f"{threshold} of {len(members)} members can never be reached")
        policy.groups[name] = Group(name, threshold, tuple(members))

    @staticmethod
    def _quorum(policy: WitnessPolicy, words: list[str]) -> None:
        if len(words) != 1:
            raise ValueError("it is not quorum <name>")
        if policy.quorum:
            raise ValueError("there is a quorum line before")
        if words[0] not in {NONE, *policy.witnesses, *policy.groups}:
            raise ValueError(f"{words[0]!r} is not defined before")
        policy.quorum = words[0]


def _new_name(policy: WitnessPolicy, name: str) -> str:
    if name in {NONE, *policy.witnesses, *policy.groups}:
        raise ValueError(f"the name {name!r} is taken")
    return name


def _one_or_two(words: list[str], form: str) -> tuple[str, str | None]:
    if len(words) not in (1, 2):
        raise ValueError(f"it is not {form}")
    return words[0], words[1] if len(words) == 2 else None
