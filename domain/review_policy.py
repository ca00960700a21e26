"""The policy data of reviews: who answers a finding, by when, and how large a sample may be."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class ReviewRules(BaseModel):
    """`answered_by` are offices of units: a finding is answered by one of the apparatus of its unit, within
    `answer_within_days` calendar days. Who reviews is `readers.audit`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    answered_by: tuple[str, ...] = Field(min_length=1)
    answer_within_days: int = Field(ge=1)
    largest_sample: int = Field(ge=1, le=1000)
    citation: str
    doubt: str | None = None
