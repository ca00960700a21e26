"""What happens to a list of rank promotions, and to the people on it.

A list is one stream, `rank-promotion/<list_id>`. Numbers of letters stand readable and are checked to
be such before they are recorded; what is said of a person is sealed under that person's key.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field

from domain.event import Event
from domain.findings import FindingFacts, FindingOutcome
from domain.identity import Signature
from domain.rank_policy import RankKind

Place = Literal["proposed", "kept_off", "left_off"]


class RankListProposed(Event):
    """The list of one period is made. It has to be sent by `send_by`, and lapses at `lapses_at`."""

    list_id: str
    period: date
    proposed_by: str
    proposed_on: date
    effective_at: datetime
    send_by: date
    lapses_at: datetime
    policy_id: str
    policy_hash: str
    signature: Signature


class RankCandidateListed(Event):
    """One person who is due, as they stood when the list was made. `entry_hash` is that of the salted
    sheet. `kept_off` by a hard finding; `left_off` by the officer, who gives a reason.
    """

    PERSONAL = frozenset({"sheet", "facts", "reason"})

    list_id: str
    person_id: str
    unit_id: str | None = None
    kind: RankKind
    from_grade: str
    from_since: date | None = None
    to_grade: str
    place: Place
    outcomes: tuple[FindingOutcome, ...]
    entry_hash: str
    sheet: dict[str, Any] | None = None
    facts: tuple[FindingFacts, ...] | None = None
    reason: str | None = None


class RankListFrozen(Event):
    """The list is closed. `list_hash` covers every entry in its order; `at_ceiling` counts those whose
    years are over and whose post or education gives no higher grade, `undated` those of whom it is not
    known since when they have their grade.
    """

    list_id: str
    list_hash: str
    proposed: int
    kept_off: int
    left_off: int
    at_ceiling: int
    undated: int


class RankListWithdrawn(Event):
    list_id: str
    why: Literal["facts_changed", "mistake"]
    signature: Signature


class RankListLapsed(Event):
    """Nobody sent the list while its window was open; its people are due for the next period."""

    list_id: str


class RankListSent(Event):
    list_id: str
    letter_number: str
    sent_on: date
    signature: Signature


class RankAnswered(Event):
    """BKN's answer: `approved` with the number of its technical consideration, `returned` for the file
    to be put right (BTS), or `refused` (TMS).
    """

    PERSONAL = frozenset({"reason"})

    list_id: str
    person_id: str
    outcome: Literal["approved", "returned", "refused"]
    answered_on: date
    pertek_number: str | None = None
    reason: str | None = None
    signature: Signature


class RankReturnLapsed(Event):
    """The period began before a returned file was put right; the person is due for a later one."""

    list_id: str
    person_id: str


class RankDecreeIssued(Event):
    """The decree of one person's rank. `sequence` is the year's own counter, None where an authority
    outside issued it. `code_hash` is the SHA-256 of the code behind its QR code.
    """

    list_id: str
    person_id: str
    number: str
    year: int
    sequence: int | None = None
    decree_date: date
    code_hash: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")
    signature: Signature


class RankTookEffect(Event):
    list_id: str
    person_id: str
    effective_date: date


class RankEffectHeld(Event):
    """The day came, and the person's register bars it: `rules` say why. It is tried again each day."""

    list_id: str
    person_id: str
    rules: tuple[str, ...]


class RankWrittenBack(Event):
    """SIASN knows of it: the id of its proposal or of the line in the history of grades. `correction`:
    SIASN has been told that an annulled promotion never was.
    """

    list_id: str
    person_id: str
    siasn_id: str
    correction: bool = False
    signature: Signature


class RankAnnulled(Event):
    """Undone after the decree."""

    PERSONAL = frozenset({"reason", "letter_number"})

    list_id: str
    person_id: str
    authority: Literal["PPK", "BKN", "COURT"]
    was_effective: bool
    reason: str | None = None
    letter_number: str | None = None
    signature: Signature


class EmployeePromoted(Event):
    """A person's grade from `since` on, by a list's decree; `restores` what was before it was annulled."""

    person_id: str
    from_grade: str
    to_grade: str
    since: date | None = None
    list_id: str
    restores: bool = False
