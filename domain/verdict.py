"""What a rule says of a sheet, and the book of rules in which it stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

Outcome = Literal["pass", "fail", "unknown", "not_applicable"]
Rule = TypeVar("Rule")


@dataclass(frozen=True)
class Verdict:
    outcome: Outcome
    facts: dict[str, Any] = field(default_factory=dict)


def ruled(*, passes: bool, **facts: Any) -> Verdict:
    """The verdict of a rule that knows."""
    return Verdict("pass" if passes else "fail", facts)


def entered_in(book: dict[str, Rule]) -> Callable[[str], Callable[[Rule], Rule]]:
    """A decorator that enters a rule in `book` under a name."""

    def named(name: str) -> Callable[[Rule], Rule]:
        def enter(rule: Rule) -> Rule:
            book[name] = rule
            return rule

        return enter

    return named
