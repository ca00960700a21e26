"""A program that lets people act who are out writes sound records; verify finds each of their acts."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import domain.acting
import domain.annulment
import domain.distribution
import domain.erasure
import domain.evaluation_opening
import domain.ownership
import domain.rank_promotion
import domain.result_entry
import domain.submission
import domain.vacancy
import domain.verification
from domain.commands import (
    AnnulAction,
    DeclareConflict,
    FileDocument,
    GrantDelegation,
    GrantOffice,
    OverrideReason,
    WithdrawAction,
)
from domain.document_commands import VerifyDocument
from domain.erasure_commands import ApproveErasure, RequestErasure
from domain.evaluation_commands import (
    OpenEvaluationCycle,
    OpenEvaluations,
    RateOrganisation,
    SubmitEvaluation,
)
from domain.facts import Facts
from domain.identity import SYSTEM, Actor, Capacity, Signature
from domain.performance import Achievement
from domain.personnel_action import Proposed
from domain.rank_commands import WithdrawRankList
from domain.result_entry_commands import EnterTalentResult
from domain.signing import signed_by
from domain.talent_commands import ComponentRow
from installation import Installation
from projections.action_state import state_of
from roster.generator import generate_agency
from settings import Settings
from tests import ranks
from tests.audit.conftest import Clock, Evidence
from tests.pool import a_pool
from tests.world import a_person, new_id, seed

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
PERIOD = {"period_start": date(2026, 1, 1), "period_end": date(2026, 6, 30)}
DELEGATE, PLH = Capacity.DELEGATE, Capacity.PLH
# What a program that knows no exclusion writes besides: tasks and inboxes that name nobody who is out.
BESIDES = {("wrong-exclusions", "TaskOpened"), ("projection-row-differs", "")}


def signed_for_anybody(
    actor: Actor, named: Collection[str], _: Collection[str], facts: Facts, *, definitive: bool = False
) -> Signature:
    """Errs: whom it is about does not matter."""
    return signed_by(actor, named, (), facts, definitive=definitive)


class Erring:
    """An agency whose program lets through, act by act, who is out."""

    def __init__(self, folder: Path) -> None:
        self.clock = Clock(NOW)
        installation = Installation(Settings(data=folder), clock=self.clock)
        installation.set_up()
        self.world = seed(installation, generate_agency(people=200, as_of=date(2026, 11, 24)))
        self.lab = Evidence(folder, installation, self.world, self.clock, "", folder / "none")
        offices, today = self.world.offices, self.world.today
        self.plain = [p for p in self.world.movable() if not offices.keys_of(p, today)]
        self.mayor, self.head, self.chief, self.analyst, self.secretary = (
            self.world.holder(office)
            for office in (
                "appointing_official", "agency_head", "transfer_division_head", "personnel_analyst",
                "regional_secretary",
            )
        )  # fmt: skip

    def act(self, model: type[Any], by: str | None, **values: Any) -> Any:
        actor = a_person(by) if by else SYSTEM
        return self.world.installation.ledger.execute(model(command_id=new_id(), actor=actor, **values))

    def lent(self, capacity: Capacity, who: str, holder: str, by: str) -> None:
        """A letter for two days, by which `who` acts at the post of `holder`."""
        today = self.world.today
        self.act(
            GrantDelegation, by, delegation_id=new_id(), capacity=capacity, delegate_id=who,
            position_id=self.world.agency.people[holder].position_id, first_day=today,
            last_day=today + timedelta(days=1), letter_number="800/1",
        )  # fmt: skip

    def a_case(self, number: int, until: str, **changes: Any) -> Any:
        world = self.world
        asked = world.submit(self.plain[number], world.vacancies()[number], **changes).state
        return world.walk(asked, until=until)

    def found(self) -> set[tuple[str, str]]:
        """Code and event type of every finding."""
        with self.lab.installation.reader.engine.connect() as connection:
            rows = connection.exec_driver_sql("SELECT position, type FROM events").all()
        types = {row.position: row.type for row in rows}
        return {(f.code, types.get(f.position, "")) for f in self.lab.verify().findings}

    def now(self, case: Any) -> Any:
        with self.lab.installation.reader.engine.connect() as connection:
            return state_of(connection, case.id)


def decides_after_a_delegate(town: Erring, errs: pytest.MonkeyPatch) -> str:
    """A head recommends through a delegate, and verifies as somebody's Plh."""
    case = town.a_case(0, "unit_recommendation")
    leader = town.world.holder(case.open_tasks[0].office)
    delegate = town.plain[-1]
    town.lent(DELEGATE, delegate, leader, leader)
    town.world.decide(case, delegate)
    town.lent(PLH, leader, town.analyst, town.head)
    errs.setattr(domain.ownership, "why_excluded", lambda *_: None)
    town.world.decide(town.now(case), leader)
    return leader


