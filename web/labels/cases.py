"""What a personnel action is, how it stands, and who decides on it, in words."""

from __future__ import annotations

STATUS = {
    "submitted": "Diajukan",
    "in_review": "Sedang ditelaah",
    "returned": "Dikembalikan",
    "awaiting_clearance": "Menunggu izin luar",
    "decided": "Diputuskan",
    "effective": "Berlaku",
    "completed": "Selesai",
    "refused": "Ditolak aturan",
    "rejected": "Ditolak",
    "withdrawn": "Ditarik",
    "expired": "Kedaluwarsa",
    "annulled": "Dibatalkan",
}

KIND = {"mutation": "Mutasi", "promotion": "Promosi", "evaluation": "Evaluasi"}

VARIANT = {
    "within_agency": "antarperangkat daerah",
    "within_unit": "dalam satu perangkat daerah",
    "own_request": "atas permintaan sendiri",
    "inter_agency_in": "masuk dari instansi lain",
    "inter_agency_out": "keluar ke instansi lain",
    "six_monthly": "enam bulanan",
    "performance_improvement": "perbaikan kinerja",
    "temporary_placement": "penempatan sementara",
    "dismissal_proposal": "usul pemberhentian",
    "talent_pool": "dari kelompok rencana suksesi",
    "merit_exemption": "pengecualian sistem merit",
    "open_selection": "seleksi terbuka",
}

OUTCOME = {"approve": "Setujui", "reject": "Tolak", "return": "Kembalikan"}

DONE = {"approve": "disetujui", "reject": "ditolak", "return": "dikembalikan"}

VOTING = {"approve": "Setuju", "reject": "Tidak setuju", "abstain": "Abstain"}

VOTE = {"approve": "setuju", "reject": "tidak setuju", "abstain": "abstain"}

CAPACITY = {"D": "definitif", "PLT": "Plt.", "PLH": "Plh.", "PJ": "Pj.", "DELEGATE": "penerima kuasa"}

TASK_STATE = {
    "READY": "menunggu",
    "RESERVED": "sedang dikerjakan",
    "COMPLETED": "selesai",
    "EXITED": "berakhir tanpa keputusan",
}

STOP = {
    "done": "selesai",
    "now": "di sini sekarang",
    "gone": "ditolak, dikembalikan, atau berakhir",
    "back": "diulang",
    "ahead": "belum",
}

WORK = {
    "webhook": "Webhook dihentikan sistem",
    "talent_result": "Hasil talenta menunggu orang kedua",
    "policy": "Usul kebijakan menunggu pengesahan",
    "document": "Dokumen menunggu verifikasi",
}

SIASN = {
    "pending": "akan dicatat oleh sistem",
    "saved": "tersimpan, SK belum diunggah",
    "document_attached": "tersimpan dengan SK",
    "removed": "catatan dihapus",
    "synced": "data utama disinkronkan",
    "verified": "dibaca ulang dan sesuai",
    "failed": "gagal, dilanjutkan petugas",
}

# Short enough for three beside each other on a phone.
LEVEL = {"ABOVE": "Di atas", "AS_EXPECTED": "Sesuai", "BELOW": "Di bawah"}

CAPACITY_NAME = {
    "PLT": "Pelaksana tugas (Plt.), jabatan kosong",
    "PLH": "Pelaksana harian (Plh.), pejabat berhalangan",
    "PJ": "Penjabat (Pj.)",
    "DELEGATE": "Penerima kuasa",
}
DELEGATION_STATE = {
    "running": "berjalan",
    "coming": "akan datang",
    "over": "berakhir",
    "revoked": "diakhiri lebih awal",
}
EVALUATION_PHASE = {
    "planning": "rencana",
    "rating": "penilaian",
    "calibration": "kalibrasi",
    "delivery": "penyampaian",
    "objection": "masa keberatan",
    "write_back": "pencatatan",
    "completed": "selesai",
}

CYCLE = {"opening": "sedang dibuka", "running": "berjalan", "closed": "ditutup"}
