"""Events and what auditors look at, in words."""

from __future__ import annotations

from collections.abc import Callable

from web.labels.rules import rule

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
    "FirstPasswordGiven": "Kata sandi pertama diberikan",
    "SessionsEnded": "Sesi diakhiri operator",
    "DelegationGranted": "Kuasa atau penugasan diberikan",
    "DelegationRevoked": "Kuasa atau penugasan diakhiri",
    "EmployeeRegistered": "Data pegawai dicatat",
    "EmployeePlaced": "Pegawai ditempatkan",
    "EmployeePromoted": "Pangkat dinaikkan",
    "PositionRegistered": "Jabatan dicatat",
    "UnitRegistered": "Unit dicatat",
    "OfficeGranted": "Jabatan sistem diberikan",
    "ApiKeyIssued": "Kunci API dibuat",
    "ApiKeyRevoked": "Kunci API diakhiri",
    "PersonalDataRead": "Berkas pegawai dibaca",
    "DocumentFiled": "Dokumen masuk berkas",
    "DocumentVerified": "Dokumen diverifikasi",
    "PolicyProposed": "Kebijakan diusulkan",
    "PolicyAdopted": "Kebijakan disahkan",
    "CalendarAdopted": "Kalender kerja ditetapkan",
    "TalentPlaced": "Ditempatkan di kotak talenta",
    "SkpRated": "Hasil SKP dicatat",
    "CompetencyTested": "Hasil uji kompetensi dicatat",
    "TalentComponentRecorded": "Komponen talenta dicatat",
    "VacancyOpened": "Jabatan lowong dibuka",
    "PoolFrozen": "Daftar calon dibekukan",
    "RankListFrozen": "Daftar kenaikan pangkat dibekukan",
    "RankListSent": "Daftar kenaikan pangkat dikirim",
    "RankDecreeIssued": "Keputusan pangkat terbit",
    "FindingRaised": "Temuan auditor",
    "FindingAnswered": "Temuan dijawab",
    "ReviewQuerySaved": "Kueri auditor disimpan",
    "SampleRequested": "Sampel diminta",
    "SampleDrawn": "Sampel diundi",
    "EvidenceTaken": "Bukti dibawa keluar",
    "SiasnDiffered": "SIASN berbeda",
    "SiasnDifferenceSettled": "Perbedaan SIASN diputuskan",
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

CONDITION = {
    "person": "tentang",
    "actor": "pelaku",
    "type": "jenis",
    "office": "jabatan",
    "unit": "unit",
    "rule": "aturan",
    "outcome": "hasil",
    "first": "sejak",
    "last": "sampai sebelum",
    "from": "sejak",
    "to": "sampai sebelum",
    "q": "kode",
    "stream": "aliran",
}
OUTCOME_FOUND = {
    "approve": "disetujui",
    "reject": "ditolak",
    "return": "dikembalikan",
    "abstain": "abstain",
    "approved": "disetujui BKN",
    "returned": "dikembalikan BKN",
    "refused": "ditolak BKN",
}
REVIEW_STATE = {
    "open": "menunggu jawaban",
    "answered": "dijawab",
    "closed": "ditutup",
    "note": "catatan",
}
REVIEW_ENTRY = {
    "note": "Catatan",
    "raised": "Temuan ditulis",
    "answered": "Dijawab unit",
    "reopened": "Dibuka lagi",
    "closed": "Ditutup",
}
REVIEW_OUTCOME = {
    "settled": "selesai",
    "not_actionable": "tidak dapat ditindaklanjuti",
    "withdrawn": "dicabut",
}
DIFFERENCE = {
    "status": "Keadaan",
    "subject": "Pegawai",
    "effective_date": "Terhitung mulai tanggal (TMT)",
    "decree": "Keputusan",
    "open_tasks": "Tugas terbuka",
}


def difference(translate: Callable[[str], str], field: str) -> str:
    """What has changed, in words; of a finding the rule's name."""
    if field.startswith("finding "):
        return f"{translate('Aturan')}: {rule(translate, field.removeprefix('finding '))}"
    return translate(DIFFERENCE.get(field, field))


WEBHOOK_STATE = {"active": "Berjalan", "paused": "Dihentikan"}
WEBHOOK_WHY = {
    "asked": "dihentikan oleh orang",
    "failing": "penerima gagal terlalu lama",
    "gone": "penerima menyatakan tidak ada lagi (410)",
    "address-refused": "alamatnya kini tidak boleh dipanggil",
    "key-revoked": "kunci API pemiliknya diakhiri",
}
WEBHOOK_ERROR = {
    "unknown-host": "nama host tidak dikenal",
    "unreachable": "tidak terjangkau",
    "untrusted": "sertifikatnya tidak dipercaya",
    "timeout": "tidak menjawab pada waktunya",
    "no-http": "jawabannya bukan HTTP",
    "redirected": "mengalihkan ke alamat lain",
    "refused": "menjawab tidak berhasil",
    "address-refused": "alamatnya tidak boleh dipanggil",
}
WEBHOOK_KIND = {
    "mutation": "Mutasi",
    "promotion": "Promosi",
    "evaluation": "Evaluasi",
    "rank_promotion": "Kenaikan pangkat",
}
