"""A process that submits and withdraws without end and says what was acknowledged, until it is killed.

python tests/ledger/load.py DATA DATABASE_URL '[["subject","target"], …]'
"""

from __future__ import annotations

import json
import sys
import threading
import uuid
from datetime import UTC, datetime
from pathlib import Path

from domain.commands import SubmitAction, WithdrawAction
from domain.identity import Actor
from domain.policy import Variant
from installation import Installation
from settings import Settings

MACHINE = Actor(kind="integration", id="load", scopes=frozenset({"actions:write"}))


def run(installation: Installation, subject: str, target: str) -> None:
    while True:
        action = str(uuid.uuid4())
        submission = SubmitAction(
            command_id=str(uuid.uuid4()),
            actor=MACHINE,
            action_id=action,
            variant=Variant.WITHIN_AGENCY,
            subject_id=subject,
            target_position_id=target,
            effective_date=datetime.now(UTC).date(),
            reason="kebutuhan organisasi",
        )
        withdrawal = WithdrawAction(
            command_id=str(uuid.uuid4()), actor=MACHINE, action_id=action, reason="tidak jadi"
        )
        for command in (submission, withdrawal):
            receipt = installation.ledger.execute(command, body_hash="body").receipt
            assert receipt is not None
            # One write each, so that a kill never leaves half a line that looks whole.
            sys.stdout.write(f"{command.command_id} {receipt.position} {receipt.leaf_hash}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    data, url, pairs = sys.argv[1:]
    opened = Installation(Settings(data=Path(data), database_url=url))
    for subject_id, target_id in json.loads(pairs):
        threading.Thread(target=run, args=(opened, subject_id, target_id)).start()
