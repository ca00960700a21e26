"""A town whose every command an auditor hears at once: with open seals, and with closed ones.

After each command the law of `jenjang verify` has to be silent, what the readable events fold to has to
be the state that the judge uses, and its JSON has to read back as the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

import orjson

from audit.findings import Findings
from audit.lawfulness import Lawfulness
from domain import commands as cmd
from domain import events as ev
from domain.identity import SYSTEM, Actor
from domain.personnel_action import ActionState, Recorded, evolve, wakes
from ledger.record import StoredEvent, category_of, moment, personal_part
from projections.action_state import state_from_json, state_json
from tests.domain.town import PERSONNEL, Town

Told = tuple[str, Recorded]
Sealed = Callable[[str, Recorded], bool]


@dataclass
class Auditor:
    """The law of verify over a history in memory; `sealed` is that of an auditor without keys."""

    sealed: bool
    findings: Findings = field(default_factory=Findings)
    law: Lawfulness = field(init=False)
    size: int = 0

    def __post_init__(self) -> None:
        self.law = Lawfulness(self.findings)

    def hear(
        self, command_id: str, told: Iterable[Told], waking: frozenset[str], erased: Sealed
    ) -> list[str]:
        """What is unlawful about one command's events, `waking` being the streams whose process is told,
        and `erased` telling of which events the seal stays closed whoever asks.
        """
        before = len(self.findings.found)
        told = list(told)
        last = {stream: index for index, (stream, _) in enumerate(told)}
        for index, (stream, recorded) in enumerate(told):
            woken = stream in waking and last[stream] == index
            closed = self.sealed or erased(stream, recorded)
            self.law.next(self._stored(command_id, stream, recorded, wake=woken, closed=closed))
        self.law.end()
        return [f"{found.code}: {found.detail}" for found in self.findings.found[before:]]

    def _stored(
        self, command_id: str, stream: str, recorded: Recorded, *, wake: bool, closed: bool
    ) -> StoredEvent:
        position, event = self.size, recorded.event
        self.size += 1
        personal = personal_part(event)
        if closed:
            event = readable(event)
        at = moment(recorded.at)
        document = {"causation_id": command_id, "correlation_id": command_id, "commit": 0, "recorded_at": at}
        return StoredEvent(
            position=position,
            record=orjson.dumps(document),
            leaf_hash=b"",
            stream=stream,
            version=recorded.version,
            category=category_of(stream),
            type=type(event).__name__,
            recorded_at=at,
            actor=Actor.model_validate({"kind": recorded.actor_kind, "id": recorded.actor_id}),
            wakes=wake,
            event=event,
            person_id="somebody" if personal else None,
            sealed=None if closed else personal or None,
        )


def readable(event: ev.Event) -> ev.Event:
    """The event as it reads without the key."""
    return event.model_copy(update=dict.fromkeys(event.PERSONAL))


@dataclass
class WitnessedTown(Town):
    """A town that is checked after each of its commands."""

    auditors: tuple[Auditor, ...] = field(default_factory=lambda: (Auditor(False), Auditor(True)))
    shadows: dict[str, ActionState] = field(default_factory=dict)
    _heard: list[tuple[str, list[Told], frozenset[str]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        adopted = ev.PolicyAdopted(
            policy_id=self.policy.id, hash=self.policy.hash, document=self.policy.model_dump(mode="json")
        )
        calendar = ev.CalendarAdopted(
            version=self.calendar.version, holidays=tuple(sorted(self.calendar.holidays))
        )
        for stream, event in ((f"policy/{self.policy.id}", adopted), ("calendar/working-days", calendar)):
            self._hear(stream, [(stream, Recorded(event, 1, self.now, SYSTEM.kind, SYSTEM.id))], frozenset())
        super().__post_init__()

    def _judge(self, command: cmd.Command) -> list[ev.Event]:
        before, known = dict(self.states), len(self.log)
        happened = super()._judge(command)
        told = self.log[known:]
        self._hear(command.command_id, told, waking(told, before, self.states))
        self._shadow(told)
        return happened

    def erase_person(self, person_id: str) -> None:
        """Auditors who come afterwards read the whole history without this person's seals."""
        super().erase_person(person_id)
        self.auditors = tuple(Auditor(auditor.sealed) for auditor in self.auditors)
        heard, self._heard = self._heard, []
        for command_id, told, waking in heard:
            self._hear(command_id, told, waking)

    def _hear(self, command_id: str, told: list[Told], waking: frozenset[str]) -> None:
        self._heard.append((command_id, told, waking))
        for auditor in self.auditors:
            found = auditor.hear(command_id, told, waking, self._is_erased)
            assert not found, (found, [(s, type(r.event).__name__) for s, r in told])

    def _is_erased(self, stream: str, recorded: Recorded) -> bool:
        return self.sealed_for.get((stream, recorded.version)) in self.erased

    def _shadow(self, told: list[Told]) -> None:
        """The states that the readable part of the events alone gives."""
        touched: set[str] = set()
        for stream, recorded in told:
            if stream.startswith(PERSONNEL):
                action = stream.removeprefix(PERSONNEL)
                moved = evolve(self.shadows.get(action), replace(recorded, event=readable(recorded.event)))
                assert moved is not None
                self.shadows[action] = moved
                touched.add(action)
        for action in touched:
            assert self.shadows[action] == self.states[action]
            assert state_from_json(state_json(self.states[action])) == self.states[action]


def waking(told: list[Told], before: dict[str, ActionState], after: dict[str, ActionState]) -> frozenset[str]:
    """The streams of the actions whose process has to be told."""
    touched = {s.removeprefix(PERSONNEL) for s, _ in told if s.startswith(PERSONNEL)}
    return frozenset(PERSONNEL + action for action in touched if wakes(before.get(action), after[action]))
