"""People's sealing keys and the keys of integrations, against the events that brought them in."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from audit.findings import Findings
from audit.stored_rows import rows_of
from domain import events as ev
from ledger.record import StoredEvent, moment, parse_moment
from ledger.schema import metadata, person_keys
from ledger.sealing import Keyring, SealBroken

AT_ONCE = timedelta(minutes=1)


class SealedPeople:
    """Whom the ledger holds sealed data about, and which keys are therefore needed."""

    def __init__(self) -> None:
        self.seen: set[str] = set()

    def note(self, stored: StoredEvent) -> None:
        if stored.person_id is not None:
            self.seen.add(stored.person_id)

    def check(self, connection: Connection, sealing_key: bytes | None, findings: Findings) -> None:
        """Each stored key is needed and opens; a missing one makes its person's data unreadable."""
        stored: set[str] = set()
        for row in rows_of(connection, select(person_keys)):
            person_id, wrapped = row["person_id"], row["wrapped_key"]
            if type(person_id) is not str or type(wrapped) is not bytes:
                findings.add("person-key-broken", None, f"the key of {person_id!r} is not typed as such")
                continue
            if person_id in stored:
                findings.add("person-key-broken", None, f"there are two keys of {person_id}")
            stored.add(person_id)
            if person_id not in self.seen:
                findings.add("person-key-unneeded", None, f"nothing is sealed for {person_id}")
            if sealing_key is not None and not _opens(sealing_key, person_id, wrapped):
                findings.add("person-key-broken", None, f"the key of {person_id} does not open")
        for person_id in sorted(self.seen - stored):
            findings.add("sealed-unreadable", None, f"there is no key of {person_id}")


def _opens(sealing_key: bytes, person_id: str, wrapped: bytes) -> bool:
    try:
        Keyring(sealing_key).unseal(person_id, "", "", lambda _: wrapped)
    except SealBroken as error:
        return "the key of" not in str(error)
    return True


class ApiKeys:
    """Issued and revoked keys by the events; the table holds their secrets' hashes beside."""

    def __init__(self) -> None:
        self._issued: dict[str, ev.ApiKeyIssued] = {}
        self._issued_at: dict[str, datetime] = {}
        self._revoked: set[str] = set()

    def note(self, stored: StoredEvent) -> None:
        if isinstance(stored.event, ev.ApiKeyIssued):
            self._issued[stored.event.key_id] = stored.event
            self._issued_at[stored.event.key_id] = parse_moment(stored.recorded_at)
        elif isinstance(stored.event, ev.ApiKeyRevoked):
            self._revoked.add(stored.event.key_id)

    def check(self, connection: Connection, now: datetime, findings: Findings) -> None:
        """Rows must be of issued keys, with their label and scopes, live only if not revoked. Event and
        row are not written at once, so what differs for a minute only is no finding.
        """
        table = metadata.tables.get("api_keys")
        if table is None:
            return
        lately = now - AT_ONCE
        there: set[Any] = set()
        for row in rows_of(connection, select(table)):
            key_id = row["key_id"]
            issued = self._issued.get(key_id) if type(key_id) is str else None
            if key_id in there:
                findings.add("api-key-differs", None, f"there are two rows of {key_id!r}")
            there.add(key_id)
            if issued is None:
                findings.add("api-key-not-issued", None, f"the key {key_id!r} was never issued")
                continue
            if row["label"] != issued.label or _words(row["scopes"]) != set(issued.scopes):
                findings.add("api-key-differs", None, f"label or scopes of {key_id} are not as issued")
            revoked = row["revoked_at"]
            just_now = type(revoked) is str and revoked >= moment(lately)
            if (revoked is not None) != (key_id in self._revoked) and not just_now:
                findings.add("api-key-differs", None, f"{key_id} is not revoked as recorded")
        for key_id in sorted(self._issued.keys() - there):
            if self._issued_at[key_id] > lately:
                continue
            findings.add("api-key-missing", None, f"the issued key {key_id} has no row")


def _words(scopes: Any) -> set[str]:
    text = scopes if type(scopes) is str else ""
    for mark in '[]",':
        text = text.replace(mark, " ")
    return set(text.split())
