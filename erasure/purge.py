"""What follows a person's erasure outside the ledger, each part safe to repeat after a crash.

The ledger says `PersonErased` first, in the transaction that destroys the key; `ErasureCompleted` is
said when everything here is done. What lies between the two is named by the doctor and done again.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, select

from accounts.closing import close_account
from accounts.logins_file import drop_login
from domain.erasure_commands import CompleteErasure
from domain.identity import SYSTEM
from installation import Installation
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
    the database and the disk raise, and NotScrubbed; all may be tried again.
    """
    settings = installation.settings
    with installation.reader.engine.connect() as connection:
        entry = entry_of(connection, person_id)
        mine, shared = _hashes(connection, person_id)
        named = set(connection.execute(select(documents.c.sha256)).scalars())
    if entry is None:
        raise LookupError(f"the ledger knows no erasure of {person_id}")
    ErasedPeople(settings.keys_folder).add(entry)
    with installation.writing_engine.begin() as connection:
        login = close_account(connection, person_id, remember_login=True)
    if login is not None:
        drop_login(settings.data, login)
    store = installation.documents
    for sha256 in mine - shared:
        store.remove(sha256)
    store.sweep(named - mine | shared, datetime.now(UTC) - ARRIVED_LONG_AGO)
    with installation.writing_engine.begin() as connection:
        close_account(connection, person_id)
    unreached = scrub(installation.writing_engine)
    installation.ledger.execute(
        CompleteErasure(
            command_id=str(uuid.uuid5(NAMESPACE, f"{person_id}/{entry['position']}")),
            actor=SYSTEM,
            person_id=person_id,
            documents=len(mine - shared),
        )
    )
    return Purged(len(mine - shared), unreached)


def _hashes(connection: Connection, person_id: str) -> tuple[set[str], set[str]]:
    """The hashes of the person's documents, and those of them that lie in other files too."""
    columns = select(documents.c.sha256)
    mine = set(connection.execute(columns.where(documents.c.person_id == person_id)).scalars())
    others: Iterable[str] = connection.execute(
        columns.where(documents.c.person_id != person_id, documents.c.sha256.in_(sorted(mine)))
    ).scalars()
    return mine, set(others)
