"""Whose signatures a checkpoint must bear: the log's keys over their rotations, as the events tell."""

from __future__ import annotations

from bisect import bisect_left
from typing import Any

from audit.findings import Findings
from domain.event import EVENT_TYPES
from domain.log_state import KEYS, LogState
from proofs.errors import AuditError, NoKnownSignature
from proofs.signed_note import VerifierKey, parse_note

Document = dict[str, Any]
# Origin, size and root, the blank line, and the signature of one key.
LINES_OF_A_NOTE = 5


class KeyHistory:
    """Takes the documents in ledger order, then judges checkpoints. `trusted` came from outside.

    A key event counts for every checkpoint of a tree that holds it. Before the first one, one key signs,
    whichever it is.
    """

    def __init__(self, trusted: list[VerifierKey]) -> None:
        self._trusted = trusted
        self._at: list[int] = []
        self._keys: list[list[VerifierKey]] = []
        self._first: list[VerifierKey] = []
        self._state = LogState()
        self._seen: set[VerifierKey] = set()

    def see(self, document: Document) -> None:
        """Follow the log's own key events; what cannot be read is a finding elsewhere."""
        if document["stream"] != KEYS:
            return
        try:
            event = EVENT_TYPES[document["type"]].model_validate(document["data"])
            state = self._state.after(event)
            keys = [VerifierKey.parse(vkey) for vkey in state.keys]
            previous = getattr(event, "previous", None)
            if not self._at and previous is not None:
                self._first = [VerifierKey.parse(previous)]
        except (KeyError, ValueError, AuditError):
            return
        self._state = state
        self._at.append(document["position"])
        self._keys.append(keys)

    def keys_at(self, size: int) -> list[VerifierKey]:
        """The keys that sign the tree of `size`, or those that may. Raises NoKnownSignature where none of
        them is trusted.
        """
        expected = self._expected(size)
        if not expected:
            return self._trusted
        if not set(expected) & set(self._trusted):
            raise NoKnownSignature([str(key) for key in expected])
        return expected

    def check_signers(self, size: int, note: str, findings: Findings) -> None:
        """Exactly the keys in force signed it, in their order. Its signatures are known to be good."""
        possible = self._expected(size) or self._trusted
        if len(possible) == 1 and note.count("\n") == LINES_OF_A_NOTE:
            # One good signature, and one key that could have made it: nearly every checkpoint there is.
            self._seen.add(possible[0])
            return
        lines = [(line.name, line.key_id) for line in parse_note(note).signatures]
        expected = self._expected(size)
        if not expected:
            signers = [key for key in self._trusted if (key.name, key.key_id) in lines]
            self._seen.update(signers)
            expected = signers[:1]
        else:
            self._seen.update(expected)
        if lines != [(key.name, key.key_id) for key in expected]:
            findings.add(
                "checkpoint-differs", size - 1, f"the note in row {size} is not signed by the keys in force"
            )

    def end(self, findings: Findings) -> None:
        """After the last checkpoint: one first key, and no trusted key that the log has never had."""
        named = {key for keys in self._keys for key in keys} | set(self._first)
        if not self._at and len(self._seen) > 1:
            findings.add("checkpoint-differs", None, "keys were changed without an event")
        for key in self._trusted:
            if self._seen and key not in self._seen | named:
                findings.add(
                    "key-unknown", None, f"{key} never signed here: an older ledger than the key, or another"
                )

    def _expected(self, size: int) -> list[VerifierKey]:
        at = bisect_left(self._at, size)
        return self._keys[at - 1] if at else self._first
