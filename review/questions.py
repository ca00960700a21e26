"""The questions that auditors ask, each with what makes an answer and how it is told."""

from __future__ import annotations

from review import of_decisions, of_records
from review.asking import Question

KNOWN: dict[str, Question] = {
    "overrides": Question(
        ("Overridden",),
        of_decisions.override,
        "Temuan {rule} dilewati: diusulkan pada {proposing_office}, disetujui pada {confirming_office}.",
        "Finding {rule} was passed: proposed at {proposing_office}, confirmed at {confirming_office}.",
        ("rule", "unit_id", "proposing_office", "confirming_office", "suggested_by"),
    ),
    "choices_against_rank": Question(
        ("CandidateChosen",),
        of_decisions.choice,
        "Calon terpilih berada pada tempat {place}.",
        "The chosen candidate stood at place {place}.",
        ("place", "chosen_by", "office"),
    ),
    "acting_outside_power": Question(
        of_decisions.SIGNED,
        of_decisions.acting,
        "Ditandatangani sebagai {capacity} pada langkah {step}: {why}.",
        "Signed as {capacity} at the step {step}: {why}.",
        ("capacity", "office", "step", "why", "person_id"),
    ),
    "approvals_within_seconds": Question(
        ("TaskCompleted",),
        of_decisions.haste,
        "Disetujui {milliseconds} milidetik setelah tugas dibuka.",
        "Approved {milliseconds} milliseconds after the task was opened.",
        ("person_id", "office", "step"),
    ),
    "two_roles_through_delegation": Question(
        of_decisions.SIGNED,
        of_decisions.two_roles,
        "Orang yang sama di balik {office} ({capacity}) dan {other_office}.",
        "The same person behind {office} ({capacity}) and {other_office}.",
        ("person_id", "office", "other_office"),
    ),
    "decrees_before_clearance": Question(
        ("DecreeIssued",),
        of_records.early_decree,
        "SK {number} bernomor sebelum: {missing}.",
        "Decree {number} was numbered before: {missing}.",
        (),
    ),
    "decree_number_gaps": Question(
        ("DecreeIssued",),
        of_records.number_gap,
        "Nomor urut {sequence} tahun {year}; seharusnya {expected}.",
        "Number {sequence} of {year}; {expected} was expected.",
        ("year",),
    ),
    "changes_around_elections": Question(
        ("PlacementDecided",),
        of_records.near_election,
        "Tanggal {day} berada dalam jendela {window_first} s.d. {window_last}.",
        "The day {day} lies in the window {window_first} to {window_last}.",
        ("unit_id", "window_first", "minister_consented"),
    ),
    "moves_shorter_than_years": Question(
        ("EmployeePlaced",),
        of_records.short_stay,
        "Jabatan {from_position_id} dipegang {days} hari.",
        "The post {from_position_id} was held for {days} days.",
        ("from_position_id",),
    ),
    "expired_evidence": Question(
        ("PlacementDecided",),
        of_records.stale_evidence,
        "{count} dokumen sudah kedaluwarsa saat diputus pada {day}.",
        "{count} documents had expired when it was decided on {day}.",
        (),
    ),
    "readings_of_files": Question(
        ("PersonalDataRead", "EvidenceTaken"),
        of_records.reading,
        "Membaca {what}; tujuan: {purpose}.",
        "Read {what}; purpose: {purpose}.",
        ("reader", "subject_id", "what"),
    ),
}
