"""The codes in an answer to an auditors' question, in words: offices, steps, posts, capacities."""

from __future__ import annotations

from typing import Any

from api.views import office_name
from domain.policy import Policy
from ledger.directory_view import DirectoryView

Pair = tuple[str, str]
CAPACITY: dict[str, Pair] = {
    "D": ("pejabat definitif", "definitive holder"),
    "PLT": ("Plt.", "acting holder (Plt.)"),
    "PLH": ("Plh.", "acting for an absent holder (Plh.)"),
    "PJ": ("Pj.", "caretaker (Pj.)"),
    "DELEGATE": ("penerima kuasa", "delegate"),
}
WHY: dict[str, Pair] = {
    "definitive_only": (
        "langkah ini hanya untuk pejabat definitif",
        "the step is the definitive holder's only",
    ),
    "not_assigned_that_day": ("tidak ditugaskan pada hari itu", "not assigned on that day"),
}
READ: dict[str, Pair] = {
    "employee": ("data pegawai", "personnel data"),
    "documents": ("daftar dokumen", "the list of documents"),
    "document": ("isi dokumen", "a document"),
    "talent": ("nilai talenta", "talent results"),
    "personnel-action": ("perkara", "a case"),
    "candidate": ("daftar calon", "a list of candidates"),
    "rank-promotion": ("kenaikan pangkat", "rank promotion"),
    "inbox": ("kotak tugas", "an inbox"),
    "simulation": ("simulasi kebijakan", "a simulation"),
    "siasn": ("perbedaan dengan SIASN", "differences with SIASN"),
    "review": ("catatan atau temuan auditor", "an auditor's note or finding"),
    "sealed-search": ("pencarian isi tersegel", "a search of sealed texts"),
    "readings": ("siapa membaca berkas", "who read the file"),
    "bundle": ("bundel bukti", "an evidence bundle"),
    "copy": ("salinan seluruh data", "a copy of everything held"),
}
OFFICES = ("office", "other_office", "proposing_office", "confirming_office")
POSTS = ("from_position_id", "to_position_id")
TABLES = {"capacity": CAPACITY, "why": WHY, "what": READ}


def in_words(name: str, value: Any, view: DirectoryView, policy: Policy, language: str) -> Any:
    """What the field `name` of an answer says; its own value where it is no code."""
    if isinstance(value, list):
        # of decrees: the steps whose consent was missing
        return ", ".join(str(in_words("step", one, view, policy, language)) for one in value)
    if not isinstance(value, str):
        return value
    if name in OFFICES:
        return office_name(value, view, policy, language)
    if name == "step" and value in policy.steps:
        rule = policy.steps[value]
        return rule.name_id if language == "id" else rule.name_en
    if name in POSTS and value in view.agency.posts:
        return view.agency.posts[value].name
    if name == "unit_id" and value in view.agency.units:
        return view.agency.units[value].name
    said = TABLES.get(name, {}).get(value)
    return said[language != "id"] if said else value
