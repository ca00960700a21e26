"""What can be asked about rank promotion."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from domain.commands import FREE_TEXT_LIMIT, Command

# A number of a letter, not a sentence: no long run of digits, since a NIP has eighteen.
NUMBER = r"^[A-Za-z0-9][A-Za-z0-9 ./()_-]*$"
LONG_DIGITS = r"[0-9]{9}"

LetterNumber = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=3, max_length=60, pattern=NUMBER)
]
# SIASN's ids are 32 hexadecimal digits or a UUID.
SiasnId = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[A-Fa-f0-9-]{32,36}$")]
Reason = Annotated[str, Field(min_length=3, max_length=FREE_TEXT_LIMIT)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class LeftOff(_Part):
    """Somebody whom the officer does not propose, and why."""

    person_id: str
    reason: Reason


class RankAnswer(_Part):
    """BKN's answer on one person."""

    person_id: str
    outcome: Literal["approved", "returned", "refused"]
    answered_on: date
    pertek_number: LetterNumber | None = None
    reason: str = Field(default="", max_length=FREE_TEXT_LIMIT)


class OutsideDecree(_Part):
    """A decree that an authority outside the agency issued."""

    person_id: str
    number: LetterNumber
    decree_date: date


class WriteBack(_Part):
    """What SIASN calls one person's rank promotion."""

    person_id: str
    siasn_id: SiasnId


class RankListCommand(Command):
    """A command to one list."""

    list_id: str


class FreezeRankList(RankListCommand):
    """Make and freeze the list of the period that begins on `period`, the first of a month."""

    period: date
    left_off: tuple[LeftOff, ...] = ()


class WithdrawRankList(RankListCommand):
    why: Literal["facts_changed", "mistake"]


class SendRankList(RankListCommand):
    """Record the letter by which the list went to BKN."""

    letter_number: LetterNumber
    sent_on: date


class RecordRankAnswers(RankListCommand):
    answers: tuple[RankAnswer, ...] = Field(min_length=1)


class DecreeRankPromotions(RankListCommand):
    """Decree the rank of these people; of all whom BKN approved and the agency decrees, if none is named."""

    person_ids: tuple[str, ...] = ()
    # The list's key, from which the codes behind the QR codes follow; put in by the writer, never recorded.
    code_key: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$", repr=False)


class RecordOutsideDecrees(RankListCommand):
    decrees: tuple[OutsideDecree, ...] = Field(min_length=1)


class RecordRankWriteBacks(RankListCommand):
    written: tuple[WriteBack, ...] = Field(min_length=1)


class AnnulRankPromotion(RankListCommand):
    person_id: str
    authority: Literal["PPK", "BKN", "COURT"] = "PPK"
    reason: Reason
    letter_number: str = Field(default="", max_length=100)


class AdvanceRankList(RankListCommand):
    """The process asks what is due: lapsing, taking effect."""
