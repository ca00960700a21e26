"""Reminders of the profiling campaign: of the right office, at their time, with the right numbers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from audit.case import Moment
from audit.law_of_registers import Problem
from domain.offices import office_key
from domain.profiling_events import ProfilingReminded
from domain.talent_record import TalentRecord
from ledger.record import StoredEvent

RecordOf = Callable[[str], TalentRecord | None]


class ProfilingLaw:
    """Takes the events in order. Units with somebody whose seals are closed are not counted again."""

    def __init__(self, record_of: RecordOf) -> None:
        self._record_of = record_of
        self._last: dict[str, date] = {}
        self._group: list[StoredEvent] = []
        self._people: dict[str | None, list[str]] = {}

    def problems(self, stored: StoredEvent, moment: Moment, group: list[StoredEvent]) -> list[Problem]:
        """What is unlawful about a reminder; nothing of any other event."""
        event = stored.event
        if not isinstance(event, ProfilingReminded):
            return []
        if group is not self._group:
            self._group, self._people = group, _by_apparatus(moment)
        policy, found = moment.offices.policy, list[Problem]()
        campaign = policy.talent.campaign
        of_unit = policy.offices[campaign.reminds].scope == "unit"
        if event.office != office_key(campaign.reminds, event.unit_id if of_unit else None):
            found.append(("wrong-office", f"{event.office} is not reminded of {event.unit_id}"))
        if (event.as_of, event.target_date) != (moment.day, campaign.target_date):
            found.append(("wrong-date", f"reminded on {event.as_of} of {event.target_date}"))
        last = self._last.get(event.unit_id)
        if last is not None and moment.day < last + timedelta(days=campaign.remind_every_days):
            found.append(("wrong-date", f"{event.unit_id} was reminded on {last}"))
        people = self._people.get(event.unit_id, [])
        records = [self._record_of(person) for person in people]
        mapped = sum(
            record is not None and record.placement is not None and record.placement.stands_on(moment.day)
            for record in records
        )
        told = (event.people, event.mapped if None not in records else mapped)
        if told != (len(people), mapped) or event.mapped >= event.people:
            found.append(("wrong-facts", f"{mapped} of {len(people)} were mapped, one at least was not"))
        return found

    def follow(self, stored: StoredEvent) -> None:
        """After an event was judged."""
        if isinstance(stored.event, ProfilingReminded):
            self._last[stored.event.unit_id] = stored.event.as_of


def _by_apparatus(moment: Moment) -> dict[str | None, list[str]]:
    agency, found = moment.agency, dict[str | None, list[str]]()
    for person in agency.people.values():
        post = agency.posts.get(person.position_id or "")
        if post is not None and post.kind != "PPK":
            found.setdefault(agency.apparatus_of(post.unit_id), []).append(person.id)
    return found
