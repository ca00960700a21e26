"""A vacancy and its list of candidates, frozen and hashed before any name is debated.

The list follows from the register and the talent records of that moment alone: the pool's boxes in
their order of preference, then by both axes; too few eligible widen it by the policy's rule. Nothing
that changes afterwards changes the list. Sources: PermenPANRB 3/2020 (succession pool), PP 11/2017.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from domain import promotion_events as pe
from domain.agency import Agency, Post
from domain.calendar import months_after
from domain.candidacy import CandidateSheet, assess_candidate
from domain.canonical import digest
from domain.career import kind_since, yearly_ratings
from domain.eligibility import facts_of, hard_stops, outcomes_of
from domain.errors import (
    AlreadyExists,
    DateOutOfOrder,
    ExcludedOwner,
    InvalidDetails,
    NobodyEligible,
    NotPermitted,
    PositionHeld,
    PositionPromised,
    UnknownReference,
    VariantMismatch,
)
from domain.event import Event, NewEvent
from domain.facts import Facts
from domain.identity import Actor
from domain.offices import Offices, split_key
from domain.personnel_file import codes_at_hand
from domain.policy import Policy, Variant
from domain.promotion_commands import OpenVacancy
from domain.register_facts import subject_facts, target_facts
from domain.talent_record import Placement, TalentRecord


@dataclass(frozen=True)
class Vacancy:
    """A vacancy as its stream tells it; `candidates` in the order of the frozen list."""

    id: str
    position_id: str
    vacant_from: date
    lapses_on: date
    policy_id: str
    policy_hash: str
    selected: tuple[str, ...]
    replaces: str | None = None
    list_hash: str = ""
    formula_version: str = ""
    eligible: int = 0
    widened_to: tuple[int, ...] = ()
    left_out: dict[str, int] = field(default_factory=dict)
    unmapped: int = 0
    candidates: tuple[pe.CandidateFrozen, ...] = ()

    def candidate(self, person_id: str) -> pe.CandidateFrozen | None:
        return next((c for c in self.candidates if c.person_id == person_id), None)


def stream_of(vacancy_id: str) -> str:
    return f"vacancy/{vacancy_id}"


def vacancy_of(events: Iterable[Event]) -> Vacancy | None:
    """The vacancy that a stream's events tell, oldest first."""
    vacancy: Vacancy | None = None
    for event in events:
        if isinstance(event, pe.VacancyOpened):
            vacancy = Vacancy(
                event.vacancy_id, event.position_id, event.vacant_from, event.lapses_on, event.policy_id,
                event.policy_hash, event.selected, event.replaces,
            )  # fmt: skip
        elif vacancy is not None and isinstance(event, pe.VacancyWithdrawn):
            vacancy = replace(vacancy, lapses_on=event.lapses_on)
        elif vacancy is not None and isinstance(event, pe.CandidateFrozen):
            vacancy = replace(vacancy, candidates=(*vacancy.candidates, event))
        elif vacancy is not None and isinstance(event, pe.PoolFrozen):
            vacancy = replace(
                vacancy,
                list_hash=event.list_hash,
                formula_version=event.formula_version,
                eligible=event.eligible,
                widened_to=event.widened_to,
                left_out=event.left_out,
                unmapped=event.unmapped,
            )
    return vacancy


def open_vacancy(facts: Facts, command: OpenVacancy, *, replaces: str | None = None) -> list[NewEvent]:
    """Open a vacancy and freeze its list, in one commit. `replaces` is the transfer by which its holder is
    replaced.

    Raises NotPermitted, UnknownReference, PositionHeld (held, and free from no later day),
    DateOutOfOrder, InvalidDetails, NobodyEligible (an empty list would shut the post and fill it never),
    ExcludedOwner for who would stand on the list, themself or the holder in whose place they act, and for
    the races that the ledger's order decides AlreadyExists and PositionPromised.
    """
    policy = facts.policy_in_force(max(command.vacant_from, facts.today))
    if not may_open(command.actor, facts, policy):
        raise NotPermitted()
    post = facts.agency.posts.get(command.position_id)
    if post is None:
        raise UnknownReference(what="position_id")
    variant_for(post, policy, selected=command.selection is not None)
    if post.incumbent_id is not None and command.vacant_from <= facts.today:
        raise PositionHeld(position_id=post.id)
    oldest = months_after(facts.today, -policy.promotion.pool.oldest_vacancy_months)
    if command.vacant_from < oldest:
        raise DateOutOfOrder(earlier=oldest.isoformat(), later="vacant_from")
    if facts.registry.standing_list_of(post.id, facts.today) is not None:
        raise AlreadyExists(what=f"vacancy of {post.id}")
    promised = facts.registry.promised_to.get(post.id)
    if promised is not None:
        raise PositionPromised(position_id=post.id, action_id=promised)
    selected = _selected(facts, command, policy)
    opened = pe.VacancyOpened(
        vacancy_id=command.vacancy_id,
        position_id=post.id,
        vacant_from=command.vacant_from,
        lapses_on=months_after(facts.today, policy.promotion.pool.list_months),
        policy_id=policy.id,
        policy_hash=policy.hash,
        selected=selected,
        selection_letter=command.selection.letter_number if command.selection else None,
        replaces=replaces,
    )
    stream = stream_of(command.vacancy_id)
    entries, frozen = freeze(opened, post, facts, policy)
    if not entries:
        raise NobodyEligible(left_out=frozen.left_out, unmapped=frozen.unmapped)
    acting = stood_for(command.actor.id, policy, facts.offices, facts.agency, facts.today)
    if not acting.isdisjoint(entry.person_id for entry in entries):
        raise ExcludedOwner(why="candidate")
    return [
        NewEvent(stream, opened),
        *(NewEvent(stream, entry, entry.person_id) for entry in entries),
        NewEvent(stream, frozen),
    ]


