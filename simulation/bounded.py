"""One simulation in a process of its own, for a server that must not wait for it: asked on standard input,
told on standard output, ended by its parent or by the limits it sets itself.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from datetime import date
from typing import Any

from sqlalchemy import select

from domain.policy import Policy
from ledger.database import open_database
from ledger.read import Reader, newest_checkpoint
from ledger.schema import head
from ledger.sealing import load_or_create_sealing_key
from proofs.checkpoint import Checkpoint
from settings import Settings
from simulation.differences import Change
from simulation.events import recorded
from simulation.simulate import Simulation

MEMORY = 2 * 2**30  # bytes of address space
DIFFERENCES = 5_000  # told in all; everything beyond is counted
POLITENESS = 10  # added to the process's nice value: decisions go first


def told(reader: Reader, policy: Policy, first: date, last: date, most: int) -> dict[str, Any]:
    """Up to `most` changes in the order of the ledger, and counts of everything."""
    with reader.engine.connect() as connection:
        size = connection.execute(select(head.c.size)).scalar_one()
        note = newest_checkpoint(connection)
        simulation = Simulation(policy, first, last)
        shown: list[Change] = []
        found = differences = 0
        for change in simulation.run(recorded(reader, connection)):
            found += 1
            differences += len(change.why)
            if found <= most and differences <= DIFFERENCES:
                shown.append(change)
    root = Checkpoint.parse(note.partition("\n\n")[0] + "\n").root.hex() if note else None
    return {
        "tree": {"size": size, "root": root},
        "changes": [change.as_json() for change in shown],
        "complete": len(shown) == found,
        "counts": {kind: count.as_json() for kind, count in simulation.counts.items()},
        "events": simulation.events,
    }


def main() -> None:
    """Reads `{"settings","document","from","to","most","seconds"}`; writes what `told` returns."""
    asked = json.load(sys.stdin)
    os.nice(POLITENESS)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (asked["seconds"], asked["seconds"]))
    settings = Settings(**asked["settings"])
    # The server that asks has set up the ledger and its keys.
    reader = Reader(
        open_database(settings.database, read_only=True),
        load_or_create_sealing_key(settings.keys_folder / "sealing.key"),
    )
    window = (date.fromisoformat(asked["from"]), date.fromisoformat(asked["to"]))
    found = told(reader, Policy.model_validate(asked["document"]), *window, asked["most"])
    json.dump(found, sys.stdout, ensure_ascii=False, default=str)


if __name__ == "__main__":
    main()
