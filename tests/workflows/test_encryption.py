"""A whole process with everything that Temporal is told encrypted: history, failures, replay."""

from __future__ import annotations

import pytest
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from integrations.payload_codec import ENCODING, encrypting_converter
from projections import employees
from tests.workflows.theatre import Theatre, a_transfer
from workflows.processes import PROCESS_OF_KIND

pytestmark = pytest.mark.anyio


@pytest.fixture
async def sealed(theatre: Theatre) -> Theatre:
    theatre.converter = encrypting_converter(theatre.world.installation.settings.codec_keys)
    await theatre.connect()
    return theatre


def payloads_of(history: WorkflowHistory) -> list[bytes]:
    """The encoding of every payload in a history."""
    found: list[bytes] = []

    def walk(message: object) -> None:
        descriptor = getattr(message, "DESCRIPTOR", None)
        if descriptor is None:
            return
        if descriptor.full_name == "temporal.api.common.v1.Payload":
            found.append(message.metadata["encoding"])  # type: ignore[attr-defined]
            return
        for field, value in message.ListFields():  # type: ignore[attr-defined]
            if field.message_type is None:
                continue
            items = value.values() if field.message_type.GetOptions().map_entry else value
            for item in [items] if hasattr(items, "DESCRIPTOR") else items:
                walk(item)

    for event in history.events:
        walk(event)
    return found


async def test_a_process_runs_on_encrypted_payloads_and_its_history_replays(sealed: Theatre) -> None:
    async with sealed.playing():
        state = a_transfer(sealed.world)
        await sealed.walk(state, "completed")
        await sealed.over(state)
        history = await sealed.handle(state).fetch_history()
    told = payloads_of(history)
    # The SDK names local activities in markers of its own, which tell no value of ours.
    assert told.count(ENCODING) >= 5
    assert set(told) <= {ENCODING, b"json/plain"}
    assert state.id not in "".join(
        str(e.workflow_execution_signaled_event_attributes.input) for e in history.events
    )
    kinds = [*PROCESS_OF_KIND.values()]
    replayer = Replayer(
        workflows=kinds, data_converter=sealed.converter, workflow_runner=SandboxedWorkflowRunner()
    )
    await replayer.replay_workflow(history)
    without = Replayer(
        workflows=kinds, data_converter=pydantic_data_converter, workflow_runner=SandboxedWorkflowRunner()
    )
    with pytest.raises(Exception, match=r"decod|encoding|converter|Failed"):
        await without.replay_workflow(history)


async def test_before_it_is_encrypted_nothing_that_temporal_is_told_is_personal(theatre: Theatre) -> None:
    await theatre.connect()
    world = theatre.world
    async with theatre.playing():
        person = world.movable()[0]
        state = world.submit(person, world.vacancies()[0], reason="rahasia-alasan").state
        assert state is not None
        await theatre.walk(state, "completed")
        await theatre.over(state)
        history = await theatre.handle(state).fetch_history()
    with world.installation.reader.engine.connect() as connection:
        row = employees.by_id(connection, person)
    assert row is not None
    told = b"".join(event.SerializeToString() for event in history.events)
    assert state.id.encode() in told
    for secret in (row["name"], row["nip"], "rahasia"):
        assert secret.encode() not in told
