"""Personnel files and talent in words."""

from __future__ import annotations

DOCUMENT_STATE = {
    "verified": "terverifikasi",
    "unverified": "menunggu verifikasi",
    "expired": "kedaluwarsa",
    "rejected": "ditolak",
    "missing": "belum ada",
}

VERDICT = {"accepted": "Terima", "rejected": "Tolak", "expired": "Nyatakan kedaluwarsa"}

READ = {
    "employee": "data pegawai",
    "documents": "dokumen",
    "document": "isi dokumen",
    "talent": "nilai talenta",
    "personnel-action": "perkara",
    "candidate": "daftar calon",
    "rank-promotion": "kenaikan pangkat",
    "inbox": "kotak tugas",
    "simulation": "simulasi kebijakan",
    "siasn": "perbedaan dengan SIASN",
    "review": "catatan atau temuan auditor",
    "sealed-search": "pencarian isi tersegel",
    "readings": "daftar pembaca berkas",
    "bundle": "bundel bukti",
    "copy": "salinan seluruh data",
}
ACCOUNT_ACT = {
    "first-password": "kata sandi pertama diberikan",
    "sessions-ended": "semua sesi diakhiri operator",
}
PERFORMANCE = {
    "above": "di atas ekspektasi",
    "as_expected": "sesuai ekspektasi",
    "below": "di bawah ekspektasi",
}

POTENTIAL = {"low": "rendah", "middle": "menengah", "high": "tinggi"}

UNMAPPED = {
    "no_skp": "belum ada SKP",
    "skp_lapsed": "SKP kedaluwarsa",
    "no_cact": "belum ada CACT",
    "documents_missing": "berkas belum lengkap",
    "cact_lapsed": "CACT kedaluwarsa",
    "component_missing": "ada komponen yang belum dinilai",
}

RESULT = {
    "component": "Komponen talenta",
    "rating": "Penilaian SKP",
    "test": "Hasil CACT",
    "withdrawal": "Pencabutan hasil",
}

RESULT_STATE = {"waiting": "menunggu orang kedua", "counted": "dihitung", "rejected": "ditolak"}

JUDGEMENT = {
    "1": "Di atas ekspektasi",
    "2": "Sesuai ekspektasi",
    "3": "Di bawah ekspektasi",
}
SIASN_DIFFERENCE = {
    "open": "belum diputuskan",
    "accepted": "diambil dari SIASN",
    "dismissed": "dibiarkan",
    "gone": "sudah sama",
}
