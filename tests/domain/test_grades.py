"""Grades in any spelling, in their order."""

import pytest

from domain.grades import PNS_GRADES, PPPK_GRADES, UnknownEchelon, UnknownGrade, parse_echelon, parse_grade


@pytest.mark.parametrize("written", ["IV/b", "IV/ B", "iv/b", " IV / b ", "IV.b", "IVb"])
def test_a_grade_is_known_in_any_spelling(written: str) -> None:
    grade = parse_grade(written)
    assert (grade.code, grade.siasn_code, grade.title) == ("IV/b", "42", "Pembina Tingkat I")


def test_every_grade_reads_back_as_itself() -> None:
    assert [parse_grade(grade.code) for grade in (*PNS_GRADES, *PPPK_GRADES)] == [*PNS_GRADES, *PPPK_GRADES]
    assert (len(PNS_GRADES), len(PPPK_GRADES)) == (17, 17)


@pytest.mark.parametrize("written", ["V/a", "III/e", "IV/f", "XVIII", "", "Pembina"])
def test_other_grades_do_not_exist(written: str) -> None:
    with pytest.raises(UnknownGrade):
        parse_grade(written)


def test_grades_of_one_scheme_have_an_order() -> None:
    assert parse_grade("III/d") < parse_grade("IV/a") <= parse_grade("IV/a")
    assert parse_grade("IX") > parse_grade("VII") >= parse_grade("VII")


def test_grades_of_pns_and_pppk_cannot_be_compared() -> None:
    with pytest.raises(TypeError):
        assert parse_grade("IX") < parse_grade("III/a")


def test_an_echelon_is_known_in_any_spelling() -> None:
    assert parse_echelon("iii.B") == parse_echelon("III b") == "III.b"
    with pytest.raises(UnknownEchelon):
        parse_echelon("VI.a")
