"""What a decision may look at besides the state of its own stream, read inside the same transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Protocol

from domain.agency import Agency
from domain.calendar import WorkingCalendar
from domain.errors import UnknownReference
from domain.log_state import LogState
from domain.offices import Offices
from domain.personnel_action import ActionState
from domain.personnel_file import PersonnelFiles
from domain.policy import Policy, in_force
from domain.registry import Registry
from domain.review_state import NoReviews, ReviewSource
from domain.siasn_events import SiasnDiffered, SiasnMode
from domain.talent_record import NothingRecorded, TalentSource

if TYPE_CHECKING:
    from domain.policy_register import Proposal
    from domain.vacancy import Vacancy


class VacancySource(Protocol):
    """Vacancies as one transaction sees them."""

    def of(self, vacancy_id: str) -> Vacancy | None:
        """The vacancy with its frozen list, or None."""
        ...


class NoVacancies:
    """A source for those who ask about no vacancy."""

    def of(self, _: str) -> Vacancy | None:
        return None


@dataclass(frozen=True)
class Identity:
    """A person's identifying data, unsealed for the rules: `nip_birth_date` None if the NIP is invalid, and
    `appointed_on`, the month of the first appointment as a civil servant, None also for a contract's number.
    """

    birth_date: date
    nip_birth_date: date | None
    appointed_on: date | None = None


@dataclass(frozen=True)
class Facts:
    """Facts at one position of the ledger. The callables read the same transaction."""

    now: datetime
    agency: Agency
    registry: Registry
    offices: Offices
    policies: dict[str, Policy]
    calendar: WorkingCalendar
    identity_of: Callable[[str], Identity | None]
    action: Callable[[str], ActionState | None]
    sealed_at: Callable[[str, int], dict[str, Any] | None]
    salt: Callable[[], str]
    talent: TalentSource = field(default_factory=NothingRecorded)
    files: PersonnelFiles = field(default_factory=PersonnelFiles)
    vacancies: VacancySource = field(default_factory=NoVacancies)
    proposals: Mapping[str, Proposal] = field(default_factory=dict)
    log: LogState = field(default_factory=LogState)
    # How SIASN is told of outcomes; None: by officers.
    siasn_mode: SiasnMode | None = None
    reviews: ReviewSource = field(default_factory=NoReviews)
    # Where SIASN and the register disagree, by id.
    siasn_differences: Mapping[str, SiasnDiffered] = field(default_factory=dict)
    # Look up at once who is about to be asked for by `identity_of`, one by one.
    meet: Callable[[Iterable[str]], None] = lambda _: None
    # When the newest event of a stream was recorded.
    last_recorded: Callable[[str], datetime | None] = lambda _: None

    def vacancy(self, vacancy_id: str) -> Vacancy | None:
        """The vacancy with its frozen list, or None."""
        return self.vacancies.of(vacancy_id)

    @property
    def today(self) -> date:
        return self.calendar.today(self.now)

    def policy_in_force(self, day: date) -> Policy:
        """The newest policy that took effect on or before `day`; the oldest one before its time."""
        current = in_force(self.policies.values(), day)
        if current is None:
            raise UnknownReference(what="policy")
        return current

    def policy_of(self, state: ActionState) -> Policy:
        return self.policies[state.policy_id]
