"""What stands in a decree or a statement: facts of a case in a city's words, as plain values for its pages.

Everything here is text that is shown as it is. Nothing of it is read as code, a link or a path.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from decrees.indonesian import date_in_words, day_name, long_date
from decrees.words import CityWords, DecreeWords, Fact, StatementWords

UNKNOWN = "-"


@dataclass(frozen=True)
class Subject:
    """Whom a document is about, as it names them; grades as `Penata Tingkat I, III/d`."""

    name: str
    nip: str
    grade: str = UNKNOWN
    origin: str = UNKNOWN
    target: str = UNKNOWN
    from_grade: str = UNKNOWN
    to_grade: str = UNKNOWN
    effective_date: date | None = None
    decree: str = UNKNOWN


@dataclass(frozen=True)
class Official:
    """Who decided, in which office and capacity; `acting_title` is a delegate's own post."""

    office: str
    capacity: str
    name: str
    nip: str = ""
    grade: str = ""
    acting_title: str = ""


@dataclass(frozen=True)
class Letter:
    """A letter that the decree takes note of."""

    words: str
    number: str
    day: date


@dataclass(frozen=True)
class Proof:
    """Where the ledger has what is documented, and where the public can ask. `qr` is SVG."""

    position: int
    leaf_hash: str
    url: str | None = None
    qr: str | None = None


@dataclass(frozen=True)
class DecreeFacts:
    kind: str
    variant: str | None
    number: str
    decree_date: date
    people: tuple[Subject, ...]
    official: Official
    proof: Proof
    letters: tuple[Letter, ...] = ()


@dataclass(frozen=True)
class StatementFacts:
    """A statement about people, on a day; `values` fill its sentences."""

    name: str
    number: str
    day: date
    people: tuple[Subject, ...]
    proof: Proof
    values: dict[str, str] = field(default_factory=dict)
    signers: dict[str, str] = field(default_factory=dict)


def decree_pages(facts: DecreeFacts, city: CityWords) -> dict[str, Any]:
    """The decree for `decree.typ`. One person stands in the first clause, several in an attachment."""
    words, common = city.decree_for(facts.kind, facts.variant), city.words
    about = words.about
    filling = {"about": about, "number": facts.number, "agency_name": city.agency_name} | _of_person(
        facts.people[0]
    )
    many = len(facts.people) > 1
    return _shared(city, f"{common.heading.title()} {facts.number}", facts.decree_date, facts.proof) | {
        "letterhead": list(city.letterhead),
        "heading": common.heading,
        "number": plain(_fill(common.number, filling)),
        "about_word": common.about,
        "about": about.upper(),
        "issuer": common.issuer,
        "considering": _listed(common.considering, words.considering, filling),
        "recalling": _listed(common.recalling, words.recalling, filling),
        "noting": {"label": common.noting, "texts": [_noted(letter) for letter in facts.letters]},
        "deciding": common.deciding,
        "ordering_label": common.ordering_label,
        "ordering": _fill(common.ordering, {"about": about.upper()}),
        "orders": _orders(words, city, facts, filling, many=many),
        "signature": _signature(facts, city),
        "copies": {"label": common.copies, "lines": list(words.copies)},
        "attachment": _attachment(facts, city, words) if many else None,
    }  # fmt: skip


def statement_pages(facts: StatementFacts, city: CityWords) -> dict[str, Any]:
    """The statement for `statement.typ`, to be signed by hand."""
    words = city.statements[facts.name]
    filling = _of_person(facts.people[0]) | facts.values
    filling |= {
        "day_name": day_name(facts.day),
        "date": long_date(facts.day),
        "date_in_words": date_in_words(facts.day),
    }
    many = len(facts.people) > 1
    parts = [
        {
            "text": plain(_fill(part.text, filling)),
            "facts": [] if many else _facts(part.facts, facts.people[0], city),
            "quote": list(part.quote),
        }
        for part in words.parts
    ]
    return _shared(city, words.heading.title(), facts.day, facts.proof) | {
        "letterhead": list(city.letterhead_of_agency),
        "heading": words.heading,
        "number": plain(_fill(city.words.number, {"number": facts.number})),
        "parts": parts,
        "signatures": [_by_hand(signer, facts, city) for signer in words.signatures],
        "copies": {"label": city.words.copies, "lines": list(words.copies)},
        "attachment": _people_of(facts, city, words) if many else None,
    }


def plain(text: str) -> str:
    """Text without what no document shows: control characters, marks that turn its direction round."""
    kept = (each if unicodedata.category(each)[0] != "C" else " " for each in text)
    return unicodedata.normalize("NFC", " ".join("".join(kept).split()))


def spaced(nip: str) -> str:
    """A NIP as documents write it: date of birth, month of appointment, sex, serial."""
    whole = len(nip) == 18 and nip.isdigit()
    return f"{nip[:8]} {nip[8:14]} {nip[14]} {nip[15:]}" if whole else nip or UNKNOWN


