"""The policy data of publishing: who proposes the next policy, who adopts it, and from when it may hold."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class PublishingRules(BaseModel):
    """`*_by` name offices; who adopts holds theirs definitively and is not who proposed. A policy may hold
    from `backdating_days` days before its adoption, unless somebody was judged for one of those days.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    proposed_by: tuple[str, ...] = Field(min_length=1)
    adopted_by: tuple[str, ...] = Field(min_length=1)
    backdating_days: int = Field(ge=0)
    citation: str
    doubt: str | None = None
