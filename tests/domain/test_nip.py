"""What a NIP says about a person, and what is no NIP."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.nip import InvalidNip, parse_nip

A_PNS = "198006162007031001"
A_PPPK = "199202292023212003"


def test_a_nip_tells_birth_appointment_sex_and_sequence() -> None:
    nip = parse_nip(A_PNS)
    assert (nip.kind, nip.birth_date, nip.sex, nip.sequence) == ("PNS", date(1980, 6, 16), "L", 1)
    assert (nip.appointment_year, nip.appointment_month, nip.contract_count) == (2007, 3, None)
    assert nip.appointed_on == date(2007, 3, 1)


def test_an_ni_pppk_tells_the_contract_count_instead_of_a_month() -> None:
    nip = parse_nip(A_PPPK)
    assert (nip.kind, nip.sex, nip.appointment_year) == ("PPPK", "P", 2023)
    assert (nip.appointment_month, nip.contract_count, nip.appointed_on) == (None, 21, None)


@pytest.mark.parametrize(
    "written", ["19800616 200703 1 001", "'198006162007031001", " 1980\u00a006162007031001\n"]
)
def test_blanks_and_apostrophes_do_not_belong_to_the_number(written: str) -> None:
    assert parse_nip(written).text == A_PNS


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("", "nip_length"),
        ("19800616200703100", "nip_length"),
        ("1980061620070310011", "nip_length"),
        ("198006162OO7031001", "nip_not_digits"),
        ("19800616200703100\u0661", "nip_not_digits"),
        ("198002302007031001", "nip_birth_date"),
        ("000001012007031001", "nip_birth_date"),
        ("198006162007001001", "nip_month"),
        ("198006162007131001", "nip_month"),
        ("198006162007201001", "nip_month"),
        ("198006161997031001", "nip_age"),
        ("198006162007033001", "nip_sex"),
        ("198006162007031000", "nip_sequence"),
    ],
)
def test_what_is_no_nip_says_why(written: str, code: str) -> None:
    with pytest.raises(InvalidNip) as refused:
        parse_nip(written)
    assert refused.value.code == code


def test_somebody_may_be_appointed_in_the_year_of_turning_eighteen() -> None:
    assert parse_nip("198006161998031001").appointment_year == 1998


def test_forty_is_not_added_to_a_womans_day_of_birth() -> None:
    with pytest.raises(InvalidNip, match="tanggal lahir"):
        parse_nip("198006562007032001")


def test_the_message_does_not_repeat_the_number() -> None:
    with pytest.raises(InvalidNip) as refused:
        parse_nip("198006162007131001")
    assert "19800616" not in refused.value.message


@given(st.text(max_size=40) | st.from_regex(r"[0-9]{18}", fullmatch=True))
def test_any_text_is_a_nip_of_eighteen_digits_or_refused(text: str) -> None:
    try:
        nip = parse_nip(text)
    except InvalidNip:
        return
    assert len(nip.text) == 18
    assert (nip.appointment_month is None) != (nip.contract_count is None)
