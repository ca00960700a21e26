"""A writer that is killed in mid-load loses nothing it acknowledged, doubles nothing, halves nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import select

from domain.commands import WithdrawAction
from domain.identity import SYSTEM
from ledger.read import all_events, newest_checkpoint
from ledger.record import decode
from ledger.schema import commands, head
from projections.action_state import action_states
from projections.register import actions
from proofs.checkpoint import verify
from proofs.merkle import leaf_hash, root_of
from proofs.signed_note import VerifierKey
from tests.world import World

ROOT = Path(__file__).resolve().parents[2]
KILLS = 3
EVENTS_OF = {"ActionSubmitted": 3, "TaskExited": 2}


def load_and_kill(world: World, pairs: list[tuple[str, str]], after: float) -> list[str]:
    """What the process acknowledged before it was killed, `after` seconds from its first word."""
    settings = world.installation.settings
    program = [
        sys.executable,
        str(ROOT / "tests/ledger/load.py"),
        str(settings.data),
        str(settings.database_url),
    ]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [*program, json.dumps(pairs)], stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment
    ) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        time.sleep(after)
        process.send_signal(signal.SIGKILL)
        rest = process.stdout.read()
    assert process.returncode == -signal.SIGKILL
    return [line for line in (first + rest).splitlines(keepends=True) if line.endswith("\n")]


def free_pairs(world: World) -> list[tuple[str, str]]:
    """Four people and posts of whom no case is open."""
    with world.installation.reader.engine.connect() as connection:
        running = connection.execute(
            select(actions.c.subject_id, actions.c.target_position_id).where(actions.c.quiet == 0)
        ).all()
    taken = {value for row in running for value in row}
    people = [person for person in world.movable() if person not in taken]
    posts = [post for post in world.vacancies() if post not in taken]
    return list(zip(people, posts, strict=False))[:4]


def test_killed_in_mid_load_nothing_acknowledged_is_lost_or_doubled(world: World) -> None:
    chance = Random(4)
    said: list[str] = []
    for _ in range(KILLS):
        heard = load_and_kill(world, free_pairs(world), 0.1 + chance.random() / 2)
        assert heard, "it was killed before it had done anything"
        said += heard

    with world.installation.reader.engine.connect() as connection:
        stored = list(all_events(connection))
        size, recorded_at = connection.execute(select(head.c.size, head.c.recorded_at)).one()
        note = newest_checkpoint(connection)
        kept = {row.command_id: row for row in connection.execute(select(commands))}
        projected = dict(connection.execute(select(action_states.c.action_id, action_states.c.version)).all())

    documents: list[dict[str, Any]] = [decode(record) for _, record, _ in stored]
    assert [position for position, _, _ in stored] == list(range(size))
    assert all(leaf_hash(record) == leaf for _, record, leaf in stored)
    assert [d["recorded_at"] for d in documents] == sorted(d["recorded_at"] for d in documents)
    assert documents[-1]["recorded_at"] <= recorded_at
    assert len({d["id"] for d in documents}) == size

    signer = world.installation.signer
    assert note is not None
    checkpoint = verify(note, [VerifierKey.parse(signer.vkey)], signer.name)
    assert (checkpoint.size, checkpoint.root) == (size, root_of(leaf for _, _, leaf in stored))

    by_position = {position: leaf.hex() for position, _, leaf in stored}
    for line in said:
        command_id, position, leaf = line.split()
        assert kept[command_id].position == int(position)
        assert by_position[int(position)] == leaf

    whole = Counter(d["causation_id"] for d in documents if d["stream"].startswith("personnel-action/"))
    for document in documents:
        expected = EVENTS_OF.get(document["type"])
        if expected is not None:
            assert whole[document["causation_id"]] == expected, "half a command"
    versions = Counter(
        d["stream"].partition("/")[2] for d in documents if d["type"] and "action" in d["stream"]
    )
    assert {action: versions[action] for action in projected} == projected

    command_id, position, leaf = said[-1].split()
    retry = WithdrawAction(command_id=command_id, actor=SYSTEM, action_id="whatever", reason="x")
    again = world.installation.ledger.execute(retry, body_hash="body")
    assert again.replayed
    assert again.receipt is not None
    assert (again.receipt.position, again.receipt.leaf_hash) == (int(position), leaf)
