"""The worker: drives processes in Temporal and relays the ledger to them, until told to stop."""

from __future__ import annotations

import asyncio
import logging
import signal
from datetime import timedelta
from typing import Any

from temporalio.client import Client
from temporalio.worker import PollerBehaviorSimpleMaximum, UnsandboxedWorkflowRunner, Worker

from activities.cycle import CycleActivities
from activities.decree import DecreeActivities
from activities.publication import PublicationActivities
from activities.rank import RankActivities
from activities.record import LedgerActivities
from activities.siasn import SiasnActivities
from activities.talent_upkeep import TalentUpkeepActivities
from activities.webhooks import WebhookActivities
from inbound.batch_runner import BatchRunner
from inbound.batches import BatchStore
from inbound.waiting_batches import WaitingBatches
from installation import Installation
from integrations.payload_codec import encrypting_converter
from notification.notifier import Notifier
from operations.decrees import maker_of
from operations.outside import outside_of
from operations.siasn import connector_of
from operations.worker_health import HealthEndpoint
from proofs.checkpoint import origin_of
from relay.cursor import Cursor
from relay.cycle_recorder import LedgerCycleRecorder
from relay.cycles import CycleStarter
from relay.decrees import DecreeStarter
from relay.follow import Relay
from relay.lookout import Lookout
from relay.process import ProcessCaller
from relay.publication_clock import PublicationClock
from relay.publisher import LedgerPublisher
from relay.rank_recorder import LedgerRankRecorder
from relay.ranks import RankListStarter
from relay.recorder import LedgerRecorder
from relay.siasn_calendar import SiasnCalendar
from relay.siasn_comparer import LedgerSiasnComparer
from relay.siasn_teller import LedgerSiasnTeller
from relay.talent_calendar import TalentCalendar
from relay.upkeep_recorder import LedgerUpkeepRecorder
from relay.webhook_sender import LedgerWebhookSender, Patience
from relay.webhook_starter import WebhookStarter
from settings import Settings
from workflows.processes import (
    BY_THE_CALENDAR,
    OF_CYCLES,
    OF_DECREES,
    OF_RANK_LISTS,
    OF_WEBHOOKS,
    PROCESS_OF_KIND,
)

log = logging.getLogger(__name__)

LONGEST_PAUSE = 5.0
# A waiting process that is not in memory is replayed when woken; one in memory takes some 60 kB. Thousands
# of evaluations that wait for months need not be held.
PROCESSES_IN_MEMORY = 2_000
# After a worker was killed, another takes over its processes when this time has passed.
STICKY_FOR = timedelta(seconds=1)
GRACE = timedelta(seconds=20)


def run(settings: Settings) -> int:
    """Work until SIGTERM or SIGINT; 0 after an orderly end. Raises DatabaseUnavailable before the
    database is set up; waits for Temporal as long as it takes.
    """
    logging.getLogger().setLevel(settings.log_level)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    installation = Installation(settings)
    try:
        asyncio.run(_Service(installation).serve())
    finally:
        installation.close()
    return 0


def webhook_sender_of(installation: Installation) -> LedgerWebhookSender:
    """What sends this installation's webhooks, with the patience that the settings name."""
    settings = installation.settings
    return LedgerWebhookSender(
        installation.ledger,
        installation.reader,
        lambda: installation.writing_engine,
        installation.sealing_key,
        origin_of(settings.agency),
        settings.webhook_guard,
        installation.clock,
        Patience(
            first=timedelta(seconds=settings.webhook_retry_seconds),
            gives_up=timedelta(hours=settings.webhook_give_up_hours),
        ),
    )


async def connect(settings: Settings) -> Client:
    """A client of the Temporal that the settings name. Raises RuntimeError while it cannot be reached."""
    return await Client.connect(
        settings.temporal_target,
        namespace=settings.temporal_namespace,
        data_converter=encrypting_converter(settings.codec_keys),
    )


