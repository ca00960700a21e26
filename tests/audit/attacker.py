"""An insider with the database file, and where an attack says so the signing key."""

from __future__ import annotations

import shutil
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from ledger.record import encode
from ledger.schema import guards
from proofs.checkpoint import Checkpoint, sign
from proofs.keys import Signer
from proofs.merkle import Frontier, leaf_hash


@dataclass
class Attacker:
    """Works on one copy of the database; every act drops the guards first and puts them back."""

    path: Path
    signer: Signer

    @classmethod
    def on_copy(cls, original: Path, copy: Path, signer: Signer) -> Attacker:
        source, target = sqlite3.connect(original), sqlite3.connect(copy)
        with source, target:
            source.backup(target)
        source.close()
        target.close()
        return cls(copy, signer)

    def on_fresh_copy(self, name: str) -> Attacker:
        copy = self.path.with_name(f"{name}.db")
        shutil.copyfile(self.path, copy)
        return Attacker(copy, self.signer)

    @contextmanager
    def act(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self.path, isolation_level=None)
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        yield connection
        for statement in guards("sqlite"):
            connection.execute(statement)
        connection.close()

    def sql(self, *statements: str) -> None:
        with self.act() as connection:
            for statement in statements:
                connection.execute(statement)

    def documents(self) -> list[dict[str, Any]]:
        connection = sqlite3.connect(self.path)
        found = [
            orjson.loads(row[0]) for row in connection.execute("SELECT record FROM events ORDER BY position")
        ]
        connection.close()
        return found

    def leaves(self) -> list[bytes]:
        connection = sqlite3.connect(self.path)
        found = [
            bytes(row[0]) for row in connection.execute("SELECT leaf_hash FROM events ORDER BY position")
        ]
        connection.close()
        return found

    def rewrite(self, documents: list[dict[str, Any]], *, sign_again: bool = True) -> None:
        """Make these the whole history: positions, columns, hashes, frontier, and with the real key
        every checkpoint.
        """
        frontier, boundaries = Frontier(), {document["commit"] for document in documents} - {0}
        boundaries.add(len(documents))
        with self.act() as connection:
            connection.execute("BEGIN")
            connection.execute("DELETE FROM events")
            if sign_again:
                connection.execute("DELETE FROM checkpoints")
            for position, document in enumerate(documents):
                document["position"] = position
                record = encode(document)
                frontier.append(leaf_hash(record))
                connection.execute(
                    "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        position,
                        record,
                        leaf_hash(record),
                        document["stream"],
                        document["version"],
                        document["stream"].partition("/")[0],
                        document["type"],
                        document["actor"]["id"],
                        document["recorded_at"],
                        int(document["wakes"]),
                    ),
                )
                size = position + 1
                if sign_again and size in boundaries:
                    note = sign(Checkpoint(self.signer.name, size, frontier.root()), self.signer)
                    connection.execute("INSERT INTO checkpoints VALUES (?, ?)", (size, note))
            connection.execute(
                "UPDATE head SET size = ?, frontier = ?, recorded_at = ?",
                (len(documents), frontier.to_bytes(), documents[-1]["recorded_at"]),
            )
            connection.execute("COMMIT")

    def append(self, *documents: dict[str, Any], keep_command: bool = True) -> None:
        """Append one command's events, with all hashes right, signed, and its command kept."""
        self._append([list(documents)], keep_command=keep_command)

    def append_each(self, *documents: dict[str, Any]) -> None:
        """Append events, each as a command and commit of its own."""
        self._append([[document] for document in documents], keep_command=True)

    def _append(self, commands: list[list[dict[str, Any]]], *, keep_command: bool) -> None:
        known = self.documents()
        kept = []
        for documents in commands:
            kept.append(self._commanded(documents, known))
            known += documents
        self.rewrite(known)
        if keep_command:
            with self.act() as connection:
                connection.executemany("INSERT INTO commands VALUES (?, '', ?, ?, ?, ?)", kept)

    @staticmethod
    def _commanded(documents: list[dict[str, Any]], known: list[dict[str, Any]]) -> tuple[Any, ...]:
        """Make the documents one command's events behind those `known`; the row that is kept of it."""
        command_id, commit = str(uuid.uuid4()), len(known)
        versions = {document["stream"]: document["version"] for document in known}
        for index, document in enumerate(documents):
            stream = document["stream"]
            versions[stream] = versions.get(stream, 0) + 1
            document |= {
                "id": str(uuid.uuid5(uuid.UUID(command_id), str(index))),
                "version": versions[stream],
                "schema": 1,
                "recorded_at": document.get("recorded_at", known[-1]["recorded_at"]),
                "correlation_id": command_id,
                "causation_id": command_id,
                "commit": commit,
                "wakes": document.get("wakes", False),
            }
        last, size = documents[-1], commit + len(documents)
        return (command_id, last["stream"], last["version"], size - 1, size)
