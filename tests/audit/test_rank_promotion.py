"""Rank promotions are lawful to the auditor as the ledger makes them, and unlawful ones are found."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from audit.rebuild import rebuild
from domain import rank_commands as rc
from domain import rank_events as rk
from domain.commands import FileDocument
from domain.document_commands import VerifyDocument
from domain.identity import SYSTEM
from domain.rank_list import EntryStatus
from installation import Installation
from ledger.database import open_database
from ledger.read import all_events, newest_checkpoint
from mining.export import export_ocel, export_xes
from mining.selection import Selection
from operations.rank_findings import of_rank_lists
from projections.catalogue import all_projections
from roster.generator import generate_agency
from settings import Settings
from tests import ranks
from tests.audit.attacker import Attacker
from tests.audit.conftest import Clock, Evidence, copy_of
from tests.audit.test_unlawful import Document, last, person
from tests.world import World, a_person, new_id, seed

TODAY = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


def with_credit(world: World, who: str) -> None:
    """A functional post's holder whose credit points were assessed and verified."""
    document_id = new_id()
    filed = FileDocument(
        command_id=new_id(), actor=SYSTEM, document_id=document_id, person_id=who, document_type="PAK",
        media_type="application/pdf", size_bytes=9, sha256="0" * 64, file_name="pak.pdf",
    )  # fmt: skip
    world.installation.ledger.execute(filed)
    officer = a_person(world.holder("personnel_analyst"))
    verified = VerifyDocument(command_id=new_id(), actor=officer, document_id=document_id, outcome="accepted")
    world.installation.ledger.execute(verified)


def cases(world: World, clock: Clock) -> None:
    """A list withdrawn, one played to its end with every answer there is, one that lapses, one that waits."""
    clerks = ranks.due_clerks(world, 9)
    period = ranks.period_of(world)
    nurse = world.movable()[0]
    ranks.corrected(world, nurse, grade="III/a", grade_since=date(2024, 1, 1), education="S-1")
    ranks.rated(world, nurse, 2024, 2025)
    with_credit(world, nurse)
    ranks.ask(
        world, rc.WithdrawRankList, ranks.frozen(world), world.holder("transfer_division_head"),
        why="facts_changed",
    )  # fmt: skip
    left = (rc.LeftOff(person_id=clerks[7], reason="dalam pemeriksaan"),)
    list_id = ranks.sent(world, ranks.frozen(world, left_off=left))
    known = ranks.list_of(world, list_id)
    assert {known.entries[who].status for who in clerks} == {
        EntryStatus.PROPOSED, EntryStatus.LEFT_OFF, EntryStatus.KEPT_OFF,
    }  # fmt: skip
    ranks.approved(world, list_id, *clerks[:4], *([nurse] if nurse in known.entries else []))
    why: dict[str, Any] = {"answered_on": world.today, "reason": "berkas kurang"}
    others = (
        rc.RankAnswer(person_id=clerks[4], outcome="returned", **why),
        rc.RankAnswer(person_id=clerks[5], outcome="refused", **why),
    )
    ranks.ask(world, rc.RecordRankAnswers, list_id, world.holder("personnel_analyst"), answers=others)
    ranks.decreed(world, list_id, clerks[0])
    ranks.decreed(world, list_id)
    mayor = world.holder("appointing_official")
    ranks.ask(world, rc.AnnulRankPromotion, list_id, mayor, person_id=clerks[1], reason="salah hitung")
    ranks.corrected(world, clerks[2], employment_status="99")
    clock.now = datetime(2026, 12, 16, 2, 0, tzinfo=UTC)
    ranks.rated_lately(world, ranks.made_due(world, ranks.clerks_of(world)[9]))
    lapses = ranks.frozen(world)
    clock.now = datetime(period.year, period.month, period.day, 2, 0, tzinfo=UTC)
    ranks.advanced(world, list_id)
    ranks.written(world, list_id, clerks[0])
    head = world.holder("agency_head")
    ranks.ask(
        world, rc.AnnulRankPromotion, list_id, head, person_id=clerks[0], authority="BKN",
        reason="temuan", letter_number="BKN/9",
    )  # fmt: skip
    ranks.written(world, list_id, clerks[0])
    clock.now = datetime(2027, 1, 16, 2, 0, tzinfo=UTC)
    ranks.advanced(world, lapses)
    ranks.frozen(world)


