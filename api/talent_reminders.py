"""What the profiling campaign reminds the caller's offices of."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from api.credentials import CallerDep
from api.problems import responses
from api.sight import inbox_keys
from api.talent import is_elected, profile_of, progress_view
from api.talent_views import Reminders
from api.wiring import ServicesDep
from domain.authorization import inside
from domain.profiling import Progress, why_unmapped
from projections import profiling_reminders, talent_places

router = APIRouter(prefix="/v1", tags=["talent"])


@router.get(
    "/talent/reminders",
    response_model=Reminders,
    responses=responses(),
    summary="Units whose profiling waits for me",
)
def my_reminders(services: ServicesDep, caller: CallerDep) -> dict[str, Any]:
    """The reminders of the offices that the caller may act for today, each with how far the unit is now;
    a unit in which everybody is mapped is gone from here. Nobody is named: `GET /v1/talent/unmapped` does.
    """
    if caller.person_id is None:
        return {"items": [], "next": None}
    with services.reading() as connection:
        view = services.view(connection)
        today = services.today(view)
        rules = view.policy_in_force(today).talent
        found = profiling_reminders.of_offices(connection, inbox_keys(services, view, caller.person_id))
        items = []
        for reminder in found:
            progress = Progress()
            for row in talent_places.of_units(connection, inside(view.agency, [reminder["unit_id"]])):
                if not is_elected(view, row["position_id"]):
                    progress.count(why_unmapped(profile_of(row, view, today), today, rules))
            unit = view.agency.units.get(reminder["unit_id"])
            if progress.unmapped and unit is not None:
                items.append(
                    {
                        "unit": {"id": unit.id, "name": unit.name},
                        **{name: reminder[name] for name in ("office", "reminded_on", "times")},
                        "target_date": rules.campaign.target_date.isoformat(),
                        "days_left": (rules.campaign.target_date - today).days,
                        **progress_view(progress),
                    }
                )
    return {"items": items, "next": None}
