"""The nine boxes over HTTP: the grid of a unit, a person's place, and the profiling campaign."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from sqlalchemy import Connection

from api.credentials import CallerDep
from api.paging import Cursor, Limit, decode_cursor, page_of
from api.person_talent import person_talent
from api.problems import Problem, language_of, responses
from api.purposes import PurposeDep, reading
from api.talent_views import CampaignReport, Grid, PersonTalent, UnmappedPage
from api.visibility import is_readable, viewer_for, visible_person
from api.wiring import ServicesDep
from domain.authorization import READ_PEOPLE, Viewer, subtrees
from domain.nine_box import BOXES, Level
from domain.profiling import (
    REASONS,
    Profile,
    Progress,
    Reason,
    documents_missing,
    progress_by_unit,
    why_unmapped,
)
from domain.talent_policy import TalentRules
from ledger.database import fetch
from ledger.directory_view import DirectoryView
from ledger.talent import TALENT
from projections import employees, profiling_reminders, talent_places

router = APIRouter(prefix="/v1", tags=["talent"])

UnitId = Annotated[str | None, Query(max_length=64, description="A unit, with all below it.")]
Language = Annotated[str | None, Header(alias="Accept-Language", max_length=255, examples=["id"])]
Row = dict[str, Any]
PERFORMANCE = {Level.LOW: "below", Level.MIDDLE: "as_expected", Level.HIGH: "above"}
NEWEST_RESULT = "SELECT max(position) FROM events WHERE category = ?"
POTENTIAL = {Level.LOW: "low", Level.MIDDLE: "middle", Level.HIGH: "high"}


@router.get(
    "/talent/grid",
    response_model=Grid,
    responses=responses(403, 404),
    summary="Nine boxes and the unmapped",
)
def grid(
    services: ServicesDep,
    caller: CallerDep,
    unit: UnitId = None,
    limit: Annotated[int, Query(ge=0, le=1000, description="Members listed in each box.")] = 200,
    accept_language: Language = None,
) -> dict[str, Any]:
    """Counts and members of each box (PermenPANRB 3/2020) and, a state of its own, the unmapped. The whole
    agency for those whom the policy names and keys with `employees:read`; officials of a unit theirs.
    """
    language = language_of(accept_language)
    with services.reading() as connection:
        view = services.view(connection)
        today = services.today(view)
        rows = _visible_rows(connection, viewer_for(services, connection, caller), view, unit)
        rules = view.policy_in_force(today).talent
        groups: dict[int | None, list[Row]] = {}
        for row in rows:
            groups.setdefault(profile_of(row, view, today).box_on(today), []).append(row)
        for box, group in groups.items():
            if box is not None:
                group.sort(key=lambda r: (-r["performance"], -r["potential"], r["person_id"]))
        shown = {row["person_id"] for group in groups.values() for row in group[:limit]}
        names = employees.names(connection, shown)
    unmapped = groups.get(None, [])
    profiles = [profile_of(row, view, today) for row in unmapped]
    reasons = Counter(reason for profile in profiles for reason in why_unmapped(profile, today, rules))
    return {
        "as_of": today.isoformat(),
        "unit": {"id": unit, "name": view.agency.units[unit].name} if unit else None,
        "formula_version": rules.formula_version,
        "people": len(rows),
        "boxes": [
            {
                "box": box,
                "performance": PERFORMANCE[performance],
                "potential": POTENTIAL[potential],
                "treatment": _treatment(box, rules, language),
                "in_pool": box in rules.pool.boxes,
                "count": len(groups.get(box, [])),
                "members": [_member(row, names, view, today) for row in groups.get(box, [])[:limit]],
            }
            for (performance, potential), box in sorted(BOXES.items(), key=lambda item: -item[1])
        ],
        "unmapped": {
            "count": len(unmapped),
            "reasons": dict(reasons),
            "members": [_member(row, names, view, today) for row in unmapped[:limit]],
        },
    }


@router.get(
    "/employees/{nip}/talent",
    response_model=PersonTalent,
    responses=responses(404),
    summary="A civil servant's place in the nine boxes",
)
def talent_of(
    nip: str,
    services: ServicesDep,
    caller: CallerDep,
    purpose: PurposeDep = None,
    accept_language: Language = None,
) -> dict[str, Any]:
    """Box, components, formula and what one level more would take; for the unmapped what they lack. One's
    own, or of people whose file the caller may see; reading another's is recorded. Points are hundredths.
    """
    with services.reading() as connection:
        row = visible_person(connection, viewer_for(services, connection, caller), nip)
        found = person_talent(services, connection, row, language_of(accept_language))
    reading(services, caller, row["person_id"], "talent", purpose)
    return found


@router.get(
    "/talent/campaign",
    response_model=CampaignReport,
    responses=responses(403, 404),
    summary="How far profiling has come",
)
def campaign(services: ServicesDep, caller: CallerDep, unit: UnitId = None) -> dict[str, Any]:
    """Progress in total and per regional apparatus, with what keeps people unmapped, the target date and
    each unit's newest reminder.
    """
    with services.reading() as connection:
        view = services.view(connection)
        today = services.today(view)
        wanted = _wanted_units(viewer_for(services, connection, caller), view, unit)
        standing = _standing(connection, view, today)
        reminders = profiling_reminders.of_units(connection)
    rules = view.policy_in_force(today).talent
    apparatus = {unit_id: view.agency.apparatus_of(unit_id) or unit_id for unit_id in view.agency.units}
    counted = [(unit_id, why) for unit_id, why in standing if wanted is None or unit_id in wanted]
    by_unit = progress_by_unit((apparatus[unit_id], why) for unit_id, why in counted)
    total = progress_by_unit(("", why) for _, why in counted).get("", Progress())
    units = view.agency.units
    return {
        "as_of": today.isoformat(),
        "target_date": rules.campaign.target_date.isoformat(),
        "days_left": (rules.campaign.target_date - today).days,
        "citation": rules.campaign.citation,
        "doubt": rules.campaign.doubt,
        **progress_view(total),
        "units": [
            {
                "id": unit_id,
                "name": units[unit_id].name,
                **progress_view(progress),
                "reminder": _reminder(reminders.get(unit_id)),
            }
            for unit_id, progress in sorted(by_unit.items(), key=lambda item: (-item[1].unmapped, item[0]))
        ],
    }


@router.get(
    "/talent/unmapped",
    response_model=UnmappedPage,
    responses=responses(403, 404),
    summary="Who is not in the nine boxes yet, and why",
)
def unmapped_people(
    services: ServicesDep,
    caller: CallerDep,
    unit: UnitId = None,
    reason: Annotated[str | None, Query(pattern=f"^({'|'.join(REASONS)})$")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> dict[str, Any]:
    place = decode_cursor(cursor, (str,))
    after = place[0] if place else ""
    with services.reading() as connection:
        view = services.view(connection)
        today = services.today(view)
        rules = view.policy_in_force(today).talent
        rows = [
            row
            for row in _visible_rows(connection, viewer_for(services, connection, caller), view, unit)
            if row["person_id"] > after
            and (why := why_unmapped(profile_of(row, view, today), today, rules))
            and (reason is None or reason in why)
        ][: limit + 1]
        names = employees.names(connection, {row["person_id"] for row in rows})
    shown = [_member(row, names, view, today) for row in rows]
    return page_of(rows, limit, lambda row: [row["person_id"]], shown)


# --- who sees whom ---


def _visible_rows(connection: Connection, viewer: Viewer, view: DirectoryView, unit: str | None) -> list[Row]:
    """The civil servants with a post in `unit` whom the viewer may see. Raises a 403 for who sees no unit
    at all, a 404 for a unit that is not theirs or not there. Elected officials are not counted.
    """
    rows = talent_places.of_units(connection, _wanted_units(viewer, view, unit))
    return [row for row in rows if not is_elected(view, row["position_id"])]


def _wanted_units(viewer: Viewer, view: DirectoryView, unit: str | None) -> frozenset[str] | None:
    """The units whose people are meant, None for all. Raises as `_visible_rows` does."""
    agency = view.agency
    everywhere = viewer.reads_agency or (
        viewer.actor.kind == "integration" and READ_PEOPLE in viewer.actor.scopes
    )
    if not everywhere and not viewer.units:
        raise Problem("not-permitted")
    wanted = None if everywhere else viewer.units
    if unit is not None:
        if not is_readable(unit) or unit not in agency.units:
            raise Problem("not-found")
        wanted = subtrees(agency, [unit])
        if not everywhere and not wanted <= viewer.units:
            raise Problem("not-found")
    return wanted


Standing = list[tuple[str, tuple[Reason, ...]]]
_kept: tuple[DirectoryView | None, tuple[date, int] | None, Standing] = (None, None, [])


def _standing(connection: Connection, view: DirectoryView, today: date) -> Standing:
    """Each civil servant's unit and what keeps them unmapped. The same for everybody until the register, the
    files or somebody's results change, and a quarter of a second's work: the newest is kept at hand.
    """
    global _kept  # noqa: PLW0603  (one tuple, replaced whole: threads see the old or the new one)
    newest = fetch(connection, NEWEST_RESULT, (TALENT,))[0][0]
    at = (today, -1 if newest is None else newest)
    known, known_at, found = _kept
    if known is view and known_at == at:
        return found
    rules = view.policy_in_force(today).talent
    rows = talent_places.of_units(connection, None)
    found = [
        (row["unit_id"], why_unmapped(profile_of(row, view, today), today, rules))
        for row in rows
        if not is_elected(view, row["position_id"])
    ]
    _kept = (view, at, found)
    return found


def is_elected(view: DirectoryView, position_id: str | None) -> bool:
    """Whether the post is an elected official's: no civil servant, and not counted."""
    post = view.agency.posts.get(position_id or "")
    return post is not None and post.kind == "PPK"