def process_worker(
    client: Client,
    task_queue: str,
    activities: LedgerActivities,
    cycles: CycleActivities,
    upkeep: TalentUpkeepActivities,
    publications: PublicationActivities,
    ranks: RankActivities,
    siasn: SiasnActivities,
    webhooks: WebhookActivities,
    decrees: DecreeActivities,
    **changes: Any,
) -> Worker:
    """A worker with every workflow and activity.

    Workflows run outside the sandbox, which would double their cost: the tests run and replay them
    inside it, so what it forbids is found there.
    """
    values: dict[str, Any] = {
        "workflows": [
            *PROCESS_OF_KIND.values(),
            *OF_CYCLES,
            *OF_RANK_LISTS,
            *OF_DECREES,
            *OF_WEBHOOKS,
            *BY_THE_CALENDAR,
        ],
        "activities": [
            activities.load_progress,
            activities.advance_action,
            activities.issue_decree,
            cycles.open_next_evaluations,
            cycles.begin_next_processes,
            cycles.close_cycle_when_over,
            cycles.open_half_year_cycle,
            upkeep.place_next_people,
            upkeep.remind_units,
            publications.find_checkpoint_to_publish,
            publications.ask_witness,
            publications.stamp_checkpoint,
            publications.record_publication,
            publications.deliver_checkpoint,
            ranks.advance_rank_list,
            siasn.tell_siasn,
            siasn.compare_next_people,
            webhooks.send_waiting_events,
            decrees.make_decree,
        ],
        "workflow_runner": UnsandboxedWorkflowRunner(),
        "max_cached_workflows": PROCESSES_IN_MEMORY,
        "sticky_queue_schedule_to_start_timeout": STICKY_FOR,
        "graceful_shutdown_timeout": GRACE,
        "workflow_task_poller_behavior": PollerBehaviorSimpleMaximum(4),
        # All activities are local ones: nobody need ask the server for others.
        "no_remote_activities": True,
    }
    return Worker(client, task_queue=task_queue, **(values | changes))


