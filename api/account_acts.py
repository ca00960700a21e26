"""What others did to one's account: first passwords, ended sessions."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from api.credentials import CallerDep
from api.problems import responses
from api.views import names_of, person_view
from api.wiring import ServicesDep
from domain.account_acts import stream_of
from domain.account_events import FirstPasswordGiven, SessionsEnded

router = APIRouter(prefix="/v1/me/account-acts", tags=["sessions"])

ACT: dict[str, Any] = {
    "what": "first-password",
    "by": {"id": "4a0e2a3c-7c1e-4f0a-9f53-2f0d3c5b7a10", "name": "Rahmat Hidayat"},
    "reason": "lupa kata sandi, datang sendiri",
    "recorded_at": "2026-11-24T02:00:00.000000Z",
    "position": 812,
}


class AccountAct(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [ACT]})

    what: Literal["first-password", "sessions-ended"]
    by: dict[str, Any] | None = Field(description="Null where the system did it.")
    reason: str | None
    recorded_at: str
    position: int


class AccountActs(BaseModel):
    items: list[AccountAct]
    next: None = Field(default=None, description="All come at once.")


@router.get("", response_model=AccountActs, responses=responses(), summary="What others did to my account")
def account_acts(services: ServicesDep, caller: CallerDep) -> dict[str, Any]:
    """Newest first. What one does oneself is not recorded."""
    person_id = caller.require_person()
    with services.reading() as connection:
        stored = list(services.reader.stream(connection, stream_of(person_id)))
        names = names_of(connection, {item.actor.id for item in stored})
    items = []
    for item in reversed(stored):
        event = item.event
        assert isinstance(event, FirstPasswordGiven | SessionsEnded)  # `verify` sees to it
        items.append(
            {
                "what": "first-password" if isinstance(event, FirstPasswordGiven) else "sessions-ended",
                "by": person_view(item.actor.id, names) if item.actor.kind == "person" else None,
                "reason": event.reason,
                "recorded_at": item.recorded_at,
                "position": item.position,
            }
        )
    return {"items": items, "next": None}
