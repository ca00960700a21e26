"""An account acted on by somebody who may not: verify names it."""

from __future__ import annotations

from typing import Any

from tests.audit.attacker import Attacker
from tests.audit.conftest import Evidence
from tests.audit.test_unlawful import person
from tests.world import World

UNLAWFUL = {"not-entitled", "illegal-transition", "wrong-stream"}


def act(who: str, whom: str, type_: str = "FirstPasswordGiven", **changes: Any) -> dict[str, Any]:
    shape = {"stream": f"account/{whom}", "type": type_, "actor": person(who), "data": {"person_id": whom}}
    return shape | changes


def an_officer_their_head_and_a_clerk(world: World) -> tuple[str, str, str]:
    """Of one apparatus; the clerk decides nothing."""
    agency, offices, today = world.agency, world.offices, world.today
    for unit in sorted(agency.apparatuses()):
        officers = offices.holders(f"unit_personnel_officer@{unit}", today)
        heads = offices.holders(f"unit_head@{unit}", today) - officers
        clerks = [
            known
            for known in sorted(agency.people)
            if agency.apparatus_of(agency.unit_of(agency.people[known].position_id)) == unit
            and not offices.keys_of(known, today)
        ]
        if officers and heads and clerks:
            return min(officers), min(heads), clerks[0]
    raise LookupError("no apparatus has all three")


def test_an_officer_gives_a_clerk_a_password_and_other_acts_are_named(
    evidence: Evidence, attacker: Attacker
) -> None:
    officer, head, clerk = an_officer_their_head_and_a_clerk(evidence.world)

    def told(*forged: dict[str, Any]) -> set[str]:
        for document in forged:
            attacker.append(document)
        return evidence.codes(attacker) & UNLAWFUL

    assert told(act(officer, clerk)) == set()
    assert told(act(officer, head)) == {"not-entitled"}, "who could sign in as the head could decide"
    assert (
        told(
            act(clerk, clerk),
            act(officer, clerk, "SessionsEnded"),
            act(officer, clerk, stream=f"account/{officer}"),
            act(officer, "00000000-0000-4000-8000-000000000000"),
        )
        == UNLAWFUL
    )
