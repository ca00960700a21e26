"""`jenjang policy simulate`: the recorded cases of a window under another policy, told one by one."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import yaml
from sqlalchemy import select

from domain.policy import Policy
from domain.policy_check import check_policy, read_policy
from installation import Installation
from ledger.read import newest_checkpoint
from ledger.schema import head
from proofs.checkpoint import Checkpoint
from settings import Settings
from simulation.events import recorded
from simulation.simulate import Simulation


class NotSimulated(Exception):
    """What was asked for cannot be simulated; the sentence says why."""


def simulate_file(
    settings: Settings, file: Path, window: tuple[date, date], *, as_json: bool, tell: Callable[[str], None]
) -> None:
    """Tell every change as it is found, and the counts at the end. Raises NotSimulated, OSError."""
    first, last = window
    if first > last:
        raise NotSimulated(f"the window ends on {last}, before it begins on {first}")
    policy = _policy(file)
    installation = Installation(settings)
    try:
        reader = installation.reader
        with reader.engine.connect() as connection:
            size = connection.execute(select(head.c.size)).scalar_one()
            note = newest_checkpoint(connection)
            simulation = Simulation(policy, first, last)
            begun = time.perf_counter()
            asked = {
                "policy": {"id": policy.id, "hash": policy.hash},
                "from": first.isoformat(),
                "to": last.isoformat(),
                "tree": {"size": size, "root": _root(note)},
            }
            if as_json:
                tell(json.dumps(asked)[:-1] + ', "changes": [')
            for number, change in enumerate(simulation.run(recorded(reader, connection))):
                if as_json:
                    comma = "," if number else ""
                    tell(comma + json.dumps(change.as_json(), ensure_ascii=False, default=str))
                else:
                    tell(change.as_text())
    finally:
        installation.close()
    counts = {kind: count.as_json() for kind, count in simulation.counts.items()}
    seconds = time.perf_counter() - begun
    rate = round(simulation.events / seconds) if seconds else 0
    if as_json:
        done = {"counts": counts, "events": simulation.events, "events_per_second": rate}
        tell('], "done": ' + json.dumps(done) + "}")
        return
    for kind, count in counts.items():
        tell(f"{kind}: {', '.join(f'{number:,} {name}' for name, number in count.items())}")
    tell(f"{simulation.events:,} events read, {rate:,} a second; nothing was written")


def _policy(file: Path) -> Policy:
    try:
        policy, faults = read_policy(yaml.safe_load(file.read_text(encoding="utf-8")))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise NotSimulated(f"{file} is no policy: {' '.join(str(error).split())}") from error
    if policy is not None:
        faults = check_policy(policy, None, policy.effective_from)
    wrong = [fault for fault in faults if fault.severity == "error"]
    if policy is None or wrong:
        fault = wrong[0]
        raise NotSimulated(f"{file} is not sound: {fault.code} {fault.where}: {fault.detail}")
    return policy


def _root(note: str | None) -> str | None:
    return Checkpoint.parse(note.partition("\n\n")[0] + "\n").root.hex() if note else None
