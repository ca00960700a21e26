"""One file, about a case or a query, that a person can carry out of the building and check without this
program.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import Connection, and_, select

from domain.canonical import canonical_json
from domain.fact_sheet import FactSheet
from evidence.query import LARGEST_CASES, LARGEST_CONTENT, LARGEST_RECORDS, Query, TooMuch
from evidence.verify_bundle import matches
from ledger.mirror import ACTION, action_id_of
from ledger.publications import Published, newest_publication
from ledger.read import Reader, newest_checkpoint
from ledger.record import decode
from ledger.schema import checkpoints, events
from proofs.checkpoint import Checkpoint
from proofs.signed_note import parse_note
from proofs.tree_reader import TreeReader

VERIFIER = Path(__file__).with_name("verify_bundle.py")
README = """Bundel bukti Jenjang / Evidence bundle of Jenjang

Periksa dengan / check with:
  python3 verify_bundle.py BUNDLE.zip --key KUNCI --checkpoint CHECKPOINT --witness-policy SAKSI
KUNCI harus dari luar bundel ini. / KEY must come from outside this bundle.
Ambil verify_bundle.py dari sumber yang Anda percaya. / Take verify_bundle.py from a source that you trust.
Stempel waktu, bila ada / a timestamp, where there is one (CA: sertifikat otoritas / its certificate):
  openssl ts -verify -data timestamped.note -in timestamp.tsr -CAfile CA.pem