def opens_a_list_on_which_they_stand(town: Erring, errs: pytest.MonkeyPatch) -> None:
    first = a_pool(town.world)[0]
    town.act(GrantOffice, None, person_id=first, office="personnel_analyst")
    errs.setattr(domain.vacancy, "stood_for", lambda *_: frozenset())
    town.world.open_vacancy(town.world.vacancies("PENGAWAS")[1], actor=a_person(first))


def confirms_their_own_override(town: Erring, errs: pytest.MonkeyPatch) -> None:
    vacancy = town.world.open_vacancy(town.world.vacancies("PENGAWAS")[0])
    case = town.world.walk(town.world.promote(vacancy).state, until="promotion_choice")
    rules = ("talent_pool", "leading_ranks", "candidate_performance")
    overrides = tuple(OverrideReason(rule=rule, reason="keahlian khusus") for rule in rules)
    details = {"person_id": case.candidates[4]}
    town.world.decide(case, town.mayor, details=details, overrides=overrides)
    town.act(GrantOffice, None, person_id=town.mayor, office="inspector")
    errs.setattr(domain.ownership, "why_excluded", lambda *_: None)
    errs.setattr(Proposed, "is_by", lambda *_: False)
    town.world.decide(town.now(case), town.mayor, details={}, overrides=overrides)


def enters_and_verifies_for_whose_plh_they_are(town: Erring, errs: pytest.MonkeyPatch, plh: str) -> None:
    errs.setattr(domain.result_entry, "signed_by", signed_for_anybody)
    errs.setattr(domain.verification, "not_on_oneself", lambda _, possible, *__: possible[0])
    award = ComponentRow(
        person_id=town.analyst, component="awards", score=9_000, valid_until=date(2029, 12, 31)
    )
    town.act(EnterTalentResult, plh, entry_id=new_id(), person_id=town.analyst, component=award)
    document = new_id()
    town.act(
        FileDocument, None, document_id=document, person_id=town.analyst, document_type="SK",
        media_type="application/pdf", size_bytes=3, sha256="0" * 64, file_name="sk.pdf",
    )  # fmt: skip
    town.act(VerifyDocument, plh, document_id=document, outcome="accepted")


def consents_for_whose_plh_they_are(town: Erring, errs: pytest.MonkeyPatch) -> None:
    errs.setattr(domain.erasure, "signed_by", signed_for_anybody)
    plh = town.plain[-2]
    town.lent(PLH, plh, town.head, town.secretary)
    asked = {"person_id": town.head, "ground": "court_order", "reason": "putusan"}
    town.act(RequestErasure, town.analyst, **asked)
    town.act(ApproveErasure, plh, person_id=town.head)


def takes_back_the_list_on_which_they_stand(town: Erring, errs: pytest.MonkeyPatch) -> None:
    clerk = ranks.due_clerks(town.world)[0]
    list_id = ranks.frozen(town.world)
    town.act(GrantOffice, None, person_id=clerk, office="agency_head")
    errs.setattr(domain.rank_promotion, "signed_by", signed_for_anybody)
    town.act(WithdrawRankList, clerk, list_id=list_id, why="mistake")


