"""A web server's clock is two hours wrong: what opens, closes and ends goes by the clock of PostgreSQL all the same.

On SQLite the database works in the process and has its clock; only the reloading at the opening is tried there.
"""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from events import daily
from events.afterwards import feedback
from events.models import Registration
from events.nominating import answering, nomination
from events.nominating.by_hand import put_down_by_host
from events.nominating.guests import Nominee
from events.nominating.swapping import swap
from events.registering import questions
from events.registering.refusals import CannotBeSwapped, EventOver, NotOpen, RegistrationError, refusal
from events.registering.registration import approve, cancel, register
from events.registering.seats import keep_for
from events.registering.waiting_list import promote
from orgs import invitation
from orgs.models import User
from portal import database_clock
from tests import factories
from tests.at_once import at_once
from tests.events.test_race import take_away

HOUR = timedelta(hours=1)
AHEAD, BEHIND = 2 * HOUR, -2 * HOUR
COLLEAGUE = Nominee("王姐", phone="13900000001")


@pytest.fixture
def web_clock(db):
    """Makes the clock of this process wrong, and leaves that of the database."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no clock but that of the process")
    return lambda wrong: time_machine.travel(timezone.now() + wrong)


def ask(event):
    person = factories.user()
    return register(event, user=person, by=person)


def put_down(event):
    agency = factories.agency()
    by = factories.member_of(agency, role="manager")
    people = [Nominee("李师傅", phone=f"138{next(factories.number):08d}")]
    return nomination.nominate(event, agency=agency, people=people, by=by).nominations[0].registration


def press_the_button(event):
    """Over HTTP. Raises NotOpen when nothing came of it."""
    browser, person = Client(), factories.user()
    browser.force_login(person)
    browser.post(f"/en/events/{event.public_id}/register/")
    if found := Registration.objects.filter(event=event, user=person).first():
        return found
    raise NotOpen


DOORS = pytest.mark.parametrize("door", [ask, put_down, press_the_button])


@DOORS
def test_a_web_server_that_is_ahead_opens_nothing_early(web_clock, door):
    event = factories.event(registration_opens_at=timezone.now() + HOUR)
    with web_clock(AHEAD):
        assert refusal(event, timezone.now()) is None  # by its own clock registration is open
        with pytest.raises(NotOpen):
            door(event)
    assert not event.registrations.exists()


@DOORS
def test_the_same_server_that_went_by_its_own_clock_would_open_early(web_clock, door, monkeypatch):
    """The control."""
    monkeypatch.setattr(database_clock, "now", timezone.now)
    monkeypatch.setattr(database_clock, "read", timezone.now)
    event = factories.event(registration_opens_at=timezone.now() + HOUR)
    with web_clock(AHEAD):
        assert door(event).has_seat


@DOORS
def test_a_web_server_that_is_behind_refuses_nobody_once_registration_is_open(web_clock, door):
    event = factories.event(registration_opens_at=timezone.now() - HOUR)
    with web_clock(BEHIND):
        assert refusal(event, timezone.now())
        assert door(event).has_seat


@DOORS
def test_a_web_server_that_is_behind_takes_nobody_after_the_close(web_clock, door):
    event = factories.event(registration_closes_at=timezone.now() - HOUR)
    with web_clock(BEHIND):
        assert refusal(event, timezone.now()) is None
        with pytest.raises(NotOpen):
            door(event)
    assert not event.registrations.exists()


@DOORS
def test_a_web_server_that_is_ahead_takes_everybody_until_the_close(web_clock, door):
    event = factories.event(registration_closes_at=timezone.now() + HOUR)
    with web_clock(AHEAD):
        assert door(event).has_seat


def test_who_comes_back_is_asked_for_the_time_anew(web_clock):
    event = factories.event()
    place = ask(event)
    cancel(place, by=place.user)
    type(event).objects.filter(pk=event.pk).update(registration_closes_at=timezone.now() - HOUR)
    with web_clock(BEHIND), pytest.raises(NotOpen):
        register(event, user=place.user, by=place.user)


def test_when_somebody_came_is_written_by_the_database(web_clock):
    """So the line, whose order is the time, holds people from servers whose clocks differ."""
    event, before = factories.event(capacity=1), timezone.now()
    with web_clock(AHEAD):
        seated, waits = ask(event), ask(event)
    with web_clock(BEHIND):
        last = ask(event)
    times = [seated.created_at, waits.waiting_since, last.waiting_since]
    assert times == sorted(times)
    assert before - HOUR < times[0] < times[-1] < before + HOUR
    assert [place.log.get().at for place in (seated, waits, last)] == [
        place.created_at for place in (seated, waits, last)
    ]


def test_the_time_costs_whoever_registers_no_question(web_clock):
    event, person = factories.event(), factories.user()
    with CaptureQueriesContext(connection) as queries:
        register(event, user=person, by=person)
    clock = [query["sql"] for query in queries if "STATEMENT_TIMESTAMP()" in query["sql"]]
    assert [sql.split("(")[0] for sql in clock] == ['INSERT INTO "events_registration" ']


def over(place: Registration) -> None:
    """The event of this place ended an hour ago."""
    ended_at = timezone.now() - HOUR
    type(place.event).objects.filter(pk=place.event_id).update(
        starts_at=ended_at - 3 * HOUR, ends_at=ended_at
    )
    place.event.refresh_from_db()


@pytest.mark.parametrize(
    "deed",
    [
        lambda place: cancel(place, by=place.user),
        lambda place: approve(place, by=factories.member_of(place.event.host, role="manager")),
        lambda place: questions.supply(place, {}),
        lambda place: answering.accept(place.nominations.get()),
        lambda place: answering.decline(place.nominations.get()),
        lambda place: swap(place, agency=place.agency, to=COLLEAGUE, by=place.agency.memberships.get().user),
        lambda place: put_down_by_host(
            place.event, COLLEAGUE, by=factories.member_of(place.event.host, role="manager")
        ),
    ],
    ids=["cancel", "approve", "answer a question", "say yes", "say no", "swap", "add by hand"],
)
def test_what_ends_with_the_event_ends_by_the_database(web_clock, deed):
    place = put_down(factories.event(needs_approval=True))
    Registration.objects.filter(pk=place.pk).update(
        user=factories.user(), guest_name="", guest_phone="", guest_email=""
    )
    over(place)
    place.refresh_from_db()
    with web_clock(BEHIND):
        assert not place.event.is_over()
        with pytest.raises((EventOver, CannotBeSwapped)):
            deed(place)


def test_nobody_comes_from_the_line_when_the_event_is_over_by_the_database(web_clock):
    event = factories.event(capacity=1)
    seated, _waits = ask(event), ask(event)
    event.pools.update(capacity=2)
    over(seated)
    with web_clock(BEHIND):
        assert promote(seated.event, by=seated.user) == []


def test_feedback_closes_by_the_database(web_clock):
    place = ask(factories.event())
    ended_at = timezone.now() - feedback.OPEN_FOR - HOUR
    type(place.event).objects.filter(pk=place.event_id).update(ends_at=ended_at)
    place.event.refresh_from_db()
    with web_clock(BEHIND):
        assert feedback.refusal(place) is None
        with pytest.raises(feedback.NoFeedback):
            feedback.give(place, content=5, teaching=5, setting=5)


@pytest.mark.parametrize(("wrong", "due_in", "opened"), [(AHEAD, HOUR, 0), (BEHIND, -HOUR, 3)])
def test_kept_seats_are_opened_by_the_database(web_clock, wrong, due_in, opened):
    """Both by the worker and by who finds the room full."""
    event = factories.event(capacity=1)
    keep_for(event, factories.agency(), seats=3, by=factories.user(), release_at=timezone.now() + due_in)
    ask(event)
    other = factories.event(capacity=1)
    keep_for(other, factories.agency(), seats=3, by=factories.user(), release_at=timezone.now() + due_in)
    with web_clock(wrong):
        daily.open_kept_seats(timezone.localdate())
        ask(other)
        assert ask(other).has_seat is bool(opened)
    for one in (event, other):
        assert one.pools.get(kind="open").capacity == 1 + opened


@pytest.mark.parametrize(("wrong", "left", "is_good"), [(AHEAD, HOUR, True), (BEHIND, -HOUR, False)])
def test_an_invitation_ends_by_the_database(web_clock, wrong, left, is_good):
    agency, lin = factories.agency(), factories.with_address(factories.user(email="lin@example.org"))
    sent = invitation.invite(
        agency, email=lin.email, role="member", by=factories.member_of(agency, role="manager")
    )
    type(sent).objects.filter(pk=sent.pk).update(
        created_at=timezone.now() - 3 * HOUR, expires_at=timezone.now() + left
    )
    with web_clock(wrong):
        if is_good:
            assert invitation.accept(sent, by=lin).user == lin
        else:
            with pytest.raises(invitation.DeadInvitation):
                invitation.accept(sent, by=lin)


# -- Registration opens at ten, and everybody reloads -----------------------------------------------------------------

PEOPLE, SEATS = 500, 40
AT_ONCE = 6  # fewer than the connections that the pool of PostgreSQL hands out


@pytest.fixture
def rush(django_db_setup, django_db_blocker):
    """An event that opens in two seconds by the database, and 500 people, outside any transaction."""
    with django_db_blocker.unblock():
        people = User.objects.bulk_create(
            User(email=f"ten{n}@example.org", name=f"人{n}") for n in range(PEOPLE)
        )
        event = factories.event(
            capacity=SEATS, registration_opens_at=database_clock.read() + timedelta(seconds=2)
        )
        yield event, people
        take_away(event, people)


def test_500_people_reload_until_it_opens_and_not_one_seat_is_given_before(rush):
    """Each asks until they get in. Who was refused had begun to ask before the opening; who got in came after it."""
    event, people = rush
    opens_at = event.registration_opens_at
    wrong = AHEAD if connection.vendor == "postgresql" else timedelta()
    refused: list = []

    def reload(own):
        for person in own:
            while True:
                began = database_clock.read()
                try:
                    register(event, user=person, by=person)
                    break
                except RegistrationError:
                    refused.append(began)
        return True

    with time_machine.travel(timezone.now() + wrong):
        assert at_once([lambda n=n: reload(people[n::AT_ONCE]) for n in range(AT_ONCE)]) == [True] * AT_ONCE

    assert refused  # they did come too early
    assert max(refused) < opens_at
    places = Registration.objects.filter(event=event)
    assert places.count() == PEOPLE
    assert min(place.created_at for place in places) >= opens_at
    assert places.filter(status="confirmed").count() == SEATS
