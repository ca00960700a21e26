"""`jenjang witness …`: make a witness, tell it whom to watch, let it serve, without settings or database."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any


def add_parser(commands: Any) -> None:
    """Add the command and its verbs."""
    parser = commands.add_parser("witness", help="cosign the checkpoints of logs, independently of them")
    parser.set_defaults(command=run, needs_no_settings=True)
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="init|trust|serve")
    begin = verbs.add_parser("init", help="a new witness: its key, and no logs yet; prints its key")
    begin.add_argument("--name", required=True, help="its name, such as inspektorat.example.go.id/saksi")
    watched = verbs.add_parser("trust", help="watch a log, or accept a further key of it")
    watched.add_argument("vkey", metavar="VKEY", help="the log's verifier key, or a file with it")
    serving = verbs.add_parser("serve", help="answer add-checkpoint until told to stop")
    serving.add_argument("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1)")
    serving.add_argument("--port", type=int, default=8010, help="port to listen on (default 8010)")
    for verb in (begin, watched, serving):
        verb.add_argument("--folder", type=Path, required=True, metavar="DIR", help="the witness's folder")


def run(options: argparse.Namespace, _: None) -> int:
    """Carry the verb out; 0 when it is done. Raises FolderRefused, AuditError, FileExistsError."""
    from proofs.cosignature import witness_key
    from witness.folder import WitnessFolder, create
    from witness.server import serve

    if options.verb == "init":
        print(witness_key(create(options.folder, options.name)))
    elif options.verb == "trust":
        given = Path(options.vkey)
        vkey = given.read_text(encoding="utf-8").strip() if given.is_file() else options.vkey
        WitnessFolder(options.folder).trust(vkey)
        print(f"{vkey.partition('+')[0]} is watched")
    else:
        return serve(options.folder, options.host, options.port)
    return 0
