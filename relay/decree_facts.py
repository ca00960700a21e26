"""What a decree's file says, read from the ledger: whom it moves, where, who decided, on which letter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection

from decrees.content import DecreeFacts, Letter, Official, Proof, Subject
from decrees.qr_code import qr_svg
from decrees.words import CityWords
from domain import events as ev
from domain import rank_events as rk
from domain.agency import Agency
from domain.decree_codes import rank_code
from domain.grades import UnknownGrade, parse_grade
from domain.identity import Capacity, Signature
from domain.offices import split_key
from ledger.decree_code import decree_code, rank_code_key
from ledger.read import Reader, event_at
from ledger.record import StoredEvent
from projections import employees, rank_promotions
from projections.action_state import state_of

# Whose approval is the decision; a second person's confirmation of reasons is not.
DECIDING = ("appointing_decision", "promotion_choice", "authority_decision")
PPK = "PPK"
APPOINTING_OFFICIAL = "appointing_official"


class NotThere(Exception):
    """Something that the decree has to say cannot be read: a name whose key is away, a decider."""


@dataclass
class DecreeReader:
    """Reads one decree's facts within a transaction. `public_url` is the address of the public pages."""

    reader: Reader
    sealing_key: bytes
    public_url: str

    def of_case(self, connection: Connection, row: dict[str, Any], city: CityWords) -> DecreeFacts:
        """The facts of a case's decree. Raises NotThere."""
        state = state_of(connection, row["action_id"])
        if state is None or state.decree is None:
            raise NotThere("no decree")
        agency = self.reader.directory.current(connection).agency
        history = self.reader.stream(connection, f"personnel-action/{state.id}")
        url = None
        if state.decree.code_hash is not None:
            url = f"{self.public_url}/sk/{decree_code(self.sealing_key, state.id)}"
        person = self.person(connection, agency, state.subject_id)
        subject = Subject(
            name=person["name"],
            nip=person["nip"],
            grade=grade_in_words(person["grade"]),
            origin=post_in_words(agency, state.origin_position_id),
            target=post_in_words(agency, state.target_position_id),
            effective_date=state.effective_date,
            decree=state.decree.number,
        )
        return DecreeFacts(
            kind=state.kind.value,
            variant=state.variant.value,
            number=state.decree.number,
            decree_date=state.decree.decree_date,
            people=(subject,),
            official=self._decided(connection, agency, history),
            proof=self.proof(connection, row, url),
            letters=_letters(history, city),
        )

    def of_rank(self, connection: Connection, row: dict[str, Any], city: CityWords) -> DecreeFacts:
        """The facts of one person's decree on a list of rank promotions. Raises NotThere."""
        listed = rank_promotions.of_person(connection, row["person_id"])
        entry = next((each for each in listed if each["list_id"] == row["list_id"]), None)
        if entry is None or entry["decree_number"] != row["number"]:
            raise NotThere("no decree")
        agency = self.reader.directory.current(connection).agency
        person = self.person(connection, agency, row["person_id"])
        issued = self._event(connection, row["issued_position"])
        assert isinstance(issued.event, rk.RankDecreeIssued)  # its position is of the row
        url = None
        if issued.event.code_hash is not None:
            key = rank_code_key(self.sealing_key, row["list_id"])
            url = f"{self.public_url}/sk/{rank_code(key, row['person_id'])}"
        answered = date.fromisoformat(entry["answered_on"]) if entry["answered_on"] else None
        letters = [Letter(city.noting.pertek, entry["pertek_number"], answered)] if answered else []
        held = agency.people[row["person_id"]].position_id
        subject = Subject(
            name=person["name"],
            nip=person["nip"],
            origin=post_in_words(agency, held),
            from_grade=grade_in_words(entry["from_grade"]),
            to_grade=grade_in_words(entry["to_grade"]),
            effective_date=date.fromisoformat(entry["effective_date"] or entry["period"]),
        )
        return DecreeFacts(
            kind="rank",
            variant=entry["kind"],
            number=row["number"],
            decree_date=issued.event.decree_date,
            people=(subject,),
            official=self._official(connection, agency, issued.actor.id, issued.event.signature),
            proof=self.proof(connection, row, url),
            letters=tuple(letters),
        )

    def proof(self, connection: Connection, row: dict[str, Any], url: str | None) -> Proof:
        """Where the ledger has the decree, and the public page's QR code."""
        stored = self._event(connection, row["issued_position"])
        return Proof(stored.position, stored.leaf_hash.hex(), url, qr_svg(url) if url else None)

    def person(self, connection: Connection, agency: Agency, person_id: str) -> dict[str, Any]:
        """Name, NIP and grade as the register has them. Raises NotThere."""
        row = employees.by_id(connection, person_id)
        known = agency.people.get(person_id)
        if row is None or known is None or not row["name"] or not row["nip"]:
            raise NotThere("a person without a name")
        return {"name": row["name"], "nip": row["nip"], "grade": known.grade}

    def _event(self, connection: Connection, position: int) -> StoredEvent:
        found = event_at(connection, position)
        assert found is not None  # a projection's position is the ledger's
        return self.reader.open(connection, position, *found)

    def _decided(self, connection: Connection, agency: Agency, history: Sequence[StoredEvent]) -> Official:
        for stored in reversed(history):
            event = stored.event
            if isinstance(event, ev.TaskCompleted) and event.step in DECIDING and event.outcome == "approve":
                assert event.signature is not None  # silence decides none of these
                return self._official(connection, agency, stored.actor.id, event.signature)
        raise NotThere("nobody decided")

    def _official(
        self, connection: Connection, agency: Agency, person_id: str, signature: Signature
    ) -> Official:
        """Whose decree it is. An officer who only records what an authority outside decided signs nothing:
        the placement is the appointing official's.
        """
        office = split_key(signature.office)[0]
        capacity = signature.capacity
        if office != APPOINTING_OFFICIAL:
            head = next((post for post in agency.posts.values() if post.kind == PPK), None)
            if head is None or head.incumbent_id is None:
                raise NotThere("no appointing official")
            office, person_id, capacity = APPOINTING_OFFICIAL, head.incumbent_id, Capacity.DEFINITIVE
        person = self.person(connection, agency, person_id)
        own = agency.people[person_id].position_id
        delegate = capacity is Capacity.DELEGATE
        return Official(
            office=office,
            capacity=capacity.value,
            name=person["name"],
            nip=person["nip"],
            grade=grade_in_words(person["grade"]),
            acting_title=agency.posts[own].name if delegate and own in agency.posts else "",
        )


def grade_in_words(code: str) -> str:
    """`Penata Tingkat I, III/d`; of a PPPK `Golongan IX`."""
    try:
        grade = parse_grade(code)
    except UnknownGrade:
        return code
    return f"Golongan {grade.code}" if grade.title == grade.code else f"{grade.title}, {grade.code}"


def post_in_words(agency: Agency, post_id: str | None) -> str:
    """A post with its unit, unless its name says it."""
    post = agency.posts.get(post_id or "")
    if post is None:
        return "-"
    unit = agency.units.get(post.unit_id)
    return f"{post.name}, {unit.name}" if unit is not None and unit.name not in post.name else post.name


def _letters(history: Sequence[StoredEvent], city: CityWords) -> tuple[Letter, ...]:
    """BKN's technical consideration, where it was given in writing; silence has no letter."""
    for stored in reversed(history):
        event = stored.event
        if isinstance(event, ev.TaskCompleted) and event.step == "bkn_review" and event.details:
            day = date.fromisoformat(str(event.details["issued_on"]))
            return (Letter(city.noting.bkn_review, str(event.details["imut_number"]), day),)
    return ()
