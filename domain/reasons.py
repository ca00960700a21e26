"""A reason, purpose or comment that the law wants has to be given in words."""

from __future__ import annotations

from domain.errors import ReasonRequired

FEWEST_LETTERS = 3


def require_words(text: str) -> str:
    """`text` without the space around it. Raises ReasonRequired for less than a word."""
    words = text.strip()
    if len(words) < FEWEST_LETTERS:
        raise ReasonRequired()
    return words
