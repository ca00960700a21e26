"""The ledger and the outside world as the activities of a publication reach them."""

from __future__ import annotations

import asyncio
import base64
import logging
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from activities.publication import CheckpointToPublish, Obtained, WitnessAnswer
from domain.identity import SYSTEM
from domain.log_commands import RecordPublication
from integrations.http_call import OutsideUnreachable, call
from integrations.mail import Attachment, MailServer, send
from integrations.timestamp_authority import stamp
from integrations.witnesses import add_checkpoint
from ledger.append import Ledger
from ledger.publications import Published, first_news, newest_publication
from ledger.read import Reader, leaf_hashes, log_state
from ledger.record import parse_moment
from ledger.schema import checkpoints, events
from proofs.checkpoint import Checkpoint
from proofs.cosignature import read_cosignatures
from proofs.errors import AuditError
from proofs.signed_note import parse_note
from proofs.tree_reader import TreeReader
from proofs.witness_policy import Witness, WitnessPolicy

log = logging.getLogger(__name__)

FOLDER, MAILBOX, ADDRESS = "folder", "mailbox", "address"
NAMESPACE = uuid.UUID("6a656e6a-616e-4700-8000-7075626c6973")
# Another worker may have gone further meanwhile; more often than this the witness cannot say "not so".
TRIES = 3
# A tree that has been outgrown for longer is not shown to witnesses any more: the next one is. So what a
# witness did not see was recorded when it looked, or later.
STALE = timedelta(minutes=5)

LETTER = """Checkpoint log {origin}: {size} rekaman.
Simpan surat ini. Siapa pun yang memegang checkpoint lama dapat membuktikan bahwa log ditulis ulang.

Checkpoint of the log {origin}: {size} records.
Keep this letter. Whoever holds an old checkpoint can prove that the log was rewritten.

{note}"""


@dataclass(frozen=True)
class Outside:
    """Where checkpoints go. `policy` names the witnesses with their addresses."""

    policy: WitnessPolicy | None = None
    timestamp_url: str | None = None
    folder: Path | None = None
    url: str | None = None
    mail_to: str | None = None
    mail_server: MailServer | None = None

    @property
    def witnesses(self) -> dict[str, Witness]:
        """The witnesses that can be asked."""
        known = self.policy.witnesses if self.policy is not None else {}
        return {name: witness for name, witness in known.items() if witness.url is not None}

    @property
    def destinations(self) -> tuple[str, ...]:
        wanted = ((FOLDER, self.folder), (MAILBOX, self.mail_to), (ADDRESS, self.url))
        return tuple(name for name, given in wanted if given is not None)

    @property
    def anybody(self) -> bool:
        """Whether there is anything to do at all."""
        return bool(self.witnesses or self.destinations or self.timestamp_url)


