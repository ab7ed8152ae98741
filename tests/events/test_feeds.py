"""Calendars to follow: what each holds, what it never holds, and the private one behind its address."""

import logging
from datetime import UTC, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.core.signing import Signer
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import gettext, override
from icalendar import Calendar

from events.calendars import feeds
from events.calendars import links as calendar_links
from events.hosting.publishing import PlannedSession, cancel_event, update_event
from events.models import Event, EventSession, PersonalFeed
from events.registering.registration import cancel, register
from portal.secret_addresses import Masked
from tests import factories

pytestmark = pytest.mark.django_db
MEETING = "https://meeting.example.org/j/55667788"


def entries(content):
    return {str(one["SUMMARY"]): one for one in Calendar.from_ical(content).walk("VEVENT")}


def states(content):
    return {title: str(one["STATUS"]) for title, one in entries(content).items()}


def path_of(address):
    return "/" + address.split("/", 3)[3]


def registered(person, **fields):
    event = factories.event(**fields)
    return register(event, user=person, by=person)


# -- Shared -----------------------------------------------------------------------------------------------------------


def test_a_feed_says_its_name_where_it_is_and_how_often_to_come_back(client):
    factories.event()

    calendar = Calendar.from_ical(client.get(reverse("calendar_feed")).content)

    assert str(calendar["NAME"]) == str(calendar["X-WR-CALNAME"]) == gettext("Events on Tongxing")
    assert calendar["SOURCE"].endswith("/events/calendar.ics")
    assert calendar["REFRESH-INTERVAL"].dt == timedelta(hours=1)
    assert (str(calendar["X-PUBLISHED-TTL"]), str(calendar["COLOR"])) == ("PT1H", "sienna")
    assert calendar["METHOD"] == "PUBLISH"
    assert all("ORGANIZER" in entry and "ATTENDEE" not in entry for entry in calendar.walk("VEVENT"))


def test_an_agencys_feed_holds_what_it_hosts_and_co_hosts_and_no_draft(client, agency, member):
    factories.event(agency, title="主办")
    factories.event(agency, title="草稿", status="draft")
    factories.event(title="别人的")
    factories.event(title="联合").hosts.create(agency=agency, is_confirmed=True)
    factories.event(title="未确认").hosts.create(agency=agency, is_confirmed=False)
    client.force_login(member)

    content = client.get(reverse("agency_feed", args=[agency.slug])).content

    assert set(entries(content)) == {"主办", "联合"}


def test_an_agency_that_is_not_listed_has_no_feed(client):
    hidden = factories.agency(status="draft")
    assert client.get(reverse("agency_feed", args=[hidden.slug])).status_code == 404


def test_one_session_is_a_file_of_one_entry(client):
    event = factories.event(title="两场")
    later = timezone.now() + timedelta(days=20)
    second = EventSession.objects.create(
        event=event, starts_at=later, ends_at=later + timedelta(hours=1), title="下"
    )

    response = client.get(reverse("session_ics", args=[event.public_id, second.ical_uid]))

    assert list(entries(response.content)) == ["两场 · 下"]
    assert response["Content-Disposition"] == f'attachment; filename="{second.ical_uid}.ics"'
    other = factories.event()
    assert client.get(reverse("session_ics", args=[other.public_id, second.ical_uid])).status_code == 404


@pytest.mark.parametrize("name", ["event_ics", "session_ics"])
def test_a_draft_is_in_nobodys_calendar_not_even_its_hosts(client, agency, manager, name):
    draft = factories.event(agency, status="draft")
    client.force_login(manager)
    arguments = [draft.public_id] + [draft.sessions.get().ical_uid] * (name == "session_ics")
    assert client.get(reverse(name, args=arguments)).status_code == 404


def test_only_who_has_a_seat_finds_the_link_to_the_meeting_in_the_file(client, member, stranger):
    event = factories.event(mode="online", online_url=MEETING, capacity=1)
    register(event, user=member, by=member)
    waiting = register(event, user=stranger, by=stranger)
    assert not waiting.has_seat
    address = reverse("event_ics", args=[event.public_id])
    shared = [reverse("calendar_feed"), reverse("agency_feed", args=[event.host.slug])]

    client.force_login(member)
    assert str(entries(client.get(address).content)[event.title]["CONFERENCE"]) == MEETING
    assert not [one for one in shared if MEETING.encode() in client.get(one).content.replace(b"\r\n ", b"")]
    for other in (stranger, None):
        client.force_login(other) if other else client.logout()
        assert MEETING.encode() not in client.get(address).content.replace(b"\r\n ", b"")


