"""Evidence taken by somebody who may not, or of a tree that never was: verify names it."""

from __future__ import annotations

from typing import Any

from tests.audit.attacker import Attacker
from tests.audit.conftest import Evidence
from tests.audit.test_unlawful import person
from tests.world import new_id

UNLAWFUL = {"not-entitled", "not-the-system", "illegal-transition", "wrong-stream", "publication-differs"}


def taking(actor: dict[str, str], **changes: Any) -> dict[str, Any]:
    taken = new_id()
    data = {"taking_id": taken, "what": "query_bundle", "records": 3, "tree_size": 5} | changes
    return {"stream": f"evidence/{taken}", "type": "EvidenceTaken", "actor": actor, "data": data}


def told(evidence: Evidence, attacker: Attacker, *forged: dict[str, Any]) -> set[str]:
    for document in forged:
        attacker.append(document)
    return evidence.codes(attacker) & UNLAWFUL


def test_an_auditor_s_taking_is_lawful_and_others_are_named(evidence: Evidence, attacker: Attacker) -> None:
    inspector = person(evidence.world.holder("inspector"))
    assert told(evidence, attacker, taking(inspector)) == set()
    forged = (
        taking(person(evidence.world.movable()[0])),
        taking(inspector, tree_size=10**9),
        taking(inspector, records=6),
        taking(inspector, taking_id="another"),
        taking(inspector, what="export"),
        taking(inspector, root="00" * 32),
    )
    assert told(evidence, attacker, *forged) == UNLAWFUL
