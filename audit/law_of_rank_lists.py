"""Lists of rank promotions as the auditor makes them: who was due, with what findings, and who was not.

The list is made anew from the register, the talent records and the files of its moment, and every entry
is judged again from what its seal holds.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date

from audit.case import Moment
from audit.fact_sheets import registered
from audit.law_of_registers import Problem
from audit.sealed_sheets import judged_again
from domain import rank_events as rk
from domain.canonical import digest
from domain.career import yearly_ratings
from domain.facts import Identity
from domain.identity import Capacity, Signature
from domain.offices import split_key
from domain.personnel_file import codes_at_hand, verified_codes
from domain.policy import Policy, Severity
from domain.rank_path import RankPath, path_on
from domain.rank_policy import RankKind
from domain.rank_sheet import RankSheet, assess_rank
from domain.talent_record import TalentRecord
from ledger.record import StoredEvent

RecordOf = Callable[[str], TalentRecord | None]


@dataclass(frozen=True)
class Lawful:
    """Whom the period concerns, by the register alone: paths of those who are due, and the counts."""

    paths: dict[str, RankPath]
    at_ceiling: int
    undated: int


@dataclass(frozen=True)
class Eyes:
    """What the auditor sees of people: talent records, None where a seal is closed, and identities."""

    record_of: RecordOf
    identities: Mapping[str, Identity]

    def sheet_of(
        self, person_id: str, path: RankPath, period: date, moment: Moment, policy: Policy,
        listed: tuple[RankKind, str] | None = None,
    ) -> RankSheet | None:  # fmt: skip
        """The person as the ledger knew them; None where seals are closed."""
        person, known = moment.agency.people.get(person_id), self.identities.get(person_id)
        record = self.record_of(person_id)
        if person is None or known is None or record is None:
            return None
        filed = moment.files.of(person_id)
        return RankSheet(
            salt="",
            period=period,
            assessed_on=moment.day,
            subject=registered(person, known, moment.agency),
            grade_since=person.grade_since,
            kind=path.kind,
            to_grade=path.to_grade,
            months=path.months,
            due_on=path.due_on,
            ceiling=path.ceiling,
            ratings=yearly_ratings(record),
            vetoes=record.placement.vetoes if record.placement else (),
            filed=codes_at_hand(filed, policy.personnel_file, moment.day),
            verified=verified_codes(filed, policy.personnel_file, moment.day),
            listed=listed,
            appointed_on=known.appointed_on if path.kind is RankKind.RETIREMENT else None,
        )


def path_now(person_id: str, moment: Moment, policy: Policy, period: date) -> RankPath | None:
    """Towards which grade, on the list of the period, the register has the person at that moment."""
    return path_on(moment.day, person_id, moment.agency, moment.files, policy, period)


def lawful_list(period: date, moment: Moment, policy: Policy, busy: Collection[str]) -> Lawful:
    """The list as it had to be."""
    paths: dict[str, RankPath] = {}
    at_ceiling = undated = 0
    for person_id in sorted(moment.agency.people.keys() - set(busy)):
        path = path_now(person_id, moment, policy, period)
        if path is None:
            continue
        undated += path.due_on is None
        if path.due_on is not None and path.due_on <= period:
            if path.reaches_beyond:
                at_ceiling += 1
            else:
                paths[person_id] = path
    return Lawful(paths, at_ceiling, undated)


def check_proposed(event: rk.RankListProposed, moment: Moment, policy: Policy) -> list[Problem]:
    """Whether the list was made by the policy of its period, in its window, with its moments."""
    found: list[Problem] = []
    current = moment.policy_in_force(event.period)
    if (current.id, current.hash) != (event.policy_id, event.policy_hash):
        found.append(("wrong-policy", f"{current.id} is in force on {event.period}"))
    periods = policy.rank_promotion.periods
    if not periods.is_period(event.period):
        found.append(("wrong-date", f"{event.period} is no period"))
    if not periods.opens_on(event.period) <= moment.day <= periods.closes_on(event.period):
        found.append(("wrong-date", f"a list of {event.period} made outside its window"))
    moments = (moment.calendar.start_of(event.period), moment.calendar.end_of(event.send_by))
    if event.send_by != periods.closes_on(event.period) or (event.effective_at, event.lapses_at) != moments:
        found.append(("wrong-deadline", "window and effect of the list are not those of its period"))
    if event.proposed_on != moment.day:
        found.append(("wrong-date", f"made on {moment.day}, it says {event.proposed_on}"))
    return found


def check_entry(
    event: rk.RankCandidateListed, opened: rk.RankListProposed, moment: Moment, policy: Policy, eyes: Eyes
) -> list[Problem]:
    """One entry: the person's path, the findings of the sheet, the place that follows from them."""
    found: list[Problem] = []
    person = moment.agency.people.get(event.person_id)
    path = path_now(event.person_id, moment, policy, opened.period)
    if person is None or path is None or path.due_on is None or path.due_on > opened.period:
        return [("rank-out-of-turn", f"{event.person_id} is not due on {opened.period}")]
    said = (event.kind, event.from_grade, event.from_since, event.to_grade)
    if said != (path.kind, path.from_grade, person.grade_since, path.to_grade):
        found.append(("rank-out-of-turn", f"{event.person_id} is not due for that grade"))
    if event.unit_id != moment.agency.unit_of(person.position_id):
        found.append(("wrong-facts", f"{event.person_id} is not in {event.unit_id}"))
    barred = any(o.severity is Severity.HARD and o.outcome in ("fail", "unknown") for o in event.outcomes)
    if barred != (event.place == "kept_off"):
        found.append(("hard-finding-passed", f"{event.person_id} is {event.place} against the findings"))
    if event.sheet is None:  # sealed under a key that is gone
        return found
    if event.place == "left_off" and len((event.reason or "").strip()) < 3:
        found.append(("wrong-facts", f"{event.person_id} was left off without a reason"))
    return found + _judged_again(event, path, opened.period, moment, policy, eyes)


