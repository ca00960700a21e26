"""`jenjang policy simulate`: the recorded cases of a window under another policy, told one by one."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import date
from itertools import islice
from pathlib import Path

import yaml
from sqlalchemy import select

from domain.commands import RecordPersonalDataRead
from domain.identity import SYSTEM
from domain.policy import Policy
from domain.policy_check import check_policy, read_policy
from installation import Installation
from ledger.append import Ledger
from ledger.read import newest_checkpoint
from ledger.schema import head
from operations.machine_account import machine_account
from proofs.checkpoint import Checkpoint
from settings import Settings
from simulation.differences import Change
from simulation.events import recorded
from simulation.simulate import Simulation

AT_ONCE = 200


class NotSimulated(Exception):
    """What was asked for cannot be simulated; the sentence says why."""


def simulate_file(
    settings: Settings,
    file: Path,
    window: tuple[date, date],
    *,
    as_json: bool,
    tell: Callable[[str], None],
    purpose: str | None = None,
) -> None:
    """Tell every change as it is found, and the counts at the end; whose cases are told is recorded as
    reading before. Raises NotSimulated, OSError, LedgerUnavailable.
    """
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
            found = _noted(simulation.run(recorded(reader, connection)), installation.ledger, purpose)
            for number, change in enumerate(found):
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
    tell(f"{simulation.events:,} events read, {rate:,} a second; whose cases were told is recorded")


def _noted(changes: Iterator[Change], ledger: Ledger, purpose: str | None) -> Iterator[Change]:
    """The changes, some at a time, each after the ledger has that its person's case was read."""
    account, noted = machine_account(), set[str]()
    while some := list(islice(changes, AT_ONCE)):
        fresh = {change.subject_id for change in some if change.subject_id} - noted
        reads = [
            RecordPersonalDataRead(
                command_id=str(uuid.uuid4()),
                actor=SYSTEM,
                subject_id=person,
                what="simulation",
                purpose=purpose or "simulation",
                account=account,
            )
            for person in sorted(fresh)
        ]
        for future in [ledger.submit(read) for read in reads]:
            future.result()
        noted |= fresh
        yield from some


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
