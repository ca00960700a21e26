"""Who serves the agency, who has left it, and who comes from another one."""

from __future__ import annotations

from typing import Literal

from domain.agency import Person
from domain.personal_data_policy import PersonalDataRules

Standing = Literal["serving", "left", "candidate"]


def standing_of(person: Person, rules: PersonalDataRules) -> Standing:
    """Serving is who holds a post, or has a status of service and was not moved out of the agency."""
    if person.candidate:
        return "candidate"
    if person.position_id is not None:
        return "serving"
    in_service = person.employment_status in rules.serving_statuses
    return "serving" if in_service and not person.moved_out else "left"
