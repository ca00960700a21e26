"""A query over the ledger as auditors save it: conditions that all hold, each a code of the ledger."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from domain.event import EVENT_TYPES
from domain.policy import OFFICES_OF_A_CASE
from domain.search_terms import KINDS, term

if TYPE_CHECKING:
    from domain.agency import Agency
    from domain.policy import Policy

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
OUTCOMES = frozenset({"approve", "reject", "return", "abstain", "approved", "returned", "refused"})
SYSTEM_PARTS = frozenset({"jenjang", "AUTO"})

Code = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]+$")]


class EventFilter(BaseModel):
    """What is looked for; None does not narrow. `actor` acted, `person` is whom the event or its case is
    about or whom it names. `first` (included) and `last` (not included) bound `recorded_at`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    actor: Code | None = None
    person: Code | None = None
    office: Code | None = None
    unit: Code | None = None
    type: Code | None = None
    rule: Code | None = None
    outcome: Code | None = None
    first: AwareDatetime | None = None
    last: AwareDatetime | None = None

    @property
    def terms(self) -> frozenset[str]:
        """The terms that an event must have (`domain.search_terms`)."""
        return frozenset(term(kind, value) for kind in KINDS if (value := getattr(self, kind)))

    def holds(self, type_: str, actor: str, at: datetime, terms: Collection[str]) -> bool:
        """Whether an event of this type, by this actor, recorded at `at`, with these terms is meant."""
        return (
            self.type in (None, type_)
            and self.actor in (None, actor)
            and (self.first is None or at >= self.first)
            and (self.last is None or at < self.last)
            and self.terms <= set(terms)
        )


def unknown_codes(filter_: EventFilter, agency: Agency, policies: Mapping[str, Policy]) -> list[str]:
    """The conditions whose value is no code of the ledger. What passes stands readable in the record and
    can be neither name nor number of a person.
    """
    known = policies.values()
    rules = {
        name
        for policy in known
        for part in (policy.rules, policy.promotion.rules, policy.rank_promotion.rules)
        for name in part
    }
    office, _, unit = (filter_.office or "").partition("@")
    offices = {name for policy in known for name in policy.offices} | OFFICES_OF_A_CASE
    sound = {
        "actor": filter_.actor in SYSTEM_PARTS or UUID.fullmatch(filter_.actor or "") is not None,
        "person": filter_.person in agency.people,
        "office": office in offices and (not unit or unit in agency.units),
        "unit": filter_.unit in agency.units,
        "type": filter_.type in EVENT_TYPES,
        "rule": filter_.rule in rules,
        "outcome": filter_.outcome in OUTCOMES,
    }
    return [name for name, is_sound in sound.items() if getattr(filter_, name) is not None and not is_sound]
