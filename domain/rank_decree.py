"""From a frozen list of rank promotions to the register: sent, answered, decreed, effective, written back.

Each is one act of an office that the policy names, and no approval stands between them: BKN's technical
consideration and the decree are all that the law knows (PP 99/2000 jo. PP 12/2002).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from domain import rank_events as rk
from domain.decree_codes import code_hash, rank_code
from domain.eligibility import hard_stops
from domain.errors import (
    DateOutOfOrder,
    ExcludedOwner,
    HardFinding,
    InvalidDetails,
    NotDue,
    NotPermitted,
    RankMovedOn,
    RankNotThere,
    UnknownReference,
)
from domain.event import Event, NewEvent
from domain.facts import Facts
from domain.identity import Signature
from domain.policy import Policy
from domain.rank_commands import (
    LONG_DIGITS,
    AdvanceRankList,
    AnnulRankPromotion,
    DecreeRankPromotions,
    RankAnswer,
    RecordOutsideDecrees,
    RecordRankAnswers,
    RecordRankWriteBacks,
    SendRankList,
)
from domain.rank_list import DECIDED, EntryStatus, ListStatus, RankEntry, RankList
from domain.rank_path import path_on
from domain.rank_promotion import known_list, stream_of
from domain.rank_sheet import assess_rank, rank_sheet
from domain.reasons import require_words
from domain.signing import signed_by

AS_LISTED, ACTIVE = "rank_as_listed", "rank_active"


def send(facts: Facts, command: SendRankList) -> list[NewEvent]:
    """Record that the list went to BKN, by somebody other than who made it and who is on it."""
    known, rules = known_list(command.list_id, facts)
    people = {entry.person_id for entry in known.in_status(EntryStatus.PROPOSED)}
    signature = signed_by(command.actor, rules.hands.sent_by, people, facts)
    if command.actor.id == known.proposed_by:
        raise ExcludedOwner(why="initiator")
    if known.status is not ListStatus.FROZEN or facts.now >= known.lapses_at:
        raise RankNotThere(status=known.status.value)
    if command.sent_on < known.proposed_on:
        raise DateOutOfOrder(earlier=known.proposed_on.isoformat(), later="sent_on")
    _not_later(command.sent_on, facts.today, "sent_on")
    sent = rk.RankListSent(
        list_id=known.id,
        letter_number=_plain(command.letter_number),
        sent_on=command.sent_on,
        signature=signature,
    )
    return [NewEvent(stream_of(known.id), sent)]


def record_answers(facts: Facts, command: RecordRankAnswers) -> list[NewEvent]:
    """What BKN answered, person by person; a returned file may be answered again."""
    known, rules = known_list(command.list_id, facts)
    people = _named(known, (answer.person_id for answer in command.answers))
    signature = signed_by(command.actor, rules.hands.recorded_by, people, facts)
    events = []
    for answer in command.answers:
        _standing(known, answer.person_id, EntryStatus.PROPOSED, EntryStatus.RETURNED)
        if known.sent_on is None or answer.answered_on < known.sent_on:
            raise DateOutOfOrder(earlier=str(known.sent_on), later="answered_on")
        _not_later(answer.answered_on, facts.today, "answered_on")
        events.append(_answered(known.id, answer, signature))
    return [NewEvent(stream_of(known.id), event, event.person_id) for event in events]


def decree(facts: Facts, command: DecreeRankPromotions) -> list[NewEvent]:
    """Decree ranks, each under the next number of the year, judged again by the facts of the day. Of those
    named all are decreed or none; with nobody named, those whom a hard rule bars today keep waiting.

    Raises HardFinding, NotDue with nobody to decree, ExcludedOwner also for who made the list.
    """
    known, rules = known_list(command.list_id, facts)
    policy = facts.policies[known.policy_id]
    approved = known.in_status(EntryStatus.APPROVED)
    named = _named(known, command.person_ids) if command.person_ids else None
    if named is None:
        own = [entry for entry in approved if rules.decrees_itself(entry.kind, entry.to_grade)]
        entries = [entry for entry in own if not _bars(entry, known, facts)]
    else:
        entries = [_standing(known, person_id, EntryStatus.APPROVED) for person_id in named]
        for entry in entries:
            _may_be_decreed(entry, known, facts)
            if not rules.decrees_itself(entry.kind, entry.to_grade):
                raise InvalidDetails(errors=[{"field": "nips", "message": "an outside decree"}])
    people = [entry.person_id for entry in entries]
    signature = signed_by(command.actor, rules.hands.decreed_by, people, facts, definitive=True)
    if command.actor.id == known.proposed_by:
        raise ExcludedOwner(why="initiator")
    if not entries:
        raise NotDue()
    year, template = facts.today.year, policy.decree_numbering.template
    last = facts.registry.last_decree.get(year, 0)
    return [
        NewEvent(
            stream_of(known.id),
            rk.RankDecreeIssued(
                list_id=known.id,
                person_id=entry.person_id,
                number=template.format(number=sequence, year=year),
                year=year,
                sequence=sequence,
                decree_date=facts.today,
                code_hash=code_hash(rank_code(command.code_key, entry.person_id))
                if command.code_key
                else None,
                signature=signature,
            ),
        )
        for sequence, entry in enumerate(entries, last + 1)
    ]


def record_outside_decrees(facts: Facts, command: RecordOutsideDecrees) -> list[NewEvent]:
    """Decrees above the agency's own authority, as they came from outside."""
    known, rules = known_list(command.list_id, facts)
    people = _named(known, (item.person_id for item in command.decrees))
    signature = signed_by(command.actor, rules.hands.recorded_by, people, facts)
    events = []
    for item in command.decrees:
        entry = _standing(known, item.person_id, EntryStatus.APPROVED)
        if rules.decrees_itself(entry.kind, entry.to_grade):
            raise InvalidDetails(errors=[{"field": "items", "message": "the agency's own decree"}])
        if entry.answered_on is not None and item.decree_date < entry.answered_on:
            raise DateOutOfOrder(earlier=entry.answered_on.isoformat(), later="decree_date")
        _not_later(item.decree_date, facts.today, "decree_date")
        _may_be_decreed(entry, known, facts)
        issued = rk.RankDecreeIssued(
            list_id=known.id,
            person_id=item.person_id,
            number=_plain(item.number),
            year=item.decree_date.year,
            decree_date=item.decree_date,
            signature=signature,
        )
        events.append(NewEvent(stream_of(known.id), issued))
    return events


