"""What can happen to the agency's policy before it is adopted."""

from __future__ import annotations

from datetime import date
from typing import Any

from domain.event import Event
from domain.identity import Signature


class PolicyProposed(Event):
    """A whole policy document stands for adoption; the newest of an id is the one that can be adopted."""

    policy_id: str
    hash: str
    effective_from: date
    document: dict[str, Any]
    signature: Signature
