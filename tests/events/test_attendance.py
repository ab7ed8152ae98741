"""Who was there and for how long: what doors report, in any order, and what follows from it."""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from events.attending import attendance
from events.hosting import publishing
from events.models import Attendance, DoorEntry, EventSession, Registration, RegistrationLogEntry
from events.registering import registration
from events.registering.refusals import EventCancelled, NotYours
from tests import factories

NOW = timezone.now().replace(microsecond=0)
START = NOW - timedelta(hours=2)


def minute(n: float):
    """A moment, in minutes from the start of the session."""
    return START + timedelta(minutes=n)


@pytest.fixture
def event(agency):
    """A training of three hours that began two hours ago, with places given before."""
    return factories.event(agency, starts_in=timedelta(hours=-2), capacity=2)


@pytest.fixture
def session(event):
    session = event.sessions.get()
    EventSession.objects.filter(pk=session.pk).update(starts_at=START, ends_at=minute(180))
    return event.sessions.get()


def seated(event, **fields) -> Registration:
    person = factories.user(**fields)
    return registration.register(event, user=person, by=person, at=NOW - timedelta(days=1))


@pytest.fixture
def lin(event):
    return seated(event, name="林芳")


@pytest.fixture
def ana(event):
    return seated(event, name="安娜")


def spans(one: Registration) -> list[tuple[float, float | None]]:
    """The valid intervals in minutes from the start."""
    minutes = timedelta(minutes=1)
    return [
        ((row.starts_at - START) / minutes, row.ends_at and (row.ends_at - START) / minutes)
        for row in one.attendances.valid()
    ]


@pytest.mark.django_db
def test_checking_in_and_out_makes_one_interval(lin, session, manager):
    attendance.check_in(lin, session, by=manager, at=minute(5))
    attendance.check_out(lin, session, by=manager, at=minute(95))

    assert spans(lin) == [(5, 95)]
    assert attendance.attended_minutes([lin]) == {lin.pk: {session.pk: 90}}
    assert attendance.minutes_of(lin) == 90


@pytest.mark.django_db
def test_a_report_sent_again_changes_nothing(lin, session, manager):
    key = uuid4()
    first = attendance.check_in(lin, session, by=manager, at=minute(5), key=key)
    attendance.check_out(lin, session, by=manager, at=minute(10))

    assert attendance.check_in(lin, session, by=manager, at=minute(5), key=key) == first
    assert spans(lin) == [(5, 10)]
    assert DoorEntry.objects.count() == 2


@pytest.mark.django_db
def test_who_is_there_already_is_not_there_twice(lin, session, manager):
    first = attendance.check_in(lin, session, by=manager, at=minute(5))

    assert attendance.check_in(lin, session, by=manager, at=minute(7)) == first
    assert spans(lin) == [(5, None)]


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(12))
def test_doors_end_with_the_same_result_whichever_is_heard_first(lin, session, manager, seed):
    reports = [
        ("in", 5),
        ("in", 9),
        ("out", 40),
        ("in", 60),
        ("out", 61),
        ("out", 62),
        ("in", 100),
        ("in", 90),
    ]
    reports = [(way, at, uuid4()) for way, at in reports]
    random.Random(seed).shuffle(reports)

    for way, at, key in [*reports, *reports[:4]]:
        report = attendance.check_in if way == "in" else attendance.check_out
        report(lin, session, by=manager, at=minute(at), key=key)

    assert spans(lin) == [(5, 40), (60, 61), (90, None)]


@pytest.mark.django_db
def test_going_before_having_come_and_going_at_the_same_moment_say_nothing(lin, session, manager):
    assert attendance.check_out(lin, session, by=manager, at=minute(1)) is None
    attendance.check_in(lin, session, by=manager, at=minute(5))
    attendance.check_out(lin, session, by=manager, at=minute(5))

    assert spans(lin) == [(5, None)]


@pytest.mark.django_db
def test_minutes_are_the_union_of_intervals_within_the_session(lin, ana, event, session, manager):
    second = EventSession.objects.create(event=event, starts_at=minute(600), ends_at=minute(660))
    for starts, ends in ((-30, 20), (10, 30), (170, 400), (50, 60.7)):
        Attendance.objects.create(
            registration=lin, session=session, source="log", starts_at=minute(starts), ends_at=minute(ends)
        )
    Attendance.objects.create(
        registration=lin, session=second, source="log", starts_at=minute(500), ends_at=minute(599)
    )

    counted = attendance.attended_minutes([lin, ana], at=minute(1000))

    assert counted == {lin.pk: {session.pk: 30 + 10 + 10, second.pk: 0}, ana.pk: {}}


