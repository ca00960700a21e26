"""What can be asked about erasing a person."""

from __future__ import annotations

from pydantic import Field

from domain.commands import FREE_TEXT_LIMIT, Command
from domain.erasure_events import Kept


class RequestErasure(Command):
    """Ask for a person to be erased, on a ground that the policy names."""

    person_id: str
    ground: str = Field(max_length=64)
    reason: str = Field(max_length=FREE_TEXT_LIMIT)


class RefuseErasure(Command):
    person_id: str
    reason: str = Field(max_length=FREE_TEXT_LIMIT)


class ApproveErasure(Command):
    """The second person's consent, upon which the key is destroyed."""

    person_id: str


class ReinstateErasure(Command):
    """What the list of erased people says of one whom a restored ledger does not know as erased."""

    person_id: str
    ground: str
    requested_by: str
    approved_by: str
    kept: tuple[Kept, ...]
    policy_id: str
    policy_hash: str
    position: int
    leaf_hash: str


class CompleteErasure(Command):
    person_id: str
    documents: int = Field(ge=0)
