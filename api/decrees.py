"""For everybody: whether the decree whose QR code they hold is genuine. Without signing in."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from accounts.sign_in import Failures
from api.doorkeeper import wait
from api.problems import responses
from api.wiring import Services, ServicesDep
from domain.decree_codes import CODE_LENGTH, code_hash
from domain.personnel_action import ActionState
from domain.personnel_action import Status as Standing
from domain.rank_list import EntryStatus
from projections import employees, register
from projections import rank_promotions as ranks
from projections.action_state import state_of

router = APIRouter(prefix="/v1", tags=["decrees"])

QUESTIONS_PER_ADDRESS = 60
WINDOW = timedelta(minutes=5)
RANK = "rank"
RANK_UNDONE = (EntryStatus.ANNULLED, EntryStatus.TO_CORRECT)
RANK_IN_EFFECT = (EntryStatus.EFFECTIVE, EntryStatus.WRITTEN_BACK)
CODE = re.compile(rf"[a-z2-7]{{{CODE_LENGTH}}}")
UNKNOWN: dict[str, Any] = {
    "standing": "unknown",
    **dict.fromkeys(("number", "decree_date", "effective_date", "kind", "agency_name", "subject")),
}


class Subject(BaseModel):
    """As much of the person as tells a copied QR code from the decree's own: initials and last digits."""

    initials: str | None
    nip_ending: str | None


class DecreeStanding(BaseModel):
    """What whoever holds the decree can compare with it. `superseded`: annulled, or a later decree on the
    same person has taken effect; which one, or why, is not told.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "standing": "genuine",
                    "number": "800.1.3.3/Kep.12-BKPSDM/2026",
                    "decree_date": "2026-11-24",
                    "effective_date": "2026-12-01",
                    "kind": "mutation",
                    "agency_name": "Pemerintah Kota Serang",
                    "subject": {"initials": "S. A.", "nip_ending": "2001"},
                }
            ]
        }
    )

    standing: Literal["genuine", "superseded", "unknown"]
    number: str | None
    decree_date: str | None
    effective_date: str | None
    kind: str | None = Field(description="That of a personnel action, or `rank`.")
    agency_name: str | None
    subject: Subject | None = Field(
        description="Null for a decree that is unknown, or a person who is erased."
    )


@router.get(
    "/decrees/{code}", response_model=DecreeStanding, responses=responses(), summary="Is this decree genuine?"
)
def standing(
    request: Request,
    services: ServicesDep,
    code: Annotated[str, Path(max_length=64, examples=["mzxw6ytboi2dgnbrgq3tqnzygi"])],
) -> dict[str, Any]:
    """By the code of its QR code: 128 bits, so nobody finds one by trying. Without a credential; 60
    questions an address in 5 minutes.
    """
    now = services.now()
    until = _questions(request).use(
        request.client.host if request.client else "", QUESTIONS_PER_ADDRESS, WINDOW, now
    )
    if until is not None:
        raise wait("too-many-attempts", until, now)
    asked = code.strip().lower()
    if CODE.fullmatch(asked) is None:
        return UNKNOWN
    with services.reading() as connection:
        hashed = code_hash(asked)
        action_id = register.by_decree_code(connection, hashed)
        state = state_of(connection, action_id) if action_id is not None else None
        if state is not None:
            return _told(services, connection, state)
        entry = ranks.by_decree_code(connection, hashed)
        return _told_of_rank(services, connection, entry) if entry is not None else UNKNOWN


def _questions(request: Request) -> Failures:
    state = request.app.state
    if not hasattr(state, "decree_questions"):
        state.decree_questions = Failures()
    found: Failures = state.decree_questions
    return found


def _told(services: Services, connection: Connection, state: ActionState) -> dict[str, Any]:
    decree = state.decree
    assert decree is not None  # its code was found
    replaced = state.status is Standing.ANNULLED or register.decreed_later(
        connection, state.id, state.subject_id, state.effective_date.isoformat()
    )
    return {
        "standing": "superseded" if replaced else "genuine",
        "number": decree.number,
        "decree_date": decree.decree_date.isoformat(),
        "effective_date": state.effective_date.isoformat(),
        "kind": state.kind.value,
        "agency_name": services.view(connection).policies[state.policy_id].agency_name,
        "subject": _subject(connection, state.subject_id),
    }


def _told_of_rank(services: Services, connection: Connection, entry: dict[str, Any]) -> dict[str, Any]:
    """The decree of one person's rank: superseded when it was annulled, or a later one is in effect."""
    others = ranks.of_person(connection, entry["person_id"])
    later = any(o["status"] in RANK_IN_EFFECT and o["period"] > entry["effective_date"] for o in others)
    return {
        "standing": "superseded" if later or entry["status"] in RANK_UNDONE else "genuine",
        "number": entry["decree_number"],
        "decree_date": entry["decree_date"],
        "effective_date": entry["effective_date"],
        "kind": RANK,
        "agency_name": services.view(connection).policies[entry["policy_id"]].agency_name,
        "subject": _subject(connection, entry["person_id"]),
    }


def _subject(connection: Connection, person_id: str) -> dict[str, Any] | None:
    name, nip = employees.names(connection, {person_id}).get(person_id, (None, None))
    return {"initials": _initials(name), "nip_ending": nip[-4:] if nip else None} if name else None


def _initials(name: str) -> str:
    """`Siti Aminah, S.E.` as `S. A.`: titles come after a comma."""
    return " ".join(f"{word[0].upper()}." for word in name.partition(",")[0].split() if word[0].isalpha())