def _shared(city: CityWords, title: str, day: date, proof: Proof) -> dict[str, Any]:
    common = city.words
    stands = _fill(common.proof, {"position": str(proof.position), "leaf_hash": proof.leaf_hash})
    sentences = [common.scan, _fill(common.check, {"url": proof.url})] if proof.url else []
    return {
        "paper": city.paper.model_dump(mode="json"),
        "metadata": {
            "title": plain(title),
            "author": city.agency_name,
            "keywords": [f"jenjang-position={proof.position}", f"jenjang-leaf={proof.leaf_hash}"],
            "year": day.year,
            "month": day.month,
            "day": day.day,
        },
        "proof": {"qr": proof.qr, "alt": proof.url or "", "sentences": [*sentences, stands]},
    }


def _of_person(person: Subject) -> dict[str, str]:
    values = {name: str(getattr(person, name)) for name in ("name", "nip", "grade", "origin", "target")}
    day = long_date(person.effective_date) if person.effective_date else UNKNOWN
    return values | {"effective_date": day}


def _fill(words: str, values: dict[str, Any]) -> str:
    """A city's sentence with values in its places. Values are not read again: braces in them stay braces."""
    return words.format_map({key: str(value) for key, value in values.items()})


def _listed(label: str, texts: tuple[str, ...], values: dict[str, Any]) -> dict[str, Any]:
    return {"label": label, "texts": [plain(_fill(text, values)) for text in texts]}


def _noted(letter: Letter) -> str:
    return plain(_fill(letter.words, {"letter": letter.number, "letter_date": long_date(letter.day)}))


def _facts(names: tuple[Fact, ...], person: Subject, city: CityWords) -> list[dict[str, str]]:
    return [{"label": city.facts[name], "value": plain(_fact(name, person))} for name in names]


def _fact(name: Fact, person: Subject) -> str:
    if name == "effective_date":
        return long_date(person.effective_date) if person.effective_date else UNKNOWN
    if name == "nip":
        return spaced(person.nip)
    return str(getattr(person, name)) or UNKNOWN


def _orders(
    words: DecreeWords, city: CityWords, facts: DecreeFacts, filling: dict[str, Any], *, many: bool
) -> list[dict[str, Any]]:
    return [
        {
            "label": label,
            "text": plain(_fill(order.text, filling)),
            "facts": [] if many else _facts(order.facts, facts.people[0], city),
        }
        for label, order in zip(city.words.orders, words.orders, strict=False)
    ]


def _signature(facts: DecreeFacts, city: CityWords) -> dict[str, Any]:
    official, common = facts.official, city.words
    signatory = city.signatories.get(official.office)
    title = list(signatory.title) if signatory else [official.office.upper()]
    title[0] = city.capacities.get(official.capacity, "") + title[0]
    if official.acting_title:
        title.append(f"{official.acting_title.upper()},")
    below = [official.grade, f"NIP {spaced(official.nip)}"] if official.nip else []
    ranked = bool(official.acting_title) or (signatory is not None and signatory.with_rank)
    return {
        "place": [
            {"label": common.place_label, "value": city.city},
            {"label": common.date_label, "value": long_date(facts.decree_date)},
        ],
        "title": [plain(line) for line in title],
        "note": common.signed_note,
        "name": plain(official.name).upper(),
        "under": [plain(line) for line in below if line] if ranked else [],
    }


def _attachment(facts: DecreeFacts, city: CityWords, words: DecreeWords) -> dict[str, Any]:
    common = city.words
    names = next(order.facts for order in words.orders if order.facts)
    return {
        "heading": [
            common.attachment,
            common.heading,
            plain(_fill(common.number, {"number": facts.number})),
            f"TANGGAL : {long_date(facts.decree_date)}",
        ],
        "title": words.about.upper(),
        **_table(names, facts.people, city),
    }


def _people_of(facts: StatementFacts, city: CityWords, words: StatementWords) -> dict[str, Any]:
    names = next(part.facts for part in words.parts if part.facts)
    number = plain(_fill(city.words.number, {"number": facts.number}))
    return {
        "heading": [city.words.attachment, words.heading, number, f"TANGGAL : {long_date(facts.day)}"],
        "title": words.heading,
        **_table(names, facts.people, city),
    }


def _table(names: tuple[Fact, ...], people: tuple[Subject, ...], city: CityWords) -> dict[str, Any]:
    rows = [
        [str(number), *(plain(_fact(name, person)) for name in names)]
        for number, person in enumerate(people, 1)
    ]
    return {"columns": ["No.", *(city.facts[name] for name in names)], "rows": rows}


def _by_hand(signer: str, facts: StatementFacts, city: CityWords) -> dict[str, Any]:
    labels = {
        "official": "Pejabat yang melantik,",
        "sworn": "Yang dilantik,",
        "witness": "Saksi,",
        "leader": "Yang membuat pernyataan,",
        "mayor": city.words.issuer,
    }
    name = facts.signers.get(signer, "")
    place = [{"label": f"{city.city}, {long_date(facts.day)}", "value": ""}] if signer == "leader" else []
    return {
        "place": place,
        "title": [labels[signer]],
        "note": "",
        "name": plain(name) if name else "." * 40,
        "under": [],
    }
