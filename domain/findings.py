"""What a rule says of a case, as the ledger keeps it: the readable outcome and the sealed facts."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from domain.rule_parameters import Severity


class FindingOutcome(BaseModel):
    """The readable part of a finding: what a rule said."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    rule: str
    outcome: Literal["pass", "fail", "unknown", "not_applicable"]
    severity: Severity


class FindingFacts(BaseModel):
    """The personal part of a finding: the facts that the rule used."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    rule: str
    facts: dict[str, Any]
