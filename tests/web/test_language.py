"""Both languages are complete."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po

import web
from domain.forms import FORMS
from domain.personnel_action import Status
from domain.policy import Severity, Variant
from web.labels import catalogue as labels
from web.language import words

ROOM = Path(web.__file__).parent
TABLES = [value for name, value in vars(labels).items() if name.isupper() and isinstance(value, dict)]


def source_texts() -> Iterator[str]:
    for path in sorted(ROOM.rglob("*")):
        method = {".html": "jinja2.ext:babel_extract", ".py": "python"}.get(path.suffix)
        if method:
            with path.open("rb") as file:
                keywords: dict[str, None] = {"_": None, "gettext": None}
                for _, message, _, _ in extract(method, file, keywords=keywords):
                    yield str(message)
    for table in TABLES:
        yield from table.values()


def test_every_text_has_an_english_one() -> None:
    with (ROOM / "locale" / "en" / "web.po").open("rb") as file:
        catalogue = {str(message.id): str(message.string) for message in read_po(file) if message.id}
    wanted = set(source_texts())
    assert len(wanted) > 200
    assert {text for text in wanted if not catalogue.get(text)} == set()
    assert catalogue.keys() - wanted == set(), "texts that nobody shows any more"


def test_a_language_without_a_catalogue_shows_the_source() -> None:
    assert words("id").gettext("Kotak tugas") == "Kotak tugas"
    assert words("en").gettext("Kotak tugas") == "Inbox"


def test_every_field_of_every_form_has_words() -> None:
    names: set[str] = set()
    for form in FORMS.values():
        schema = form.model_json_schema()
        for part in (schema, *schema.get("$defs", {}).values()):
            names |= part.get("properties", {}).keys()
    assert names - labels.FIELD.keys() == set()


@pytest.mark.parametrize(
    ("table", "codes"),
    [(labels.STATUS, Status), (labels.VARIANT, Variant), (labels.SEVERITY, Severity)],
)
def test_every_code_has_words(table: dict[str, str], codes: type[Status | Variant]) -> None:
    assert {code.value for code in codes} - table.keys() == set()


def test_moments_are_told_in_local_time() -> None:
    assert words("id").moment("2026-11-24T17:30:00.000000Z") == "25 Nov 2026 00.30 WIB"
    assert words("en").moment("2026-11-24T17:30:00.000000Z") == "25 Nov 2026 00:30 WIB"
    assert words("id").day("2026-08-17") == "17 Agustus 2026"
    assert words("id").due("2026-11-26T17:00:00.000000Z") == "Kam 26 Nov 2026"
