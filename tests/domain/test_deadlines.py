"""Deadlines count Indonesian working days; what happens at half, at the end, and after."""

from __future__ import annotations

from datetime import date

import pytest

from domain import events as ev
from domain.errors import ActionEnded
from domain.personnel_action import Status
from domain.policy import Variant
from tests.domain.town import TUESDAY, Town, at, serang_calendar

CALENDAR = serang_calendar()


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        (date(2026, 11, 24), 1, date(2026, 11, 25)),
        (date(2026, 11, 27), 1, date(2026, 11, 30)),  # over a weekend
        (date(2026, 11, 28), 1, date(2026, 11, 30)),  # from a Saturday
        (date(2026, 12, 23), 1, date(2026, 12, 28)),  # Christmas eve is cuti bersama, Christmas a holiday
        (date(2026, 12, 31), 1, date(2027, 1, 4)),  # New Year
        (date(2026, 3, 17), 1, date(2026, 3, 25)),  # Nyepi and Idulfitri with their cuti bersama
        (date(2026, 8, 14), 1, date(2026, 8, 18)),  # Independence Day is a Monday
        (date(2026, 12, 18), 5, date(2026, 12, 29)),
    ],
)
def test_working_days_over_holidays_and_collective_leave(start: date, count: int, end: date) -> None:
    assert CALENDAR.after(start, count) == end


@pytest.mark.parametrize(
    ("day", "count", "start"),
    [
        (date(2026, 11, 30), 1, date(2026, 11, 27)),
        (date(2026, 12, 28), 1, date(2026, 12, 23)),
        (date(2026, 3, 25), 1, date(2026, 3, 17)),
    ],
)
def test_working_days_backwards(day: date, count: int, start: date) -> None:
    assert CALENDAR.before(day, count) == start


def test_no_days_is_the_same_day() -> None:
    assert CALENDAR.after(TUESDAY, 0) == TUESDAY


def test_the_day_changes_at_midnight_in_jakarta() -> None:
    midnight = CALENDAR.start_of(TUESDAY)
    assert midnight.isoformat() == "2026-11-23T17:00:00+00:00"
    assert CALENDAR.today(midnight) == TUESDAY
    assert CALENDAR.end_of(TUESDAY) == CALENDAR.start_of(date(2026, 11, 25))


def test_day_of_opening_does_not_count(town: Town) -> None:
    action = town.walk(town.submit(), "unit_recommendation")
    task = town.task(action)
    assert task.due_on == date(2026, 11, 26)
    assert task.due_at == at(date(2026, 11, 27), 0)
    assert task.remind_at == at(date(2026, 11, 26), 0), "one of two working days has passed"
    assert task.expires_at == at(date(2026, 12, 1), 0), "twice the time, over the weekend"


def test_calendar_version_stands_in_every_deadline(town: Town) -> None:
    action = town.walk(town.submit())
    opened = [r.event for _, r in town.log if isinstance(r.event, ev.TaskOpened)]
    assert {event.calendar_version for event in opened} == {CALENDAR.version}
    assert town.state(action).calendar_version == CALENDAR.version


def test_reminder_at_half_and_at_the_end_then_the_superior(town: Town) -> None:
    action = town.walk(town.submit(), "unit_recommendation")
    assert town.advance(action) == []
    town.set_day(date(2026, 11, 26), 0)
    assert [type(event) for event in town.advance(action)] == [ev.ReminderSent]
    assert town.advance(action) == [], "asked again, nothing is due"
    town.set_day(date(2026, 11, 27), 0)
    reminded, escalated = town.advance(action)
    assert isinstance(reminded, ev.ReminderSent)
    assert isinstance(escalated, ev.TaskEscalated)
    assert (reminded.which, escalated.to_office) == ("due", "regional_secretary")
    assert town.advance(action) == []
    assert town.owners(action) == ["kepala_dinkes", "sekda"]


