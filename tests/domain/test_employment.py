"""Legal status, education and kinds of post as files write them."""

import pytest

from domain.employment import (
    PositionKind,
    UnknownEducation,
    UnknownEmploymentStatus,
    kind_of_echelon,
    parse_education,
    parse_employment_status,
)


@pytest.mark.parametrize(
    ("written", "code"), [("01", "01"), ("1", "01"), ("aktif", "01"), ("Pejabat Negara", "07")]
)
def test_a_legal_status_is_known_by_code_or_name(written: str, code: str) -> None:
    assert parse_employment_status(written) == code


@pytest.mark.parametrize("written", ["", "10", "Sakti"])
def test_other_statuses_do_not_exist(written: str) -> None:
    with pytest.raises(UnknownEmploymentStatus):
        parse_employment_status(written)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("S-1", "S-1"), ("s1 Hukum", "S-1"), ("S.2", "S-2"), ("D-III", "D-III"), ("D3 Kebidanan", "D-III"),
        ("D IV", "D-IV"), ("SLTA", "SMA"), ("SMK Negeri", "SMA"), ("SD", "SD"), ("Profesi Ners", "Profesi"),
    ],
)  # fmt: skip
def test_an_education_is_known_by_what_it_begins_with(written: str, code: str) -> None:
    assert parse_education(written).code == code


@pytest.mark.parametrize("written", ["", "Kursus", "S-4", "D5", "Sarjana"])
def test_other_educations_are_not_guessed(written: str) -> None:
    with pytest.raises(UnknownEducation):
        parse_education(written)


def test_a_fourth_diploma_stands_level_with_a_first_degree() -> None:
    assert parse_education("D-IV").level == parse_education("S-1").level > parse_education("D-III").level


def test_echelons_belong_to_kinds_of_post() -> None:
    assert kind_of_echelon("II.b") is PositionKind.JPT
    assert kind_of_echelon("III.a") is PositionKind.ADMINISTRATOR
    assert kind_of_echelon("IV.b") is PositionKind.PENGAWAS
