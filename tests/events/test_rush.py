"""A training that everybody wants: 64 clients, each with its own connection, do everything at once to one event.

They register, cancel, come back, and hosts change the room, add people by hand and promote, all mixed. Afterwards the
counter, the registrations and the log tell the same story. `RUSH_RUNS=20` repeats it with other dice.
"""

import contextlib
import os
import random
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from events import registration, seats, waiting_list
from events.models import Registration, RegistrationLogEntry, SeatPool
from events.refusals import CapacityRefused
from orgs.models import Agency, User
from tests import factories

CLIENTS, SEATS, PEOPLE, STEPS = 64, 200, 320, 8
CONFIRMED, WAITLISTED = Registration.Status.CONFIRMED, Registration.Status.WAITLISTED
RUNS = int(os.environ.get("RUSH_RUNS", "1"))


@pytest.fixture
def room(django_db_setup, django_db_blocker):
    """An event with 200 seats, 150 of them open and 50 kept for an agency, and 320 people of four agencies."""
    pool = connection.settings_dict["OPTIONS"].get("pool")
    if pool and pool["max_size"] < CLIENTS + 1:
        pytest.skip("64 clients need DATABASE_POOL=70 on PostgreSQL; `make test` sets it")
    with django_db_blocker.unblock():
        host = factories.agency()
        agencies = [factories.agency() for _n in range(4)]
        event = factories.event(host, capacity=SEATS - 50)
        manager = factories.member_of(host, role="manager")
        people = User.objects.bulk_create(
            User(email=f"rush{n}@example.org", name=f"人{n}") for n in range(PEOPLE)
        )
        for n, person in enumerate(people):
            person.memberships.create(agency=agencies[n % 4])
        seats.keep_for(event, agencies[0], seats=50, by=manager)
        yield event, manager, people, agencies
        RegistrationLogEntry.objects.filter(registration__event=event)._raw_delete("default")
        Registration.objects.filter(event=event).delete()
        event.delete()
        User.objects.filter(pk__in=[manager.pk, *(person.pk for person in people)]).delete()
        Agency.objects.filter(pk__in=[host.pk, *(agency.pk for agency in agencies)]).delete()
        DBTaskResult.objects.all().delete()


def client(number: int, room, start: Barrier, seed: int) -> None:
    """One client with its own connection: five people of its own, and sometimes the host's hand."""
    event, manager, people, agencies = room
    dice = random.Random(seed * 1000 + number)
    own = [(people[n], agencies[n % 4]) for n in range(number, PEOPLE, CLIENTS)]
    try:
        start.wait()
        for step in range(STEPS):
            person, agency = own[step] if step < len(own) else dice.choice(own)
            mine = Registration.objects.filter(event=event, user=person).first()
            action = dice.random()
            if action < 0.06 and number % 8 == 0:
                with contextlib.suppress(CapacityRefused):
                    seats.change_capacity(event, capacity=SEATS - 50 + dice.randrange(-10, 20), by=manager)
            elif action < 0.1:
                waiting_list.promote(event, by=manager)
            elif mine and mine.is_live and action < 0.5:
                if dice.random() < 0.3:
                    registration.turn_down(mine, by=manager)
                else:
                    registration.cancel(mine, by=person)
            else:  # by themselves, or added by the host
                by = manager if dice.random() < 0.2 else person
                registration.register(event, user=person, by=by, agency=agency)
    finally:
        connection.close()


@pytest.mark.parametrize("run", range(RUNS))
def test_in_a_rush_nothing_is_oversold_doubled_or_lost(room, run):
    event, manager, _people, _agencies = room
    start = Barrier(CLIENTS, timeout=60)

    with ThreadPoolExecutor(CLIENTS) as threads:
        list(threads.map(lambda number: client(number, room, start, run), range(CLIENTS)))

    for pool in SeatPool.objects.filter(event=event):
        seated = pool.registrations.filter(status=CONFIRMED).count()
        assert pool.taken == seated <= pool.capacity, pool
    everybody = Registration.objects.filter(event=event)
    assert everybody.count() == everybody.values("user").distinct().count()
    for one in everybody:
        assert one.log.last().status == one.status
    open_pool = SeatPool.objects.get(event=event, kind="open")
    assert open_pool.taken == open_pool.capacity or not open_pool.registrations.in_line().exists()
    assert (
        waiting_list.promote(event, by=manager) == []
    )  # no promotion was lost: nobody waits beside a free seat


def test_the_same_rush_without_the_guard_oversells(room):
    """The control: count, then write, as one would at first."""
    event, _manager, people, _agencies = room
    SeatPool.objects.filter(event=event, kind="open").update(capacity=20)
    pool = SeatPool.objects.get(event=event, kind="open")
    start, counted = (Barrier(CLIENTS // 2, timeout=60) for _each in (1, 2))

    def count_then_write(person):
        try:
            start.wait()
            is_free = pool.registrations.filter(status=CONFIRMED).count() < 20
            counted.wait()
            if is_free:
                with transaction.atomic():
                    Registration.objects.create(
                        event=event, pool=pool, user=person, status=CONFIRMED, created_at=timezone.now()
                    )
                    SeatPool.objects.filter(pk=pool.pk, taken__lt=F("capacity")).update(taken=F("taken") + 1)
        finally:
            connection.close()

    with ThreadPoolExecutor(CLIENTS // 2) as threads:
        list(threads.map(count_then_write, people[: CLIENTS // 2]))

    assert pool.registrations.filter(status=CONFIRMED).count() > 20
