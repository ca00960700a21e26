"""The doctor: ledger against Temporal. What is stuck, on whom, since when, and its safe repair."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client, WorkflowExecutionDescription, WorkflowExecutionStatus
from temporalio.service import RetryConfig, RPCError, RPCStatusCode

from domain.personnel_action import ActionState
from erasure import purge
from installation import Installation
from integrations.object_store import StoreUnavailable
from integrations.payload_codec import encrypting_converter
from ledger import read
from ledger.database import DatabaseUnavailable
from ledger.erased_people import ErasedListBroken
from ledger.facts import facts_for_reading
from ledger.record import moment
from ledger.scrub import NotScrubbed
from operations import ledger_findings, rank_findings
from operations.decree_findings import of_decrees
from operations.diagnosis import Diagnosis, Finding, Repair
from operations.notice_findings import of_notices
from operations.policy_findings import of_proposals
from operations.publication_findings import of_publications
from operations.siasn_findings import siasn_waits
from operations.webhook_findings import of_webhooks
from projections import evaluation_cycles, register
from projections.action_state import states_of
from relay.process import ProcessCaller
from settings import Settings
from workflows.naming import PERSONNEL_ACTION, action_id_of, cycle_workflow_id, workflow_id

# A case that came or went this moment is on its way through the relay: look twice.
SECOND_LOOK_SECONDS = 2.0
CONNECT_SECONDS = 5.0
CHUNK = 500
ASKED_AT_ONCE = 16
FAILING_AFTER = 5
# A cycle begins the processes of a part after it has opened it; on a slow machine that takes its time.
BEGUN_BY_ITS_CYCLE_WITHIN = timedelta(minutes=2)


def run(settings: Settings, *, repair: bool) -> Diagnosis:
    """Diagnose the installation and, if told so, mend what can safely be mended. Works without
    Temporal, and says so. Raises DatabaseUnavailable or the database's own error without a ledger.
    """
    database = settings.database
    if database.get_backend_name() == "sqlite" and not Path(database.database or "").is_file():
        raise DatabaseUnavailable(f"there is no ledger at {database.database}")
    installation = Installation(settings)
    try:
        return asyncio.run(_run(installation, mend=repair))
    finally:
        installation.close()


async def _run(installation: Installation, *, mend: bool) -> Diagnosis:
    client = await connect(installation.settings)
    diagnosis = await diagnose(installation, client)
    if mend:
        await asyncio.to_thread(finish_erasures, installation, diagnosis)
    if mend and client is not None:
        await repair(installation, client, diagnosis)
    return diagnosis


async def connect(settings: Settings) -> Client | None:
    """A client of Temporal, or None when it cannot be reached."""
    try:
        return await asyncio.wait_for(
            Client.connect(
                settings.temporal_target,
                namespace=settings.temporal_namespace,
                data_converter=encrypting_converter(settings.codec_keys),
                retry_config=RetryConfig(max_retries=2),
            ),
            CONNECT_SECONDS,
        )
    except (RuntimeError, TimeoutError):
        return None


async def diagnose(installation: Installation, client: Client | None) -> Diagnosis:
    """All findings about ledger, processes and projections. Reads only."""
    diagnosis = Diagnosis()
    states = _read_ledger(installation, diagnosis)
    if client is None:
        diagnosis.findings.insert(0, _unreachable(installation.settings))
        return diagnosis
    try:
        overdue = {f.action_id for f in diagnosis.findings if f.repair is Repair.WAKE_PROCESS and f.action_id}
        diagnosis.findings += await _failing(client, overdue)
        diagnosis.findings += await _of_processes(installation, client, states)
    except RPCError as error:
        diagnosis.findings.insert(0, _unreachable(installation.settings, error.status.name))
    return diagnosis


async def repair(installation: Installation, client: Client, diagnosis: Diagnosis) -> None:
    """Carry out the repairs of `diagnosis` and note in it what was done. Each may be done again."""
    processes = ProcessCaller(client, installation.settings.task_queue)
    with installation.reader.engine.connect() as connection:
        position = read.size(connection)
        kinds = read.kinds_of(connection, {f.action_id for f in diagnosis.findings if f.action_id})
    for finding in diagnosis.findings:
        if finding.repair is None or finding.action_id is None:
            continue
        try:
            if finding.repair is Repair.WAKE_PROCESS:
                await processes.wake(finding.action_id, position, kinds[finding.action_id])
                diagnosis.done[finding] = "told the process to read the ledger, starting it where missing"
            else:
                await processes.end(finding.action_id, position)
                diagnosis.done[finding] = "told the process to read the ledger, after which it ends"
        except RPCError as error:
            diagnosis.failed[finding] = f"Temporal refused: {error.status.name}"


def finish_erasures(installation: Installation, diagnosis: Diagnosis) -> None:
    """Go on with erasures that were cut off, and note in `diagnosis` what was done."""
    for finding in diagnosis.findings:
        if finding.repair is Repair.FINISH_ERASURE and finding.person_id is not None:
            try:
                purge.finish(installation, finding.person_id)
            except (SQLAlchemyError, OSError, NotScrubbed, ErasedListBroken, StoreUnavailable) as error:
                diagnosis.failed[finding] = f"not finished: {error}"
            else:
                diagnosis.done[finding] = "removed what was left of the person"


def _read_ledger(installation: Installation, diagnosis: Diagnosis) -> dict[str, ActionState]:
    """The running actions, with what the ledger alone finds added to `diagnosis`."""
    reader, now = installation.reader, installation.clock()
    with reader.engine.connect() as connection:
        awaited = [action_id for action_id, _ in register.awaited(connection)]
        states: dict[str, ActionState] = {}
        for start in range(0, len(awaited), CHUNK):
            states |= states_of(connection, awaited[start : start + CHUNK])
        diagnosis.checked_actions = len(states)
        diagnosis.findings += ledger_findings.of_tables(connection, now)
        diagnosis.findings += of_notices(connection, now)
        diagnosis.findings += of_publications(connection, installation.settings, now)
        diagnosis.findings += of_webhooks(connection, now)
        diagnosis.findings += of_decrees(connection, installation.settings, now)
        view = reader.directory.current(connection)
        diagnosis.findings += rank_findings.of_rank_lists(connection, view, now)
        diagnosis.findings += ledger_findings.of_erasures(connection, purge.unfinished(installation))
        facts = facts_for_reading(reader, connection, view, now)
        for state in states.values():
            diagnosis.findings += ledger_findings.of_action(state, facts)
            late = (
                ledger_findings.decree_missing(connection, state, now),
                siasn_waits(connection, state, now),
            )
            diagnosis.findings += [each for each in late if each is not None]
        diagnosis.findings += of_proposals(view, now)
    return states


async def _of_processes(
    installation: Installation, client: Client, states: dict[str, ActionState]
) -> list[Finding]:
    findings = await _without_worker(client, installation.settings)
    running = await _running(client, installation.settings.task_queue)
    findings += await _of_cycles(installation, client)
    begun_by_now = installation.clock() - BEGUN_BY_ITS_CYCLE_WITHIN
    awaited = {id_ for id_, state in states.items() if not _was_just_opened(state, begun_by_now)}
    missing, unneeded = awaited - running, running - states.keys()
    if missing or unneeded:
        await asyncio.sleep(SECOND_LOOK_SECONDS)
        with installation.reader.engine.connect() as connection:
            awaited = {action_id for action_id, _ in register.awaited(connection)}
        missing, unneeded = missing & awaited, unneeded - awaited
        running = await _which_run(client, missing | unneeded)
        missing, unneeded = missing - running, unneeded & running
    for action_id in sorted(missing):
        submitted = moment(states[action_id].submitted_at)
        what = f"no process runs for the action, which is in phase {states[action_id].phase}"
        findings.append(
            Finding("process-missing", what, action_id, since=submitted, repair=Repair.WAKE_PROCESS)
        )
    for action_id in sorted(unneeded):
        what = "a process runs, and the ledger waits for nothing in this action"
        findings.append(Finding("process-unneeded", what, action_id, repair=Repair.END_PROCESS))
    return findings


async def _of_cycles(installation: Installation, client: Client) -> list[Finding]:
    """Cycles without their process: nobody opens what is not open yet, and nobody closes them."""
    with installation.reader.engine.connect() as connection:
        cycles = evaluation_cycles.running(connection)
    advice = "see that a worker runs and reaches Temporal: it starts the process anew each minute"
    return [
        Finding("cycle-process-missing", f"no process runs for evaluation cycle {cycle_id}", advice=advice)
        for cycle_id in cycles
        if not await _runs(client, cycle_workflow_id(cycle_id))
    ]


def _was_just_opened(state: ActionState, since: datetime) -> bool:
    """Whether the action is an evaluation that its cycle has opened since then."""
    in_cycle = state.evaluation is not None and state.evaluation.cycle_id is not None
    return in_cycle and state.submitted_at > since


async def _running(client: Client, task_queue: str) -> set[str]:
    """Actions with a running process, as Temporal's index has them: it may lag a moment behind."""
    query = (
        f'ExecutionStatus = "Running" AND TaskQueue = "{task_queue}" '
        f'AND WorkflowId STARTS_WITH "{PERSONNEL_ACTION}"'
    )
    return {action_id_of(found.id) async for found in client.list_workflows(query, page_size=1000)}


