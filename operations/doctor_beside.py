"""The doctor in a process of its own, for the operators' page: asked on standard input, told on standard
output. The server itself talks to no process of Temporal and mends nothing.
"""

from __future__ import annotations

import json
import sys

from operations.doctor import run
from settings import Settings


def main() -> None:
    """Reads `{"settings","repair"}`; writes what `jenjang doctor --json` does."""
    asked = json.load(sys.stdin)
    diagnosis = run(Settings(**asked["settings"]), repair=asked["repair"])
    json.dump(diagnosis.as_json(), sys.stdout)


if __name__ == "__main__":
    main()
