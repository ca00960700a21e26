"""Codes of the API in people's words. The texts are Indonesian; catalogues translate them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

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
# Short enough for three beside each other on a phone.
LEVEL = {"ABOVE": "Di atas", "AS_EXPECTED": "Sesuai", "BELOW": "Di bawah"}
VOTING = {"approve": "Setuju", "reject": "Tidak setuju", "abstain": "Abstain"}
VOTE = {"approve": "setuju", "reject": "tidak setuju", "abstain": "abstain"}
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
CAPACITY = {"D": "definitif", "PLT": "Plt.", "PLH": "Plh.", "PJ": "Pj.", "DELEGATE": "penerima kuasa"}
EVALUATION_PHASE = {
    "planning": "rencana",
    "rating": "penilaian",
    "calibration": "kalibrasi",
    "delivery": "penyampaian",
    "objection": "masa keberatan",
    "write_back": "pencatatan",
    "completed": "selesai",
}
DOCUMENT_STATE = {
    "verified": "terverifikasi",
    "unverified": "menunggu verifikasi",
    "expired": "kedaluwarsa",
    "rejected": "ditolak",
    "missing": "belum ada",
}
READ = {
    "employee": "data pegawai",
    "documents": "dokumen",
    "document": "isi dokumen",
    "talent": "nilai talenta",
    "personnel-action": "perkara",
    "inbox": "kotak tugas",
    "account": "kata sandi pertama diberikan",
}
RULE = {
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
TASK_STATE = {
    "READY": "menunggu",
    "RESERVED": "sedang dikerjakan",
    "COMPLETED": "selesai",
    "EXITED": "berakhir tanpa keputusan",
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
CYCLE = {"opening": "sedang dibuka", "running": "berjalan", "closed": "ditutup"}
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
    "rank_documents": "berkas",
    "rank_authority": "kewenangan menetapkan",
}
RANK_ANSWER = {
    "approved": "Disetujui (pertimbangan teknis)",
    "returned": "Dikembalikan (BTS)",
    "refused": "Ditolak (TMS)",
}
WORK = {
    "talent_result": "Hasil talenta menunggu orang kedua",
    "policy": "Usul kebijakan menunggu pengesahan",
    "document": "Dokumen menunggu verifikasi",
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
VERDICT = {"accepted": "Terima", "rejected": "Tolak", "expired": "Nyatakan kedaluwarsa"}
CHOICE = {
    "ISTIMEWA": "Istimewa",
    "ABOVE": "Di atas ekspektasi",
    "AS_EXPECTED": "Sesuai ekspektasi",
    "BELOW": "Di bawah ekspektasi",
    "accept": "Menerima hasil",
    "object": "Mengajukan keberatan",
    "upheld": "Penilaian dipertahankan",
    "changed": "Penilaian diubah",
    "reassign": "Dipindahkan ke jabatan lain",
    "demote": "Dipindahkan ke jabatan lebih rendah",
    "temporary_year": "Ditempatkan sementara paling lama satu tahun",
    "CONFIRMED": "Dikukuhkan",
    "NEEDS_GUIDANCE": "Perlu bimbingan",
    "NOT_SUITABLE": "Tidak sesuai",
    "dismissal_proposal": "Diusulkan diberhentikan dengan hormat",
    "approve": "Setuju",
    "reject": "Tidak setuju",
    "abstain": "Abstain",
    "SANGAT_BAIK": "Sangat Baik",
    "BAIK": "Baik",
    "BUTUH_PERBAIKAN": "Butuh Perbaikan",
    "KURANG": "Kurang",
    "SANGAT_KURANG": "Sangat Kurang",
    "GOVERNOR": "Gubernur",
    "MINISTER": "Menteri Dalam Negeri",
    "PPK": "Pejabat Pembina Kepegawaian",
    "DELEGATE": "Pejabat yang ditunjuk",
}
FIELD = {
    "recommendation_number": "Nomor surat rekomendasi",
    "recommendation_date": "Tanggal surat rekomendasi",
    "workload_analysis_reference": "Rujukan analisis jabatan dan beban kerja",
    "no_discipline": "Tidak sedang menjalani atau diproses hukuman disiplin",
    "no_court_process": "Tidak sedang dalam proses peradilan",
    "not_on_study_leave": "Tidak sedang tugas belajar atau ikatan dinas",
    "no_audit_findings": "Bebas temuan Inspektorat",
    "performance": "Predikat kinerja per tahun",
    "year": "Tahun",
    "predicate": "Predikat",
    "agency": "Instansi",
    "letter_number": "Nomor surat",
    "letter_date": "Tanggal surat",
    "position_named": "Jabatan yang disebut dalam surat",
    "vote": "Suara",
    "minutes_number": "Nomor berita acara",
    "issued_by": "Diterbitkan oleh",
    "imut_number": "Nomor I-MUT",
    "issued_on": "Tanggal terbit",
    "decree_date": "Tanggal keputusan",
    "effective_date": "Terhitung mulai tanggal (TMT)",
    "authority": "Pejabat yang memutuskan",
    "decision_number": "Nomor keputusan",
    "decision_date": "Tanggal keputusan",
    "invitation_date": "Tanggal undangan pelantikan",
    "inaugurated_on": "Tanggal pelantikan",
    "officiant": "Yang melantik",
    "statement_number": "Nomor SPMT",
    "started_on": "Mulai bertugas tanggal",
    "siasn_id": "Id riwayat jabatan di SIASN",
    "decree_document_id": "Id dokumen SK di SIASN",
    "echo_matches": "Data di SIASN telah dibaca ulang dan sama",
    "siasn_reference": "Rujukan koreksi di SIASN",
    "corrected_on": "Tanggal koreksi",
    "results": "Rencana hasil kerja",
    "expectation": "Hasil yang diharapkan",
    "indicator": "Ukuran",
    "dialogue_on": "Tanggal dialog kinerja",
    "result": "Hasil kerja",
    "conduct": "Perilaku kerja",
    "evidence": "Bukti yang mendasari",
    "deviation": "Usul mengubah penilaian",
    "reason": "Alasan",
    "received_on": "Tanggal diterima",
    "receipt_number": "Nomor tanda terima",
    "response": "Tanggapan Anda",
    "reasons": "Alasan keberatan",
    "decision": "Putusan",
    "record_id": "Id catatan di sistem kinerja",
    "document_id": "Id dokumen di SIASN",
    "targets": "Target perbaikan",
    "starts_on": "Mulai tanggal",
    "tested_on": "Tanggal uji kompetensi",
    "report_number": "Nomor laporan",
    "passed": "Lulus",
    "measure": "Tindakan",
    "proposal_number": "Nomor usul",
    "proposal_date": "Tanggal usul",
    "ranking": "Peringkat calon (terbaik dahulu)",
    "person_id": "Calon yang dipilih",
    "suggested_by": "Nama disarankan oleh (NIP)",
    "reviewed_on": "Tanggal penilaian",
    "awards": "Penghargaan",
    "team_assignments": "Penugasan tim",
    "feedback_360": "Umpan balik 360 derajat",
    "discipline_record": "Rekam jejak disiplin",
    "competency_development": "Pengembangan kompetensi",
    "position_experience": "Pengalaman jabatan",
    "field_fit": "Kesesuaian bidang ilmu",
    "component": "Komponen",
    "score": "Nilai (0 sampai 100)",
    "valid_until": "Berlaku sampai",
    "potential": "Potensi",
    "managerial_sociocultural": "Manajerial dan sosial kultural",
    "digital_literacy": "Literasi digital",
    "emerging_skill": "Keterampilan baru",
    "period_start": "Awal periode",
    "period_end": "Akhir periode",
}


STOP = {
    "done": "selesai",
    "now": "di sini sekarang",
    "gone": "ditolak, dikembalikan, atau berakhir",
    "back": "diulang",
    "ahead": "belum",
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


def facts_told(facts: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """A finding's facts that have words, each with its own; ids and the like are left to the API."""
    return [(FACT[name], value) for name, value in facts.items() if name in FACT]


