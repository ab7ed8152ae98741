"""Holding an event again: everything but the people, on another day at the same time of the clock."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from events.hosting.copying import copy_event
from events.hosting.publishing import PublishingError
from events.models import CertificateRule, Event, EventSeries, EventSession, LetterPlan
from events.models.event import refresh_span
from events.registering import questions, seats
from events.registering.questions import PlannedQuestion
from events.registering.registration import register
from tests import factories
from tests.events.test_console import moment, url
from tests.events.test_zones import YEAR, sunday

pytestmark = pytest.mark.django_db
NEW_YORK = ZoneInfo("America/New_York")


def held(agency, *sessions: tuple[datetime, datetime], **fields) -> Event:
    """A published event with exactly these sessions."""
    event = factories.event(agency, **fields)
    event.sessions.all().delete()
    for start, end in sessions:
        EventSession.objects.create(event=event, starts_at=start, ends_at=end)
    refresh_span(event)
    return event


def test_a_copy_has_everything_but_the_people(agency, manager, member):
    other = factories.agency()
    event = factories.event(
        agency,
        capacity=7,
        title="督导工作坊",
        speakers=["张红"],
        accessibility="有电梯",
        series=EventSeries.objects.create(host=agency, title="系列"),
        external_id="source-1",
        registration_closes_at=timezone.now() + timedelta(days=6),
    )
    event.topics.add(factories.topic("svc:legal"))
    event.hosts.create(agency=other, is_confirmed=True)
    seats.keep_for(event, other, seats=3, by=manager, release_at=timezone.now() + timedelta(days=5))
    [eats] = questions.arrange(event, [PlannedQuestion("吃饭吗", kind="yes_no")])
    questions.arrange(
        event,
        [
            PlannedQuestion("吃饭吗", kind="yes_no", pk=eats.pk),
            PlannedQuestion("忌口", only_if=(eats.pk, "yes")),
        ],
    )
    LetterPlan.objects.create(event=event, reminder_hours=[72, 2], thanks_words="谢谢")
    CertificateRule.objects.create(event=event, share=60, issuing_since=timezone.now())
    event.refresh_from_db()
    register(event, user=member, by=member, answers={eats: "是"})
    on = timezone.localdate(event.starts_at) + timedelta(days=30)

    copy = copy_event(event, on=on, by=manager)

    copy = Event.objects.get(pk=copy.pk)
    month = timedelta(days=30)
    assert (copy.title, copy.speakers, copy.accessibility, copy.series, copy.host) == (
        "督导工作坊",
        ["张红"],
        "有电梯",
        event.series,
        agency,
    )
    assert (copy.status, copy.external_id, copy.registrations.count()) == ("draft", None, 0)
    assert list(copy.topics.all()) == list(event.topics.all())
    assert copy.registration_closes_at == event.registration_closes_at + month
    assert list(copy.pools.values_list("kind", "agency", "capacity", "taken", "release_at")) == [
        ("open", None, 7, 0, None),
        ("agency", other.pk, 3, 0, event.pools.get(agency=other).release_at + month),
    ]
    assert list(copy.hosts.values_list("agency", "is_confirmed")) == [(other.pk, False)]
    first, second = copy.questions.asked()
    assert (first.label, second.label, second.only_if, second.only_if_answer) == (
        "吃饭吗",
        "忌口",
        first,
        "yes",
    )
    assert (copy.has_questions, first.pk != eats.pk, first.answers.count()) == (True, True, 0)
    assert (copy.letter_plan.reminder_hours, copy.letter_plan.thanks_words) == ([72, 2], "谢谢")
    assert (copy.certificate_rule.share, copy.certificate_rule.issuing_since) == (60, None)
    [old], [new] = event.sessions.all(), copy.sessions.all()
    assert (new.starts_at, new.ends_at) == (old.starts_at + month, old.ends_at + month)
    assert (new.ical_uid != old.ical_uid, new.sequence, copy.public_id != event.public_id) == (True, 0, True)


def test_a_copy_keeps_as_many_seats_for_an_agency_as_it_was_given_and_its_room_is_as_large(agency, manager):
    other = factories.agency()
    event = factories.event(agency, capacity=7, starts_in=timedelta(days=2))
    day = timezone.now() + timedelta(days=1)
    seats.keep_for(event, other, seats=5, by=manager, release_at=day)
    person = factories.member_of(other)
    register(event, user=person, by=person, agency=other)
    seats.release_due(event, at=day)
    assert list(event.pools.values_list("kind", "capacity")) == [("open", 11), ("agency", 1)]

    copy = copy_event(event, on=timezone.localdate(event.starts_at) + timedelta(days=30), by=manager)

    assert list(copy.pools.values_list("kind", "agency", "capacity", "released")) == [
        ("open", None, 7, 0),
        ("agency", other.pk, 5, 0),
    ]
    assert copy.capacity == event.capacity

    seats.change_capacity(event, capacity=2, by=manager)  # fewer than were opened
    copy = copy_event(event, on=timezone.localdate(event.starts_at) + timedelta(days=60), by=manager)
    assert list(copy.pools.values_list("kind", "capacity")) == [("open", 0), ("agency", 5)]


def test_sessions_keep_their_time_of_the_clock_when_the_clocks_change_in_between(agency, manager):
    winter = datetime(YEAR, 1, 15, 19, tzinfo=NEW_YORK)
    event = held(
        agency,
        (winter, winter + timedelta(hours=2)),
        (winter + timedelta(days=7), winter + timedelta(days=7, hours=2)),
        time_zone="America/New_York",
    )

    copy = copy_event(event, on=date(YEAR, 7, 1), by=manager)

    assert [session.starts_at for session in copy.sessions.all()] == [
        datetime(YEAR, 7, 1, 23, tzinfo=UTC),
        datetime(YEAR, 7, 8, 23, tzinfo=UTC),
    ]


def test_a_session_that_would_start_in_the_hour_that_clocks_skip_keeps_its_length(agency, manager):
    night = datetime(YEAR, 1, 15, 2, 30, tzinfo=NEW_YORK)
    event = held(agency, (night, night + timedelta(minutes=30)), time_zone="America/New_York")
    on = sunday(3, 2).date()

    [session] = copy_event(event, on=on, by=manager).sessions.all()

    assert f"{timezone.localtime(session.starts_at, NEW_YORK):%H:%M}" == "03:30"
    assert session.ends_at - session.starts_at == timedelta(minutes=30)


def test_the_day_of_decision_moves_along_and_is_never_in_the_past(agency, manager):
    event = factories.event(agency, minimum=5, decide_on=timezone.localdate() + timedelta(days=3))
    start = timezone.localdate(event.starts_at)

    far = copy_event(event, on=start + timedelta(days=10), by=manager)
    near = copy_event(event, on=timezone.localdate(), by=manager)

    assert far.decide_on == timezone.localdate() + timedelta(days=13)
    assert near.decide_on == timezone.localdate()


def test_the_past_is_refused_from_the_rule_and_from_the_desk(agency, manager, console):
    event = factories.event(agency)
    with pytest.raises(PublishingError):
        copy_event(event, on=timezone.localdate() - timedelta(days=1), by=manager)

    for day in (moment(days=-2)[:10], "", "tomorrow", "\0", "9999-12-31", "2026-02-30"):
        answer = console.post(url("copy_event", agency.slug, event.public_id), {"on": day}, follow=True)
        assert [one.level_tag for one in answer.context["messages"]] == ["error"], day
    assert Event.objects.count() == 1


def test_the_desk_copies_in_one_step(agency, console):
    event = factories.event(agency)

    answer = console.post(
        url("copy_event", agency.slug, event.public_id), {"on": moment(days=40)[:10]}, follow=True
    )

    copy = Event.objects.exclude(pk=event.pk).get()
    assert answer.redirect_chain == [(url("edit_event", agency.slug, copy.public_id), 302)]
    assert "This is the copy. Look it over, then publish it." in answer.text
