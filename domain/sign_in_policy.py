"""Sign-in as policy data: where the password is asked for again, and who gives first passwords."""

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


class FirstPasswords(BaseModel):
    """Offices that give first passwords: to everybody but themselves, or, of a unit, to people of that unit
    who hold no office, since who could give the head of unit a password could decide in their place.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    to_everybody: tuple[str, ...] = ()
    in_their_unit: tuple[str, ...] = ()
    citation: str = "None given: an operator issues accounts at the command line alone"
    doubt: str | None = None