def test_missed_reminders_are_caught_up_at_once(town: Town) -> None:
    action = town.walk(town.submit(), "unit_recommendation")
    town.set_day(date(2026, 11, 27), 0)
    happened = [type(event).__name__ for event in town.advance(action)]
    assert happened == ["ReminderSent", "ReminderSent", "TaskEscalated"]


def test_silence_of_our_own_offices_never_approves(town: Town) -> None:
    action = town.submit()
    town.set_day(date(2027, 6, 1))
    town.advance(action)
    assert town.state(action).status is Status.EXPIRED
    assert town.state(action).next_due() is None
    with pytest.raises(ActionEnded, match="expired"):
        town.decide(action, "kasubag")
    assert town.step(town.submit()) == "unit_file_check", "post and person are free again"


def test_expiry_comes_at_twice_the_time_and_not_before(town: Town) -> None:
    action = town.submit()
    town.set_day(date(2026, 11, 26), 23)
    town.advance(action)
    assert town.step(action) == "unit_file_check"
    town.set_day(date(2026, 11, 27), 0)
    town.advance(action)
    assert town.state(action).status is Status.EXPIRED


def test_mayor_has_no_superior_to_escalate_to(town: Town) -> None:
    action = town.walk(town.submit(), "appointing_decision")
    town.after_working_days(4, hour=0)
    assert all(isinstance(event, ev.ReminderSent) for event in town.advance(action))


def test_after_the_decree_tasks_do_not_expire(town: Town) -> None:
    for step in ("inauguration", "duty_statement", "siasn_write_back"):
        action = town.walk(town.submit("nurse", "school-nurse"), step)
        town.set_day(date(2027, 6, 1))
        town.advance(action)
        assert town.step(action) == step
        town = Town()


# --- BKN's silence ---


def test_bkn_silence_on_the_sixth_working_day_is_recorded_as_auto(town: Town) -> None:
    action = town.walk(town.submit(), "bkn_review")
    town.after_working_days(5, hour=23)
    town.advance(action)
    assert town.step(action) == "bkn_review"
    town.set_day(date(2026, 12, 2), 0)
    town.advance(action)
    assert town.step(action) == "appointing_decision"
    recorded = [r for _, r in town.log if isinstance(r.event, ev.TaskCompleted)][-1]
    assert isinstance(recorded.event, ev.TaskCompleted)
    assert (recorded.actor_kind, recorded.actor_id, recorded.event.signature) == ("system", "AUTO", None)


def test_officer_who_records_bkns_answer_in_time_comes_first(town: Town) -> None:
    action = town.walk(town.submit(), "bkn_review")
    town.after_working_days(5)
    town.decide(action, "analyst")
    town.after_working_days(1)
    town.advance(action)
    assert town.state(action).tasks[-2].decided_by == "analyst"


def test_bkn_silence_says_nothing_about_senior_leaders(town: Town) -> None:
    action = town.walk(town.submit("kepala_dinkes", "p-dukcapil"), "bkn_review")
    assert town.task(action).silence_at is None
    town.set_day(date(2027, 6, 1))
    town.advance(action)
    assert town.step(action) == "bkn_review"


@pytest.mark.parametrize("variant", [Variant.INTER_AGENCY_IN, Variant.INTER_AGENCY_OUT])
def test_bkn_silence_says_nothing_between_agencies(town: Town, variant: Variant) -> None:
    action = town.submit_in() if variant is Variant.INTER_AGENCY_IN else town.submit_out()
    town.walk(action, "bkn_review")
    assert town.task(action).silence_at is None
    assert town.task(action).due_on == CALENDAR.after(TUESDAY, 15)


def test_bkns_refusal_is_an_end_by_rule(town: Town) -> None:
    action = town.walk(town.submit(), "bkn_review")
    town.decide(action, "analyst", "reject")
    assert town.state(action).status is Status.REFUSED
