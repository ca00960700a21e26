"""A city's words for its decrees and statements: data beside its policy, each with its citation."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

FOLDER = "decrees"
Fact = Literal[
    "name",
    "nip",
    "grade",
    "from_grade",
    "to_grade",
    "origin",
    "target",
    "effective_date",
    "decree",
]
Signer = Literal["official", "sworn", "witness", "leader", "mayor"]


class WordsUnreadable(Exception):
    """A city's words are missing or wrong; the sentence names file and place."""


class _Words(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    citation: str = ""
    doubt: str = ""


class Paper(_Words):
    width_mm: int
    height_mm: int
    size_pt: int
    fonts: tuple[str, ...]


class Common(_Words):
    """What every decree says."""

    heading: str
    number: str
    about: str
    issuer: str
    considering: str
    recalling: str
    noting: str
    deciding: str
    ordering_label: str
    ordering: str
    orders: tuple[str, ...]
    place_label: str
    date_label: str
    copies: str
    signed_note: str
    attachment: str
    scan: str
    check: str
    proof: str
    on_behalf: str


class Signatory(_Words):
    title: tuple[str, ...]
    with_rank: bool


class Order(_Words):
    """One ordering clause (diktum), with facts about the person below it."""

    text: str
    facts: tuple[Fact, ...] = ()


class DecreeWords(_Words):
    """One kind of decree. `applies_to` are `kind` or `kind.variant`; the longer one goes first."""

    applies_to: tuple[str, ...]
    document_type: str
    about: str
    considering: tuple[str, ...] = Field(min_length=1)
    recalling: tuple[str, ...] = Field(min_length=1)
    orders: tuple[Order, ...] = Field(min_length=1)
    copies: tuple[str, ...] = ()


class Part(_Words):
    """A paragraph, facts about people, or words that are quoted."""

    text: str = ""
    facts: tuple[Fact, ...] = ()
    quote: tuple[str, ...] = ()


class StatementWords(_Words):
    heading: str
    parts: tuple[Part, ...]
    signatures: tuple[Signer, ...]
    copies: tuple[str, ...] = ()


class Noting(_Words):
    bkn_review: str
    pertek: str


class CityWords(_Words):
    """Everything that the documents of one city say. `sha256` is that of words and templates together."""

    id: str
    city: str
    agency_name: str
    paper: Paper
    letterhead: tuple[str, ...]
    letterhead_of_agency: tuple[str, ...]
    words: Common
    signatories: dict[str, Signatory]
    capacities: dict[str, str]
    legal_basis: dict[str, str]
    clauses: dict[str, str]
    copies: tuple[str, ...]
    decrees: dict[str, DecreeWords]
    noting: Noting
    facts: dict[str, str]
    statements: dict[str, StatementWords]
    folder: Path = Field(exclude=True)
    sha256: str

    def decree_for(self, kind: str, variant: str | None = None) -> DecreeWords:
        """The words for a kind of decree. Raises WordsUnreadable where the city has none."""
        for wanted in (f"{kind}.{variant}", kind):
            for words in self.decrees.values():
                if wanted in words.applies_to:
                    return words
        raise WordsUnreadable(f"{self.id} has no words for {kind}.{variant}")


@lru_cache(maxsize=8)
def words_of(policies: Path, agency: str) -> CityWords:
    """The words of one agency, below the folder of policies. Raises WordsUnreadable."""
    folder = policies / agency / FOLDER
    file = folder / "texts.yaml"
    try:
        read: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
        return CityWords(**read, folder=folder, sha256=_hash_of(folder))
    except (OSError, yaml.YAMLError, ValueError, TypeError) as error:
        raise WordsUnreadable(f"{file}: {error}") from error


def _hash_of(folder: Path) -> str:
    """Over names and bytes of everything in the folder: which words and pages a decree was made with."""
    seen = hashlib.sha256()
    for file in sorted(folder.iterdir()):
        seen.update(f"{file.name}\0{hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    return seen.hexdigest()
