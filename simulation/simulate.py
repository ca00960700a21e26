"""The cases of a window judged again under another policy, from the ledger alone; nothing is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from domain import events as ev
from domain import promotion_events as pe
from domain import rank_events as rk
from domain import talent_events as te
from domain.candidacy import CandidateSheet, assess_candidate
from domain.eligibility import Finding
from domain.errors import Refusal
from domain.nine_box import assess_talent
from domain.policy import Policy
from domain.rank_sheet import RankSheet, assess_rank
from domain.vacancy import freeze, variant_for
from ledger.mirror import ACTION, action_id_of
from ledger.record import StoredEvent, parse_moment
from simulation.agency_of_the_day import AgencyOfTheDay
from simulation.cases import Case
from simulation.differences import Change, Difference, compared, standing

KINDS = ("mutation", "promotion", "evaluation", "vacancy", "placement", "rank")


@dataclass
class Count:
    """`unreadable` are those whose facts were erased with a person's key; they are neither of both."""

    cases: int = 0
    changed: int = 0
    unreadable: int = 0

    def as_json(self) -> dict[str, int]:
        unchanged = self.cases - self.changed - self.unreadable
        counted = {"cases": self.cases, "changed": self.changed}
        return counted | {"unchanged": unchanged, "unreadable": self.unreadable}


