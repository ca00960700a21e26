"""What every event of the ledger is: a frozen model whose class name is the recorded `type`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

EVENT_TYPES: dict[str, type[Event]] = {}


class Event(BaseModel):
    """One thing that happened. The class name is the recorded `type`; the module that defines it is
    imported by `domain.events`, so that whoever reads the ledger knows it.

    Fields named in `PERSONAL` are recorded sealed, under the key of the person concerned, and are
    `None` when an event is read without that key.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    SCHEMA: ClassVar[int] = 1
    PERSONAL: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def __pydantic_init_subclass__(cls, **options: Any) -> None:
        super().__pydantic_init_subclass__(**options)
        EVENT_TYPES[cls.__name__] = cls


@dataclass(frozen=True)
class NewEvent:
    """An event on its way into the ledger: its stream and the person whose key seals it."""

    stream: str
    event: Event
    person_id: str | None = None