@pytest.fixture(scope="module")
def ranked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Evidence]:
    folder = tmp_path_factory.mktemp("ranked")
    clock = Clock(TODAY)
    installation = Installation(Settings(data=folder), clock=clock)
    installation.set_up()
    world = seed(installation, generate_agency(people=200, as_of=date(2026, 11, 24)))
    cases(world, clock)
    with installation.reader.engine.connect() as connection:
        kept = newest_checkpoint(connection) or ""
    yield Evidence(folder, installation, world, clock, kept, copy_of(folder / "jenjang.db", folder / "y.db"))
    installation.close()


@pytest.fixture
def insider(ranked: Evidence, tmp_path: Path) -> Attacker:
    return Attacker.on_copy(ranked.database, tmp_path / "attacked.db", ranked.installation.signer)


def altered(insider: Attacker, type_: str, where: Document | None = None, **changes: Any) -> None:
    """The newest such event says something else."""
    documents = insider.documents()
    last(documents, type_, **(where or {}))["data"] |= changes
    insider.rewrite(documents)


def done_by(insider: Attacker, type_: str, who: str | dict[str, str]) -> None:
    """Somebody else did it."""
    documents = insider.documents()
    last(documents, type_)["actor"] = person(who) if isinstance(who, str) else who
    insider.rewrite(documents)


def test_rank_promotions_as_the_ledger_makes_them_are_in_order(ranked: Evidence) -> None:
    found = ranked.verify()
    assert found.ok, found.as_text()


def test_read_models_come_out_the_same_when_rebuilt(ranked: Evidence, insider: Attacker) -> None:
    engine = open_database(f"sqlite+pysqlite:///{insider.path}")
    found = rebuild(engine, all_projections(), ranked.installation.sealing_key)
    engine.dispose()
    assert [name for name, same, _ in found if not same] == []
    assert {name: rows > 0 for name, _, rows in found if name.startswith("rank_")} == {
        "rank_lists": True, "rank_entries": True,
    }  # fmt: skip


def test_the_past_shows_the_grade_of_its_day(ranked: Evidence) -> None:
    reader = ranked.installation.reader
    with reader.engine.connect() as connection:
        position, event = next(
            (stored.position, stored.event)
            for stored in (reader.open(connection, *row) for row in all_events(connection))
            if isinstance(stored.event, rk.EmployeePromoted)
        )
        before, after = (
            reader.directory.at(connection, at, ranked.clock.now).agency.people[event.person_id]
            for at in (position - 1, position)
        )
    assert (before.grade, before.grade_by) == (event.from_grade, None)
    assert (after.grade, after.grade_since, after.grade_by) == ("III/b", date(2027, 1, 1), event.list_id)


def test_process_mining_takes_the_events_as_they_are(ranked: Evidence, tmp_path: Path) -> None:
    engine, everything = ranked.installation.reader.engine, Selection()
    assert export_ocel(engine, tmp_path / "all.json", everything)[0] > 0
    assert "RankTookEffect" in (tmp_path / "all.json").read_text(encoding="utf-8")
    export_xes(engine, tmp_path / "all.xes", everything)


def test_the_doctor_names_what_waits_and_for_whom(ranked: Evidence) -> None:
    with ranked.installation.reader.engine.connect() as connection:
        view = ranked.installation.reader.directory.current(connection)
        now = datetime(2027, 3, 1, tzinfo=UTC)
        found = {f.code: f for f in of_rank_lists(connection, view, now)}
        early = list(of_rank_lists(connection, view, datetime(2027, 1, 17, tzinfo=UTC)))
    assert {"rank-list-overdue", "rank-effect-held"} <= found.keys()
    assert found["rank-effect-held"].office == "personnel_analyst"
    assert "rank-list-overdue" not in {f.code for f in early}


# --- the list ---


def test_somebody_is_left_out_of_a_list(ranked: Evidence, insider: Attacker) -> None:
    documents = insider.documents()
    documents.remove(last(documents, "RankCandidateListed", place="kept_off"))
    insider.rewrite(documents)
    assert "rank-list-differs" in ranked.codes(insider)


