"""`python -m tests.journeys.receiver PORT FILE SEED`: receives webhooks and fails a third of the time.

What it takes is a line of FILE (path, webhook-id, body) before it is answered. It fails in three ways: 500
without taking, no answer without taking, and no answer after taking.
"""

from __future__ import annotations

import json
import random
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

FAILS = 1 / 3


def main() -> None:
    port, file, chance = int(sys.argv[1]), Path(sys.argv[2]), random.Random(int(sys.argv[3]))
    kept, lock = file.open("ab", buffering=0), threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            with lock:
                fails = chance.random() < FAILS
                how = chance.choice(("refused", "silent", "taken")) if fails else "taken"
                if how == "taken":
                    names = ("webhook-id", "webhook-timestamp", "webhook-signature")
                    headers = {name: self.headers[name] for name in names}
                    line = {"path": self.path, "headers": headers, "body": body.decode()}
                    kept.write(json.dumps(line).encode() + b"\n")
            if fails and how != "refused":
                self.close_connection = True
                return
            self.send_response(500 if fails else 204)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()


if __name__ == "__main__":
    main()
