"""What a finding on a candidate says, in Indonesian and English, and what would put it right."""

from __future__ import annotations

from domain.separation_texts import SEPARATION, SEPARATION_REMEDY
from domain.shared_texts import (
    ACTIVE,
    DOCUMENTS,
    GRADE_BAND,
    IDENTITY,
    IDENTITY_REMEDY,
    INTEGRITY,
    PERFORMANCE,
    RETIREMENT,
    RETIREMENT_NEAR,
)

CANDIDATE_TEXTS: dict[str, dict[str, tuple[str, str]]] = {
    "candidate_identity": IDENTITY,
    "candidate_effective_date": {
        "pass": ("TMT {effective_date} dapat dipakai.", "Effective date {effective_date} is possible."),
        "fail": (
            "TMT {effective_date} melewati batas {latest}.",
            "Effective date {effective_date} is later than {latest}.",
        ),
    },
    "candidate_election_window": {
        "pass": (
            "Tidak terhalang masa larangan pilkada.",
            "No election window stands in the way.",
        ),
        "fail": (
            "TMT dalam masa larangan pilkada {first} sampai {last} tanpa izin Mendagri.",
            "Effective in the election window from {first} to {last} without the minister's consent.",
        ),
        "unknown": (
            "TMT dalam masa larangan pilkada {first} sampai {last}; perlu izin Mendagri.",
            "Effective in the election window from {first} to {last}; the minister's consent is needed.",
        ),
    },
    "candidate_active": ACTIVE,
    "candidate_integrity": INTEGRITY,
    "candidate_permanent": {
        "pass": ("Pegawai negeri sipil.", "A permanent civil servant."),
        "fail": ("Bukan pegawai negeri sipil.", "Not a permanent civil servant."),
    },
    "candidate_kind": {
        "pass": ("Jabatan asal sesuai ({kind}).", "The present kind of post leads here ({kind})."),
        "fail": (
            "Jabatan asal {kind} tidak menuju jabatan ini.",
            "The present kind of post {kind} does not lead here.",
        ),
    },
    "candidate_education": {
        "pass": (
            "Pendidikan {education}, syarat minimal {least}.",
            "Education {education}, at least {least} asked.",
        ),
        "fail": (
            "Pendidikan {education} di bawah syarat {least}.",
            "Education {education} is below {least}.",
        ),
        "unknown": ("Pendidikan tidak tercatat; syarat {least}.", "No education recorded; {least} is asked."),
    },
    "candidate_retirement": RETIREMENT,
    "candidate_age": {
        "pass": ("Usia tidak lebih dari {oldest} tahun.", "Not older than {oldest}."),
        "fail": ("Usia lebih dari {oldest} tahun.", "Older than {oldest}."),
    },
    "candidate_years": {
        "pass": (
            "Sudah {years} tahun dalam jenis jabatan (sejak {kind_since}).",
            "{years} years in the kind of post (since {kind_since}).",
        ),
        "fail": (
            "Belum {years} tahun dalam jenis jabatan (sejak {kind_since}).",
            "Less than {years} years in the kind of post (since {kind_since}).",
        ),
        "unknown": (
            "Masa jabatan tidak diketahui; syarat {years} tahun.",
            "The years in the kind of post are not known; {years} are asked.",
        ),
    },
    "candidate_performance": PERFORMANCE,
    "candidate_competency": {
        "pass": (
            "Hasil penilaian masih berlaku ({lapses_on}).",
            "Assessment results still count ({lapses_on}).",
        ),
        "fail": ("Hasil penilaian kedaluwarsa pada {lapses_on}.", "Assessment results lapse on {lapses_on}."),
        "unknown": ("Belum ada penempatan kotak talenta.", "There is no placement in the nine boxes."),
    },
    "candidate_grade_band": GRADE_BAND,
    "candidate_documents": DOCUMENTS,
    "candidate_retirement_near": RETIREMENT_NEAR,
    "talent_pool": {
        "pass": (
            "Kotak talenta {box}: dalam kelompok rencana suksesi.",
            "Box {box}: in the succession pool.",
        ),
        "fail": (
            "Kotak talenta {box}: di luar kelompok rencana suksesi.",
            "Box {box}: outside the succession pool.",
        ),
    },
    "candidate_separation": SEPARATION,
    "leading_ranks": {
        "pass": ("Peringkat {rank}.", "Rank {rank}."),
        "fail": (
            "Peringkat {rank}, di bawah {free_ranks} besar.",
            "Rank {rank}, below the first {free_ranks}.",
        ),
    },
}

_REASON = ("Beri alasan tertulis; perlu orang kedua.", "Give a written reason; a second person is needed.")
_OTHER = ("Pilih calon lain.", "Choose another candidate.")

CANDIDATE_REMEDIES: dict[str, tuple[str, str]] = {
    "candidate_identity": IDENTITY_REMEDY,
    "candidate_effective_date": ("Ubah TMT.", "Choose another effective date."),
    "candidate_election_window": (
        "Minta izin Mendagri atau pilih TMT di luar masa larangan.",
        "Ask for the minister's consent, or choose a date outside the window.",
    ),
    "candidate_active": _OTHER,
    "candidate_integrity": _OTHER,
    "candidate_permanent": _OTHER,
    "candidate_kind": _OTHER,
    "candidate_education": ("Catat ijazah pada data induk.", "Record the diploma in the register."),
    "candidate_retirement": _OTHER,
    "candidate_age": _OTHER,
    "candidate_years": _REASON,
    "candidate_performance": _REASON,
    "candidate_competency": ("Ajukan penilaian ulang (CACT).", "Have the person assessed anew (CACT)."),
    "candidate_grade_band": ("Periksa pangkat terhadap eselon.", "Check the grade against the echelon."),
    "candidate_documents": ("Lengkapi berkas.", "Complete the file."),
    "candidate_retirement_near": ("Pertimbangkan sisa masa kerja.", "Consider the time left."),
    "talent_pool": _REASON,
    "leading_ranks": _REASON,
    "candidate_separation": SEPARATION_REMEDY,
}
