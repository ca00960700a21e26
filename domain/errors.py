"""Why a command can be refused, one class and one sentence for each reason.

    Refusal
    ├── NotFound              nothing that the caller may see
    ├── NotPermitted          the caller has no such right
    │   ├── ExcludedOwner     … because of who they are in this case
    │   └── CapacityNotAllowed … because acting holders and delegates may not
    ├── Conflict              the world moved on
    │   ├── WrongExpectedVersion
    │   ├── IdempotencyKeyReused
    │   ├── TaskAlreadyDecided, TaskClaimed, TaskClosed
    │   ├── ActionEnded, DecreeAlreadyIssued, NotYetDecided
    │   ├── PositionPromised, PositionHeld, OpenActionExists, ActingHolderExists
    │   ├── EvaluationExists, CycleNotComplete
    │   ├── PolicyTextDiffers, DocumentRejected, FindingNotThere
    │   ├── RankListExists, RankNotThere, RankMovedOn
    │   ├── AlreadyVoted, AlreadyExists
    │   └── PersonIsErased        nothing can be said of them any more
    └── Unlawful              the input is readable and the law says no
        ├── InvalidDetails    the task's form is not answered
        ├── ReasonRequired, UnknownReturnStep, VariantMismatch, DateOutOfOrder
        ├── HardFinding, OverrideRequired, DocumentsLacking
        ├── ActingTermExceeded
        ├── PolicyUnsound, PolicyBackdated
        ├── SampleDiffers         what is shown is not what was promised
        ├── NobodyDue             a period without anybody to propose
        ├── NeededByOpenAction, RetentionForbids … a person cannot be erased now
        └── SelfAssessment        nobody rates themself

No class knows HTTP; `api/problems.py` maps them. Sentences never carry personal data:
people appear in `facts` by surrogate id and the edge puts the name in for those allowed.
"""

from __future__ import annotations

from typing import Any, ClassVar


class Refusal(Exception):
    """A command that may not happen. `code` is stable; `facts` are JSON-able."""

    code: ClassVar[str] = "refused"
    sentence_id: ClassVar[str] = "Perintah ditolak."
    sentence_en: ClassVar[str] = "The command was refused."

    def __init__(self, **facts: Any) -> None:
        self.facts = facts
        super().__init__(self.sentence("en"))

    def sentence(self, language: str) -> str:
        """The refusal in Indonesian (`id`) or English (`en`)."""
        template = self.sentence_id if language == "id" else self.sentence_en
        return template.format_map(_Facts(self.facts))


