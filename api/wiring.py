"""What every endpoint works with, made once for the whole application and handed to each request."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy import Connection

from api.access_log import AccessLog
from api.known_names import KnownNames
from domain.commands import Command
from installation import Installation
from ledger.append import Ledger
from ledger.directory_view import DirectoryView
from ledger.read import Reader
from ledger.result import Result


@dataclass(frozen=True)
class Services:
    """The installation's writer and reader, opened, the record of who read what, and names at hand.
    `simulating` is held while a policy is simulated.
    """

    installation: Installation
    ledger: Ledger
    reader: Reader
    access_log: AccessLog
    known_names: KnownNames
    simulating: threading.Lock = field(default_factory=threading.Lock)

    def now(self) -> datetime:
        return self.installation.clock()

    def reading(self) -> Connection:
        """A connection for reading; to be used with `with`."""
        return self.reader.engine.connect()

    def view(self, connection: Connection) -> DirectoryView:
        """The agency as `connection`'s transaction sees it."""
        return self.reader.directory.current(connection)

    async def send(self, command: Command, body_hash: str) -> Result:
        """The writer's answer, awaited without taking a thread. Raises a Refusal or LedgerUnavailable."""
        return await asyncio.wrap_future(self.ledger.submit(command, body_hash=body_hash))

    def today(self, view: DirectoryView) -> date:
        return view.calendar.today(self.now())


def open_services(installation: Installation) -> Services:
    ledger = installation.ledger
    _ = installation.channels, installation.openid  # settings that are not whole are told at the start
    reader = installation.reader
    access_log = AccessLog(ledger, installation.settings.reads_folder)
    return Services(installation, ledger, reader, access_log, KnownNames(reader.engine))


async def _services(request: Request) -> Services:
    found: Services = request.app.state.services
    return found


ServicesDep = Annotated[Services, Depends(_services)]
