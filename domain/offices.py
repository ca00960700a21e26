"""Who may exercise an office on a given day, in what capacity, and who is excluded.

An office key is `office` for one of the whole agency and `office@unit` for one of a unit. A task
belongs to an office, never to a person, so a leaver strands nothing: when an office has no holder,
its superior office answers for it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from domain.agency import Agency
from domain.identity import Capacity, Signature
from domain.policy import Policy

INITIATOR = "initiator"
COMMITTEE = "committee"
SUBJECT = "subject"
ASSESSOR = "assessor"
ASSESSOR_SUPERIOR = "assessor_superior"
# Tasks of these are a person's own in the case, whoever else may act beside them.
OF_A_PERSON = (INITIATOR, SUBJECT)


def office_key(office: str, unit_id: str | None) -> str:
    return f"{office}@{unit_id}" if unit_id else office


def split_key(key: str) -> tuple[str, str | None]:
    office, _, unit_id = key.partition("@")
    return office, unit_id or None


@dataclass
class Offices:
    """The offices of one agency under one policy. Follows `agency` as it changes."""

    agency: Agency
    policy: Policy
    _structure_seen: int = -1
    _posts_of: dict[str, list[str]] = field(default_factory=dict)
    _offices_of: dict[str, list[str]] = field(default_factory=dict)
    _superior_of: dict[str, str | None] = field(default_factory=dict)
    _vacant: tuple[int, date | None, frozenset[str]] = (-1, None, frozenset())
    _granted: tuple[int, dict[tuple[str, str | None], list[str]]] = field(default_factory=lambda: (-1, {}))
    _vacant_below: tuple[frozenset[str], dict[str, list[str]]] = (frozenset(), {})
    _exercised: tuple[tuple[int, date | None], dict[str, list[tuple[str, Signature]]]] = field(
        default_factory=lambda: ((-1, None), {})
    )
    _holders: tuple[tuple[int, date | None], dict[str, frozenset[str]]] = field(
        default_factory=lambda: ((-1, None), {})
    )

    def of_same_structure(self, agency: Agency) -> Offices:
        """The offices of `agency`, which has the units and posts of this one and other holders. Which post
        carries which office is not found out again.
        """
        self._follow_structure()
        return Offices(agency, self.policy, agency.structure_revision, self._posts_of, self._offices_of)

    def superior(self, key: str) -> str | None:
        """The office above: of the same unit where that office is a unit's, else of the agency."""
        self._follow_structure()
        known = self._superior_of
        if key not in known:
            known[key] = self._found_superior(key)
        return known[key]

    def _found_superior(self, key: str) -> str | None:
        office, unit_id = split_key(key)
        rule = self.policy.offices.get(office)
        if rule is None or rule.superior is None:
            return None
        if rule.scope == "every_unit" and unit_id in self.agency.units:
            higher = self._next_higher(unit_id)
            if higher is not None:
                return office_key(office, higher)
            if self.agency.units[unit_id].parent_id is None:
                return None
        above = self.policy.offices[rule.superior]
        return office_key(rule.superior, unit_id if above.scope == "unit" else None)

    def _next_higher(self, unit_id: str) -> str | None:
        """The unit above, unless that is the agency itself, whose leader is not everybody's superior."""
        parent = self.agency.units[unit_id].parent_id
        top = parent is None or self.agency.units[parent].parent_id is None
        return None if top else parent

    def posts_of(self, key: str) -> list[str]:
        self._follow_structure()
        return self._posts_of.get(key, [])

    def exercised_by(self, person_id: str, day: date) -> list[tuple[str, Signature]]:
        """Every office key that the person may act for on `day`, each with the signature to use.

        Own posts first, then acting, then delegation, then offices that fall to them from below
        because nobody holds those. An office may appear once for each capacity.
        """
        self._follow_structure()
        # Readers share one object between threads: what is looked up stays in hand, so that another
        # thread that starts a new day or revision cannot take it away in between.
        at, known = self._exercised
        if at != (self.agency.revision, day):
            at, known = self._exercised = (self.agency.revision, day), {}
        found = known.get(person_id)
        if found is None:
            found = known[person_id] = self._reach(person_id, day)
        return found

    def _reach(self, person_id: str, day: date) -> list[tuple[str, Signature]]:
        found = self._held(person_id, day)
        below = self._vacant_by_superior(day)
        reach = [(key, signature) for key, signature in found if signature.capacity is not Capacity.DELEGATE]
        while reach:
            key, signature = reach.pop()
            for lower in below.get(key, ()):
                if all(lower != k for k, _ in found):
                    inherited = signature.model_copy(update={"office": lower})
                    found.append((lower, inherited))
                    reach.append((lower, inherited))
        return found

    def keys_of(self, person_id: str, day: date) -> frozenset[str]:
        return frozenset(key for key, _ in self.exercised_by(person_id, day))

    def titles_of(self, person_id: str, day: date) -> frozenset[str]:
        """Office names without units, of any capacity."""
        return frozenset(split_key(key)[0] for key, _ in self.exercised_by(person_id, day))

    def holds_any(
        self, person_id: str, names: Collection[str], day: date, *, delegates: bool = False
    ) -> bool:
        """Whether the person exercises an office of one of these names, in any unit. A personal delegate
        signs what waits for their principal: what a person does of their own motion needs the office.
        """
        return any(
            split_key(key)[0] in names and (delegates or signature.capacity is not Capacity.DELEGATE)
            for key, signature in self.exercised_by(person_id, day)
        )

    def holders(self, key: str, day: date) -> frozenset[str]:
        """People who hold the office themselves: incumbents, acting holders and grantees."""
        seen, known = self._holders
        if seen != (self.agency.revision, day):
            seen, known = self._holders = ((self.agency.revision, day), {})
        if key not in known:
            known[key] = self._found_holders(key, day)
        return known[key]

    def _found_holders(self, key: str, day: date) -> frozenset[str]:
        people: set[str] = set()
        for position_id in self.posts_of(key):
            incumbent = self.agency.posts[position_id].incumbent_id
            if incumbent is not None:
                people.add(incumbent)
            people.update(acting.delegate_id for acting in self.agency.acting(position_id, day))
        return frozenset(people.union(self._grantees().get(split_key(key), ())))

    def _grantees(self) -> dict[tuple[str, str | None], list[str]]:
        """Who was granted an office, by office and unit."""
        revision, known = self._granted
        if revision != self.agency.revision:
            known = {}
            for person, grants in self.agency.grants.items():
                for grant in grants:
                    known.setdefault(grant, []).append(person)
            self._granted = (self.agency.revision, known)
        return known

    def vacant(self, day: date) -> frozenset[str]:
        """Office keys with no holder of any kind on `day`."""
        self._follow_structure()
        revision, on, empty = self._vacant
        if (revision, on) != (self.agency.revision, day):
            empty = frozenset(key for key in self._all_keys() if not self.holders(key, day))
            self._vacant = (self.agency.revision, day, empty)
        return empty

    def _vacant_by_superior(self, day: date) -> dict[str, list[str]]:
        """Vacant office keys by the office that answers for them."""
        vacant = self.vacant(day)
        of, below = self._vacant_below
        if of is not vacant:
            below = {}
            for key in sorted(vacant):
                superior = self.superior(key)
                if superior is not None:
                    below.setdefault(superior, []).append(key)
            self._vacant_below = (vacant, below)
        return below

    def _held(self, person_id: str, day: date) -> list[tuple[str, Signature]]:
        found: list[tuple[str, Signature]] = []
        person = self.agency.people.get(person_id)
        if person is not None and person.position_id is not None:
            found += self._through(person.position_id, Capacity.DEFINITIVE)
        for delegation in self.agency.delegations.values():
            if delegation.delegate_id != person_id or not delegation.runs_on(day):
                continue
            behalf = delegation.principal_id if delegation.capacity is Capacity.DELEGATE else None
            if behalf is not None:
                principal = self.agency.people.get(behalf)
                if principal is None or principal.position_id != delegation.position_id:
                    continue
            found += self._through(delegation.position_id, delegation.capacity, delegation.id, behalf)
        for office, unit_id in sorted(self.agency.grants.get(person_id, ()), key=str):
            key = office_key(office, unit_id)
            found.append((key, Signature(office=key, capacity=Capacity.DEFINITIVE)))
        return found

    def _through(
        self,
        position_id: str,
        capacity: Capacity,
        delegation_id: str | None = None,
        behalf: str | None = None,
    ) -> list[tuple[str, Signature]]:
        return [
            (
                key,
                Signature(
                    office=key,
                    capacity=capacity,
                    post_id=position_id,
                    delegation_id=delegation_id,
                    on_behalf_of=behalf,
                ),
            )
            for key in self._offices_of.get(position_id, ())
        ]

    def _all_keys(self) -> list[str]:
        keys: list[str] = []
        units = self.agency.apparatuses()
        for office, rule in self.policy.offices.items():
            if rule.scope == "every_unit":
                keys += [office_key(office, unit) for unit in self.agency.units]
            elif rule.posts:
                keys += [office] if rule.scope == "agency" else [office_key(office, unit) for unit in units]
        return keys

    def _follow_structure(self) -> None:
        revision = self.agency.structure_revision
        if self._structure_seen == revision:
            return
        posts_of: dict[str, list[str]] = {}
        offices_of: dict[str, list[str]] = {}
        heads = {self.agency.head_of(unit) for unit in self.agency.apparatuses()}
        apparatus = {unit: self.agency.apparatus_of(unit) for unit in self.agency.units}
        for post in self.agency.posts.values():
            unit_id = apparatus.get(post.unit_id)
            unit_name = self.agency.units[unit_id].name if unit_id else ""
            for office, rule in self.policy.offices.items():
                if any(
                    selector.matches(
                        kind=post.kind, name=post.name, opd_name=unit_name, heads_unit=post.id in heads
                    )
                    for selector in rule.posts
                ):
                    key = office if rule.scope == "agency" else office_key(office, unit_id)
                    posts_of.setdefault(key, []).append(post.id)
                    offices_of.setdefault(post.id, []).append(key)
        for office, rule in self.policy.offices.items():
            for unit_id in self.agency.units if rule.scope == "every_unit" else ():
                leader = self.agency.head_of(unit_id)
                if leader is not None:
                    posts_of[office_key(office, unit_id)] = [leader]
                    offices_of.setdefault(leader, []).append(office_key(office, unit_id))
        self._posts_of, self._offices_of, self._superior_of = posts_of, offices_of, {}
        self._structure_seen = revision
