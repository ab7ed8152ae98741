"""Who gets a seat."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import override
from icalendar import Calendar

from events.models import Event, Registration, RegistrationLogEntry, SeatPool
from events.registering.refusals import CapacityRefused, EventCancelled, EventOver, NotOpen, NotYourAgency
from events.registering.registration import cancel, register
from events.registering.seats import change_capacity
from events.registering.waiting_list import promote
from tests import factories

pytestmark = pytest.mark.django_db
REQUESTED, CONFIRMED, WAITLISTED, CANCELLED = Registration.Status.values


def enrol(event, **options):
    person = factories.user(**options)
    return register(event, user=person, by=person)


def fresh(registration):
    return Registration.objects.get(pk=registration.pk)


def statuses(event):
    return [registration.status for registration in event.registrations.order_by("pk")]


def taken(event):
    return SeatPool.objects.get(event=event).taken


def calendar_of(message):
    alternative = message.alternatives[-1]
    return Calendar.from_ical(alternative[0]), alternative[1]


def test_a_free_seat_is_given_with_its_log_entry_and_its_mail(deliver):
    event = factories.event(capacity=2)
    person = factories.user(language="en")

    registration = register(event, user=person, by=person, note="素食")

    assert (registration.status, registration.note, taken(event)) == (CONFIRMED, "素食", 1)
    assert [(entry.status, entry.by) for entry in registration.log.all()] == [(CONFIRMED, person)]
    [mail] = deliver()
    assert mail.to == [person.email]
    assert mail.subject == f"You have a seat: {event.title}"
    calendar, kind = calendar_of(mail)
    assert kind == "text/calendar; method=REQUEST; charset=utf-8"
    [entry] = calendar.walk("VEVENT")
    assert entry["UID"] == str(event.sessions.get().ical_uid)
    assert entry["ATTENDEE"] == f"mailto:{person.email}"


def test_who_finds_all_seats_taken_gets_in_line_and_learns_the_position(deliver):
    event = factories.event(capacity=1)
    enrol(event)
    enrol(event)
    third = enrol(event, language="en")

    assert statuses(event) == [CONFIRMED, WAITLISTED, WAITLISTED]
    assert (third.place_in_line, taken(event)) == (2, 1)
    mail = deliver()[-1]
    assert mail.subject == f"You are on the waiting list: {event.title}"
    assert "You are number 2 on the waiting list." in mail.body
    assert [kind for _content, kind in mail.alternatives] == ["text/html"]


def test_registering_twice_gives_the_same_registration_back(deliver):
    event = factories.event()
    person = factories.user()

    first = register(event, user=person, by=person)
    again = register(event, user=person, by=person)

    assert (first, taken(event), len(deliver())) == (again, 1, 1)


def test_registering_after_cancelling_brings_the_same_row_back_at_the_end_of_the_line():
    event = factories.event(capacity=1)
    first, second = enrol(event), enrol(event)
    cancel(first, by=first.user)

    again = register(event, user=first.user, by=first.user)

    assert (again.pk, again.status, fresh(second).status, taken(event)) == (
        first.pk,
        WAITLISTED,
        CONFIRMED,
        1,
    )
    assert [entry.status for entry in again.log.all()] == [CONFIRMED, CANCELLED, WAITLISTED]


def test_cancelling_a_seat_promotes_the_first_in_line_without_freeing_it(deliver):
    event = factories.event(capacity=1)
    seat, lin, ana = enrol(event), enrol(event, language="en"), enrol(event)
    deliver()

    promoted = cancel(seat, by=seat.user)

    assert promoted == lin
    assert statuses(event) == [CANCELLED, CONFIRMED, WAITLISTED]
    assert (taken(event), fresh(ana).place_in_line) == (1, 1)
    assert [mail.to for mail in deliver()] == [[seat.user.email], [lin.user.email]]


def test_a_withdrawn_seat_leaves_the_persons_calendar_by_a_later_message(deliver):
    event = factories.event()
    seat = enrol(event)
    [invitation] = deliver()

    cancel(seat, by=seat.user)

    [withdrawal] = deliver()
    calendar, kind = calendar_of(withdrawal)
    assert kind == "text/calendar; method=CANCEL; charset=utf-8"
    [before], [after] = calendar_of(invitation)[0].walk("VEVENT"), calendar.walk("VEVENT")
    assert after["UID"] == before["UID"]
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert after["STATUS"] == "CANCELLED"

    register(event, user=seat.user, by=seat.user)
    [again] = calendar_of(deliver()[0])[0].walk("VEVENT")
    assert again["SEQUENCE"] > after["SEQUENCE"]


def test_a_seat_that_nobody_waits_for_becomes_free():
    event = factories.event(capacity=3)
    registration = enrol(event)

    assert cancel(registration, by=registration.user) is None
    assert (statuses(event), taken(event)) == ([CANCELLED], 0)


def test_leaving_the_line_frees_no_seat_and_sends_no_calendar(deliver):
    event = factories.event(capacity=1)
    seat, waiting = enrol(event), enrol(event)
    deliver()

    cancel(waiting, by=waiting.user)

    assert (fresh(seat).status, taken(event)) == (CONFIRMED, 1)
    assert [kind for _content, kind in deliver()[0].alternatives] == ["text/html"]


def test_cancelling_twice_changes_nothing_the_second_time(deliver):
    event = factories.event(capacity=2)
    registration, _other = enrol(event), enrol(event)

    cancel(registration, by=registration.user)
    deliver()
    cancel(registration, by=registration.user)

    assert (taken(event), registration.log.count(), deliver()) == (1, 2, [])


def test_new_seats_go_to_the_line_in_order():
    event = factories.event(capacity=1)
    everybody = [enrol(event) for _n in range(4)]

    promoted = change_capacity(event, capacity=3, by=everybody[0].user)

    assert promoted == everybody[1:3]
    assert statuses(event) == [CONFIRMED, CONFIRMED, CONFIRMED, WAITLISTED]
    assert taken(event) == 3


def test_there_are_never_fewer_seats_than_taken_nor_more_than_ten_thousand():
    event = factories.event(capacity=2)
    person = enrol(event).user
    enrol(event)

    for capacity in (1, -1, 10_001):
        with pytest.raises(CapacityRefused):
            change_capacity(event, capacity=capacity, by=person)

    assert event.pools.get().capacity == 2


def test_the_database_itself_refuses_to_oversell():
    event = factories.event(capacity=1)

    with pytest.raises(IntegrityError), transaction.atomic():
        event.pools.update(taken=2)


def test_nobody_is_promoted_at_an_event_that_is_over():
    event = factories.event(capacity=1)
    seat = enrol(event)
    enrol(event)
    SeatPool.objects.filter(event=event).update(capacity=2)

    assert promote(event, by=seat.user, at=event.ends_at + timedelta(hours=1)) == []


@pytest.mark.parametrize(
    ("fields", "error", "sentence"),
    [
        ({"status": Event.Status.DRAFT}, NotOpen, "This event is not published yet."),
        ({"status": Event.Status.CANCELLED}, EventCancelled, "This event has been cancelled."),
        ({"starts_in": timedelta(days=-2)}, EventOver, "This event is over."),
        ({"starts_in": timedelta(hours=-1)}, NotOpen, "Registration is closed."),
    ],
)
def test_a_refusal_says_why_and_leaves_nothing(fields, error, sentence, deliver):
    event = factories.event(**fields)
    person = factories.user(language="en")

    with override("en"), pytest.raises(error) as refused:
        register(event, user=person, by=person)

    assert str(refused.value) == sentence
    assert list(event.registrations.all()) == []
    assert (taken(event), deliver()) == (0, [])


def test_registration_has_its_own_times():
    now = timezone.now()
    event = factories.event(
        registration_opens_at=now + timedelta(days=1), registration_closes_at=now + timedelta(days=2)
    )
    person = factories.user()

    for at in (now, now + timedelta(days=3)):
        with pytest.raises(NotOpen):
            register(event, user=person, by=person, at=at)

    assert register(event, user=person, by=person, at=now + timedelta(days=1, hours=1)).has_seat


def test_an_event_without_seats_to_give_takes_no_registrations():
    event = factories.event()
    event.pools.all().delete()
    person = factories.user()

    with pytest.raises(NotOpen):
        register(event, user=person, by=person)


def test_the_agency_is_kept_as_it_was(agency, member):
    registration = register(factories.event(), user=member, by=member, agency=agency)

    member.memberships.update(status="left")

    assert fresh(registration).agency == agency


def test_nobody_registers_in_the_name_of_a_foreign_agency(agency, stranger):
    with pytest.raises(NotYourAgency):
        register(factories.event(), user=stranger, by=stranger, agency=agency)


def test_an_event_that_is_over_keeps_its_registrations():
    event = factories.event()
    registration = enrol(event)

    with pytest.raises(EventOver):
        cancel(registration, by=registration.user, at=event.ends_at + timedelta(hours=1))

    assert fresh(registration).status == CONFIRMED


def test_a_log_entry_is_never_changed_or_deleted():
    entry = enrol(factories.event()).log.get()

    for change in (entry.save, entry.delete, RegistrationLogEntry.objects.all().delete):
        with pytest.raises(TypeError):
            change()
    with pytest.raises(TypeError):
        RegistrationLogEntry.objects.update(status=CANCELLED)


def test_a_mail_in_each_language_has_words_for_the_day_and_the_way_back(deliver):
    event = factories.event(title="个案 & 督导 <入门>")
    for language, prefix in (("zh-hans", "/"), ("en", "/en/")):
        enrol(event, language=language)
        [mail] = deliver()
        assert f"{prefix}events/{event.public_id}/" in mail.body
        assert event.sessions.get().starts_at.strftime("%Y") in mail.body
        assert "个案 & 督导 <入门>" in mail.subject


def test_a_form_sent_again_after_cancelling_brings_nothing_back():
    event = factories.event(capacity=2)
    person, key = factories.user(), uuid4()
    mine = register(event, user=person, by=person, form_key=key)
    cancel(mine, by=person)

    again = register(event, user=person, by=person, form_key=key)
    assert (again.pk, again.status) == (mine.pk, Registration.Status.CANCELLED)
    assert event.pools.get().taken == 0

    fresh = register(event, user=person, by=person, form_key=uuid4())
    assert (fresh.pk, fresh.status) == (mine.pk, Registration.Status.CONFIRMED)
