"""Which path answers what: reads, saves, documents, removals, lists. Prefix and tokens are off already."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

from integrations.siasn.emulator.records import KINDS, Records, Rejected, Row

Answer = tuple[int, Any]
NOTHING: Answer = (404, {"code": 0, "data": "Data tidak ditemukan"})
PAGED = {
    "/pns/list-kp-instansi": "kp",
    "/pns/list-pensiun-instansi": "pensiun",
    "/referensi/ref-unor": "unor",
    "/imut/simpeg/usulan/list": "imut",
}
DAY_FIRST = re.compile(r"\d{2}-\d{2}-\d{4}")
# Two names that *data-utama* and a history answer with, each in its own way of saying that there is nothing.
EMPTY_BY_TEXT = ("tubel",)
EMPTY_BY_NULL = ("kinerjaperiodik", "potensi", "kompetensi")


@dataclass(frozen=True)
class Asked:
    """A request as the paths see it."""

    method: str
    path: str
    query: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    media_type: str = ""


def answer(asked: Asked, records: Records) -> Answer:
    """Status and envelope of a request to the main API."""
    with records.lock:
        for method, shape, handler in _ROUTES:
            found = shape.fullmatch(asked.path)
            if found and method == asked.method:
                return handler(asked, records, *found.groups())
    return 404, {"code": "404", "message": "Not Found", "description": "no matching resource"}


def reference(path: str, query: dict[str, str], records: Records) -> Answer:
    """A page of a reference list."""
    rows = records.lists.get(path.removesuffix("/search").strip("/"))
    return NOTHING if rows is None else _page(rows, query)


def _person(_: Asked, records: Records, nip: str) -> Answer:
    row = records.people.get(nip)
    return NOTHING if row is None else (200, {"code": 1, "data": row})


def _history(_: Asked, records: Records, name: str, nip: str) -> Answer:
    rows = records.lines(name, nip)
    if rows:
        return 200, {"code": 1, "data": rows, "count": len(rows)}
    if name in EMPTY_BY_TEXT:
        return 200, {"code": 1, "data": "record not found"}
    return (200, {"code": 1, "data": None}) if name in EMPTY_BY_NULL else NOTHING


def _index(_: Asked, records: Records, nip: str) -> Answer:
    rows = records.lines("nilaiipasn", nip)
    return (200, {"code": 1, "data": rows[0]}) if rows else NOTHING


def _line(_: Asked, records: Records, history: str, line_id: str) -> Answer:
    row = records.line(history, line_id)
    return NOTHING if row is None else (200, {"code": 1, "data": row})


def _positions(asked: Asked, records: Records, nip: str) -> Answer:
    return _history(asked, records, "jabatan", nip)


def _sync(asked: Asked, records: Records, kind: str) -> Answer:
    try:
        if kind == "jabatan":
            records.sync_position(asked.query.get("pns_orang_id", ""))
    except Rejected as error:
        return 200, {"Error": "true", "Message": str(error)}
    return 200, {"Error": "false", "Message": "success"}  # capitals and a text where a truth value is meant


def _list(asked: Asked, records: Records) -> Answer:
    rows = records.units if asked.path == "/referensi/ref-unor" else records.lists.get(PAGED[asked.path], [])
    for name in ("tglAwal", "tglAkhir"):
        if name in asked.query and not DAY_FIRST.fullmatch(asked.query[name]):
            return 200, {"code": 0, "message": f"format {name} harus dd-mm-yyyy"}
    return _page(rows, asked.query)


def _page(rows: list[Row], query: dict[str, str]) -> Answer:
    offset = int(query.get("offset") or 0)
    limit = int(query.get("limit") or len(rows) or 1)
    page = rows[offset : offset + limit]
    return 200, {"code": 1, "data": page, "count": len(rows)} if page else {"code": 1, "data": []}


def _save(asked: Asked, records: Records) -> Answer:
    try:
        body = json.loads(asked.body)
        name, line_id = records.save(asked.path, body)
    except (ValueError, AttributeError):
        return 200, {"code": 0, "message": "Data tidak valid"}
    except Rejected as error:
        return 200, {"success": False, "message": str(error), "mapData": str(error)}
    return 200, {"success": True, "message": "success", "mapData": {name: line_id}}


def _upload(asked: Asked, records: Records) -> Answer:
    fields, file = _parts(asked)
    if file is None:
        return 200, {"code": 0, "message": "file kosong"}
    try:
        told = records.attach(
            fields.get("id_riwayat", ""), fields.get("id_ref_dokumen", ""), file[1], file[0]
        )
    except Rejected as error:
        return 200, {"code": 0, "message": str(error)}
    return 200, {"code": 1, "message": "success", "data": told}


def _upload_alone(asked: Asked, records: Records) -> Answer:
    """A document before its line: what is answered goes into the `path` of the save that follows."""
    fields, file = _parts(asked)
    if file is None:
        return 200, {"code": 0, "message": "file kosong"}
    told = records.keep_document(fields.get("id_ref_dokumen", ""), file[1], file[0])
    return 200, {"code": 1, "message": "success", "data": told}


def _upload_promotion(asked: Asked, records: Records) -> Answer:
    """The decree of a proposal of rank promotion; that its status moves to `SK berhasil` (32) is assumed."""
    fields, file = _parts(asked)
    proposal = next((p for p in records.lists.get("kp", []) if p.get("id") == fields.get("id_usulan")), None)
    if proposal is None or file is None:
        return 200, {"code": 0, "message": "usulan tidak ditemukan"}
    told = records.keep_document("858", file[1], file[0])
    proposal |= {"no_sk": fields.get("no_sk"), "tgl_sk": fields.get("tgl_sk"), "path_ttd_sk": told["dok_uri"]}
    proposal["statusUsulan"] = "32"
    return 200, {"code": 1, "message": "success", "data": told}


def _remove(_: Asked, records: Records, history: str, line_id: str) -> Answer:
    try:
        records.remove(history, line_id)
    except Rejected as error:
        return 200, {"success": False, "message": str(error)}
    return 200, {"success": True, "message": "success"}


def _talent(asked: Asked, records: Records) -> Answer:
    body = json.loads(asked.body)  # what it answers no source says: assumed
    records.talent[str(body["pns_id"])] = body
    return 200, {"success": True, "message": "success"}


def _parts(asked: Asked) -> tuple[dict[str, str], tuple[str, bytes] | None]:
    media_type = asked.media_type
    if "boundary=" not in media_type:
        # One client sends another media type over its multipart body; that it is taken is assumed.
        first = asked.body.partition(b"\r\n")[0].decode(errors="replace").removeprefix("--")
        media_type = f'multipart/form-data; boundary="{first}"'
    head = f"Content-Type: {media_type}\r\n\r\n".encode()
    fields: dict[str, str] = {}
    file: tuple[str, bytes] | None = None
    for part in BytesParser(policy=HTTP).parsebytes(head + asked.body).iter_parts():
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        if part.get_filename() is not None:
            file = str(part.get_filename()), content
        else:
            fields[str(part.get_param("name", header="content-disposition"))] = content.decode().strip()
    return fields, file


_Handler = Callable[..., Answer]
_ROUTES: list[tuple[str, re.Pattern[str], _Handler]] = [
    ("GET", re.compile(r"/pns/data-utama-(jabatan|golongan)sync"), _sync),
    ("GET", re.compile(r"/pns/data-utama/(\d{18})"), _person),
    ("GET", re.compile(r"/pns/rw-([a-z0-9]+)/(\d{18})"), _history),
    ("GET", re.compile(r"/pns/nilaiipasn/(\d{18})"), _index),
    ("GET", re.compile(r"/jabatan/pns/(\d{18})"), _positions),
    ("GET", re.compile(r"/([a-z0-9]+)/id/([0-9a-f-]+)"), _line),
    ("POST", re.compile(r"/upload-dok"), _upload_alone),
    ("POST", re.compile(r"/upload-dok-sk-kp"), _upload_promotion),
    *(("GET", re.compile(re.escape(path)), _list) for path in PAGED),
    *(("POST", re.compile(re.escape(path)), _save) for path in KINDS),
    ("POST", re.compile(r"/upload-dok-rw"), _upload),
    ("DELETE", re.compile(r"/([a-z]+)/delete/([0-9a-f-]+)"), _remove),
    ("POST", re.compile(r"/tm/talentmapping-save"), _talent),
]
