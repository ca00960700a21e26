"""`jenjang policy check`: one policy file against the schema, itself and the agency as it stands."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import yaml

from domain.agency import Agency
from domain.policy import Policy
from domain.policy_check import PolicyFinding, check_policy, read_policy
from installation import Installation
from ledger.migrate import is_current
from settings import Settings


def check_file(settings: Settings, file: Path) -> tuple[dict[str, Any] | None, tuple[PolicyFinding, ...]]:
    """`({"id", "hash"} or None where the file is no policy, findings)`. Reads only; without a ledger in
    the data folder only the file itself is judged, and a warning says so. Raises OSError.
    """
    try:
        policy, faults = read_policy(yaml.safe_load(file.read_text(encoding="utf-8")))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        return None, (_finding("schema", "error", "", " ".join(str(error).split())),)
    if policy is None:
        return None, faults
    agency, today, adopted = _agency(settings)
    day = max(policy.effective_from, today) if today else policy.effective_from
    earlier = tuple(known for known in adopted if known.id != policy.id)
    found = check_policy(policy, agency, day, earlier)
    if agency is None:
        detail = "there is no ledger in the data folder: whether every step has a lawful owner was not asked"
        found = (*found, _finding("agency-unknown", "warning", "", detail))
    return {"id": policy.id, "hash": policy.hash}, found


def _agency(settings: Settings) -> tuple[Agency | None, date | None, tuple[Policy, ...]]:
    if (
        settings.database.get_backend_name() == "sqlite"
        and not Path(settings.database.database or "").exists()
    ):
        return None, None, ()
    installation = Installation(settings)
    try:
        if not is_current(installation.reader.engine):
            return None, None, ()
        with installation.reader.engine.connect() as connection:
            view = installation.reader.directory.current(connection)
            today = view.calendar.today(installation.clock())
            return view.agency, today, tuple(view.policies.values())
    finally:
        installation.close()


def _finding(code: str, severity: Any, where: str, detail: str) -> PolicyFinding:
    return PolicyFinding(code=code, severity=severity, where=where, detail=detail)
