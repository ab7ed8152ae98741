"""The rush for the last seats, for real: many threads, each with its own connection, on whichever database is set."""

from threading import Barrier

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from events.models import Registration, SeatPool
from events.registering.registration import cancel, register
from orgs.models import Agency, User
from tests import factories
from tests.at_once import at_once

SEATS, PEOPLE = 2, 6  # fewer than the connections that the pool of PostgreSQL hands out
REQUESTED, CONFIRMED, WAITLISTED, CANCELLED = Registration.Status.values


@pytest.fixture
def committed(django_db_setup, django_db_blocker):
    """A world outside any transaction, so that other connections see it. Takes away what it brought, leaves the set-up."""
    with django_db_blocker.unblock():
        event = factories.event(capacity=SEATS)
        people = [factories.user() for _n in range(PEOPLE)]
        yield event, people
        take_away(event, people)


def take_away(event, people) -> None:
    """Remove what a test made outside a transaction."""
    Registration.objects.filter(event=event).delete()
    event.delete()
    Agency.objects.filter(pk=event.host_id).delete()
    User.objects.filter(pk__in=[person.pk for person in people]).delete()
    DBTaskResult.objects.all().delete()


def count(event, status):
    return event.registrations.filter(status=status).count()


def seats_add_up(event):
    return SeatPool.objects.get(event=event).taken == count(event, CONFIRMED)


def test_exactly_as_many_win_as_there_are_seats_and_the_others_are_in_line(committed):
    event, people = committed

    at_once([lambda person=person: register(event, user=person, by=person) for person in people])

    assert (count(event, CONFIRMED), count(event, WAITLISTED)) == (SEATS, PEOPLE - SEATS)
    assert seats_add_up(event)
    positions = [one.place_in_line for one in event.registrations.in_line()]
    assert positions == [1, 2, 3, 4]
    assert DBTaskResult.objects.filter(backend_name="outbox").count() >= PEOPLE


def test_counting_first_and_inserting_then_oversells_the_same_room(committed):
    """The control: without the guard the race is lost, so the test above does show something."""
    event, people = committed
    everybody_counted = Barrier(len(people))

    def count_then_insert(person):
        is_free = count(event, CONFIRMED) < SEATS
        everybody_counted.wait()
        if is_free:
            Registration.objects.create(
                event=event,
                pool=event.pools.first(),
                user=person,
                status=CONFIRMED,
                created_at=timezone.now(),
            )

    at_once([lambda person=person: count_then_insert(person) for person in people])

    assert count(event, CONFIRMED) == PEOPLE > SEATS
    assert not seats_add_up(event)


def test_a_double_click_makes_one_registration(committed):
    event, [person, *_others] = committed

    results = at_once([lambda: register(event, user=person, by=person)] * 4)

    assert len({one.pk for one in results}) == 1
    assert (count(event, CONFIRMED), seats_add_up(event)) == (1, True)


def test_seats_given_back_in_the_middle_of_a_rush_are_neither_lost_nor_given_twice(committed):
    event, people = committed
    seated = [register(event, user=person, by=person) for person in people[:SEATS]]
    register(event, user=people[2], by=people[2])

    leaving = [lambda one=one: cancel(one, by=one.user) for one in seated]
    coming = [lambda person=person: register(event, user=person, by=person) for person in people[3:]]
    at_once(leaving + coming)

    assert (count(event, CONFIRMED), count(event, CANCELLED)) == (SEATS, SEATS)
    assert seats_add_up(event)
    assert event.registrations.get(user=people[2]).has_seat


def test_coming_back_and_leaving_at_once_ends_in_one_state(committed):
    event, [person, *_others] = committed
    mine = register(event, user=person, by=person)
    cancel(mine, by=person)

    at_once(
        [
            lambda: register(event, user=person, by=person),
            lambda: cancel(Registration.objects.get(pk=mine.pk), by=person),
            lambda: register(event, user=person, by=person),
        ]
    )

    assert event.registrations.count() == 1
    assert seats_add_up(event)
