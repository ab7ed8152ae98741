"""The clock jumps, a day has 23 hours, a year a day more: nothing opens early, nobody is seated or reminded twice."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from events import due
from events.calendars import feeds
from events.hours import account
from events.models import EventSession, Reminder
from events.registering.refusals import RegistrationError
from events.registering.registration import cancel, register
from portal import invariants
from tests import factories
from tests.clocks import Clocks

pytestmark = pytest.mark.django_db
BEIJING, NEW_YORK = ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York")
OPENS = datetime(2027, 3, 1, 10, 0, tzinfo=BEIJING)
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


@pytest.fixture
def clock(db, time_machine):
    """The clock of the web server and of the database, a second before ten."""
    clocks = Clocks(time_machine)
    clocks.move_to(OPENS - SECOND, tick=False)
    yield clocks
    assert list(invariants.look(("events.invariants",))) == []


def ask(event):
    person = factories.user()
    return register(event, user=person, by=person)


def test_not_one_seat_before_the_second_and_whoever_has_one_keeps_it_when_the_clock_jumps_back(clock):
    event = factories.event(capacity=1, registration_opens_at=OPENS, starts_in=timedelta(days=7))
    with pytest.raises(RegistrationError):
        ask(event)
    clock.move_to(OPENS)
    first = ask(event)
    assert first.has_seat
    clock.move_to(OPENS - 2 * HOUR)
    with pytest.raises(RegistrationError):
        ask(event)
    clock.move_to(OPENS + 2 * HOUR)
    second = ask(event)
    assert not second.has_seat
    cancel(first, by=first.user)
    second.refresh_from_db()
    assert second.has_seat


def test_a_clock_that_jumps_ahead_changes_nothing_in_the_line(clock):
    clock.move_to(OPENS)
    event = factories.event(capacity=1, starts_in=timedelta(days=7))
    seated, one = ask(event), ask(event)
    clock.move_to(OPENS + 2 * HOUR)
    other = ask(event)
    cancel(seated, by=seated.user)
    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.has_seat, other.has_seat) == (True, False)


def test_a_clock_that_jumps_to_and_fro_reminds_nobody_twice(clock, deliver, mailoutbox):
    event = factories.event(capacity=5, starts_in=timedelta(days=7))
    place = ask(event)
    starts_at = event.sessions.get().starts_at
    for jump in (-24 * HOUR, -26 * HOUR, -22 * HOUR, -24 * HOUR):
        clock.move_to(starts_at + jump)
        due.run(starts_at + jump)
        deliver()
    assert Reminder.objects.filter(registration=place).count() == 1


@pytest.mark.parametrize(
    ("opens_at", "there"),
    [
        (datetime(2027, 3, 14, 3, 0, tzinfo=NEW_YORK), "the hour from two to three does not exist"),
        (
            datetime(2027, 11, 7, 1, 30, fold=1, tzinfo=NEW_YORK),
            "half past one comes twice; the second is meant",
        ),
    ],
)
def test_on_a_day_of_23_or_25_hours_registration_opens_at_its_moment(clock, opens_at, there):
    event = factories.event(
        capacity=1,
        time_zone="America/New_York",
        registration_opens_at=opens_at,
        starts_in=timedelta(days=400),
    )
    moment = opens_at.astimezone(BEIJING)
    clock.move_to(moment - SECOND)
    with pytest.raises(RegistrationError):
        ask(event)
    clock.move_to(moment)
    assert ask(event).has_seat


def test_a_leap_day_is_a_day_like_any_other(clock):
    leap = datetime(2028, 2, 29, 9, 0, tzinfo=BEIJING)
    event = factories.event(capacity=1, starts_in=timedelta(days=7))
    EventSession.objects.filter(event=event).update(starts_at=leap, ends_at=leap + 3 * HOUR)
    type(event).objects.filter(pk=event.pk).update(starts_at=leap, ends_at=leap + 3 * HOUR)
    event.refresh_from_db()
    assert ask(event).has_seat
    [entry] = Calendar.from_ical(feeds.of_event(event, source="x")).walk("VEVENT")
    assert entry["DTSTART"].dt == leap
    assert "29" in event.sessions.get().when
    clock.move_to(leap - 24 * HOUR)
    due.run(leap - 24 * HOUR)
    assert Reminder.objects.count() == 1
    assert account.years_later(date(2028, 2, 29), 3) == date(2031, 3, 1)
