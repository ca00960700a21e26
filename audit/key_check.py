"""People's sealing keys, against the events that brought them in."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection

from audit.findings import Findings
from audit.stored_rows import rows_of, whole
from domain.erasure_events import PersonErased
from ledger.record import StoredEvent
from ledger.schema import person_keys
from ledger.sealing import Keyring, SealBroken


class SealedPeople:
    """Whom the ledger holds sealed data about, and which keys are therefore needed. `noted` are people
    whom a list outside the database has as erased: this ledger may be a backup that does not know it.
    """

    def __init__(self, noted: Collection[str] = ()) -> None:
        self.seen: set[str] = set()
        self.erased: set[str] = set()
        self._noted = frozenset(noted)

    @property
    def gone(self) -> frozenset[str]:
        """Everybody of whom nothing need be there any more."""
        return self._noted | self.erased

    def note(self, stored: StoredEvent) -> None:
        if stored.person_id is not None:
            self.seen.add(stored.person_id)
        if isinstance(stored.event, PersonErased):
            self.erased.add(stored.event.person_id)

    def check(self, connection: Connection, sealing_key: bytes | None, findings: Findings) -> None:
        """Each stored key is needed and opens; a missing one makes its person's data unreadable, and that
        of an erased person must be missing.
        """
        stored: set[str] = set()
        for row in rows_of(connection, whole(person_keys)):
            person_id, wrapped = row["person_id"], row["wrapped_key"]
            if type(person_id) is not str or type(wrapped) is not bytes:
                findings.add("person-key-broken", None, f"the key of {person_id!r} is not typed as such")
                continue
            if person_id in stored:
                findings.add("person-key-broken", None, f"there are two keys of {person_id}")
            stored.add(person_id)
            if person_id in self.gone:
                findings.add("erased-key-returned", None, f"{person_id} was erased, and there is a key")
            elif person_id not in self.seen:
                findings.add("person-key-unneeded", None, f"nothing is sealed for {person_id}")
            if sealing_key is not None and not _opens(sealing_key, person_id, wrapped):
                findings.add("person-key-broken", None, f"the key of {person_id} does not open")
        for person_id in sorted(self.seen - stored - self.erased):
            findings.add("sealed-unreadable", None, f"there is no key of {person_id}")


def _opens(sealing_key: bytes, person_id: str, wrapped: bytes) -> bool:
    try:
        Keyring(sealing_key).unseal(person_id, "", "", lambda _: wrapped)
    except SealBroken as error:
        return "the key of" not in str(error)
    return True
