"""What can happen between a case and SIASN, BKN's national system."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Literal

from domain.event import Event
from domain.identity import Signature

SiasnMode = Literal["training", "production"]
# What is compared. A unit is not taken over: a transfer moves people, or SIASN is put right.
Compared = Literal["name", "grade", "grade_since", "employment_status", "unit"]


class Purpose(StrEnum):
    """What SIASN is told: the outcome of a case, or that an annulled one never was."""

    WRITE_BACK = "write_back"
    CORRECTION = "correction"


class Reached(StrEnum):
    """How far the telling is. An outcome goes pending, saved, attached, synced, verified; a correction
    pending, removed, synced, verified.
    """

    PENDING = "pending"
    SAVED = "saved"
    ATTACHED = "document_attached"
    REMOVED = "removed"
    SYNCED = "synced"
    VERIFIED = "verified"
    FAILED = "failed"


class SiasnConnected(Event):
    """From here on a connector tells SIASN of outcomes, in that mode."""

    mode: SiasnMode


class SiasnDisconnected(Event):
    """From here on officers tell SIASN of outcomes by hand."""


class WriteBackBegun(Event):
    """The connector is to tell SIASN; from `give_up_at` on an officer does."""

    purpose: Purpose
    phase: str
    mode: SiasnMode
    give_up_at: datetime


class SiasnRecordSaved(Event):
    """SIASN holds the line of the history of positions, under its own id."""

    siasn_id: str


class SiasnDocumentAttached(Event):
    """The decree is on that line; `document_id` is the document of the personnel file that was sent."""

    siasn_id: str
    document_id: str


class SiasnRecordRemoved(Event):
    """The line is gone; `siasn_id` None where none was ever there."""

    siasn_id: str | None = None


class SiasnSynced(Event):
    """SIASN's main record was told to follow the history."""

    purpose: Purpose


class SiasnVerified(Event):
    """It was read again, and history, document and main record say what the case says."""

    purpose: Purpose


class WriteBackFailed(Event):
    """The connector stops, and an officer goes on from what was `reached`. `why` is a code; `message` are
    the words of BKN.
    """

    PERSONAL = frozenset({"message"})

    purpose: Purpose
    reached: Reached
    why: str
    message: str | None = None


class SiasnDiffered(Event):
    """SIASN says something else of a person than the register: `theirs` against `ours`, in the register's
    own writing.
    """

    PERSONAL = frozenset({"ours", "theirs"})

    difference_id: str
    person_id: str
    field: Compared
    ours: str | None = None
    theirs: str | None = None


class SiasnDifferenceSettled(Event):
    """An officer took SIASN's word over or not, or the two agree by now (`gone`, by the system)."""

    PERSONAL = frozenset({"reason"})

    difference_id: str
    person_id: str
    field: Compared
    outcome: Literal["accepted", "dismissed", "gone"]
    signature: Signature | None = None
    reason: str | None = None
