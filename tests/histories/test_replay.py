"""Every recorded history replays with the code of today, inside the sandbox."""

from __future__ import annotations

import asyncio
import base64
import json
import re
from pathlib import Path

import pytest
from pydantic import BaseModel
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from activities.progress import Progress
from activities.rank import RankProgress
from activities.talent_upkeep import Reached
from workflows.processes import BY_THE_CALENDAR, OF_RANK_LISTS, PROCESS_OF_KIND

HISTORIES = sorted(Path(__file__).parent.glob("*.json"))


def test_histories_are_recorded() -> None:
    assert len(HISTORIES) >= 6


@pytest.mark.parametrize("file", HISTORIES, ids=lambda file: file.stem)
def test_history_replays(file: Path) -> None:
    replayer = Replayer(
        workflows=[*PROCESS_OF_KIND.values(), *OF_RANK_LISTS, *BY_THE_CALENDAR],
        data_converter=pydantic_data_converter,
        workflow_runner=SandboxedWorkflowRunner(),
    )
    history = WorkflowHistory.from_json(file.stem, file.read_text(encoding="utf-8"))
    asyncio.run(replayer.replay_workflow(history))


@pytest.mark.parametrize("file", HISTORIES, ids=lambda file: file.stem)
def test_temporal_is_told_ids_phases_and_moments_only(file: Path) -> None:
    told = [
        json.loads(base64.b64decode(payload))
        for payload in re.findall(r'"data": "([A-Za-z0-9+/=]+)"', file.read_text(encoding="utf-8"))
    ]
    known: dict[str, type[BaseModel]] = {"action_id": Progress, "list_id": RankProgress, "complete": Reached}
    messages = [message for message in told if isinstance(message, dict) and message.keys() & known.keys()]
    assert messages
    for message in messages:
        model = next(known[name] for name in known if name in message)
        assert set(message) <= set(model.model_fields)
    assert not re.search(r"\d{18}", json.dumps(told)), "a NIP has 18 digits"
