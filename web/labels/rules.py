"""What rules and policies say, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

FINDING = {
    "pass": "Terpenuhi",
    "fail": "Tidak terpenuhi",
    "unknown": "Belum diketahui",
    "not_applicable": "Tidak berlaku",
}

SEVERITY = {
    "HARD": "wajib, tidak dapat dikesampingkan",
    "OVERRIDE": "dapat dikesampingkan dengan alasan dan orang kedua",
    "WARN": "peringatan",
}

RULE = {
    "identity": "NIP sah",
    "employment_active": "Kedudukan aktif",
    "no_discipline": "Bebas hukuman disiplin",
    "no_court_process": "Bebas proses peradilan",
    "not_on_study_leave": "Tidak tugas belajar",
    "no_audit_findings": "Bebas temuan Inspektorat",
    "position_vacant": "Jabatan tujuan lowong",
    "effective_date": "Tanggal berlaku wajar",
    "retirement_age": "Jarak ke pensiun",
    "retirement_near": "Pensiun sudah dekat",
    "election_window": "Di luar masa pemilihan",
    "partner_names_post": "Instansi mitra menyebut jabatan",
    "tenure_minimum": "Masa jabatan paling singkat",
    "tenure_maximum": "Masa jabatan paling lama",
    "performance": "Kinerja dua tahun",
    "linearity": "Kesesuaian rumpun jabatan",
    "leadership_demotion": "Tidak turun jabatan pimpinan",
    "grade_band": "Golongan ruang",
    "birth_date_matches": "Tanggal lahir sesuai NIP",
    "separation_of_duties": "Pemisahan peran",
    "contract_employee": "PPPK",
    "candidate_identity": "NIP sah",
    "candidate_effective_date": "Tanggal berlaku wajar",
    "candidate_election_window": "Di luar masa pemilihan",
    "candidate_active": "Kedudukan aktif",
    "candidate_integrity": "Integritas",
    "candidate_permanent": "PNS",
    "candidate_kind": "Jabatan di bawahnya",
    "candidate_education": "Pendidikan",
    "candidate_retirement": "Jarak ke pensiun",
    "candidate_retirement_near": "Pensiun sudah dekat",
    "candidate_age": "Usia",
    "candidate_years": "Lama di jabatan",
    "candidate_performance": "Kinerja dua tahun",
    "candidate_competency": "Hasil uji berlaku",
    "candidate_grade_band": "Golongan ruang",
    "candidate_documents": "Dokumen",
    "candidate_separation": "Pemisahan peran",
    "talent_pool": "Kelompok rencana suksesi",
    "leading_ranks": "Tiga peringkat teratas",
}

FACT = {
    "age_limit": "batas usia pensiun",
    "band": "rentang golongan jabatan",
    "box": "kotak talenta",
    "ceiling": "pangkat tertinggi",
    "due_on": "jatuh pada",
    "earliest": "paling awal",
    "education": "pendidikan",
    "effective_date": "TMT",
    "employment_kind": "jenis kepegawaian",
    "employment_status": "kedudukan hukum (kode SIASN)",
    "from_family": "rumpun asal",
    "grade": "golongan",
    "highest": "tertinggi",
    "kind": "jenis jabatan",
    "kind_since": "sejak",
    "lapses_on": "gugur pada",
    "latest": "paling lambat",
    "months": "bulan",
    "months_left": "bulan sampai pensiun",
    "position_since": "menduduki jabatan sejak",
    "rank": "peringkat",
    "requested": "diminta",
    "retires_on": "pensiun pada",
    "to_family": "rumpun tujuan",
    "to_grade": "golongan tujuan",
    "to_kind": "jenis jabatan tujuan",
    "years": "tahun",
}

POLICY_STATUS = {
    "proposed": "diusulkan",
    "adopted": "disahkan, belum berlaku",
    "in_force": "berlaku",
    "superseded": "digantikan",
}

SIMULATED = {
    "mutation": "Mutasi",
    "promotion": "Promosi",
    "evaluation": "Evaluasi",
    "vacancy": "Daftar calon",
    "placement": "Penempatan talenta",
    "rank": "Kenaikan pangkat",
}

STANDING = {
    "clear": "lancar",
    "warned": "dengan peringatan",
    "needs an override": "perlu pengesampingan",
    "refused": "ditolak aturan",
    "stopped": "terhenti",
    "not evaluated": "tidak dievaluasi",
}


def facts_told(facts: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """A finding's facts that have words, each with its own; ids and the like are left to the API."""
    return [(FACT[name], value) for name, value in facts.items() if name in FACT]


def rule(translate: Callable[[str], str], name: str) -> str:
    """A rule's words; its own name in letters where none are written down."""
    return translate(RULE[name]) if name in RULE else name.replace("_", " ").capitalize()
