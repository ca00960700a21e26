"""What is said of a step to come that nobody could lawfully decide, in Indonesian and English."""

from __future__ import annotations

SEPARATION: dict[str, tuple[str, str]] = {
    "pass": ("Setiap langkah ada pejabat yang berwenang.", "Every step has somebody who may decide it."),
    "fail": (
        "Langkah {step_name_id} tidak akan ada yang berwenang memutus: {unowned}.",
        "Nobody may lawfully decide the step {step_name_en}: {unowned}.",
    ),
}
UNOWNED: dict[str | None, tuple[str, str]] = {
    "vacant": ("jabatan dan atasannya kosong", "the office and those above it are vacant"),
    "excluded": (
        "semua pejabatnya dikecualikan dari kasus ini",
        "all its holders are excluded from this case",
    ),
    "no_quorum": ("tim tidak mencapai kuorum", "the committee falls short of its quorum"),
    "two_roles": (
        "pejabatnya sudah memutus langkah sebelumnya",
        "its only holder has to decide an earlier step",
    ),
    "acting_only": (
        "hanya ada pejabat pelaksana, langkah ini perlu pejabat definitif",
        "there are acting holders only, and the step needs a definitive one",
    ),
}
SEPARATION_REMEDY = (
    "Isi jabatan, tetapkan pelaksana, atau ganti pengusul sebelum langkah itu.",
    "Fill the office, appoint an acting holder, or let another person ask, before the step comes.",
)