"""
EPOCH = (1980, 1, 1, 0, 0, 0)


class NoSuchCase(Exception):
    """The ledger has no personnel action of that id below its newest checkpoint."""


class NoSuchSize(ValueError):
    """Nothing can be proven from that size: the tree never had it, or not yet."""


def nobody(_: str) -> bool:
    return False


@dataclass(frozen=True)
class Terms:
    """What a bundle is to hold besides records. `checkpoint_size` names the tree that the reader already
    trusts; of the people whom `opened` lets through it holds fact sheets and, through `content`, the
    bytes of documents by their hash.
    """

    checkpoint_size: int | None = None
    opened: Callable[[str], bool] = nobody
    content: Callable[[str], bytes | None] | None = None


@dataclass(frozen=True)
class Written:
    """What went in: how many records of a tree of `tree_size` and `root` (hexadecimal), and whom the whole
    cases are about.
    """

    records: int
    tree_size: int
    root: str
    people: frozenset[str]


Record = tuple[int, bytes, dict[str, Any]]


def write_bundle(
    reader: Reader, tree: TreeReader, vkeys: Sequence[str], wanted: str | Query, out: BinaryIO, terms: Terms
) -> Written:
    """Write the evidence of one personnel action, by its id, or of a query to `out`; `vkeys` are the log's
    keys in force. Raises NoSuchCase, NoSuchSize, TooMuch.
    """
    with reader.engine.connect() as connection:
        note = newest_checkpoint(connection)
        if note is None:
            raise NoSuchCase(wanted)
        head = Checkpoint.parse(parse_note(note).text)
        if terms.checkpoint_size is not None and not 1 <= terms.checkpoint_size <= head.size:
            raise NoSuchSize(f"the ledger has {head.size} events")
        chosen, cases, query = _chosen(connection, head.size, wanted)
        told = chosen + _erasures(connection, head.size, chosen)
        told += _policies(connection, head.size, told) + _documents(connection, head.size, chosen)
        found = sorted({record[0]: record for record in told}.values())
        published = newest_publication(connection, upto=head.size)
        keys = "".join(f"{vkey}\n" for vkey in vkeys)
        files = {"checkpoint.note": note.encode(), "log.vkey": keys.encode()}
        files |= {f"records/{position}.json": record for position, record, _ in found}
        files["proofs.json"] = _json(_proofs(tree, head, found, terms.checkpoint_size, published))
        if published is not None:
            files |= _cosigned(published)
        files |= _named_checkpoint(connection, terms.checkpoint_size)
        for _, _, document in found:
            if document["type"] == "PolicyAdopted":
                data = document["data"]
                files[f"policies/{data['hash']}.json"] = canonical_json(data["document"])
        files |= {"verify_bundle.py": VERIFIER.read_bytes(), "README.txt": README.encode()}
        attached = chain(_sheets(reader, connection, chosen, terms), _contents(found, terms))
        _write(out, chain(sorted(files.items()), attached), {"cases": cases, "query": query})
    return Written(len(found), head.size, head.root.hex(), frozenset(_subjects(chosen, cases)))


def _chosen(
    connection: Connection, size: int, wanted: str | Query
) -> tuple[list[Record], dict[str, int], dict[str, Any] | None]:
    """The records asked for, how many each whole case has, and the query as the manifest tells it."""
    if isinstance(wanted, str):
        case = _records(connection, size, events.c.stream == f"{ACTION}/{wanted}")
        if not case:
            raise NoSuchCase(wanted)
        return case, {wanted: len(case)}, None
    found = wanted.find(connection, size)
    positions = found.positions
    if wanted.exhaustive:
        positions = list(range(found.first, found.last))
    if len(positions) > LARGEST_RECORDS:
        raise TooMuch(f"more than {LARGEST_RECORDS} records: narrow the query")
    records = _records(connection, size, events.c.position.in_(positions))
    asked = wanted.as_json()
    answers = [r for r in records if not wanted.exhaustive or matches(asked, r[2])]
    streams = {r[2]["stream"] for r in answers if r[2]["stream"].startswith(f"{ACTION}/")}
    cases: dict[str, int] = {}
    if wanted.whole_cases:
        if len(streams) > LARGEST_CASES:
            raise TooMuch(f"{len(streams)} cases, and one bundle holds {LARGEST_CASES}: narrow the query")
        of_cases = _records(connection, size, events.c.stream.in_(sorted(streams)))
        for _, _, document in of_cases:
            action_id = action_id_of(document["stream"])
            cases[action_id] = cases.get(action_id, 0) + 1
        records += of_cases
    # The neighbours of the window prove by their moments where it begins and ends.
    edges = {found.first - 1 if wanted.first else -1, found.last if wanted.last else -1}
    records += _records(connection, size, events.c.position.in_(edges))
    chosen = list({record[0]: record for record in records}.values())
    if len(chosen) > LARGEST_RECORDS:
        raise TooMuch(f"{len(chosen)} records, and one bundle holds {LARGEST_RECORDS}: narrow the query")
    told = asked | {"window": [found.first, found.last], "matched": [r[0] for r in answers]}
    return chosen, cases, told


def _subjects(chosen: list[Record], cases: dict[str, int]) -> Iterator[str]:
    """Whom the whole cases are about; of a promotion those who were chosen too."""
    for _, _, document in chosen:
        category, _, action_id = document["stream"].partition("/")
        if category == ACTION and action_id in cases:
            if document["type"] == "ActionSubmitted":
                yield document["data"]["subject_id"]
            elif document["type"] == "CandidateChosen":
                yield document["data"]["person_id"]


def _records(connection: Connection, size: int, condition: Any) -> list[Record]:
    statement = select(events.c.position, events.c.record).where(condition, events.c.position < size)
    rows = connection.execute(statement.order_by(events.c.position))
    return [(row[0], bytes(row[1]), decode(bytes(row[1]))) for row in rows]


def _erasures(connection: Connection, size: int, case: list[Record]) -> list[Record]:
    """Why what is sealed in the case cannot be opened, where its people were erased."""
    people = sorted({document["sealed"]["for"] for _, _, document in case if "sealed" in document})
    streams = [f"erasure/{person_id}" for person_id in people]
    erased = events.c.type.in_(["PersonErased", "ErasureReinstated"])
    return _records(connection, size, and_(events.c.stream.in_(streams), erased))


def _policies(connection: Connection, size: int, told: list[Record]) -> list[Record]:
    wanted = {document["data"].get("policy_hash") for _, _, document in told}
    adopted = _records(connection, size, events.c.type == "PolicyAdopted")
    return [record for record in adopted if record[2]["data"]["hash"] in wanted]


def _documents(connection: Connection, size: int, case: list[Record]) -> list[Record]:
    streams = [f"document/{key}" for _, _, d in case for key in d["data"].get("document_ids", ())]
    return _records(connection, size, events.c.stream.in_(streams))


def _cosigned(published: Published) -> dict[str, bytes]:
    """The newest published checkpoint with its cosignatures, and the timestamp with what it is over."""
    files = {"cosigned.note": published.note.encode()}
    if published.timestamp is not None:
        files |= {"timestamped.note": published.signed.encode(), "timestamp.tsr": published.timestamp}
    return files


def _proofs(
    tree: TreeReader, head: Checkpoint, records: list[Record], old: int | None, published: Published | None
) -> dict[str, Any]:
    def continuation(size: int) -> dict[str, Any]:
        path = [node.hex() for node in tree.consistency_path(size, head.size)]
        return {"size": size, "root": tree.root(size).hex(), "path": path}

    return {
        "inclusion": [
            {
                "position": position,
                "path": [node.hex() for node in tree.inclusion_path(position, head.size)],
            }
            for position, _, _ in records
        ],
        "consistency": None if old is None else continuation(old),
        "cosigned": None if published is None else continuation(published.size),
    }


def _named_checkpoint(connection: Connection, size: int | None) -> dict[str, bytes]:
    """The note of that size, where one was signed at it."""
    note = connection.execute(select(checkpoints.c.note).where(checkpoints.c.size == size)).scalar()
    return {f"checkpoint-{size}.note": note.encode()} if note is not None else {}


def _sheets(
    reader: Reader, connection: Connection, chosen: list[Record], terms: Terms
) -> Iterator[tuple[str, bytes]]:
    """The fact sheets in the bytes that were hashed; those whose person was erased are left out."""
    for position, record, document in chosen:
        sealed_for = document.get("sealed", {}).get("for")
        if document["type"] != "ActionAssessed" or sealed_for is None or not terms.opened(sealed_for):
            continue
        sheet = (reader.unseal(connection, record) or {}).get("fact_sheet")
        if sheet is not None:
            written = canonical_json(sheet)
            if hashlib.sha256(written).hexdigest() != document["data"]["fact_sheet_hash"]:
                written = canonical_json(FactSheet.model_validate(sheet).as_json())
            yield f"facts/{position}.json", written


def _contents(records: list[Record], terms: Terms) -> Iterator[tuple[str, bytes]]:
    """The bytes of documents, one after the other. Raises TooMuch."""
    filed = [d["data"] for _, _, d in records if d["type"] == "DocumentFiled"]
    wanted = {data["sha256"]: data["size_bytes"] for data in filed if terms.opened(data["person_id"])}
    if terms.content is None:
        return
    if sum(wanted.values()) > LARGEST_CONTENT:
        raise TooMuch(f"its documents are more than {LARGEST_CONTENT} bytes: narrow the query")
    for key in sorted(wanted):
        content = terms.content(key)
        if content is not None:
            yield f"documents/{key}", content


def _write(out: BinaryIO, files: Iterable[tuple[str, bytes]], told: dict[str, Any]) -> None:
    """Each file as it comes, the manifest last. The same files make the same bytes: no clock in them."""
    listed: dict[str, str] = {}
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            listed[name] = hashlib.sha256(content).hexdigest()
            archive.writestr(zipfile.ZipInfo(name, EPOCH), content, zipfile.ZIP_DEFLATED)
        manifest = _json({"format": "jenjang-evidence/2", **told, "files": listed})
        archive.writestr(zipfile.ZipInfo("manifest.json", EPOCH), manifest, zipfile.ZIP_DEFLATED)


def _json(value: Any) -> bytes:
    return json.dumps(value, indent=1, ensure_ascii=False).encode()
