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

from activities.cycle import CycleProgress
from activities.decree import DecreeMade
from activities.progress import ActionRef, Progress
from activities.publication import CheckpointToPublish, Delivery, Obtained, WitnessAnswer, WitnessRequest
from activities.rank import RankProgress
from activities.siasn import Compared
from activities.talent_upkeep import Reached
from activities.webhooks import WebhookRound
from workflows.processes import (
    BY_THE_CALENDAR,
    OF_CYCLES,
    OF_DECREES,
    OF_RANK_LISTS,
    OF_WEBHOOKS,
    PROCESS_OF_KIND,
)

HISTORIES = sorted(Path(__file__).parent.glob("*.json"))
PROCESSES = (
    *PROCESS_OF_KIND.values(),
    *OF_CYCLES,
    *OF_RANK_LISTS,
    *OF_DECREES,
    *OF_WEBHOOKS,
    *BY_THE_CALENDAR,
)
ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# What Temporal may be told, by a field that marks it.
TOLD: dict[str, tuple[type[BaseModel], ...]] = {
    "action_id": (Progress, ActionRef),
    "list_id": (RankProgress,),
    "decree_id": (DecreeMade,),
    "cycle_id": (CycleProgress,),
    "destinations": (CheckpointToPublish,),
    "answers": (Obtained,),
    "destination": (Delivery,),
    "witness": (WitnessAnswer, WitnessRequest),
    "complete": (Reached, Compared),
    "subscription_id": (WebhookRound,),
}


def test_every_process_has_a_recorded_history() -> None:
    texts = [file.read_text(encoding="utf-8") for file in HISTORIES]
    for process in PROCESSES:
        named = re.compile(rf'"workflowType": {{\s*"name": "{process.__name__}"')
        assert any(named.search(text) for text in texts), process


@pytest.mark.parametrize("file", HISTORIES, ids=lambda file: file.stem)
def test_history_replays(file: Path) -> None:
    replayer = Replayer(
        workflows=PROCESSES,
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
    messages = [message for message in told if isinstance(message, dict) and message.keys() & TOLD.keys()]
    assert messages or all(ID.fullmatch(item) for item in told if isinstance(item, str))
    for message in messages:
        models = next(TOLD[name] for name in TOLD if name in message)
        assert any(set(message) <= set(model.model_fields) for model in models), message
    assert not re.search(r"\d{18}", json.dumps(told)), "a NIP has 18 digits"
