"""How to mend a row of a batch that did not begin an action, by the code of what was wrong with it."""

from __future__ import annotations

MENDS: dict[str, tuple[str, str]] = {
    "invalid-request": (
        "Perbaiki kolom yang disebut, lalu kirim ulang berkas; baris yang sudah berjalan tidak diulang.",
        "Mend the fields named and send the file again; rows that have begun are not begun twice.",
    ),
    "unknown-reference": (
        "Periksa NIP, kode jabatan atau dokumen: tidak ada, atau bukan dalam wewenang Anda.",
        "Check NIP, post or documents: there is no such thing, or it is not yours to name.",
    ),
    "not-permitted": (
        "Mintalah pejabat yang berwenang mengajukannya, atau kunci API dengan cakupan actions:write.",
        "Let somebody ask who may, or use a key with the scope actions:write.",
    ),
    "open-action-exists": (
        "Tunggu proses pegawai ini selesai atau tarik dahulu, lalu kirim ulang.",
        "Wait until this person's running action has ended, or withdraw it, and send again.",
    ),
    "evaluation-exists": (
        "Penilaian periode ini sudah ada; hapus baris ini.",
        "The evaluation of this period is there; leave the row out.",
    ),
    "position-promised": (
        "Pilih jabatan lain, atau tunggu proses yang memakainya berakhir.",
        "Choose another post, or wait until the action that it is promised to has ended.",
    ),
    "variant-mismatch": (
        "Pilih varian yang sesuai dengan asal dan tujuan pegawai.",
        "Choose the variant that fits where the person comes from and goes to.",
    ),
    "date-out-of-order": ("Perbaiki tanggal pada baris ini.", "Mend the dates of this row."),
    "idempotency-key-reused": (
        "Kunci (key) baris ini sudah dipakai untuk isi lain; beri kunci baru atau kembalikan isinya.",
        "This row's key stands for another request; give a new key, or the request it had.",
    ),
    "key-revoked": (
        "Kunci API telah diakhiri; kirim sisa baris dengan kunci lain.",
        "The API key has ended; send the rows that are left with another one.",
    ),
}
OTHERWISE = (
    "Baca penjelasannya, perbaiki, lalu kirim ulang berkas; baris yang sudah berjalan tidak diulang.",
    "Read what is wrong, mend it and send the file again; rows that have begun are not begun twice.",
)


def mend(code: str) -> tuple[str, str]:
    """In Indonesian and English."""
    return MENDS.get(code, OTHERWISE)
