"""One file about one case that a person can carry out of the building and check without this program."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import Connection, and_, select

from domain.canonical import canonical_json
from domain.fact_sheet import FactSheet
from ledger.mirror import ACTION
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


@dataclass(frozen=True)
class Terms:
    """What a bundle is to hold. `checkpoint_size` names the tree that the reader already trusts;
    `opened` puts in fact sheets and, through `content`, the bytes of documents by their hash.
    """

    checkpoint_size: int | None = None
    opened: bool = False
    content: Callable[[str], bytes | None] | None = None


Record = tuple[int, bytes, dict[str, Any]]


def write_bundle(
    reader: Reader, tree: TreeReader, vkeys: Sequence[str], action_id: str, out: BinaryIO, terms: Terms
) -> None:
    """Write the bundle to `out`; `vkeys` are the log's keys in force. Raises NoSuchCase, NoSuchSize."""
    with reader.engine.connect() as connection:
        note = newest_checkpoint(connection)
        if note is None:
            raise NoSuchCase(action_id)
        head = Checkpoint.parse(parse_note(note).text)
        case = _records(connection, head.size, events.c.stream == f"{ACTION}/{action_id}")
        if not case:
            raise NoSuchCase(action_id)
        if terms.checkpoint_size is not None and not 1 <= terms.checkpoint_size <= head.size:
            raise NoSuchSize(f"the ledger has {head.size} events")
        told = case + _erasures(connection, head.size, case)
        found = told + _policies(connection, head.size, told) + _documents(connection, head.size, case)
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
        if terms.opened:
            files |= _sheets(reader, connection, case) | _contents(found, terms)
    files |= {"verify_bundle.py": VERIFIER.read_bytes(), "README.txt": README.encode()}
    _write(out, files, {"action_id": action_id, "versions": len(case), "opened": terms.opened})


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


def _sheets(reader: Reader, connection: Connection, case: list[Record]) -> dict[str, bytes]:
    """The fact sheets in the bytes that were hashed; those whose person was erased are left out."""
    files: dict[str, bytes] = {}
    for position, record, document in case:
        sealed = reader.unseal(connection, record) if document["type"] == "ActionAssessed" else None
        sheet = (sealed or {}).get("fact_sheet")
        if sheet is not None:
            written = canonical_json(sheet)
            if hashlib.sha256(written).hexdigest() != document["data"]["fact_sheet_hash"]:
                written = canonical_json(FactSheet.model_validate(sheet).as_json())
            files[f"facts/{position}.json"] = written
    return files


def _contents(records: list[Record], terms: Terms) -> dict[str, bytes]:
    hashes = [d["data"]["sha256"] for _, _, d in records if d["type"] == "DocumentFiled"]
    found = {key: terms.content(key) for key in hashes} if terms.content else {}
    return {f"documents/{key}": content for key, content in found.items() if content is not None}


def _write(out: BinaryIO, files: dict[str, bytes], told: dict[str, Any]) -> None:
    """The same files make the same bytes: no clock in them."""
    listed = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}
    manifest = {"format": "jenjang-evidence/1", **told, "files": listed}
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in [("manifest.json", _json(manifest)), *sorted(files.items())]:
            archive.writestr(zipfile.ZipInfo(name, EPOCH), content, zipfile.ZIP_DEFLATED)


def _json(value: Any) -> bytes:
    return json.dumps(value, indent=1, ensure_ascii=False).encode()
