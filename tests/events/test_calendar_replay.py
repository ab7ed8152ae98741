"""What a person's calendar holds after everything that happened: our messages, applied by another library's parser.

`Reader` does what a calendar program does (RFC 5546, 3.2): an entry is known by its UID, a message counts when its
SEQUENCE is not lower than what is there and, for the same one, its DTSTAMP not earlier.
"""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
import vobject
from django.utils import timezone

from events.calendars import feeds
from events.hosting.publishing import PlannedSession, cancel_event, update_event
from events.models import EventSession
from events.registering.registration import register
from tests import clocks, factories

pytestmark = pytest.mark.django_db
BEGINNING = datetime(2027, 3, 1, 1, tzinfo=UTC)


class Reader:
    """A calendar that is fed with files. `entries`: what it shows, by UID."""

    def __init__(self):
        self.entries = {}

    def read(self, content: bytes):
        calendar = vobject.readOne(content.decode())
        method = calendar.method.value if hasattr(calendar, "method") else "PUBLISH"
        for entry in calendar.contents.get("vevent", []):
            now = (int(entry.sequence.value), entry.dtstamp.value)
            there = self.entries.get(entry.uid.value)
            if there and now < there["version"]:
                continue
            self.entries[entry.uid.value] = {
                "version": now,
                "title": entry.summary.value,
                "start": entry.dtstart.value,
                "is_cancelled": method == "CANCEL" or entry.status.value == "CANCELLED",
            }

    @property
    def shown(self):
        return {uid: (one["title"], one["start"], one["is_cancelled"]) for uid, one in self.entries.items()}


def later(minutes):
    return clocks.travel(BEGINNING + timedelta(minutes=minutes), tick=False)


def planned(session, **change):
    facts = {name: getattr(session, name) for name in ("starts_at", "ends_at", "title", "ical_uid")}
    return PlannedSession(**{**facts, **change})


def calendar_part(mail):
    """The calendar of a mail as a calendar program gets it: the alternative part."""
    [part] = [part for part in mail.message().walk() if part.get_content_type() == "text/calendar"][:1]
    return part.get_payload(decode=True)


@pytest.fixture
def story(member, manager, deliver):
    """Register → move → rename → cancel: the mails that went out and the person's feed after each step."""
    with later(0):
        event = factories.event(manager.memberships.get().agency, title="督导，第一稿")
        mine = register(event, user=member, by=member)
        mails, shots = deliver(), [feeds.of_person(member)]
        [session] = event.sessions.all()
    steps = (
        {"starts_at": session.starts_at + timedelta(days=1), "ends_at": session.ends_at + timedelta(days=1)},
        {"title": "改名后的督导"},
    )
    for n, change in enumerate(steps, 1):
        with later(n * 10):
            plan = planned(event.sessions.get(), **change)
            update_event(event, by=manager, fields={"title": event.title}, sessions=[plan], capacity=30)
            mails += deliver()
            shots.append(feeds.of_person(member))
    with later(30):
        cancel_event(event, by=manager)
        mails += deliver()
        shots.append(feeds.of_person(member))
    return session, mine, mails, shots


def test_the_mails_leave_one_cancelled_entry(story):
    session, _mine, mails, _shots = story
    reader = Reader()

    methods = []
    for mail in mails:
        content = calendar_part(mail)
        methods.append(vobject.readOne(content.decode()).method.value)
        reader.read(content)

    assert methods == ["REQUEST", "REQUEST", "CANCEL"]
    [(uid, (_title, start, is_cancelled))] = reader.shown.items()
    assert uid == str(session.ical_uid)
    assert is_cancelled
    assert start == (session.starts_at + timedelta(days=1)).replace(microsecond=0)


def test_the_feed_leaves_the_same_one_cancelled_entry(story):
    session, _mine, _mails, shots = story
    reader = Reader()
    seen = []
    for content in shots:
        reader.read(content)
        seen.append(next(iter(reader.shown.values())))

    assert list(reader.shown) == [str(session.ical_uid)]
    assert [is_cancelled for _title, _start, is_cancelled in seen] == [False, False, False, True]
    assert seen[1][1] - seen[0][1] == timedelta(days=1)
    assert "改名后的督导" in seen[2][0]


def test_mails_and_feed_in_whatever_order_they_come_end_in_the_same(story):
    """Mail is late and feeds are fetched when they are: the last word counts, not the last to arrive."""
    _session, _mine, mails, shots = story
    files = [*map(calendar_part, mails), shots[0], shots[-1]]
    ends = set()
    for order in permutations(files):
        reader = Reader()
        for content in order:
            reader.read(content)
        ends.add(tuple((uid, start, gone) for uid, (_title, start, gone) in reader.shown.items()))
    assert len(ends) == 1
    [[(_uid, _start, is_cancelled)]] = ends
    assert is_cancelled


def test_a_reader_that_ignores_the_sequence_would_show_something_else(story):
    """The control: without SEQUENCE and DTSTAMP the order of arrival decides, so the test above does show something."""
    _session, _mine, mails, _shots = story

    class Careless(Reader):
        def read(self, content):
            super().read(content)
            for one in self.entries.values():
                one["version"] = (-1, datetime.min.replace(tzinfo=UTC))

    ends = set()
    for order in permutations(map(calendar_part, mails)):
        reader = Careless()
        for content in order:
            reader.read(content)
        ends.add(next(iter(reader.shown.values()))[2])
    assert ends == {True, False}


def test_a_session_that_is_dropped_from_several_leaves_the_calendar(member, manager, deliver):
    with later(0):
        event = factories.event(manager.memberships.get().agency)
        start = timezone.now() + timedelta(days=20)
        EventSession.objects.create(
            event=event, starts_at=start, ends_at=start + timedelta(hours=1), title="下"
        )
        register(event, user=member, by=member)
        mails = deliver()
    first, second = event.sessions.all()
    with later(10):
        update_event(event, by=manager, fields={}, sessions=[planned(first)], capacity=30)
        mails += deliver()
    reader = Reader()
    for mail in mails:
        reader.read(calendar_part(mail))
    states = {uid: is_cancelled for uid, (_title, _start, is_cancelled) in reader.shown.items()}
    assert states == {str(first.ical_uid): False, str(second.ical_uid): True}


def test_the_calendar_of_a_mail_is_an_alternative_part_and_a_file(member, deliver):
    """Gmail and Outlook act on the alternative part with its method; Apple and telephones open the file."""
    register(factories.event(title="融合教育"), user=member, by=member)
    [mail] = deliver()
    message = mail.message()

    assert message.get_content_type() == "multipart/mixed"
    [body, file] = message.get_payload()
    assert body.get_content_type() == "multipart/alternative"
    text, page, calendar = body.get_payload()
    assert [part.get_content_type() for part in (text, page, calendar)] == [
        "text/plain",
        "text/html",
        "text/calendar",
    ]
    assert (calendar.get_param("method"), calendar.get_param("charset")) == ("REQUEST", "utf-8")
    assert calendar.get_filename() is None
    assert (file.get_content_type(), file.get_filename()) == ("text/calendar", "event.ics")
    assert calendar.get_payload(decode=True) == file.get_payload(decode=True)
    assert "融合教育" in calendar.get_payload(decode=True).decode().replace("\r\n ", "")
