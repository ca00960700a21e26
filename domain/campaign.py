"""The campaign's reminders: each unit that is not done, at the policy's intervals, until it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from domain.agency import Agency, Person
from domain.directory import operator_only
from domain.event import NewEvent
from domain.facts import Facts
from domain.offices import office_key
from domain.policy import Policy
from domain.profiling_commands import RemindProfiling
from domain.profiling_events import ProfilingReminded


def stream_of(unit_id: str) -> str:
    return f"profiling/{unit_id}"


def remind(facts: Facts, command: RemindProfiling) -> list[NewEvent]:
    """A reminder for each regional apparatus in which somebody is in no box; none where everybody is, and
    none before the interval since the last one is over. Past the target date it goes on.
    """
    operator_only(command.actor, facts)
    policy = facts.policy_in_force(facts.today)
    placements = facts.talent.placements()
    mapped = {person for person, placed in placements.items() if placed.stands_on(facts.today)}
    found = []
    for unit_id, people in sorted(people_by_apparatus(facts.agency).items()):
        done = sum(person in mapped for person in people)
        if done == len(people) or not is_due(unit_id, facts.registry.reminded_on, facts.today, policy):
            continue
        event = ProfilingReminded(
            unit_id=unit_id,
            office=reminded_office(unit_id, policy),
            as_of=facts.today,
            target_date=policy.talent.campaign.target_date,
            people=len(people),
            mapped=done,
        )
        found.append(NewEvent(stream_of(unit_id), event))
    return found


def is_due(unit_id: str, reminded_on: Mapping[str, date], day: date, policy: Policy) -> bool:
    """Whether the interval since the unit's last reminder is over."""
    last = reminded_on.get(unit_id)
    return last is None or day >= last + timedelta(days=policy.talent.campaign.remind_every_days)


def reminded_office(unit_id: str, policy: Policy) -> str:
    """The office key that is reminded of a unit."""
    office = policy.talent.campaign.reminds
    return office_key(office, unit_id if policy.offices[office].scope == "unit" else None)


def people_by_apparatus(agency: Agency) -> dict[str, list[str]]:
    """Those whom the campaign counts, by regional apparatus: civil servants with a post."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for person in counted(agency, agency.people.values()):
        apparatus = agency.apparatus_of(agency.unit_of(person.position_id))
        if apparatus is not None:
            found[apparatus].append(person.id)
    return dict(found)


def counted(agency: Agency, people: Iterable[Person]) -> Iterable[Person]:
    """Elected officials are no civil servants, and a candidate from elsewhere is not ours yet."""
    for person in people:
        post = agency.posts.get(person.position_id or "")
        if post is not None and post.kind != "PPK":
            yield person
