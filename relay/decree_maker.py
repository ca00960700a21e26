"""A decree's one signed file: facts from the ledger, pages, signature, into the store, recorded."""

from __future__ import annotations

import asyncio
import logging
import uuid
from dataclasses import dataclass
from typing import Any

from activities.decree import DecreeMade
from decrees.content import decree_pages
from decrees.pages import CannotPrint, printed
from decrees.signing import DecreeSigner, NotSigned, Signed, SigningUnavailable, signed
from decrees.words import CityWords, DecreeWords, WordsUnreadable
from domain.decree_commands import RecordDecreeSigned
from domain.errors import Refusal
from domain.identity import SYSTEM
from integrations.object_store import ObjectStore, StoreUnavailable
from ledger.append import Ledger
from ledger.read import Reader
from projections import decree_files
from relay.decree_facts import DecreeReader, NotThere

log = logging.getLogger(__name__)

LARGEST = 20 * 2**20


@dataclass
class LedgerDecreeMaker:
    """Satisfies `activities.decree.DecreeMaker`. `signer` None: no files are made."""

    ledger: Ledger
    reader: Reader
    documents: ObjectStore
    facts: DecreeReader
    city: CityWords
    signer: DecreeSigner | None

    async def make(self, decree_id: str) -> DecreeMade:
        return await asyncio.to_thread(self._make, decree_id)

    def _make(self, decree_id: str) -> DecreeMade:
        """Everything that can be mended from outside leaves the decree waiting; the log says why, by class
        and code alone.
        """
        try:
            return self._made(decree_id)
        except (SigningUnavailable, NotSigned, CannotPrint, NotThere, WordsUnreadable) as error:
            log.warning("decree %s waits: %s (%s)", decree_id, error, type(error).__name__)
            return DecreeMade(decree_id=decree_id, state="waiting", why=type(error).__name__)
        except StoreUnavailable:
            log.warning("decree %s waits: the store of documents does not answer", decree_id)
            return DecreeMade(decree_id=decree_id, state="waiting", why="StoreUnavailable")

    def _made(self, decree_id: str) -> DecreeMade:
        with self.reader.engine.connect() as connection:
            row = decree_files.by_id(connection, decree_id)
            if row is None or decree_files.state_of(row) != decree_files.PENDING:
                return _standing(decree_id, row)
            of = self.facts.of_case if row["action_id"] else self.facts.of_rank
            facts = of(connection, row, self.city)
        if self.signer is None:
            raise SigningUnavailable("no key is set")
        words = self.city.decree_for(facts.kind, facts.variant)
        pages = printed("decree", decree_pages(facts, self.city), self.city.folder)
        file = signed(pages, self.signer)
        self._store(file)
        self._record(row, words, file)
        with self.reader.engine.connect() as connection:
            row = decree_files.by_id(connection, decree_id)
        if row is not None and row["signed_sha256"] != file.sha256:
            self.documents.remove(file.sha256)  # another worker's file was recorded first, or it fell
        return _standing(decree_id, row)

    def _store(self, file: Signed) -> None:
        with self.documents.receive(LARGEST) as arrival:
            arrival.write(file.pdf)
            arrival.finish()

    def _record(self, row: dict[str, Any], words: DecreeWords, file: Signed) -> None:
        assert self.signer is not None
        command = RecordDecreeSigned(
            command_id=str(uuid.uuid5(uuid.UUID(row["decree_id"]), "signed")),
            actor=SYSTEM,
            decree_id=row["decree_id"],
            action_id=row["action_id"],
            list_id=row["list_id"],
            person_id=row["person_id"],
            number=row["number"],
            issued_position=row["issued_position"],
            document_id=str(uuid.uuid5(uuid.UUID(row["decree_id"]), "document")),
            unsigned_sha256=file.unsigned_sha256,
            signed_sha256=file.sha256,
            certificate_sha256=file.certificate_sha256,
            key=self.signer.key,
            words_id=self.city.id,
            words_sha256=self.city.sha256,
            document_type=words.document_type,
            size_bytes=len(file.pdf),
            file_name=f"{words.document_type}.pdf",
        )
        try:
            self.ledger.execute(command)
        except Refusal as refusal:
            log.warning("the file of decree %s refused: %s", row["decree_id"], refusal.code)


def _standing(decree_id: str, row: dict[str, Any] | None) -> DecreeMade:
    state = decree_files.state_of(row) if row is not None else decree_files.FELL_BEFORE
    if state == decree_files.PENDING:
        return DecreeMade(decree_id=decree_id, state="waiting", why="refused")
    return DecreeMade(decree_id=decree_id, state="signed" if state == decree_files.SIGNED else "void")
