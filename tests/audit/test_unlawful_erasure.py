"""Erasures written past the program, with all keys: verify knows who may, when, and what must be kept."""

from __future__ import annotations

from typing import Any

import pytest

from tests.audit.attacker import Attacker
from tests.audit.conftest import Evidence
from tests.audit.test_unlawful import person

Document = dict[str, Any]
UNLAWFUL = {
    "erased-too-early",
    "excluded-actor",
    "illegal-transition",
    "not-entitled",
    "sealed-after-erasure",
    "wrong-assessment",
    "wrong-policy",
}
IN_SERVICE = [{"rule": "in_service"}]


class Forger:
    """Somebody with all keys, who appends steps of an erasure of one person."""

    def __init__(self, evidence: Evidence, attacker: Attacker) -> None:
        world = evidence.world
        self.evidence, self.attacker = evidence, attacker
        self.officer = world.holder("transfer_division_head")
        self.second = world.holder("regional_secretary")
        documents = attacker.documents()
        busy = {d["data"].get("subject_id") for d in documents}
        listed = [d["data"]["person_id"] for d in documents if d["type"] == "RankCandidateListed"]
        busy.update(listed)
        self.person = next(p for p in world.movable("PELAKSANA") if p not in busy)
        policy = world.view.policy_in_force(world.today)
        self.under = {"policy_id": policy.id, "policy_hash": policy.hash}

    def step(self, type_: str, by: Document, **data: Any) -> Document:
        return {
            "stream": f"erasure/{data.get('person_id', self.person)}",
            "type": type_,
            "actor": by,
            "data": {"person_id": self.person} | data,
        }

    def asked(self, by: str | None = None, **data: Any) -> Document:
        by = by or self.officer
        values = {"ground": "court_order", "requested_by": by, "kept": IN_SERVICE, **self.under}
        return self.step("ErasureRequested", person(by), **(values | data))

    def erased(self, by: str | None = None, **data: Any) -> Document:
        by = by or self.second
        values = {
            "ground": "court_order",
            "requested_by": self.officer,
            "approved_by": by,
            "kept": IN_SERVICE,
            **self.under,
        }
        return self.step("PersonErased", person(by), **(values | data))

    def told(self, *forged: Document) -> set[str]:
        for document in forged:
            self.attacker.append(document)
        return self.evidence.codes(self.attacker) & UNLAWFUL


@pytest.fixture
def forger(evidence: Evidence, attacker: Attacker) -> Forger:
    return Forger(evidence, attacker)


def test_an_erasure_by_two_is_lawful_but_for_the_reason_that_a_forger_cannot_seal(forger: Forger) -> None:
    assert forger.told(forger.asked(), forger.erased()) == {"illegal-transition"}


def test_an_erasure_that_nobody_had_asked_for(forger: Forger) -> None:
    assert "illegal-transition" in forger.told(forger.erased())


def test_an_erasure_asked_for_and_consented_to_by_one(forger: Forger) -> None:
    head = forger.evidence.world.holder("agency_head")
    asked, erased = forger.asked(head), forger.erased(head, requested_by=head)
    assert "excluded-actor" in forger.told(asked, erased)


def test_an_erasure_by_somebody_without_the_office(forger: Forger) -> None:
    stranger = forger.evidence.world.movable("FUNGSIONAL")[-1]
    assert "not-entitled" in forger.told(forger.asked(), forger.erased(stranger))


def test_an_erasure_in_another_s_name(forger: Forger) -> None:
    forged = forger.erased() | {"actor": person(forger.evidence.world.holder("appointing_official"))}
    assert "not-entitled" in forger.told(forger.asked(), forged)


def test_an_erasure_on_another_ground_than_was_asked(forger: Forger) -> None:
    assert "illegal-transition" in forger.told(forger.asked(), forger.erased(ground="unlawful_processing"))


def test_a_ground_that_no_policy_knows(forger: Forger) -> None:
    assert "wrong-policy" in forger.told(forger.asked(ground="because"))


def test_an_erasure_of_somebody_whose_file_must_be_kept(forger: Forger) -> None:
    assert "erased-too-early" in forger.told(forger.asked(ground="purpose_fulfilled"))


def test_duties_to_keep_that_were_left_out(forger: Forger) -> None:
    assert "wrong-assessment" in forger.told(forger.asked(kept=[]))


def test_an_erasure_of_somebody_whom_an_open_action_needs(forger: Forger) -> None:
    needed = next(
        d["data"]["subject_id"]
        for d in reversed(forger.attacker.documents())
        if d["type"] == "ActionSubmitted" and d["data"]["kind"] == "mutation" and _open(forger, d["stream"])
    )
    assert "erased-too-early" in forger.told(forger.asked(person_id=needed))


def test_an_erasure_of_somebody_on_an_open_list_of_rank_promotions(forger: Forger) -> None:
    proposed = next(
        d["data"]["person_id"]
        for d in forger.attacker.documents()
        if d["type"] == "RankCandidateListed" and d["data"]["place"] == "proposed"
    )
    assert "erased-too-early" in forger.told(forger.asked(person_id=proposed))


def test_an_erasure_reinstated_by_a_person(forger: Forger) -> None:
    forged = forger.erased(position=3, leaf_hash="ab" * 32) | {"type": "ErasureReinstated"}
    assert "not-entitled" in forger.told(forged)


def test_an_erasure_completed_that_never_was(forger: Forger) -> None:
    system = {"kind": "system", "id": "jenjang"}
    assert "illegal-transition" in forger.told(forger.step("ErasureCompleted", system, documents=0))


def test_a_key_that_stays_after_the_erasure(forger: Forger) -> None:
    for document in (forger.asked(), forger.erased()):
        forger.attacker.append(document)
    assert "erased-key-returned" in forger.evidence.codes(forger.attacker)


def test_personal_data_sealed_after_the_erasure(forger: Forger) -> None:
    sealed = next(d for d in forger.attacker.documents() if d.get("sealed", {}).get("for") == forger.person)
    later = {key: sealed[key] for key in ("stream", "type", "actor", "data", "sealed")}
    assert "sealed-after-erasure" in forger.told(forger.asked(), forger.erased(), later)


def _open(forger: Forger, stream: str) -> bool:
    ended = {"ActionCompleted", "ActionRejected", "ActionRefused", "ActionWithdrawn", "ActionExpired"}
    types = {d["type"] for d in forger.attacker.documents() if d["stream"] == stream}
    return types.isdisjoint(ended | {"ActionAnnulled"})
