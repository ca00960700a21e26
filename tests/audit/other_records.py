"""What the evidence ledger holds besides cases: results by hand, reminders, a cycle's unit, a rank list."""

from __future__ import annotations

from datetime import date
from typing import Any

from accounts.api_keys import create_key
from domain.commands import EmployeeRow
from domain.evaluation_commands import RateOrganisation
from domain.identity import SYSTEM, Actor
from domain.performance import Achievement
from domain.personnel_action import ActionState
from domain.profiling_commands import RemindProfiling
from domain.rank_commands import FreezeRankList
from domain.result_entry_commands import DecideTalentResult, EnterTalentResult
from domain.review_access import has_part_in
from domain.review_commands import (
    AnswerFinding,
    CloseFinding,
    DrawSample,
    RaiseFinding,
    RequestSample,
    ReviewCommand,
    SaveReviewQuery,
    WriteReviewNote,
)
from domain.review_draw import draw, list_hash, nonce_hash, seed_of
from domain.review_filter import EventFilter
from domain.siasn_commands import FoundDifference, RecordSiasnDifferences, SettleSiasnDifference
from domain.talent_commands import ComponentRow
from domain.webhook_commands import SubscribeWebhook
from domain.webhook_state import SUBSCRIBES
from ledger.facts import reviews_for_reading
from ledger.read import event_at, leaf_hashes
from projections import employees
from proofs.merkle import Frontier
from review.population import population
from tests.ranks import due_clerks, period_of
from tests.world import World, a_person, new_id


def results_by_hand(world: World) -> None:
    """Two awards entered: one confirmed by a second person, one waiting."""
    ledger = world.installation.ledger
    for confirmed, person in zip((True, False), world.movable()[-9:-7], strict=True):
        entered = EnterTalentResult(
            command_id=new_id(),
            actor=a_person(world.holder("personnel_analyst")),
            entry_id=new_id(),
            person_id=person,
            component=ComponentRow(
                person_id=person, component="awards", score=10_000, valid_until=date(2029, 12, 31)
            ),
        )
        ledger.execute(entered)
        if confirmed:
            decided = DecideTalentResult(
                command_id=new_id(),
                actor=a_person(world.holder("transfer_division_head")),
                entry_id=entered.entry_id,
                person_id=person,
                outcome="approve",
            )
            ledger.execute(decided)


def differences(world: World) -> None:
    """Differences with SIASN, found by night: one dismissed, one open, one of another person accepted."""
    ledger, person = world.installation.ledger, world.movable()[-9]
    said = {"grade_since": "2021-04-01", "unit": "ab" * 16}
    found = tuple(
        FoundDifference.model_validate(
            {"difference_id": new_id(), "field": name, "ours": None, "theirs": theirs}
        )
        for name, theirs in said.items()
    )
    ledger.execute(RecordSiasnDifferences(command_id=new_id(), actor=SYSTEM, person_id=person, found=found))
    ledger.execute(
        SettleSiasnDifference(
            command_id=new_id(),
            actor=a_person(world.holder("personnel_analyst")),
            difference_id=found[0].difference_id,
            outcome="dismissed",
            reason="SIASN belum diperbarui",
        )
    )
    with world.installation.reader.engine.connect() as connection:
        known = employees.by_id(connection, world.movable()[-10])
    assert known is not None
    row = EmployeeRow.model_validate({name: known[name] for name in EmployeeRow.model_fields})
    said_of_another = FoundDifference(
        difference_id=new_id(), field="grade_since", ours=str(row.grade_since), theirs="2020-10-01"
    )
    ledger.execute(
        RecordSiasnDifferences(
            command_id=new_id(), actor=SYSTEM, person_id=row.person_id, found=(said_of_another,)
        )
    )
    ledger.execute(
        SettleSiasnDifference(
            command_id=new_id(),
            actor=a_person(world.holder("personnel_analyst")),
            difference_id=said_of_another.difference_id,
            outcome="accepted",
            row=row.model_copy(update={"grade_since": date(2020, 10, 1)}),
        )
    )


def reminders(world: World) -> None:
    """Every unit that has somebody in no box is reminded."""
    world.installation.ledger.execute(RemindProfiling(command_id=new_id(), actor=SYSTEM))