def advance(facts: Facts, command: AdvanceRankList) -> list[NewEvent]:
    """Everything that is due at `facts.now`. Nothing due gives no events."""
    if command.actor.kind != "system":
        raise NotPermitted()
    known, _ = known_list(command.list_id, facts)
    stream = stream_of(known.id)
    if known.status is ListStatus.FROZEN and facts.now >= known.lapses_at:
        return [NewEvent(stream, rk.RankListLapsed(list_id=known.id))]
    if known.status is not ListStatus.SENT or facts.now < known.effective_at:
        return []
    events: list[NewEvent] = []
    for entry in known.in_status(EntryStatus.RETURNED):
        event = rk.RankReturnLapsed(list_id=known.id, person_id=entry.person_id)
        events.append(NewEvent(stream, event))
    for entry in known.in_status(EntryStatus.DECREED):
        events += [NewEvent(_stream(known, event), event) for event in _effect(entry, known, facts)]
    return events


def record_write_backs(facts: Facts, command: RecordRankWriteBacks) -> list[NewEvent]:
    """What SIASN calls the promotions that took effect, or the corrections of annulled ones."""
    known, rules = known_list(command.list_id, facts)
    people = _named(known, (item.person_id for item in command.written))
    signature = signed_by(command.actor, rules.hands.recorded_by, people, facts)
    events = []
    for item in command.written:
        entry = _standing(known, item.person_id, EntryStatus.EFFECTIVE, EntryStatus.TO_CORRECT)
        written = rk.RankWrittenBack(
            list_id=known.id,
            person_id=item.person_id,
            siasn_id=item.siasn_id,
            correction=entry.status is EntryStatus.TO_CORRECT,
            signature=signature,
        )
        events.append(NewEvent(stream_of(known.id), written))
    return events


def annul(facts: Facts, command: AnnulRankPromotion) -> list[NewEvent]:
    """Undo a decree; who has the grade by it gets back what was before.

    Raises RankMovedOn where the grade has changed since, ReasonRequired without the outside letter.
    """
    known, _ = known_list(command.list_id, facts)
    policy = facts.policies[known.policy_id]
    people = _named(known, [command.person_id])
    named = policy.annulment_by[command.authority]
    signature = signed_by(command.actor, named, people, facts, definitive=True)
    entry = _standing(known, command.person_id, *DECIDED)
    if command.authority != "PPK":
        require_words(command.letter_number)
    was_effective = entry.status is not EntryStatus.DECREED
    annulled = rk.RankAnnulled(
        list_id=known.id,
        person_id=entry.person_id,
        authority=command.authority,
        was_effective=was_effective,
        reason=command.reason,
        letter_number=command.letter_number.strip() or None,
        signature=signature,
    )
    events = [NewEvent(stream_of(known.id), annulled, entry.person_id)]
    if was_effective:
        person = facts.agency.people[entry.person_id]
        if (person.grade_by, person.grade) != (known.id, entry.to_grade):
            raise RankMovedOn()
        restored = rk.EmployeePromoted(
            person_id=entry.person_id,
            from_grade=entry.to_grade,
            to_grade=entry.from_grade,
            since=entry.from_since,
            list_id=known.id,
            restores=True,
        )
        events.append(NewEvent(f"employee/{entry.person_id}", restored))
    return events


