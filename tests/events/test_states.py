"""How an event stands, in one word; parts at the same time."""

from datetime import timedelta

import pytest
from django.utils import timezone

from events.models import Event
from events.registering.registration import register
from tests import factories
from tests.events.test_console import moment, typed, url

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def test_each_state_has_its_word(member):
    now = timezone.now()
    full = factories.event(capacity=1)
    register(full, user=member, by=member)
    just_come = factories.event()
    just_come.pools.all().delete()
    events = {
        "draft": factories.event(status="draft"),
        "cancelled": factories.event(status="cancelled"),
        "past": factories.event(starts_in=-9 * HOUR),
        "closed": factories.event(registration_closes_at=now - HOUR),
        "full": full,
        "published": factories.event(registration_opens_at=now + HOUR),
    }

    assert {name: Event.objects.get(pk=one.pk).state for name, one in events.items()} == {
        name: name for name in events
    }
    assert Event.objects.get(pk=just_come.pk).state == "published"
    assert factories.event(starts_in=-HOUR).state == "closed"  # it has begun


def test_what_is_over_offers_no_seat_and_no_waiting_list(client, member):
    over = factories.event(capacity=1)
    register(over, user=member, by=member)
    Event.objects.filter(pk=over.pk).update(
        starts_at=timezone.now() - 9 * HOUR, ends_at=timezone.now() - 7 * HOUR
    )
    assert "1 of 1 seats taken" in client.get(url("event", over.public_id)).text


def test_row_and_page_say_the_same(client):
    event = factories.event(registration_closes_at=timezone.now() - HOUR)

    for address in ("/en/events/", url("event", event.public_id)):
        assert '<span class="badge quiet">Registration closed</span>' in client.get(address).text


def test_parts_at_the_same_time_are_saved_and_asked_about(console, agency):
    rows = [
        {"starts_at": moment(days=5, hours=hour), "ends_at": moment(days=5, hours=hour + 2)}
        for hour in (0, 1, 2)
    ]
    answer = console.post(url("create_event", agency.slug), typed(*rows), follow=True)

    assert Event.objects.get().sessions.count() == 3
    questions = [str(one) for one in answer.context["messages"] if one.level_tag == "warning"]
    assert questions == [
        "Session 1 and session 2 are at the same time. Is that right?",
        "Session 2 and session 3 are at the same time. Is that right?",
    ]


def test_an_ordinary_training_is_published_from_the_first_form(console, agency):
    answer = console.post(url("create_event", agency.slug), typed(publish="now"))

    event = Event.objects.get()
    assert (event.status, answer["Location"]) == ("published", url("event", event.public_id))


def test_what_cannot_be_published_is_kept_as_a_draft_with_the_reason(console, agency):
    past = {"starts_at": moment(days=-2), "ends_at": moment(days=-2, hours=2)}
    answer = console.post(url("create_event", agency.slug), typed(past, publish="now"), follow=True)

    assert Event.objects.get().status == "draft"
    assert "The first session is in the past." in answer.text
