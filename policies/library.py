"""Reading policy files and the public holidays; the ledger adopts what is read here."""

from __future__ import annotations

import hashlib
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import holidays
import yaml

from domain.policy import Policy

HERE = Path(__file__).parent
FIRST_YEAR, LAST_YEAR = 2020, 2040


class PolicyUnreadable(Exception):
    """A policy file is missing or wrong; the sentence names file and place."""


def policy_documents(agency: str, folder: Path = HERE) -> list[dict[str, Any]]:
    """The policies of one agency, each validated, oldest first. Raises PolicyUnreadable."""
    files = sorted((folder / agency).glob("*.yaml"))
    if not files:
        raise PolicyUnreadable(f"there is no policy for {agency} in {folder}")
    found = []
    for file in files:
        try:
            policy = Policy.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
        except (yaml.YAMLError, ValueError) as error:
            raise PolicyUnreadable(f"{file}: {error}") from error
        found.append(policy)
    found.sort(key=lambda policy: policy.effective_from)
    return [policy.model_dump(mode="json") for policy in found]


def working_calendar() -> tuple[str, tuple[date, ...]]:
    """Indonesia's public holidays and collective leave, with the version of their source.

    Islamic, Hindu and Buddhist dates of years whose decree (SKB 3 Menteri) is not out yet are
    estimates of the `holidays` library; a new release of it gives a new version.
    """
    years = range(FIRST_YEAR, LAST_YEAR + 1)
    found = holidays.country_holidays("ID", years=years, categories=("public", "government"))
    days = tuple(sorted(found))
    digest = hashlib.sha256(",".join(day.isoformat() for day in days).encode()).hexdigest()[:12]
    return f"holidays-{version('holidays')}-{digest}", days
