"""A list of rank promotions as its stream tells it: where each person on it stands, and what is due."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from domain import rank_events as rk
from domain.event import Event
from domain.rank_policy import RankKind


class ListStatus(StrEnum):
    """Where a list stands."""

    FROZEN = "frozen"
    SENT = "sent"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class EntryStatus(StrEnum):
    """Where a person on a list stands; `proposed` waits for BKN once the list is sent."""

    KEPT_OFF = "kept_off"
    LEFT_OFF = "left_off"
    PROPOSED = "proposed"
    RETURNED = "returned"
    REFUSED = "refused"
    NOT_RETURNED = "not_returned"
    APPROVED = "approved"
    DECREED = "decreed"
    EFFECTIVE = "effective"
    WRITTEN_BACK = "written_back"
    ANNULLED = "annulled"
    TO_CORRECT = "to_correct"


ENDED = frozenset(
    {
        EntryStatus.KEPT_OFF,
        EntryStatus.LEFT_OFF,
        EntryStatus.REFUSED,
        EntryStatus.NOT_RETURNED,
        EntryStatus.WRITTEN_BACK,
        EntryStatus.ANNULLED,
    }
)
DECIDED = frozenset({EntryStatus.DECREED, EntryStatus.EFFECTIVE, EntryStatus.WRITTEN_BACK})


@dataclass(frozen=True)
class RankEntry:
    """One person on a list. `held` are the hard rules that bar the effect since its day came."""

    person_id: str
    unit_id: str | None
    kind: RankKind
    from_grade: str
    from_since: date | None
    to_grade: str
    entry_hash: str
    status: EntryStatus
    pertek_number: str | None = None
    answered_on: date | None = None
    decree_number: str | None = None
    decree_date: date | None = None
    code_hash: str | None = None
    effective_date: date | None = None
    held: tuple[str, ...] = ()
    siasn_id: str | None = None


@dataclass(frozen=True)
class RankList:
    """One list; `entries` in the order in which it was frozen."""

    id: str
    period: date
    proposed_by: str
    proposed_on: date
    effective_at: datetime
    send_by: date
    lapses_at: datetime
    policy_id: str
    policy_hash: str
    status: ListStatus = ListStatus.FROZEN
    list_hash: str = ""
    proposed: int = 0
    kept_off: int = 0
    left_off: int = 0
    at_ceiling: int = 0
    undated: int = 0
    letter_number: str | None = None
    sent_on: date | None = None
    entries: dict[str, RankEntry] = field(default_factory=dict)
    version: int = 0

    @property
    def over(self) -> bool:
        """Whether nothing waits any more."""
        if self.status in (ListStatus.WITHDRAWN, ListStatus.LAPSED):
            return True
        return self.status is ListStatus.SENT and all(e.status in ENDED for e in self.entries.values())

    @property
    def stands(self) -> bool:
        """Whether the period has this list: it gets a second one only when this was withdrawn or lapsed."""
        return self.status in (ListStatus.FROZEN, ListStatus.SENT)

    def in_status(self, *statuses: EntryStatus) -> list[RankEntry]:
        return [entry for entry in self.entries.values() if entry.status in statuses]

    def next_due(self) -> datetime | None:
        """When the process has something to do if nobody acts before. What is held waits for people."""
        if self.status is ListStatus.FROZEN:
            return self.lapses_at
        if self.status is not ListStatus.SENT:
            return None
        waits = self.in_status(EntryStatus.RETURNED)
        waits += [entry for entry in self.in_status(EntryStatus.DECREED) if not entry.held]
        return self.effective_at if waits else None


def evolve_list(known: RankList | None, event: Event) -> RankList | None:
    """The list after one event of its stream."""
    if isinstance(event, rk.RankListProposed):
        return RankList(
            event.list_id, event.period, event.proposed_by, event.proposed_on, event.effective_at,
            event.send_by, event.lapses_at, event.policy_id, event.policy_hash, version=1,
        )  # fmt: skip
    if known is None:
        return None
    return replace(_moved(known, event), version=known.version + 1)


def _moved(known: RankList, event: Event) -> RankList:
    match event:
        case rk.RankCandidateListed():
            entry = RankEntry(
                event.person_id, event.unit_id, event.kind, event.from_grade, event.from_since,
                event.to_grade, event.entry_hash, EntryStatus(event.place),
            )  # fmt: skip
            return _with(known, entry)
        case rk.RankListFrozen():
            return replace(
                known,
                list_hash=event.list_hash,
                proposed=event.proposed,
                kept_off=event.kept_off,
                left_off=event.left_off,
                at_ceiling=event.at_ceiling,
                undated=event.undated,
            )
        case rk.RankListWithdrawn():
            return replace(known, status=ListStatus.WITHDRAWN)
        case rk.RankListLapsed():
            return replace(known, status=ListStatus.LAPSED)
        case rk.RankListSent():
            return replace(
                known, status=ListStatus.SENT, letter_number=event.letter_number, sent_on=event.sent_on
            )
    concerned = known.entries.get(getattr(event, "person_id", ""))
    return known if concerned is None else _with(known, _entry_moved(known, concerned, event))


def _entry_moved(known: RankList, entry: RankEntry, event: Event) -> RankEntry:
    match event:
        case rk.RankAnswered():
            return replace(
                entry,
                status=EntryStatus(event.outcome),
                pertek_number=event.pertek_number,
                answered_on=event.answered_on,
            )
        case rk.RankReturnLapsed():
            return replace(entry, status=EntryStatus.NOT_RETURNED)
        case rk.RankDecreeIssued():
            return replace(
                entry,
                status=EntryStatus.DECREED,
                decree_number=event.number,
                decree_date=event.decree_date,
                code_hash=event.code_hash,
                effective_date=known.period,
            )
        case rk.RankEffectHeld():
            return replace(entry, held=event.rules)
        case rk.RankTookEffect():
            return replace(entry, status=EntryStatus.EFFECTIVE, held=())
        case rk.RankWrittenBack():
            done = EntryStatus.ANNULLED if event.correction else EntryStatus.WRITTEN_BACK
            return replace(entry, status=done, siasn_id=event.siasn_id)
        case rk.RankAnnulled():
            told = entry.status is EntryStatus.WRITTEN_BACK
            return replace(entry, status=EntryStatus.TO_CORRECT if told else EntryStatus.ANNULLED, held=())
    return entry


def _with(known: RankList, entry: RankEntry) -> RankList:
    return replace(known, entries={**known.entries, entry.person_id: entry})


@dataclass
class RankLists:
    """Mutable fold over all lists."""

    by_id: dict[str, RankList] = field(default_factory=dict)

    def evolve(self, event: Event) -> None:
        """Apply one event of a list's stream."""
        list_id = getattr(event, "list_id", "")
        moved = evolve_list(self.by_id.get(list_id), event)
        if moved is not None:
            self.by_id[list_id] = moved

    def of_period(self, period: date) -> RankList | None:
        """The list that stands for the period."""
        return next((each for each in self.by_id.values() if each.period == period and each.stands), None)

    def open_entries(self) -> dict[str, str]:
        """By person, the list on which something of theirs is not over."""
        return {
            entry.person_id: each.id
            for each in self.by_id.values()
            if not each.over
            for entry in each.entries.values()
            if entry.status not in ENDED
        }
