"""A town in which the program errs: whenever that would change what is recorded, an auditor has to see it.

The error is judged and heard by a copy of the auditor; the town itself goes on lawfully.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

from domain import commands as cmd
from domain import events as ev
from domain.decide import Judged, decide
from domain.errors import Refusal
from domain.personnel_action import ActionState, Recorded, evolve
from tests.domain.town import PERSONNEL
from tests.lives.lapses import LAPSES, Lapse
from tests.lives.witness import Told, WitnessedTown, waking

TRIED_AT_ONCE = 16
# As often at most is one lapse put to the auditor in one town.
HEARD_AT_MOST = 4


@dataclass
class ErringTown(WitnessedTown):
    """`noticed` counts lapses that changed what would have been recorded; `missed` are those unseen."""

    lapses: Iterator[Lapse] = field(default_factory=lambda: cycle(LAPSES))
    noticed: Counter[str] = field(default_factory=Counter)
    missed: list[tuple[str, cmd.Command, list[str]]] = field(default_factory=list)
    erring: bool = False

    def send(self, command: cmd.Command) -> list[ev.Event]:
        if self.erring:
            state = self.states.get(command.action_id) if isinstance(command, cmd.ActionCommand) else None
            lawful = self._lawful(state, command)
            for _ in range(TRIED_AT_ONCE):
                lapse = next(self.lapses)
                if self.noticed[lapse.name] >= HEARD_AT_MOST:
                    continue
                wrong = lapse.judge(state, self.facts, command)
                if wrong and (lawful is None or told_by(wrong) != told_by(lawful)):
                    self._hear_of(lapse, command, wrong)
        return super().send(command)

    def _lawful(self, state: ActionState | None, command: cmd.Command) -> Judged | None:
        try:
            return decide(state, self.facts, command)
        except Refusal:
            return None

    def _hear_of(self, lapse: Lapse, command: cmd.Command, wrong: Judged) -> None:
        told, versions, after = list[Told](), dict(self._versions), dict(self.states)
        for new, actor in wrong:
            versions[new.stream] = versions.get(new.stream, 0) + 1
            recorded = Recorded(new.event, versions[new.stream], self.now, actor.kind, actor.id)
            told.append((new.stream, recorded))
            if new.stream.startswith(PERSONNEL):
                action = new.stream.removeprefix(PERSONNEL)
                moved = evolve(after.get(action), recorded)
                if moved is not None:
                    after[action] = moved
        auditor = copy.deepcopy(self.auditors[0], {id(policy): policy for policy in self._kept()})
        found = auditor.hear(command.command_id, told, waking(told, self.states, after), self._is_erased)
        if found:
            self.noticed[lapse.name] += 1
        else:
            self.missed.append((lapse.name, command, [type(r.event).__name__ for _, r in told]))

    def _kept(self) -> list[Any]:
        """What a copy may share, because nobody changes it."""
        return [*self.auditors[0].law.policies.values(), self.calendar]


def told_by(judged: Judged) -> list[Any]:
    return [(new.stream, new.event, actor) for new, actor in judged]
