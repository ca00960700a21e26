"""What follows a person's erasure outside the ledger, each part safe to repeat after a crash.

The ledger says `PersonErased` first, in the transaction that destroys the key; `ErasureCompleted` is
said when everything here is done. What lies between the two is named by the doctor and done again.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from accounts.closing import close_account
from accounts.logins_file import drop_login
from domain.erasure_commands import CompleteErasure
from domain.identity import SYSTEM
from installation import Installation
from integrations.object_store import whole
from ledger.erased_people import ErasedPeople, entry_of
from ledger.scrub import scrub
from projections.documents import documents

log = logging.getLogger(__name__)

# An upload whose command is still being judged is younger than this.
ARRIVED_LONG_AGO = timedelta(hours=1)
NAMESPACE = uuid.UUID("6a656e6a-616e-4700-8000-657261736564")


@dataclass(frozen=True)
class Purged:
    """How many documents went, and what the database would not let be reached."""

    documents: int
    unreached: Collection[str]


def unfinished(installation: Installation) -> list[str]:
    """People whose erasure the ledger knows and nobody has reported as completed."""
    reader = installation.reader
    with reader.engine.connect() as connection:
        known = reader.directory.current(connection).agency.erasures.values()
    return [erasure.person_id for erasure in known if erasure.state == "erased"]


def finish_all(installation: Installation) -> list[str]:
    """Finish what a crash has left; who was finished. One that fails is told and left for later."""
    done = []
    for person_id in unfinished(installation):
        try:
            finish(installation, person_id)
        except Exception:
            log.exception("the erasure of %s could not be finished", person_id)
        else:
            done.append(person_id)
    return done


def finish(installation: Installation, person_id: str) -> Purged:
    """Remove everything of an erased person that lies outside the ledger, and say so in it. Raises what
    the database and the disk raise, StoreUnavailable and NotScrubbed; all may be tried again.
    """
    settings = installation.settings
    with installation.reader.engine.connect() as connection:
        entry = entry_of(connection, person_id)
        of_person = documents.c.person_id == person_id
        mine = set(connection.execute(select(documents.c.sha256).where(of_person)).scalars())
    if entry is None:
        raise LookupError(f"the ledger knows no erasure of {person_id}")
    ErasedPeople(settings.keys_folder).add(entry)
    with installation.writing_engine.begin() as connection:
        login = close_account(connection, person_id, remember_login=True)
    if login is not None:
        drop_login(settings.data, login)
    removed = sum(_let_go(installation, sha256) for sha256 in sorted(mine))
    installation.documents.sweep(_still_filed(installation), datetime.now(UTC) - ARRIVED_LONG_AGO)
    with installation.writing_engine.begin() as connection:
        close_account(connection, person_id)
    unreached = scrub(installation.writing_engine)
    if unreached:
        log.warning("%s: %s is left to the database's administrator", person_id, ", ".join(unreached))
    installation.ledger.execute(
        CompleteErasure(
            command_id=str(uuid.uuid5(NAMESPACE, f"{person_id}/{entry['position']}")),
            actor=SYSTEM,
            person_id=person_id,
            documents=removed,
        )
    )
    return Purged(removed, unreached)


def _let_go(installation: Installation, sha256: str) -> bool:
    """Remove a document's bytes unless they lie in the file of somebody who is not erased; whether they
    went. Whoever files the same bytes meanwhile looks for them afterwards, and we look for such a file.
    """
    store = installation.documents
    if sha256 in _still_filed(installation, sha256):
        return False
    content = whole(store, sha256)
    store.remove(sha256)
    if content is None or sha256 not in _still_filed(installation, sha256):
        return True
    with store.receive(len(content)) as arrival:
        arrival.write(content)
        arrival.finish()
    return False


def _still_filed(installation: Installation, sha256: str | None = None) -> set[str]:
    """The hashes, or whether that one, of documents of people who are not erased."""
    reader = installation.reader
    statement = select(documents.c.person_id, documents.c.sha256)
    if sha256 is not None:
        statement = statement.where(documents.c.sha256 == sha256)
    with reader.engine.connect() as connection:
        agency = reader.directory.current(connection).agency
        rows = connection.execute(statement).all()
    return {found for person_id, found in rows if not agency.is_erased(person_id)}
