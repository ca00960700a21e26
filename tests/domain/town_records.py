"""A town's vacancies and talent records, as facts ask for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from domain.talent_record import Placement, TalentRecord
from domain.vacancy import Vacancy


@dataclass
class TownVacancies:
    """The town's vacancies."""

    known: dict[str, Vacancy]

    def of(self, vacancy_id: str) -> Vacancy | None:
        return self.known.get(vacancy_id)


@dataclass
class TownTalent:
    """Talent records of the town, folded as they happen."""

    records: dict[str, TalentRecord] = field(default_factory=dict)

    def of(self, person_ids: Iterable[str]) -> dict[str, TalentRecord]:
        return {person_id: self.records.get(person_id, TalentRecord(person_id)) for person_id in person_ids}

    def placements(self) -> dict[str, Placement]:
        return {p: record.placement for p, record in self.records.items() if record.placement is not None}