async def _describe(client: Client, process_id: str) -> WorkflowExecutionDescription | None:
    try:
        return await client.get_workflow_handle(process_id).describe()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise


async def _which_run(client: Client, action_ids: set[str]) -> set[str]:
    """Those of the actions whose process runs, asked one by one: thousands may have ended just now."""
    room = asyncio.Semaphore(ASKED_AT_ONCE)

    async def runs(action_id: str) -> bool:
        async with room:
            return await _runs(client, workflow_id(action_id))

    asked = sorted(action_ids)
    answers = await asyncio.gather(*map(runs, asked))
    return {action_id for action_id, found in zip(asked, answers, strict=True) if found}


async def _runs(client: Client, process_id: str) -> bool:
    found = await _describe(client, process_id)
    return found is not None and found.status is WorkflowExecutionStatus.RUNNING


async def _failing(client: Client, action_ids: Iterable[str]) -> list[Finding]:
    """Processes whose code or worker fails again and again, where something is overdue."""
    findings = []
    for action_id in sorted(action_ids):
        found = await _describe(client, workflow_id(action_id))
        pending = found.raw_description.pending_workflow_task if found is not None else None
        if pending is not None and pending.attempt > FAILING_AFTER:
            what = f"the process has failed {pending.attempt - 1} times in a row; see the worker's log"
            findings.append(
                Finding("process-failing", what, action_id, advice="mend or roll back the worker")
            )
    return findings


async def _without_worker(client: Client, settings: Settings) -> list[Finding]:
    described = await client.workflow_service.describe_task_queue(
        DescribeTaskQueueRequest(
            namespace=client.namespace,
            task_queue=TaskQueue(name=settings.task_queue),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
        ),
        timeout=timedelta(seconds=10),
    )
    if described.pollers:
        return []
    what = f"no worker asks for work on task queue {settings.task_queue}"
    return [Finding("no-worker", what, advice="start `jenjang worker`")]


def _unreachable(settings: Settings, why: str = "it does not answer") -> Finding:
    what = f"Temporal at {settings.temporal_target} cannot be asked ({why}); processes were not checked"
    advice = "decisions go on being recorded; deadlines and effects wait until it is back"
    return replace(Finding("temporal-unreachable", what), advice=advice)