@dataclass
class Simulation:
    """Takes the recorded events in order. Cases submitted, lists frozen and people placed from `first` to
    `last` (local days, both included) are judged again; everything else is only followed.
    """

    policy: Policy
    first: date
    last: date
    counts: dict[str, Count] = field(default_factory=lambda: {kind: Count() for kind in KINDS})
    events: int = 0

    def __post_init__(self) -> None:
        self._day = AgencyOfTheDay(self.policy)
        self._cases: dict[str, Case] = {}
        self._list: tuple[pe.VacancyOpened, list[pe.CandidateFrozen]] | None = None
        self._rank_policies: dict[str, tuple[str, str]] = {}
        self._placed: dict[str, dict[str, dict[str, object]]] = {}

    def run(self, recorded: Iterable[StoredEvent]) -> Iterator[Change]:
        """Everything that comes out otherwise, each when nothing of it is to come."""
        for stored in recorded:
            self.events += 1
            if stored.category == ACTION:
                yield from self._action(stored)
            else:
                yield from self._list_of(stored)
                yield from self._placement(stored)
                yield from self._rank(stored)
                self._day.follow(stored)
        for action_id in list(self._cases):
            yield from self._done(action_id)

    def _in_window(self, stored: StoredEvent) -> bool:
        return self.first <= self._day.day_of(stored) <= self.last

    # --- cases ---

    def _action(self, stored: StoredEvent) -> Iterator[Change]:
        action_id, event = action_id_of(stored.stream), stored.event
        if isinstance(event, ev.ActionSubmitted):
            if self._in_window(stored):
                self.counts[event.kind.value].cases += 1
                self._cases[action_id] = Case.begun(stored, self._day)
            return
        case = self._cases.get(action_id)
        if case is None:
            return
        if isinstance(event, pe.CandidateChosen):
            case.placed = self._placed.get(case.state.vacancy_id or "", {}).get(event.person_id, {})
        case.follow(stored, self._day)
        if case.ended or case.state.is_quiet:
            yield from self._done(action_id)

    def _done(self, action_id: str) -> Iterator[Change]:
        case = self._cases.pop(action_id)
        count = self.counts[case.state.kind.value]
        if case.change.why:
            count.changed += 1
            yield case.change
        elif not case.readable:
            count.unreadable += 1

    # --- frozen lists ---

    def _list_of(self, stored: StoredEvent) -> Iterator[Change]:
        event = stored.event
        if isinstance(event, pe.VacancyOpened):
            self._list = (event, [])
        elif isinstance(event, pe.CandidateFrozen) and self._list is not None:
            self._list[1].append(event)
        elif isinstance(event, pe.PoolFrozen) and self._list is not None:
            (opened, entries), self._list = self._list, None
            if self._in_window(stored):
                self.counts["vacancy"].cases += 1
                yield from self._frozen(stored, opened, entries, event)

    def _frozen(
        self,
        stored: StoredEvent,
        opened: pe.VacancyOpened,
        entries: list[pe.CandidateFrozen],
        pool: pe.PoolFrozen,
    ) -> Iterator[Change]:
        count, on = self.counts["vacancy"], self._day.day_of(stored).isoformat()
        change = Change(
            "vacancy", opened.vacancy_id, None, on, opened.policy_id, opened.policy_hash,
            f"{pool.eligible} eligible", "",
        )  # fmt: skip
        post = self._day.agency.posts[opened.position_id]
        facts = self._day.facts(parse_moment(stored.recorded_at))
        try:
            variant_for(post, self.policy, selected=bool(opened.selected))
            found, lawful = freeze(opened, post, facts, self.policy)
        except Refusal as refusal:
            if any(entry.sheet is None for entry in entries):
                count.unreadable += 1
                return
            change.after = refusal.code
            change.why.append(Difference("freeze", "list", "frozen", refusal.code))
            count.changed += 1
            yield change
            return
        was = self._day.policies.get(opened.policy_id)
        change.after = f"{lawful.eligible} eligible"
        for name in ("ranking", "eligible", "widened_to", "left_out", "unmapped"):
            before, after = getattr(pool, name), getattr(lawful, name)
            if before != after:
                change.why.append(Difference("freeze", name, before, after))
        judged = {entry.person_id: entry for entry in found}
        for entry in entries:
            anew = judged.get(entry.person_id)
            if anew is not None:
                self._note_placed(opened.vacancy_id, anew)
                said = (entry.outcomes, entry.facts or ())
                findings = _findings(anew, self.policy)
                change.why += compared(entry.person_id, said, findings, was, self.policy)
        if change.why:
            count.changed += 1
            yield change

    def _note_placed(self, vacancy_id: str, entry: pe.CandidateFrozen) -> None:
        names = ("box", "performance", "potential", "placement_hash")
        sheet = entry.sheet or {}
        self._placed.setdefault(vacancy_id, {})[entry.person_id] = {name: sheet.get(name) for name in names}

    # --- placements ---

    def _placement(self, stored: StoredEvent) -> Iterator[Change]:
        event = stored.event
        if not isinstance(event, te.TalentPlaced) or not self._in_window(stored):
            return
        count = self.counts["placement"]
        count.cases += 1
        if not self._day.uses_another_formula(event.policy_id):
            return
        if event.inputs is None:
            count.unreadable += 1
            return
        found = assess_talent(event.inputs, self.policy.talent)
        pairs = {
            "box": (event.box, found.box),
            "performance": (event.performance, found.performance),
            "potential": (event.potential, found.potential),
            "gaps": ([g.component for g in event.gaps or ()], [g.component for g in found.gaps]),
            "vetoes": (list(event.vetoes or ()), list(found.vetoes)),
            "lapses_on": (_day(event.lapses_on), _day(found.lapses_on)),
        }
        formula = {"formula_version": self.policy.talent.formula_version}
        why = [
            Difference("placement", name, before, after, formula)
            for name, (before, after) in pairs.items()
            if before != after
        ]
        if why:
            count.changed += 1
            where = (f"box {event.box or 'unmapped'}", f"box {found.box or 'unmapped'}")
            yield Change(
                "placement", event.placement_hash, event.person_id, event.as_of.isoformat(), event.policy_id,
                event.policy_hash, *where, why,
            )  # fmt: skip

    # --- rank promotions ---

    def _rank(self, stored: StoredEvent) -> Iterator[Change]:
        """Whoever was listed for a higher rank, by the sheet of that list."""
        event = stored.event
        if isinstance(event, rk.RankListProposed):
            self._rank_policies[event.list_id] = (event.policy_id, event.policy_hash)
        if not isinstance(event, rk.RankCandidateListed) or not self._in_window(stored):
            return
        count = self.counts["rank"]
        count.cases += 1
        if event.sheet is None:
            count.unreadable += 1
            return
        under = self._rank_policies[event.list_id]
        found = assess_rank(RankSheet.model_validate(event.sheet), self.policy)
        said = (event.outcomes, event.facts or ())
        was = self._day.policies.get(under[0])
        why = list(compared(event.to_grade, said, found, was, self.policy))
        if why:
            count.changed += 1
            where = (standing(event.outcomes, decides=False), standing(found, decides=False))
            on = self._day.day_of(stored).isoformat()
            yield Change("rank", event.entry_hash, event.person_id, on, *under, *where, why)


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _findings(entry: pe.CandidateFrozen, policy: Policy) -> tuple[Finding, ...]:
    return assess_candidate(CandidateSheet.model_validate(entry.sheet), policy)
