"""An event's page, which becomes the ticket of who registered."""

import json
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from events.hosting import publishing
from events.models import Registration
from events.registering.registration import register
from portal.templatetags import for_a_minute
from tests import factories

pytestmark = pytest.mark.django_db
LINK = "https://meeting.example.org/secret-room"


def url(name, *args):
    with override("en"):
        return reverse(name, args=args)


def page(client, event, user=None):
    if user:
        client.force_login(user)
    return client.get(url("event", event.public_id))


@pytest.fixture
def online():
    return factories.event(capacity=1, mode="online", online_url=LINK)


def test_a_visitor_is_asked_to_sign_in_and_comes_back(client):
    event = factories.event()
    address = url("event", event.public_id)

    text = page(client, event).text

    assert "Sign in to register" in text
    assert f"?next={address}" in text
    assert client.post(url("register", event.public_id))["Location"].endswith(f"?next={address}")
    assert Registration.objects.count() == 0


def test_registering_makes_the_page_a_ticket(client, agency, member, online):
    client.force_login(member)

    response = client.post(
        url("register", online.public_id), {"agency": agency.pk, "note": "带轮椅"}, follow=True
    )

    mine = Registration.objects.get()
    assert (mine.user, mine.agency, mine.note) == (member, agency, "带轮椅")
    assert "You have a seat" in response.text
    assert "I cannot come: cancel" in response.text
    assert "no-store" in response["Cache-Control"]


def test_the_link_to_the_meeting_is_seen_with_a_seat_only(client, member, stranger, online):
    register(online, user=member, by=member)
    register(online, user=stranger, by=stranger)

    assert LINK in page(client, online, member).text
    waiting = page(client, online, stranger).text
    assert "You are number 1 on the waiting list" in waiting
    client.logout()
    for text in (waiting, page(client, online).text, client.get(url("event_ics", online.public_id)).text):
        assert "secret-room" not in text
    cancelled = client.post(url("cancel_registration", online.public_id))
    assert cancelled.status_code == 302
    assert Registration.objects.filter(status="cancelled").count() == 0


def test_cancelling_on_the_ticket_gives_the_seat_to_the_next(client, member, stranger, online):
    register(online, user=member, by=member)
    register(online, user=stranger, by=stranger)
    client.force_login(member)

    response = client.post(url("cancel_registration", online.public_id), follow=True)

    assert LINK not in response.text
    assert "Join the waiting list" in response.text
    assert Registration.objects.get(user=stranger).has_seat


def test_a_refused_form_keeps_what_was_typed(client, member):
    event = factories.event()
    client.force_login(member)

    response = client.post(url("register", event.public_id), {"note": "很" * 301})

    assert (response.status_code, Registration.objects.count()) == (200, 0)
    assert "很" * 301 in response.text
    assert 'aria-invalid="true"' in response.text


@pytest.mark.parametrize("data", [{"agency": "999999999999999999999"}, {"agency": "x"}, {"note": "\0"}])
def test_nonsense_is_refused_in_the_form(client, member, data):
    event = factories.event()
    client.force_login(member)

    assert client.post(url("register", event.public_id), data).status_code == 200
    assert Registration.objects.count() == 0


def test_a_foreign_agency_cannot_be_chosen(client, member, stranger):
    event = factories.event()
    client.force_login(member)

    client.post(url("register", event.public_id), {"agency": stranger.memberships.get().agency_id})

    assert Registration.objects.count() == 0


def test_a_draft_is_seen_by_its_agency_and_found_by_nobody_else(client, agency, member, stranger):
    draft = factories.event(agency, status="draft", title="还没公布")

    assert "Draft: only your agency sees it" in page(client, draft, member).text
    client.force_login(stranger)
    names = ("event", "event_ics", "register", "cancel_registration")
    answers = [
        (client.get if name in ("event", "event_ics") else client.post)(url(name, draft.public_id))
        for name in names
    ]
    assert [answer.status_code for answer in answers] == [404] * 4
    assert not [answer for answer in answers if "还没公布" in answer.text]


