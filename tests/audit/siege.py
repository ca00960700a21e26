"""A ledger under siege: what its three attackers hold, what two auditors kept, and the twenty attacks.

`database`: full write access. `key`: the log's private key as well, so that everything can be signed anew.
`backup`: both, and an old backup, put back and grown with other decisions to the length that is expected.
"""

from __future__ import annotations

import io
import shutil
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from audit.verify import Outside, Verification, verify
from domain.commands import FileDocument
from domain.identity import SYSTEM
from domain.log_commands import RecordPublication
from evidence.bundle import NoSuchSize, Terms, write_bundle
from installation import Installation
from ledger.database import open_database
from ledger.read import Reader, leaf_hashes, newest_checkpoint
from operations.verification import _Documents
from projections.catalogue import all_projections
from proofs.checkpoint import Checkpoint
from proofs.cosignature import cosign, witness_key
from proofs.keys import Signer
from proofs.signed_note import parse_note
from proofs.tree_reader import TreeReader
from proofs.witness_policy import parse_policy
from roster.generator import generate_agency
from settings import Settings
from tests.audit.attacker import Attacker
from tests.audit.conftest import ORIGIN, Clock, copy_of
from tests.world import a_person, new_id, seed

POWERS = ("database", "key", "backup")
WITNESSES = {name: Signer(f"{name}.example/saksi", bytes([n]) * 32) for n, name in enumerate("abc", 1)}
LINES = "".join(f"witness {name} {witness_key(signer)}\n" for name, signer in WITNESSES.items())
POLICY = f"{LINES}group saksi 2 a b c\nquorum saksi\n"
DECREE = b"%PDF-1.7 keputusan"
STEP = "division_review"
Document = dict[str, Any]


@dataclass
class Camp:
    """The true ledger at `folder`, the old backup, the notes outside, and two cases that are fought
    for: one completed, one before `reviewer`.
    """

    folder: Path
    signer: Signer
    sealing_key: bytes
    now: datetime
    case: str
    under_way: str
    reviewer: str
    backup: Path
    kept: str = ""
    cosigned: str = ""

    @property
    def database(self) -> Path:
        return self.folder / "jenjang.db"

    @property
    def sizes(self) -> tuple[int, int]:
        """How many events the kept and the cosigned checkpoint have."""
        kept, cosigned = (Checkpoint.parse(parse_note(note).text) for note in (self.kept, self.cosigned))
        return kept.size, cosigned.size

    def verify(self, folder: Path, *, outside: bool = True) -> Verification:
        """With both notes and the witness policy, or with the log's public key alone."""
        engine = open_database(f"sqlite+pysqlite:///{folder / 'jenjang.db'}", read_only=True)
        try:
            return verify(
                engine,
                keys=[self.signer.vkey],
                kept_checkpoints=[self.kept, self.cosigned] if outside else [],
                sealing_key=self.sealing_key,
                projections=all_projections(),
                origin=ORIGIN,
                now=self.now,
                documents=_Documents(Settings(data=folder)),
                outside=Outside(parse_policy(POLICY.encode())) if outside else None,
            )
        finally:
            engine.dispose()


def pitch(folder: Path) -> Camp:
    """A case that was completed and one that is under way, published twice; a backup from between."""
    clock = Clock(datetime(2026, 11, 20, 2, 0, tzinfo=UTC))
    installation = Installation(Settings(data=folder), clock=clock)
    installation.set_up()
    world = seed(installation, generate_agency(people=200, as_of=date(2026, 11, 20)))
    people = [p for p in world.movable() if not world.offices.exercised_by(p, world.today)]
    with installation.documents.receive(1_000) as arrival:
        arrival.write(DECREE)
        stored = arrival.finish()
    filed = FileDocument(
        command_id=new_id(), actor=a_person(people[0]), document_id=new_id(), person_id=people[0],
        document_type="SK", media_type="application/pdf", size_bytes=stored.size_bytes,
        sha256=stored.sha256, file_name="sk.pdf",
    )  # fmt: skip
    installation.ledger.execute(filed)
    posts = world.vacancies()
    submitted = world.submit(people[0], posts[0], document_ids=(filed.document_id,)).state
    completed = world.walk(submitted)
    running = world.walk(world.submit(people[1], posts[1]).state, until=STEP)
    reviewer = world.owners(running, running.open_tasks[0])[0]
    backup, signer = folder / "backup.db", installation.signer
    camp = Camp(
        folder, signer, installation.sealing_key, clock.now, completed.id, running.id, reviewer, backup
    )
    publish(installation, clock)
    copy_of(camp.database, camp.backup)
    world.walk(world.submit(people[2], posts[2]).state, until=STEP)
    camp.cosigned = publish(installation, clock)
    world.submit(people[3], posts[3])
    with installation.reader.engine.connect() as connection:
        camp.kept = newest_checkpoint(connection) or ""
    camp.now = clock.now + timedelta(days=1)
    installation.close()
    return camp


