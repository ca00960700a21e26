"""Keys of other programs that did what they were not issued for: verify names it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from projections.api_keys import api_keys
from tests.audit.attacker import Attacker
from tests.audit.conftest import Evidence

SYSTEM = {"kind": "system", "id": "jenjang"}


def of(evidence: Evidence, label: str) -> str:
    with evidence.world.installation.reader.engine.connect() as connection:
        found = select(api_keys.c.key_id).where(api_keys.c.label == label)
        return str(connection.execute(found).scalar_one())


def about(key: str, type_: str, actor: dict[str, str] = SYSTEM, **data: Any) -> dict[str, Any]:
    return {"stream": f"api-key/{key}", "type": type_, "actor": actor, "data": {"key_id": key} | data}


def test_keys_that_were_not_used_as_they_were_issued_are_named(
    evidence: Evidence, attacker: Attacker
) -> None:
    known, trial = of(evidence, "dasbor"), of(evidence, "coba")
    by_trial, by_known = ({"kind": "integration", "id": key} for key in (trial, known))
    forged = (
        (about("nobody", "ApiKeyTermsSet", signature_required=False), "not issued"),
        (about(known, "ApiKeyTermsSet", signature_required=True), "nothing could be verified by"),
        (about(known, "RequestsRefused", by_known, code="bad-request", times=1), "RequestsRefused by"),
        (about(known, "ApiKeyRevoked", by_trial), "by the sandbox key"),
    )
    for document, _ in forged:
        attacker.append(document)
    found = evidence.verify(attacker.path).findings
    for _, why in forged:
        assert any(why in finding.detail for finding in found), why
