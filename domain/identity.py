"""Who or what acts: a person, an integration by its key, or the system itself."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Capacity(StrEnum):
    """In what capacity a signature is given (SE BKN 1/2021; SIASN *jenis penugasan*)."""

    DEFINITIVE = "D"
    PLT = "PLT"
    PLH = "PLH"
    PJ = "PJ"
    DELEGATE = "DELEGATE"


class Actor(BaseModel):
    """Who sent a command, as the credential says; never taken from a request's body.

    `id` is a surrogate: a person's id, an API key's id, or the name of a system part.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["person", "integration", "system"]
    id: str
    scopes: frozenset[str] = frozenset()

    def as_recorded(self) -> dict[str, str]:
        """The form in which the ledger keeps it."""
        return {"kind": self.kind, "id": self.id}


SYSTEM = Actor(kind="system", id="jenjang")
BKN_SILENCE = Actor(kind="system", id="AUTO")


class Coordination(BaseModel):
    """BKN's letter by which a replacement was coordinated."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    letter_number: str = Field(min_length=3, max_length=100)
    letter_date: date


class Signature(BaseModel):
    """The authority under which a person signs: office, capacity and on whose behalf (*a.n.*)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    office: str
    capacity: Capacity
    post_id: str | None = None
    delegation_id: str | None = None
    on_behalf_of: str | None = None
