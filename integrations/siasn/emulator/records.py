"""What the emulator holds: people, the lines of their histories, units, lists; and what a save does to them.

Assumed, and so labelled: re-sending a save with an empty `id` makes a second line; *data-utama* follows the
history only when asked to (`follows_at_once` switches it); the newest line by TMT is the one it follows.
"""

from __future__ import annotations

import re
import threading
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

Row = dict[str, Any]
WRITTEN_DAY = re.compile(r"(\d{2})-(\d{2})-(\d{4})")


class Rejected(Exception):
    """What the service says inside HTTP 200."""


@dataclass(frozen=True)
class Kind:
    """How lines of one kind are saved: their history, the person's field, days, and the id in the answer."""

    history: str
    person: str
    days: tuple[str, ...]
    mapped: str
    # What is spelt in another way when it is read.
    renamed: tuple[tuple[str, str], ...] = ()


KINDS: dict[str, Kind] = {
    "/jabatan/save": Kind(
        "jabatan", "pnsId", ("tanggalSk", "tmtJabatan", "tmtPelantikan"), "rwJabatanId", (("pnsId", "idPns"),)
    ),
    "/jabatan/unorjabatan/save": Kind(
        "jabatan",
        "pnsId",
        ("tanggalSk", "tmtJabatan", "tmtPelantikan", "tmtMutasi"),
        "rwJabatanId",
        (("pnsId", "idPns"), ("instansiId", "instansiKerjaId")),
    ),
    "/angkakredit/save": Kind(
        "angkakredit",
        "pnsId",
        ("tanggalSk",),
        "rwAngkaKreditId",
        (("pnsId", "pns"), ("rwJabatanId", "rwJabatan")),
    ),
    "/skp22/save": Kind(
        "skp22",
        "pnsDinilaiOrang",
        (),
        "rwSkpId",
        (("kuadranKinerjaNilai", "KuadranKinerjaNilai"), ("perilakuKerjaNilai", "PerilakuKerjaNilai")),
    ),
    "/kinerjaperiodik/save": Kind("kinerjaperiodik", "pnsDinilaiId", (), "rwKinerjaPeriodikId"),
    "/diklat/save": Kind("diklat", "pnsOrangId", ("tanggal",), "rwDiklatId"),
    "/kursus/save": Kind(
        "kursus", "pnsOrangId", ("tanggalKursus",), "rwKursusId", (("nomorSertipikat", "noSertipikat"),)
    ),
    "/hukdis/save": Kind(
        "hukdis",
        "pnsOrangId",
        ("hukumanTanggal", "akhirHukumanTanggal", "skTanggal"),
        "rwHukdisId",
        (("akhirHukumanTanggal", "akhirHukumTanggal"),),
    ),
    "/penghargaan/save": Kind("penghargaan", "pnsOrangId", ("skDate",), "rwPenghargaanId"),
}
# No source has a removal of disciplinary measures.
REMOVABLE = ("jabatan", "angkakredit", "kinerjaperiodik", "kursus", "diklat", "penghargaan")


def new_id() -> str:
    return uuid.uuid4().hex