def webhook(world: World) -> None:
    """A subscription of another program, by its key."""
    key_id, _ = create_key(world.installation, "portal", tuple(sorted(SUBSCRIBES)))
    world.installation.ledger.execute(
        SubscribeWebhook(
            command_id=new_id(),
            actor=Actor(kind="integration", id=key_id, scopes=SUBSCRIBES),
            subscription_id=new_id(),
            label="Portal",
            url="https://portal.example/kabar",
            after=-1,
        )
    )


def achievement(world: World, cycle_id: str, unit_id: str) -> None:
    """The achievement of an apparatus in a cycle."""
    world.installation.ledger.execute(
        RateOrganisation(
            command_id=new_id(),
            actor=a_person(world.holder("personnel_analyst")),
            cycle_id=cycle_id,
            unit_id=unit_id,
            achievement=Achievement.BAIK,
            document_number="000.8/12",
        )
    )


def independent_auditor(world: World, case: ActionState) -> str:
    """An auditor without a part in the case: some sit on the committee, or stand in for an office."""
    auditors = sorted(world.offices.holders("auditor", world.today))
    return next(auditor for auditor in auditors if has_part_in(auditor, case) is None)


def reviews(world: World, case: ActionState) -> None:
    """A query with its sample, a note, a finding that was answered and closed, and one that is open."""
    ledger, auditor = world.installation.ledger, a_person(independent_auditor(world, case))
    asked = EventFilter(type="TaskCompleted", outcome="approve")
    query = SaveReviewQuery(
        command_id=new_id(), actor=auditor, query_id=new_id(), filter=asked, shared=True, title="Setuju"
    )
    ledger.execute(query)
    _sample(world, query)
    unit = world.agency.unit_of(world.agency.people[world.movable()[0]].position_id) or ""
    head = a_person(min(world.offices.holders(f"unit_head@{world.agency.apparatus_of(unit)}", world.today)))
    about = {"about": f"personnel-action/{case.id}"}
    said = {"actor": auditor, "text": "Alasan tidak lengkap."}
    first, second = new_id(), new_id()
    acts: list[tuple[type[ReviewCommand], dict[str, Any]]] = [
        (WriteReviewNote, {"review_id": new_id(), **about, **said}),
        (RaiseFinding, {"review_id": first, "unit_id": unit, **about, **said}),
        (AnswerFinding, {"review_id": first, **said, "actor": head}),
        (CloseFinding, {"review_id": first, "outcome": "settled", **said}),
        (RaiseFinding, {"review_id": second, "unit_id": unit, **about, **said}),
    ]
    for model, fields in acts:
        ledger.execute(model(command_id=new_id(), **fields))


def _sample(world: World, query: SaveReviewQuery) -> None:
    ledger, nonce, sample_id = world.installation.ledger, b"\x07" * 32, new_id()
    known: dict[str, Any] = {"actor": query.actor, "sample_id": sample_id}
    ledger.execute(
        RequestSample(
            command_id=new_id(),
            query_id=query.query_id,
            revision=1,
            of="cases",
            size=3,
            nonce_hash=nonce_hash(nonce),
            **known,
        )
    )
    with world.installation.reader.engine.connect() as connection:
        (told,) = reviews_for_reading(connection).stream(f"review-sample/{sample_id}")
        found = population(connection, query.filter, told.position, of_cases=True)
        frontier = Frontier()
        for leaf in leaf_hashes(connection, 0, told.position + 1):
            frontier.append(leaf)
        drawn = draw(seed_of(sample_id, nonce, frontier.root()), found, 3)
        leaves = [event[1].hex() for at in drawn if (event := event_at(connection, at))]
    ledger.execute(
        DrawSample(
            command_id=new_id(),
            nonce=nonce.hex(),
            tree_size=told.position + 1,
            root=frontier.root().hex(),
            population=len(found),
            population_hash=list_hash(found),
            drawn=drawn,
            drawn_hash=list_hash(leaves),
            **known,
        )
    )


def rank_list(world: World) -> None:
    """The list of the open period, frozen with two people on it and one kept off."""
    due_clerks(world)
    world.installation.ledger.execute(
        FreezeRankList(
            command_id=new_id(),
            actor=a_person(world.holder("personnel_analyst")),
            list_id=new_id(),
            period=period_of(world),
        )
    )
