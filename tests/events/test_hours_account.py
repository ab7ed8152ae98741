"""What somebody still needs of continuing education, by when, and which courses cover it."""

from datetime import date, timedelta

import pytest
from django.db.models.query import QuerySet
from django.utils import timezone

from events.history_guard import guard
from events.hours import account, ledger
from events.hours.words import in_hours
from events.models import (
    Event,
    EventSession,
    HoursEntry,
    HoursRole,
    HoursRule,
    Profession,
    SeatPool,
)
from events.models.event import refresh_span
from events.registering.registration import cancel, register
from tests import factories
from tests.events.test_hours import attend, seat

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(agency):
    """A training of three hours that was yesterday."""
    return factories.event(agency, starts_in=-timedelta(days=1))


@pytest.fixture
def person():
    person = factories.user()
    ledger.set_profession(
        person, role="social_worker", division=None, registered_on=timezone.localdate() - timedelta(days=365)
    )
    return person


def stands(person):
    return account.standing(person.profession, account.ledger(person))


def offered(person) -> list[Event]:
    return [course.event for course in account.courses(person.profession, stands(person))]


def test_what_is_missing_and_by_when(event, manager, person):
    attend(seat(event, person), 125)
    ledger.grant(event, by=manager)

    standing = stands(person)

    start = person.profession.registered_on
    assert standing.ends_on == account.years_later(start, 3) - timedelta(days=1)
    assert (standing.done_hours, standing.missing_hours, standing.percent) == (2.0, 88.0, 2)


def test_a_rule_of_45_minutes_counts_lessons(event, manager, person):
    HoursRule.objects.filter(role="social_worker").update(minutes_per_hour=45)
    attend(seat(event, person), 90)
    ledger.grant(event, by=manager)
    assert (stands(person).done_hours, stands(person).missing_hours) == (2.0, 88.0)


def test_only_hours_of_the_licence_and_of_the_period_count(event, manager, person):
    attend(seat(event, person), 120)
    ledger.grant(event, by=manager)
    begins_on = person.profession.registered_on
    ends_on = account.years_later(begins_on, 3) - timedelta(days=1)
    guard.remove()  # the ledger does not change; here it stands for several people's
    QuerySet(HoursEntry).update(role=HoursRole.ASSISTANT)
    assert stands(person).done == 120  # an assistant who passed the next examination loses nothing
    QuerySet(HoursEntry).update(role=HoursRole.VOLUNTEER)
    assert stands(person).done == 0

    QuerySet(HoursEntry).update(role=HoursRole.SOCIAL_WORKER)
    for day, done in (
        (begins_on - timedelta(days=1), 0),
        (begins_on, 120),
        (ends_on, 120),
        (ends_on + timedelta(days=1), 0),
    ):
        QuerySet(HoursEntry).update(occurred_on=day)
        assert stands(person).done == done, day


def test_what_a_correction_takes_from_the_period_before_is_no_debt_in_this_one(event, manager):
    """Earned on the last day of one period, corrected on the event's last day, which is the first of the next."""
    eve = EventSession.objects.create(
        event=event,
        starts_at=event.starts_at - timedelta(days=1),
        ends_at=event.starts_at - timedelta(hours=23),
    )
    refresh_span(event)
    mine = seat(event)
    attend(mine, 60, eve)
    ledger.grant(event, by=manager)
    ledger.correct(mine, minutes=-40, reason="早退", by=manager)
    ledger.set_profession(
        mine.user, role="assistant", division=None, registered_on=timezone.localdate(event.ends_at)
    )
    guard.remove()  # the ledger does not change; here an assistant earned it
    QuerySet(HoursEntry).update(role=HoursRole.ASSISTANT)

    assert stands(mine.user).done == 0


def test_the_years_of_a_ledger_stand_with_the_latest_first():
    entries = [HoursEntry(occurred_on=date(year, 5, 1), minutes=60) for year in (2024, 2026, 2025, 2026)]
    assert [(year["year"], year["minutes"]) for year in account.by_year(entries)] == [
        (2026, 120),
        (2025, 60),
        (2024, 60),
    ]


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(0, "0"), (5, "0"), (150, "2.5"), (179, "2.9"), (180, "3"), (-90, "−1.5"), (-5, "0")],
)
def test_minutes_are_said_in_hours_and_never_too_many(minutes, said):
    assert in_hours(minutes) == said


def test_a_period_is_over_on_the_day_after_its_last(person):
    standing = stands(person)
    assert not standing.is_over(standing.ends_on)
    assert standing.is_over(standing.ends_on + timedelta(days=1))


def test_what_is_missing_is_rounded_up_and_what_is_done_is_rounded_down(event, manager, person):
    HoursRule.objects.filter(role="social_worker").update(hours=2)
    attend(seat(event, person), 59)
    ledger.grant(event, by=manager)

    assert (stands(person).done_hours, stands(person).missing_hours) == (0.9, 1.1)


