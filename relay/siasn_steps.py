"""What the connector does at SIASN at each point of a write-back or a correction.

Each step reads before it writes. It answers with what was reached, and raises SiasnUnreachable where asking
again may help, SiasnRefused where it does not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from domain.siasn_events import Purpose, Reached
from domain.siasn_state import WriteBack
from integrations.siasn.connector import Connector
from integrations.siasn.faults import SiasnRefused, SiasnUnreachable
from integrations.siasn.payloads import PositionSave
from integrations.siasn.position import Placed, follows, line_of, says_the_same
from integrations.siasn.reading import Row, document_of
from integrations.siasn.writing import DECREE_OF_POSITION


@dataclass(frozen=True)
class Decree:
    """The document that goes to SIASN."""

    document_id: str
    media_type: str
    read: Callable[[], bytes]


@dataclass(frozen=True)
class Reply:
    """What a step has reached."""

    reached: Reached
    siasn_id: str | None = None
    document_id: str | None = None


@dataclass
class Telling:
    """One case at SIASN: whom it is about, what was decided, how far the connector is."""

    connector: Connector
    nip: str
    placed: Placed
    running: WriteBack
    decree: Decree | None

    def take_step(self) -> Reply:
        """Take the step that comes next."""
        return _STEPS[self.running.purpose, self.running.reached](self)

    @cached_property
    def _person(self) -> Row:
        found = self.connector.reader.person(self.nip)
        if found is None or not found.get("id"):
            raise SiasnRefused("/pns/data-utama", "person-unknown")
        return found

    @cached_property
    def _payload(self) -> PositionSave:
        return line_of(self.placed, str(self._person["id"]), self.connector.codes)

    def _lines(self) -> list[Row]:
        return self.connector.writer.lines_like(self._payload, self.nip)

    def save(self) -> Reply:
        return Reply(Reached.SAVED, siasn_id=self.connector.writer.save(self._payload, self.nip))

    def attach(self) -> Reply:
        """The decree goes up once; where it lies there already, only that is told."""
        if self.decree is None:
            raise SiasnUnreachable("/upload-dok-rw", "decree-not-filed")
        line = self.running.siasn_id or ""
        there = [row for row in self._lines() if str(row.get("id")) == line]
        if not there:
            raise SiasnUnreachable("/pns/rw-jabatan", "line-not-seen")
        if document_of(there[0], DECREE_OF_POSITION) is None:
            self.connector.writer.attach(line, DECREE_OF_POSITION, self.decree.read(), self.decree.media_type)
        return Reply(Reached.ATTACHED, document_id=self.decree.document_id)

    def sync(self) -> Reply:
        self.connector.writer.sync_position(str(self._person["id"]))
        return Reply(Reached.SYNCED)

    def verify(self) -> Reply:
        """One line, as it was saved, with its document, and the main record after it."""
        lines = self._lines()
        if len(lines) > 1:
            raise SiasnRefused("/pns/rw-jabatan", "line-twice")
        if (
            not lines
            or not says_the_same(lines[0], self._payload)
            or not follows(self._person, self._payload)
        ):
            raise SiasnUnreachable("/pns/rw-jabatan", "differs")
        return Reply(Reached.VERIFIED)

    def remove(self) -> Reply:
        """Take out the lines that bear the annulled decree, unless the person would be left without any."""
        lines = self._lines()
        everything = self.connector.reader.history("jabatan", self.nip)
        if lines and len(everything) <= len(lines):
            raise SiasnRefused("/jabatan/delete", "last-line")
        for row in lines:
            self.connector.writer.remove_position(str(row["id"]))
        return Reply(Reached.REMOVED, siasn_id=str(lines[0]["id"]) if lines else None)

    def verify_removal(self) -> Reply:
        """No line bears the annulled decree."""
        if self._lines():
            raise SiasnUnreachable("/pns/rw-jabatan", "line-still-there")
        return Reply(Reached.VERIFIED)


_STEPS: dict[tuple[Purpose, Reached], Callable[[Telling], Reply]] = {
    (Purpose.WRITE_BACK, Reached.PENDING): Telling.save,
    (Purpose.WRITE_BACK, Reached.SAVED): Telling.attach,
    (Purpose.WRITE_BACK, Reached.ATTACHED): Telling.sync,
    (Purpose.WRITE_BACK, Reached.SYNCED): Telling.verify,
    (Purpose.CORRECTION, Reached.PENDING): Telling.remove,
    (Purpose.CORRECTION, Reached.REMOVED): Telling.sync,
    (Purpose.CORRECTION, Reached.SYNCED): Telling.verify_removal,
}