EVENT = {
    "ActionSubmitted": "Diajukan",
    "ActionAssessed": "Aturan diperiksa",
    "ActionRefused": "Ditolak aturan",
    "ActionRejected": "Ditolak",
    "ActionWithdrawn": "Ditarik",
    "ActionExpired": "Kedaluwarsa",
    "ActionAnnulled": "Dibatalkan",
    "ActionCompleted": "Selesai",
    "TaskOpened": "Tugas dibuka",
    "TaskClaimed": "Tugas diambil",
    "TaskReleased": "Tugas dilepas",
    "TaskDelegated": "Tugas dikuasakan",
    "TaskCommented": "Komentar ditulis",
    "TaskCompleted": "Tugas diputuskan",
    "TaskExited": "Tugas berakhir tanpa keputusan",
    "TaskEscalated": "Tugas dinaikkan",
    "ReminderSent": "Pengingat dikirim",
    "VoteCast": "Suara diberikan",
    "ConflictDeclared": "Benturan kepentingan dinyatakan",
    "OverrideProposed": "Pengesampingan diusulkan",
    "Overridden": "Aturan dikesampingkan",
    "PlacementDecided": "Penempatan diputuskan",
    "DecreeIssued": "Keputusan terbit",
    "ActionTookEffect": "Mulai berlaku",
    "EvaluationBecameFinal": "Penilaian menjadi final",
    "PerformanceJudged": "Kinerja dinilai",
    "CandidatesRanked": "Calon diperingkat",
    "CandidateChosen": "Calon dipilih",
}
GROUPED = {
    "rule": "aturan",
    "unit_id": "unit",
    "proposing_office": "jabatan pengusul",
    "confirming_office": "jabatan yang membenarkan",
    "suggested_by": "yang menyarankan nama",
    "place": "tempat di daftar",
    "chosen_by": "yang memilih",
    "office": "jabatan",
    "other_office": "jabatan lainnya",
    "capacity": "kapasitas",
    "step": "langkah",
    "why": "sebab",
    "person_id": "orang",
    "year": "tahun",
    "window_first": "awal jendela",
    "minister_consented": "persetujuan menteri",
    "from_position_id": "jabatan asal",
    "reader": "yang membaca",
    "subject_id": "yang dibaca",
    "what": "yang dibuka",
}
DIFFERENCE = {
    "status": "Keadaan",
    "subject": "Pegawai",
    "effective_date": "Terhitung mulai tanggal (TMT)",
    "decree": "Keputusan",
    "open_tasks": "Tugas terbuka",
}


def rule(translate: Callable[[str], str], name: str) -> str:
    """A rule's words; its own name in letters where none are written down."""
    return translate(RULE[name]) if name in RULE else name.replace("_", " ").capitalize()


def difference(translate: Callable[[str], str], field: str) -> str:
    """What has changed, in words; of a finding the rule's name."""
    if field.startswith("finding "):
        return f"{translate('Aturan')}: {rule(translate, field.removeprefix('finding '))}"
    return translate(DIFFERENCE.get(field, field))


def label(translate: Callable[[str], str], name: str) -> str:
    """The words for a form's field (of `performance.0.year` the last that has some); its own name in
    letters where none are written down.
    """
    known = next((FIELD[part] for part in reversed(name.split(".")) if part in FIELD), None)
    return translate(known) if known else name.replace("_", " ").capitalize()
