"""The hands of a publication: ask witnesses and the timestamp authority, keep it, send it out.

Nothing personal passes here: a checkpoint is a size, a root and signatures.
"""

from __future__ import annotations

from typing import Protocol

from pydantic import BaseModel, ConfigDict
from temporalio import activity


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CheckpointToPublish(_Message):
    """The newest checkpoint and what is to be done with it; `witnesses` and `destinations` by name."""

    size: int
    root: str
    witnesses: tuple[str, ...]
    destinations: tuple[str, ...]
    stamped: bool


class WitnessRequest(_Message):
    size: int
    witness: str


class WitnessAnswer(_Message):
    """A cosignature line, or why there is none; `refused`: the log does not continue what was seen."""

    witness: str
    line: str | None = None
    refused: bool = False


class Obtained(_Message):
    """What is known of the published checkpoint; `timestamp` is base64 of the authority's answer."""

    size: int
    root: str
    answers: tuple[WitnessAnswer, ...]
    timestamp: str | None


class Delivery(_Message):
    size: int
    destination: str


class Publisher(Protocol):
    """Ledger and outside world as a publication sees them. What cannot be reached raises, and is tried
    again.
    """

    async def newest(self) -> CheckpointToPublish | None:
        """What is to be published; None when nothing happened since the last time."""

    async def ask_witness(self, size: int, witness: str) -> WitnessAnswer:
        """Submit the checkpoint of that size to a witness."""

    async def stamp(self, size: int) -> str:
        """The timestamp of the checkpoint of that size."""

    async def record(self, obtained: Obtained) -> None:
        """Keep it in the ledger."""

    async def deliver(self, size: int, destination: str) -> None:
        """Send the cosigned checkpoint of that size out."""


class PublicationActivities:
    """Activities of publications, on one publisher."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher

    @activity.defn
    async def find_checkpoint_to_publish(self) -> CheckpointToPublish | None:
        return await self._publisher.newest()

    @activity.defn
    async def ask_witness(self, request: WitnessRequest) -> WitnessAnswer:
        return await self._publisher.ask_witness(request.size, request.witness)

    @activity.defn
    async def stamp_checkpoint(self, checkpoint: CheckpointToPublish) -> str:
        return await self._publisher.stamp(checkpoint.size)

    @activity.defn
    async def record_publication(self, obtained: Obtained) -> None:
        await self._publisher.record(obtained)

    @activity.defn
    async def deliver_checkpoint(self, delivery: Delivery) -> None:
        await self._publisher.deliver(delivery.size, delivery.destination)
