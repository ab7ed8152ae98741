"""Two coordinators want the last seats together, for real: many threads, each with its own connection."""

from threading import Barrier

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from events.models import Registration, RegistrationLogEntry, SeatPool
from events.nominating.nomination import TOGETHER, Nominee, Outcome, nominate
from events.registering.refusals import NotEnoughSeats
from events.registering.registration import register
from orgs.models import Agency, User
from tests import factories
from tests.at_once import at_once

SEATS, GROUP = 5, 3
CONFIRMED = Registration.Status.CONFIRMED


@pytest.fixture
def committed(django_db_setup, django_db_blocker):
    """A world outside any transaction, so that other connections see it. Takes away what it brought."""
    with django_db_blocker.unblock():
        event = factories.event(capacity=SEATS)
        agencies = [factories.agency() for _n in range(3)]
        coordinators = [(agency, factories.member_of(agency, role="manager")) for agency in agencies]
        people = [factories.user() for _n in range(3)]
        yield event, coordinators, people
        RegistrationLogEntry.objects.filter(registration__event=event)._raw_delete("default")
        Registration.objects.filter(event=event).delete()
        event.delete()
        Agency.objects.filter(pk__in=[event.host_id, *(agency.pk for agency in agencies)]).delete()
        everybody = [*people, *(person for _agency, person in coordinators)]
        User.objects.filter(pk__in=[person.pk for person in everybody]).delete()
        DBTaskResult.objects.all().delete()


def group(number):
    return [Nominee(f"客人{number}-{n}", f"1380000{number:02}{n:02}") for n in range(GROUP)]


def together(event, agency, by, number):
    return lambda: nominate(event, agency=agency, people=group(number), by=by, way=TOGETHER)


def seated(event):
    return event.registrations.filter(status=CONFIRMED).count()


@pytest.mark.parametrize("run", range(3))
def test_three_places_together_are_all_or_none_and_never_too_many(committed, run):
    event, coordinators, _people = committed

    results = at_once(
        [together(event, agency, by, n) for n, (agency, by) in enumerate(coordinators)],
        refusals=(NotEnoughSeats,),
    )

    assert sorted(type(one).__name__ for one in results) == ["NotEnoughSeats", "NotEnoughSeats", "Outcome"]
    assert seated(event) == SeatPool.objects.get(event=event).taken == GROUP
    agencies = event.registrations.values_list("agency", flat=True).distinct()
    assert len(set(agencies)) == 1  # no group was split


@pytest.mark.parametrize("run", range(3))
def test_people_who_come_on_their_own_meanwhile_split_no_group(committed, run):
    event, [(agency, by), *_others], people = committed

    results = at_once(
        [
            together(event, agency, by, 0),
            *(lambda person=person: register(event, user=person, by=person) for person in people),
        ],
        refusals=(NotEnoughSeats,),
    )

    of_group = event.registrations.filter(agency=agency, status=CONFIRMED).count()
    assert of_group == (GROUP if isinstance(results[0], Outcome) else 0)
    assert seated(event) == SeatPool.objects.get(event=event).taken <= SEATS


def test_counting_first_and_writing_then_oversells_or_splits(committed):
    """The control: without the conditional update both groups come in."""
    event, coordinators, _people = committed
    everybody_counted = Barrier(len(coordinators))
    pool = event.pools.get()

    def count_then_write(agency, number):
        is_room = SEATS - seated(event) >= GROUP
        everybody_counted.wait()
        for nominee in group(number) if is_room else ():
            Registration.objects.create(
                event=event,
                pool=pool,
                agency=agency,
                guest_name=nominee.name,
                guest_phone=nominee.phone,
                status=CONFIRMED,
                created_at=timezone.now(),
            )

    at_once([lambda a=agency, n=n: count_then_write(a, n) for n, (agency, _by) in enumerate(coordinators)])

    assert seated(event) == GROUP * len(coordinators) > SEATS


def test_the_same_form_sent_at_the_same_moment_puts_people_down_once(committed):
    event, [(agency, by), *_others], _people = committed
    key = "0b5ffb5c-6f2b-4d0c-9a55-1d0a4f4f3c11"

    results = at_once([lambda: nominate(event, agency=agency, people=group(0), by=by, form_key=key)] * 3)

    assert {tuple(one.pk for one in result.nominations) for result in results} == {
        tuple(one.pk for one in results[0].nominations)
    }
    assert seated(event) == SeatPool.objects.get(event=event).taken == GROUP