class LedgerPublisher:
    """Satisfies `activities.publication.Publisher` with this process's writer and reader."""

    def __init__(self, ledger: Ledger, reader: Reader, outside: Outside) -> None:
        self._ledger = ledger
        self._reader = reader
        self._outside = outside
        self._tree = TreeReader(self._leaves)
        self._cosigned_last: dict[str, int] = {}

    async def newest(self) -> CheckpointToPublish | None:
        return await asyncio.to_thread(self._newest)

    async def ask_witness(self, size: int, witness: str) -> WitnessAnswer:
        return await asyncio.to_thread(self._ask, size, self._outside.witnesses[witness])

    async def stamp(self, size: int) -> str:
        note = await asyncio.to_thread(self._note, size)
        answer = await asyncio.to_thread(stamp, self._outside.timestamp_url or "", note.encode())
        return base64.b64encode(answer).decode()

    async def record(self, obtained: Obtained) -> None:
        """Once for each size, however often it is asked for."""
        answers = obtained.answers
        command = RecordPublication(
            command_id=str(uuid.uuid4()),
            actor=SYSTEM,
            size=obtained.size,
            root=obtained.root,
            cosignatures=tuple(answer.line for answer in answers if answer.line is not None),
            lacking=tuple(answer.witness for answer in answers if answer.line is None),
            refused=tuple(answer.witness for answer in answers if answer.refused),
            timestamp=obtained.timestamp,
        )
        await asyncio.wrap_future(self._ledger.submit(command))

    async def deliver(self, size: int, destination: str) -> None:
        """Send the newest publication, which covers `size`. Raises OutsideUnreachable."""
        await asyncio.to_thread(self._deliver, size, destination)

    def _newest(self) -> CheckpointToPublish | None:
        with self._reader.engine.connect() as connection:
            published = log_state(connection).published
            newest = select(checkpoints.c.note).order_by(checkpoints.c.size.desc()).limit(1)
            note = connection.execute(newest).scalar()
            if note is None or first_news(connection, published) is None:
                return None
        head = Checkpoint.parse(parse_note(note).text)
        return CheckpointToPublish(
            size=head.size,
            root=head.root.hex(),
            witnesses=tuple(self._outside.witnesses),
            destinations=self._outside.destinations,
            stamped=self._outside.timestamp_url is not None,
        )

    def _note(self, size: int) -> str:
        with self._reader.engine.connect() as connection:
            found = select(checkpoints.c.note).where(checkpoints.c.size == size)
            return str(connection.execute(found).scalar_one())

    def _ask(self, size: int, witness: Witness) -> WitnessAnswer:
        """Submit from the size that the witness is known to have seen; it says where that is not so."""
        if self._is_stale(size):
            log.warning("the witness %s is not asked about size %d any more", witness.name, size)
            return WitnessAnswer(witness=witness.name)
        note = self._note(size)
        old = self._cosigned_last.get(witness.name, 0)
        for _ in range(TRIES):
            path = self._tree.consistency_path(old, size)
            says = add_checkpoint(witness.url or "", note, old, path)
            if says.line is not None:
                line = _good_line(note, says.line, witness)
                self._cosigned_last[witness.name] = size
                return WitnessAnswer(witness=witness.name, line=line)
            if says.latest is None:
                break
            if says.latest > size:
                return self._ahead(says.latest, witness)
            old = self._cosigned_last[witness.name] = says.latest
        log.error("the witness %s does not cosign size %d: %s", witness.name, size, says.reason)
        return WitnessAnswer(witness=witness.name, refused=says.refused)

    def _ahead(self, seen: int, witness: Witness) -> WitnessAnswer:
        """It saw more than this checkpoint has: another worker went further, or the ledger went back."""
        with self._reader.engine.connect() as connection:
            known = connection.execute(select(checkpoints.c.size).where(checkpoints.c.size == seen)).scalar()
        if known is None:
            log.critical("the witness %s saw size %d, which this ledger never had", witness.name, seen)
        return WitnessAnswer(witness=witness.name, refused=known is None)

    def _is_stale(self, size: int) -> bool:
        with self._reader.engine.connect() as connection:
            following = select(events.c.recorded_at).where(events.c.position == size)
            recorded_at = connection.execute(following).scalar()
        return recorded_at is not None and parse_moment(recorded_at) < datetime.now(UTC) - STALE

    def _deliver(self, size: int, destination: str) -> None:
        with self._reader.engine.connect() as connection:
            published = newest_publication(connection)
        if published is None or published.size < size:
            raise OutsideUnreachable(f"size {size} is not recorded as published yet")
        origin = published.note.partition("\n")[0]
        files = _files(origin, published)
        if destination == FOLDER and self._outside.folder is not None:
            _put(self._outside.folder, files)
        elif destination == ADDRESS and self._outside.url is not None:
            answer = call("POST", self._outside.url, published.note.encode(), "text/plain; charset=utf-8")
            if not 200 <= answer.status < 300:
                raise OutsideUnreachable(f"{self._outside.url} answers {answer.status}")
        elif self._outside.mail_server is not None and self._outside.mail_to is not None:
            text = LETTER.format(origin=origin, size=published.size, note=published.note)
            attached = tuple(Attachment(name, content) for name, content in files.items())
            subject = f"[{origin}] checkpoint {published.size}"
            send(self._outside.mail_server, self._outside.mail_to, subject, text, attached)

    def _leaves(self, start: int, stop: int) -> list[bytes]:
        with self._reader.engine.connect() as connection:
            return leaf_hashes(connection, start, stop)


def _good_line(note: str, answer: str, witness: Witness) -> str:
    """The witness's own line of its answer. Raises OutsideUnreachable where it is none of its key."""
    try:
        parsed = parse_note(note + answer)
    except AuditError as error:
        raise OutsideUnreachable(f"the witness {witness.name} answers {error}") from error
    for line, spoken in zip(answer.splitlines(), parsed.signatures[-answer.count("\n") :], strict=True):
        if read_cosignatures(parsed.text, [spoken], [witness.key])[0]:
            return line
    raise OutsideUnreachable(f"the witness {witness.name} answers with another key")


def _files(origin: str, published: Published) -> dict[str, bytes]:
    name = f"{origin}-{published.size}"
    files = {f"{name}.note": published.note.encode()}
    if published.timestamp is not None:
        # The timestamp is over the note as the log signed it, without cosignatures.
        files |= {f"{name}.signed": published.signed.encode(), f"{name}.tsr": published.timestamp}
    return files


def _put(folder: Path, files: dict[str, bytes]) -> None:
    """Write what is not there yet, each file whole; nothing that lies there is replaced."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            draft = folder / f".{name}.{uuid.uuid4().hex}"
            draft.write_bytes(content)
            if (folder / name).exists():
                draft.unlink()
            else:
                draft.replace(folder / name)
    except OSError as error:
        raise OutsideUnreachable(f"{folder}: {error}") from error
