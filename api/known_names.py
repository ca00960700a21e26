"""Names of people, looked up once and kept until the directory changes."""

from __future__ import annotations

import threading
from collections.abc import Mapping

from sqlalchemy import Engine

from ledger.directory_view import DirectoryView
from projections import employees

MOST_KEPT = 50_000


class KnownNames:
    """Name and NIP by person, as of one revision of the directory; the next revision starts afresh."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._revision = -1
        self._known: dict[str, tuple[str | None, str | None]] = {}

    def of(self, people: set[str], view: DirectoryView) -> Mapping[str, tuple[str | None, str | None]]:
        """Name and NIP of `people`; who is not in the register is left out."""
        revision = view.agency.revision
        with self._lock:
            if revision > self._revision or len(self._known) > MOST_KEPT:
                self._revision, self._known = max(revision, self._revision), {}
            known = self._known
            found = {person: known[person] for person in people & known.keys()}
        missing = people - found.keys()
        if missing:
            # By a connection of its own, begun after the view was made: an older transaction could
            # still see names from before the change that the view already knows.
            with self._engine.connect() as connection:
                looked_up = employees.names(connection, missing)
            found |= looked_up
            with self._lock:
                if revision == self._revision:
                    self._known.update(looked_up)
        return found