@pytest.mark.django_db
def test_who_is_still_there_counts_until_now_and_never_beyond_the_session(lin, session, manager):
    attendance.check_in(lin, session, by=manager, at=minute(10))

    assert attendance.minutes_of(lin, at=minute(70)) == 60
    assert attendance.minutes_of(lin, at=minute(100_000)) == 170
    assert attendance.minutes_of(lin, at=minute(5)) == 0


@pytest.mark.django_db
def test_what_was_a_slip_is_taken_back_and_stays_in_the_table(lin, session, manager):
    key = uuid4()
    row = attendance.check_in(lin, session, by=manager, at=minute(5), key=key)
    attendance.check_in(lin, session, by=manager, at=minute(6))  # the other door saw them too

    attendance.void(row, by=manager)
    attendance.void(row, by=manager)

    assert spans(lin) == []
    assert [(row.voided_by, row.voided_at is None) for row in Attendance.objects.all()] == [(manager, False)]
    assert attendance.check_in(lin, session, by=manager, at=minute(5), key=key) is None
    attendance.check_in(lin, session, by=manager, at=minute(30))
    assert spans(lin) == [(30, None)]


@pytest.mark.django_db
def test_a_row_of_a_meeting_log_is_taken_back_without_what_the_doors_saw(lin, session, manager):
    attendance.check_in(lin, session, by=manager, at=minute(60))
    online = Attendance.objects.create(
        registration=lin, session=session, source="log", starts_at=minute(0), ends_at=minute(120)
    )

    attendance.void(online, by=manager)
    attendance.check_out(lin, session, by=manager, at=minute(160))

    assert spans(lin) == [(60, 160)]
    assert attendance.minutes_of(lin) == 100
    assert not DoorEntry.objects.exclude(voided_at=None).exists()


@pytest.mark.django_db
def test_taking_back_one_interval_at_the_door_leaves_the_others_and_the_log(lin, session, manager):
    Attendance.objects.create(
        registration=lin, session=session, source="log", starts_at=minute(0), ends_at=minute(120)
    )
    for way, at in (("in", 5), ("out", 20), ("in", 30), ("out", 50), ("in", 70)):
        report = attendance.check_in if way == "in" else attendance.check_out
        report(lin, session, by=manager, at=minute(at))

    attendance.void(lin.attendances.get(starts_at=minute(30)), by=manager)
    attendance.check_out(lin, session, by=manager, at=minute(150))

    assert spans(lin) == [(0, 120), (5, 20), (70, 150)]


@pytest.mark.django_db
def test_who_has_no_seat_is_not_checked_in(lin, ana, event, session, manager):
    waiting = seated(event)
    assert waiting.status == "waitlisted"

    with pytest.raises(attendance.NotSeated):
        attendance.check_in(waiting, session, by=manager)

    assert Attendance.objects.count() == DoorEntry.objects.count() == 0


@pytest.mark.django_db
def test_a_session_of_another_event_or_another_day_is_refused(lin, session, manager):
    with pytest.raises(attendance.NotTheDay):
        attendance.check_in(lin, factories.event().sessions.get(), by=manager)
    with pytest.raises(attendance.NotTheDay):
        attendance.check_in(lin, session, by=manager, at=START - timedelta(days=1))
    attendance.check_in(lin, session, by=manager, at=START - timedelta(hours=11))
    assert spans(lin) == [(-660, None)]


@pytest.mark.django_db
def test_who_waits_is_let_in_when_a_seat_is_free(lin, ana, event, manager, deliver):
    waiting = seated(event, email="waits@example.org")
    pool = waiting.pool

    with pytest.raises(attendance.RoomIsFull):
        attendance.let_in(waiting, by=manager)
    pool.refresh_from_db()
    assert (pool.capacity, pool.taken) == (2, 2)

    pool.capacity = 3
    pool.save()
    deliver()
    attendance.let_in(waiting, by=manager)
    attendance.let_in(waiting, by=manager)

    pool.refresh_from_db()
    waiting.refresh_from_db()
    assert (pool.capacity, pool.taken, waiting.status) == (3, 3, "confirmed")
    assert waiting.log.filter(status="confirmed").count() == 1
    assert [mail.to for mail in deliver()] == [["waits@example.org"]]


