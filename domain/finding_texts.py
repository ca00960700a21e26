"""What a finding says to a person, in Indonesian and English, and what would put it right."""

from __future__ import annotations

from typing import Any

from domain.candidate_texts import CANDIDATE_REMEDIES, CANDIDATE_TEXTS
from domain.rank_texts import RANK_REMEDIES, RANK_TEXTS
from domain.separation_texts import SEPARATION, SEPARATION_REMEDY, UNOWNED
from domain.shared_texts import (
    ACTIVE,
    GRADE_BAND,
    IDENTITY,
    IDENTITY_REMEDY,
    PERFORMANCE,
    RETIREMENT,
    RETIREMENT_NEAR,
)

TEXTS: dict[str, dict[str, tuple[str, str]]] = {
    "identity": IDENTITY,
    "employment_active": ACTIVE,
    "no_discipline": {
        "pass": ("Tidak sedang menjalani hukuman disiplin.", "Not undergoing disciplinary punishment."),
        "fail": ("Sedang menjalani hukuman disiplin.", "Undergoing disciplinary punishment."),
        "unknown": ("Hukuman disiplin belum diverifikasi.", "Discipline has not been verified yet."),
    },
    "no_court_process": {
        "pass": ("Tidak dalam proses peradilan.", "Not in a court process."),
        "fail": ("Dalam proses peradilan.", "In a court process."),
        "unknown": ("Proses peradilan belum diverifikasi.", "Court processes have not been verified yet."),
    },
    "not_on_study_leave": {
        "pass": ("Tidak tugas belajar atau ikatan dinas.", "Not on study assignment or service bond."),
        "fail": ("Sedang tugas belajar atau ikatan dinas.", "On study assignment or service bond."),
        "unknown": ("Tugas belajar belum diverifikasi.", "Study assignment has not been verified yet."),
    },
    "no_audit_findings": {
        "pass": ("Bebas temuan Inspektorat asal.", "Free of findings by the origin's inspectorate."),
        "fail": ("Ada temuan Inspektorat asal.", "There are findings by the origin's inspectorate."),
        "unknown": ("Bebas temuan belum diverifikasi.", "Freedom from findings has not been verified yet."),
    },
    "position_vacant": {
        "pass": ("Jabatan {position_id} kosong.", "Position {position_id} is vacant."),
        "fail": ("Jabatan {position_id} masih terisi.", "Position {position_id} is still held."),
    },
    "effective_date": {
        "pass": ("TMT {effective_date} dapat dipenuhi.", "Effective date {effective_date} is possible."),
        "fail": (
            "TMT {effective_date} harus antara {earliest} dan {latest}.",
            "Effective date {effective_date} must lie between {earliest} and {latest}.",
        ),
    },
    "retirement_age": RETIREMENT
    | {
        "pass": ("TMT sebelum batas usia pensiun ({retires_on}).", "Before retirement ({retires_on})."),
    },
    "retirement_near": RETIREMENT_NEAR,
    "election_window": {
        "pass": ("Tidak terhalang masa pemilihan.", "Not barred by an election period."),
        "fail": (
            "TMT jatuh pada masa larangan {first} s.d. {last} tanpa persetujuan Mendagri.",
            "The effective date lies in the barred period {first} to {last} without the Minister's consent.",
        ),
        "unknown": (
            "TMT pada masa larangan {first} s.d. {last}: perlu persetujuan Mendagri.",
            "The effective date lies in the barred period {first} to {last}: "
            "the Minister's consent is needed.",
        ),
    },
    "partner_names_post": {
        "pass": ("Kedua surat menyebut jabatan yang sama.", "Both letters name the same post."),
        "fail": (
            "Surat mitra menyebut {consented}, permohonan menyebut {requested}.",
            "The other agency's letter names {consented}, the request names {requested}.",
        ),
        "unknown": ("Persetujuan instansi mitra belum ada.", "The other agency has not consented yet."),
    },
    "tenure_minimum": {
        "pass": ("Sudah minimal {years} tahun dalam jabatan.", "At least {years} years in post."),
        "fail": (
            "Belum {years} tahun dalam jabatan (sejak {position_since}).",
            "Less than {years} years in post (since {position_since}).",
        ),
        "unknown": ("TMT jabatan tidak diketahui.", "It is not known since when the post is held."),
    },
    "tenure_maximum": {
        "pass": ("Belum lebih dari {years} tahun dalam jabatan.", "No more than {years} years in post."),
        "fail": (
            "Lebih dari {years} tahun dalam jabatan; mutasi mengakhirinya.",
            "More than {years} years in post; the transfer ends this.",
        ),
    },
    "performance": PERFORMANCE
    | {
        "unknown": ("Predikat kinerja belum diverifikasi.", "Performance has not been verified yet."),
    },
    "linearity": {
        "pass": ("Rumpun jabatan sama.", "The family of posts is the same."),
        "fail": ("Tidak linier: {from_family} ke {to_family}.", "Not linear: {from_family} to {to_family}."),
    },
    "leadership_demotion": {
        "pass": ("Tetap jabatan pimpinan tinggi.", "Remains a senior leadership post."),
        "fail": ("Pimpinan tinggi dipindah ke {to_kind}.", "A senior leader is moved to {to_kind}."),
    },
    "grade_band": GRADE_BAND,
    "birth_date_matches": {
        "pass": ("Tanggal lahir sesuai NIP.", "The birth date agrees with the NIP."),
        "fail": ("Tanggal lahir berbeda dengan NIP.", "The birth date differs from the NIP."),
        "unknown": ("Tanggal lahir dalam NIP tidak terbaca.", "The NIP holds no readable birth date."),
    },
    "separation_of_duties": SEPARATION,
    "contract_employee": {
        "pass": ("Pegawai negeri sipil.", "A permanent civil servant."),
        "fail": (
            "PPPK: dasar relokasi perlu dipastikan.",
            "Contract employee: the basis for moving must be confirmed.",
        ),
    },
}

