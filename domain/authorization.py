"""Who may see whom and what: by offices that the policy names, by kinship with the case, else nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from domain.agency import Agency
from domain.identity import Actor, Capacity
from domain.offices import Offices, split_key
from domain.personnel_action import ActionState
from domain.policy import Policy, Variant

READ_ACTIONS = "actions:read"
READ_PEOPLE = "employees:read"
READ_AUDIT = "audit:read"
FILE_DOCUMENTS = "documents:write"


@dataclass(frozen=True)
class Viewer:
    """A caller and their reach. `units` and `filing_units` are all units of whole apparatuses.

    `offices` are the office keys that a person exercises today; an integration has none, its
    reach is its scopes. A new Viewer has no reach at all.
    """

    actor: Actor
    offices: frozenset[str] = frozenset()
    reads_agency: bool = False
    reads_audit: bool = False
    units: frozenset[str] = frozenset()
    files_for_agency: bool = False
    filing_units: frozenset[str] = frozenset()
    appoints: bool = False

    @property
    def person_id(self) -> str | None:
        return self.actor.id if self.actor.kind == "person" else None

    @property
    def oversees(self) -> bool:
        """Whether the reach of a person goes beyond themself: the agency, or units of it."""
        return self.reads_agency or bool(self.units)


@dataclass(frozen=True)
class Scope:
    """What of a list somebody sees: everything, or what touches `units`, concerns `person_id`, or was
    started by `initiator`.
    """

    all: bool
    units: frozenset[str] = frozenset()
    person_id: str | None = None
    initiator: str | None = None


def viewer_of(actor: Actor, agency: Agency, offices: Offices, policy: Policy, day: date) -> Viewer:
    """The reach of `actor` on `day` under the policy's `readers`, `submitters` and `acting_granted_by`."""
    if actor.kind != "person":
        return Viewer(actor)
    exercised = offices.exercised_by(actor.id, day)
    # A personal delegate signs in somebody's stead and does not read or appoint in their stead.
    keys = {key for key, signature in exercised if signature.capacity is not Capacity.DELEGATE}
    titles = {split_key(key)[0] for key in keys}
    readers = policy.readers
    filers = policy.submitters.get(Variant.WITHIN_AGENCY.value, ())
    return Viewer(
        actor=actor,
        offices=frozenset(key for key, _ in exercised),
        reads_agency=bool(titles & {*readers.get("agency", ()), *readers.get("audit", ())}),
        reads_audit=bool(titles & set(readers.get("audit", ()))),
        units=inside(agency, _units_of(keys, readers.get("unit", ()))),
        files_for_agency=any(unit is None and title in filers for title, unit in map(split_key, keys)),
        filing_units=inside(agency, _units_of(keys, filers)),
        appoints=bool(titles & set(policy.acting_granted_by)),
    )


def may_see_person(viewer: Viewer, person_unit: str | None, person_id: str) -> bool:
    """Whether the file of a person who is in `person_unit` (None: in no unit) is open to the viewer."""
    if viewer.actor.kind == "integration":
        return READ_PEOPLE in viewer.actor.scopes
    return viewer.person_id == person_id or viewer.reads_agency or person_unit in viewer.units


def may_see_action(viewer: Viewer, state: ActionState) -> bool:
    """Whether the case is open to the viewer; owners of its open tasks see it besides."""
    scope = visible_scope(viewer)
    return (
        scope.all
        or (scope.person_id is not None and scope.person_id == state.subject_id)
        or (scope.initiator is not None and (viewer.actor.kind, scope.initiator) == state.initiator)
        or bool({state.origin_unit_id, state.target_unit_id} & scope.units)
    )


def visible_scope(viewer: Viewer) -> Scope:
    """The cases that a list may show to the viewer."""
    if viewer.actor.kind == "integration":
        return Scope(all=READ_ACTIONS in viewer.actor.scopes, initiator=viewer.actor.id)
    if viewer.person_id is None:
        return Scope(all=False)
    return Scope(
        all=viewer.reads_agency,
        units=viewer.units,
        person_id=viewer.person_id,
        initiator=viewer.person_id,
    )


def may_audit(viewer: Viewer) -> bool:
    """Whether the events of everybody and everything are open to the viewer, read-only."""
    if viewer.actor.kind == "integration":
        return READ_AUDIT in viewer.actor.scopes
    return viewer.reads_audit


def may_file_document(viewer: Viewer, person_unit: str | None, person_id: str) -> bool:
    """Whether the viewer may put a document into the person's file: the person, and who may ask for
    that person's transfer. Reading everything, as auditors do, is no right to write.
    """
    if viewer.actor.kind == "integration":
        return FILE_DOCUMENTS in viewer.actor.scopes
    return viewer.person_id == person_id or viewer.files_for_agency or person_unit in viewer.filing_units


def may_give_password(
    giver: str, person_id: str, unit: str | None, agency: Agency, offices: Offices, policy: Policy, day: date
) -> bool | None:
    """Whether `giver` may give the person of `unit` a first password; None where the person is out of their
    reach. No personal delegate does, and nobody to themself.
    """
    rules = policy.first_passwords
    if offices.holds_any(giver, rules.to_everybody, day):
        return giver != person_id
    held = offices.exercised_by(giver, day)
    keys = {key for key, signature in held if signature.capacity is not Capacity.DELEGATE}
    units = _units_of(keys, rules.in_their_unit)
    if not units:
        return False
    if unit not in inside(agency, units):
        return None
    return giver != person_id and not offices.keys_of(person_id, day)


def may_see_all_delegations(viewer: Viewer) -> bool:
    """Whether every delegation is open to the viewer; everybody sees those in which they have a part."""
    return viewer.appoints or may_audit(viewer)


def subtrees(agency: Agency, roots: Iterable[str]) -> frozenset[str]:
    """The units `roots` with everything below them."""
    wanted = set(roots)
    return frozenset(unit for unit in agency.units if not wanted.isdisjoint(agency.lineage(unit)))


def inside(agency: Agency, apparatuses: Iterable[str]) -> frozenset[str]:
    """The units that belong to these regional apparatuses, the apparatuses among them."""
    wanted = set(apparatuses)
    if not wanted:
        return frozenset()
    return frozenset(unit for unit in agency.units if agency.apparatus_of(unit) in wanted)


def _units_of(keys: Iterable[str], titles: Iterable[str]) -> set[str]:
    wanted = set(titles)
    return {unit for title, unit in map(split_key, keys) if title in wanted and unit is not None}