def test_who_has_more_than_is_asked_misses_nothing_and_is_offered_nothing(event, manager, person, agency):
    HoursRule.objects.filter(role="social_worker").update(hours=1)
    factories.event(agency)
    attend(seat(event, person), 150)
    ledger.grant(event, by=manager)

    standing = stands(person)

    assert (standing.missing, standing.to_cover, standing.percent) == (0, 0, 100)
    assert account.courses(person.profession, standing) == []


def test_only_a_sure_seat_at_an_event_to_come_within_the_period_is_planned(person, agency):
    """What the person has already, is in line for, or will do in the next period covers nothing of this one."""
    coming = factories.event(agency)
    register(coming, user=person, by=person)
    seat(factories.event(agency, starts_in=-timedelta(days=1)), person)
    for event in (
        factories.event(agency, capacity=0),  # in line
        factories.event(agency, needs_approval=True),
        factories.event(agency, starts_in=timedelta(days=3 * 366)),
    ):
        register(event, user=person, by=person)
    cancel(register(factories.event(agency), user=person, by=person), by=person)
    colleague = factories.user()
    register(factories.event(agency), user=colleague, by=colleague)

    assert stands(person).planned == 180


def test_nothing_is_asked_of_volunteers_or_before_the_period_is_known(person):
    Profession.objects.update(role="volunteer")
    person.profession.refresh_from_db()
    assert stands(person) is None
    Profession.objects.update(role="assistant", registered_on=None)
    person.profession.refresh_from_db()
    assert stands(person) is None


def test_courses_that_cover_it_are_open_free_not_at_the_same_time_and_in_time(person, agency):
    HoursRule.objects.filter(role="social_worker").update(hours=7)
    week = timedelta(days=7)
    first = factories.event(agency, starts_in=week)
    factories.event(agency, starts_in=week, hours=1)  # at the same time
    factories.event(agency, starts_in=week / 2, capacity=0)  # full
    factories.event(agency, starts_in=week / 2, kind="open_day")
    factories.event(agency, starts_in=week / 2, status="draft")
    factories.event(agency, starts_in=week / 2, registration_closes_at=timezone.now())
    factories.event(agency, starts_in=week / 2, registration_opens_at=timezone.now() + timedelta(days=1))
    second = factories.event(agency, starts_in=2 * week)
    third = factories.event(agency, starts_in=3 * week)
    factories.event(agency, starts_in=4 * week)  # covered by then

    found = account.courses(person.profession, stands(person))
    assert [(course.event, course.minutes) for course in found] == [(first, 180), (second, 180), (third, 180)]

    register(first, user=person, by=person)
    assert stands(person).planned == 180
    found = account.courses(person.profession, stands(person))
    assert [course.event for course in found] == [second, third]


def test_a_course_after_the_period_a_cancelled_one_and_seats_kept_for_others_are_not_offered(person, agency):
    factories.event(agency, starts_in=timedelta(days=3 * 366))
    factories.event(agency, status="cancelled")
    kept = factories.event(agency, capacity=0)
    SeatPool.objects.create(event=kept, kind="agency", agency=factories.agency(), capacity=5)
    assert account.courses(person.profession, stands(person)) == []

    SeatPool.objects.filter(event=kept, kind="open").update(capacity=1)
    assert offered(person) == [kept]


def test_no_course_is_offered_at_the_time_of_a_place_that_one_has_or_waits_for(person, agency):
    week = timedelta(days=7)
    mine = factories.event(agency, starts_in=week, capacity=0)
    place = register(mine, user=person, by=person)
    at_once = factories.event(agency, starts_in=week, hours=1)
    after = factories.event(agency, starts_in=week)
    after.sessions.update(starts_at=mine.ends_at, ends_at=mine.ends_at + timedelta(hours=1))
    refresh_span(after)
    assert offered(person) == [after]

    cancel(place, by=person)
    assert offered(person) == [at_once, after]


def test_no_more_courses_are_offered_than_fit_on_a_page(person, agency):
    for week in range(account.MOST_COURSES + 1):
        factories.event(agency, starts_in=timedelta(days=7 + week), hours=1)
    assert len(offered(person)) == account.MOST_COURSES


def test_courses_in_ones_province_and_online_come_before_those_far_away(person, agency):
    HoursRule.objects.filter(role="social_worker").update(hours=3)
    guangdong = factories.division("440000", "广东省", "province")
    person.profession.division = guangdong
    factories.event(agency, division=factories.division("110000", "北京市", "province"))
    near = factories.event(
        agency, starts_in=timedelta(days=30), division=factories.division(parent=guangdong)
    )
    assert offered(person) == [near]

    online = factories.event(agency, mode="online", starts_in=timedelta(days=20))
    assert offered(person) == [online]


def test_a_leap_day_has_a_day_three_years_later():
    assert account.years_later(date(2024, 2, 29), 3) == date(2027, 3, 1)