def _judged_again(
    event: rk.RankCandidateListed, path: RankPath, period: date, moment: Moment, policy: Policy, eyes: Eyes
) -> list[Problem]:
    sheet, found = judged_again(event, RankSheet, lambda said: assess_rank(said, policy))
    known = eyes.sheet_of(event.person_id, path, period, moment, policy)
    if known is not None and sheet is not None and known != sheet:
        found.append(("facts-differ", "the sheet has other facts than the ledger"))
    return found


def check_frozen(
    event: rk.RankListFrozen, opened: rk.RankListProposed, entries: list[rk.RankCandidateListed],
    lawful: Lawful,
) -> list[Problem]:  # fmt: skip
    """The closing: everybody who is due and nobody else, in order, counted and hashed."""
    found: list[Problem] = []
    if [entry.person_id for entry in entries] != list(lawful.paths):
        found.append(("rank-list-differs", "the register makes another list"))
    hashed = digest(
        {
            "list_id": opened.list_id,
            "period": opened.period.isoformat(),
            "policy_hash": opened.policy_hash,
            "entries": [
                {
                    "person_id": e.person_id, "kind": e.kind.value, "to_grade": e.to_grade, "place": e.place,
                    "entry_hash": e.entry_hash,
                }
                for e in entries
            ],
        }
    )  # fmt: skip
    if hashed != event.list_hash:
        found.append(("rank-list-differs", "the hash is not that of the entries"))
    places = [e.place for e in entries]
    counted = tuple(places.count(place) for place in ("proposed", "kept_off", "left_off"))
    if (event.proposed, event.kept_off, event.left_off) != counted:
        found.append(("rank-list-differs", "the entries are counted wrongly"))
    if (event.at_ceiling, event.undated) != (lawful.at_ceiling, lawful.undated):
        found.append(("rank-list-differs", f"{lawful.at_ceiling} at the ceiling, {lawful.undated} undated"))
    if not event.proposed:
        found.append(("rank-list-differs", "a list that proposes nobody"))
    return found


def check_signer(
    stored: StoredEvent, signature: Signature, named: Collection[str], people: Collection[str],
    moment: Moment, *, definitive: bool = False,
) -> list[Problem]:  # fmt: skip
    """Whether who acted held one of the named offices as signed, and was none of `people` nor in the
    place of one of them.
    """
    actor = stored.actor
    if actor.kind != "person":
        return [("not-entitled", f"{stored.type} by {actor.kind} {actor.id}")]
    held = [s for key, s in moment.offices.exercised_by(actor.id, moment.day) if split_key(key)[0] in named]
    held = [s for s in held if s.capacity is not Capacity.DELEGATE]
    found: list[Problem] = []
    if not held:
        found.append(("not-entitled", f"{actor.id} may not do this"))
    elif signature not in held:
        found.append(("wrong-signature", f"{actor.id} could not sign as {signature.office}"))
    if definitive and signature.capacity is not Capacity.DEFINITIVE:
        found.append(("capacity-not-allowed", f"{stored.type} needs the definitive holder"))
    post = moment.agency.posts.get(signature.post_id or "")
    if actor.id in people or (post is not None and post.incumbent_id in people):
        found.append(("excluded-actor", f"{actor.id} acts on themself or for whom it is about"))
    return found
