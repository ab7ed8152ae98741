"""Events in other time zones: what a host types is meant on the event's clocks, and everybody reads which those are."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import override

from events import calendar
from events.mails.reminders import remind
from events.models import Event
from events.registering import registration
from tests import factories
from tests.events.test_console import typed, url

pytestmark = pytest.mark.django_db
#: Clocks of New York go forward in March and back in November, at two in the morning on a Sunday.
YEAR = timezone.now().year + 1


def sunday(month: int, number: int) -> datetime:
    """The n-th Sunday of a month."""
    first = datetime(YEAR, month, 1)
    return first + timedelta(days=(6 - first.weekday()) % 7 + 7 * (number - 1))


FORWARD, BACK = sunday(3, 2), sunday(11, 1)


def row(day: datetime, start: str, end: str) -> dict:
    return {"starts_at": f"{day:%Y-%m-%d}T{start}", "ends_at": f"{day:%Y-%m-%d}T{end}"}


def test_times_are_read_on_the_clocks_of_the_event_and_come_back_as_typed(console, agency):
    console.post(
        url("create_event", agency.slug),
        typed(row(datetime(YEAR, 7, 1), "09:00", "11:00"), time_zone="America/New_York"),
    )

    event = Event.objects.get()
    assert event.starts_at == datetime(YEAR, 7, 1, 13, tzinfo=UTC)
    page = console.get(url("edit_event", agency.slug, event.public_id)).text
    assert f'value="{YEAR}-07-01T09:00"' in page


def test_without_a_choice_it_is_beijing_time(console, agency):
    console.post(url("create_event", agency.slug), typed(row(datetime(YEAR, 7, 1), "09:00", "11:00")))

    event = Event.objects.get()
    assert (event.time_zone, event.starts_at) == ("Asia/Shanghai", datetime(YEAR, 7, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        (FORWARD, "02:30 does not exist in New York time."),
        (BACK, "01:30 happens twice in New York time."),
    ],
)
def test_a_time_that_the_clocks_skip_or_show_twice_is_refused_beside_its_field(
    console, agency, day, sentence
):
    start = "02:30" if day is FORWARD else "01:30"
    answer = console.post(
        url("create_event", agency.slug), typed(row(day, start, "05:00"), time_zone="America/New_York")
    )

    assert (answer.status_code, Event.objects.count()) == (200, 0)
    assert sentence in answer.text

    console.post(url("create_event", agency.slug), typed(row(day, start, "05:00")))
    assert Event.objects.count() == 1  # the clocks of Beijing do no such thing


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "\0", "x" * 400])
def test_a_zone_that_does_not_exist_is_refused(console, agency, zone):
    answer = console.post(url("create_event", agency.slug), typed(time_zone=zone))

    assert (answer.status_code, Event.objects.count()) == (200, 0)


def in_new_york(**fields) -> Event:
    event = factories.event(time_zone="America/New_York", **fields)
    start = datetime(YEAR, 1, 15, 20, tzinfo=ZoneInfo("America/New_York"))
    event.sessions.update(starts_at=start, ends_at=start + timedelta(hours=2))
    return event


def test_the_page_names_the_zone_unless_it_is_ours(client):
    with override("en"):
        assert in_new_york().sessions.get().when.endswith(", 20:00–22:00, New York time (UTC−5)")
        here = factories.event().sessions.get()
        assert "UTC" not in here.when
    page = client.get(url("event", here.event.public_id)).text
    assert 'data-zone="Asia/Shanghai"' in page


def test_the_month_puts_it_on_the_day_that_it_is_here():
    session = in_new_york().sessions.get()

    assert [day.day for day in session.days] == [15]
    assert [day.day for day in session.days_in(ZoneInfo("Asia/Shanghai"))] == [16]
    month = calendar.month_context(Event.objects.all(), datetime(YEAR, 1, 1).date())
    days = [day["date"] for week in month["weeks"] for day in week if day["sessions"]]
    assert days == [datetime(YEAR, 1, 16).date()]


def test_a_whole_day_is_the_same_day_everywhere():
    event = in_new_york()
    start = datetime(YEAR, 1, 15, tzinfo=ZoneInfo("America/New_York"))
    event.sessions.update(starts_at=start, ends_at=start + timedelta(days=1), is_all_day=True)
    session = event.sessions.get()

    assert session.days_in(ZoneInfo("Asia/Shanghai")) == session.days == [start.date()]


def test_the_opening_of_registration_is_told_on_the_clocks_of_the_event(client):
    opens_at = timezone.now() + timedelta(days=1)
    event = factories.event(registration_opens_at=opens_at, time_zone="America/New_York")
    there = opens_at.astimezone(ZoneInfo("America/New_York"))

    page = client.get(event.get_absolute_url()).text

    assert f"{there:%H:%M}" in page or f"{there.hour}:{there.minute:02}" in page
    assert "UTC−" in page.split('class="note"')[1].partition("</p>")[0]


# -- On the clocks of who reads ---------------------------------------------------------------------------------------


@pytest.fixture
def abroad(client, member):
    """Somebody of an agency who is in New York, and says so in the account."""
    client.force_login(member)
    account = {"name": member.name, "occupation": member.occupation, "language": member.language}
    client.post(url("account"), {**account, "time_zone": "America/New_York"})
    return client


def test_who_chose_a_zone_reads_each_time_on_its_clocks_too_without_a_script(abroad):
    event = factories.event(title="下午场")
    start = event.sessions.get().starts_at.astimezone(ZoneInfo("America/New_York"))
    with override("en"):
        page = abroad.get(event.get_absolute_url()).text
    assert f"In your time zone: {date_format(start, 'DATE_FORMAT')}" in page
    assert f"{start:%H:%M}" in page
    assert "data-zone" not in page  # or a script would say it again


def test_letters_and_reminders_tell_the_time_on_the_clocks_of_who_reads_them(deliver):
    event = factories.event(starts_in=timedelta(days=3))
    abroad, at_home = factories.user(time_zone="America/New_York"), factories.user()
    for person in (abroad, at_home):
        registration.register(event, user=person, by=person)
    remind(event.starts_at - timedelta(hours=23))
    session = event.sessions.get()

    letters = deliver()

    assert len(letters) == 4
    for letter in letters:
        assert session.when in letter.body
        there = f"您所在时区：{session.when_in('America/New_York')}"
        assert (there in letter.body) == (letter.to == [abroad.email])


def test_the_same_page_for_everybody_else_is_as_it_was(abroad):
    event = factories.event()
    with override("en"):
        abroad.get(event.get_absolute_url())
        page = Client().get(event.get_absolute_url()).text
    assert "data-zone" in page
    assert "New York" not in page


def test_clocks_that_show_the_same_are_not_told_twice(abroad):
    here = factories.event(time_zone="America/New_York")
    with override("en"):
        assert "In your time zone" not in abroad.get(here.get_absolute_url()).text
    session = factories.event(time_zone="Asia/Taipei").sessions.get()
    assert session.when_for(factories.user(time_zone="Asia/Shanghai")) == ""
    assert "Beijing" not in factories.event(time_zone="UTC").sessions.get().when_for(
        factories.user(time_zone="Asia/Shanghai")
    )


def test_a_zone_that_nobody_knows_is_refused_in_the_account(client, member):
    client.force_login(member)
    answer = client.post(url("account"), {"name": "林", "time_zone": "Mars/Olympus"})
    assert answer.status_code == 200
    member.refresh_from_db()
    assert member.time_zone == ""