def undoes_a_case_in_which_they_declared_an_interest(town: Erring, errs: pytest.MonkeyPatch) -> None:
    case = town.a_case(1, "agency_head_review")
    town.act(DeclareConflict, town.head, action_id=case.id, reason="saudara kandung")
    case = town.world.walk(town.now(case), until="awaiting_effect")
    errs.setattr(domain.annulment, "why_interested", lambda *_: None)
    ruling = {"authority": "COURT", "reason": "putusan", "letter_number": "12/G/2026"}
    town.act(AnnulAction, town.head, action_id=case.id, **ruling)


def asks_in_the_name_of_another(town: Erring, errs: pytest.MonkeyPatch) -> None:
    delegate = town.plain[-3]
    town.lent(DELEGATE, delegate, town.chief, town.chief)
    for module in (domain.submission, domain.evaluation_opening):
        errs.setattr(module, "Capacity", SimpleNamespace(DELEGATE=None))
    town.world.submit(town.plain[2], town.world.vacancies()[2], actor=a_person(delegate))
    town.act(SubmitEvaluation, delegate, action_id=new_id(), subject_id=town.plain[3], **PERIOD)


def appoints_who_withdraws_for_them(town: Erring, errs: pytest.MonkeyPatch) -> None:
    """The head of the division is evaluated, and appoints a Plh who withdraws it."""
    evaluation = new_id()
    town.act(SubmitEvaluation, town.analyst, action_id=evaluation, subject_id=town.chief, **PERIOD)
    post = town.world.agency.people[town.chief].position_id
    errs.setattr(domain.acting, "_on_whose_behalf", lambda *_: (post, town.chief))
    town.lent(PLH, town.plain[-4], town.chief, town.chief)
    errs.setattr(domain.annulment, "may_withdraw_evaluation", lambda *_: True)
    town.act(WithdrawAction, town.plain[-4], action_id=evaluation, reason="tidak perlu")


def says_how_well_an_office_did_for_whose_head_they_act(town: Erring, errs: pytest.MonkeyPatch) -> None:
    agency, cycle = town.world.agency, new_id()
    town.act(OpenEvaluationCycle, None, cycle_id=cycle, **PERIOD)
    town.act(OpenEvaluations, None, cycle_id=cycle, limit=200)
    unit = agency.apparatus_of(agency.unit_of(agency.people[town.plain[0]].position_id))
    town.lent(PLH, town.chief, town.world.holder(f"unit_head@{unit}"), town.secretary)
    errs.setattr(domain.distribution, "_may", lambda *_: None)
    rated = {"unit_id": unit, "achievement": Achievement.BAIK, "document_number": "800/12"}
    town.act(RateOrganisation, town.chief, cycle_id=cycle, **rated)


def test_every_act_of_somebody_who_is_out_is_found(tmp_path: Path) -> None:
    town = Erring(tmp_path)
    with pytest.MonkeyPatch.context() as errs:
        undoes_a_case_in_which_they_declared_an_interest(town, errs)
    with pytest.MonkeyPatch.context() as errs:
        plh = decides_after_a_delegate(town, errs)
    with pytest.MonkeyPatch.context() as errs:
        enters_and_verifies_for_whose_plh_they_are(town, errs, plh)
    for act in (
        opens_a_list_on_which_they_stand,
        confirms_their_own_override,
        takes_back_the_list_on_which_they_stand,
        asks_in_the_name_of_another,
        appoints_who_withdraws_for_them,
        consents_for_whose_plh_they_are,
        says_how_well_an_office_did_for_whose_head_they_act,
    ):
        with pytest.MonkeyPatch.context() as errs:
            act(town, errs)
    assert town.found() - BESIDES == {
        ("excluded-actor", "ActionAnnulled"),
        ("excluded-actor", "CandidateFrozen"),
        ("excluded-actor", "TaskCompleted"),
        ("override-alone", "Overridden"),
        ("excluded-actor", "TalentResultEntered"),
        ("excluded-actor", "DocumentVerified"),
        ("excluded-actor", "PersonErased"),
        ("excluded-actor", "RankListWithdrawn"),
        ("not-entitled", "ActionSubmitted"),
        ("excluded-actor", "OrganisationRated"),
        ("excluded-actor", "DelegationGranted"),
        ("not-an-owner", "ActionWithdrawn"),
    }
    town.lab.installation.close()
