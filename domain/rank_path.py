"""Towards which grade a person is, by which kind of rank promotion, and when their years are over.

A function of the register alone. Sources: PP 99/2000 as amended by PP 12/2002, as the policy has it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from domain.agency import Agency, Person, Post
from domain.calendar import months_after
from domain.employment import UnknownEducation, parse_education
from domain.grades import PNS_GRADES, Grade, UnknownGrade, parse_grade
from domain.personnel_file import PersonnelFiles, verified_codes
from domain.policy import Policy
from domain.rank_policy import KindRule, RankKind
from domain.serving import standing_of

HIGHEST = PNS_GRADES[-1]
# Whoever may be adjusted is not made to wait for the regular promotion.
IN_ORDER = (RankKind.ADJUSTMENT, RankKind.STRUCTURAL, RankKind.FUNCTIONAL, RankKind.REGULAR)


@dataclass(frozen=True)
class RankPath:
    """`due_on` is the day on which the years are over, None where the register does not say since when
    the person has the grade (or, below the band, the post). `ceiling` is the highest grade that the post
    or the education gives, None where that is not known.
    """

    kind: RankKind
    from_grade: str
    to_grade: str
    due_on: date | None
    months: int
    ceiling: str | None

    @property
    def reaches_beyond(self) -> bool | None:
        """Whether the grade would be above the ceiling; None where the ceiling is not known."""
        return None if self.ceiling is None else parse_grade(self.to_grade) > parse_grade(self.ceiling)


def path_on(
    day: date, person_id: str, agency: Agency, files: PersonnelFiles, policy: Policy, period: date
) -> RankPath | None:
    """The path of one person of the register to the list of `period`, by their file as it counts on `day`;
    None for who is not there any more.
    """
    person = agency.people.get(person_id)
    if person is None or agency.is_erased(person_id):
        return None
    verified = verified_codes(files.of(person_id), policy.personnel_file, day)
    return path_of(person, agency.posts.get(person.position_id or ""), verified, policy, period)


def path_of(
    person: Person, post: Post | None, verified: Collection[str], policy: Policy, period: date
) -> RankPath | None:
    """The person's path; None for whom rank promotion is not about: PPPK, CPNS, candidates of other
    agencies, who has left this one, elected officials, the highest grade. `verified` are the types of
    documents in their file that an officer accepted. Who rises in `period` anyhow does not rise on retirement
    in it; that goes beyond every ceiling (PP 99/2000 art. 27).
    """
    if person.employment_kind != "PNS" or standing_of(person, policy.personal_data) != "serving":
        return None
    try:
        grade = parse_grade(person.grade)
    except UnknownGrade:
        return None
    if grade.scheme != "PNS":
        return None
    held = post.kind if post is not None else "PELAKSANA"
    usual = _usual(person, post, held, grade, verified, policy)
    if usual is not None and not usual.reaches_beyond and usual.due_on is not None and usual.due_on <= period:
        return usual
    rule = policy.rank_promotion.kinds.get(RankKind.RETIREMENT)
    if rule is None or held not in rule.post_kinds or rule.document not in verified or grade == HIGHEST:
        return usual
    due_on = _after(person.grade_since, rule.months_in_grade)
    following = PNS_GRADES[grade.rank].code
    return RankPath(RankKind.RETIREMENT, grade.code, following, due_on, rule.months_in_grade, None)


def _usual(
    person: Person, post: Post | None, held: str, grade: Grade, verified: Collection[str], policy: Policy
) -> RankPath | None:
    """The path of who stays in service."""
    rules = policy.rank_promotion
    for kind in IN_ORDER:
        rule = rules.kinds.get(kind)
        if rule is None or held not in rule.post_kinds:
            continue
        if kind is RankKind.ADJUSTMENT:
            entry = by_education(rules.entry.by_education, person.education)
            if rule.document in verified and entry is not None and parse_grade(entry) > grade:
                return RankPath(
                    kind, grade.code, entry, _after(person.grade_since, rule.months_in_grade),
                    rule.months_in_grade, entry,
                )  # fmt: skip
            continue
        if grade != HIGHEST:
            return _one_up(kind, rule, person, post, grade, policy)
    return None


def by_education(grades: dict[str, str], education: str | None) -> str | None:
    """The grade that goes with an education, None for what is no education or has no grade."""
    try:
        return grades.get(parse_education(education or "").code)
    except UnknownEducation:
        return None


def _one_up(
    kind: RankKind, rule: KindRule, person: Person, post: Post | None, grade: Grade, policy: Policy
) -> RankPath:
    lowest, ceiling = _band(kind, person, post, policy)
    months, due_on = rule.months_in_grade, _after(person.grade_since, rule.months_in_grade)
    if rule.months_below_band is not None and lowest is not None and grade < parse_grade(lowest):
        months = rule.months_below_band
        in_grade = _after(person.grade_since, months)
        in_post = _after(person.position_since, rule.months_in_post)
        due_on = max(in_grade, in_post) if in_grade and in_post else None
    return RankPath(kind, grade.code, PNS_GRADES[grade.rank].code, due_on, months, ceiling)


def _band(kind: RankKind, person: Person, post: Post | None, policy: Policy) -> tuple[str | None, str | None]:
    """The lowest and highest grade: by education for regular promotion, else by the post's echelon, or
    what the register of posts says.
    """
    if kind is RankKind.REGULAR:
        return None, by_education(policy.rank_promotion.highest.by_education, person.education)
    if post is None:
        return None, None
    band = policy.promotion.grade_bands.by_echelon.get(post.eselon or "")
    return band if band is not None else (post.grade_min, post.grade_max)


def _after(day: date | None, months: int) -> date | None:
    return None if day is None else months_after(day, months)
