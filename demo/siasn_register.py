"""The agency's register as SIASN would hold it, for the emulator: the same people, under SIASN's names."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from domain.agency import Agency, Post
from domain.grades import ECHELONS, UnknownGrade, parse_grade
from installation import Installation
from integrations.siasn.codes import AgencyCodes, Codes, PositionCodes
from integrations.siasn.dates import written
from integrations.siasn.position import KIND_OF_POST
from projections import employees

Row = dict[str, Any]

INSTANSI, SATUAN_KERJA = "a5eb03e23bfbf6a0e040640a040252ad", "a5eb03e241caf6a0e040640a040252ad"


def id_of(kind: str, name: str) -> str:
    """SIASN's id of something, as 32 hexadecimal digits; the same in every run."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"{kind}/{name}").hex


def codes_of(agency: Agency) -> Codes:
    """What SIASN calls the agency's units and posts."""
    return Codes(
        agency=AgencyCodes(instansi=INSTANSI, satuan_kerja=SATUAN_KERJA),
        units={unit: id_of("unor", unit) for unit in agency.units},
        positions={
            post.id: PositionCodes(jabatan=id_of("jabatan", post.name))
            for post in agency.posts.values()
            if KIND_OF_POST.get(post.kind) in ("2", "4")
        },
    )


def emulated(installation: Installation) -> dict[str, Any]:
    """The emulator's seed: everybody of the register with one line of a history, and the units."""
    with installation.reader.engine.connect() as connection:
        agency = installation.reader.directory.current(connection).agency
        rows = employees.everybody(connection)
    people = [_person(row, agency) for row in rows if row["nip"]]
    lines = {
        person["nipBaru"]: [_line(person)] for person in people if person["unorId"] and person["tmtJabatan"]
    }
    units = [
        {"Id": id_of("unor", unit.id), "NamaUnor": unit.name, "InstansiId": INSTANSI,
         "DiatasanId": id_of("unor", unit.parent_id) if unit.parent_id else None}
        for unit in agency.units.values()
    ]  # fmt: skip
    return {"people": people, "histories": {"jabatan": lines}, "units": units, "lists": {"unor": units}}


def _person(row: Row, agency: Agency) -> Row:
    post = agency.posts.get(row["position_id"] or "")
    return {
        "id": id_of("pns", row["person_id"]),
        "nipBaru": row["nip"],
        "nama": row["name"],
        "kedudukanPnsId": row["employment_status"],
        "golRuangAkhirId": _grade(row["grade"]),
        "tmtGolAkhir": _day(row["grade_since"]),
        "tmtJabatan": _day(row["position_since"]),
        "tglLahir": _day(row["birth_date"]),
        "instansiIndukId": INSTANSI,
    } | _stands(post)


def _stands(post: Post | None) -> Row:
    if post is None:
        return {"unorId": "", "jenisJabatanId": "", "jabatanNama": ""}
    kind = KIND_OF_POST.get(post.kind, "")
    name = id_of("jabatan", post.name)
    return {
        "unorId": id_of("unor", post.unit_id),
        "jenisJabatanId": kind,
        "jabatanNama": post.name,
        "eselonId": ECHELONS.get(post.eselon or "", ""),
        "jabatanFungsionalId": name if kind == "2" else "",
        "jabatanFungsionalUmumId": name if kind == "4" else "",
    }


def _line(person: Row) -> Row:
    taken = ("unorId", "eselonId", "jabatanFungsionalId", "jabatanFungsionalUmumId", "tmtJabatan")
    return {name: person.get(name, "") for name in taken} | {
        "id": id_of("rw-jabatan", person["nipBaru"]),
        "idPns": person["id"],
        "jenisJabatan": person["jenisJabatanId"],
        "nomorSk": f"821/{person['nipBaru'][-4:]}/BKD",
        "tanggalSk": person["tmtJabatan"],
    }


def _grade(code: str) -> str:
    try:
        return parse_grade(code).siasn_code
    except UnknownGrade:
        return ""


def _day(text: str | None) -> str:
    return written(date.fromisoformat(text)) if text else ""