def test_somebody_is_put_on_a_list_who_is_not_due(ranked: Evidence, insider: Attacker) -> None:
    documents = insider.documents()
    entry = last(documents, "RankCandidateListed", place="proposed")
    stranger = ranked.world.holder("appointing_official")
    entry["data"] |= {"person_id": stranger}
    insider.rewrite(documents)
    assert {"rank-out-of-turn", "rank-list-differs"} <= ranked.codes(insider)


def test_a_list_gives_another_grade_than_the_next(ranked: Evidence, insider: Attacker) -> None:
    altered(insider, "RankCandidateListed", {"place": "proposed"}, to_grade="III/d")
    assert "rank-out-of-turn" in ranked.codes(insider)


def test_a_hard_finding_is_passed_on_a_list(ranked: Evidence, insider: Attacker) -> None:
    altered(insider, "RankCandidateListed", {"place": "kept_off"}, place="proposed")
    assert "hard-finding-passed" in ranked.codes(insider)


def test_a_finding_is_turned(ranked: Evidence, insider: Attacker) -> None:
    outcomes = last(insider.documents(), "RankCandidateListed", place="kept_off")["data"]["outcomes"]
    turned = [item | {"outcome": "pass"} for item in outcomes]
    altered(insider, "RankCandidateListed", {"place": "kept_off"}, outcomes=turned, place="proposed")
    assert "finding-mismatch" in ranked.codes(insider)


@pytest.mark.parametrize(
    "change", [{"list_hash": "ab" * 32}, {"proposed": 7}, {"at_ceiling": 999}, {"undated": 999}]
)
def test_a_list_is_closed_with_another_hash_or_count(
    ranked: Evidence, insider: Attacker, change: dict[str, Any]
) -> None:
    altered(insider, "RankListFrozen", **change)
    assert "rank-list-differs" in ranked.codes(insider)


def test_a_period_gets_a_second_list(ranked: Evidence, insider: Attacker) -> None:
    documents = insider.documents()
    documents.remove(last(documents, "RankListWithdrawn"))
    insider.rewrite(documents)
    assert "rank-list-differs" in ranked.codes(insider)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"period": "2027-04-01"}, "wrong-date"),
        ({"send_by": "2027-02-20"}, "wrong-deadline"),
        ({"proposed_on": "2027-01-15"}, "wrong-date"),
        ({"policy_hash": "ab" * 32}, "wrong-policy"),
        ({"proposed_by": "somebody"}, "wrong-facts"),
    ],
)
def test_a_list_is_made_outside_its_window_or_by_another_policy(
    ranked: Evidence, insider: Attacker, change: dict[str, Any], code: str
) -> None:
    altered(insider, "RankListProposed", **change)
    assert code in ranked.codes(insider)


@pytest.mark.parametrize(
    "type_", ["RankListProposed", "RankListSent", "RankAnswered", "RankDecreeIssued", "RankWrittenBack"]
)
def test_a_stranger_does_what_an_officer_has_to(ranked: Evidence, insider: Attacker, type_: str) -> None:
    done_by(insider, type_, ranked.world.movable()[1])
    assert "not-entitled" in ranked.codes(insider)


def test_an_officer_signs_in_another_office(ranked: Evidence, insider: Attacker) -> None:
    altered(insider, "RankListSent", signature={"office": "regional_secretary", "capacity": "D"})
    assert "wrong-signature" in ranked.codes(insider)


# --- what follows ---


def test_the_maker_of_a_list_sends_it(ranked: Evidence, insider: Attacker) -> None:
    documents = insider.documents()
    sent = last(documents, "RankListSent")
    made = last(documents, "RankListProposed", list_id=sent["data"]["list_id"])
    made["data"]["proposed_by"] = sent["actor"]["id"]
    insider.rewrite(documents)
    assert "excluded-actor" in ranked.codes(insider)


def test_bkns_approval_comes_without_a_number(ranked: Evidence, insider: Attacker) -> None:
    documents = insider.documents()
    del last(documents, "RankAnswered", outcome="approved")["data"]["pertek_number"]
    insider.rewrite(documents)
    assert "wrong-facts" in ranked.codes(insider)


def test_a_refused_person_is_decreed_all_the_same(ranked: Evidence, insider: Attacker) -> None:
    refused = last(insider.documents(), "RankAnswered", outcome="refused")["data"]["person_id"]
    altered(insider, "RankDecreeIssued", person_id=refused)
    assert "illegal-transition" in ranked.codes(insider)


