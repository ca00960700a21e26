"""Replaying last year from the ledger reproduces every finding to the byte, on both databases."""

from __future__ import annotations

import copy
from collections import Counter
from typing import Any

from audit.verify import verify
from domain import events as ev
from domain import promotion_events as pe
from domain.assessment import assessed
from domain.candidacy import (
    CandidateSheet,
    StartSheet,
    assess_candidate,
    separation_assessed,
)
from domain.canonical import canonical_json
from domain.eligibility import facts_of, outcomes_of
from domain.event import Event
from domain.fact_sheet import FactSheet
from domain.policy import Policy
from domain.vacancy import freeze
from ledger.record import parse_moment
from policies.library import policy_documents
from projections.catalogue import all_projections
from simulation.agency_of_the_day import AgencyOfTheDay
from simulation.events import recorded
from simulation.simulate import Simulation
from tests.pool import a_pool
from tests.ranks import due_clerks, frozen
from tests.simulation.test_simulate import YEAR
from tests.world import World


def a_year(world: World) -> None:
    """Transfers here and there, a list, and a promotion up to its choice."""
    people, posts = world.movable(), world.vacancies()
    for number, until in enumerate(("completed", "appointing_decision", "committee_deliberation")):
        state = world.submit(people[number], posts[number]).state
        assert state is not None
        world.walk(state, until=until)
    a_pool(world)
    begun = world.promote(world.open_vacancy(world.vacancies("PENGAWAS")[0])).state
    assert begun is not None
    world.walk(begun, until="awaiting_review")


def the_same(found: Event, said: Event) -> None:
    assert canonical_json(found.model_dump(mode="json")) == canonical_json(said.model_dump(mode="json"))


def replay(event: ev.ActionAssessed, policy: Policy) -> ev.ActionAssessed:
    """The event as the rules make it of its own sheet under the recorded policy."""
    sheet: dict[str, Any] = event.fact_sheet or {}
    if event.at_step == "submission" and set(sheet) == {"salt", "separation"}:
        return separation_assessed(StartSheet.model_validate(sheet), policy)
    if "vacancy_id" not in sheet:
        return assessed(event.at_step, FactSheet.model_validate(sheet), policy)[1]
    of_candidate = CandidateSheet.model_validate(sheet)
    findings = assess_candidate(of_candidate, policy)
    return ev.ActionAssessed(
        at_step=event.at_step,
        outcomes=outcomes_of(findings),
        fact_sheet_hash=of_candidate.hash,
        policy_hash=policy.hash,
        facts=facts_of(findings),
        fact_sheet=of_candidate.as_json(),
    )


def test_every_finding_of_every_request_decision_and_list_comes_out_to_the_byte(world: World) -> None:
    a_year(world)
    reader = world.installation.reader
    seen: Counter[str] = Counter()
    listed: list[Event] = []
    opened: pe.VacancyOpened | None = None
    day = AgencyOfTheDay(Policy.model_validate(policy_documents("kota-serang")[-1]))
    with reader.engine.connect() as connection:
        for stored in recorded(reader, connection):
            event = stored.event
            seen[stored.type] += 1
            if isinstance(event, ev.ActionAssessed):
                (policy,) = [p for p in day.policies.values() if p.hash == event.policy_hash]
                the_same(replay(event, policy), event)
            elif isinstance(event, pe.VacancyOpened):
                opened, listed = event, []
            elif isinstance(event, pe.CandidateFrozen):
                listed.append(event)
            elif isinstance(event, pe.PoolFrozen):
                assert opened is not None
                facts = day.facts(parse_moment(stored.recorded_at))
                entries, pool = freeze(opened, day.agency.posts[opened.position_id], facts, day.policy)
                assert len(entries) == len(listed) > 3
                for entry, said in zip(entries, listed, strict=True):
                    assert isinstance(said, pe.CandidateFrozen)
                    salted = (entry.sheet or {}) | {"salt": (said.sheet or {})["salt"]}
                    hashed = CandidateSheet.model_validate(salted).hash
                    the_same(entry.model_copy(update={"sheet": salted, "entry_hash": hashed}), said)
                assert pool.model_copy(update={"list_hash": event.list_hash}) == event
            day.follow(stored)
    assert seen["ActionAssessed"] > 10
    assert seen["PoolFrozen"] == 1


def test_verify_makes_the_sheets_anew_and_a_simulation_under_the_same_law_changes_nothing(
    world: World,
) -> None:
    a_year(world)
    installation = world.installation
    found = verify(
        installation.reader.engine,
        keys=[installation.signer.vkey],
        sealing_key=installation.sealing_key,
        projections=all_projections(),
        origin=installation.signer.name,
        kept_checkpoints=[],
    )
    assert found.findings == ()
    simulation = Simulation(Policy.model_validate(policy_documents("kota-serang")[-1]), *YEAR)
    with installation.reader.engine.connect() as connection:
        assert list(simulation.run(recorded(installation.reader, connection))) == []
    assert simulation.counts["mutation"].cases == 3
    assert simulation.counts["vacancy"].cases == simulation.counts["promotion"].cases == 1


def test_a_rank_list_under_another_law_names_whom_it_would_have_kept_off(world: World) -> None:
    due_clerks(world)
    frozen(world)
    document = policy_documents("kota-serang")[-1]
    stricter = copy.deepcopy(document)
    stricter["rank_promotion"]["rules"]["rank_documents"]["severity"] = "HARD"
    reader = world.installation.reader
    answers = []
    for text in (document, stricter):
        simulation = Simulation(Policy.model_validate(text), *YEAR)
        with reader.engine.connect() as connection:
            answers.append((list(simulation.run(recorded(reader, connection))), simulation.counts["rank"]))
    (same, counted), (strict, of_strict) = answers
    assert same == []
    assert counted.cases == of_strict.cases >= 3
    assert of_strict.changed == len(strict) > 0
    assert {change.after for change in strict} == {"refused"}
