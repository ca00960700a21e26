"""What every endpoint works with, made once for the whole application and handed to each request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy import Connection

from api.access_log import AccessLog
from installation import Installation
from ledger.append import Ledger
from ledger.read import DirectoryView, Reader


@dataclass(frozen=True)
class Services:
    """The installation's writer and reader, opened, and the record of who read what."""

    installation: Installation
    ledger: Ledger
    reader: Reader
    access_log: AccessLog

    def now(self) -> datetime:
        return self.installation.clock()

    def reading(self) -> Connection:
        """A connection for reading; to be used with `with`."""
        return self.reader.engine.connect()

    def view(self, connection: Connection) -> DirectoryView:
        """The agency as `connection`'s transaction sees it."""
        return self.reader.directory.current(connection)

    def today(self, view: DirectoryView) -> date:
        return view.calendar.today(self.now())


def open_services(installation: Installation) -> Services:
    ledger = installation.ledger
    return Services(installation, ledger, installation.reader, AccessLog(ledger))


async def _services(request: Request) -> Services:
    found: Services = request.app.state.services
    return found


ServicesDep = Annotated[Services, Depends(_services)]
