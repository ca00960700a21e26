"""The profiling campaign: who is not in the nine boxes yet, why, and how far each unit has come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, get_args

from domain.calendar import months_after
from domain.personnel_file import FiledDocument, codes_at_hand
from domain.policy import Policy
from domain.talent_policy import TalentRules

Reason = Literal["no_skp", "skp_lapsed", "no_cact", "cact_lapsed", "component_missing", "documents_missing"]
REASONS: tuple[Reason, ...] = get_args(Reason)


@dataclass(frozen=True)
class Profile:
    """What is known of a person's place: the newest placement, how long ratings and tests count, and the
    documents that their file lacks for being profiled.
    """

    person_id: str
    box: int | None
    lapses_on: date | None
    rated_until: date | None
    test_valid_until: date | None
    documents_missing: tuple[str, ...] = ()

    def box_on(self, day: date) -> int | None:
        """The box, None for who is unmapped on `day`."""
        return self.box if self.lapses_on is None or day < self.lapses_on else None


def why_unmapped(profile: Profile, day: date, rules: TalentRules) -> tuple[Reason, ...]:
    """What an unmapped person lacks on `day`; nothing for who is mapped."""
    if profile.box_on(day) is not None:
        return ()
    found: list[Reason] = []
    if profile.rated_until is None:
        found.append("no_skp")
    elif day >= months_after(profile.rated_until, rules.skp_validity.months):
        found.append("skp_lapsed")
    if profile.test_valid_until is None:
        found.append("no_cact")
    elif day > profile.test_valid_until:
        found.append("cact_lapsed")
    if not found:
        found.append("component_missing")
    if profile.documents_missing:
        found.append("documents_missing")
    return tuple(found)


def documents_missing(
    employment_kind: str, filed: Iterable[FiledDocument], policy: Policy, day: date
) -> tuple[str, ...]:
    """Which documents a file lacks on `day` for its owner to be profiled: not filed, rejected or expired."""
    wanted = policy.talent.campaign.documents.get(employment_kind, ())
    at_hand = codes_at_hand(filed, policy.personnel_file, day) if wanted else ()
    return tuple(code for code in wanted if code not in at_hand)


@dataclass
class Progress:
    """How many people there are, how many are mapped, and how often each reason keeps one unmapped."""

    people: int = 0
    mapped: int = 0
    reasons: Counter[Reason] = field(default_factory=Counter)

    @property
    def unmapped(self) -> int:
        return self.people - self.mapped

    def count(self, reasons: tuple[Reason, ...]) -> None:
        self.people += 1
        self.mapped += not reasons
        self.reasons.update(reasons)


def progress_by_unit(standing: Iterable[tuple[str, tuple[Reason, ...]]]) -> dict[str, Progress]:
    """Progress of each unit; `standing` are pairs of the unit that a person is counted in and what keeps them
    unmapped.
    """
    found: dict[str, Progress] = {}
    for unit_id, reasons in standing:
        found.setdefault(unit_id, Progress()).count(reasons)
    return found
