"""Writing the history for process mining tools, tied to the tree head that it was made from."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine

from mining.ocel_json import write_json
from mining.ocel_sqlite import OcelFile
from mining.selection import Selection, TreeHead, documents, traces
from mining.xes import write_xes

Exported = tuple[int, TreeHead]

SQLITE_ENDINGS = (".sqlite", ".sqlite3", ".db")
JSON_ENDINGS = (".json", ".jsonocel")


class UnknownEnding(ValueError):
    """The name of an OCEL file says whether it is JSON or SQLite; this one does not."""


def export_ocel(engine: Engine, out: Path, selection: Selection) -> Exported:
    """OCEL 2.0 in the form that the name of `out` asks for; returns how many events, and the tree head that
    they were read under. The file appears whole or not at all. Raises UnknownEnding, NothingRecorded.
    """
    as_json = out.suffix.lower() in JSON_ENDINGS
    if not as_json and out.suffix.lower() not in SQLITE_ENDINGS:
        endings = ", ".join(JSON_ENDINGS + SQLITE_ENDINGS)
        raise UnknownEnding(f"an OCEL file ends in one of {endings}, not in {out.suffix or 'nothing'}")
    database, draft = out.with_name(f".{out.name}.partial-sqlite"), out.with_name(f".{out.name}.partial")
    try:
        with engine.connect() as connection, OcelFile(database) as ocel:
            head = TreeHead.newest(connection)
            for document, leaf_hash in documents(connection, head, selection.last):
                ocel.learn(document)
                if selection.holds(document):
                    ocel.add(document, leaf_hash)
            ocel.finish(head, selection)
            if as_json:
                write_json(ocel.connection, draft)
        (draft if as_json else database).replace(out)
        return ocel.count, head
    finally:
        database.unlink(missing_ok=True)
        draft.unlink(missing_ok=True)


def export_xes(engine: Engine, out: Path, selection: Selection) -> Exported:
    """XES, as `export_ocel`. Raises NothingRecorded."""
    draft = out.with_name(f".{out.name}.partial")
    try:
        with engine.connect() as connection, draft.open("w", encoding="utf-8", newline="\n") as file:
            head = TreeHead.newest(connection)
            _, count = write_xes(file, traces(connection, head), head, selection)
        draft.replace(out)
        return count, head
    finally:
        draft.unlink(missing_ok=True)
