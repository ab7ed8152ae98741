"""A minimum number of participants: the host is asked once, on the day, and decides."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from events import daily
from events.hosting import minimum, publishing
from events.models import Event
from events.registering.registration import register
from tests import factories
from tests.events.test_console import moment, typed, url
from tests.events.test_publishing import as_planned

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


@pytest.fixture
def event(agency):
    return factories.event(agency, minimum=2, decide_on=TODAY, title="读书会")


def test_on_its_day_owners_and_managers_are_asked_once(event, agency, manager, member, stranger, deliver):
    owner = factories.member_of(agency, role="owner", language="en")
    register(event, user=stranger, by=stranger)
    deliver()

    assert daily.run(TODAY - timedelta(days=1)) == []
    assert daily.run(TODAY) == [f"{event.public_id}: 1 of 2 have registered, the host is asked"]
    assert daily.run(TODAY) == []

    mails = {mail.to[0]: mail for mail in deliver()}
    assert set(mails) == {owner.email, manager.email}
    assert mails[owner.email].subject == "1 of 2 have registered: 读书会"
    assert "That is not enough." in mails[owner.email].body
    assert url("edit_event", agency.slug, event.public_id) in mails[owner.email].body


@pytest.mark.parametrize("status", ["draft", "cancelled"])
def test_nobody_is_asked_about_what_does_not_take_place_anyway(event, status):
    Event.objects.update(status=status)

    assert daily.run(TODAY) == []


def test_the_desk_shows_how_many_and_the_host_goes_ahead(console, event, agency):
    page = console.get(url("edit_event", agency.slug, event.public_id)).text
    assert "0 of at least 2 people have a seat." in page

    console.post(url("go_ahead", agency.slug, event.public_id))

    assert not Event.objects.get().awaits_decision
    assert daily.run(TODAY) == []
    assert "It is certain that it takes place." in console.get(url("event", event.public_id)).text


def test_another_day_is_another_question(event, manager):
    daily.run(TODAY)
    minimum.go_ahead(event, by=manager)

    what = {"by": manager, "sessions": as_planned(event), "capacity": 30}
    publishing.update_event(event, fields={"title": "读书会二"}, **what)
    assert Event.objects.get().goes_ahead_at
    publishing.update_event(event, fields={"decide_on": TODAY + timedelta(days=2)}, **what)

    assert (Event.objects.get().goes_ahead_at, Event.objects.get().decision_asked_at) == (None, None)


def test_without_a_minimum_or_after_cancelling_there_is_nothing_to_decide(agency, manager):
    for event in (
        factories.event(agency),
        factories.event(agency, status="cancelled", minimum=1, decide_on=TODAY),
    ):
        with pytest.raises(publishing.PublishingError):
            minimum.go_ahead(event, by=manager)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"minimum": "5"}, "Say on which day you decide."),
        ({"decide_on": moment(days=2)[:10]}, "Say how many people have to come."),
        ({"minimum": "21", "decide_on": moment(days=2)[:10]}, "There are fewer seats than that."),
        ({"minimum": "5", "decide_on": moment(days=-2)[:10]}, "This day is in the past."),
        (
            {"minimum": "5", "decide_on": moment(days=20)[:10]},
            "Decide on the first day of the event at the latest.",
        ),
        ({"minimum": "9" * 40, "decide_on": "\0"}, "less than or equal to 10000"),
    ],
)
def test_what_cannot_be_decided_is_refused_beside_its_field(console, agency, fields, sentence):
    answer = console.post(url("create_event", agency.slug), typed(**fields))

    assert (answer.status_code, Event.objects.count()) == (200, 0)
    assert sentence in answer.text
    assert '<details class="card" open>' in answer.text


def test_the_database_keeps_number_and_day_together(event):
    for fields in ({"decide_on": None}, {"minimum": None}, {"minimum": 0}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Event.objects.filter(pk=event.pk).update(**fields)