class _Service:
    """The parts of the worker process and their common life."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._settings = installation.settings
        self._stopping = asyncio.Event()
        self._client: Client | None = None
        self._worker: Worker | None = None

    async def serve(self) -> None:
        loop = asyncio.get_running_loop()
        for sign in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(sign, self._stopping.set)
        ledger, reader = self._installation.ledger, self._installation.reader
        clock = self._installation.clock
        activities = LedgerActivities(LedgerRecorder(ledger, reader, clock))
        upkeep = TalentUpkeepActivities(LedgerUpkeepRecorder(ledger, reader, clock))
        outside = outside_of(self._settings)
        publications = PublicationActivities(LedgerPublisher(ledger, reader, outside))
        ranks = RankActivities(LedgerRankRecorder(ledger, reader, clock))
        documents = self._installation.documents
        connector = connector_of(self._settings)
        teller = LedgerSiasnTeller(ledger, reader, clock, documents, connector)
        teller.announce()
        siasn = SiasnActivities(teller, LedgerSiasnComparer(ledger, reader, connector))
        webhooks = WebhookActivities(webhook_sender_of(self._installation))
        maker = await asyncio.to_thread(maker_of, self._installation)
        decrees = DecreeActivities(maker)
        async with HealthEndpoint(self._settings.worker_health_port, self._is_ready):
            self._client = await self._connected()
            if self._client is None:
                return
            cursor = Cursor(self._installation.writing_engine, "temporal")
            processes = ProcessCaller(self._client, self._settings.task_queue)
            cycles = CycleActivities(LedgerCycleRecorder(ledger, reader, clock, processes))
            relay = Relay(cursor, reader, processes, clock=self._installation.clock)
            relaying = asyncio.create_task(relay.run())
            relaying.add_done_callback(lambda _: self._stopping.set())
            every = timedelta(minutes=self._settings.publish_every_minutes) if outside.anybody else None
            queue = self._settings.task_queue
            starters: tuple[Lookout, ...] = (
                CycleStarter(reader, self._client, queue),
                RankListStarter(reader, self._client, queue),
                TalentCalendar(reader, self._client, queue, clock),
                PublicationClock(self._client, queue, every),
                SiasnCalendar(reader, self._client, queue, clock, connected=connector is not None),
                *self._notifiers(),
                WebhookStarter(reader, self._client, queue),
                self._batches(),
                *([DecreeStarter(reader, self._client, queue)] if maker.signer is not None else []),
            )
            starting = [asyncio.create_task(starter.run()) for starter in starters]
            for each in starting:
                each.add_done_callback(lambda _: self._stopping.set())
            try:
                await self._work(
                    self._client, activities, cycles, upkeep, publications, ranks, siasn, webhooks, decrees
                )
            finally:
                relay.stop()
                for starter in starters:
                    starter.stop()
                await asyncio.gather(relaying, *starting)

    def _notifiers(self) -> tuple[Notifier, ...]:
        """None where people can be told nothing."""
        if not (channels := self._installation.channels):
            return ()
        engine, clock = self._installation.writing_engine, self._installation.clock
        return (Notifier(self._installation.reader, engine, channels, self._settings.pages_address, clock),)

    def _batches(self) -> WaitingBatches:
        opened = self._installation
        store = BatchStore(opened.writing_engine, opened.sealing_key)
        return WaitingBatches(BatchRunner(store, opened.ledger, opened.reader, opened.clock))

    async def _connected(self) -> Client | None:
        pause = 0.1
        while not self._stopping.is_set():
            try:
                return await connect(self._settings)
            except RuntimeError as error:
                if pause >= 1.0:
                    log.warning("Temporal at %s: %s", self._settings.temporal_target, error)
            await self._rest(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
        return None

    async def _work(
        self,
        client: Client,
        activities: LedgerActivities,
        cycles: CycleActivities,
        upkeep: TalentUpkeepActivities,
        publications: PublicationActivities,
        ranks: RankActivities,
        siasn: SiasnActivities,
        webhooks: WebhookActivities,
        decrees: DecreeActivities,
    ) -> None:
        """Run a worker; when it fails for good (a namespace that is not there yet), start another."""
        pause = 0.5
        while not self._stopping.is_set():
            self._worker = process_worker(
                client,
                self._settings.task_queue,
                activities,
                cycles,
                upkeep,
                publications,
                ranks,
                siasn,
                webhooks,
                decrees,
                on_fatal_error=_tell_failure,
            )
            running = asyncio.create_task(self._worker.run())
            stop = asyncio.create_task(self._stopping.wait())
            await asyncio.wait([running, stop], return_when=asyncio.FIRST_COMPLETED)
            stop.cancel()
            if self._stopping.is_set():
                await self._worker.shutdown()
            await asyncio.wait([running])
            if running.exception() is not None:
                log.error("the Temporal worker ended: %s", running.exception())
            await self._rest(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _is_ready(self) -> dict[str, bool]:
        """What the worker needs, and whether it is there."""
        temporal = False
        if self._client is not None:
            try:
                temporal = await self._client.service_client.check_health(timeout=timedelta(seconds=2))
            except Exception:
                log.debug("Temporal does not answer", exc_info=True)
        return {
            "temporal": temporal,
            "worker": self._worker is not None and self._worker.is_running,
            "ledger": await asyncio.to_thread(self._ledger_answers),
        }

    def _ledger_answers(self) -> bool:
        try:
            with self._installation.reader.engine.connect() as connection:
                connection.exec_driver_sql("SELECT size FROM head")
        except Exception:
            log.debug("the ledger does not answer", exc_info=True)
            return False
        return True

    async def _rest(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return


async def _tell_failure(error: BaseException) -> None:
    log.error("the Temporal worker failed: %s", error)
