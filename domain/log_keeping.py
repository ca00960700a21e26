"""What may happen to the log's keys and published checkpoints; the system alone keeps them."""

from __future__ import annotations

from domain.errors import AlreadyExists, NotFound, NotPermitted
from domain.event import NewEvent
from domain.facts import Facts
from domain.identity import Actor
from domain.log_commands import AnnounceLogKey, RecordPublication, ReplaceLogKey, RetireLogKey
from domain.log_events import CheckpointPublished, LogKeyAnnounced, LogKeyReplaced, LogKeyRetired
from domain.log_state import KEYS, PUBLICATIONS


def announce_key(facts: Facts, command: AnnounceLogKey) -> list[NewEvent]:
    """Begin the overlap of a rotation. The same again changes nothing."""
    _system_only(command.actor)
    keys = facts.log.keys
    if command.key in keys:
        return []
    if len(keys) > 1:
        raise AlreadyExists(what="a rotation that is not finished: retire the older key first")
    if keys not in ((), (command.previous,)):
        raise NotFound()
    return [NewEvent(KEYS, LogKeyAnnounced(previous=command.previous, key=command.key))]


def retire_key(facts: Facts, command: RetireLogKey) -> list[NewEvent]:
    """End the overlap; the last key cannot be retired."""
    _system_only(command.actor)
    if command.key not in facts.log.keys or len(facts.log.keys) < 2:
        raise NotFound()
    return [NewEvent(KEYS, LogKeyRetired(key=command.key))]


def replace_key(facts: Facts, command: ReplaceLogKey) -> list[NewEvent]:
    """Put a new key in the place of one that was lost or stolen."""
    _system_only(command.actor)
    keys = facts.log.keys
    if keys and command.previous not in keys:
        raise NotFound()
    if command.key in (*keys, command.previous):
        raise AlreadyExists(what="this key of the log")
    event = LogKeyReplaced(previous=command.previous, key=command.key, why=command.why)
    return [NewEvent(KEYS, event)]


def record_publication(facts: Facts, command: RecordPublication) -> list[NewEvent]:
    """Keep what was obtained for a checkpoint; one that is not newer than the last changes nothing."""
    _system_only(command.actor)
    if command.size <= facts.log.published:
        return []
    fields = command.model_dump(include=set(CheckpointPublished.model_fields))
    return [NewEvent(PUBLICATIONS, CheckpointPublished(**fields))]


def _system_only(actor: Actor) -> None:
    if actor.kind != "system":
        raise NotPermitted()
