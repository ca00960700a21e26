"""What findings on transfers, candidates and rank promotions say alike, in Indonesian and English."""

from __future__ import annotations

Texts = dict[str, tuple[str, str]]

IDENTITY: Texts = {
    "pass": ("NIP sah.", "The NIP is valid."),
    "fail": ("NIP tidak sah.", "The NIP is not valid."),
}
IDENTITY_REMEDY = ("Perbaiki NIP pada data induk.", "Correct the NIP in the register.")
ACTIVE: Texts = {
    "pass": ("Kedudukan hukum aktif.", "Employment status is active."),
    "fail": (
        "Kedudukan hukum {employment_status}, bukan aktif.",
        "Employment status is {employment_status}, not active.",
    ),
}
INTEGRITY: Texts = {
    "pass": (
        "Tidak ada hukuman disiplin atau proses pidana.",
        "No disciplinary punishment, no criminal process.",
    ),
    "fail": (
        "Sedang menjalani hukuman disiplin atau proses pidana.",
        "Undergoing disciplinary punishment or a criminal process.",
    ),
}
RETIREMENT: Texts = {
    "pass": ("Sebelum batas usia pensiun ({retires_on}).", "Before retirement ({retires_on})."),
    "fail": (
        "Mencapai batas usia pensiun {age_limit} tahun pada {retires_on}.",
        "Reaches the retirement age of {age_limit} on {retires_on}.",
    ),
}
RETIREMENT_NEAR: Texts = {
    "pass": ("Masih {months_left} bulan sampai pensiun.", "{months_left} months until retirement."),
    "fail": (
        "Tinggal {months_left} bulan sampai pensiun.",
        "Only {months_left} months until retirement.",
    ),
}
PERFORMANCE: Texts = {
    "pass": (
        "Predikat kinerja {years} tahun terakhir baik.",
        "Performance was good in the last {years} years.",
    ),
    "fail": (
        "Predikat kinerja {years} tahun terakhir belum semuanya {at_least}.",
        "Performance in the last {years} years was not {at_least} throughout.",
    ),
    "unknown": (
        "Predikat kinerja {years} tahun terakhir belum lengkap.",
        "The ratings of the last {years} years are not complete.",
    ),
}
GRADE_BAND: Texts = {
    "pass": ("Golongan {grade} sesuai ({band}).", "Grade {grade} fits ({band})."),
    "fail": ("Golongan {grade} di luar {band}.", "Grade {grade} is outside {band}."),
    "unknown": ("Golongan {grade} tidak dikenal.", "Grade {grade} is not known."),
}
DOCUMENTS: Texts = {
    "pass": ("Berkas lengkap.", "The file is complete."),
    "fail": ("Berkas kurang: {missing}.", "The file lacks: {missing}."),
}
