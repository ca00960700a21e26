"""What a writer keeps in memory of the ledger, caught up by position inside each transaction.

A mirror is never trusted beyond the position it has seen: the writer reads the head under lock
first and applies whatever other processes have appended since.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, cast

from sqlalchemy import Connection, func, select

from domain import events as ev
from domain.agency import Agency
from domain.calendar import WorkingCalendar
from domain.erasure_events import PersonErased
from domain.log_state import KEYS, LOG, PUBLICATIONS, LogState
from domain.offices import Offices
from domain.personnel_action import ActionState, evolve
from domain.personnel_file import PersonnelFiles
from domain.policy import Policy, in_force
from domain.policy_register import PolicyRegister
from domain.promotion_events import VacancyOpened, VacancyWithdrawn
from domain.registry import ENDING, Registry
from domain.siasn_differences import OpenDifferences
from domain.siasn_events import SiasnMode
from domain.siasn_state import CONNECTION, mode_after
from ledger.past import Past
from ledger.record import StoredEvent, parse_moment, stored_event
from ledger.schema import events
from ledger.talent import TALENT, KeptTalent
from ledger.vacancies import VACANCY

STATES_IN_MEMORY = 20_000
DIRECTORY = (
    "unit",
    "position",
    "employee",
    "delegation",
    "office",
    "policy",
    "calendar",
    "document",
    "erasure",
)
ACTION = "personnel-action"
CYCLE = "evaluation-cycle"
PROFILING = "profiling"
RANK = "rank-promotion"
DOCUMENT = "document"
POLICY = "policy"
SIASN = "siasn"
SIASN_PERSON = "siasn-person"
REGISTRY_TYPES = (
    "ActionSubmitted",
    "ActionTookEffect",
    "DecreeIssued",
    "CandidateChosen",
    "ReviewScheduled",
    "EvaluationBecameFinal",
    *(model.__name__ for model in ENDING),
)
VACANCY_TYPES = (VacancyOpened.__name__, VacancyWithdrawn.__name__)
NO_CALENDAR = WorkingCalendar(version="weekends-only", holidays=frozenset())


class _NoOffices:
    """Before any policy is adopted nobody holds an office; only the system's own commands work."""

    def exercised_by(self, *_: Any) -> list[Any]:
        return []

    def titles_of(self, *_: Any) -> frozenset[str]:
        return frozenset()


NO_OFFICES = cast(Offices, _NoOffices())


