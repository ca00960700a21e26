"""Every question finds what was planted for it and leaves out what only looks like it."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from domain.question_policy import QUESTIONS
from ledger import read
from ledger.record import decode, moment
from review.asking import Asking, ask, summary
from review.questions import KNOWN
from tests.review.planting import Case, plant
from tests.world import World

ANNA, BUDI, CITRA = (str(uuid.UUID(int=number)) for number in (1, 2, 3))


def answers(world: World, name: str, **options: int) -> list[dict[str, Any]]:
    reader = world.installation.reader
    with reader.engine.connect() as connection:
        view = reader.directory.current(connection)
        rule = view.policy_in_force(world.today).audit_questions.questions[name]
        asking = Asking(connection, reader, view, rule)
        size = read.size(connection)
        found = ask(asking, KNOWN[name], **({"first": 0, "last": size, "limit": 10_000} | options))
    for answer in found.items:
        for language in ("id", "en"):
            assert KNOWN[name].told(answer, language)
    return found.items


def positions(world: World, name: str) -> set[int]:
    return {answer["position"] for answer in answers(world, name)}


def test_the_policy_defines_every_question_with_its_law(town: World) -> None:
    with town.installation.reader.engine.connect() as connection:
        view = town.installation.reader.directory.current(connection)
    rules = view.policy_in_force(town.today).audit_questions.questions
    assert set(rules) == set(KNOWN) == set(QUESTIONS)
    assert all(rule.citation for rule in rules.values())


def test_overrides_tell_unit_offices_and_suggester(town: World) -> None:
    before = len(answers(town, "overrides"))
    case = Case(town.installation, origin_unit_id="U-7")
    case.add(
        "OverrideProposed",
        {"rule": "tenure_minimum", "person_id": ANNA, "signature": {"office": "kabid", "capacity": "D"}},
        by=ANNA,
    )
    assert len(answers(town, "overrides")) == before, "a proposal alone passes nothing"
    at = case.add(
        "Overridden",
        {
            "rule": "tenure_minimum",
            "proposed_by": ANNA,
            "confirmed_by": BUDI,
            "signature": {"office": "sekda", "capacity": "D"},
        },
        by=BUDI,
    )
    (found,) = [a for a in answers(town, "overrides") if a["position"] == at]
    assert (found["unit_id"], found["rule"]) == ("U-7", "tenure_minimum")
    assert (found["proposing_office"], found["confirming_office"]) == ("kabid", "sekda")
    assert found["suggested_by"] is None
    groups = summary([found], KNOWN["overrides"].grouped_by)
    assert groups["unit_id"] == [{"key": "U-7", "count": 1}]


def chosen(town: World, person: str, ranking: list[str] | None, rank: int) -> int:
    case = Case(town.installation, kind="promotion", variant="talent_pool", vacancy_id=str(uuid.uuid4()))
    if ranking is not None:
        case.add("CandidatesRanked", {"task_id": str(uuid.uuid4()), "ranking": ranking})
    signature = {"office": "appointing_official", "capacity": "D"}
    data = {"person_id": person, "rank": rank, "list_hash": "0" * 64, "effective_date": "2026-12-01"}
    return case.add("CandidateChosen", data | {"signature": signature}, by=CITRA)


def test_a_choice_below_the_first_place_is_against_rank(town: World) -> None:
    second = chosen(town, BUDI, [ANNA, BUDI], 1)
    unranked = chosen(town, BUDI, None, 2)
    first = chosen(town, ANNA, [ANNA, BUDI], 3)
    best_of_list = chosen(town, ANNA, None, 1)
    found = positions(town, "choices_against_rank")
    assert {second, unranked} <= found
    assert not {first, best_of_list} & found


def test_a_plt_signs_no_appointment_and_nothing_after_their_term(town: World) -> None:
    today = town.today
    delegation = str(uuid.uuid4())
    data = {
        "delegation_id": delegation,
        "capacity": "PLT",
        "position_id": "P-1",
        "delegate_id": ANNA,
        "first_day": (today - timedelta(days=2)).isoformat(),
        "last_day": (today + timedelta(days=2)).isoformat(),
    }
    plant(
        town.installation,
        {"stream": f"delegation/{delegation}", "type": "DelegationGranted", "data": data},
    )
    acts = {"capacity": "PLT", "delegation_id": delegation}
    case = Case(town.installation)
    appoints = case.decided("appointing_decision", ANNA, acts)
    ordinary = case.decided("unit_file_check", ANNA, acts)
    definitive = case.decided("appointing_decision", BUDI)
    ended = {"stream": f"delegation/{delegation}", "type": "DelegationRevoked"}
    plant(town.installation, ended | {"data": {"delegation_id": delegation}})
    too_late = case.decided("unit_file_check", ANNA, acts)
    found = {a["position"]: a["why"] for a in answers(town, "acting_outside_power")}
    assert found[appoints] == "definitive_only"
    assert found[too_late] == "not_assigned_that_day"
    assert not {ordinary, definitive} & found.keys()


def test_an_approval_sooner_than_the_policys_seconds(town: World) -> None:
    found = {}
    for seconds in (29, 30):
        for outcome in ("approve", "reject"):
            case, task = Case(town.installation), str(uuid.uuid4())
            opened = {"task_id": task, "step": "unit_file_check", "phase": "unit_review", "office": "o"}
            case.add("TaskOpened", opened | {"calendar_version": "weekends-only"})
            with town.installation.reader.engine.connect() as connection:
                (_, record, _) = list(read.all_events(connection))[-1]
            at = datetime.fromisoformat(decode(record)["recorded_at"]) + timedelta(seconds=seconds)
            found[seconds, outcome] = case.decided(
                "unit_file_check", ANNA, outcome=outcome, data={"task_id": task}, recorded_at=moment(at)
            )
    asked = positions(town, "approvals_within_seconds")
    assert found[29, "approve"] in asked
    assert not {found[30, "approve"], found[29, "reject"], found[30, "reject"]} & asked


def test_one_person_behind_two_offices_by_delegation(town: World) -> None:
    own = Case(town.installation)
    own.decided("unit_file_check", ANNA)
    in_her_stead = own.decided("bkn_review", BUDI, {"capacity": "DELEGATE", "on_behalf_of": ANNA})
    as_plt = Case(town.installation)
    as_plt.decided("unit_file_check", ANNA)
    both = as_plt.decided("bkn_review", ANNA, {"capacity": "PLT"})
    apart = Case(town.installation)
    apart.decided("unit_file_check", ANNA)
    another = apart.decided("bkn_review", BUDI, {"capacity": "DELEGATE", "on_behalf_of": CITRA})
    twice_definitive = apart.decided("appointing_decision", ANNA)
    found = {a["position"]: a["person_id"] for a in answers(town, "two_roles_through_delegation")}
    assert found[in_her_stead] == ANNA
    assert found[both] == ANNA
    assert not {another, twice_definitive} & found.keys()


def decree(case: Case, sequence: int, year: int = 1999) -> int:
    data = {"number": f"{sequence}/{year}", "year": year, "sequence": sequence, "decree_date": "2026-11-24"}
    return case.add("DecreeIssued", data)


def test_a_decree_before_bkns_answer(town: World) -> None:
    early, late = Case(town.installation), Case(town.installation)
    early.decided("unit_file_check", ANNA)
    too_early = decree(early, 1, 1901)
    early.decided("bkn_review", BUDI)
    late.decided("bkn_review", BUDI)
    in_order = decree(late, 2, 1901)
    found = {a["position"]: a["missing"] for a in answers(town, "decrees_before_clearance")}
    assert found[too_early] == ["bkn_review"]
    assert in_order not in found


def test_a_gap_in_decree_numbers(town: World) -> None:
    case = Case(town.installation)
    first, second = decree(case, 1), decree(case, 2)
    other_year = decree(case, 1, 2000)
    gap, again = decree(case, 4), decree(case, 4)
    found = {a["position"]: a["expected"] for a in answers(town, "decree_number_gaps")}
    assert found[gap] == 3
    assert found[again] == 5
    assert not {first, second, other_year} & found.keys()


def placed(town: World, decree_date: str, effective_date: str) -> int:
    case = Case(town.installation)
    data = {"effective_date": effective_date, "effective_at": "2024-01-01T00:00:00Z"}
    return case.add("PlacementDecided", data | {"decree_date": decree_date})


def test_a_placement_within_an_election_window(town: World) -> None:
    decided = placed(town, "2024-03-22", "2026-01-01")
    effective = placed(town, "2024-03-21", "2025-08-19")
    outside = placed(town, "2024-03-21", "2025-08-20")
    found = {a["position"]: a["which"] for a in answers(town, "changes_around_elections")}
    assert found[decided] == "decree_date"
    assert found[effective] == "effective_date"
    assert outside not in found


def moved(town: World, since: str, **placed: Any) -> int:
    person = town.movable()[0]
    posts = sorted(town.agency.posts)
    stream, left = f"employee/{uuid.uuid4()}", {"person_id": person, "action_id": str(uuid.uuid4())}
    held = {"person_id": person, "position_id": posts[0], "position_since": "2024-05-02"}
    # The stream is of nobody in the register: the question reads it, the agency does not follow it.
    stream = stream.replace("employee/", "past-employee/")
    _, at = plant(
        town.installation,
        {"stream": stream, "type": "EmployeeRegistered", "data": held},
        {
            "stream": stream,
            "type": "EmployeePlaced",
            "data": left
            | {"from_position_id": posts[0], "to_position_id": posts[1], "since": since, "restores": False}
            | placed,
        },
    )
    return at


def test_a_post_left_before_two_years(town: World) -> None:
    day_before = moved(town, "2026-05-01")
    two_years = moved(town, "2026-05-02")
    restored = moved(town, "2026-05-01", restores=True)
    newcomer = moved(town, "2026-05-01", from_position_id=None)
    found = {a["position"]: a["days"] for a in answers(town, "moves_shorter_than_years")}
    assert found[day_before] == 729
    assert not {two_years, restored, newcomer} & found.keys()


def on_evidence(town: World, valid_until: str, outcome: str = "accepted") -> int:
    person, document = town.movable()[0], str(uuid.uuid4())
    filed = {
        "document_id": document,
        "person_id": person,
        "document_type": "SK_JABATAN",
        "media_type": "application/pdf",
        "size_bytes": 1,
        "sha256": "0" * 64,
    }
    verdict = {"document_id": document, "person_id": person, "outcome": outcome, "valid_until": valid_until}
    signature = {"office": "personnel_analyst", "capacity": "D"}
    by = {"stream": f"document/{document}", "actor": {"kind": "person", "id": ANNA}}
    plant(
        town.installation,
        by | {"type": "DocumentFiled", "data": filed},
        by | {"type": "DocumentVerified", "data": verdict | {"signature": signature}},
    )
    case = Case(town.installation, document_ids=[document])
    data = {"effective_date": "2026-12-01", "effective_at": "2026-12-01T00:00:00Z"}
    return case.add("PlacementDecided", data | {"decree_date": "2026-11-30"})


def test_a_decision_on_evidence_that_had_expired(town: World) -> None:
    today = town.today
    expired = on_evidence(town, (today - timedelta(days=1)).isoformat())
    last_day = on_evidence(town, (today + timedelta(days=1)).isoformat())
    rejected = on_evidence(town, (today + timedelta(days=30)).isoformat(), "rejected")
    found = {a["position"]: a["documents"] for a in answers(town, "expired_evidence")}
    assert found[expired][0]["expired_after"] == (today - timedelta(days=1)).isoformat()
    assert not {last_day, rejected} & found.keys(), "what was rejected has not expired"


def test_who_read_whose_file(town: World) -> None:
    read_at, *_ = plant(
        town.installation,
        {
            "stream": f"access/{BUDI}",
            "type": "PersonalDataRead",
            "actor": {"kind": "person", "id": ANNA},
            "data": {"subject_id": BUDI, "what": "employee"},
        },
        {
            "stream": "evidence/e1",
            "type": "EvidenceTaken",
            "data": {"taking_id": "e1", "what": "export", "records": 1, "tree_size": 2},
        },
    )
    told = {
        a["position"]: (a["reader"], a["subject_id"], a["what"]) for a in answers(town, "readings_of_files")
    }
    assert told[read_at] == (ANNA, BUDI, "employee")
    assert told[read_at + 1] == ("jenjang", None, "export")


def test_pages_and_budgets_leave_nothing_out(town: World) -> None:
    """A page ends when it is full or when enough was looked at; the pages together are the whole."""
    for sequence in (10, 20, 30, 40):
        decree(Case(town.installation), sequence, 1950)
    whole = [answer["position"] for answer in answers(town, "decree_number_gaps")]
    reader = town.installation.reader
    with reader.engine.connect() as connection:
        view = reader.directory.current(connection)
        rule = view.policy_in_force(town.today).audit_questions.questions["decree_number_gaps"]
        asking = Asking(connection, reader, view, rule)
        for limit, budget in ((1, 100), (3, 2), (100, 1)):
            found: list[int] = []
            last: int | None = read.size(connection)
            while last is not None:
                page = ask(
                    asking, KNOWN["decree_number_gaps"], first=0, last=last, limit=limit, budget=budget
                )
                found += [answer["position"] for answer in page.items]
                last = page.next
            assert found == whole, (limit, budget)
