"""`jenjang export …`: recorded events in one file, recorded as taken before it appears."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the command line is put together without them
    from sqlalchemy import Engine

    from mining.export import Exported
    from mining.selection import Selection
    from settings import Settings


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options to the command's parser."""
    parser.add_argument("--format", choices=("jsonl", "csv", "ocel2", "xes"), required=True)
    parser.add_argument("--out", type=Path, required=True, metavar="FILE")
    parser.add_argument("--from", dest="first", metavar="MOMENT", help="recorded at or after, ISO 8601")
    parser.add_argument("--to", dest="last", metavar="MOMENT", help="recorded before, ISO 8601")
    parser.add_argument("--kind", metavar="TYPE", help="event type")
    parser.add_argument(
        "--purpose", metavar="TEXT", help="recorded with the taking; without it as not stated"
    )


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Write the file, whole or not at all; 0 when it is there and recorded. Raises what the parts raise."""
    from installation import Installation
    from mining.selection import Selection
    from operations.output import check_output
    from operations.takings import record_file

    check_output(options.out, settings)
    chosen = Selection.of(options.first, options.last, options.kind)
    # The ending is kept: that of an OCEL file says its form.
    draft = options.out.with_name(f".{options.out.stem}.unrecorded{options.out.suffix}")
    installation = Installation(settings)
    try:
        count, head = _write(installation.reader.engine, options.format, draft, chosen)
        asked = {"format": options.format} | chosen.as_text()
        sha256, receipt = record_file(installation, draft, "export", count, asked, options.purpose, head)
        draft.replace(options.out)
    finally:
        installation.close()
        draft.unlink(missing_ok=True)
    told = {"events": count, "file": str(options.out), "tree_size": head.size, "root": head.root,
            "sha256": sha256, "recorded_at_position": receipt and receipt.position}  # fmt: skip
    print(json.dumps(told) if options.json else f"{count:,} events")
    if options.purpose is None and sys.stderr.isatty():
        print("recorded without a purpose: --purpose states one", file=sys.stderr)
    return 0


def _write(engine: Engine, format_: str, out: Path, chosen: Selection) -> Exported:
    from mining.export import export_ocel, export_xes
    from operations.export import export_events

    if format_ == "ocel2":
        return export_ocel(engine, out, chosen)
    if format_ == "xes":
        return export_xes(engine, out, chosen)
    return export_events(engine, "csv" if format_ == "csv" else "jsonl", out, chosen)
