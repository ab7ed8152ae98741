"""Series: runs that belong together, on one page in their order."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from events import demo
from events.hosting import series
from events.models import Event, EventSeries
from tests import factories
from tests.events.test_console import url

pytestmark = pytest.mark.django_db


@pytest.fixture
def programme(agency):
    return EventSeries.objects.create(host=agency, title="督导系列", title_en="Supervision Series")


def run(agency, programme=None, days=1, **fields) -> Event:
    return factories.event(agency, series=programme, starts_in=timedelta(days=days), **fields)


def test_a_series_is_made_changed_and_dissolved_and_its_events_stay(console, agency):
    first, second = run(agency, days=3), run(agency, days=2)
    console.post(
        url("create_series", agency.slug),
        {"title": "督导系列", "language": "zh-hans", "events": [first.pk, second.pk]},
    )
    one = EventSeries.objects.get()
    assert list(one.events.order_by("starts_at")) == [second, first]

    page = url("edit_series", agency.slug, one.public_id)
    console.post(page, {"title": "督导系列", "language": "zh-hans", "events": [first.pk]})
    assert list(one.events.all()) == [first]

    console.post(url("remove_series", agency.slug, one.public_id))
    assert (EventSeries.objects.count(), Event.objects.count()) == (0, 2)


def test_the_page_shows_the_runs_in_order_and_drafts_to_their_agency_only(client, agency, member, programme):
    later, sooner = run(agency, programme, 9, title="第二期"), run(agency, programme, 2, title="第一期")
    past = run(agency, programme, -9, title="试点")
    draft = run(agency, programme, 20, title="还没公布", status="draft")
    run(agency, title="不相干")

    text = client.get(programme.get_absolute_url()).text

    assert list(series.runs(programme, AnonymousUser())) == [past, sooner, later]
    assert text.index("试点") < text.index("第一期") < text.index("第二期")
    assert ("还没公布" in text, "不相干" in text) == (False, False)
    assert list(series.runs(programme, member)) == [past, sooner, later, draft]


def test_a_series_of_drafts_is_nowhere_for_others(client, agency, member, stranger, programme):
    run(agency, programme, status="draft")

    for person, status in ((None, 404), (stranger, 404), (member, 200)):
        client.logout()
        if person:
            client.force_login(person)
        assert client.get(programme.get_absolute_url()).status_code == status


def test_the_event_leads_to_its_series(client, agency, programme):
    event = run(agency, programme)

    assert f'<a href="{url("series", programme.public_id)}">Supervision Series</a>' in client.get(
        url("event", event.public_id)
    ).text.replace('<span lang="zh-hans">', "").replace("</span>", "")


def test_events_of_others_and_of_another_series_are_not_taken(console, agency, programme):
    foreign = factories.event()
    other = EventSeries.objects.create(host=agency, title="另一个")
    taken = run(agency, other)

    for event in (foreign, taken):
        with pytest.raises(series.SeriesError):
            series.write(programme, events=[event])
        answer = console.post(
            url("edit_series", agency.slug, programme.public_id),
            {"title": "督导系列", "language": "zh-hans", "events": [event.pk]},
        )
        assert answer.status_code == 200
    assert programme.events.count() == 0


@pytest.mark.parametrize("data", [{"title": ""}, {"title": "长" * 400}, {"title": "\0"}, {"events": "x"}])
def test_nonsense_is_refused_in_the_form(console, agency, data):
    answer = console.post(url("create_series", agency.slug), {"title": "好", "language": "zh-hans", **data})

    assert (answer.status_code, EventSeries.objects.count()) == (200, 0)


def test_putting_an_event_in_changes_what_is_kept_of_its_page(agency, programme):
    event = run(agency)
    before = event.updated_at

    series.write(programme, events=[event])
    event.refresh_from_db()
    assert event.updated_at > before
    before = event.updated_at

    series.dissolve(programme)
    event.refresh_from_db()
    assert (event.series, event.updated_at > before) == (None, True)


def test_three_runs_ask_the_database_as_often_as_one(client, agency, programme):
    counts = []
    for n in range(3):
        run(agency, programme, n + 1)
        with CaptureQueriesContext(connection) as queries:
            client.get(programme.get_absolute_url())
        counts.append(len(queries))
    assert len(set(counts)) == 1


def test_the_series_of_sample_agencies_go_with_the_demo():
    sample = factories.agency(is_sample=True)
    EventSeries.objects.create(host=sample, title="示范")
    kept = EventSeries.objects.create(host=factories.agency(), title="真的")

    demo.remove()

    assert list(EventSeries.objects.all()) == [kept]


def test_an_event_that_was_over_long_ago_is_not_offered_unless_it_is_in(agency, console, programme):
    old = run(agency, days=-900, title="很久以前")
    page = url("edit_series", agency.slug, programme.public_id)
    assert "很久以前" not in console.get(page).text

    Event.objects.filter(pk=old.pk).update(series=programme, updated_at=timezone.now())
    assert "很久以前" in console.get(page).text
