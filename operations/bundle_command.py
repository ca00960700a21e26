"""`jenjang bundle …`: the evidence of one case, or of what answers a query, in one file."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the command line is put together without it
    from settings import Settings


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options to the command's parser."""
    of = parser.add_mutually_exclusive_group(required=True)
    of.add_argument("--action", metavar="ID", help="one personnel action")
    of.add_argument("--query", action="store_true", help="what answers the conditions below")
    for name, text in (
        ("actor", "by this person or key (surrogate id)"),
        ("type", "of this event type"),
        ("stream", "in this stream"),
        ("words", "with these words; one may end in *"),
    ):
        parser.add_argument(f"--{name}", metavar=name.upper(), help=text)
    parser.add_argument("--from", dest="first", metavar="MOMENT", help="recorded at or after, ISO 8601")
    parser.add_argument("--to", dest="last", metavar="MOMENT", help="recorded before, ISO 8601")
    parser.add_argument("--whole-cases", action="store_true", help="all records of each case that answers")
    parser.add_argument(
        "--exhaustive",
        action="store_true",
        help="every record of the time asked about, which proves the answers complete",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FILE")
    parser.add_argument("--checkpoint-size", type=int, metavar="N", help="a tree size kept earlier")
    parser.add_argument(
        "--purpose",
        metavar="TEXT",
        help="put in fact sheets and documents too, recorded as reading; a query needs it",
    )


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Write the file; 0 when it is there. Raises what `operations.bundles` raises."""
    from installation import Installation
    from mining.selection import instant
    from operations.bundles import write_to
    from operations.output import check_output
    from projections.audit_search import Filters
    from review.evidence_query import evidence_query

    check_output(options.out, settings)
    filters = Filters(
        actor=options.actor,
        type=options.type,
        stream=options.stream,
        first=instant(options.first),
        last=instant(options.last),
        query=options.words,
    )
    wanted = evidence_query(filters, whole_cases=options.whole_cases, exhaustive=options.exhaustive)
    installation = Installation(settings)
    try:
        written = write_to(
            installation,
            wanted if options.query else options.action,
            options.out,
            checkpoint_size=options.checkpoint_size,
            purpose=options.purpose,
        )
    finally:
        installation.close()
    told = {"file": str(options.out), "records": written.records, "tree_size": written.tree_size}
    print(json.dumps(told) if options.json else f"{options.out}")
    return 0
