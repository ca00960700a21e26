"""What is stored in SIASN, so that a lost reply never makes a duplicate: it is read before it is sent.

A save has no idempotency key. Each kind of line therefore has marks by which it is found again, and a save
begins by looking for a line that bears them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from integrations.siasn import dates
from integrations.siasn.client import SiasnClient
from integrations.siasn.faults import SiasnRefused, SiasnUnanswered
from integrations.siasn.payloads import (
    AnnualPerformanceSave,
    AwardSave,
    CreditSave,
    DisciplineSave,
    Payload,
    PeriodicPerformanceSave,
    PositionSave,
    TalentMappingSave,
)
from integrations.siasn.reading import Row, SiasnReader, value

Mark = Callable[[Any, Row], bool]

# SIASN's numbers of documents (its reference `dokumen`).
DECREE_OF_POSITION = 872
MEDIA_NAMES = {"application/pdf": "dokumen.pdf", "image/jpeg": "dokumen.jpg", "image/png": "dokumen.png"}


def _number_and(day: str, *names: str) -> Mark:
    def bears(payload: Any, row: Row) -> bool:
        number = getattr(payload, "nomor_sk", None) or payload.sk_nomor
        same_number = str(value(row, "nomorSk", "skNomor") or "").strip() == str(number).strip()
        return same_number and dates.read(value(row, *names)) == getattr(payload, day)

    return bears


def _period(payload: Any, row: Row) -> bool:
    wanted = (
        payload.tahun,
        payload.periodik_id,
        payload.bulan_mulai_penilaian,
        payload.bulan_selesai_penilaian,
    )
    names = ("tahun", "periodikId", "bulanMulaiPenilaian", "bulanSelesaiPenilaian")
    return tuple(str(value(row, name)) for name in names) == tuple(map(str, wanted))


def _year(payload: Any, row: Row) -> bool:
    return str(value(row, "tahun")) == str(payload.tahun)


# Kind of line -> the history that holds it, and whether one of its lines bears the payload's marks.
MARKS: dict[type[Payload], tuple[str, Mark]] = {
    PositionSave: ("jabatan", _number_and("tmt_jabatan", "tmtJabatan")),
    CreditSave: ("angkakredit", _number_and("tanggal_sk", "tanggalSk")),
    PeriodicPerformanceSave: ("kinerjaperiodik", _period),
    AnnualPerformanceSave: ("skp22", _year),
    DisciplineSave: ("hukdis", _number_and("sk_tanggal", "skTanggal")),
    AwardSave: ("penghargaan", _number_and("sk_date", "skDate", "skTanggal")),
}


class SiasnWriter:
    """Saves, documents and removals. Each raises SiasnUnreachable, SiasnUnanswered, SiasnRefused."""

    def __init__(self, client: SiasnClient, *, talent_mapping: bool = False) -> None:
        self._client = client
        self._reader = SiasnReader(client)
        self._talent_mapping = talent_mapping

    def lines_like(self, payload: Payload, nip: str) -> list[Row]:
        """The lines of the person's history that bear the payload's marks."""
        history, bears = MARKS[type(payload)]
        return [row for row in self._reader.history(history, nip) if bears(payload, row)]

    def save(self, payload: Payload, nip: str) -> str:
        """SIASN's id of the line: of one that is there already, else of the one that is made now."""
        there = self.lines_like(payload, nip)
        if there:
            return str(there[0]["id"])
        mapped = self._client.store(payload.PATH, payload.body()).get(type(payload).MAPPED)
        if mapped:
            return str(mapped)
        there = self.lines_like(payload, nip)  # it said yes and no id
        if not there:
            raise SiasnUnanswered(payload.PATH, "no-id")
        return str(there[0]["id"])

    def attach(self, line_id: str, kind: int, content: bytes, media_type: str) -> None:
        """Put a document to a line. The same again replaces it."""
        fields = {"id_riwayat": line_id, "id_ref_dokumen": str(kind)}
        name = MEDIA_NAMES.get(media_type, "dokumen.bin")
        self._client.upload("/upload-dok-rw", fields, content, media_type, name)

    def sync_position(self, person: str) -> None:
        """Have *data-utama* follow the history of positions; `person` is SIASN's id."""
        self._client.trigger("/pns/data-utama-jabatansync", pns_orang_id=person)

    def remove_position(self, line_id: str) -> None:
        """Take a line out of the history of positions."""
        self._client.remove("/jabatan/delete", line_id)

    def map_talent(self, payload: TalentMappingSave) -> None:
        """Tell a person's box. Raises SiasnRefused where the installation does not say to."""
        if not self._talent_mapping:
            raise SiasnRefused(payload.PATH, "switched-off")
        self._client.store(payload.PATH, payload.body())
