"""How far the erasure of a person has come: a fold over its events."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from domain import erasure_events as ee
from domain.event import Event


@dataclass(frozen=True)
class Erasure:
    """`ground` is that of the newest request or of the erasure; `request` is None where a restored ledger
    knows the erasure only.
    """

    person_id: str
    state: Literal["requested", "refused", "erased", "completed"]
    ground: str
    request: ee.ErasureRequested | None = None
    erasure: ee.PersonErased | None = None

    @property
    def erased(self) -> bool:
        return self.erasure is not None


def follow(erasures: dict[str, Erasure], event: Event) -> bool:
    """Apply one event to the erasures by person; whether it was one of theirs."""
    match event:
        case ee.ErasureRequested():
            erasures[event.person_id] = Erasure(event.person_id, "requested", event.ground, event)
        case ee.ErasureRefused():
            erasures[event.person_id] = replace(erasures[event.person_id], state="refused")
        case ee.PersonErased():
            known = erasures.get(event.person_id)
            request = known.request if known else None
            erasures[event.person_id] = Erasure(event.person_id, "erased", event.ground, request, event)
        case ee.ErasureCompleted():
            erasures[event.person_id] = replace(erasures[event.person_id], state="completed")
        case _:
            return False
    return True
