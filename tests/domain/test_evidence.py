"""Evidence of many cases is taken by who audits, with a purpose."""

from __future__ import annotations

from typing import Any

import pytest

from domain.commands import GrantOffice
from domain.errors import NotPermitted, ReasonRequired
from domain.evidence_commands import RecordEvidenceTaken
from domain.evidence_events import EvidenceTaken, Taken
from domain.identity import SYSTEM, Actor
from tests.domain.town import Town, new_id, person


def take(
    town: Town, actor: Actor, purpose: str | None = "pemeriksaan khusus", what: Taken = "query_bundle"
) -> Any:
    command = RecordEvidenceTaken(
        command_id=new_id(), actor=actor, taking_id=new_id(), what=what, records=1, tree_size=2,
        purpose=purpose, query={"type": "Overridden"},
    )  # fmt: skip
    return town.send(command)[0]


def test_an_auditor_and_the_operator_take_evidence_with_a_purpose(town: Town) -> None:
    town.send(GrantOffice(command_id=new_id(), actor=SYSTEM, person_id="nurse", office="auditor"))
    for actor in (person("nurse"), SYSTEM):
        taken = take(town, actor)
        assert isinstance(taken, EvidenceTaken)
        assert taken.purpose == "pemeriksaan khusus"
    with pytest.raises(ReasonRequired):
        take(town, SYSTEM, purpose="  ")


def test_nobody_else_takes_it(town: Town) -> None:
    for what in ("query_bundle", "case_bundle"):
        with pytest.raises(NotPermitted):
            take(town, person("sekda"), what=what)


def test_an_operator_exports_and_need_not_say_why_but_nobody_else_exports(town: Town) -> None:
    assert take(town, SYSTEM, purpose=None, what="export").purpose is None
    with pytest.raises(ReasonRequired):
        take(town, SYSTEM, purpose="x", what="export")
    with pytest.raises(NotPermitted):
        take(town, person("sekda"), what="export")