class Mirror:
    """Agency, registry, policies, calendar and recently used action states at `size` events."""

    def __init__(self) -> None:
        self.size = 0
        self.agency = Agency()
        self.registry = Registry()
        self.files = PersonnelFiles()
        self.policies: dict[str, Policy] = {}
        self.published = PolicyRegister()
        self.calendar = NO_CALENDAR
        self.identity_positions: dict[str, int] = {}
        self.talent = KeptTalent()
        self.past: Past | None = None
        self.log = LogState()
        self.siasn_mode: SiasnMode | None = None
        self.differences = OpenDifferences()
        self._states: OrderedDict[str, ActionState] = OrderedDict()
        self._offices: dict[str, Offices] = {}
        self._erased: set[str] = set()

    @classmethod
    def load(
        cls, connection: Connection, size: int, *, actions: bool = True, past: Past | None = None
    ) -> Mirror:
        """The mirror of the first `size` events, read in `connection`'s transaction; without
        `actions` it knows the agency only. What the directory goes through is told to `past` as well.
        """
        mirror = cls()
        mirror.past = past
        mirror.log = load_log_state(connection, size)
        for stored in _read(connection, events.c.category.in_(DIRECTORY), size):
            mirror._evolve_directory(stored)
        if not actions:
            mirror.size = size
            return mirror
        wanted = (events.c.category == ACTION) & events.c.type.in_(REGISTRY_TYPES)
        opened = (events.c.category == VACANCY) & events.c.type.in_(VACANCY_TYPES)
        for stored in _read(connection, wanted | opened, size):
            if isinstance(stored.event, VacancyOpened):
                mirror.registry.note_vacancy(stored.event, mirror._day_of(stored))
            elif isinstance(stored.event, VacancyWithdrawn):
                mirror.registry.note_withdrawn(stored.event)
            else:
                mirror.registry.evolve(action_id_of(stored.stream), stored.event)
        for stored in _read(connection, events.c.category == CYCLE, size):
            mirror.registry.cycles.evolve(stored.event)
        for stored in _read(connection, events.c.category == PROFILING, size):
            mirror.registry.note_reminder(stored.event)
        for stored in _read(connection, events.c.category == RANK, size):
            mirror.registry.note_rank(stored.event)
        for stored in _read(connection, events.c.stream == CONNECTION, size):
            mirror.siasn_mode = mode_after(mirror.siasn_mode, stored.event)
        for stored in _read(connection, events.c.category == SIASN_PERSON, size):
            mirror.differences.evolve(stored.event)
        mirror.size = size
        return mirror

    def catch_up(self, connection: Connection, size: int) -> None:
        """Apply what others appended between this mirror's size and `size`."""
        if size > self.size:
            for stored in _read(connection, events.c.position >= self.size, size):
                self.apply(stored)
            self.size = size

    def apply(self, stored: StoredEvent, *, fold_actions: bool = True) -> None:
        """Apply one event. A cached action state moves with it, unless the caller has the state
        already and will `remember` it.
        """
        if stored.category == ACTION:
            action_id = action_id_of(stored.stream)
            self.registry.evolve(action_id, stored.event)
            state = self._states.get(action_id)
            if fold_actions and (state is not None or stored.version == 1):
                moved = evolve(state, stored.recorded)
                if moved is not None:
                    self.remember(moved)
        elif isinstance(stored.event, VacancyOpened):
            self.registry.note_vacancy(stored.event, self._day_of(stored))
        elif isinstance(stored.event, VacancyWithdrawn):
            self.registry.note_withdrawn(stored.event)
        elif stored.category == CYCLE:
            self.registry.cycles.evolve(stored.event)
        elif stored.category == PROFILING:
            self.registry.note_reminder(stored.event)
        elif stored.category == RANK:
            self.registry.note_rank(stored.event)
        elif stored.category in DIRECTORY:
            self._evolve_directory(stored)
        elif stored.category == TALENT:
            self.talent.apply(stored)
        elif stored.category in (LOG, SIASN, SIASN_PERSON):
            self.log = self.log.after(stored.event)
            self.siasn_mode = mode_after(self.siasn_mode, stored.event)
            self.differences.evolve(stored.event)
        self.size = stored.position + 1

    def state(self, action_id: str) -> ActionState | None:
        """The cached state of an action, if it is in memory."""
        state = self._states.get(action_id)
        if state is not None:
            self._states.move_to_end(action_id)
        return state

    def remember(self, state: ActionState) -> None:
        self._states[state.id] = state
        self._states.move_to_end(state.id)
        if len(self._states) > STATES_IN_MEMORY:
            self._states.popitem(last=False)

    def policy_in_force(self, day: date) -> Policy | None:
        """The newest policy in effect on `day`, the oldest before its time, None without any."""
        return in_force(self.policies.values(), day)

    def offices(self, day: date) -> Offices | None:
        """The offices under the policy in force on `day`."""
        policy = self.policy_in_force(day)
        if policy is None:
            return None
        if policy.id not in self._offices:
            self._offices[policy.id] = Offices(self.agency, policy)
        return self._offices[policy.id]

    def _day_of(self, stored: StoredEvent) -> date:
        return self.calendar.today(parse_moment(stored.recorded_at))

    def take_erased(self) -> set[str]:
        """Who was erased since this was asked last: whoever holds their keys lets go of them."""
        erased, self._erased = self._erased, set()
        return erased

    def _evolve_directory(self, stored: StoredEvent) -> None:
        event = stored.event
        if stored.category == POLICY:
            self.published.evolve(event, stored.actor, parse_moment(stored.recorded_at))
            if isinstance(event, ev.PolicyAdopted):
                self.policies[event.policy_id] = self.published.adopted[event.policy_id].policy
        elif isinstance(event, ev.CalendarAdopted):
            self.calendar = WorkingCalendar(event.version, frozenset(event.holidays))
        elif stored.category == DOCUMENT:
            self.files.evolve(event, stored.actor)
        else:
            self.agency.evolve(event)
            if isinstance(event, ev.EmployeeRegistered | ev.CandidateRegistered):
                self.identity_positions[event.person_id] = stored.position
            elif isinstance(event, PersonErased):
                self.talent.forget(event.person_id)
                self._erased.add(event.person_id)
        if self.past is not None:
            self.past.note(stored, self)


def action_id_of(stream: str) -> str:
    return stream.partition("/")[2]


def load_state(stored: Iterable[StoredEvent]) -> ActionState | None:
    """Fold one action's stream, oldest first."""
    state: ActionState | None = None
    for item in stored:
        state = evolve(state, item.recorded)
    return state


def load_log_state(connection: Connection, size: int) -> LogState:
    """The log's keys and newest publication among the first `size` events."""
    state = LogState()
    newest = select(func.max(events.c.version)).where(
        events.c.stream == PUBLICATIONS, events.c.position < size
    )
    last = (events.c.stream == PUBLICATIONS) & (events.c.version == newest.scalar_subquery())
    for stored in _read(connection, (events.c.stream == KEYS) | last, size):
        state = state.after(stored.event)
    return state


def _read(connection: Connection, condition: object, size: int) -> Iterator[StoredEvent]:
    query = (
        select(events.c.position, events.c.record, events.c.leaf_hash)
        .where(condition, events.c.position < size)  # type: ignore[arg-type]
        .order_by(events.c.position)
    )
    for position, record, leaf_hash in connection.execution_options(stream_results=True).execute(query):
        yield stored_event(position, bytes(record), bytes(leaf_hash))
