"""`jenjang siasn …`: BKN's indicators of data quality over what SIASN holds of the agency's people."""

from __future__ import annotations

import argparse
import csv
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # the command line is put together without them
    from installation import Installation
    from integrations.siasn.connector import Connector
    from integrations.siasn.quality import Held, Report
    from settings import Settings


def add_verbs(parser: argparse.ArgumentParser, common: Callable[[argparse.ArgumentParser], None]) -> None:
    """Add the verbs to the command's parser."""
    verbs: Any = parser.add_subparsers(dest="verb", required=True, metavar="quality")
    quality = verbs.add_parser("quality", help="the 27 indicators of data quality, read from SIASN now")
    quality.add_argument("--out", type=Path, metavar="FILE", help="NIP and indicator of each fault, as CSV")
    quality.add_argument("--purpose", metavar="TEXT", help="recorded with the list of --out")
    quality.add_argument("--pause", type=float, default=0.2, metavar="S", help="seconds between two people")
    common(quality)


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Read, judge and print; 0 when it was done. Raises ValueError without a connector, SiasnFault."""
    from installation import Installation
    from operations.siasn import connector_of

    connector = connector_of(settings)
    if connector is None:
        raise ValueError("no SIASN is set: JENJANG_SIASN_MODE and what docs/operations.md lists with it")
    installation = Installation(settings)
    try:
        with connector, installation.reader.engine.connect() as connection:
            from projections import employees

            nips = sorted(row["nip"] for row in employees.everybody(connection) if row["nip"])
            today = installation.reader.directory.current(connection).calendar.today(installation.clock())
            report = quality_of(connector, nips, today, options.pause)
        if options.out is not None:
            _write(installation, options.out, report, options.purpose)
    finally:
        installation.close()
    print(json.dumps(report.as_json()) if options.json else report.as_text())
    return 0


def quality_of(connector: Connector, nips: list[str], today: date, pause: float) -> Report:
    """The report over these people; who is not in SIASN is left out. Raises SiasnFault."""
    from integrations.siasn.quality import judge

    units = {str(row.get("Id")) for row in connector.reader.units()}
    return judge(_held(connector, nips, pause), units, today)


def _held(connector: Connector, nips: list[str], pause: float) -> Iterator[Held]:
    from integrations.siasn import dates
    from integrations.siasn.quality import Held, catalogue
    from integrations.siasn.reading import value

    for nip in nips:
        row = connector.reader.person(nip)
        if row is None:
            continue
        ratings = connector.reader.history("skp22", nip)
        years = {int(str(value(one, "tahun"))) for one in ratings if str(value(one, "tahun")).isdigit()}
        ends: list[date] = []
        if str(value(row, "kedudukanPnsId")) in catalogue().terms.unpaid_leave:
            leaves = connector.reader.history("cltn", nip)
            ends = [day for one in leaves if (day := dates.read(value(one, "tanggalAkhir", "tglAkhir")))]
        yield Held(row, frozenset(years), max(ends, default=None))
        time.sleep(pause)


def _write(installation: Installation, file: Path, report: Report, purpose: str | None) -> None:
    """The list of faults, which names people: recorded as taken before it appears."""
    from operations.takings import record_file

    draft = file.with_name(f".{file.name}.unrecorded")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as out:
            rows = csv.writer(out)
            rows.writerow(["nip", "indicator"])
            rows.writerows((nip, code) for code, people in report.faulty.items() for nip in people)
        named = {nip for people in report.faulty.values() for nip in people}
        record_file(installation, draft, "quality_list", len(named), {"list": "siasn quality"}, purpose)
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
    print(f"{file} names people: keep it as such", file=sys.stderr)