@dataclass
class Records:
    """Everything by NIP; one lock over it."""

    people: dict[str, Row] = field(default_factory=dict)
    histories: dict[str, dict[str, list[Row]]] = field(default_factory=dict)
    units: list[Row] = field(default_factory=list)
    lists: dict[str, list[Row]] = field(default_factory=dict)
    documents: dict[str, bytes] = field(default_factory=dict)
    talent: dict[str, Row] = field(default_factory=dict)
    follows_at_once: bool = False
    lock: threading.RLock = field(default_factory=threading.RLock)

    def add_person(self, row: Row) -> Row:
        """A person by their *data-utama*; `id` is made where it is missing."""
        with self.lock:
            row = {"id": new_id(), **row}
            self.people[row["nipBaru"]] = row
            return row

    def add_line(self, history: str, nip: str, row: Row) -> Row:
        """A line of a history, as a read would give it."""
        with self.lock:
            row = {"id": new_id(), "nipBaru": nip, "path": {}, **row}
            self.lines(history, nip).append(row)
            return row

    def lines(self, history: str, nip: str) -> list[Row]:
        return self.histories.setdefault(history, {}).setdefault(nip, [])

    def save(self, path: str, body: Row) -> tuple[str, str]:
        """(name in `mapData`, id of the line). Raises Rejected."""
        kind = KINDS[path]
        with self.lock:
            person = self._person(str(body.get(kind.person, "")))
            _check_days(body, kind.days)
            if not isinstance(body.get("path"), list):
                raise Rejected("path harus berupa array")
            self._check_references(path, body)
            row = {key: held for key, held in body.items() if key not in ("id", "path")}
            documents = {str(each.get("dok_id")): each for each in body["path"] if isinstance(each, dict)}
            for written, read in kind.renamed:
                if written in row:
                    row[read] = row.pop(written)
            line = self._line_to_save(kind, str(person["nipBaru"]), str(body.get("id") or ""))
            line.update(row)
            line["path"] = {**line.get("path", {}), **documents}
            if kind.history == "jabatan" and self.follows_at_once:
                self.sync_position(str(person["id"]))
            return kind.mapped, str(line["id"])

    def attach(self, line_id: str, kind: str, content: bytes, name: str) -> Row:
        """A document on a line. Raises Rejected."""
        with self.lock:
            found = self._find(line_id)
            if found is None:
                raise Rejected("Riwayat tidak ditemukan")
            told = self.keep_document(kind, content, name)
            found[1].setdefault("path", {})[kind] = told
            return told

    def keep_document(self, kind: str, content: bytes, name: str) -> Row:
        """A document by its new `dok_uri`."""
        with self.lock:
            uri = f"peremajaan/usulan/{new_id()}_{kind}.pdf"
            self.documents[uri] = content
            return {"dok_id": kind, "dok_nama": name, "dok_uri": uri, "object": uri, "slug": kind}

    def line(self, history: str, line_id: str) -> Row | None:
        """A line by its id."""
        with self.lock:
            found = self._find(line_id)
            return found[1] if found is not None and found[0] == history else None

    def remove(self, history: str, line_id: str) -> None:
        """Take a line out. Raises Rejected."""
        with self.lock:
            found = self._find(line_id)
            if history not in REMOVABLE or found is None or found[0] != history:
                raise Rejected("Data tidak ditemukan")
            for lines in self.histories[history].values():
                if found[1] in lines:
                    lines.remove(found[1])

    def sync_position(self, person_id: str) -> None:
        """Have *data-utama* follow the newest position. Raises Rejected."""
        with self.lock:
            person = self._person(person_id)
            lines = self.lines("jabatan", str(person["nipBaru"]))
            if not lines:
                raise Rejected("Riwayat jabatan tidak ditemukan")
            newest = max(lines, key=lambda line: _day(str(line.get("tmtJabatan", ""))) or date.min)
            for name in (
                "unorId",
                "eselonId",
                "jabatanFungsionalId",
                "jabatanFungsionalUmumId",
                "tmtJabatan",
            ):
                person[name] = newest.get(name, "")
            person["jenisJabatanId"] = newest.get("jenisJabatan", "")

    def _person(self, person_id: str) -> Row:
        found = next((person for person in self.people.values() if person["id"] == person_id), None)
        if found is None:
            raise Rejected("PNS tidak ditemukan")
        return found

    def _line_to_save(self, kind: Kind, nip: str, line_id: str) -> Row:
        if not line_id:
            return self.add_line(kind.history, nip, {})
        found = self._find(line_id)
        if found is None or found[0] != kind.history:
            raise Rejected("Id riwayat tidak ditemukan")
        return found[1]

    def _find(self, line_id: str) -> tuple[str, Row] | None:
        for history, of_people in self.histories.items():
            for lines in of_people.values():
                for line in lines:
                    if line["id"] == line_id:
                        return history, line
        return None

    def _check_references(self, path: str, body: Row) -> None:
        if not path.startswith("/jabatan") or not self.units:
            return
        if body.get("unorId") not in {unit["Id"] for unit in self.units}:
            raise Rejected("unorId tidak ditemukan")


def _check_days(body: Row, names: Iterable[str]) -> None:
    for name in names:
        text = str(body.get(name) or "")
        if text and _day(text) is None:
            raise Rejected(f"format {name} harus dd-mm-yyyy")


def _day(text: str) -> date | None:
    found = WRITTEN_DAY.fullmatch(text)
    try:
        return date(int(found[3]), int(found[2]), int(found[1])) if found else None
    except ValueError:
        return None
