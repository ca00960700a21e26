"""A decree to be printed, and what an archive asks of a file."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from io import BytesIO
from typing import Any, cast

import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject, IndirectObject

from decrees.content import DecreeFacts, Letter, Official, Proof, Subject, decree_pages
from decrees.pages import printed
from decrees.qr_code import qr_svg
from decrees.words import CityWords, words_of
from policies.library import HERE

URL = "https://jenjang.example.go.id/sk/mzxw6ytboi2dgnbrgq3tqnzygi"
ACTIVE = ("/JavaScript", "/JS", "/Launch", "/EmbeddedFile", "/RichMedia", "/GoToR", "/SubmitForm", "/URI")


@dataclass(frozen=True)
class Desk:
    city: CityWords
    decree: DecreeFacts

    def pages(self, **changes: Any) -> bytes:
        facts = replace(self.decree, **changes)
        return printed("decree", decree_pages(facts, self.city), self.city.folder)

    def of(self, **changes: Any) -> bytes:
        """The decree of a person of whom something else is said."""
        return self.pages(people=(replace(self.decree.people[0], **changes),))


@pytest.fixture(scope="session")
def desk() -> Desk:
    city = words_of(HERE, "kota-serang")
    person = Subject(
        name="Siti Aminah, S.E., M.Si.",
        nip="198503122010012001",
        grade="Penata Tingkat I, III/d",
        origin="Analis Kebijakan Ahli Muda, Dinas Pendidikan dan Kebudayaan",
        target="Kepala Subbagian Umum dan Kepegawaian, Dinas Kesehatan",
        from_grade="Penata, III/c",
        to_grade="Penata Tingkat I, III/d",
        effective_date=date(2026, 12, 1),
    )
    decree = DecreeFacts(
        kind="mutation",
        variant="within_agency",
        number="800.1.3.3/Kep.12-BKPSDM/2026",
        decree_date=date(2026, 11, 24),
        people=(person,),
        official=Official("appointing_official", "D", "Budi Santoso"),
        proof=Proof(48213, "9f" * 32, URL, qr_svg(URL)),
        letters=(Letter(city.noting.bkn_review, "I-MUT/2026/000123", date(2026, 11, 10)),),
    )
    return Desk(city, decree)


def text_of(pdf: bytes) -> str:
    """The words of a file as they are read, with single spaces."""
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())


def against_pdf_a(pdf: bytes) -> list[str]:
    """What of ISO 19005-2 (level b) a file offends against, as far as this looks: veraPDF is Java and in no
    registry of ours. Typst's exporter holds the rest, such as colours and glyphs that fonts lack.
    """
    found = [] if re.match(rb"%PDF-1\.[0-7]\n%[\x80-\xff]{4}", pdf) else ["6.1.2 header"]
    reader = PdfReader(BytesIO(pdf))
    root = cast("DictionaryObject", reader.trailer["/Root"])
    found += [] if "/ID" in reader.trailer else ["6.1.3 trailer without ID"]
    found += ["6.1.3 encrypted"] if reader.is_encrypted else []
    found += _metadata(root) + _output_intent(root)
    for objects in _everything(reader):
        found += _object(objects)
    return sorted(set(found))


def _metadata(root: DictionaryObject) -> list[str]:
    stream = cast("Any", root["/Metadata"])
    xmp = stream.get_data().decode()
    found = ["6.6.2.1 metadata filtered"] if "/Filter" in stream else []
    if "<pdfaid:part>2</pdfaid:part>" not in xmp or "<pdfaid:conformance>B</pdfaid:conformance>" not in xmp:
        found.append("6.6.4 version identification")
    schemas = xmp.count("<pdfaSchema:namespaceURI>http")
    return found if schemas == xmp.count("pdfaSchema:namespaceURI>") / 2 else [*found, "6.6.2.3 schemas"]


def _output_intent(root: DictionaryObject) -> list[str]:
    intents = [intent.get_object() for intent in cast("Any", root["/OutputIntents"])]
    profiles = [
        intent["/DestOutputProfile"].get_object() for intent in intents if intent["/S"] == "/GTS_PDFA1"
    ]
    icc = len(profiles) == 1 and profiles[0].get_data()[36:40] == b"acsp"
    return [] if icc else ["6.2.3 output intent"]


def _object(thing: DictionaryObject) -> list[str]:
    found = [f"6.5 {name}" for name in ACTIVE if name in thing or thing.get("/S") == name]
    if thing.get("/Type") == "/FontDescriptor" and not {"/FontFile", "/FontFile2", "/FontFile3"} & set(thing):
        found.append("6.2.11.4 font not embedded")
    if thing.get("/Type") == "/Annot":
        flags = int(thing.get("/F", 0))
        shown = any(float(side) for side in cast("Any", thing["/Rect"])) and "/AP" not in thing
        if not flags & 4 or flags & 0b100011 or shown:
            found.append("6.3 annotation")
    if "/F" in thing and thing.get("/Type") not in ("/Annot", "/Sig") and "/Length" in thing:
        found.append("6.1.7 external stream")
    return [*found, "6.1.7 LZW"] if thing.get("/Filter") == "/LZWDecode" else found


def _everything(reader: PdfReader) -> list[DictionaryObject]:
    """Every dictionary of the file, by its number."""
    numbers = range(1, int(cast("Any", reader.trailer["/Size"])))
    things = [IndirectObject(number, 0, reader).get_object() for number in numbers]
    return [thing for thing in things if isinstance(thing, DictionaryObject)]
