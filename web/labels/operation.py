"""What operators look at, in words."""

from __future__ import annotations

STUCK = {
    "temporal-unreachable": "Temporal tidak menjawab",
    "no-worker": "Tidak ada pekerja yang mengambil pekerjaan",
    "process-missing": "Perkara tanpa proses",
    "process-unneeded": "Proses yang tidak diperlukan lagi",
    "process-failing": "Proses gagal berulang kali",
    "relay-behind": "Penerus peristiwa tertinggal",
    "overdue": "Perkara melewati saat yang ditunggunya",
    "task-without-owner": "Tugas tanpa pejabat yang dapat bertindak",
    "committee-below-quorum": "Komite di bawah kuorum",
    "quorum-lacking": "Suara kurang dari kuorum",
    "vote-waits-for-nobody": "Pemungutan suara menunggu orang yang tidak ada",
    "effect-blocked": "Keputusan terhalang mulai berlaku",
    "decree-missing": "SK belum terbit",
    "erasure-unfinished": "Penghapusan data belum selesai",
    "projection-out-of-step": "Tabel baca tidak sejalan dengan buku besar",
    "head-out-of-step": "Kepala buku besar tidak sejalan",
    "checkpoint-behind": "Tanda tangan kepala pohon tertinggal",
    "checkpoint-unpublished": "Tanda tangan kepala pohon belum diumumkan",
    "publication-settings": "Pengaturan pengumuman berbeda antarpekerja",
    "witness-refuses": "Saksi menolak menandatangani",
    "siasn-waits": "Pemberitahuan ke SIASN tertunda",
    "policy-proposal-late": "Usul kebijakan lewat hari berlakunya",
    "policy-proposal-waits": "Usul kebijakan menunggu pengesahan",
    "policy-proposal-without-owner": "Usul kebijakan tanpa pejabat yang mengesahkan",
    "rank-list-overdue": "Daftar kenaikan pangkat lewat waktu",
    "rank-answer-awaited": "Jawaban BKN ditunggu",
    "rank-decree-awaited": "Keputusan kenaikan pangkat ditunggu",
    "rank-effect-held": "Kenaikan pangkat tertahan",
    "rank-write-back-awaited": "Pencatatan pangkat di SIASN ditunggu",
    "webhook-failing": "Penerima webhook tidak menjawab",
    "webhook-behind": "Kiriman webhook tertinggal",
}
REPAIR = {
    "wake-process": "proses akan dibangunkan",
    "end-process": "proses akan diakhiri",
    "finish-erasure": "penghapusan akan diteruskan",
}
IMPORT = {
    "employees": "Pegawai",
    "positions": "Jabatan",
    "units": "Unit kerja",
    "skp": "Hasil SKP",
    "cact": "Hasil CACT",
}
SCOPE = {
    "actions:read": "Membaca perkara",
    "actions:write": "Mengajukan perkara",
    "employees:read": "Membaca data pegawai",
    "documents:write": "Memasukkan dokumen",
    "audit:read": "Membaca buku besar",
    "processes:read": "Membuka isi proses Temporal",
}
