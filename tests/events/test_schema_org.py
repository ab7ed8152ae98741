"""What search engines read of an event and of a series."""

import json
import re
from datetime import timedelta
from io import BytesIO

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from events.hosting import picture, publishing
from events.hosting.publishing import PlannedSession
from events.models import Event, EventSeries
from events.registering.registration import register
from tests import factories
from tests.events.test_console import url

pytestmark = pytest.mark.django_db
LINK = "https://meeting.example.org/secret-room"
HOUR = timedelta(hours=1)


def read(client, address) -> dict:
    text = client.get(address).text
    assert "secret-room" not in text
    return json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', text, re.S)[1])


def event_data(client, event) -> dict:
    """The event among what its page says."""
    data = read(client, url("event", event.public_id))
    assert data.pop("@context") == "https://schema.org"
    return next((one for one in data.get("@graph", []) if one["@type"] != "Course"), data)


def plans(event) -> list[PlannedSession]:
    return [
        PlannedSession(one.starts_at, one.ends_at, one.title, one.is_all_day, one.ical_uid)
        for one in event.sessions.all()
    ]


def at(event, moment):
    return moment.astimezone(event.zone).isoformat(timespec="minutes")


def test_an_ordinary_seminar(client, agency, manager, member):
    event = factories.event(
        agency,
        kind="seminar",
        capacity=5,
        mode="hybrid",
        online_url=LINK,
        speakers=["张红（督导）"],
        fee="20 元",
        time_zone="America/New_York",
    )
    image = picture.replace(
        event, drawn=picture.redraw(BytesIO(factories.picture())), description="", by=manager
    )
    register(event, user=member, by=member)
    page = settings.SITE_URL + url("event", event.public_id)

    assert event_data(client, event) == {
        "@type": "EducationEvent",
        "@id": page,
        "name": event.title,
        "description": event.title,
        "inLanguage": "zh-CN",
        "url": page,
        "startDate": at(event, event.starts_at),
        "endDate": at(event, event.ends_at),
        "eventStatus": "https://schema.org/EventScheduled",
        "eventAttendanceMode": "https://schema.org/MixedEventAttendanceMode",
        "location": [
            {"@type": "Place", "name": "社区中心", "address": "社区中心"},
            {"@type": "VirtualLocation", "url": page},
        ],
        "organizer": [
            {
                "@type": "Organization",
                "name": agency.legal_name,
                "url": settings.SITE_URL + f"/en/agencies/{agency.slug}/",
            }
        ],
        "isAccessibleForFree": False,
        "image": settings.SITE_URL + image.file.url,
        "performer": [{"@type": "Person", "name": "张红（督导）"}],
        "maximumAttendeeCapacity": 5,
        "remainingAttendeeCapacity": 4,
    }


def test_what_moved_says_since_when_and_keeps_the_first_announced_start(client, agency, manager):
    start = timezone.now().replace(second=0, microsecond=0) + timedelta(days=7)
    draft = publishing.create_event(
        agency,
        by=manager,
        fields={"title": "督导", "kind": "training"},
        sessions=[PlannedSession(start, start + HOUR), PlannedSession(start + 9 * HOUR, start + 10 * HOUR)],
    )
    first, second = plans(draft)
    publishing.update_event(  # a draft moves as it likes
        draft,
        by=manager,
        fields={},
        sessions=[PlannedSession(start + HOUR, start + 2 * HOUR, ical_uid=first.ical_uid), second],
    )
    event = publishing.publish(draft, by=manager)
    assert event_data(client, event)["eventStatus"] == "https://schema.org/EventScheduled"

    for hours in (3, 5):
        moved = PlannedSession(start + hours * HOUR, start + (hours + 1) * HOUR, ical_uid=first.ical_uid)
        publishing.update_event(event, by=manager, fields={}, sessions=[moved, second])
    data = event_data(client, Event.objects.get())

    assert (data["eventStatus"], data["startDate"], data["previousStartDate"]) == (
        "https://schema.org/EventRescheduled",
        at(event, start + 5 * HOUR),
        at(event, start + HOUR),
    )
    assert [(one["eventStatus"], one.get("previousStartDate")) for one in data["subEvent"]] == [
        ("https://schema.org/EventRescheduled", at(event, start + HOUR)),
        ("https://schema.org/EventScheduled", None),
    ]

    publishing.cancel_event(event, by=manager)
    data = event_data(client, Event.objects.get())
    assert (data["eventStatus"], "previousStartDate" in data) == ("https://schema.org/EventCancelled", False)


def test_a_session_that_is_added_later_was_announced_as_it_is(client, agency, manager):
    start = timezone.now().replace(second=0, microsecond=0) + timedelta(days=7)
    event = publishing.publish(
        publishing.create_event(
            agency, by=manager, fields={"title": "督导"}, sessions=[PlannedSession(start, start + HOUR)]
        ),
        by=manager,
    )

    added = PlannedSession(start + 24 * HOUR, start + 25 * HOUR)
    publishing.update_event(event, by=manager, fields={}, sessions=[*plans(event), added])

    data = event_data(client, Event.objects.get())
    assert {one["eventStatus"] for one in [data, *data["subEvent"]]} == {"https://schema.org/EventScheduled"}


@pytest.mark.parametrize(("kind", "is_course"), [("training", True), ("seminar", False)])
def test_a_training_of_several_sessions_is_a_course(client, kind, is_course):
    event = factories.event(kind=kind)
    event.sessions.create(starts_at=event.starts_at + 24 * HOUR, ends_at=event.ends_at + 24 * HOUR)

    data = read(client, url("event", event.public_id))

    if not is_course:
        assert data["@type"] == "EducationEvent"
        return
    whole, run = data["@graph"]
    assert (whole["@type"], whole["hasCourseInstance"]) == ("Course", {"@id": run["@id"]})
    assert (run["@type"], run["courseMode"], len(run["subEvent"])) == (
        ["EducationEvent", "CourseInstance"],
        "onsite",
        2,
    )


def test_a_series_is_a_course_with_its_announced_runs(client, agency):
    series = EventSeries.objects.create(host=agency, title="督导系列", summary="每月一次")
    run = factories.event(agency, series=series, online_url=LINK, mode="online")
    factories.event(agency, series=series, status="draft", title="还没公布")

    page = read(client, url("series", series.public_id))
    of_run = read(client, url("event", run.public_id))

    assert (page["@type"], page["name"], page["description"]) == ("Course", "督导系列", "每月一次")
    assert [one["name"] for one in page["hasCourseInstance"]] == [run.title]
    course, instance = of_run["@graph"]
    assert (course["@id"], course["@type"], instance["@type"]) == (
        page["@id"],
        "Course",
        ["EducationEvent", "CourseInstance"],
    )


def test_no_title_ends_the_script(client, agency):
    series = EventSeries.objects.create(host=agency, title="</script><script>alert(1)</script>")
    factories.event(agency, series=series)

    answer = client.get(url("series", series.public_id)).text

    assert "<script>alert" not in answer


def test_three_runs_with_pictures_ask_the_database_as_often_as_one(client, agency, manager):
    series = EventSeries.objects.create(host=agency, title="督导系列")
    counts = []
    for _n in range(3):
        event = factories.event(agency, series=series)
        picture.replace(event, drawn=picture.redraw(BytesIO(factories.picture())), description="", by=manager)
        with CaptureQueriesContext(connection) as queries:
            client.get(url("series", series.public_id))
        counts.append(len(queries))
    assert len(set(counts)) == 1