def test_a_closed_event_says_why_there_is_no_button(client, member):
    event = factories.event(starts_in=timedelta(hours=-1))

    text = page(client, event, member).text

    assert "Registration is closed." in text
    assert "</form>" not in text.partition("<main")[2].partition("</main>")[0]


def test_writing_needs_post_and_an_event_that_exists(client, member):
    client.force_login(member)
    event = factories.event()

    assert client.get(url("register", event.public_id)).status_code == 405
    assert client.get(url("cancel_registration", event.public_id)).status_code == 405
    assert client.post(url("cancel_registration", event.public_id)).status_code == 404  # not registered
    assert client.get(url("event", uuid4())).status_code == 404


def test_a_description_is_structure_and_never_a_program(client):
    event = factories.event(
        description="### 内容\n\n- 一\n- [好](https://example.org)\n\n<script>alert(1)</script>"
        "[坏](javascript:alert(2)) ![图](https://example.org/x.png)"
    )

    text = page(client, event).text

    assert "<h3>内容</h3>" in text
    assert '<a href="https://example.org" rel="noopener noreferrer">好</a>' in text
    assert "<script>alert" not in text
    assert 'href="javascript' not in text
    assert "x.png" not in text


def test_search_engines_read_the_event_and_no_title_ends_the_script(client):
    event = factories.event(title="</script><script>alert(1)</script>", mode="hybrid", online_url=LINK)

    text = page(client, event).text

    data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', text, re.S)[1])
    assert (data["@type"], data["name"], data["eventStatus"]) == (
        "EducationEvent",
        event.title,
        "https://schema.org/EventScheduled",
    )
    assert (data["maximumAttendeeCapacity"], data["remainingAttendeeCapacity"]) == (30, 30)
    assert "secret-room" not in text
    assert "<script>alert" not in text


def test_the_page_asks_the_database_as_often_for_three_co_hosts_as_for_one(client, member):
    event = factories.event()
    counts = []
    for _n in range(3):
        event.hosts.create(agency=factories.agency(), is_confirmed=True)
        cache.clear()
        with CaptureQueriesContext(connection) as queries:
            page(client, event)
        counts.append(len(queries))
    assert len(set(counts)) == 1


def test_parts_have_a_column_only_where_one_has_a_name(client):
    event = factories.event()
    second = event.sessions.create(
        starts_at=event.starts_at + timedelta(days=7), ends_at=event.ends_at + timedelta(days=7)
    )
    without = page(client, event).text
    second.title = "下午场"
    second.save()
    for_a_minute.MADE.clear()
    with_names = page(client, event).text

    assert ("Dates and times" in without, "<th" in without) == (True, False)
    assert ("Dates and times" in with_names, "<th" in with_names, "下午场" in with_names) == (
        True,
        True,
        True,
    )


def test_what_is_kept_of_the_page_gives_way_to_every_change(client):
    event = factories.event(description="说明甲")
    co_host = event.hosts.create(agency=factories.agency(name_en="Second Centre"))
    before = page(client, event).text
    manager = factories.member_of(co_host.agency, role="manager")

    publishing.confirm_co_host(co_host, by=manager)
    owner = factories.member_of(event.host, role="owner")
    publishing.update_event(
        event,
        by=owner,
        fields={"description": "说明乙"},
        sessions=[
            publishing.PlannedSession(s.starts_at, s.ends_at, "上午场", ical_uid=s.ical_uid)
            for s in event.sessions.all()
        ]
        + [publishing.PlannedSession(event.starts_at + timedelta(days=1), event.ends_at + timedelta(days=1))],
        capacity=5,
        co_hosts=[co_host.agency],
    )
    after = page(client, event).text

    assert ("说明甲" in before, "Second Centre" in before) == (True, False)
    assert ("说明甲" in after, "说明乙" in after, "Second Centre" in after, "上午场" in after) == (
        False,
        True,
        True,
        True,
    )
