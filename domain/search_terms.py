"""By what an event can be found: terms made of its readable fields and of the case that it belongs to.

A term is `:kind:value` for people, offices, units, rules and outcomes, and the bare value for codes that are
looked for as words. Nothing personal is a term: fields that a record seals are never looked at.

Words stand for what the record itself says, so that whoever holds nothing but a record can check an answer;
people and units are found by the case too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from domain.event import Event

PERSON, OFFICE, UNIT, RULE, OUTCOME = KINDS = ("person", "office", "unit", "rule", "outcome")
FIELDS = {
    PERSON: (
        "subject_id",
        "person_id",
        "delegate_id",
        "principal_id",
        "proposed_by",
        "confirmed_by",
        "by",
        "to",
    ),
    OFFICE: ("office", "to_office"),
    UNIT: ("unit_id", "origin_unit_id", "target_unit_id"),
    RULE: ("rule",),
    OUTCOME: ("outcome", "vote"),
}
# Codes that people search by as words. Dates, hashes and free text are found by other ways.
WORDS = (
    "step",
    "variant",
    "number",
    "target_position_id",
    "origin_position_id",
    "position_id",
    "unit_id",
    "subject_id",
    "person_id",
    "delegate_id",
    "capacity",
    "what",
    "document_type",
    "authority",
)
# Kinds of which a word may be a value besides: those that only the record itself makes.
OF_THE_RECORD = (OFFICE, RULE, OUTCOME)
SPOKE = ("fail", "unknown")


@dataclass(frozen=True)
class CaseKeys:
    """Whom a case is about and the units that it moves somebody between, as its events have told so far."""

    subject_id: str | None = None
    origin_unit_id: str | None = None
    target_unit_id: str | None = None

    def after(self, event: Event) -> CaseKeys:
        """The submission names them; the choice of a candidate makes the case one of that person."""
        match type(event).__name__:
            case "ActionSubmitted":
                fields = vars(event)
                return CaseKeys(*(fields[n] for n in ("subject_id", "origin_unit_id", "target_unit_id")))
            case "CandidateChosen":
                fields = vars(event)
                return replace(self, subject_id=fields["person_id"], origin_unit_id=fields["origin_unit_id"])
        return self

    @property
    def terms(self) -> set[str]:
        people = {term(PERSON, self.subject_id)} if self.subject_id else set()
        return people | {term(UNIT, unit) for unit in (self.origin_unit_id, self.target_unit_id) if unit}


NO_CASE = CaseKeys()


def term(kind: str, value: str) -> str:
    return f":{kind}:{value.casefold()}"


def terms_of(event: Event, case: CaseKeys = NO_CASE) -> set[str]:
    """The terms of an event. `case` is its personnel action's keys right after it; none outside of cases."""
    fields = vars(event)
    found = set(case.terms)
    for kind, name in _named(type(event)):
        value = fields[name]
        if isinstance(value, str):
            found.add(term(kind, value) if kind else value.casefold())
    signature = fields.get("signature")
    if signature is not None:
        found.add(term(OFFICE, signature.office))
        if signature.on_behalf_of:
            found.add(term(PERSON, signature.on_behalf_of))
    return found | {term(RULE, rule) for rule in _rules(fields)}


def _rules(fields: Mapping[str, Any]) -> list[str]:
    """Rules that refused the case, or that spoke against it when it was assessed."""
    spoke = [item.rule for item in fields.get("outcomes") or () if item.outcome in SPOKE]
    return [*spoke, *(fields.get("rules") or ())]


@cache
def _named(model: type[Event]) -> tuple[tuple[str | None, str], ...]:
    """Which readable fields of a model make which kind of term."""
    kinds: list[tuple[str | None, str]] = [(kind, name) for kind, names in FIELDS.items() for name in names]
    kinds += [(None, name) for name in WORDS]
    readable = model.model_fields.keys() - model.PERSONAL
    return tuple((kind, name) for kind, name in kinds if name in readable)