def held_by(entry: RankEntry, facts: Facts, policy: Policy) -> tuple[str, ...]:
    """What bars a decreed promotion from taking effect today: service here that ended, another grade."""
    person = facts.agency.people[entry.person_id]
    eligible = policy.rank_promotion.rules[ACTIVE].parameters["eligible"]
    serves = person.employment_status in eligible and not person.moved_out
    held = [] if serves else [ACTIVE]
    return (*held, AS_LISTED) if person.grade != entry.from_grade else tuple(held)


def _effect(entry: RankEntry, known: RankList, facts: Facts) -> list[Event]:
    held = held_by(entry, facts, facts.policies[known.policy_id])
    if held:
        same = held == entry.held
        event = rk.RankEffectHeld(list_id=known.id, person_id=entry.person_id, rules=held)
        return [] if same else [event]
    took = rk.RankTookEffect(list_id=known.id, person_id=entry.person_id, effective_date=known.period)
    promoted = rk.EmployeePromoted(
        person_id=entry.person_id,
        from_grade=entry.from_grade,
        to_grade=entry.to_grade,
        since=known.period,
        list_id=known.id,
    )
    return [took, promoted]


def _bars(entry: RankEntry, known: RankList, facts: Facts) -> bool:
    try:
        _may_be_decreed(entry, known, facts)
    except HardFinding:
        return True
    return False


def _may_be_decreed(entry: RankEntry, known: RankList, facts: Facts) -> None:
    """Judge the person again by the facts of the day. Raises HardFinding."""
    policy, person_id = facts.policies[known.policy_id], entry.person_id
    path = path_on(facts.today, person_id, facts.agency, facts.files, policy, known.period)
    if path is None:
        raise HardFinding(rules=[AS_LISTED])
    sheet = rank_sheet(
        person_id, path, known.period, facts.talent.of([person_id])[person_id], facts, policy,
        listed=(entry.kind, entry.to_grade),
    )  # fmt: skip
    found = hard_stops(assess_rank(sheet, policy), unanswered=True)
    if found:
        raise HardFinding(rules=[finding.rule for finding in found], findings=found)


def _named(known: RankList, person_ids: Iterable[str]) -> list[str]:
    """People on the list, each named once. Raises UnknownReference."""
    named = list(person_ids)
    if len(set(named)) != len(named) or not set(named) <= known.entries.keys():
        raise UnknownReference(what="person")
    return named


def _standing(known: RankList, person_id: str, *statuses: EntryStatus) -> RankEntry:
    """The person's entry on a sent list, at one of these points. Raises RankNotThere."""
    entry = known.entries[person_id]
    if known.status is not ListStatus.SENT:
        raise RankNotThere(status=known.status.value)
    if entry.status not in statuses:
        raise RankNotThere(status=entry.status.value)
    return entry


def _answered(list_id: str, answer: RankAnswer, signature: Signature) -> rk.RankAnswered:
    approved = answer.outcome == "approved"
    if approved and answer.pertek_number is None:
        raise InvalidDetails(errors=[{"field": "pertek_number", "message": "the number is needed"}])
    if not approved:
        require_words(answer.reason)
    return rk.RankAnswered(
        list_id=list_id,
        person_id=answer.person_id,
        outcome=answer.outcome,
        answered_on=answer.answered_on,
        pertek_number=_plain(answer.pertek_number) if approved and answer.pertek_number else None,
        reason=answer.reason.strip() or None,
        signature=signature,
    )


def _stream(known: RankList, event: Event) -> str:
    if isinstance(event, rk.EmployeePromoted):
        return f"employee/{event.person_id}"
    return stream_of(known.id)


def _not_later(day: date, today: date, name: str) -> None:
    if day > today:
        raise DateOutOfOrder(earlier=name, later="today")


def _plain(number: str) -> str:
    """The number as it may stand readable. Raises InvalidDetails for what could hold a NIP."""
    if re.search(LONG_DIGITS, number):
        raise InvalidDetails(errors=[{"field": "number", "message": "a number of a letter, not of a person"}])
    return number
