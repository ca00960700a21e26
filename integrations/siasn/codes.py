"""What SIASN calls this agency, its units and its posts: a YAML file that the agency keeps.

    agency: {instansi: …, satuan_kerja: …}
    units: {our unit id: their unorId}
    positions: {our position id: {jabatan: …, sub_jabatan: …}}

Structural posts need no entry: SIASN knows them by their unit. `jabatan` is the id of the functional or
general post, told by the post's kind.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

Code = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class AgencyCodes(_Part):
    instansi: Code
    satuan_kerja: Code


class PositionCodes(_Part):
    jabatan: Code
    sub_jabatan: str = ""


class Codes(_Part):
    """The whole file."""

    agency: AgencyCodes
    units: dict[str, Code] = Field(default_factory=dict)
    positions: dict[str, PositionCodes] = Field(default_factory=dict)


def read_codes(file: Path) -> Codes:
    """The codes in `file`. Raises OSError, ValueError that says what is wrong."""
    try:
        return Codes.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ValueError(f"{file.name} is no YAML: {type(error).__name__}") from None
    except ValidationError as error:
        places = ", ".join(".".join(map(str, item["loc"])) for item in error.errors())
        raise ValueError(f"{file.name}: {places}") from None