REMEDIES: dict[str, tuple[str, str]] = {
    "identity": IDENTITY_REMEDY,
    "employment_active": ("Tunggu sampai kedudukan hukum aktif.", "Wait until employment is active."),
    "no_discipline": (
        "Tunggu hukuman selesai dan verifikasi ulang.",
        "Wait until it has ended and verify again.",
    ),
    "no_court_process": ("Tunggu putusan dan verifikasi ulang.", "Wait for the judgment and verify again."),
    "not_on_study_leave": ("Tunggu tugas belajar selesai.", "Wait until the assignment has ended."),
    "no_audit_findings": (
        "Selesaikan temuan dan lampirkan surat bebas temuan.",
        "Settle the findings first.",
    ),
    "position_vacant": ("Pilih jabatan lain yang kosong.", "Choose another, vacant post."),
    "effective_date": ("Pilih TMT dalam rentang itu.", "Choose an effective date in that range."),
    "retirement_age": ("Pilih TMT sebelum batas usia pensiun.", "Choose a date before retirement."),
    "retirement_near": ("Pertimbangkan sisa masa kerja.", "Consider the time left."),
    "election_window": ("Mintakan persetujuan tertulis Mendagri.", "Ask for the Minister's written consent."),
    "partner_names_post": (
        "Mintakan surat yang menyebut jabatan yang sama.",
        "Ask for a letter naming the same post.",
    ),
    "tenure_minimum": (
        "Beri alasan tertulis; perlu orang kedua.",
        "Give a written reason; a second person is needed.",
    ),
    "tenure_maximum": ("Tidak perlu tindakan.", "Nothing to do."),
    "performance": (
        "Beri alasan tertulis; perlu orang kedua.",
        "Give a written reason; a second person is needed.",
    ),
    "linearity": (
        "Beri alasan tertulis; perlu orang kedua.",
        "Give a written reason; a second person is needed.",
    ),
    "leadership_demotion": (
        "Beri alasan tertulis; perlu orang kedua.",
        "Give a written reason; a second person is needed.",
    ),
    "grade_band": ("Periksa pangkat terhadap kelas jabatan.", "Check the grade against the post."),
    "birth_date_matches": ("Periksa data induk.", "Check the register."),
    "separation_of_duties": SEPARATION_REMEDY,
    "contract_employee": ("Pastikan dasar hukum dengan BKN.", "Confirm the legal basis with BKN."),
}

NOT_APPLICABLE = ("Tidak berlaku untuk kasus ini.", "Does not apply to this case.")


def message_of(
    rule: str, outcome: str, facts: dict[str, Any], parameters: dict[str, Any], language: str
) -> str:
    """The sentence of one finding in `language` (`id` or `en`)."""
    if outcome == "not_applicable":
        return NOT_APPLICABLE[language != "id"]
    texts = next(known for known in (TEXTS, CANDIDATE_TEXTS, RANK_TEXTS) if rule in known)
    template = texts[rule][outcome][language != "id"]
    why = UNOWNED.get(facts.get("why"), ("", ""))[language != "id"]
    return template.format_map(parameters | facts | {"unowned": why})


def remedy_of(rule: str, outcome: str, language: str) -> str | None:
    """What puts a failed or open finding right; None where nothing needs to be done."""
    if outcome in ("pass", "not_applicable"):
        return None
    remedies = next(known for known in (REMEDIES, CANDIDATE_REMEDIES, RANK_REMEDIES) if rule in known)
    return remedies[rule][language != "id"]