@pytest.mark.django_db
def test_one_more_chair_is_an_explicit_word(lin, ana, event, manager, stranger):
    waiting = seated(event)

    with pytest.raises(NotYours):
        attendance.let_in(waiting, by=stranger, one_more_chair=True)
    attendance.let_in(waiting, by=manager, one_more_chair=True)

    waiting.pool.refresh_from_db()
    assert (waiting.pool.capacity, waiting.pool.taken, waiting.status) == (3, 3, "confirmed")


@pytest.mark.django_db
def test_nobody_is_let_in_to_a_cancelled_event(event, manager):
    coming = factories.event(event.host)
    one = seated(coming)
    publishing.cancel_event(coming, by=manager)

    with pytest.raises(EventCancelled):
        attendance.let_in(one, by=manager, one_more_chair=True)


@pytest.mark.django_db
def test_who_came_and_who_did_not(lin, ana, event, session, manager):
    elsewhere = seated(factories.event(starts_in=timedelta(hours=-2)))  # where nobody notes anything down
    assert list(Registration.objects.no_shows()) == []

    attendance.check_in(lin, session, by=manager, at=minute(1))
    slip = attendance.check_in(ana, session, by=manager, at=minute(2))
    attendance.void(slip, by=manager)

    assert list(Registration.objects.who_came()) == [lin]
    assert list(Registration.objects.no_shows()) == [ana]
    assert elsewhere in Registration.objects.all()


@pytest.mark.django_db
def test_the_number_of_queries_does_not_grow_with_people(event, session, manager, django_assert_num_queries):
    event.pools.update(capacity=10)
    people = [seated(event) for _n in range(3)]
    for one in people:
        attendance.check_in(one, session, by=manager, at=minute(1))

    for some in (people[:1], people):
        with django_assert_num_queries(1):
            attendance.attended_minutes(some)


@pytest.mark.django_db
def test_the_database_refuses_what_cannot_be(lin, session):
    facts = {"registration": lin, "session": session, "source": "list", "starts_at": minute(10)}
    for ends_at in (minute(10), minute(9)):
        with pytest.raises(IntegrityError, match="who_goes_came_before"), transaction.atomic():
            Attendance.objects.create(**facts, ends_at=ends_at)
    Attendance.objects.create(**facts)
    with pytest.raises(IntegrityError), transaction.atomic():
        Attendance.objects.create(**facts)


@pytest.mark.django_db
def test_a_session_where_people_were_checked_in_is_not_taken_away(lin, event, session, manager):
    later = EventSession.objects.create(event=event, starts_at=minute(600), ends_at=minute(660))
    attendance.check_in(lin, session, by=manager, at=minute(1))
    plan = publishing.PlannedSession(later.starts_at, later.ends_at, ical_uid=later.ical_uid)

    with pytest.raises(publishing.PublishingError):
        publishing.update_event(event, by=manager, fields={}, sessions=[plan], capacity=2)

    assert event.sessions.count() == 2


def test_two_doors_at_the_same_moment_end_with_one_interval(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        host = factories.agency()
        manager = factories.member_of(host, role="manager")
        event = factories.event(host, starts_in=timedelta(hours=-2))
        one, session, start = seated(event), event.sessions.get(), Barrier(8, timeout=30)
        try:

            def door(number):
                try:
                    start.wait()
                    attendance.check_in(
                        one, session, by=manager, at=session.starts_at + timedelta(minutes=number)
                    )
                finally:
                    connection.close()

            with ThreadPoolExecutor(8) as doors:
                list(doors.map(door, range(8)))

            assert one.door_entries.count() == 8
            assert [row.starts_at for row in one.attendances.all()] == [session.starts_at]
        finally:
            RegistrationLogEntry.objects.filter(registration=one)._raw_delete("default")
            event.delete()
            one.user.delete()
            manager.delete()
            host.delete()
            DBTaskResult.objects.all().delete()


@pytest.mark.django_db
def test_nobody_is_checked_in_to_a_session_of_another_event():
    person, other = factories.user(), factories.event(starts_in=timedelta(0))
    seat = registration.register(factories.event(), user=person, by=person)
    with pytest.raises(attendance.NotTheDay, match="另一场活动"):
        attendance.check_in(seat, other.sessions.get(), by=factories.user(), at=timezone.now())
    assert not DoorEntry.objects.exists()
