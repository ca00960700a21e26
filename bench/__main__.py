"""`python -m bench [--quick] [--only NAME] [--database KIND]`: figures as JSON lines."""

from __future__ import annotations

import argparse
import importlib
import sys
import traceback

BENCHES = (
    "appends",
    "http_decisions",
    "whole_cases",
    "inbox",
    "audit_search",
    "time_travel",
    "verification",
    "exports",
    "talent",
    "ranks",
    "slow_phone",
)
# Takes many minutes at full size: only when asked for.
BY_HAND = ("batches", "pages")


def main() -> int:
    """Run the benchmarks; 1 when one of them failed."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that all of it runs")
    parser.add_argument("--only", choices=BENCHES + BY_HAND, action="append")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), action="append")
    options = parser.parse_args()
    failed = 0
    for name in options.only or BENCHES:
        for kind in options.database or ("sqlite", "postgresql"):
            try:
                importlib.import_module(f"bench.{name}").run(kind, quick=options.quick)
            except Exception:  # noqa: BLE001  (one benchmark that cannot run does not hide the others' figures)
                traceback.print_exc(file=sys.stderr)
                failed += 1
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
