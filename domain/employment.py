"""What a civil servant's employment consists of: legal status, education and kind of post."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

ACTIVE = "01"
STUDY_LEAVE = "03"
STATE_OFFICIAL = "07"

EMPLOYMENT_STATUSES: dict[str, str] = {
    "01": "Aktif",
    "02": "Cuti di Luar Tanggungan Negara",
    "03": "Tugas Belajar",
    "04": "Pemberhentian Sementara",
    "05": "Penerima Uang Tunggu",
    "06": "Prajurit Wajib",
    "07": "Pejabat Negara",
    "08": "Kepala Desa",
    "09": "Dalam Proses Banding BAPEK",
    "11": "Pegawai Titipan",
    "12": "Pengungsi",
    "13": "Perpanjangan Cuti di Luar Tanggungan Negara",
    "14": "Dinyatakan Hilang",
    "15": "Kena Hukuman Disiplin",
    "16": "Pemindahan dalam rangka Penurunan Jabatan",
    "20": "Masa Persiapan Pensiun",
    "51": "CPNS yang Belum Menerima SK CPNS",
    "52": "Tidak Aktif",
    "66": "Diberhentikan",
    "67": "Punah",
    "68": "Eks PNS Timor Timur",
    "69": "Tidak Memenuhi Syarat dari Pengadaan",
    "70": "Pembatalan NIP",
    "77": "Pemberhentian tanpa Hak Pensiun",
    "88": "Pemberhentian dengan Hak Pensiun",
    "89": "Tidak Aktif tetapi Diusulkan Pensiun",
    "90": "Tidak Ikut PUPNS 2015",
    "91": "Tindak Pidana atau Tindak Pidana Jabatan",
    "92": "Pemblokiran Data PNS",
    "98": "Mencapai Batas Usia Pensiun",
    "99": "Pensiun",
}
"""*Kedudukan hukum*: SIASN code -> Indonesian text. Source: SIASN reference `kedudukanHukum`."""


class UnknownEmploymentStatus(ValueError):
    """The text is neither a code nor a name of a *kedudukan hukum*."""


class UnknownEducation(ValueError):
    """The text names no level of education."""


class PositionKind(StrEnum):
    """Kinds of post. Source: UU 20/2023 (managerial and non-managerial posts); PP 11/2017.

    PPK is the appointing official, an elected mayor or regent rather than a civil servant.
    """

    PPK = "PPK"
    JPT = "JPT"
    ADMINISTRATOR = "ADMINISTRATOR"
    PENGAWAS = "PENGAWAS"
    FUNGSIONAL = "FUNGSIONAL"
    PELAKSANA = "PELAKSANA"

    @property
    def is_structural(self) -> bool:
        """Whether posts of this kind stand on an echelon."""
        return self in (PositionKind.JPT, PositionKind.ADMINISTRATOR, PositionKind.PENGAWAS)


@dataclass(frozen=True, slots=True)
class Education:
    """A level of education; `level` is that of the national qualification framework.

    S-1 and D-IV share a level. Source: Perpres 8/2012 art. 5 (KKNI).
    """

    code: str
    level: int


EDUCATIONS: dict[str, Education] = {
    code: Education(code, level)
    for code, level in (
        ("SD", 1), ("SMP", 1), ("SMA", 2), ("D-I", 3), ("D-II", 4), ("D-III", 5),
        ("D-IV", 6), ("S-1", 6), ("Profesi", 7), ("S-2", 8), ("S-3", 9),
    )
}  # fmt: skip
"""Levels of education by canonical code, lowest first."""

_SCHOOLS = {
    "SD": "SD", "MI": "SD", "SMP": "SMP", "SLTP": "SMP", "MTS": "SMP", "SMA": "SMA", "SLTA": "SMA",
    "SMK": "SMA", "MA": "SMA", "STM": "SMA", "SMEA": "SMA", "SPG": "SMA", "PROFESI": "Profesi",
}  # fmt: skip
_DEGREE = re.compile(r"([DS])[\s.\-]*(IV|I{1,3}|[1-4])(?![0-9A-Z])")
_ARABIC = {"I": 1, "II": 2, "III": 3, "IV": 4}
_DIPLOMAS = ("D-I", "D-II", "D-III", "D-IV")
_STATUS_BY_NAME = {name.casefold(): code for code, name in EMPLOYMENT_STATUSES.items()}


def parse_employment_status(text: str) -> str:
    """The two-digit code for a code ("1", "01") or a name ("Aktif"); raises UnknownEmploymentStatus."""
    plain = " ".join(text.split())
    code = plain.zfill(2) if plain else ""
    if code in EMPLOYMENT_STATUSES:
        return code
    try:
        return _STATUS_BY_NAME[plain.casefold()]
    except KeyError:
        raise UnknownEmploymentStatus(
            "Kedudukan hukum tidak dikenal; pakai kode SIASN dua angka, misalnya 01 untuk Aktif."
        ) from None


def parse_education(text: str) -> Education:
    """The level that `text` begins with ("S-1", "s1 Hukum", "D.III", "SLTA"); raises UnknownEducation."""
    plain = " ".join(text.split()).upper()
    degree = _DEGREE.match(plain)
    if degree:
        number = _ARABIC.get(degree[2]) or int(degree[2])
        if degree[1] == "D":
            return EDUCATIONS[_DIPLOMAS[number - 1]]
        if number <= 3:
            return EDUCATIONS[f"S-{number}"]
    school = _SCHOOLS.get(re.split(r"[\s/.\-]", plain, maxsplit=1)[0])
    if school is None:
        raise UnknownEducation("Tingkat pendidikan tidak dikenal; contoh yang benar SMA, D-III, S-1, S-2.")
    return EDUCATIONS[school]


def kind_of_echelon(echelon: str) -> PositionKind:
    """The kind of post that an echelon ("III.b") belongs to.

    Source: PP 11/2017 (I and II are *pimpinan tinggi*, III administrator, IV pengawas).
    """
    return {
        "I": PositionKind.JPT,
        "II": PositionKind.JPT,
        "III": PositionKind.ADMINISTRATOR,
        "IV": PositionKind.PENGAWAS,
    }[echelon.partition(".")[0]]
