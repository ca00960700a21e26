"""A small agency in a real ledger, and the words in which tests ask it to act."""

from __future__ import annotations

from dataclasses import dataclass

from demo.play import INTEGRATION, Play, a_person, new_id, register
from installation import Installation
from roster.generator import Agency as SyntheticAgency

__all__ = ["INTEGRATION", "World", "a_person", "new_id", "seed"]


@dataclass
class World(Play):
    """The agency under test; `synthetic` are the rows it was made from."""

    synthetic: SyntheticAgency


def seed(installation: Installation, synthetic: SyntheticAgency) -> World:
    """Register the synthetic agency through the same commands that an import uses."""
    return World(installation, register(installation, synthetic), synthetic)
