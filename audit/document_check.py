"""The bytes of documents against the hashes that the ledger has of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Protocol

from audit.findings import Findings
from domain.events import DocumentFiled
from ledger.record import StoredEvent


class DocumentsUnreadable(Exception):
    """The store does not answer; the sentence says why. Never a verdict."""


class StoredDocuments(Protocol):
    """The store of documents as an auditor asks it. Both may raise DocumentsUnreadable."""

    def names(self) -> Iterator[str]:
        """The name of everything that lies there: of an object `ab/cdef…` its SHA-256 in hexadecimal."""
        ...

    def is_whole(self, sha256: str) -> bool:
        """Whether these very bytes lie there."""
        ...


def check_documents(
    filed: Iterable[StoredEvent],
    store: StoredDocuments | None,
    findings: Findings,
    erased: Collection[str] = (),
) -> None:
    """Compare what was filed with what is stored: `document-missing`, `document-altered` at the event
    that filed it, `document-extra` for what is stored and is no document. Whole documents that no event
    names are counted under `unchecked`: a refused command leaves one, and so does a ledger cut short.
    Those of `erased` people are gone; that they are is the doctor's to say.
    """
    first: dict[str, int] = {}
    for stored in filed:
        if isinstance(stored.event, DocumentFiled) and stored.event.person_id not in erased:
            first.setdefault(stored.event.sha256, stored.position)
    if store is None:
        if first:
            findings.leave_unchecked(f"the bytes of {len(first)} documents: no store was given")
        return
    try:
        _compare(first, store, findings)
    except DocumentsUnreadable as error:
        findings.leave_unchecked(f"the bytes of documents: {error}")


def _compare(first: dict[str, int], store: StoredDocuments, findings: Findings) -> None:
    unnamed = 0
    there: set[str] = set()
    for name in store.names():
        sha256 = name.replace("/", "", 1)
        if sha256 in first:
            there.add(sha256)
        elif name[2:3] == "/" and store.is_whole(sha256):
            unnamed += 1
        else:
            findings.add("document-extra", None, f"{name} is no document by its name")
    for sha256, position in first.items():
        if sha256 not in there:
            findings.add("document-missing", position, f"{sha256} is not in the store")
        elif not store.is_whole(sha256):
            findings.add("document-altered", position, f"other bytes lie under {sha256}")
    if unnamed:
        findings.leave_unchecked(
            f"{unnamed} stored documents that no event names: their command was refused or came later, "
            "or the event is lost"
        )
