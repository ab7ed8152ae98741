"""Swapping a colleague in: the seat stays, the person changes."""

from datetime import timedelta

import pytest
from django.utils import timezone

from events.models import Event, Registration, SeatPool
from events.nominating.answering import take_back
from events.nominating.nomination import Nominee, nominate
from events.nominating.swapping import swap
from events.registering.refusals import CannotBeSwapped, NotYours
from events.registering.registration import register
from tests import factories

pytestmark = pytest.mark.django_db
REQUESTED, CONFIRMED, WAITLISTED, CANCELLED = Registration.Status.values
WANG = Nominee("王芳", "13800000002", "wang@example.org")


def put_down(event, agency, by, *people):
    return nominate(event, agency=agency, people=people, by=by).nominations


def fresh(one):
    return type(one).objects.get(pk=one.pk)


def taken(event):
    return SeatPool.objects.get(event=event).taken


def states(event):
    return [(str(one.known_as), one.status) for one in event.registrations.order_by("pk")]


def test_the_seat_of_a_guest_goes_to_another_and_both_are_told(agency, manager, deliver):
    event = factories.event(capacity=1)
    [first] = put_down(event, agency, manager, Nominee("陈静", email="chen@example.org"))
    person = factories.user()
    register(event, user=person, by=person)  # waits, and goes on waiting
    deliver()

    second = swap(first.registration, agency=agency, to=WANG, by=manager)

    assert states(event) == [("陈静", CANCELLED), (str(person), WAITLISTED), ("王芳", CONFIRMED)]
    assert taken(event) == 1
    assert [entry.by for entry in first.registration.log.all()] == [manager, manager]
    assert [entry.status for entry in second.registration.log.all()] == [CONFIRMED]
    assert sorted(mail.to[0] for mail in deliver()) == ["chen@example.org", "wang@example.org"]


def test_a_colleague_who_registered_in_the_agencys_name_is_swapped_too(agency, manager, member):
    event = factories.event()
    mine = register(event, user=member, by=member, agency=agency)
    colleague = factories.member_of(agency)
    swap(mine, agency=agency, to=Nominee(colleague.name, member=colleague), by=manager)
    assert [(one.user, one.status) for one in event.registrations.order_by("pk")] == [
        (member, CANCELLED),
        (colleague, CONFIRMED),
    ]


def test_a_place_in_line_keeps_its_turn(agency, manager):
    event = factories.event(capacity=1)
    [_seat, waits, last] = put_down(
        event, agency, manager, *(Nominee(f"客{n}", f"1380000001{n}") for n in range(3))
    )
    second = swap(waits.registration, agency=agency, to=WANG, by=manager)
    assert (second.registration.place_in_line, fresh(last.registration).place_in_line) == (1, 2)


def test_swapping_back_brings_the_same_row_back(agency, manager):
    event = factories.event(capacity=1)
    [first] = put_down(event, agency, manager, Nominee("陈静", "13800000001"))
    second = swap(first.registration, agency=agency, to=WANG, by=manager)
    swap(second.registration, agency=agency, to=Nominee("陈静", "13800000001"), by=manager)
    assert (states(event), taken(event)) == ([("陈静", CONFIRMED), ("王芳", CANCELLED)], 1)


def test_people_of_other_agencies_are_not_swapped(agency, manager, stranger):
    event = factories.event(agency)
    other = stranger.memberships.get().agency
    theirs = register(event, user=stranger, by=stranger, agency=other)
    alone = factories.user()
    own = register(event, user=alone, by=alone)
    for registration in (theirs, own):
        with pytest.raises(NotYours):
            swap(registration, agency=agency, to=WANG, by=manager)
    assert taken(event) == 2


def test_who_left_the_agency_is_not_swapped(agency, manager, member):
    event = factories.event()
    mine = register(event, user=member, by=member, agency=agency)
    member.memberships.update(status="left")
    with pytest.raises(NotYours):
        swap(mine, agency=agency, to=WANG, by=manager)


def test_nobody_is_swapped_once_the_event_has_begun(agency, manager):
    event = factories.event()
    [first] = put_down(event, agency, manager, Nominee("陈静", "13800000001"))
    Event.objects.filter(pk=event.pk).update(starts_at=timezone.now() - timedelta(minutes=1))
    with pytest.raises(CannotBeSwapped):
        swap(first.registration, agency=agency, to=WANG, by=manager)


def test_who_is_there_already_is_not_swapped_in(agency, manager):
    event = factories.event()
    first, _second = put_down(event, agency, manager, Nominee("陈静", "13800000001"), WANG)
    with pytest.raises(CannotBeSwapped):
        swap(first.registration, agency=agency, to=WANG, by=manager)
    assert taken(event) == 2


def test_a_place_that_was_given_back_is_not_passed_on(agency, manager):
    event = factories.event()
    [first] = put_down(event, agency, manager, Nominee("陈静", "13800000001"))
    swap(first.registration, agency=agency, to=WANG, by=manager)
    with pytest.raises((CannotBeSwapped, NotYours)):
        swap(first.registration, agency=agency, to=Nominee("李梅", "13800000003"), by=manager)
    assert taken(event) == 1


@pytest.mark.parametrize("had", ["a seat", "a place in line"])
def test_somebody_else_with_a_place_of_their_own_keeps_one_place(agency, manager, stranger, had):
    event = factories.event(capacity=2 if had == "a seat" else 1)
    factories.with_address(stranger)
    if had == "a seat":
        own = register(event, user=stranger, by=stranger)
    [first] = put_down(event, agency, manager, Nominee("陈静", "13800000001"))
    if had == "a place in line":
        own = register(event, user=stranger, by=stranger)

    swap(first.registration, agency=agency, to=Nominee("某人", email=stranger.email), by=manager)

    assert [fresh(own).status, fresh(first.registration).status, taken(event)] == [CONFIRMED, CANCELLED, 1]


def test_who_waited_on_their_own_and_was_swapped_in_is_not_taken_back(agency, manager, stranger):
    event = factories.event(capacity=1)
    factories.with_address(stranger)
    [first] = put_down(event, agency, manager, Nominee("陈静", "13800000001"))
    own = register(event, user=stranger, by=stranger)
    second = swap(first.registration, agency=agency, to=Nominee("某人", email=stranger.email), by=manager)

    take_back(second, by=manager)

    assert (fresh(own).status, taken(event)) == (CONFIRMED, 1)


def test_swapping_out_somebody_with_a_place_of_their_own_leaves_it_to_them(agency, manager, stranger):
    event = factories.event()
    factories.with_address(stranger)
    own = register(event, user=stranger, by=stranger)
    [first] = put_down(event, agency, manager, Nominee("某人", email=stranger.email))
    swap(first.registration, agency=agency, to=WANG, by=manager)
    assert (fresh(own).status, taken(event)) == (CONFIRMED, 2)