def test_a_session_that_was_dropped_is_told_as_cancelled_for_sixty_days(client, agency, manager, member):
    event = factories.event(agency, title="两场", starts_in=timedelta(days=100))
    first = event.sessions.get()
    start = first.starts_at + timedelta(days=9)
    EventSession.objects.create(event=event, starts_at=start, ends_at=start + timedelta(hours=1), title="下")
    register(event, user=member, by=member)
    plan = PlannedSession(first.starts_at, first.ends_at, ical_uid=first.ical_uid)
    update_event(event, by=manager, fields={}, sessions=[plan], capacity=30)

    told = {"两场": "CONFIRMED", "两场 · 下": "CANCELLED"}
    shared = reverse("agency_feed", args=[agency.slug])
    assert states(client.get(shared).content) == told
    assert states(client.get(reverse("event_ics", args=[event.public_id])).content) == told
    assert states(feeds.of_person(member)) == told
    [dropped] = [one for one in entries(feeds.of_person(member)).values() if one["STATUS"] == "CANCELLED"]
    assert dropped["SEQUENCE"] == 1
    later = timezone.now() + timedelta(days=61)
    assert states(feeds.of_agency(agency, source="", at=later)) == {"两场": "CONFIRMED"}
    assert states(feeds.of_person(member, at=later)) == {"两场": "CONFIRMED"}


# -- One's own --------------------------------------------------------------------------------------------------------


def test_my_calendar_holds_my_places_as_they_stand_and_nobody_elses(client, member, stranger):
    with time_machine.travel(timezone.now() - timedelta(minutes=5)):
        registered(member, title="有座位", mode="online", online_url=MEETING)
        full = factories.event(
            title="候补", capacity=1, mode="online", online_url="https://other.example.org/x"
        )
        register(full, user=stranger, by=stranger)
        register(full, user=member, by=member)
        cancel(registered(member, title="退了"), by=member)
        called_off = registered(member, title="取消").event
        registered(stranger, title="别人的")
        cancel_event(called_off, by=member)

    content = client.get(path_of(feeds.make_address(member))).content

    assert states(content) == {
        "有座位": "CONFIRMED",
        "候补": "TENTATIVE",
        "退了": "CANCELLED",
        "取消": "CANCELLED",
    }
    assert {title for title, one in entries(content).items() if "CONFERENCE" in one} == {"有座位"}
    assert b"other.example.org" not in content.replace(b"\r\n ", b"")


def test_what_was_cancelled_leaves_my_calendar_after_sixty_days(member):
    mine = registered(member, starts_in=timedelta(days=200))
    cancel(mine, by=member)
    for days, number in ((59, 1), (61, 0)):
        at = timezone.now() + timedelta(days=days)
        assert len(entries(feeds.of_person(member, at=at))) == number


def test_my_calendar_and_my_mails_count_the_same_sequence(member, deliver):
    mine = registered(member)
    cancel(mine, by=member)
    register(mine.event, user=member, by=member)
    letter = [mail for mail in deliver() if mail.attachments][-1]

    [from_mail] = entries(letter.attachments[-1][1]).values()
    [from_feed] = entries(feeds.of_person(member)).values()

    assert from_mail["SEQUENCE"] == from_feed["SEQUENCE"] == 2
    assert from_mail["UID"] == from_feed["UID"]


def test_my_calendar_speaks_my_language_whoever_fetches_it(client, member):
    member.language = "en"
    member.save()
    registered(member, title="中文题目", title_en="Supervision")
    address = path_of(feeds.make_address(member))

    assert address.startswith("/en/")
    content = client.get(address.removeprefix("/en"), HTTP_ACCEPT_LANGUAGE="zh-hans").content
    assert list(entries(content)) == ["Supervision"]
    assert Calendar.from_ical(content)["SOURCE"].endswith(address)