def test_somebody_is_decreed_who_was_never_listed(ranked: Evidence, insider: Attacker) -> None:
    listed = {d["data"]["person_id"] for d in insider.documents() if d["type"] == "RankCandidateListed"}
    altered(insider, "RankDecreeIssued", person_id=min(ranked.world.agency.people.keys() - listed))
    assert "rank-out-of-turn" in ranked.codes(insider)


def test_a_decree_skips_a_number_and_has_the_code_of_another(ranked: Evidence, insider: Attacker) -> None:
    number, another = "800.1.3.3/Kep.77-BKPSDM/2026", "0" * 64
    altered(insider, "RankDecreeIssued", sequence=77, number=number, code_hash=another)
    assert {"decree-number-gap", "decree-code-differs"} <= ranked.codes(insider)


def test_a_decree_is_signed_by_an_acting_mayor(ranked: Evidence, insider: Attacker) -> None:
    signature = last(insider.documents(), "RankDecreeIssued")["data"]["signature"]
    altered(insider, "RankDecreeIssued", signature=signature | {"capacity": "PLH"})
    assert "capacity-not-allowed" in ranked.codes(insider)


def test_a_promotion_takes_effect_before_its_day(ranked: Evidence, insider: Attacker) -> None:
    altered(insider, "RankTookEffect", effective_date="2026-12-01")
    assert "wrong-date" in ranked.codes(insider)


def test_effect_is_let_by_somebody(ranked: Evidence, insider: Attacker) -> None:
    done_by(insider, "RankTookEffect", ranked.world.holder("personnel_analyst"))
    assert "not-the-system" in ranked.codes(insider)


def test_who_was_held_is_promoted(ranked: Evidence, insider: Attacker) -> None:
    documents = insider.documents()
    held = last(documents, "RankEffectHeld")
    held["type"] = "RankTookEffect"
    del held["data"]["rules"]
    held["data"]["effective_date"] = "2027-01-01"
    insider.rewrite(documents)
    assert {"hard-finding-passed", "rank-without-decree"} <= ranked.codes(insider)


def test_a_grade_changes_more_than_the_list_gave(ranked: Evidence, insider: Attacker) -> None:
    altered(insider, "EmployeePromoted", {"restores": False}, to_grade="IV/a")
    assert "rank-without-decree" in ranked.codes(insider)


def test_a_grade_changes_by_no_list(ranked: Evidence, insider: Attacker) -> None:
    clerk = ranked.world.movable()[3]
    data = {
        "person_id": clerk, "from_grade": "III/c", "to_grade": "III/d", "since": "2027-01-01",
        "list_id": new_id(), "restores": False,
    }  # fmt: skip
    promoted = {"stream": f"employee/{clerk}", "type": "EmployeePromoted", "data": data}
    insider.append(promoted | {"actor": {"kind": "system", "id": "jenjang"}})
    assert "rank-without-decree" in ranked.codes(insider)


def test_an_effect_without_its_grade(ranked: Evidence, insider: Attacker) -> None:
    documents = insider.documents()
    documents.remove(last(documents, "EmployeePromoted", restores=False))
    insider.rewrite(documents)
    assert "rank-without-decree" in ranked.codes(insider)


def test_a_list_lapses_while_its_window_is_open(ranked: Evidence, insider: Attacker) -> None:
    documents = insider.documents()
    lapsed = last(documents, "RankListLapsed")
    position = documents.index(last(documents, "RankListFrozen", list_id=lapsed["data"]["list_id"]))
    documents.remove(lapsed)
    moved = lapsed | {
        name: documents[position][name]
        for name in ("recorded_at", "causation_id", "correlation_id", "commit")
    }
    documents.insert(position + 1, moved)
    insider.rewrite(documents)
    assert "early-effect" in ranked.codes(insider)


def test_an_annulment_that_nobody_may_record(ranked: Evidence, insider: Attacker) -> None:
    done_by(insider, "RankAnnulled", ranked.world.holder("personnel_analyst"))
    assert "not-entitled" in ranked.codes(insider)


def test_an_annulment_tells_wrongly_whether_it_had_taken_effect(ranked: Evidence, insider: Attacker) -> None:
    altered(insider, "RankAnnulled", was_effective=False)
    assert "wrong-facts" in ranked.codes(insider)