class _Facts(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "?"


class NotFound(Refusal):
    code = "not-found"
    sentence_id = "Tidak ditemukan."
    sentence_en = "Not found."


class NotPermitted(Refusal):
    code = "not-permitted"
    sentence_id = "Anda tidak berwenang melakukan ini."
    sentence_en = "You have no right to do this."


class ExcludedOwner(NotPermitted):
    code = "excluded-owner"
    sentence_id = "Anda dikecualikan dari tugas ini ({why})."
    sentence_en = "You are excluded from this task ({why})."


class CapacityNotAllowed(NotPermitted):
    code = "capacity-not-allowed"
    sentence_id = "Langkah ini hanya boleh diputus pejabat definitif; {capacity} tidak berwenang."
    sentence_en = "Only the definitive holder may decide this step; {capacity} may not."


class Conflict(Refusal):
    code = "conflict"
    sentence_id = "Keadaan sudah berubah."
    sentence_en = "The world has moved on."


class WrongExpectedVersion(Conflict):
    code = "wrong-expected-version"
    sentence_id = "Versi {stream} sudah {actual}, bukan {expected}."
    sentence_en = "Stream {stream} is at version {actual}, not {expected}."


class IdempotencyKeyReused(Conflict):
    code = "idempotency-key-reused"
    sentence_id = "Idempotency-Key ini sudah dipakai untuk permintaan lain."
    sentence_en = "This Idempotency-Key was used for another request."


class TaskAlreadyDecided(Conflict):
    code = "task-already-decided"
    sentence_id = "Tugas sudah diputus ({outcome}) pada {at}."
    sentence_en = "The task was already decided ({outcome}) at {at}."


class TaskClaimed(Conflict):
    code = "task-claimed"
    sentence_id = "Tugas sedang ditangani orang lain."
    sentence_en = "Another person has claimed this task."


class TaskClosed(Conflict):
    code = "task-closed"
    sentence_id = "Tugas ini sudah ditutup."
    sentence_en = "This task is closed."


class ActionEnded(Conflict):
    code = "action-ended"
    sentence_id = "Proses ini sudah berakhir ({status})."
    sentence_en = "This personnel action has ended ({status})."


class DecreeAlreadyIssued(Conflict):
    code = "decree-already-issued"
    sentence_id = "Keputusan sudah terbit; hanya pembatalan yang mungkin."
    sentence_en = "The decree has been issued; only annulment is possible."


class NotYetDecided(Conflict):
    code = "not-yet-decided"
    sentence_id = "Belum ada keputusan yang dapat dibatalkan."
    sentence_en = "There is no decision yet that could be annulled."


class NotDue(Conflict):
    code = "not-due"
    sentence_id = "Belum waktunya."
    sentence_en = "It is not time for this yet."


class PositionPromised(Conflict):
    code = "position-promised"
    sentence_id = "Jabatan {position_id} sudah dijanjikan dalam proses lain."
    sentence_en = "Position {position_id} is already promised in another action."


class PositionHeld(Conflict):
    code = "position-held"
    sentence_id = "Jabatan {position_id} sudah dipegang pegawai lain."
    sentence_en = "Position {position_id} is already held by another person."


class OpenActionExists(Conflict):
    code = "open-action-exists"
    sentence_id = "Pegawai ini masih dalam proses lain yang belum selesai."
    sentence_en = "This person already has an open personnel action."


class EvaluationExists(Conflict):
    code = "evaluation-exists"
    sentence_id = "Penilaian pegawai ini untuk periode tersebut sudah ada."
    sentence_en = "This person already has an evaluation for that period."


class CycleNotComplete(Conflict):
    code = "cycle-not-complete"
    sentence_id = "Siklus masih membuka penilaian; tutup setelah semuanya terbuka."
    sentence_en = "The cycle is still opening evaluations; close it when all are open."


class RankListExists(Conflict):
    code = "rank-list-exists"
    sentence_id = "Periode {period} sudah mempunyai daftar usul kenaikan pangkat."
    sentence_en = "The period {period} has a list of rank promotions already."


class RankNotThere(Conflict):
    code = "rank-not-there"
    sentence_id = "Daftar atau pegawai ini tidak pada tahap itu ({status})."
    sentence_en = "The list or the person is not at that point ({status})."


class RankMovedOn(Conflict):
    code = "rank-moved-on"
    sentence_id = "Pangkat pegawai sudah berubah setelah keputusan ini; batalkan yang terakhir dahulu."
    sentence_en = "The person's grade has changed since this decree; annul the last change first."


class ActingHolderExists(Conflict):
    code = "acting-holder-exists"
    sentence_id = "Jabatan ini sudah mempunyai pelaksana pada masa itu."
    sentence_en = "The post already has an acting holder in that period."


class AlreadyVoted(Conflict):
    code = "already-voted"
    sentence_id = "Anda sudah memberikan suara."
    sentence_en = "You have already voted."


class CandidateListLapsed(Conflict):
    code = "candidate-list-lapsed"
    sentence_id = "Daftar calon hanya berlaku sampai sebelum {lapses_on}; buka lowongan baru."
    sentence_en = "The list of candidates stood until before {lapses_on}; open the vacancy anew."


class AlreadyExists(Conflict):
    code = "already-exists"
    sentence_id = "Sudah ada: {what}."
    sentence_en = "It already exists: {what}."


class PolicyTextDiffers(Conflict):
    code = "policy-text-differs"
    sentence_id = "Naskah yang diusulkan sekarang adalah {hash}; baca dahulu."
    sentence_en = "The text that is proposed now is {hash}; read that one first."


class FindingNotThere(Conflict):
    code = "finding-not-there"
    sentence_id = "Temuan ini berada pada keadaan lain ({state})."
    sentence_en = "The finding stands elsewhere ({state})."


class PersonIsErased(Conflict):
    code = "person-erased"
    sentence_id = "Data orang ini telah dihapus; tidak ada lagi yang dapat dicatat tentangnya."
    sentence_en = "This person was erased; nothing more can be recorded about them."


class Unlawful(Refusal):
    code = "unlawful"
    sentence_id = "Tidak sesuai ketentuan."
    sentence_en = "The rules do not allow this."


class InvalidDetails(Unlawful):
    code = "invalid-details"
    sentence_id = "Isian tugas belum benar."
    sentence_en = "The task's form is not answered correctly."


class CycleClosed(Conflict):
    code = "cycle-closed"
    sentence_id = "Siklus evaluasi ini sudah ditutup."
    sentence_en = "This cycle of evaluations is closed."


class NobodyDue(Unlawful):
    code = "nobody-due"
    sentence_id = "Tidak ada pegawai yang dapat diusulkan pada periode {period}."
    sentence_en = "Nobody can be proposed in the period {period}."


class ReasonRequired(Unlawful):
    code = "reason-required"
    sentence_id = "Alasan atau keperluannya harus ditulis dengan kata-kata."
    sentence_en = "This needs its reason or purpose in words."


class UnknownReturnStep(Unlawful):
    code = "unknown-return-step"
    sentence_id = "Tidak dapat dikembalikan ke langkah {return_to}."
    sentence_en = "The case cannot be returned to step {return_to}."


class VariantMismatch(Unlawful):
    code = "variant-mismatch"
    sentence_id = "Varian {variant} tidak cocok dengan permintaan ini: {why_id}."
    sentence_en = "Variant {variant} does not fit this request: {why_en}."


class DateOutOfOrder(Unlawful):
    code = "date-out-of-order"
    sentence_id = "Tanggal tidak berurutan: {earlier} tidak boleh setelah {later}."
    sentence_en = "Dates are out of order: {earlier} may not be after {later}."


class HardFinding(Unlawful):
    code = "hard-finding"
    sentence_id = "Syarat wajib belum terpenuhi."
    sentence_en = "A mandatory requirement is not met."


class OverrideRequired(Unlawful):
    code = "override-required"
    sentence_id = "Temuan ini perlu alasan tertulis dan persetujuan orang kedua."
    sentence_en = "These findings need a written reason and a second person."


class DocumentsLacking(Unlawful):
    """`documents` names each: code, state and names in both languages."""

    code = "documents-lacking"
    sentence_id = "Berkas untuk langkah {step} belum lengkap: {names_id}. Unggah dan mintakan verifikasi."
    sentence_en = "The file lacks documents for step {step}: {names_en}. File them and have them verified."


class DocumentRejected(Conflict):
    code = "document-rejected"
    sentence_id = "Berkas ini sudah ditolak petugas; unggah berkas lain atau mintakan pemeriksaan ulang."
    sentence_en = "An officer rejected this very document; file another or ask for a new verdict on it."


class NobodyEligible(Unlawful):
    """`left_out` counts by hard rule whom the list leaves out, `unmapped` those without a box."""

    code = "nobody-eligible"
    sentence_id = "Tidak ada calon yang memenuhi syarat; daftar calon kosong tidak dibuat."
    sentence_en = "Nobody is eligible; an empty list of candidates is not made."


class ActingTermExceeded(Unlawful):
    code = "acting-term-exceeded"
    sentence_id = "Masa {capacity} melebihi batas {limit}."
    sentence_en = "The term as {capacity} exceeds the limit of {limit}."


class SelfAssessment(Unlawful):
    code = "self-assessment"
    sentence_id = "Penilai tidak boleh menilai diri sendiri."
    sentence_en = "Nobody may rate themself."


class SampleDiffers(Unlawful):
    code = "sample-differs"
    sentence_id = "Ini bukan yang dijanjikan saat sampel diminta: {field}."
    sentence_en = "This is not what was promised when the sample was asked for: {field}."


class PolicyUnsound(Unlawful):
    """`faults` are what the check of the policy found: code, severity, where and detail."""

    code = "policy-unsound"
    sentence_id = "Kebijakan ini belum dapat dijalankan; perbaiki temuan pemeriksaannya."
    sentence_en = "This policy could not be lived under; mend what its check found."


class PolicyBackdated(Unlawful):
    code = "policy-backdated"
    sentence_id = "Kebijakan tidak dapat berlaku sejak {effective_from}; paling awal {earliest}."
    sentence_en = "The policy cannot hold from {effective_from}; {earliest} at the earliest."


class UnknownReference(Unlawful):
    code = "unknown-reference"
    sentence_id = "Rujukan tidak dikenal: {what}."
    sentence_en = "Unknown reference: {what}."


class NeededByOpenAction(Unlawful):
    """`needs` names each open action or list of rank promotions, and as what it needs the person."""

    code = "needed-by-open-action"
    sentence_id = "Orang ini masih diperlukan dalam {number} proses yang belum selesai."
    sentence_en = "{number} processes that are not over still need this person."


class RetentionForbids(Unlawful):
    """`kept` names each duty to keep that stands in the way: rule, until when, names, citation."""

    code = "retention-forbids"
    sentence_id = "Masih wajib disimpan: {rule}, sampai {until}."
    sentence_en = "The law keeps it still: {rule}, until {until}."
