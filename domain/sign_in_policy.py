"""Where the password is asked for again before something is signed, as policy data."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class PasswordAgain(BaseModel):
    """`steps` ask for the password again at an approval, `rank_decrees` at decrees of rank. A session of
    our pages is always asked; a program's counts as proved for `program_minutes` after it signed in.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    steps: tuple[str, ...] = ()
    rank_decrees: bool = False
    program_minutes: int = Field(default=240, ge=0, le=10_080)
    citation: str = "Local rule: none is asked again"
    doubt: str | None = None
