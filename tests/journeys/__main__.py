"""`python -m tests.journeys`: endurance, rush, cycle, webhooks and all pages, at full size on one database.

Figures are JSON lines. `make test` runs the same with small numbers.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

from bench.places import place
from tests.journeys.cycle import Cycle
from tests.journeys.deliveries import Deliveries
from tests.journeys.endurance import Endurance
from tests.journeys.house import running_house
from tests.journeys.pages import Pages
from tests.journeys.rush import Rush


def main() -> int:
    """Run what was asked for; an AssertionError says what did not hold."""
    parser = argparse.ArgumentParser(prog="python -m tests.journeys", description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--only", choices=("endurance", "rush", "cycle", "webhooks", "pages"))
    parser.add_argument("--screenshots", type=Path, help="a folder for pictures of all pages")
    parser.add_argument("--cases", type=int, default=200, help="transfers walked at once (default 200)")
    parser.add_argument("--promotions", type=int, default=40, help="promotions beside them (default 40)")
    parser.add_argument(
        "--evaluated", type=int, default=60, help="people of a cycle beside them (default 60)"
    )
    parser.add_argument("--kills", type=int, default=50, help="SIGKILLs meanwhile (default 50)")
    parser.add_argument("--seed", type=int, default=20261124, help="of the order of kills and people")
    parser.add_argument("--contenders", type=int, default=200, help="people for one task (default 200)")
    parser.add_argument("--requests", type=int, default=50, help="actions for one post (default 50)")
    parser.add_argument("--rounds", type=int, default=6, help="tasks contested (default 6)")
    parser.add_argument("--people", type=int, default=9217, help="evaluated in a cycle (default 9217)")
    parser.add_argument("--transfers", type=int, default=400, help="approved beside a cycle (default 400)")
    parser.add_argument("--deliveries", type=int, default=10_000, help="webhooks sent (default 10,000)")
    options = parser.parse_args()
    if options.only in (None, "endurance"):
        with place(options.database) as where, running_house(where.folder, where.database_url) as house:
            mix = {"promotions": options.promotions, "evaluated": options.evaluated}
            endurance = Endurance(house, options.cases, options.kills, **mix, seed=options.seed, say=_say)
            _report("endurance", options.database, endurance.run())
    if options.only in (None, "rush"):
        with place(options.database) as where, running_house(where.folder, where.database_url) as house:
            rush = Rush(house, options.contenders, options.requests, rounds=options.rounds, say=_say)
            _report("rush", options.database, rush.run())
    if options.only in (None, "cycle"):
        # The mayor is evaluated by nobody; who is transferred is evaluated as well.
        people = options.people + 1 - options.transfers
        with (
            place(options.database) as where,
            running_house(where.folder, where.database_url, people) as house,
        ):
            cycle = Cycle(house, options.transfers, idle=100, say=_say)
            _report("cycle", options.database, cycle.run())
    if options.only in (None, "webhooks"):
        with place(options.database) as where, running_house(where.folder, where.database_url) as house:
            subscriptions = -(-options.deliveries // Deliveries(house).outgoing())
            deliveries = Deliveries(house, subscriptions, options.kills, seed=options.seed, say=_say)
            _report("webhooks", options.database, deliveries.run())
    if options.only in (None, "pages"):
        with place(options.database) as where:
            _report("pages", options.database, Pages(where, _say, options.screenshots).run())
    return 0


def _say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def _report(journey: str, database: str, figures: dict[str, object]) -> None:
    print(json.dumps({"journey": journey, "database": database} | figures), flush=True)


if __name__ == "__main__":
    sys.exit(main())
