"""A program that erred about policies wrote the history: verify says how, and nothing of a lawful one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import domain.directory
import domain.publishing
from domain.commands import AdoptPolicy
from domain.errors import Refusal
from domain.events import PolicyAdopted
from domain.identity import SYSTEM
from domain.policy import Policy
from domain.policy_commands import AdoptProposal, ProposePolicy
from installation import Installation
from policies.library import policy_documents
from roster.generator import generate_agency
from settings import Settings
from tests.audit.conftest import Clock, Evidence
from tests.world import World, a_person, new_id, seed

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, World, datetime]:
    """An agency in which nobody asked for anything yet."""
    folder, clock = tmp_path_factory.mktemp("ready"), Clock(NOW)
    installation = Installation(Settings(data=folder), clock=clock)
    installation.set_up()
    world = seed(installation, generate_agency(people=150, as_of=TODAY))
    installation.close()
    return folder, world, clock.now


@pytest.fixture
def lab(ready: tuple[Path, World, datetime], tmp_path: Path) -> Iterator[Evidence]:
    folder, world, now = ready
    shutil.copytree(folder, tmp_path / "lab")
    clock = Clock(now)
    installation = Installation(Settings(data=tmp_path / "lab"), clock=clock)
    copied = World(**(vars(world) | {"installation": installation}))
    yield Evidence(tmp_path / "lab", installation, copied, clock, "", tmp_path / "none")
    installation.close()


def text(since: date = TODAY + timedelta(days=1), **changes: Any) -> dict[str, Any]:
    document = policy_documents("kota-serang")[-1]
    return document | {"id": "kota-serang/2099-01", "effective_from": since.isoformat()} | changes


def codes(lab: Evidence) -> set[str]:
    return {finding.code for finding in lab.verify().findings}


def propose(lab: Evidence, document: dict[str, Any], by: str = "agency_head") -> None:
    actor = a_person(lab.world.holder(by))
    lab.installation.ledger.execute(ProposePolicy(command_id=new_id(), actor=actor, document=document))


def adopt(lab: Evidence, document: dict[str, Any], by: str = "appointing_official") -> None:
    values = {"policy_id": document["id"], "hash": Policy.model_validate(document).hash}
    actor = a_person(lab.world.holder(by))
    lab.installation.ledger.execute(AdoptProposal(command_id=new_id(), actor=actor, **values))


def test_a_policy_published_by_two_people_is_in_order_and_cases_go_on_under_both(lab: Evidence) -> None:
    first = lab.world.submit(lab.world.movable()[0], lab.world.vacancies()[0]).state
    assert first is not None
    document = text()
    propose(lab, document)
    adopt(lab, document)
    lab.clock.now += timedelta(days=1)
    second = lab.world.submit(lab.world.movable()[1], lab.world.vacancies()[1]).state
    assert second is not None
    assert lab.world.walk(first).policy_id == "kota-serang/2026-01"
    assert lab.world.walk(second).policy_id == "kota-serang/2099-01"
    assert codes(lab) == set()


def test_a_policy_adopted_by_who_proposed_it(lab: Evidence, monkeypatch: pytest.MonkeyPatch) -> None:
    both = text()["publishing"] | {
        "proposed_by": ["regional_secretary"],
        "adopted_by": ["regional_secretary"],
    }
    first = text(publishing=both)
    propose(lab, first)
    adopt(lab, first)
    lab.clock.now += timedelta(days=1)
    second = text(TODAY + timedelta(days=2), id="kota-serang/2099-02", publishing=both)
    propose(lab, second, by="regional_secretary")
    with pytest.raises(Refusal):
        adopt(lab, second, by="regional_secretary")
    assert codes(lab) == set()
    monkeypatch.setattr(domain.publishing, "is_proposer", lambda *_: False)
    adopt(lab, second, by="regional_secretary")
    assert codes(lab) == {"policy-alone"}


def test_a_policy_that_reaches_back_over_judged_days(lab: Evidence, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.world.submit(lab.world.movable()[0], lab.world.vacancies()[0])
    monkeypatch.setattr(domain.publishing, "is_adoptable", lambda *_: None)
    document = text(TODAY)
    propose(lab, document)
    adopt(lab, document)
    assert codes(lab) == {"policy-backdated"}


def test_a_policy_from_a_day_that_is_over(lab: Evidence, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(domain.publishing, "is_adoptable", lambda *_: None)
    propose(lab, text(TODAY - timedelta(days=3)))
    assert codes(lab) == {"policy-backdated"}


def test_a_policy_in_which_the_check_finds_errors(lab: Evidence, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(domain.publishing, "is_adoptable", lambda *_: None)
    propose(lab, text(committee=text()["committee"] | {"quorum": 9}))
    assert codes(lab) == {"wrong-policy"}


def test_a_proposal_by_somebody_without_the_office(lab: Evidence, monkeypatch: pytest.MonkeyPatch) -> None:
    signatures: Any = domain.publishing._signatures
    monkeypatch.setattr(
        domain.publishing, "_signatures", lambda actor, _, facts: signatures(actor, ["inspector"], facts)
    )
    propose(lab, text(), by="inspector")
    assert codes(lab) == {"not-entitled"}


def test_another_text_adopted_than_was_proposed(lab: Evidence, monkeypatch: pytest.MonkeyPatch) -> None:
    propose(lab, text())
    other = Policy.model_validate(text(agency_name="Kota Lain"))
    adopted: Any = PolicyAdopted
    monkeypatch.setattr(
        domain.publishing,
        "PolicyAdopted",
        lambda **values: adopted(
            **(values | {"hash": other.hash, "document": other.model_dump(mode="json")})
        ),
    )
    adopt(lab, text())
    assert codes(lab) == {"wrong-policy"}


def test_a_policy_adopted_by_the_system_past_the_people_who_are_registered(
    lab: Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(domain.directory, "is_set_up", lambda _: False)
    command = AdoptPolicy(command_id=new_id(), actor=SYSTEM, document=text())
    lab.installation.ledger.execute(command)
    assert codes(lab) == {"policy-alone"}
