"""What is read from SIASN, one method a question. Rows are dictionaries under SIASN's own field names.

Sources of paths and parameters are public clients of the service; the answers' shapes are tolerated as they
come, because reads and writes of one thing differ in names, capitals and spelling.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from integrations.siasn import dates
from integrations.siasn.client import SiasnClient
from integrations.siasn.faults import SiasnMisunderstood

Row = dict[str, Any]

HISTORIES = (
    "jabatan",
    "golongan",
    "pendidikan",
    "skp22",
    "kinerjaperiodik",
    "angkakredit",
    "hukdis",
    "diklat",
    "kursus",
    "penghargaan",
    "potensi",
    "kompetensi",
    "pnsunor",
    "cltn",
)
REFERENCES = (
    "agama",
    "alasan-hukuman-disiplin",
    "asn-jenis-jabatan",
    "asn-jenjang-jabatan",
    "eselon",
    "golongan",
    "instansi",
    "jabatan-fungsional",
    "jabatan-fungsional-umum",
    "jenis-diklat",
    "jenis-hukuman",
    "jenis-jabatan",
    "kedudukan-hukum",
    "latihan-struktural",
    "lokasi",
    "pendidikan",
    "ref-dokumen",
    "satuan-kerja",
    "tingkat-pendidikan",
)
PAGE = 500
MOST_PAGES = 2_000


class SiasnReader:
    """The questions that can be asked. Each raises SiasnUnreachable, SiasnRefused."""

    def __init__(self, client: SiasnClient) -> None:
        self._client = client

    def person(self, nip: str) -> Row | None:
        """*data-utama*; its `id` is the person in every write."""
        found = self._client.read("/pns/data-utama", nip)
        if isinstance(found, list):
            found = found[0] if found else None
        return _row("/pns/data-utama", found)

    def history(self, name: str, nip: str) -> list[Row]:
        """One of HISTORIES, every line of it."""
        if name not in HISTORIES:
            raise ValueError(f"{name} is no history")
        return _rows(f"/pns/rw-{name}", self._client.read(f"/pns/rw-{name}", nip))

    def professionality_index(self, nip: str) -> Row | None:
        """*nilaiipasn*."""
        return _row("/pns/nilaiipasn", self._client.read("/pns/nilaiipasn", nip))

    def rank_promotions(self, period: date) -> Iterator[Row]:
        """The agency's proposals of rank promotion of a period, whose day is written ISO here."""
        return self._paged("/pns/list-kp-instansi", periode=period.isoformat())

    def pensions(self, first: date, last: date) -> list[Row]:
        """Pensions between two days."""
        days = {"tglAwal": dates.written(first), "tglAkhir": dates.written(last)}
        path = "/pns/list-pensiun-instansi"
        return _rows(path, self._client.read(path, **days))

    def units(self) -> Iterator[Row]:
        """*ref-unor*, the tree of units, in PascalCase."""
        return self._paged("/referensi/ref-unor")

    def reference(self, name: str) -> Iterator[Row]:
        """One of REFERENCES."""
        if name not in REFERENCES:
            raise ValueError(f"{name} is no reference list")
        for number in range(MOST_PAGES):
            page = _rows(name, self._client.read_reference(name, PAGE, number * PAGE))
            yield from page
            if len(page) < PAGE:
                return

    def integrated_mutations(self, agency: str, letter: str = "") -> Iterator[Row]:
        """Proposals in I-MUT of an agency, by SIASN's id of it. What a row holds no source says."""
        return self._paged("/imut/simpeg/usulan/list", instansi_id=agency, no_surat_usulan=letter)

    def document(self, uri: str) -> bytes:
        """The bytes behind a `dok_uri`."""
        return self._client.document(uri)

    def _paged(self, path: str, **params: Any) -> Iterator[Row]:
        for number in range(MOST_PAGES):
            page = _rows(path, self._client.read(path, **params, limit=PAGE, offset=number * PAGE))
            yield from page
            if len(page) < PAGE:
                return


def document_of(row: Row, kind: int) -> Row | None:
    """The document of that kind on a line: reads give an object keyed by kind, saves take an array."""
    attached = row.get("path")
    if isinstance(attached, dict):
        found = attached.get(str(kind))
        return found if isinstance(found, dict) else None
    for each in attached if isinstance(attached, list) else ():
        if isinstance(each, dict) and str(each.get("dok_id")) == str(kind):
            return each
    return None


def value(row: Row, *names: str) -> Any:
    """The first of `names` that the line has, whatever its capitals; None where all are empty."""
    lower = {key.lower(): held for key, held in row.items()}
    for name in names:
        held = lower.get(name.lower())
        if held not in (None, ""):
            return held
    return None


def _row(path: str, found: Any) -> Row | None:
    if found is None or isinstance(found, dict):
        return found
    raise SiasnMisunderstood(path, "no-object")


def _rows(path: str, found: Any) -> list[Row]:
    if found is None:
        return []
    if isinstance(found, dict):
        return [found]
    if isinstance(found, list) and all(isinstance(each, dict) for each in found):
        return found
    raise SiasnMisunderstood(path, "no-list")