def _selected(facts: Facts, command: OpenVacancy, policy: Policy) -> tuple[str, ...]:
    """Whom an open selection names. Raises UnknownReference, InvalidDetails for another number of names."""
    if command.selection is None:
        return ()
    selected = command.selection.person_ids
    if len(set(selected)) != len(selected) or any(p not in facts.agency.people for p in selected):
        raise UnknownReference(what="selection")
    names = policy.promotion.open_selection.names
    if len(selected) != names:
        raise InvalidDetails(errors=[{"field": "selection", "message": f"{names} names are needed"}])
    return selected


def stood_for(person_id: str, policy: Policy, offices: Offices, agency: Agency, day: date) -> frozenset[str]:
    """The person, and the holders of the posts through which they may open vacancies."""
    held = offices.exercised_by(person_id, day)
    posts = {s.post_id for key, s in held if split_key(key)[0] in policy.promotion.opened_by}
    holders = (agency.posts[post].incumbent_id for post in posts if post is not None)
    return frozenset({person_id, *(holder for holder in holders if holder is not None)})


def may_open(actor: Actor, facts: Facts, policy: Policy) -> bool:
    """Whether the actor is an officer of BKPSDM whom the policy lets open vacancies; a delegate is none."""
    if actor.kind != "person":
        return False
    return facts.offices.holds_any(actor.id, policy.promotion.opened_by, facts.today)


def variant_for(post: Post, policy: Policy, *, selected: bool) -> Variant:
    """By which way the post is filled. Raises VariantMismatch where the policy knows none."""
    if post.kind not in policy.promotion.requirements:
        raise VariantMismatch(
            variant="promotion", why_id="jabatan ini tidak diisi dengan promosi",
            why_en="the post is not filled by promotion",
        )  # fmt: skip
    by_selection = policy.promotion.open_selection.post_kinds
    if selected:
        if post.kind not in by_selection:
            raise VariantMismatch(
                variant="open_selection", why_id="jabatan ini tidak diisi dengan seleksi terbuka",
                why_en="the post is not filled by open selection",
            )  # fmt: skip
        return Variant.OPEN_SELECTION
    if post.kind not in by_selection:
        return Variant.TALENT_POOL
    if policy.promotion.merit_exemption is None:
        raise VariantMismatch(
            variant="merit_exemption", why_id="belum ada persetujuan manajemen talenta",
            why_en="there is no approval for filling it by talent management",
        )  # fmt: skip
    return Variant.MERIT_EXEMPTION


def freeze(
    opened: pe.VacancyOpened, post: Post, facts: Facts, policy: Policy
) -> tuple[list[pe.CandidateFrozen], pe.PoolFrozen]:
    """The list as the register and the talent records make it at `facts.now`."""
    considered = _considered(opened, post, facts, policy)
    placements = facts.talent.placements()
    unmapped = 0 if opened.selected else sum(not _mapped(placements.get(p)) for p in considered)
    by_box: dict[int, list[str]] = {}
    for person_id in considered:
        placement = placements.get(person_id)
        if placement is not None and placement.box is not None and not opened.selected:
            by_box.setdefault(placement.box, []).append(person_id)
    pool = policy.promotion.pool
    listing = _Listing(opened, post, facts, policy)
    widened: list[int] = []
    if opened.selected:
        listing.admit(list(opened.selected), len(opened.selected))
    else:
        for box in policy.talent.pool.boxes:
            listing.admit(_in_order(by_box.get(box, []), placements), pool.longest)
        for box in pool.widening:
            if len(listing.entries) >= pool.fewest:
                break
            widened.append(box)
            listing.admit(_in_order(by_box.get(box, []), placements), pool.longest)
    eligible = len(listing.entries)
    left_out = dict(sorted(listing.left_out.items()))
    beside = [box for box in pool.widening if box not in widened]
    for box in beside:
        listing.admit(_in_order(by_box.get(box, []), placements), eligible + pool.beside, admitted=False)
    entries = listing.entries
    return entries, pe.PoolFrozen(
        vacancy_id=opened.vacancy_id,
        list_hash=list_hash_of(opened, policy.talent.formula_version, entries),
        formula_version=policy.talent.formula_version,
        ranking=tuple(entry.person_id for entry in entries),
        eligible=eligible,
        widened_to=tuple(widened),
        left_out=left_out,
        unmapped=unmapped,
    )


