"""`jenjang policy check`: one policy file against the schema, itself and the agency as it stands."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from domain.agency import Agency
from domain.policy import Policy
from domain.policy_check import PolicyFinding, check_policy
from installation import Installation
from ledger.migrate import is_current
from settings import Settings


def check_file(settings: Settings, file: Path) -> tuple[dict[str, Any] | None, tuple[PolicyFinding, ...]]:
    """`({"id", "hash"} or None where the file is no policy, findings)`. Reads only; without a ledger in
    the data folder only the file itself is judged, and a warning says so. Raises OSError.
    """
    try:
        policy = Policy.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    except ValidationError as error:
        return None, tuple(
            _finding("schema", "error", ".".join(map(str, part["loc"])), part["msg"])
            for part in error.errors(include_input=False, include_url=False)
        )
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        return None, (_finding("schema", "error", "", " ".join(str(error).split())),)
    agency, today = _agency(settings)
    day = max(policy.effective_from, today) if today else policy.effective_from
    found = check_policy(policy, agency, day)
    if agency is None:
        detail = "there is no ledger in the data folder: whether every step has a lawful owner was not asked"
        found = (*found, _finding("agency-unknown", "warning", "", detail))
    return {"id": policy.id, "hash": policy.hash}, found


def _agency(settings: Settings) -> tuple[Agency | None, date | None]:
    if (
        settings.database.get_backend_name() == "sqlite"
        and not Path(settings.database.database or "").exists()
    ):
        return None, None
    installation = Installation(settings)
    try:
        if not is_current(installation.reader.engine):
            return None, None
        with installation.reader.engine.connect() as connection:
            view = installation.reader.directory.current(connection)
            return view.agency, view.calendar.today(installation.clock())
    finally:
        installation.close()


def _finding(code: str, severity: Any, where: str, detail: str) -> PolicyFinding:
    return PolicyFinding(code=code, severity=severity, where=where, detail=detail)
