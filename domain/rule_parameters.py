"""How a policy weighs a rule: severity, numbers and source."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Severity(StrEnum):
    HARD = "HARD"
    OVERRIDE = "OVERRIDE"
    WARN = "WARN"


class RuleParameters(BaseModel):
    """A rule's weight and numbers. `parameters` are integers, texts or lists of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    severity: Severity
    parameters: dict[str, Any] = Field(default_factory=dict)
    citation: str
    doubt: str | None = None
