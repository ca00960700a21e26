"""The line of the history of positions that a placement becomes, and whether a line says the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from domain.agency import Post
from domain.grades import ECHELONS
from integrations.siasn import dates
from integrations.siasn.codes import Codes
from integrations.siasn.faults import SiasnRefused
from integrations.siasn.payloads import PositionSave
from integrations.siasn.reading import Row, document_of, value
from integrations.siasn.writing import DECREE_OF_POSITION

# SIASN's reference *jenis jabatan*, as clients use it: 1 structural, 2 functional, 4 general. Unverified.
KIND_OF_POST = {"JPT": "1", "ADMINISTRATOR": "1", "PENGAWAS": "1", "FUNGSIONAL": "2", "PELAKSANA": "4"}
STRUCTURAL = "1"


@dataclass(frozen=True)
class Placed:
    """A decreed placement. `inaugurated_on` None where the post needs no inauguration."""

    post: Post
    origin: Post | None
    decree_number: str
    decree_date: date
    effective_date: date
    inaugurated_on: date | None


def line_of(placed: Placed, person: str, codes: Codes) -> PositionSave:
    """The payload for a person (SIASN's id). Raises SiasnRefused where SIASN's name for something lacks."""
    post = placed.post
    kind, unit = KIND_OF_POST.get(post.kind), codes.units.get(post.unit_id)
    known = codes.positions.get(post.id)
    if kind is None or unit is None or (kind != STRUCTURAL and known is None):
        raise SiasnRefused("codes", "codes-lacking")
    before = codes.positions.get(placed.origin.id) if placed.origin else None
    same_position = known is not None and before is not None and known.jabatan == before.jabatan
    day = placed.effective_date
    return PositionSave(
        pns_id=person,
        instansi_id=codes.agency.instansi,
        satuan_kerja_id=codes.agency.satuan_kerja,
        unor_id=unit,
        eselon_id=ECHELONS.get(post.eselon or "", ""),
        jenis_jabatan=kind,
        jabatan_fungsional_id=known.jabatan if known and kind == "2" else "",
        jabatan_fungsional_umum_id=known.jabatan if known and kind == "4" else "",
        sub_jabatan_id=known.sub_jabatan if known else "",
        # Another unit in the same position is a change of unit (MU), every other one of position (MJ).
        jenis_mutasi_id="MU" if same_position else "MJ",
        nomor_sk=placed.decree_number,
        tanggal_sk=placed.decree_date,
        tmt_jabatan=day,
        tmt_mutasi=day,
        tmt_pelantikan=placed.inaugurated_on or day,
    )


def says_the_same(row: Row, payload: PositionSave) -> bool:
    """Whether a line of the history says what was saved, with the decree on it."""
    return (
        value(row, "unorId") == payload.unor_id
        and dates.read(value(row, "tanggalSk")) == payload.tanggal_sk
        and str(value(row, "jabatanFungsionalId") or "") == payload.jabatan_fungsional_id
        and str(value(row, "jabatanFungsionalUmumId") or "") == payload.jabatan_fungsional_umum_id
        and document_of(row, DECREE_OF_POSITION) is not None
    )


def follows(person: Row, payload: PositionSave) -> bool:
    """Whether the main record stands where the line says."""
    return bool(value(person, "unorId") == payload.unor_id)