def publish(installation: Installation, clock: Clock) -> str:
    """After an hour of quiet two witnesses cosign the newest checkpoint, which is recorded; the note."""
    clock.now += timedelta(hours=1)
    with installation.reader.engine.connect() as connection:
        note = newest_checkpoint(connection) or ""
    text, at = parse_note(note).text, int(clock.now.timestamp())
    head, lines = Checkpoint.parse(text), [cosign(text, WITNESSES[name], at) for name in "ab"]
    command = RecordPublication(
        command_id=new_id(), actor=SYSTEM, size=head.size, root=head.root.hex(),
        cosignatures=tuple(line.rstrip("\n") for line in lines), lacking=("c",),
    )  # fmt: skip
    installation.ledger.execute(command)
    return note + "".join(lines)


@dataclass
class Breach:
    """One attacker at work on a copy of everything that the agency stores."""

    camp: Camp
    power: str
    folder: Path
    attacker: Attacker

    @classmethod
    def into(cls, camp: Camp, power: str, folder: Path, ready: Path) -> Breach:
        """`ready` is the database that this power begins with."""
        folder.mkdir()
        shutil.copytree(camp.folder / "documents", folder / "documents")
        signer = Signer(ORIGIN, bytes(32)) if power == "database" else camp.signer
        return cls(camp, power, folder, Attacker.on_copy(ready, folder / "jenjang.db", signer))

    @classmethod
    def of(cls, camp: Camp) -> Breach:
        """Nobody's: the true ledger."""
        return cls(camp, "", camp.folder, Attacker(camp.database, camp.signer))

    @property
    def documents(self) -> list[Document]:
        return self.attacker.documents()

    @property
    def stream(self) -> str:
        return f"personnel-action/{self.camp.case}"

    def decided(self) -> int:
        """The position of a decision in the case."""
        return next(
            int(d["position"])
            for d in self.documents
            if d["stream"] == self.stream and d["type"] == "TaskCompleted" and d["data"]["step"] == STEP
        )

    def put(self, documents: list[Document]) -> None:
        """Make it the whole history, signed by whoever has the key."""
        self.attacker.rewrite(documents, sign_again=self.power != "database")

    def replace(self, position: int, record: bytes, leaf: bytes | None = None) -> None:
        with self.attacker.act() as connection:
            connection.execute("UPDATE events SET record = ? WHERE position = ?", (record, position))
            if leaf is not None:
                connection.execute("UPDATE events SET leaf_hash = ? WHERE position = ?", (leaf, position))

    def bundle(self, case: str) -> bytes:
        """The bundle of a case as this agency would hand it out now, all opened."""
        engine = open_database(f"sqlite+pysqlite:///{self.folder / 'jenjang.db'}", read_only=True)
        folder = self.folder / "documents"

        def leaves(start: int, stop: int) -> list[bytes]:
            with engine.connect() as connection:
                return leaf_hashes(connection, start, stop)

        def content(sha256: str) -> bytes:
            return (folder / sha256[:2] / sha256[2:]).read_bytes()

        reader = Reader(engine, self.camp.sealing_key)
        try:
            for size in (self.camp.sizes[0], None):
                out, terms = io.BytesIO(), Terms(size, opened=lambda _: True, content=content)
                try:
                    tree = TreeReader(leaves)
                    write_bundle(reader, tree, [self.camp.signer.vkey], case, out, terms)
                except NoSuchSize:
                    continue
                return out.getvalue()
            raise AssertionError("a bundle needs no named size")
        finally:
            engine.dispose()


def regrown(camp: Camp, folder: Path) -> Path:
    """The old backup with other decisions in the place of the true ones, all of it signed."""
    grown = Attacker.on_copy(camp.backup, folder / "regrown.db", camp.signer)
    known = grown.documents()
    wanted = camp.sizes[0] - len(known)
    grown.append(*(unit(f"u{number}", known) for number in range(wanted)))
    return grown.path


def unit(name: str, known: list[Document], **changes: Any) -> Document:
    registered = next(d for d in known if d["type"] == "UnitRegistered")
    data = registered["data"] | {"unit_id": name, "name": name}
    return {
        "stream": f"unit/{name}",
        "type": "UnitRegistered",
        "actor": registered["actor"],
        "data": data,
    } | changes
