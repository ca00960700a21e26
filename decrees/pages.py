"""Pages in PDF/A-2b by Typst: the same document and templates give the same bytes.

What is shown goes in as JSON, never as source; templates read nothing outside their folder, no network
and no fonts of the machine.
"""

from __future__ import annotations

import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import typst

# ISO 19005-2, level b: signatures are allowed in it and every reader and archive knows it.
STANDARD: Literal["a-2b"] = "a-2b"
Template = Literal["decree", "statement"]


class CannotPrint(Exception):
    """The document cannot be set as it is, such as a name in letters that no font of ours has."""


def printed(template: Template, document: dict[str, Any], folder: Path) -> bytes:
    """The document as PDF/A-2b. Raises CannotPrint."""
    made = document["metadata"]
    day = datetime(made["year"], made["month"], made["day"], tzinfo=UTC)
    try:
        # An empty folder for packages: nothing is taken from the machine or fetched from anywhere.
        with tempfile.TemporaryDirectory() as nothing:
            found = typst.compile(
                str(folder / f"{template}.typ"),
                root=str(folder),
                font_paths=[],
                ignore_system_fonts=True,
                format="pdf",
                sys_inputs={"document": json.dumps(document, ensure_ascii=False, sort_keys=True)},
                pdf_standards=[STANDARD],
                timestamp=day,
                package_path=nothing,
                package_cache_path=nothing,
            )
    except typst.TypstError as error:
        # Its message quotes what could not be set, which may be a name.
        unknown = "could not be displayed" in str(error.message)
        raise CannotPrint("a letter that no font has" if unknown else "the template is wrong") from None
    return found
