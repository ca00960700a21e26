"""`python -m integrations.siasn.emulator`: the emulator as a process, on 127.0.0.1.

`--seed FILE` is a JSON object with `people` (rows of *data-utama*), `histories` (name -> NIP -> rows),
`units` and `lists`. `POST /emulator/faults {"fault", "path", "times"}` makes requests go wrong.
"""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from integrations.siasn.emulator.records import Records
from integrations.siasn.emulator.server import Emulator


def main() -> int:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="siasn-emulator", description=__doc__)
    parser.add_argument("--port", type=int, default=8243)
    parser.add_argument("--seed", type=Path)
    options = parser.parse_args()
    emulator = Emulator(
        records_of(json.loads(options.seed.read_text(encoding="utf-8"))) if options.seed else None,
        port=options.port,
    )
    sys.stdout.write(f"SIASN emulator on {emulator.origin}\n")
    sys.stdout.flush()
    with suppress(KeyboardInterrupt):
        emulator.serve()
    return 0


def records_of(seed: dict[str, Any]) -> Records:
    """The records that a seed holds."""
    records = Records(units=seed.get("units", []), lists=seed.get("lists", {}))
    for person in seed.get("people", []):
        records.add_person(person)
    for history, of_people in seed.get("histories", {}).items():
        for nip, rows in of_people.items():
            for row in rows:
                records.add_line(history, nip, row)
    return records


if __name__ == "__main__":
    sys.exit(main())
