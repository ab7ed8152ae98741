"""How an event comes about."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from icalendar import Calendar

from events.hosting.publishing import (
    PlannedSession,
    PublishingError,
    cancel_event,
    create_event,
    publish,
    update_event,
)
from events.models import Event, Registration
from events.registering.refusals import CapacityRefused
from events.registering.registration import register
from tests import factories

pytestmark = pytest.mark.django_db
START = datetime.now(UTC).replace(microsecond=0, second=0) + timedelta(days=30)


def plan(day=0, hours=2, **more):
    start = START + timedelta(days=day)
    return PlannedSession(starts_at=start, ends_at=start + timedelta(hours=hours), **more)


def as_planned(event):
    return [
        PlannedSession(one.starts_at, one.ends_at, one.title, one.is_all_day, one.ical_uid)
        for one in event.sessions.all()
    ]


def change(event, by, **what):
    what = {"fields": {}, "sessions": as_planned(event), "capacity": 10, **what}
    return update_event(event, by=by, **what)


def sequences(event):
    return [session.sequence for session in event.sessions.all()]


@pytest.fixture
def event(agency, manager):
    draft = create_event(
        agency,
        by=manager,
        fields={"title": "督导工作坊", "venue": "二楼"},
        sessions=[plan(0), plan(7)],
        capacity=10,
    )
    return publish(draft, by=manager)


def test_a_new_event_is_a_draft_that_spans_its_sessions(agency, manager):
    draft = create_event(
        agency, by=manager, fields={"title": "读书会"}, sessions=[plan(7), plan(0)], capacity=5
    )

    assert (draft.status, draft.capacity, draft.starts_at, draft.ends_at) == (
        "draft",
        5,
        START,
        START + timedelta(days=7, hours=2),
    )


def test_an_event_without_a_session_is_refused(agency, manager):
    with pytest.raises(PublishingError):
        create_event(agency, by=manager, fields={"title": "空"}, sessions=[], capacity=5)
    assert Event.objects.count() == 0


def test_sequence_rises_with_time_place_and_status_and_not_with_a_typo(event, manager):
    assert sequences(event) == [1, 1]

    change(event, manager, fields={"title": "督导工作坊（修订）"})
    assert sequences(event) == [1, 1]

    first, second = as_planned(event)
    moved = PlannedSession(
        second.starts_at + timedelta(hours=1), second.ends_at + timedelta(hours=1), ical_uid=second.ical_uid
    )
    change(event, manager, sessions=[first, moved])
    assert sequences(event) == [1, 2]

    change(event, manager, fields={"venue": "三楼"})
    assert sequences(event) == [2, 3]

    cancel_event(event, by=manager)
    assert sequences(event) == [3, 4]


def test_everybody_with_a_seat_hears_of_a_new_time_and_of_a_dropped_session(event, manager, deliver):
    seated, first = factories.user(language="en"), as_planned(event)[0]
    register(event, user=seated, by=seated)
    dropped = str(as_planned(event)[1].ical_uid)
    deliver()

    change(event, manager, sessions=[first, plan(14)])

    [mail] = deliver()
    assert (mail.to, mail.subject) == ([seated.email], "New time or place: 督导工作坊")
    content, kind = mail.alternatives[-1]
    assert kind == "text/calendar; method=PUBLISH; charset=utf-8"
    entries = {str(one["UID"]): one["STATUS"] for one in Calendar.from_ical(content).walk("VEVENT")}
    assert entries.pop(dropped) == "CANCELLED"
    assert set(entries) == {str(one.ical_uid) for one in event.sessions.all()}
    assert set(entries.values()) == {"CONFIRMED"}


def test_nobody_is_written_to_when_only_words_changed(event, manager, deliver):
    register(event, user=manager, by=manager)
    deliver()

    change(event, manager, fields={"summary": "新的介绍"})

    assert deliver() == []


def test_more_seats_go_to_the_waiting_list_and_fewer_than_taken_are_refused(event, manager):
    change(event, manager, capacity=1)
    people = [factories.user() for _n in range(2)]
    waiting = [register(event, user=one, by=one) for one in people][1]

    change(event, manager, capacity=2)
    assert Registration.objects.get(pk=waiting.pk).has_seat

    for capacity in (1, None):
        with pytest.raises(CapacityRefused):
            change(event, manager, capacity=capacity)
    assert event.pools.get().capacity == 2


def test_an_event_in_the_past_is_not_published(agency, manager):
    draft = create_event(agency, by=manager, fields={"title": "昨天"}, sessions=[plan(-60)])

    with pytest.raises(PublishingError):
        publish(draft, by=manager)
    assert Event.objects.get().status == Event.Status.DRAFT


def test_what_was_announced_is_not_moved_into_the_past_and_what_has_begun_can_be_put_right(agency, manager):
    event = factories.event(agency)
    [session] = event.sessions.all()
    length = session.ends_at - session.starts_at
    yesterday = timezone.now() - timedelta(days=1)
    into_the_past = PlannedSession(yesterday, yesterday + length, ical_uid=session.ical_uid)
    one_more = PlannedSession(yesterday, yesterday + length)
    as_it_is = PlannedSession(session.starts_at, session.ends_at, ical_uid=session.ical_uid)

    for sessions in ([into_the_past], [as_it_is, one_more]):
        with pytest.raises(PublishingError):
            update_event(event, by=manager, fields={}, sessions=sessions, capacity=30)
        assert event.sessions.get().starts_at == session.starts_at

    later = session.starts_at + length / 2  # while it goes on
    earlier = PlannedSession(
        session.starts_at - timedelta(minutes=10), session.ends_at, ical_uid=session.ical_uid
    )
    update_event(event, by=manager, fields={}, sessions=[earlier], capacity=30, at=later)
    assert event.sessions.get().starts_at == earlier.starts_at


def test_cancelling_an_event_cancels_every_place_and_writes_to_each(event, manager, deliver):
    people = [factories.user(), factories.user()]
    change(event, manager, capacity=1)
    for one in people:
        register(event, user=one, by=one)
    deliver()

    told = cancel_event(event, by=manager)

    assert [one.user for one in told] == people
    assert list(event.registrations.values_list("status", flat=True)) == ["cancelled", "cancelled"]
    assert event.pools.get().taken == 0
    mails = deliver()
    assert [mail.to for mail in mails] == [[one.email] for one in people]
    assert [len(mail.alternatives) for mail in mails] == [2, 1]  # who waited has nothing in the calendar
    assert cancel_event(event, by=manager) == []


def test_a_cancelled_event_is_neither_changed_nor_published(event, manager):
    cancel_event(event, by=manager)

    for action in (lambda: change(event, manager), lambda: publish(event, by=manager)):
        with pytest.raises(PublishingError):
            action()


def test_a_draft_and_an_event_that_is_over_are_not_cancelled(agency, manager):
    for event in (
        factories.event(agency, status="draft"),
        factories.event(agency, starts_in=timedelta(days=-3)),
    ):
        with pytest.raises(PublishingError):
            cancel_event(event, by=manager, at=timezone.now())


def test_a_co_host_is_shown_when_somebody_who_may_speak_for_it_says_so(event, manager):
    other, foreign = factories.agency(), factories.agency()
    other.memberships.create(user=manager, role="owner")

    change(event, manager, co_hosts=[other, foreign])

    assert Event.objects.get(pk=event.pk).all_hosts == [event.host, other]
    assert list(event.hosts.values_list("agency", "is_confirmed")) == [(other.pk, True), (foreign.pk, False)]
