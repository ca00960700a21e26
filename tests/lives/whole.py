"""Lives in which everything happens: transfers, vacancies, promotions, evaluations, cycles, rank lists, by
anybody, at any time, while people come and go, talents change, keys are destroyed and policies are replaced.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from domain.errors import OverrideRequired
from domain.identity import SYSTEM
from domain.performance import Achievement
from domain.personnel_action import DECREED
from domain.policy import Kind, Policy
from domain.policy_commands import AdoptProposal, ProposePolicy
from domain.promotion_commands import OpenSelection
from domain.rank_commands import OutsideDecree, RecordOutsideDecrees
from domain.rank_list import DECIDED, EntryStatus, ListStatus
from tests.domain.rank_requests import (
    advanced,
    annulled,
    answered,
    ask,
    clerk,
    decreed,
    frozen,
    holds,
    sent,
    written,
)
from tests.domain.test_evaluation_lives import LEVELS
from tests.domain.test_promotion import STAFF, with_candidates
from tests.domain.test_random_lives import Lives
from tests.domain.test_replacement import poor
from tests.domain.test_talent import cact, rate
from tests.domain.town import MACHINE, Town, person
from tests.lives.witness import WitnessedTown

PERIODS = (
    *((date(2026, 1, 1), date(2026, 6, 30)),) * 4,
    *((date(2026, 7, 1), date(2026, 12, 31)),) * 4,
    (date(2026, 3, 1), date(2026, 7, 31)),
    (date(2026, 7, 1), date(2027, 12, 31)),
)
# Posts that promotions fill, and one that is a clerk's.
WANTED = ("section-disdik", "section-dukcapil", "p-dukcapil", "section-dinkes", "p-umpeg-disdik", "clerk-2")
OFFICERS = ("kabid", "kabid", "kepala_bkpsdm", "analyst")
# How often something happens to an action of each kind.
LIVELINESS = {Kind.PROMOTION: 5, Kind.EVALUATION: 3, Kind.MUTATION: 2}
MOST_POLICIES = 2
STATUSES = ("01", "01", "15", "03")


@dataclass
class WholeLives(Lives):
    """The town's people live all of it. `vacancies` and `cycles` are those that were opened."""

    town: Town = field(default_factory=lambda: with_candidates(WitnessedTown()))
    vacancies: list[str] = field(default_factory=list)
    cycles: list[str] = field(default_factory=list)

    # --- who and what ---

    def any_action(self) -> str:
        """Of a kind by its liveliness, however many a cycle has opened; sometimes one that is over."""
        running = [s for s in self.town.states.values() if not s.is_quiet or self.chance.random() < 0.02]
        kinds = sorted({state.kind for state in running})
        if not kinds:
            return self.start()
        (kind,) = self.chance.choices(kinds, [LIVELINESS[kind] for kind in kinds])
        return self.chance.choice(sorted(s.id for s in running if s.kind is kind))

    def an_officer(self) -> str:
        return self.chance.choice(OFFICERS) if self.chance.random() < 0.9 else self.anybody()

    # --- promotion ---

    def open_vacancy(self) -> None:
        days = self.chance.choice((0, 0, 0, 5, 40, -30))
        changes: dict[str, Any] = {"vacant_from": self.town.today + timedelta(days=days)}
        post = self.chance.choice(WANTED)
        if post == "p-dukcapil" and self.chance.random() < 0.5:
            names = tuple(self.chance.sample(sorted(self.town.agency.people), self.chance.choice((3, 3, 2))))
            changes["selection"] = OpenSelection(letter_number="800/1", person_ids=names)
        self.vacancies.append(self.town.open_vacancy(post, by=self.an_officer(), **changes))

    def promote(self) -> None:
        if self.vacancies:
            self.town.promote(self.chance.choice(self.vacancies[-4:]), by=self.an_officer())

    def decide_promotion(self, action: str) -> None:
        state, step = self.town.state(action), self.town.step(action)
        who, outcome = (
            self.an_owner(action),
            self.chance.choices(("approve", "reject", "return"), (40, 1, 2))[0],
        )
        if outcome != "approve":
            back = self.chance.choice((None, *state.steps)) if outcome == "return" else None
            details = {"vote": "reject"} if outcome == "reject" and step == "candidate_ranking" else {}
            self.town.decide(action, who, outcome, return_to=back, details=details)
            return
        details, overrides = self.answer(action), sorted(state.open_overrides())
        try:
            self.town.decide(action, who, details=details, overrides=overrides)
        except OverrideRequired as refused:
            if self.chance.random() < 0.2:
                raise
            self.town.decide(action, who, details=details, overrides=refused.facts["rules"])

    # --- evaluation ---

    def evaluate(self) -> None:
        by = person(self.an_officer()) if self.chance.random() < 0.8 else MACHINE
        self.town.evaluate(self.anybody(), by=by, period=self.chance.choice(PERIODS))

    def open_cycle(self) -> None:
        units = self.chance.sample(("dinkes", "disdik", "bappeda", "bkpsdm"), self.chance.choice((1, 1, 2)))
        by = SYSTEM if self.chance.random() < 0.4 else person(self.an_officer())
        self.cycles.append(self.town.open_cycle(*units, by=by))

    def open_next(self) -> None:
        if self.cycles:
            by = SYSTEM if self.chance.random() < 0.9 else person(self.anybody())
            self.town.open_next(self.chance.choice(self.cycles), self.chance.choice((1, 3, 9)), by=by)

    def close_cycle(self) -> None:
        if self.cycles:
            by = SYSTEM if self.chance.random() < 0.5 else person(self.an_officer())
            self.town.close_cycle(self.chance.choice(self.cycles), by)

    def replace(self) -> None:
        """After an evaluation that ended, mostly one that was low."""
        ended = [s for s in self.town.states.values() if s.evaluation and s.ended]
        low = [s for s in ended if self.town.registry.evaluations.follow_ups_of(s.id)]
        of = sorted(s.id for s in (low if low and self.chance.random() < 0.8 else ended))
        if of:
            by = "analyst" if self.chance.random() < 0.8 else self.anybody()
            self.vacancies.append(self.town.replace(self.chance.choice(of), self.any_post(), by=by)[1])

    def rate_organisation(self) -> None:
        if self.cycles:
            achievement = self.chance.choice(tuple(Achievement)).value
            filled = [cycle for cycle in self.cycles if self.town.registry.cycles.units[cycle]]
            cycle = self.chance.choice(filled or self.cycles)
            self.town.rate_organisation(cycle, self.a_unit_of(cycle), achievement, by=self.an_officer())

    def consider(self) -> None:
        if self.cycles:
            by = self.chance.choice(("sekda", "kepala_bkpsdm", self.anybody()))
            reason, cycle = self.chance.choice(("", "unit baru")), self.chance.choice(self.cycles)
            self.town.consider(cycle, self.a_unit_of(cycle), reason, by=by)

    def a_unit_of(self, cycle: str) -> str:
        """Mostly one that the cycle evaluates."""
        units = {unit for unit in self.town.registry.cycles.units[cycle].values() if unit is not None}
        return self.chance.choice(sorted(units) or ["bpkad"]) if self.chance.random() < 0.9 else "bpkad"

    def start(self) -> str:
        """Sometimes the transfer that a measure ordered, or somebody claims it did."""
        if self.chance.random() < 0.8:
            return super().start()
        states = sorted(self.town.states.values(), key=lambda state: state.id)
        following = [s for s in states if s.evaluation and s.evaluation.measured_at] or states
        after = self.chance.choice(following) if following else None
        who = after.subject_id if after and self.chance.random() < 0.8 else self.anybody()
        return self.town.submit(who, self.any_post(), follows=after.id if after else None)

    # --- what takes long to come about ---

    def grown(self) -> None:
        """A chain of two moves, an official whom an evaluation found low, and two clerks who are due."""
        self.town.moved("nurse", "school-nurse")
        self.town.moved("nurse_2", "nurse-1")
        poor(self.town)
        clerk(self.town, "ira")
        clerk(self.town, "tua", birth_date=date(1969, 1, 17), nip="196901171992031001", grade="III/d")
        holds(self.town, "tua", "DPCP")

    def annul(self) -> None:
        """Mostly what is decided, so that others rest on it."""
        decided = sorted(s.id for s in self.town.states.values() if s.status in DECREED)
        if not decided or self.chance.random() < 0.3:
            super().annul()
            return
        who = "mayor" if self.chance.random() < 0.8 else self.anybody()
        authority = self.chance.choice(("PPK", "PPK", "COURT"))
        self.town.annul(self.chance.choice(decided), who, authority=authority)

    # --- rank promotion ---

    def rank(self) -> None:
        """The next act on the newest list, or another one, by who may or by anybody."""
        lists, choice = self.town.registry.ranks.by_id, self.chance.choice
        known = lists[list(lists)[-1]] if lists else None
        officer = choice(("analyst", "kepala_bkpsdm", "mayor", self.anybody()))
        if known is None or known.over or self.chance.random() < 0.1:
            frozen(self.town, self.town.policy.rank_promotion.periods.open_on(self.town.today), by=officer)
            return
        people = {status: [e.person_id for e in known.in_status(status)] for status in EntryStatus}
        proposed = people[EntryStatus.PROPOSED]
        if known.status is ListStatus.FROZEN:
            sent(self.town, known.id, by=choice(("kepala_bkpsdm", officer)))
        elif proposed and self.chance.random() < 0.7:
            outcome = choice(("approved", "approved", "returned", "refused"))
            number, reason = ("AB-1", "") if outcome == "approved" else (None, "berkas kurang")
            said = {"outcome": outcome, "pertek_number": number, "reason": reason}
            answered(self.town, known.id, choice(proposed), by=choice(("analyst", officer)), **said)
        elif people[EntryStatus.APPROVED] and self.chance.random() < 0.7:
            outside = OutsideDecree(
                person_id=choice(people[EntryStatus.APPROVED]), number="AA/27", decree_date=self.town.today
            )
            if self.chance.random() < 0.5:
                ask(
                    self.town,
                    RecordOutsideDecrees,
                    known.id,
                    choice(("analyst", officer)),
                    decrees=(outside,),
                )
            else:
                decreed(self.town, known.id, by=choice(("mayor", officer)))
        elif decided := [who for status in DECIDED for who in people[status]]:
            if self.chance.random() < 0.5:
                annulled(self.town, known.id, choice(decided), by=choice(("mayor", officer)))
            else:
                written(self.town, known.id, choice(decided), by=choice(("analyst", officer)))

    def advance_ranks(self) -> None:
        for list_id in self.town.registry.ranks.by_id:
            advanced(self.town, list_id)

    # --- deciding ---

    def decide(self) -> None:
        action = self.any_action()
        kind = self.town.state(action).kind
        if kind is Kind.PROMOTION:
            self.decide_promotion(action)
        elif kind is Kind.EVALUATION:
            self.decide_evaluation(action)
        else:
            self.decide_transfer(action)

    def decide_transfer(self, action: str) -> None:
        state = self.town.state(action)
        outcome = self.chance.choices(("approve", "reject", "return"), (30, 1, 2))[0]
        back = self.chance.choice((None, *state.steps)) if outcome == "return" else None
        self.town.decide(
            action, self.an_owner(action), outcome, return_to=back, overrides=sorted(state.open_overrides())
        )

    def decide_evaluation(self, action: str) -> None:
        outcome = self.chance.choices(("approve", "reject", "return"), (40, 2, 2))[0]
        details = self.answer(action) if outcome == "approve" else {}
        if outcome == "reject" and self.town.step(action) == "calibration":
            details = {"vote": "reject"}
        self.town.decide(action, self.an_owner(action), outcome, details=details)

    def answer(self, action: str) -> dict[str, Any]:
        """The form, filled in at random where it may be."""
        choice, sample = self.chance.choice, self.chance.sample
        state, task = self.town.state(action), self.town.state(action).tasks[-1]
        match task.step:
            case "candidate_ranking" if not task.votes and self.chance.random() < 0.8:
                most = len(state.candidates)
                names = sample(state.candidates, choice(range(min(2, most), most + 1)))
                return {"ranking": names} | choice(({}, {}, {}, {"minutes_number": None}))
            case "promotion_choice":
                named = state.ranking if self.chance.random() < 0.95 else state.candidates
                chosen: dict[str, Any] = {"person_id": choice(named or ("nobody",))}
                later = self.town.today + timedelta(days=choice((0, 0, 7, 700)))
                return chosen | {"suggested_by": choice((None, self.anybody())), "effective_date": str(later)}
            case "rating":
                return {"result": choice(LEVELS), "conduct": choice(LEVELS)}
            case "result_response" if self.chance.random() < 0.4:
                return {"response": "object", "reasons": "bukti tidak dibaca"}
            case "objection_decision" if self.chance.random() < 0.5:
                return {"decision": "changed", "result": choice(LEVELS), "conduct": choice(LEVELS)}
            case "calibration" if self.chance.random() < 0.3 and not task.votes:
                moved = {"result": choice(LEVELS), "conduct": choice(LEVELS), "reason": "bukti lain"}
                return {"deviation": moved}
            case "retest":
                return {"passed": self.chance.random() < 0.2, "tested_on": str(self.town.today)}
            case "follow_up_decision":
                return {"measure": choice(("reassign", "temporary_year", "dismissal_proposal"))}
        return {}

    # --- the world changes ---

    def record_result(self) -> None:
        who = self.chance.choice(STAFF)
        if self.chance.random() < 0.5:
            rate(
                self.town, who, self.chance.choice((2024, 2025)), judged=self.chance.choice(((1, 1), (2, 2)))
            )
        else:
            cact(self.town, who, self.chance.choice((50, 70, 95)))

    def correct_register(self) -> None:
        who = self.chance.choice(STAFF) if self.chance.random() < 0.7 else self.anybody()
        status = self.chance.choice(STATUSES)
        self.town.correct(who, education="S-1", position_since=date(2017, 3, 1), employment_status=status)

    def move_by_roster(self) -> None:
        """Within a period that may have to be rated."""
        agency = self.town.agency
        vacant = sorted(post.id for post in agency.posts.values() if post.incumbent_id is None)
        running = sorted({s.subject_id for s in self.town.states.values() if s.evaluation and not s.ended})
        if vacant and running:
            who = self.chance.choice(running)
            since = self.town.today - timedelta(days=self.chance.choice((10, 60, 200, 260, 320)))
            if agency.people[who].position_id is not None:
                self.town.correct(who, post=self.chance.choice(vacant), position_since=since)

    def erase(self) -> None:
        """Of somebody who has left their post, as the law on personal data has it."""
        gone = {p.id for p in self.town.agency.people.values() if p.position_id is None} - self.town.erased
        if gone:
            self.town.erase_person(self.chance.choice(sorted(gone)))

    def withdraw(self) -> None:
        action = self.any_action()
        kind, who = self.town.state(action).initiator
        if self.town.state(action).kind is Kind.EVALUATION:
            kind, who = "person", self.an_officer()
        self.town.withdraw(action, MACHINE if kind == "integration" else person(who))

    def propose_policy(self) -> None:
        """The same law with other numbers, to be in force from some day on."""
        if len(self.town.policies) < MOST_POLICIES:
            first = self.town.today + timedelta(days=self.chance.choice((1, 9)))
            document = amended(self.town.policy, first).model_dump(mode="json")
            who = person(self.chance.choice(("kabid", "kepala_bkpsdm", self.anybody())))
            self.town.send(ProposePolicy(command_id=next(self.town.ids), actor=who, document=document))

    def adopt_policy(self) -> None:
        for policy_id, proposal in sorted(self.town.published.proposed.items()):
            who = person(self.chance.choice(("mayor", "sekda", self.anybody())))
            text = proposal.policy.hash
            self.town.send(
                AdoptProposal(command_id=next(self.town.ids), actor=who, policy_id=policy_id, hash=text)
            )

    def jump(self) -> None:
        self.town.now += timedelta(days=self.chance.choice((3, 14, 40, 200)))

    def of_people(self) -> dict[Callable[[], object], int]:
        mine: dict[Callable[[], object], int] = {
            self.open_vacancy: 6,
            self.promote: 8,
            self.evaluate: 3,
            self.open_cycle: 1,
            self.open_next: 3,
            self.close_cycle: 1,
            self.replace: 5,
            self.rank: 8,
            self.rate_organisation: 5,
            self.consider: 2,
            self.move_by_roster: 4,
            self.record_result: 2,
            self.correct_register: 2,
            self.erase: 1,
            self.propose_policy: 1,
            self.adopt_policy: 2,
        }
        return super().of_people() | {self.decide: 110, self.start: 3, self.annul: 3} | mine

    def everything(self) -> dict[Callable[[], object], int]:
        return (
            self.of_people() | self.of_the_system() | {self.advance_ranks: 3, self.pass_time: 8, self.jump: 1}
        )


def amended(policy: Policy, first_day: date) -> Policy:
    """Another policy: other waiting times, ranks, quorum and hours, and the analysts may ask for less."""
    document = policy.model_dump(mode="json")
    document |= {"id": f"{policy.id}-{first_day}", "effective_from": first_day.isoformat()}
    document["promotion"]["pool"] |= {"free_ranks": 2, "list_months": 3, "names": 2}
    document["promotion"]["opened_by"] = ["agency_head"]
    document["evaluation"]["objection_window"] |= {"days": 7}
    document["evaluation"]["cycles_by"] = ["agency_head"]
    document["evaluation"]["withdrawn_by"] = ["agency_head"]
    document["submitters"]["six_monthly"] = ["agency_head"]
    document["committee"]["quorum"] = 2
    return Policy.model_validate(document)
