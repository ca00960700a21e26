"""A policy under which rank promotions could not be judged or carried out is no law."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from domain.policy import Policy
from domain.rank_policy_check import rank_faults
from tests.domain.town import kota_serang


def codes(change: Callable[[dict[str, Any]], Any]) -> set[str]:
    document = kota_serang().model_dump(mode="json")
    change(document["rank_promotion"])
    return {code for code, _, _ in rank_faults(Policy.model_validate(document))}


def test_the_citys_policy_is_sound() -> None:
    assert list(rank_faults(kota_serang())) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda rank: rank["periods"].update(months=[]), "period-senseless"),
        (lambda rank: rank["periods"].update(months=[1, 13]), "period-senseless"),
        (lambda rank: rank["periods"].update(closes_months_before=0), "window-reversed"),
        (lambda rank: rank["periods"].update(opens_months_before=1, opens_day=16), "window-reversed"),
        (lambda rank: rank["hands"].update(sent_by=["nobody"]), "office-unknown"),
        (lambda rank: rank["hands"].update(decreed_by=[]), "office-unknown"),
        (lambda rank: rank["highest"]["by_education"].update(SMA="III/f"), "grade-unknown"),
        (lambda rank: rank["authority"].update(highest_own="V"), "grade-unknown"),
        (lambda rank: rank["entry"]["by_education"].update(TK="I/a"), "education-unknown"),
        (lambda rank: rank["kinds"]["adjustment"].update(document="IJAZAH_PALSU"), "document-unknown"),
        (lambda rank: rank["kinds"]["regular"].update(post_kinds=["STAF"]), "post-kind-unknown"),
        (lambda rank: rank["rules"].pop("rank_active"), "rule-missing"),
        (lambda rank: rank["rules"].update(rank_luck=rank["rules"]["rank_years"]), "rule-unknown"),
        (lambda rank: rank["rules"]["rank_performance"].update(parameters={}), "rule-unjudgeable"),
        (
            lambda rank: rank["rules"]["rank_retirement"].update(parameters={"PELAKSANA": "tua"}),
            "rule-unjudgeable",
        ),
    ],
)
def test_what_is_wrong_with_it_is_named(change: Callable[[dict[str, Any]], Any], code: str) -> None:
    assert code in codes(change)
