"""A person on a frozen list, judged again from the sheet that the entry seals."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from domain.canonical import NotCanonical, digest
from domain.eligibility import Finding, facts_of, outcomes_of
from domain.fact_sheet import Sheet
from domain.promotion_events import CandidateFrozen
from domain.rank_events import RankCandidateListed

Problem = tuple[str, str]
AnySheet = TypeVar("AnySheet", bound=Sheet)


def judged_again(
    entry: CandidateFrozen | RankCandidateListed,
    model: type[AnySheet],
    assess: Callable[[AnySheet], tuple[Finding, ...]],
) -> tuple[AnySheet | None, list[Problem]]:
    """The sheet without its salt, None where it cannot be judged, and what the entry says wrongly of it."""
    found: list[Problem] = []
    try:
        sheet = model.model_validate(entry.sheet)
        if entry.entry_hash not in (sheet.hash, digest(entry.sheet)):
            found.append(("finding-mismatch", "the person's sheet is not the one that was hashed"))
        findings = assess(sheet)
    except (ValueError, KeyError, TypeError, NotCanonical) as error:
        return None, [("finding-mismatch", f"the sheet cannot be judged: {type(error).__name__}")]
    if outcomes_of(findings) != entry.outcomes:
        found.append(("finding-mismatch", "the rules say otherwise of this person"))
    if facts_of(findings) != (entry.facts or ()):
        found.append(("finding-mismatch", "the findings rest on other facts than the sheet's"))
    return sheet.model_copy(update={"salt": ""}), found
