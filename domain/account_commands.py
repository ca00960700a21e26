"""What one person may ask for about another's account."""

from __future__ import annotations

from pydantic import Field

from domain.commands import FREE_TEXT_LIMIT, Command


class GiveFirstPassword(Command):
    person_id: str
    reason: str = Field(max_length=FREE_TEXT_LIMIT)


class EndSessions(Command):
    person_id: str
    reason: str = Field(max_length=FREE_TEXT_LIMIT)
