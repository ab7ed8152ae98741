"""Events as calendars."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from events.calendars import feeds
from events.models import Event, EventSession
from tests import factories

pytestmark = pytest.mark.django_db


def calendar_of(event):
    return feeds.of_event(event, source="https://portal.example.org/calendar.ics")


def entries(content):
    return Calendar.from_ical(content).walk("VEVENT")


def test_an_event_is_one_calendar_with_all_its_sessions():
    event = factories.event(title="流动儿童, 课后; 照顾\\工作坊", summary="第一行\n第二行")
    later = timezone.now() + timedelta(days=20)
    EventSession.objects.create(
        event=event, starts_at=later, ends_at=later + timedelta(hours=1), title="下半场"
    )

    first, second = entries(calendar_of(event))

    assert (first["SUMMARY"], second["SUMMARY"]) == (event.title, f"{event.title} · 下半场")
    assert first["DESCRIPTION"] == "第一行\n第二行"
    assert first["STATUS"] == "CONFIRMED"
    assert [str(one["UID"]) for one in (first, second)] == [str(one.ical_uid) for one in event.sessions.all()]
    assert first["DTSTART"].dt == event.sessions.first().starts_at.replace(microsecond=0)


def test_lines_are_folded_at_75_octets_without_cutting_a_character():
    event = factories.event(title="随迁子女融合教育" * 20)

    content = calendar_of(event)

    assert max(len(line) for line in content.split(b"\r\n")) <= 75
    assert all(line.decode() is not None for line in content.split(b"\r\n"))
    assert entries(content)[0]["SUMMARY"] == event.title


def test_the_same_calendar_is_the_same_bytes():
    event = factories.event()

    assert calendar_of(event) == calendar_of(Event.objects.get(pk=event.pk))


def test_an_identity_names_no_host_and_the_link_to_the_meeting_stays_out():
    event = factories.event(mode="online", online_url="https://meeting.example.org/secret")

    content = calendar_of(event)

    assert b"secret" not in content
    assert "@" not in entries(content)[0]["UID"]


def test_a_whole_day_is_a_date():
    event = factories.event()
    session = event.sessions.get()
    session.is_all_day = True
    session.starts_at = timezone.localtime(session.starts_at).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    session.ends_at = session.starts_at + timedelta(days=2)
    session.save()

    [entry] = entries(calendar_of(event))

    assert (entry["DTSTART"].dt, entry["DTEND"].dt) == (session.days[0], session.days[0] + timedelta(days=2))


def test_the_feed_holds_what_is_announced_and_still_to_come(client, member, agency):
    coming, cancelled = factories.event(agency), factories.event(agency, status="cancelled")
    factories.event(agency, status="draft")
    factories.event(agency, starts_in=timedelta(days=-9))
    long_ago = factories.event(agency, status="cancelled")
    Event.objects.filter(pk=long_ago.pk).update(updated_at=timezone.now() - timedelta(days=61))
    client.force_login(member)  # a member sees drafts elsewhere; a feed is shared

    response = client.get(reverse("calendar_feed"))

    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    found = {str(one["UID"]): str(one["STATUS"]) for one in entries(response.content)}
    assert found == {
        str(coming.sessions.get().ical_uid): "CONFIRMED",
        str(cancelled.sessions.get().ical_uid): "CANCELLED",
    }


def test_a_feed_takes_the_filters_of_the_calendar(client):
    ours, together = factories.event(title="甲"), factories.event(title="乙")
    factories.event(title="丙")
    together.hosts.create(agency=ours.host, is_confirmed=True)
    factories.event(title="丁").hosts.create(agency=ours.host, is_confirmed=False)

    content = client.get(reverse("calendar_feed"), {"agency": ours.host.slug}).content

    assert [str(one["SUMMARY"]) for one in entries(content)] == ["甲", "乙"]


def test_a_program_that_has_the_feed_gets_nothing_again_until_it_changes(client):
    event = factories.event()
    address = reverse("calendar_feed")
    etag = client.get(address)["ETag"]

    assert client.get(address, HTTP_IF_NONE_MATCH=etag).status_code == 304

    Event.objects.filter(pk=event.pk).update(title="新题目")
    assert client.get(address, HTTP_IF_NONE_MATCH=etag).status_code == 200


def test_a_feed_asks_the_database_as_often_for_three_events_as_for_one(client):
    counts = []
    for _n in range(3):
        factories.event(division=factories.division()).hosts.create(
            agency=factories.agency(), is_confirmed=True
        )
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("calendar_feed"))
        counts.append(len(queries))
    assert len(set(counts)) == 1