def test_my_calendar_is_the_same_bytes_until_something_changes(client, member):
    registered(member)
    address = path_of(feeds.make_address(member))
    first = client.get(address)
    assert client.get(address, HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 304
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        assert client.get(address).content == first.content
    registered(member)
    assert client.get(address, HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 200


def test_my_calendar_asks_the_database_as_often_for_three_places_as_for_one(member):
    counts = []
    for _n in range(3):
        registered(member, division=factories.division())
        with CaptureQueriesContext(connection) as queries:
            feeds.of_person(member)
        counts.append(len(queries))
    assert len(set(counts)) == 1, counts


def test_a_new_address_makes_the_old_one_lead_nowhere(client, member):
    client.force_login(member)
    client.post(reverse("new_calendar_address"))
    old = path_of(feeds.address_of(member))
    assert client.get(old).status_code == 200

    client.post(reverse("new_calendar_address"))

    assert Client().get(old).status_code == 404
    assert Client().get(path_of(feeds.address_of(member))).status_code == 200
    assert PersonalFeed.objects.count() == 1


def test_what_the_database_keeps_does_not_make_an_address(client, member):
    feeds.make_address(member)
    key = PersonalFeed.objects.get().key
    guesses = [key.hex, str(key), Signer(salt="another").sign(key.hex), f"{key.hex}.{'x' * 43}"]
    for guess in guesses:
        assert client.get(reverse("personal_feed", args=[guess])).status_code == 404


def test_a_closed_account_has_no_calendar(client, member):
    address = path_of(feeds.make_address(member))
    member.is_active = False
    member.save()
    assert client.get(address).status_code == 404


def test_a_private_address_is_told_to_nobody(client, member):
    response = client.get(path_of(feeds.make_address(member)))
    assert response["Referrer-Policy"] == "no-referrer"
    assert response["X-Robots-Tag"] == "noindex"
    assert "private" in response["Cache-Control"]
    assert not response.cookies


def test_a_private_address_never_stands_in_a_log(client, member, caplog):
    secret = path_of(feeds.make_address(member))
    gone = secret.replace("/mine/", "/mine/a")
    stream_of = logging.getLogger("django.request")
    assert any(isinstance(one, Masked) for one in stream_of.filters)

    assert client.get(gone).status_code == 404

    assert "Not Found: /events/calendars/mine/…/calendar.ics" in caplog.text
    assert secret.split("/")[-2] not in caplog.text


def test_the_error_of_a_request_is_written_without_its_secret():
    try:
        raise ValueError("/en/events/calendars/mine/5ecre7.abc/calendar.ics went wrong")
    except ValueError as error:
        record = logging.LogRecord(
            "x",
            40,
            "x",
            1,
            '"GET %s"',
            ("/invitations/70ken/?a=1",),
            (ValueError, error, error.__traceback__),
        )
    Masked().filter(record)
    line = logging.Formatter().format(record)
    assert '"GET /invitations/…/?a=1"' in line
    assert "5ecre7" not in line
    assert "70ken" not in line


def test_the_page_explains_and_gives_every_address(client, agency, member):
    client.force_login(member)
    with override("en"):
        page = client.get(reverse("calendars"), {"kind": "training", "agency": "no-such"})
    assert f"/events/calendars/agencies/{agency.slug}/calendar.ics" in page.text
    assert "/en/events/calendar.ics?kind=training" in page.text
    assert "calendar.ics?kind=training&amp;agency" not in page.text
    assert "Make my private address" in page.text
    assert page["Referrer-Policy"] == "same-origin"

    with override("en"):
        client.post(reverse("new_calendar_address"))
        page = client.get(reverse("calendars"))
    private = feeds.address_of(member)
    assert private in page.text
    assert "webcal:" + private.partition(":")[2] in page.text
    assert page.text.count("data:image/svg+xml") == 3
    with override("en"):
        assert private not in Client().get(reverse("calendars")).text


def test_a_long_cancelled_event_leaves_the_shared_calendars(client, agency):
    event = factories.event(agency, status="cancelled")
    address = reverse("agency_feed", args=[agency.slug])
    assert states(client.get(address).content) == {event.title: "CANCELLED"}
    Event.objects.update(updated_at=timezone.now() - timedelta(days=61))
    assert states(client.get(address).content) == {}


def test_the_ticket_offers_each_session_and_the_desk_the_whole_calendar(client, member, stranger):
    event = factories.event(capacity=1)
    start = timezone.now() + timedelta(days=20)
    EventSession.objects.create(event=event, starts_at=start, ends_at=start + timedelta(hours=1))
    register(event, user=member, by=member)
    register(event, user=stranger, by=stranger)
    files = [reverse("session_ics", args=[event.public_id, one.ical_uid]) for one in event.sessions.all()]

    client.force_login(member)
    ticket = client.get(event.get_absolute_url()).text
    assert [ticket.count(f'href="{file}"') for file in files] == [1, 1]
    assert f'href="{reverse("calendars")}"' in client.get(reverse("desk")).text
    client.force_login(stranger)  # waits, so has nothing to put into a calendar yet
    waiting = client.get(event.get_absolute_url()).text
    assert not [file for file in files if f'href="{file}"' in waiting]


# -- On other people's sites ------------------------------------------------------------------------------------------


def test_the_page_leads_to_the_calendars_of_google_and_microsoft_and_loads_nothing_of_them(client):
    event = factories.event(title="督导&工作坊", mode="online", online_url=MEETING)
    session = event.sessions.get()

    page = client.get(event.get_absolute_url()).text

    links = {link.name: link.url for link in calendar_links.put_down_at(session, event)}
    assert set(links) == {"Google Calendar", "Outlook.com", "Microsoft 365"}
    for url in links.values():
        assert f'<a href="{escape(url)}" rel="noopener noreferrer">' in page
        assert "55667788" not in url
    asked = {name: parse_qs(urlsplit(url).query) for name, url in links.items()}
    start = session.starts_at.astimezone(UTC)
    assert asked["Google Calendar"]["text"] == asked["Outlook.com"]["subject"] == [event.title]
    assert asked["Google Calendar"]["dates"][0].startswith(f"{start:%Y%m%dT%H%M%SZ}/")
    assert asked["Microsoft 365"]["startdt"] == [f"{start:%Y-%m-%dT%H:%M:%SZ}"]


def test_whole_days_are_whole_days_there_too(client):
    event = factories.event()
    session = event.sessions.get()
    session.is_all_day = True
    first, after = session.days[0], session.days[-1] + timedelta(days=1)

    google, outlook, _microsoft = calendar_links.put_down_at(session, event)

    assert f"dates={first:%Y%m%d}%2F{after:%Y%m%d}" in google.url
    assert f"startdt={first}&enddt={after}&allday=true" in outlook.url


def test_what_is_called_off_is_put_down_nowhere(client, manager):
    event = factories.event()
    cancel_event(event, by=factories.member_of(event.host, role="manager"))
    assert "calendar.google.com" not in client.get(event.get_absolute_url()).text