def profile_of(row: Row, view: DirectoryView, today: date) -> Profile:
    """What is known of the person of a row of `talent_places.of_units`."""
    known = Profile(
        row["person_id"],
        row["box"],
        _day(row["lapses_on"]),
        _day(row["rated_until"]),
        _day(row["test_valid_until"]),
    )
    person = view.agency.people.get(known.person_id)
    if person is None or known.box_on(today) is not None:
        return known
    policy = view.policy_in_force(today)
    missing = documents_missing(person.employment_kind, view.files.of(person.id), policy, today)
    return replace(known, documents_missing=missing)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _treatment(box: int, rules: TalentRules, language: str) -> str:
    treatment = rules.treatments[str(box)]
    return treatment.text_id if language == "id" else treatment.text_en


def progress_view(progress: Progress) -> dict[str, Any]:
    """How far a unit is, as callers see it."""
    return {
        "people": progress.people,
        "mapped": progress.mapped,
        "unmapped": progress.unmapped,
        "reasons": dict(progress.reasons),
    }


def _reminder(row: Row | None) -> Row | None:
    return row and {name: row[name] for name in ("office", "reminded_on", "times", "people", "mapped")}


def _member(
    row: Row, names: dict[str, tuple[str | None, str | None]], view: DirectoryView, today: date
) -> dict[str, Any]:
    name, nip = names.get(row["person_id"], (None, None))
    profile = profile_of(row, view, today)
    reasons = why_unmapped(profile, today, view.policy_in_force(today).talent)
    return {
        "id": row["person_id"],
        "nip": nip,
        "name": name,
        "unit_id": row["unit_id"],
        "performance": None if reasons else row["performance"],
        "potential": None if reasons else row["potential"],
        "vetoes": (row["vetoes"] or "").split(),
        "reasons": list(reasons),
        "documents_missing": list(profile.documents_missing),
    }
