"""What happens on the way to erasing a person: asked for, refused or carried out, and finished.

The events hold surrogate ids, codes and dates only; reasons are sealed under the key of the person
concerned, so that they go with it.
"""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, ConfigDict

from domain.event import Event


class Kept(BaseModel):
    """A duty to keep (*retensi*) that bears on a person: `until` None has no end yet."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: str
    until: date | None = None


class ErasureRequested(Event):
    """Somebody asks for a person to be erased, on a ground of the policy. `kept` are the duties to keep
    that bore on the person that day; the ground says whether they stand in the way.
    """

    PERSONAL = frozenset({"reason"})

    person_id: str
    ground: str
    requested_by: str
    kept: tuple[Kept, ...]
    policy_id: str
    policy_hash: str
    reason: str | None = None


class ErasureRefused(Event):
    """A second person looked at the request and said no."""

    PERSONAL = frozenset({"reason"})

    person_id: str
    refused_by: str
    reason: str | None = None


class PersonErased(Event):
    """A second person approved: in the same transaction the person's key is destroyed and readable
    tables lose the person. They hold no post, office or delegation from here on.
    """

    person_id: str
    ground: str
    requested_by: str
    approved_by: str
    kept: tuple[Kept, ...]
    policy_id: str
    policy_hash: str


class ErasureReinstated(PersonErased):
    """A ledger that was put back from a backup had lost the erasure; the list kept beside the keys had
    not. `position` and `leaf_hash` are those of the lost record.
    """

    position: int
    leaf_hash: str


class ErasureCompleted(Event):
    """Documents, credentials, free pages and files hold nothing of the person any more."""

    person_id: str
    documents: int
