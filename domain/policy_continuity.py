"""What a new policy owes to those before it, and how it differs from them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict

from domain.policy import Policy

VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class Difference(BaseModel):
    """One place at which two policies differ; None where one of them has nothing there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    where: str
    before: Any
    after: Any


def breaches(policy: Policy, earlier: Sequence[Policy]) -> Iterator[tuple[str, str, str]]:
    """`(code, where, detail)` of what would leave cases of `earlier` policies without owners: they go on
    under their own text, while offices are those of the day.
    """
    agency, _, version = policy.id.partition("/")
    if agency != policy.agency or not VERSION.fullmatch(version):
        yield "id-malformed", "id", f"{policy.id} is not {policy.agency}/ and a version"
    for before in earlier:
        if before.agency != policy.agency:
            yield "agency-differs", "agency", f"{policy.agency} is not {before.agency}"
            return
    wanted: dict[str, str] = {}
    for before in earlier:
        named = {step.office for step in before.steps.values()} | {*before.committee.members}
        named |= before.rank_promotion.hands.offices
        wanted |= {name: before.offices[name].scope for name in named if name in before.offices}
    for name, scope in sorted(wanted.items()):
        if name not in policy.offices:
            yield "office-dropped", f"offices.{name}", "cases of an earlier policy have tasks of this office"
        elif policy.offices[name].scope != scope:
            yield "office-dropped", f"offices.{name}.scope", f"cases of an earlier policy know it as {scope}"


def differences(before: Policy, after: Policy) -> tuple[Difference, ...]:
    """Every place at which two policies differ, in the order of their names."""
    return tuple(_differ(before.model_dump(mode="json"), after.model_dump(mode="json"), ""))


def _differ(before: Any, after: Any, where: str) -> Iterator[Difference]:
    if before == after:
        return
    old, new = _by_name(before), _by_name(after)
    if old is None or new is None:
        yield Difference(where=where, before=before, after=after)
        return
    for name in sorted({*old, *new}):
        yield from _differ(old.get(name), new.get(name), f"{where}.{name}" if where else name)


def _by_name(value: Any) -> dict[str, Any] | None:
    """The parts of a value by what they are called; None for one that is compared whole."""
    if isinstance(value, dict):
        return {str(key): inner for key, inner in value.items()}
    if isinstance(value, list) and value and all(isinstance(inner, dict) for inner in value):
        named = {_name_of(inner, index): inner for index, inner in enumerate(value)}
        return named if len(named) == len(value) else None
    return None


def _name_of(part: dict[str, Any], index: int) -> str:
    if "variant" in part:
        return f"[{part['kind']}/{part['variant']}]"
    return f"[{part['first']}]" if "first" in part else f"[{index}]"
