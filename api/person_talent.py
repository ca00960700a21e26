"""One person's place in the nine boxes in words: what counted, what lacks, and what leads further."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from api.wiring import Services
from domain.nine_box import Assessment, Component, Level, assess_talent, next_steps
from domain.performance import predicate_of
from domain.policy import Policy
from domain.talent_policy import TalentRules
from domain.talent_record import TalentRecord, inputs_for
from ledger.facts import talent_for_reading
from projections import employees

LACKS = {
    ("missing", "id"): "{name} belum ada.",
    ("lapsed", "id"): "{name} sudah tidak berlaku.",
    ("missing", "en"): "There is no {name} yet.",
    ("lapsed", "en"): "The {name} is no longer valid.",
}


def person_talent(
    services: Services, connection: Connection, row: dict[str, Any], language: str
) -> dict[str, Any]:
    """The place of the person of a register's row: the recorded one as long as everything counted still
    counts, judged under its own policy; otherwise what the policy in force makes of what is recorded.
    """
    view = services.view(connection)
    today = services.today(view)
    record = talent_for_reading(services.reader, connection).of([row["person_id"]])[row["person_id"]]
    placement, inputs, policy = record.placement, record.inputs, view.policy_in_force(today)
    recorded = placement is not None and inputs is not None and placement.stands_on(today)
    if placement is not None and recorded:
        policy = view.policies[placement.policy_id]
    if inputs is None or not recorded:
        inputs = inputs_for(
            record,
            education=row["education"],
            employment_status=row["employment_status"],
            as_of=today,
            salt="",
        )
    found = assess_talent(inputs, policy.talent)
    return {
        "person": {"id": row["person_id"], "nip": row["nip"], "name": row["name"]},
        **_standing(found, policy.talent, language),
        "placement_hash": placement.hash if placement is not None and recorded else None,
        "components": [_part(component, policy.talent, language) for component in found.components],
        "gaps": [
            {
                "component": gap.component,
                "why": gap.why,
                "message": LACKS[gap.why, language].format(
                    name=_name(gap.component, policy.talent, language)
                ),
            }
            for gap in found.gaps
        ],
        "next": [
            {
                "axis": step.axis,
                "level": "high" if step.level is Level.HIGH else "middle",
                "box": step.box,
                "lacking": step.lacking,
                "by_component": [
                    {"component": name, "name": _name(name, policy.talent, language), "score": score}
                    for name, score in step.by_component
                ],
            }
            for step in next_steps(found, policy.talent)
        ],
        "ratings": _ratings(connection, record),
        "tests": [test.model_dump(mode="json") for test in record.tests],
        "formula": _formula(policy),
    }


def _standing(found: Assessment, rules: TalentRules, language: str) -> dict[str, Any]:
    treatment = rules.treatments[str(found.box)] if found.box is not None else None
    return {
        "state": "mapped" if found.is_mapped else "unmapped",
        "as_of": found.as_of.isoformat(),
        "box": found.box,
        "treatment": (treatment.text_id if language == "id" else treatment.text_en) if treatment else None,
        "performance": found.performance,
        "potential": found.potential,
        "in_pool": found.box in rules.pool.boxes and not found.vetoes,
        "vetoes": list(found.vetoes),
        "lapses_on": found.lapses_on.isoformat() if found.lapses_on else None,
    }


def _part(component: Component, rules: TalentRules, language: str) -> dict[str, Any]:
    return {
        "component": component.name,
        "name": _name(component.name, rules, language),
        "axis": component.axis,
        "weight": component.weight,
        "score": component.score,
        "required": component.required,
        "recorded": rules.components[component.name].source == "recorded",
        "status": component.why or "counted",
        "lapses_on": component.lapses_on.isoformat() if component.lapses_on else None,
    }


def _name(component: str, rules: TalentRules, language: str) -> str:
    rule = rules.components[component]
    return rule.name_id if language == "id" else rule.name_en


def _ratings(connection: Connection, record: TalentRecord) -> list[dict[str, Any]]:
    """Newest first."""
    names = employees.names(connection, {r.assessor_id for r in record.ratings if r.assessor_id})
    return [
        {
            "period_start": rated.rating.period_start.isoformat(),
            "period_end": rated.rating.period_end.isoformat(),
            "result": int(rated.rating.result),
            "conduct": int(rated.rating.conduct),
            "predicate": predicate_of(rated.rating.result, rated.rating.conduct).value,
            "assessor": {"id": rated.assessor_id, "name": names.get(rated.assessor_id, (None, None))[0]}
            if rated.assessor_id
            else None,
        }
        for rated in reversed(record.ratings)
    ]


def _formula(policy: Policy) -> dict[str, Any]:
    return {
        "version": policy.talent.formula_version,
        "policy_id": policy.id,
        "policy_hash": policy.hash,
        "citation": policy.talent.citation,
        "doubt": policy.talent.doubt,
    }
