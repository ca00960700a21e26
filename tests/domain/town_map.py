"""The town's units and posts."""

from __future__ import annotations

UNITS = {
    "kota": ("Pemerintah Kota Serang", None),
    "setda": ("Sekretariat Daerah", "kota"),
    "bkpsdm": ("Badan Kepegawaian dan Pengembangan Sumber Daya Manusia", "kota"),
    "inspektorat": ("Inspektorat", "kota"),
    "bappeda": ("Badan Perencanaan Pembangunan Daerah", "kota"),
    "bpkad": ("Badan Pengelolaan Keuangan dan Aset Daerah", "kota"),
    "dinkes": ("Dinas Kesehatan", "kota"),
    "disdik": ("Dinas Pendidikan", "kota"),
    "dukcapil": ("Dinas Kependudukan dan Pencatatan Sipil", "kota"),
}

# Each post with its name, its unit, its kind and who holds it.
POSTS: dict[str, tuple[str, str, str, str | None]] = {
    "p-mayor": ("Wali Kota", "kota", "PPK", "mayor"),
    "p-sekda": ("Sekretaris Daerah", "setda", "JPT", "sekda"),
    "p-bkpsdm": ("Kepala Badan Kepegawaian", "bkpsdm", "JPT", "kepala_bkpsdm"),
    "p-kabid": ("Kepala Bidang Mutasi dan Promosi", "bkpsdm", "ADMINISTRATOR", "kabid"),
    "p-umpeg-bkpsdm": ("Kepala Subbagian Umum dan Kepegawaian", "bkpsdm", "PENGAWAS", "kasubag_bkpsdm"),
    "p-analyst": ("Analis SDM Aparatur Ahli Muda", "bkpsdm", "FUNGSIONAL", "analyst"),
    "p-analyst-2": ("Analis SDM Aparatur Ahli Pertama", "bkpsdm", "FUNGSIONAL", "analyst_2"),
    "p-inspektur": ("Inspektur", "inspektorat", "JPT", "inspektur"),
    "p-bappeda": ("Kepala Bappeda", "bappeda", "JPT", "kepala_bappeda"),
    "p-bpkad": ("Kepala BPKAD", "bpkad", "JPT", "kepala_bpkad"),
    "p-dinkes": ("Kepala Dinas Kesehatan", "dinkes", "JPT", "kepala_dinkes"),
    "p-umpeg-dinkes": ("Kepala Subbagian Umum dan Kepegawaian", "dinkes", "PENGAWAS", "kasubag"),
    "nurse-1": ("Perawat Ahli Muda", "dinkes", "FUNGSIONAL", "nurse"),
    "nurse-2": ("Perawat Ahli Muda", "dinkes", "FUNGSIONAL", "nurse_2"),
    "nurse-3": ("Perawat Ahli Muda", "dinkes", "FUNGSIONAL", None),
    "p-disdik": ("Kepala Dinas Pendidikan", "disdik", "JPT", "kepala_disdik"),
    "p-umpeg-disdik": ("Kepala Subbagian Umum dan Kepegawaian", "disdik", "PENGAWAS", "kasubag_disdik"),
    "school-nurse": ("Perawat Ahli Muda", "disdik", "FUNGSIONAL", None),
    "school-nurse-2": ("Perawat Ahli Muda", "disdik", "FUNGSIONAL", None),
    "teacher": ("Guru Ahli Muda", "disdik", "FUNGSIONAL", None),
    "clerk-1": ("Pengadministrasi Umum", "disdik", "PELAKSANA", "clerk"),
    "clerk-2": ("Pengadministrasi Umum", "dinkes", "PELAKSANA", None),
    "section-dinkes": ("Kepala Seksi Promosi Kesehatan", "dinkes", "PENGAWAS", "section_head"),
    "section-disdik": ("Kepala Seksi Kurikulum", "disdik", "PENGAWAS", None),
    "p-dukcapil": ("Kepala Dinas Kependudukan", "dukcapil", "JPT", None),
    "section-dukcapil": ("Kepala Seksi Pencatatan", "dukcapil", "PENGAWAS", None),
}
