"""`jenjang person …`: everything held about one person in one file, for that person."""

from __future__ import annotations

import argparse
import json
import os
import uuid
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the command line is put together without it
    from settings import Settings


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options to the command's parser."""
    who = parser.add_mutually_exclusive_group(required=True)
    who.add_argument("--nip", metavar="NIP")
    who.add_argument("--id", metavar="ID", help="surrogate id, the only one of a person who was erased")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE")
    parser.add_argument("--purpose", required=True, metavar="TEXT", help="recorded before the file appears")


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Write the file, whole or not at all, its owner's alone; 0 when it is there. Raises LookupError."""
    from domain.commands import RecordPersonalDataRead
    from domain.identity import SYSTEM
    from installation import Installation
    from integrations.object_store import whole
    from operations.machine_account import machine_account
    from operations.output import check_output
    from projections import employees
    from subject_access.copy_of_file import write_copy

    check_output(options.out, settings)
    if len(options.purpose.strip()) < 3:
        raise ValueError("say what the copy is for")
    draft = options.out.with_name(f".{options.out.name}.partial")
    installation = Installation(settings)
    try:
        reader = installation.reader
        with reader.engine.connect() as connection:
            row = employees.by_nip(connection, options.nip) if options.nip else {"person_id": options.id}
            view = reader.directory.current(connection)
        if row is None or row["person_id"] not in view.agency.people:
            raise LookupError("there is no such person in the register")
        person_id = row["person_id"]
        today = view.calendar.today(installation.clock())
        with os.fdopen(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b") as file:
            content = partial(whole, installation.documents)
            copied = write_copy(reader, person_id, view, today, file, content)
        read = RecordPersonalDataRead(
            command_id=str(uuid.uuid4()), actor=SYSTEM, subject_id=person_id, what="copy",
            purpose=options.purpose, account=machine_account(),
        )  # fmt: skip
        installation.ledger.execute(read)
        draft.replace(options.out)
    finally:
        installation.close()
        draft.unlink(missing_ok=True)
    print(json.dumps({"file": str(options.out)} | asdict(copied)) if options.json else f"{options.out}")
    return 0
