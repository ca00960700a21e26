"""Rank promotion in words."""

from __future__ import annotations

RANK_LIST = {
    "frozen": "dibekukan, belum dikirim",
    "sent": "di BKN",
    "withdrawn": "ditarik",
    "lapsed": "lewat waktu",
}

RANK_KIND = {
    "regular": "reguler",
    "choice_structural": "pilihan, jabatan struktural",
    "choice_functional": "pilihan, jabatan fungsional",
    "adjustment": "penyesuaian ijazah",
    "retirement": "pengabdian",
}

RANK_ENTRY = {
    "kept_off": "Tidak memenuhi syarat",
    "left_off": "Tidak diusulkan",
    "proposed": "Diusulkan",
    "returned": "Berkas dikembalikan BKN (BTS)",
    "refused": "Ditolak BKN (TMS)",
    "not_returned": "Tidak dilengkapi sampai batas waktu",
    "approved": "Disetujui BKN",
    "decreed": "SK terbit, menunggu TMT",
    "effective": "Berlaku",
    "written_back": "Tercatat di SIASN",
    "annulled": "Dibatalkan",
    "to_correct": "Dibatalkan, SIASN harus dikoreksi",
}

RANK_ACT = {
    "freezing": "Buat daftar kenaikan pangkat",
    "dispatch": "Kirim daftar ke BKN",
    "answers": "Catat jawaban BKN",
    "decrees": "Tetapkan kenaikan pangkat",
    "outside-decrees": "Catat keputusan dari luar instansi",
    "write-backs": "Catat riwayat pangkat di SIASN",
}

RANK_RULE = {
    "rank_identity": "identitas",
    "rank_active": "status aktif",
    "rank_integrity": "integritas",
    "rank_as_listed": "sesuai daftar",
    "rank_years": "masa dalam pangkat",
    "rank_ceiling": "pangkat tertinggi",
    "rank_performance": "kinerja",
    "rank_examination": "ujian dinas",
    "rank_credit": "angka kredit",
    "rank_retirement": "batas usia pensiun",
    "rank_last_month": "bulan terakhir dalam dinas",
    "rank_service": "masa kerja",
    "rank_documents": "berkas",
    "rank_authority": "kewenangan menetapkan",
}

RANK_ANSWER = {
    "approved": "Disetujui (pertimbangan teknis)",
    "returned": "Dikembalikan (BTS)",
    "refused": "Ditolak (TMS)",
}
