"""What can be asked about the agency's policy: a text proposed by one person, adopted by another."""

from __future__ import annotations

from typing import Any

from domain.commands import Command


class ProposePolicy(Command):
    """Put a whole policy document before who may adopt it. A newer text of the same id replaces it."""

    document: dict[str, Any]


class AdoptProposal(Command):
    """Adopt the proposed text whose hash the sender has read."""

    policy_id: str
    hash: str
