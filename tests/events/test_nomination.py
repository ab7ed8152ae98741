"""Putting colleagues down for an event: who gets a seat, who waits, what the coordinator learns."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext

from events.models import Nomination, Registration, SeatPool
from events.nominating import answering
from events.nominating.by_hand import put_down_by_host
from events.nominating.nomination import AS_MANY, TOGETHER, Nominee, nominate, remembered
from events.registering import questions
from events.registering.questions import PlannedQuestion
from events.registering.refusals import (
    NotEnoughSeats,
    NotOpen,
    NotYourAgency,
    NotYours,
    RegistrationError,
)
from events.registering.registration import cancel, register
from events.registering.seats import keep_for
from tests import factories

pytestmark = pytest.mark.django_db
REQUESTED, CONFIRMED, WAITLISTED, CANCELLED = Registration.Status.values


def guests(number, start=0):
    return [Nominee(f"客人{n}", phone=f"138000000{n:02}") for n in range(start, start + number)]


def put_down(event, agency, by, people, **options):
    return nominate(event, agency=agency, people=people, by=by, **options)


def taken(event):
    return [pool.taken for pool in event.pools.all()]


def states(event):
    return [(str(one.person), one.status) for one in event.registrations.order_by("pk")]


def test_colleagues_and_guests_are_put_down_at_once(agency, manager, member, deliver):
    event = factories.event(capacity=5)
    people = [Nominee(member.name, member=member), Nominee("陈静", "13800000001", "chen@example.org")]

    outcome = put_down(event, agency, manager, people)

    assert states(event) == [(member.name, CONFIRMED), ("陈静", CONFIRMED)]
    assert taken(event) == [2]
    first, second = event.registrations.order_by("pk")
    assert (first.user, first.agency, first.nominated_by, first.answered_at) == (
        member,
        agency,
        manager,
        None,
    )
    assert (second.user, second.guest_phone, second.guest_email) == (None, "13800000001", "chen@example.org")
    assert [(entry.status, entry.by) for entry in second.log.all()] == [(CONFIRMED, manager)]
    mails = deliver()
    assert [mail.to for mail in mails] == [[member.email], ["chen@example.org"]]
    for nomination, mail in zip(outcome.nominations, mails, strict=True):
        assert nomination.get_absolute_url() in mail.body
        assert str(manager) in mail.body


def test_all_together_or_nobody(agency, manager, deliver):
    event = factories.event(capacity=2)

    with pytest.raises(NotEnoughSeats) as refusal:
        put_down(event, agency, manager, guests(3), way=TOGETHER)

    assert (refusal.value.free, refusal.value.wanted) == (2, 3)
    assert (states(event), taken(event), Nomination.objects.count(), deliver()) == ([], [0], 0, [])
    put_down(event, agency, manager, guests(2), way=TOGETHER)
    assert taken(event) == [2]


def test_as_many_as_possible_and_the_others_wait_in_their_order(agency, manager):
    event = factories.event(capacity=2)

    put_down(event, agency, manager, guests(4), way=AS_MANY)

    assert [status for _name, status in states(event)] == [CONFIRMED, CONFIRMED, WAITLISTED, WAITLISTED]
    assert [one.place_in_line for one in event.registrations.order_by("pk")] == [None, None, 1, 2]


def test_seats_kept_for_the_agency_and_open_ones_make_a_whole(agency, manager):
    event = factories.event(capacity=1)
    keep_for(event, agency, seats=2, by=manager)

    put_down(event, agency, manager, guests(3), way=TOGETHER)

    assert taken(event) == [1, 2]


def test_a_form_sent_again_changes_nothing(agency, manager):
    event, key = factories.event(capacity=5), uuid4()
    first = put_down(event, agency, manager, guests(2), form_key=key)
    cancel(event.registrations.first(), by=manager)

    again = put_down(event, agency, manager, guests(2), form_key=key)

    assert again.nominations == first.nominations
    assert (event.registrations.live().count(), taken(event)) == (1, [1])


def test_a_key_that_another_form_had_too_harms_nobody(agency, manager, stranger):
    key, other = uuid4(), stranger.memberships.get().agency
    first, second = factories.event(), factories.event()
    put_down(first, agency, manager, guests(1), form_key=key)
    put_down(second, agency, manager, guests(1), form_key=key)
    put_down(second, other, stranger, guests(1, start=5), form_key=key)
    assert (len(states(first)), len(states(second))) == (1, 2)


def test_where_the_host_says_yes_everybody_asks(agency, manager):
    event = factories.event(capacity=1, needs_approval=True)
    put_down(event, agency, manager, guests(2), way=TOGETHER)
    assert ([status for _name, status in states(event)], taken(event)) == ([REQUESTED, REQUESTED], [0])


def test_who_is_put_down_already_is_told_and_the_others_come_in(agency, manager, member):
    event = factories.event()
    register(event, user=member, by=member, agency=agency)
    put_down(event, agency, manager, guests(1))

    outcome = put_down(event, agency, manager, [Nominee(member.name, member=member), *guests(2)])

    assert [str(nominee) for nominee, _why in outcome.passed_over] == [member.name, "客人0"]
    assert [nomination.name for nomination in outcome.nominations] == ["客人1"]
    assert taken(event) == [3]


def test_an_address_with_an_account_becomes_that_account_and_nobody_learns_it(agency, manager, deliver):
    event = factories.event()
    secret = factories.with_address(factories.user(name="秘密的名字", email="lin@example.org"))

    [nomination] = put_down(
        event, agency, manager, [Nominee("小林", "13800000009", "lin@example.org")]
    ).nominations

    registration = event.registrations.get()
    assert (registration.user, registration.guest_name) == (secret, "")
    assert (nomination.name, nomination.phone) == ("小林", "13800000009")
    assert str(registration.known_as) == "小林"
    [mail] = deliver()
    assert mail.to == ["lin@example.org"]


def test_an_address_that_is_not_confirmed_is_a_guests(agency, manager):
    event = factories.event()
    factories.with_address(factories.user(email="lin@example.org"), verified=False)
    put_down(event, agency, manager, [Nominee("小林", email="lin@example.org")])
    assert event.registrations.get().user is None


def test_somebody_elses_own_place_is_neither_doubled_nor_told_nor_taken(agency, manager, stranger):
    event = factories.event()
    factories.with_address(stranger)
    register(event, user=stranger, by=stranger)

    outcome = put_down(event, agency, manager, [Nominee("某人", email=stranger.email)])

    assert (outcome.passed_over, taken(event)) == ([], [1])
    [nomination] = outcome.nominations
    assert (nomination.name, nomination.made_the_place) == ("某人", False)
    assert event.registrations.get().nominated_by is None


def test_who_gave_the_place_back_can_be_put_down_again(agency, manager):
    event = factories.event()
    put_down(event, agency, manager, guests(1))
    cancel(event.registrations.get(), by=manager)

    put_down(event, agency, manager, [Nominee("客人0", "13800000000", "new@example.org")])

    assert [(one.status, one.guest_email) for one in event.registrations.all()] == [
        (CONFIRMED, "new@example.org")
    ]
    assert taken(event) == [1]


def test_who_gave_the_place_back_and_registers_comes_on_their_own(agency, manager, member):
    event = factories.event()
    [nomination] = put_down(event, agency, manager, [Nominee(member.name, member=member)]).nominations
    answering.accept(nomination, by=member)
    cancel(nomination.registration, by=member)
    with pytest.raises(RegistrationError):
        answering.accept(nomination, by=member)

    mine = register(event, user=member, by=member)

    assert mine.pk == nomination.registration_id
    assert (mine.nominated_by, mine.answered_at, mine.nomination) == (None, None, None)
    with pytest.raises(RegistrationError):
        answering.accept(nomination, by=member)


def test_only_their_own_agency_takes_somebody_back(agency, manager, member, stranger):
    [nomination] = put_down(factories.event(), agency, manager, guests(1)).nominations
    for other in (member, stranger):
        with pytest.raises(NotYours):
            answering.take_back(nomination, by=other)

    answering.take_back(nomination, by=manager)

    assert Registration.objects.get().status == CANCELLED


def test_the_host_reads_the_name_of_an_account_only_after_it_answered_itself(agency, manager):
    """A colleague who says yes for them by the link tells nothing of whose address it is."""
    person = factories.with_address(factories.user(name="真名"))
    [nomination] = put_down(
        factories.event(), agency, manager, [Nominee("小陈", "", person.email)]
    ).nominations

    answering.accept(nomination, by=manager)
    assert str(Registration.objects.get().known_as) == "小陈"

    answering.accept(nomination, by=person)
    assert str(Registration.objects.get().known_as) == "真名"


def test_a_yes_by_the_link_changes_no_answer_that_somebody_gave_at_a_place_of_their_own(agency, manager):
    event = factories.event()
    [diet] = questions.arrange(event, [PlannedQuestion("忌口")])
    person = factories.with_address(factories.user())
    register(event, user=person, by=person, answers={diet: "素食"})
    [nomination] = put_down(event, agency, manager, [Nominee("小陈", "", person.email)]).nominations

    answering.accept(nomination, answers={diet: "都可以"})

    assert [answer.text for answer in diet.answers.all()] == ["素食"]


def test_a_number_and_an_address_of_two_former_rows_come_together(agency, manager):
    event = factories.event()
    put_down(
        event, agency, manager, [Nominee("甲", phone="13800000001"), Nominee("乙", email="b@example.org")]
    )
    for one in event.registrations.all():
        cancel(one, by=manager)

    put_down(event, agency, manager, [Nominee("甲", "13800000001", "b@example.org")])

    assert [(one.status, one.guest_phone, one.guest_email) for one in event.registrations.order_by("pk")] == [
        (CONFIRMED, "13800000001", "b@example.org"),
        (CANCELLED, "", ""),
    ]


@pytest.mark.parametrize("role", ["member", "owner of another agency"])
def test_only_leads_put_people_down_and_only_for_their_agency(agency, member, stranger, role):
    by = member if role == "member" else stranger
    with pytest.raises(NotYourAgency):
        put_down(factories.event(), agency, by, guests(1))


def test_somebody_of_another_agency_is_not_on_the_member_list(agency, manager, stranger):
    with pytest.raises(NotYourAgency):
        put_down(factories.event(), agency, manager, [Nominee(stranger.name, member=stranger)])
    assert Registration.objects.count() == 0


def test_nobody_is_put_down_where_nobody_can_register(agency, manager):
    closed = factories.event(registration_closes_at=timezone.now() - timedelta(hours=1))
    free = factories.event()
    free.pools.all().delete()
    for event in (closed, free, factories.event(status="draft"), factories.event(status="cancelled")):
        with pytest.raises(NotOpen):
            put_down(event, agency, manager, guests(1))


def test_the_database_keeps_an_agency_from_putting_a_person_down_twice_for_a_place(agency, manager):
    [nomination] = put_down(factories.event(), agency, manager, guests(1), form_key=uuid4()).nominations
    for change in ({"form_key": None}, {"agency": factories.agency()}):
        nomination.pk, nomination.public_id = None, uuid4()
        for name, value in change.items():
            setattr(nomination, name, value)
        with pytest.raises(IntegrityError), transaction.atomic():
            Nomination.objects.bulk_create([nomination])
        nomination.form_key = Nomination.objects.get().form_key


def test_last_time_each_person_stands_once_and_colleagues_are_in_their_own_list(
    agency, manager, member, stranger
):
    put_down(factories.event(), agency, manager, [*guests(2), Nominee(member.name, member=member)])
    put_down(factories.event(), agency, manager, [Nominee("客人一号", "13800000001", "one@example.org")])
    other = stranger.memberships.get().agency
    put_down(factories.event(), other, stranger, guests(1, start=7))

    assert [(one.name, one.phone) for one in remembered(agency)] == [
        ("客人一号", "13800000001"),
        ("客人0", "13800000000"),
    ]


def test_a_guest_without_an_address_hears_it_through_the_colleague(agency, manager, deliver):
    event = factories.event(capacity=1)
    person = factories.user()
    seat = register(event, user=person, by=person)
    put_down(event, agency, manager, guests(1))
    deliver()

    cancel(seat, by=person)

    told = [mail for mail in deliver() if mail.to == [manager.email]]
    assert len(told) == 1
    assert "客人0" in told[0].body
    assert event.registrations.get(user=None).own_url in told[0].body


def test_the_host_adds_somebody_by_hand_and_one_more_chair(agency, manager, deliver):
    event = factories.event(agency, capacity=1)
    first = put_down_by_host(event, Nominee("甲", phone="13800000001"), by=manager)
    second = put_down_by_host(event, Nominee("乙", phone="13800000002"), by=manager)
    third = put_down_by_host(event, Nominee("丙", phone="13800000003"), by=manager, one_more_chair=True)

    assert [one.status for one in (first, second, third)] == [CONFIRMED, WAITLISTED, CONFIRMED]
    pool = SeatPool.objects.get(event=event)
    assert (pool.capacity, pool.taken) == (2, 2)
    assert [entry.reason for entry in third.log.all()] == [gettext("One more chair")]
    with pytest.raises(RegistrationError):
        put_down_by_host(event, Nominee("丙", phone="13800000003"), by=manager)


def test_nobody_but_the_host_adds_people_by_hand(agency, manager, stranger):
    with pytest.raises(RegistrationError):
        put_down_by_host(factories.event(agency), Nominee("甲", phone="13800000001"), by=stranger)
