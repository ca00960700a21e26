"""Was a rank promotion lawful? Nobody out of turn, past a finding, or by their own hand; and nothing in
the register that no decree gave.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from audit.case import Moment
from audit.law_of_rank_lists import (
    Eyes,
    RecordOf,
    check_entry,
    check_frozen,
    check_proposed,
    check_signer,
    lawful_list,
    path_now,
)
from audit.law_of_registers import Problem
from audit.uniqueness import Uniqueness
from domain import rank_events as rk
from domain.facts import Identity
from domain.policy import Policy, Severity
from domain.rank_list import EntryStatus, ListStatus, RankEntry, RankList, RankLists, evolve_list
from domain.rank_sheet import assess_rank
from ledger.mirror import RANK
from ledger.record import StoredEvent

MAKING = (rk.RankListProposed, rk.RankCandidateListed, rk.RankListFrozen)
# Of each event about a person, where that person has to stand before it.
BEFORE: dict[type, tuple[EntryStatus, ...]] = {
    rk.RankAnswered: (EntryStatus.PROPOSED, EntryStatus.RETURNED),
    rk.RankReturnLapsed: (EntryStatus.RETURNED,),
    rk.RankDecreeIssued: (EntryStatus.APPROVED,),
    rk.RankTookEffect: (EntryStatus.DECREED,),
    rk.RankEffectHeld: (EntryStatus.DECREED,),
    rk.RankWrittenBack: (EntryStatus.EFFECTIVE, EntryStatus.TO_CORRECT),
    rk.RankAnnulled: (EntryStatus.DECREED, EntryStatus.EFFECTIVE, EntryStatus.WRITTEN_BACK),
}
BY_THE_SYSTEM = (rk.RankListLapsed, rk.RankReturnLapsed, rk.RankTookEffect, rk.RankEffectHeld)


class RankLaw:
    """Takes the events of one command after another. `record_of` gives a person's talent record, None
    where its seal is closed; `identities` those of whom the seal is open; `unique` knows the decrees;
    `lists` follows the lists.
    """

    def __init__(
        self, record_of: RecordOf, identities: Mapping[str, Identity], unique: Uniqueness, lists: RankLists
    ) -> None:
        self._eyes = Eyes(record_of, identities)
        self._unique = unique
        self._lists = lists

    def problems(self, stored: StoredEvent, moment: Moment, group: list[StoredEvent]) -> list[Problem]:
        """What is unlawful about an event of a list or about a grade; nothing of any other event."""
        event = stored.event
        if isinstance(event, rk.EmployeePromoted):
            return self._promoted(event, group)
        if stored.category != RANK:
            return []
        if isinstance(event, MAKING):
            return self._made(stored, event, moment, group)
        known = self._as_of(stored, group)
        if known is None:
            return [("illegal-transition", f"{stored.type} of a list that was never made")]
        policy = moment.policies.get(known.policy_id)
        if policy is None:
            return [("wrong-policy", f"{known.policy_id} was never adopted")]
        if isinstance(event, BY_THE_SYSTEM) and stored.actor.kind != "system":
            return [("not-the-system", f"{stored.type} by {stored.actor.id}")]
        if type(event) in BEFORE:
            return self._of_a_person(stored, event, known, moment, policy, group)
        return self._of_the_list(stored, known, moment, policy)

    def follow(self, stored: StoredEvent) -> None:
        """After an event was judged."""
        if stored.category == RANK:
            self._lists.evolve(stored.event)
            if isinstance(stored.event, rk.RankDecreeIssued) and stored.event.sequence is not None:
                last = self._unique.last_decree
                last[stored.event.year] = max(stored.event.sequence, last.get(stored.event.year, 0))

    def _as_of(self, stored: StoredEvent, group: list[StoredEvent]) -> RankList | None:
        """The list as the events before this one have left it."""
        known = self._lists.by_id.get(stored.stream.partition("/")[2])
        for other in group:
            if other is stored:
                break
            if other.stream == stored.stream:
                known = evolve_list(known, other.event)
        return known

    # --- making a list ---

    def _made(
        self, stored: StoredEvent, event: Any, moment: Moment, group: list[StoredEvent]
    ) -> list[Problem]:
        beside = [s.event for s in group if s.stream == stored.stream]
        opened = beside[0]
        if not isinstance(opened, rk.RankListProposed) or not isinstance(beside[-1], rk.RankListFrozen):
            return [("rank-list-differs", f"{stored.type} outside the making of a list")]
        policy = moment.policies.get(opened.policy_id)
        if policy is None:
            return [("wrong-policy", f"{opened.policy_id} was never adopted")]
        entries = [e for e in beside if isinstance(e, rk.RankCandidateListed)]
        match event:
            case rk.RankListProposed():
                found = check_proposed(event, moment, policy)
                named = policy.rank_promotion.hands.proposed_by
                people = {e.person_id for e in entries if e.place != "kept_off"}
                found += check_signer(stored, event.signature, named, people, moment)
                if event.proposed_by != stored.actor.id:
                    found.append(("wrong-facts", "the list names another maker"))
                if self._lists.of_period(event.period) or event.list_id in self._lists.by_id:
                    found.append(("rank-list-differs", f"{event.period} had a list already"))
                return found
            case rk.RankCandidateListed():
                return check_entry(event, opened, moment, policy, self._eyes)
            case _:
                lawful = lawful_list(opened.period, moment, policy, self._lists.open_entries())
                return check_frozen(event, opened, entries, lawful)

    # --- a list that stands ---

    def _of_the_list(
        self, stored: StoredEvent, known: RankList, moment: Moment, policy: Policy
    ) -> list[Problem]:
        event, hands, found = stored.event, policy.rank_promotion.hands, list[Problem]()
        if known.status is not ListStatus.FROZEN:
            found.append(("illegal-transition", f"{stored.type} of a list that is {known.status}"))
        match event:
            case rk.RankListWithdrawn():
                named = (*hands.proposed_by, *hands.sent_by)
                there = (EntryStatus.PROPOSED, EntryStatus.LEFT_OFF)
                people = {entry.person_id for entry in known.in_status(*there)}
                found += check_signer(stored, event.signature, named, people, moment)
            case rk.RankListSent():
                people = {entry.person_id for entry in known.in_status(EntryStatus.PROPOSED)}
                found += check_signer(stored, event.signature, hands.sent_by, people, moment)
                if stored.actor.id == known.proposed_by:
                    found.append(("excluded-actor", f"{stored.actor.id} made the list"))
                if not known.proposed_on <= event.sent_on <= moment.day or moment.at >= known.lapses_at:
                    found.append(("wrong-date", f"sent on {event.sent_on}, within {known.send_by}"))
            case rk.RankListLapsed():
                if moment.at < known.lapses_at:
                    found.append(("early-effect", f"lapsed before {known.lapses_at}"))
            case _:
                found.append(("illegal-transition", f"nothing in the process makes a {stored.type}"))
        return found

    # --- a person on it ---

    def _of_a_person(
        self, stored: StoredEvent, event: Any, known: RankList, moment: Moment, policy: Policy,
        group: list[StoredEvent],
    ) -> list[Problem]:  # fmt: skip
        entry = known.entries.get(event.person_id)
        if entry is None:
            return [("rank-out-of-turn", f"{event.person_id} is not on the list")]
        found: list[Problem] = []
        if known.status is not ListStatus.SENT or entry.status not in BEFORE[type(event)]:
            found.append(("illegal-transition", f"{stored.type} of one who is {entry.status}"))
        hands, people = policy.rank_promotion.hands, (event.person_id,)
        match event:
            case rk.RankAnswered():
                found += check_signer(stored, event.signature, hands.recorded_by, people, moment)
                if (event.outcome == "approved") != (event.pertek_number is not None):
                    found.append(("wrong-facts", "an approval has a number, and nothing else has"))
                if known.sent_on is None or not known.sent_on <= event.answered_on <= moment.day:
                    found.append(("wrong-date", f"answered on {event.answered_on}"))
            case rk.RankDecreeIssued():
                found += self._decree(stored, event, known, entry, moment, policy, group)
            case rk.RankWrittenBack():
                found += check_signer(stored, event.signature, hands.recorded_by, people, moment)
                if event.correction != (entry.status is EntryStatus.TO_CORRECT):
                    found.append(("wrong-facts", "a correction of what was not annulled, or the reverse"))
            case rk.RankAnnulled():
                named = policy.annulment_by.get(event.authority, ())
                found += check_signer(stored, event.signature, named, people, moment, definitive=True)
                if event.was_effective == (entry.status is EntryStatus.DECREED):
                    found.append(("wrong-facts", "whether it had taken effect is told wrongly"))
                person = moment.agency.people.get(event.person_id)
                if event.was_effective and (person is None or person.grade_by != known.id):
                    found.append(("illegal-transition", f"{event.person_id} has their grade by another list"))
                found += _with_grade(event, group, wanted=event.was_effective)
            case _:
                found += _on_its_day(event, known, entry, moment, policy, group)
        return found

    def _decree(
        self, stored: StoredEvent, event: rk.RankDecreeIssued, known: RankList, entry: RankEntry,
        moment: Moment, policy: Policy, group: list[StoredEvent],
    ) -> list[Problem]:  # fmt: skip
        rules, found = policy.rank_promotion, list[Problem]()
        own = rules.decrees_itself(entry.kind, entry.to_grade)
        named = rules.hands.decreed_by if own else rules.hands.recorded_by
        found += check_signer(stored, event.signature, named, (event.person_id,), moment, definitive=own)
        if own and stored.actor.id == known.proposed_by:
            found.append(("excluded-actor", f"{stored.actor.id} made the list"))
        if own != (event.sequence is not None) or event.year != event.decree_date.year:
            found.append(
                ("decree-number-gap", f"{event.number} is not of the authority for {entry.to_grade}")
            )
        elif event.sequence is not None:
            found += self._number(stored, event, policy, group)
        first = entry.answered_on or known.proposed_on
        if not first <= event.decree_date <= moment.day or (own and event.decree_date != moment.day):
            found.append(("wrong-date", f"a decree of {event.decree_date} given on {moment.day}"))
        path = path_now(event.person_id, moment, policy, known.period)
        if path is None:
            return [*found, ("rank-out-of-turn", f"{event.person_id} has no grade to rise to")]
        listed = (entry.kind, entry.to_grade)
        sheet = self._eyes.sheet_of(event.person_id, path, known.period, moment, policy, listed)
        for finding in assess_rank(sheet, policy) if sheet else ():
            if finding.severity is Severity.HARD and finding.outcome in ("fail", "unknown"):
                found.append(("hard-finding-passed", f"{finding.rule} barred {event.person_id}"))
        return found

    def _number(
        self, stored: StoredEvent, event: rk.RankDecreeIssued, policy: Policy, group: list[StoredEvent]
    ) -> list[Problem]:
        """The next of the year, after those that the same command gave before."""
        last = self._unique.last_decree.get(event.year, 0)
        for other in group[: group.index(stored)]:
            if isinstance(other.event, rk.RankDecreeIssued) and other.event.year == event.year:
                last = other.event.sequence or last
        found: list[Problem] = []
        if event.sequence != last + 1:
            found.append(("decree-number-gap", f"number {event.sequence} of {event.year} follows {last}"))
        if event.number != policy.decree_numbering.template.format(number=event.sequence, year=event.year):
            found.append(("decree-number-gap", f"{event.number} is not written as the policy says"))
        return found

    def _promoted(self, event: rk.EmployeePromoted, group: list[StoredEvent]) -> list[Problem]:
        """A grade follows from a promotion that took effect, or from an annulment, in the same command."""
        cause = rk.RankAnnulled if event.restores else rk.RankTookEffect
        if not any(
            isinstance(s.event, cause)
            and (s.event.list_id, s.event.person_id) == (event.list_id, event.person_id)
            for s in group
        ):
            return [("rank-without-decree", f"{event.person_id} got {event.to_grade} by no list")]
        known = self._lists.by_id.get(event.list_id)
        entry = known.entries.get(event.person_id) if known else None
        if known is None or entry is None:
            return [("rank-without-decree", f"{event.person_id} is on no list")]
        wanted: tuple[str, str, date | None] = (entry.from_grade, entry.to_grade, known.period)
        if event.restores:
            wanted = (entry.to_grade, entry.from_grade, entry.from_since)
        if (event.from_grade, event.to_grade, event.since) != wanted:
            return [("rank-without-decree", f"{event.to_grade} is not what the list gave {event.person_id}")]
        return []


def _on_its_day(
    event: Any, known: RankList, entry: RankEntry, moment: Moment, policy: Policy, group: list[StoredEvent]
) -> list[Problem]:
    """What the system does when the period begins, and not before."""
    found: list[Problem] = []
    if moment.at < known.effective_at:
        found.append(("early-effect", f"before {known.effective_at}"))
    if isinstance(event, rk.RankReturnLapsed):
        return found
    person = moment.agency.people.get(event.person_id)
    eligible = policy.rank_promotion.rules["rank_active"].parameters["eligible"]
    serves = person is not None and person.employment_status in eligible and not person.moved_out
    bars = [] if serves else ["rank_active"]
    if person is None or person.grade != entry.from_grade:
        bars.append("rank_as_listed")
    if isinstance(event, rk.RankEffectHeld):
        if list(event.rules) != bars or not bars:
            found.append(("wrong-facts", f"what bars {event.person_id} is told wrongly"))
        return found
    if bars:
        found.append(("hard-finding-passed", f"{bars} barred {event.person_id}"))
    if event.effective_date != known.period:
        found.append(("wrong-date", f"effective on {event.effective_date}"))
    return found + _with_grade(event, group, wanted=True)


def _with_grade(event: Any, group: list[StoredEvent], *, wanted: bool) -> list[Problem]:
    """The register's grade changes in the same command, or does not."""
    changed = any(
        isinstance(s.event, rk.EmployeePromoted) and s.event.person_id == event.person_id for s in group
    )
    if changed == wanted:
        return []
    return [("rank-without-decree", f"the grade of {event.person_id} does not follow its list")]
