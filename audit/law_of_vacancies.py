"""Vacancies as the auditor reads them: the list is made anew from the register and the talent records
of its moment, and every entry judged again from what its seal holds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from audit import law_of_replacements
from audit.case import Moment
from audit.fact_sheets import registered
from audit.law_of_registers import Problem
from audit.sealed_sheets import judged_again
from domain import promotion_events as pe
from domain.agency import Post
from domain.calendar import months_after
from domain.candidacy import CandidateSheet, assess_candidate
from domain.canonical import digest
from domain.career import kind_since, yearly_ratings
from domain.fact_sheet import TargetFacts
from domain.facts import Identity
from domain.offices import split_key
from domain.personnel_file import codes_at_hand
from domain.policy import Policy, Severity
from domain.talent_record import TalentRecord
from domain.vacancy import Vacancy, vacancy_of
from ledger.record import StoredEvent

VACANCY_EVENTS = (pe.VacancyOpened, pe.CandidateFrozen, pe.PoolFrozen)
RecordOf = Callable[[str], TalentRecord | None]


@dataclass(frozen=True)
class Lawful:
    """What register and talent records make of a list: names, numbers, and whom it leaves out."""

    ranking: tuple[str, ...]
    eligible: int
    widened: tuple[int, ...]
    left_out: dict[str, int]
    unmapped: int


class VacancyLaw:
    """Takes the events of one command after another. `record_of` gives a person's talent record, None
    where its seal is closed; `identities` those of whom the seal is open.
    """

    def __init__(self, record_of: RecordOf, identities: Mapping[str, Identity]) -> None:
        self._record_of = record_of
        self._identities = identities
        self.known: dict[str, Vacancy] = {}

    def problems(self, stored: StoredEvent, moment: Moment, group: list[StoredEvent]) -> list[Problem]:
        """What is unlawful about an event of a vacancy's stream; nothing of any other event."""
        event = stored.event
        if isinstance(event, pe.VacancyWithdrawn):
            known = self.known.get(event.vacancy_id)
            return law_of_replacements.withdrawn(stored, event, known, moment, group)
        if not isinstance(event, VACANCY_EVENTS):
            return []
        beside = [s.event for s in group if s.stream == stored.stream]
        opened = next((e for e in beside if isinstance(e, pe.VacancyOpened)), None)
        if opened is None:
            return [("candidate-list-differs", f"{stored.type} of a list that was frozen before")]
        policy, post = moment.policies.get(opened.policy_id), moment.agency.posts.get(opened.position_id)
        if policy is None or post is None or post.kind not in policy.promotion.requirements:
            return [("wrong-facts", f"{opened.position_id} is not filled by promotion")]
        match event:
            case pe.VacancyOpened():
                found = self._opened(stored, event, moment, policy, post)
                return found + law_of_replacements.opened_for(event, group)
            case pe.CandidateFrozen():
                found = self._entry(event, opened, moment, policy, post)
                if event.person_id in stood_for(stored.actor.id, policy, moment):
                    found.append(("excluded-actor", f"{stored.actor.id} is, or stands for, a candidate"))
                return found
            case pe.PoolFrozen():
                entries = [e for e in beside if isinstance(e, pe.CandidateFrozen)]
                return self._frozen(event, opened, entries, moment, policy, post)

    def follow(self, stored: StoredEvent) -> None:
        """After an event was judged."""
        event = stored.event
        if isinstance(event, pe.VacancyOpened):
            found = vacancy_of([event])
            assert found is not None  # a vacancy begins with its opening
            self.known[event.vacancy_id] = found
        elif isinstance(event, pe.CandidateFrozen) and event.vacancy_id in self.known:
            known = self.known[event.vacancy_id]
            self.known[known.id] = replace(known, candidates=(*known.candidates, event))
        elif isinstance(event, pe.VacancyWithdrawn) and event.vacancy_id in self.known:
            self.known[event.vacancy_id] = replace(self.known[event.vacancy_id], lapses_on=event.lapses_on)
        elif isinstance(event, pe.PoolFrozen) and event.vacancy_id in self.known:
            self.known[event.vacancy_id] = replace(self.known[event.vacancy_id], list_hash=event.list_hash)

    def _opened(
        self, stored: StoredEvent, event: pe.VacancyOpened, moment: Moment, policy: Policy, post: Post
    ) -> list[Problem]:
        found: list[Problem] = []
        day = max(event.vacant_from, moment.day)
        current = moment.policy_in_force(day)
        if (current.id, current.hash) != (event.policy_id, event.policy_hash):
            found.append(("wrong-policy", f"{current.id} is in force on {day}"))
        openers = policy.promotion.opened_by
        if stored.actor.kind != "person" or not moment.offices.holds_any(
            stored.actor.id, openers, moment.day
        ):
            found.append(("not-entitled", f"{stored.actor.id} may not open vacancies"))
        if post.incumbent_id is not None and event.vacant_from <= moment.day:
            found.append(("post-not-vacant", f"{post.id} was held by {post.incumbent_id}"))
        if event.lapses_on != months_after(moment.day, policy.promotion.pool.list_months):
            found.append(("wrong-date", f"the list does not stand until {event.lapses_on}"))
        if event.vacant_from < months_after(moment.day, -policy.promotion.pool.oldest_vacancy_months):
            found.append(("wrong-date", f"the post had been vacant since {event.vacant_from}"))
        return found + _selection(event, policy, post)

    def _entry(
        self, event: pe.CandidateFrozen, opened: pe.VacancyOpened, moment: Moment, policy: Policy, post: Post
    ) -> list[Problem]:
        if event.sheet is None:
            return []
        sheet, found = judged_again(event, CandidateSheet, lambda said: assess_candidate(said, policy))
        known = self.sheet_of(event.person_id, opened, moment, policy, post, rank=event.rank)
        if known is not None and sheet is not None and known != sheet:
            found.append(("facts-differ", "the sheet has other facts than the ledger"))
        return found

    def sheet_of(
        self, person_id: str, opened: pe.VacancyOpened | Vacancy, moment: Moment, policy: Policy, post: Post,
        *, rank: int, effective_date: date | None = None, election_consent: bool | None = None,
    ) -> CandidateSheet | None:  # fmt: skip
        """The candidate as the ledger knew them; None where seals are closed."""
        person, known = moment.agency.people.get(person_id), self._identities.get(person_id)
        record = self._record_of(person_id)
        if person is None or known is None or record is None:
            return None
        placement = record.placement
        return CandidateSheet(
            salt="",
            vacancy_id=opened.id if isinstance(opened, Vacancy) else opened.vacancy_id,
            assessed_on=moment.day,
            effective_date=effective_date or max(opened.vacant_from, moment.day),
            subject=registered(person, known, moment.agency),
            target=TargetFacts(
                position_id=post.id, name=post.name, kind=post.kind, eselon=post.eselon,
                grade_min=post.grade_min, grade_max=post.grade_max, held_by=post.incumbent_id,
            ),
            rank=rank,
            selected=bool(opened.selected),
            box=placement.box if placement else None,
            performance=placement.performance if placement else None,
            potential=placement.potential if placement else None,
            placement_hash=placement.hash if placement else None,
            lapses_on=placement.lapses_on if placement else None,
            vetoes=placement.vetoes if placement else (),
            kind_since=kind_since(
                person, moment.agency, policy.promotion.requirements[post.kind].from_kinds
            ),
            ratings=yearly_ratings(record),
            document_types=codes_at_hand(
                moment.files.of(person_id), policy.personnel_file, moment.day
            ),
            election_consent=election_consent,
        )  # fmt: skip

    def _frozen(
        self, event: pe.PoolFrozen, opened: pe.VacancyOpened, entries: list[pe.CandidateFrozen],
        moment: Moment, policy: Policy, post: Post,
    ) -> list[Problem]:  # fmt: skip
        found: list[Problem] = []
        hashed = digest(
            {
                "vacancy_id": opened.vacancy_id,
                "position_id": opened.position_id,
                "policy_hash": opened.policy_hash,
                "formula_version": event.formula_version,
                "candidates": [
                    {
                        "person_id": e.person_id, "rank": e.rank, "admitted": e.admitted,
                        "entry_hash": e.entry_hash,
                    }
                    for e in entries
                ],
            }
        )  # fmt: skip
        if not entries:
            found.append(("candidate-list-differs", "an empty list was frozen"))
        if hashed != event.list_hash:
            found.append(("candidate-list-differs", "the hash is not that of the frozen entries"))
        if [e.rank for e in entries] != list(range(1, len(entries) + 1)):
            found.append(("candidate-list-differs", "the ranks do not follow one another"))
        if event.ranking != tuple(e.person_id for e in entries):
            found.append(("candidate-list-differs", "the ranking is not that of the entries"))
        if [e.admitted for e in entries] != [place < event.eligible for place in range(len(entries))]:
            found.append(("candidate-list-differs", "others are admitted than the eligible"))
        if event.formula_version != policy.talent.formula_version:
            found.append(("wrong-policy", "the list was made under another formula"))
        lawful = self._lawful(opened, moment, policy, post)
        if lawful is not None:
            if event.ranking != lawful.ranking:
                found.append(("candidate-list-differs", "register and talent records make another list"))
            if (event.eligible, event.widened_to) != (lawful.eligible, lawful.widened):
                said = f"{lawful.eligible} were eligible, widened to {lawful.widened}"
                found.append(("candidate-list-differs", said))
            if (event.left_out, event.unmapped) != (lawful.left_out, lawful.unmapped):
                said = f"{lawful.left_out} were left out, {lawful.unmapped} unmapped"
                found.append(("candidate-list-differs", said))
        return found

    def _lawful(self, opened: pe.VacancyOpened, moment: Moment, policy: Policy, post: Post) -> Lawful | None:
        """The list as it had to be; None where a seal that matters is closed."""
        if opened.selected:
            return Lawful(opened.selected, len(opened.selected), (), {}, 0)
        rule, places = policy.promotion.pool, self._places(moment, policy, post)
        if places is None:
            return None

        def add(box: int, most: int) -> None:
            for _, person_id in sorted(places.get(box, [])):
                if len(ranking) >= most:
                    return
                sheet = self.sheet_of(person_id, opened, moment, policy, post, rank=1)
                barred = [
                    f.rule
                    for f in (assess_candidate(sheet, policy) if sheet else ())
                    if f.severity is Severity.HARD and f.outcome == "fail"
                ]
                left_out.update(barred)
                if not barred:
                    ranking.append(person_id)

        ranking: list[str] = []
        widened: list[int] = []
        left_out: Counter[str] = Counter()
        for box in policy.talent.pool.boxes:
            add(box, rule.longest)
        for box in rule.widening:
            if len(ranking) < rule.fewest:
                widened.append(box)
                add(box, rule.longest)
        eligible, counted = len(ranking), dict(left_out)
        for box in rule.widening:
            if box not in widened:
                add(box, eligible + rule.beside)
        return Lawful(tuple(ranking), eligible, tuple(widened), counted, len(places.get(None, [])))

    def _places(
        self, moment: Moment, policy: Policy, post: Post
    ) -> dict[int | None, list[tuple[int, str]]] | None:
        """By box, or none, everybody in a feeding post with the negative sum of both axes; None as above."""
        kinds = policy.promotion.requirements[post.kind].from_kinds
        places: dict[int | None, list[tuple[int, str]]] = {}
        for person in moment.agency.people.values():
            held = moment.agency.posts.get(person.position_id or "")
            if held is None or held.kind not in kinds:
                continue
            record = self._record_of(person.id)
            if record is None or person.id not in self._identities:
                return None
            place = record.placement
            total = (place.performance or 0) + (place.potential or 0) if place else 0
            places.setdefault(place.box if place else None, []).append((-total, person.id))
        return places


def _selection(event: pe.VacancyOpened, policy: Policy, post: Post) -> list[Problem]:
    """As many names as the policy has it, for a post that is filled so."""
    if not event.selected:
        return []
    found: list[Problem] = []
    rule = policy.promotion.open_selection
    if post.kind not in rule.post_kinds:
        found.append(("wrong-facts", "an open selection for a post that has none"))
    if len(set(event.selected)) != len(event.selected) or len(event.selected) != rule.names:
        found.append(("wrong-facts", f"an open selection brings {rule.names} names"))
    return found


def stood_for(person_id: str, policy: Policy, moment: Moment) -> frozenset[str]:
    """The person, and the holders of the posts through which they may open vacancies."""
    people = {person_id}
    for key, signature in moment.offices.exercised_by(person_id, moment.day):
        post = moment.agency.posts.get(signature.post_id or "")
        if split_key(key)[0] in policy.promotion.opened_by and post is not None and post.incumbent_id:
            people.add(post.incumbent_id)
    return frozenset(people)
