"""What a finding on a rank promotion says, in Indonesian and English, and what would put it right."""

from __future__ import annotations

from domain.shared_texts import DOCUMENTS, IDENTITY, IDENTITY_REMEDY, INTEGRITY, PERFORMANCE, RETIREMENT

RANK_TEXTS: dict[str, dict[str, tuple[str, str]]] = {
    "rank_identity": IDENTITY,
    "rank_active": {
        "pass": (
            "Kedudukan hukum {employment_status} dapat naik pangkat.",
            "Employment status {employment_status} allows a rank promotion.",
        ),
        "fail": (
            "Kedudukan hukum {employment_status} tidak dapat naik pangkat.",
            "Employment status {employment_status} does not allow a rank promotion.",
        ),
    },
    "rank_integrity": INTEGRITY,
    "rank_as_listed": {
        "pass": ("Jenis dan pangkat sama dengan usul.", "Kind and grade are those of the list."),
        "fail": (
            "Bukan lagi {kind} ke {to_grade} seperti yang diusulkan.",
            "No longer {kind} to {to_grade} as it was listed.",
        ),
    },
    "rank_years": {
        "pass": (
            "{months} bulan dalam pangkat terpenuhi pada {due_on}.",
            "The {months} months in grade are over on {due_on}.",
        ),
        "fail": (
            "{months} bulan dalam pangkat baru terpenuhi pada {due_on}.",
            "The {months} months in grade are not over before {due_on}.",
        ),
        "unknown": ("TMT golongan tidak tercatat.", "It is not recorded since when the grade is held."),
    },
    "rank_ceiling": {
        "pass": ("{to_grade} dalam batas {ceiling}.", "{to_grade} is within the ceiling {ceiling}."),
        "fail": (
            "{to_grade} melampaui pangkat tertinggi {ceiling} menurut jabatan atau ijazah.",
            "{to_grade} is above {ceiling}, the highest that post or education gives.",
        ),
        "unknown": (
            "Pangkat tertinggi menurut jabatan atau ijazah tidak diketahui.",
            "The highest grade that post or education gives is not known.",
        ),
    },
    "rank_performance": PERFORMANCE,
    "rank_examination": {
        "pass": ("Syarat ujian untuk {to_grade} terpenuhi.", "The examination for {to_grade} is met."),
        "fail": (
            "Belum ada bukti {document} yang terverifikasi untuk {to_grade}.",
            "No verified {document} for {to_grade}.",
        ),
    },
    "rank_credit": {
        "pass": ("Angka kredit ditetapkan ({types}).", "Credit points are assessed ({types})."),
        "unknown": (
            "Belum ada penetapan angka kredit yang terverifikasi ({types}).",
            "No verified assessment of credit points ({types}).",
        ),
    },
    "rank_retirement": RETIREMENT,
    "rank_last_month": {
        "pass": (
            "Pangkat pengabdian berlaku {rises_on}, bulan terakhir dalam dinas.",
            "The grade on retirement counts from {rises_on}, the last month of service.",
        ),
        "fail": (
            "Pangkat pengabdian hanya berlaku {rises_on}, bulan terakhir dalam dinas.",
            "A grade on retirement counts from {rises_on} only, the last month of service.",
        ),
    },
    "rank_service": {
        "pass": (
            "Masa kerja {served} tahun dan masa dalam pangkat sejak {grade_since} cukup.",
            "{served} years of service and the time in grade since {grade_since} are enough.",
        ),
        "fail": (
            "Masa kerja {served} tahun dan masa dalam pangkat sejak {grade_since} belum cukup.",
            "{served} years of service and the time in grade since {grade_since} are not enough.",
        ),
        "unknown": (
            "Bulan pengangkatan atau TMT golongan tidak diketahui.",
            "Since when they serve, or have their grade, is not known.",
        ),
    },
    "rank_documents": DOCUMENTS,
    "rank_authority": {
        "pass": ("Ditetapkan oleh PPK.", "Decreed by the appointing official."),
        "fail": (
            "Di atas {highest}, atau pengabdian: keputusan ditetapkan di luar instansi.",
            "Above {highest}, or on retirement: the decree is issued outside the agency.",
        ),
    },
}

RANK_REMEDIES: dict[str, tuple[str, str]] = {
    "rank_identity": IDENTITY_REMEDY,
    "rank_active": ("Tunggu sampai aktif kembali.", "Wait until active again."),
    "rank_integrity": ("Tunggu sampai hukuman atau proses selesai.", "Wait until it has ended."),
    "rank_as_listed": (
        "Periksa mutasi atau pangkat yang berubah; usulkan pada periode berikutnya.",
        "Look at what has changed; propose it in a later period.",
    ),
    "rank_years": (
        "Tunggu periode berikutnya, atau perbaiki TMT golongan.",
        "Wait for a later period, or correct the date of the grade.",
    ),
    "rank_ceiling": (
        "Perbaiki data jabatan atau pendidikan; jabatan lebih tinggi atau ijazah baru menaikkan batas.",
        "Correct post or education; a higher post or a new diploma raises the ceiling.",
    ),
    "rank_performance": (
        "Lengkapi SKP; predikat di bawah syarat menunggu tahun berikutnya.",
        "Complete the ratings; one below the requirement waits for the next year.",
    ),
    "rank_examination": (
        "Unggah bukti lulus ujian dan mintakan verifikasi.",
        "File the proof of the examination and have it verified.",
    ),
    "rank_credit": (
        "Unggah PAK dan mintakan verifikasi.",
        "File the assessment and have it verified.",
    ),
    "rank_retirement": (
        "Verifikasi berkas pensiun (DPCP): kenaikan pangkat pengabdian pada bulan terakhir.",
        "Have the pension file (DPCP) verified: promotion on retirement in the last month.",
    ),
    "rank_last_month": ("Tunggu daftar periode itu.", "Wait for the list of that period."),
    "rank_service": (
        "Perbaiki NIP atau TMT golongan bila keliru; selain itu tidak ada.",
        "Correct the NIP or the date of the grade if wrong; there is nothing else.",
    ),
    "rank_documents": ("Unggah dokumen yang kurang.", "File the documents that are lacking."),
    "rank_authority": ("Catat keputusan dari luar.", "Record the decree from outside."),
}
