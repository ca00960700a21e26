"""What a statement about decreed people says: minutes of an inauguration, taking up duty, an annulment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection

from decrees.content import StatementFacts, Subject
from decrees.indonesian import long_date
from domain import events as ev
from domain.agency import Agency
from domain.personnel_action import ActionState, Status
from projections import decree_files
from relay.decree_facts import PPK, DecreeReader, NotThere, grade_in_words, post_in_words

BLANK = "." * 12
# The step whose form has the statement's number and day.
STEP = {
    "inauguration": ("minutes_number", "inaugurated_on"),
    "duty_statement": ("statement_number", "started_on"),
}


@dataclass
class StatementReader:
    """Reads statements' facts; who may see the cases is for the caller to know."""

    facts: DecreeReader

    def of(
        self, connection: Connection, name: str, states: Sequence[ActionState], today: date
    ) -> StatementFacts:
        """The statement over these cases, in their order. What no form has said yet is left to be filled in
        by hand. Raises NotThere for a case without a decree, or not annulled for an annulment.
        """
        agency = self.facts.reader.directory.current(connection).agency
        people = tuple(self._subject(connection, agency, name, state) for state in states)
        first = states[0]
        row = decree_files.by_id(connection, first.id)
        assert row is not None  # it has a decree
        assert first.decree is not None
        said = self._said(connection, name, first)
        started = date.fromisoformat(said["day"]) if said["day"] else first.effective_date
        day = date.fromisoformat(said["day"]) if said["day"] else today
        head = next((post for post in agency.posts.values() if post.kind == PPK), None)
        official = self._name(connection, agency, head.incumbent_id if head else None)
        return StatementFacts(
            name=name,
            number=said["number"] or BLANK,
            day=day,
            people=people,
            proof=self.facts.proof(connection, row, None),
            values={
                "official": official or BLANK,
                "number": first.decree.number,
                "decree_date": long_date(first.decree.decree_date),
                "started_on": long_date(started),
            },
            signers={
                "official": official,
                "mayor": official,
                "sworn": people[0].name if len(people) == 1 else "",
            },
        )

    def _subject(self, connection: Connection, agency: Agency, name: str, state: ActionState) -> Subject:
        wrong = name == "annulment" and state.status is not Status.ANNULLED
        if state.decree is None or wrong:
            raise NotThere("no such statement of this case")
        person = self.facts.person(connection, agency, state.subject_id)
        return Subject(
            name=person["name"],
            nip=person["nip"],
            grade=grade_in_words(person["grade"]),
            origin=post_in_words(agency, state.origin_position_id),
            target=post_in_words(agency, state.target_position_id),
            effective_date=state.effective_date,
            decree=f"{state.decree.number}, {long_date(state.decree.decree_date)}",
        )

    def _said(self, connection: Connection, name: str, state: ActionState) -> dict[str, Any]:
        """Number and day as the step's form has them; both None before."""
        number, day = STEP.get(name, ("", ""))
        for stored in reversed(self.facts.reader.stream(connection, f"personnel-action/{state.id}")):
            event = stored.event
            if isinstance(event, ev.TaskCompleted) and event.step == name and event.details:
                return {"number": event.details[number], "day": str(event.details[day])}
        return {"number": None, "day": None}

    def _name(self, connection: Connection, agency: Agency, person_id: str | None) -> str:
        try:
            return str(self.facts.person(connection, agency, person_id or "")["name"])
        except NotThere:
            return ""