def list_hash_of(opened: pe.VacancyOpened, formula: str, entries: Iterable[pe.CandidateFrozen]) -> str:
    """SHA-256 in hexadecimal over vacancy, policy, formula and every entry in its order."""
    return digest(
        {
            "vacancy_id": opened.vacancy_id,
            "position_id": opened.position_id,
            "policy_hash": opened.policy_hash,
            "formula_version": formula,
            "candidates": [
                {"person_id": e.person_id, "rank": e.rank, "admitted": e.admitted, "entry_hash": e.entry_hash}
                for e in entries
            ],
        }
    )


@dataclass
class _Listing:
    opened: pe.VacancyOpened
    post: Post
    facts: Facts
    policy: Policy
    entries: list[pe.CandidateFrozen] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)

    def admit(self, people: list[str], longest: int, *, admitted: bool = True) -> None:
        """Add those of `people` whom no hard rule bars, until the list is as long as it may be."""
        records = self.facts.talent.of(people[: 4 * longest])
        for person_id in people:
            if len(self.entries) >= longest:
                return
            record = records.get(person_id) or self.facts.talent.of([person_id])[person_id]
            sheet = candidate_sheet(
                self.opened, person_id, self.post, record, self.facts, self.policy,
                rank=len(self.entries) + 1, effective_date=max(self.opened.vacant_from, self.facts.today),
            )  # fmt: skip
            findings = assess_candidate(sheet, self.policy)
            stops = hard_stops(findings, unanswered=False)
            if stops and not self.opened.selected:
                self.left_out.update(finding.rule for finding in stops)
                continue
            self.entries.append(
                pe.CandidateFrozen(
                    vacancy_id=self.opened.vacancy_id,
                    person_id=person_id,
                    rank=sheet.rank,
                    admitted=admitted,
                    entry_hash=sheet.hash,
                    outcomes=outcomes_of(findings),
                    sheet=sheet.as_json(),
                    facts=facts_of(findings),
                )
            )


def candidate_sheet(
    opened: pe.VacancyOpened | Vacancy, person_id: str, post: Post, record: TalentRecord, facts: Facts,
    policy: Policy, *, rank: int, effective_date: date, election_consent: bool | None = None,
) -> CandidateSheet:  # fmt: skip
    """The facts of one candidate at `facts.now`. Raises UnknownReference for who is not registered."""
    person = facts.agency.people.get(person_id)
    if person is None:
        raise UnknownReference(what="candidate")
    placement = record.placement
    return CandidateSheet(
        salt=facts.salt(),
        vacancy_id=opened.vacancy_id if isinstance(opened, pe.VacancyOpened) else opened.id,
        assessed_on=facts.today,
        effective_date=effective_date,
        subject=subject_facts(person_id, facts, what="candidate"),
        target=target_facts(post),
        rank=rank,
        selected=bool(opened.selected),
        box=placement.box if placement else None,
        performance=placement.performance if placement else None,
        potential=placement.potential if placement else None,
        placement_hash=placement.hash if placement else None,
        lapses_on=placement.lapses_on if placement else None,
        vetoes=placement.vetoes if placement else (),
        kind_since=kind_since(person, facts.agency, policy.promotion.requirements[post.kind].from_kinds),
        ratings=yearly_ratings(record),
        document_types=codes_at_hand(facts.files.of(person_id), policy.personnel_file, facts.today),
        election_consent=election_consent,
    )


def _considered(opened: pe.VacancyOpened, post: Post, facts: Facts, policy: Policy) -> list[str]:
    """Everybody in a kind of post from which this one is filled, or those an open selection named."""
    if opened.selected:
        return list(opened.selected)
    kinds = policy.promotion.requirements[post.kind].from_kinds
    agency = facts.agency
    return [
        person.id
        for person in agency.people.values()
        if (held := agency.posts.get(person.position_id or "")) is not None and held.kind in kinds
    ]


def _mapped(placement: Placement | None) -> bool:
    return placement is not None and placement.box is not None


def _in_order(people: list[str], placements: dict[str, Placement]) -> list[str]:
    """Of one box: the higher sum of both axes first, then the id, so that nothing is left to choice."""

    def key(person_id: str) -> tuple[int, str]:
        placement = placements[person_id]
        return (-(placement.performance or 0) - (placement.potential or 0), person_id)

    return sorted(people, key=key)
