"""Results of talent entered past the program, with all keys: verify knows who may, and who confirms."""

from __future__ import annotations

from typing import Any

from tests.audit.attacker import Attacker
from tests.audit.conftest import Evidence
from tests.audit.test_unlawful import person

Document = dict[str, Any]
UNLAWFUL = {
    "excluded-actor",
    "not-entitled",
    "illegal-transition",
    "skipped-step",
    "wrong-signature",
    "wrong-facts",
}
ENTRY = "7f8a5c52-4a06-4f9b-9a5c-0000000000ee"


def signature(evidence: Evidence, who: str, office: str) -> Document:
    offices, today = evidence.world.offices, evidence.world.today
    found = next(s for key, s in offices.exercised_by(who, today) if key == office)
    return found.model_dump(mode="json", exclude_none=True)


def subject(evidence: Evidence) -> str:
    return evidence.world.movable("PELAKSANA")[0]


def analyst(evidence: Evidence) -> str:
    return min(evidence.world.offices.holders("personnel_analyst", evidence.world.today))


def division_head(evidence: Evidence) -> str:
    return evidence.world.holder("transfer_division_head")


def entered(evidence: Evidence, by: str | None = None, who: str | None = None, **changes: Any) -> Document:
    """An analyst's entry that waits, but for `changes`."""
    by, who = by or analyst(evidence), who or subject(evidence)
    data = {
        "entry_id": ENTRY,
        "person_id": who,
        "entered_by": by,
        "what": "component",
        "waits": True,
        "signature": signature(evidence, analyst(evidence), "personnel_analyst"),
    }
    return {
        "stream": f"talent/{who}",
        "type": "TalentResultEntered",
        "actor": person(by),
        "data": data | changes,
    }


def decided(evidence: Evidence, by: str | None = None, **changes: Any) -> Document:
    by = by or division_head(evidence)
    data = {
        "entry_id": ENTRY,
        "person_id": subject(evidence),
        "decided_by": by,
        "outcome": "approve",
        "signature": signature(evidence, division_head(evidence), "transfer_division_head"),
    }
    return {
        "stream": f"talent/{subject(evidence)}",
        "type": "TalentResultDecided",
        "actor": person(by),
        "data": data | changes,
    }


def counting(evidence: Evidence, by: str | None = None) -> Document:
    who = subject(evidence)
    data = {"person_id": who, "component": "awards", "valid_until": "2029-12-31"}
    actor = person(by or division_head(evidence))
    return {"stream": f"talent/{who}", "type": "TalentComponentRecorded", "actor": actor, "data": data}


def told(evidence: Evidence, attacker: Attacker, *commands: tuple[Document, ...]) -> set[str]:
    for documents in commands:
        attacker.append(*documents)
    return evidence.codes(attacker) & UNLAWFUL


def test_an_entry_and_its_approval_are_lawful(evidence: Evidence, attacker: Attacker) -> None:
    """Only read models, which the attacker left as they were, tell of it, and seals that hold nothing."""
    lawful = ((entered(evidence),), (decided(evidence), counting(evidence)))
    assert told(evidence, attacker, *lawful) == set()


def test_a_result_that_nobody_entered(evidence: Evidence, attacker: Attacker) -> None:
    assert told(evidence, attacker, (counting(evidence, analyst(evidence)),)) == {"not-entitled"}


def test_an_entry_of_one_s_own_result(evidence: Evidence, attacker: Attacker) -> None:
    own = entered(evidence, who=analyst(evidence))
    assert "excluded-actor" in told(evidence, attacker, (own,))


def test_an_entry_by_somebody_without_the_office(evidence: Evidence, attacker: Attacker) -> None:
    stranger = evidence.world.movable("PELAKSANA")[1]
    assert told(evidence, attacker, (entered(evidence, stranger),)) == {"not-entitled"}


def test_an_entry_in_another_s_name(evidence: Evidence, attacker: Attacker) -> None:
    forged = entered(evidence) | {"actor": person(evidence.world.movable("PELAKSANA")[1])}
    assert told(evidence, attacker, (forged,)) == {"wrong-signature"}


def test_a_result_that_counts_without_its_second_person(evidence: Evidence, attacker: Attacker) -> None:
    alone = (entered(evidence, waits=False), counting(evidence, analyst(evidence)))
    assert told(evidence, attacker, alone) == {"skipped-step"}


def test_who_entered_confirms_too(evidence: Evidence, attacker: Attacker) -> None:
    by = analyst(evidence)
    own = decided(evidence, by, signature=signature(evidence, by, "personnel_analyst"))
    found = told(evidence, attacker, (entered(evidence),), (own, counting(evidence, by)))
    assert {"excluded-actor", "not-entitled"} <= found


def test_an_approval_of_what_was_never_entered(evidence: Evidence, attacker: Attacker) -> None:
    assert "illegal-transition" in told(evidence, attacker, (decided(evidence), counting(evidence)))


def test_an_approval_after_which_something_else_counts(evidence: Evidence, attacker: Attacker) -> None:
    found = told(
        evidence, attacker, (entered(evidence, what="test"),), (decided(evidence), counting(evidence))
    )
    assert found == {"illegal-transition"}


def test_an_approval_after_which_nothing_counts(evidence: Evidence, attacker: Attacker) -> None:
    assert told(evidence, attacker, (entered(evidence),), (decided(evidence),)) == {"illegal-transition"}
