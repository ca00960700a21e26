"""The 18 digits that identify a civil servant in every decree, and what they say about the person.

The number is an attribute, never a key: an NI PPPK changes with a new agency contract.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

NIP_LENGTH = 18
FIRST_CONTRACT_COUNT = 21
YOUNGEST_APPOINTMENT_AGE = 18

_SEPARATORS = re.compile(r"[\s'\u2018\u2019`]+")
_DIGITS = re.compile(r"[0-9]+")


class InvalidNip(ValueError):
    """The text is not a NIP or NI PPPK.

    `code` is stable: nip_length, nip_not_digits, nip_birth_date, nip_month, nip_age, nip_sex,
    nip_sequence. `message` is one Indonesian sentence that does not repeat the number.
    """

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        self.message = message
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Nip:
    """A well-formed number taken apart; `text` is its 18 digits without separators.

    A PNS has an appointment month (TMT CPNS) and no contract count, a PPPK the reverse.
    """

    text: str
    kind: Literal["PNS", "PPPK"]
    birth_date: date
    appointment_year: int
    appointment_month: int | None
    contract_count: int | None
    sex: Literal["L", "P"]
    sequence: int

    @property
    def appointed_on(self) -> date | None:
        """First day of the month of TMT CPNS; None for a PPPK, whose number has no month."""
        if self.appointment_month is None:
            return None
        return date(self.appointment_year, self.appointment_month, 1)


def parse_nip(text: str) -> Nip:
    """Take a NIP (PNS) or NI PPPK apart, or raise InvalidNip; blanks and apostrophes are ignored.

    NIP: birth YYYYMMDD, TMT CPNS YYYYMM, sex 1/2, sequence 001-999.
    NI PPPK: birth YYYYMMDD, first appointment YYYY, contract count from 21, sex, sequence.
    There is no check digit, and women's day of birth is written as it is (adding 40 belongs to
    the NIK). Source: Peraturan Kepala BKN 22/2007; Peraturan BKN 1/2019 (NI PPPK).
    """
    compact = _SEPARATORS.sub("", text)
    _check_shape(compact)
    birth_date = _birth_date(compact[:8])
    appointment_year = int(compact[8:12])
    month_or_count = int(compact[12:14])
    is_pns = 1 <= month_or_count <= 12
    if not is_pns and month_or_count < FIRST_CONTRACT_COUNT:
        raise InvalidNip(
            "nip_month",
            f"Angka ke-13 dan 14 NIP ({month_or_count:02d}) bukan bulan 01-12 dan bukan urutan "
            f"kontrak PPPK ({FIRST_CONTRACT_COUNT} ke atas).",
        )
    if appointment_year < birth_date.year + YOUNGEST_APPOINTMENT_AGE:
        raise InvalidNip(
            "nip_age",
            f"Menurut NIP pengangkatan terjadi sebelum usia {YOUNGEST_APPOINTMENT_AGE} tahun; "
            "periksa tahun lahir dan tahun pengangkatan.",
        )
    if compact[14] not in "12":
        raise InvalidNip("nip_sex", "Angka ke-15 NIP harus 1 (laki-laki) atau 2 (perempuan).")
    sequence = int(compact[15:])
    if sequence == 0:
        raise InvalidNip("nip_sequence", "Tiga angka terakhir NIP tidak boleh 000.")
    return Nip(
        text=compact,
        kind="PNS" if is_pns else "PPPK",
        birth_date=birth_date,
        appointment_year=appointment_year,
        appointment_month=month_or_count if is_pns else None,
        contract_count=None if is_pns else month_or_count,
        sex="L" if compact[14] == "1" else "P",
        sequence=sequence,
    )


def _check_shape(compact: str) -> None:
    if compact and not _DIGITS.fullmatch(compact):
        at, stray = next((n, c) for n, c in enumerate(compact, 1) if c not in "0123456789")
        shown = stray if stray.isprintable() else "tak tercetak"
        raise InvalidNip(
            "nip_not_digits",
            f"NIP memuat karakter bukan angka ({shown}) di tempat ke-{at}; tulis {NIP_LENGTH} angka saja.",
        )
    if len(compact) != NIP_LENGTH:
        raise InvalidNip(
            "nip_length", f"NIP terdiri atas {len(compact)} angka, seharusnya {NIP_LENGTH} angka."
        )


def _birth_date(digits: str) -> date:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        raise InvalidNip(
            "nip_birth_date", "Delapan angka pertama NIP bukan tanggal lahir (tahun, bulan, hari) yang ada."
        ) from None
