"""Somebody has two places at one event, a guest's and an account's: nothing that was noted down is lost."""

from datetime import timedelta

import pytest
from django.utils import timezone

from events import invariants
from events.certifying import issuing
from events.hours import ledger
from events.models import HoursEntry, Registration, SeatPool
from events.models.event import refresh_span
from events.nominating import guests, two_places
from events.nominating.nomination import Nominee, nominate
from events.registering import questions
from events.registering.questions import PlannedQuestion
from events.registering.registration import cancel, register
from tests import factories
from tests.events.test_guests import confirm, fresh, link
from tests.events.test_hours import attend
from tests.events.test_questions import ask

pytestmark = pytest.mark.django_db
REQUESTED, CONFIRMED, WAITLISTED, CANCELLED = Registration.Status.values


@pytest.fixture
def event(agency):
    return factories.event(agency, capacity=5)


@pytest.fixture
def person():
    return factories.user(name="陈静")


@pytest.fixture
def put_down(event, agency, manager):
    def run(email="chen@example.org"):
        people = [Nominee("陈静", "13800000001", email)]
        return nominate(event, agency=agency, people=people, by=manager).nominations[0]

    return run


def begin(event, ago=timedelta(days=1)):
    session = event.sessions.get()
    start, length = timezone.now() - ago, session.ends_at - session.starts_at
    event.sessions.update(starts_at=start, ends_at=start + length)
    refresh_span(event)
    event.refresh_from_db()


def was_there(event, registration, *, by):
    registration.refresh_from_db()
    registration.event = event
    attend(registration, 180)
    ledger.grant(event, by=by)


def is_in_order() -> bool:
    return list(invariants.findings()) == []


def test_hours_and_certificate_of_a_guest_come_to_the_account_that_had_cancelled(
    event, person, put_down, manager, deliver
):
    cancel(register(event, user=person, by=person), by=person)
    nomination = put_down()
    begin(event)
    was_there(event, nomination.registration, by=manager)
    certificate = issuing.issue(nomination.registration, by=manager)
    deliver()

    confirm(person, "chen@example.org")

    mine = event.registrations.get(user=person)
    assert (mine, mine.status, mine.guest_name) == (nomination.registration, CONFIRMED, "")
    assert HoursEntry.objects.of(person).minutes() == 180
    assert certificate in mine.certificates.all()
    assert deliver() == []  # nobody is told of a place when the event is over
    assert ledger.grant(event, by=manager) == []
    assert HoursEntry.objects.of(person).minutes() == 180
    assert SeatPool.objects.get(event=event).taken == 1
    assert is_in_order()


def test_the_row_that_is_left_says_nothing_of_the_person(event, person, put_down, manager):
    own = register(event, user=person, by=person, note="我要素食")
    cancel(own, by=person)
    nomination = put_down()
    begin(event)
    was_there(event, nomination.registration, by=manager)

    confirm(person, "chen@example.org")

    left = fresh(own)
    assert (left.user, left.guest_name, left.note, left.status) == (None, guests.NO_GUEST, "", CANCELLED)
    assert left.log.exists()


@pytest.mark.parametrize("noted_down", ["the guest's", "the account's"])
@pytest.mark.parametrize(
    ("by_link", "in_account", "certified"),
    [
        ("陈 静", "", "陈 静"),
        ("", "陈敬", "陈敬"),
        ("陈 静", "陈敬", {"the guest's": "陈 静", "the account's": "陈敬"}),
    ],
)
def test_the_name_said_for_the_certificate_is_kept_and_that_of_the_row_that_goes_on_comes_first(
    event, person, put_down, manager, noted_down, by_link, in_account, certified
):
    own = register(event, user=person, by=person)
    nomination = put_down()
    begin(event)
    was_there(event, nomination.registration if noted_down == "the guest's" else own, by=manager)
    for one, name in ((nomination.registration, by_link), (own, in_account)):
        Registration.objects.filter(pk=one.pk).update(certificate_name=name)

    confirm(person, "chen@example.org")

    mine = event.registrations.get(user=person)
    assert mine.name_to_certify == (certified if isinstance(certified, str) else certified[noted_down])


@pytest.mark.parametrize("noted_down", ["the guest's", "the account's"])
def test_of_two_answers_to_a_question_that_of_the_row_that_goes_on_is_kept(
    event, person, put_down, manager, noted_down
):
    diet = ask(event, PlannedQuestion("忌口"))[0]
    own = register(event, user=person, by=person, answers={diet: "素食"})
    nomination = put_down()
    questions.keep(nomination.registration, {diet: "清真"})
    begin(event)
    was_there(event, nomination.registration if noted_down == "the guest's" else own, by=manager)

    confirm(person, "chen@example.org")

    mine = event.registrations.get(user=person)
    assert [answer.text for answer in mine.answers.all()] == [
        "清真" if noted_down == "the guest's" else "素食"
    ]


@pytest.mark.parametrize("noted_down", ["the guest's", "the account's", "neither"])
def test_of_two_seats_at_an_event_that_is_over_the_empty_one_goes(
    event, person, put_down, manager, deliver, noted_down
):
    own = register(event, user=person, by=person)
    nomination = put_down()
    begin(event)
    if noted_down != "neither":
        one = nomination.registration if noted_down == "the guest's" else own
        was_there(event, one, by=manager)
    deliver()

    confirm(person, "chen@example.org")

    mine = event.registrations.get(user=person)
    assert mine == (nomination.registration if noted_down == "the guest's" else own)
    assert HoursEntry.objects.of(person).minutes() == (0 if noted_down == "neither" else 180)
    assert event.registrations.filter(status=CONFIRMED).count() == 1
    assert SeatPool.objects.get(event=event).taken == 1
    assert deliver() == []
    assert ledger.grant(event, by=manager) == []
    assert is_in_order()


def test_two_places_with_hours_stay_as_they_are_and_the_page_says_so(
    client, event, person, put_down, manager
):
    own = register(event, user=person, by=person)
    nomination = put_down()
    begin(event)
    was_there(event, own, by=manager)
    was_there(event, nomination.registration, by=manager)
    confirm(person, "chen@example.org")
    client.force_login(person)

    answer = client.post(link(nomination), {"answer": "me"}, follow=True)

    assert "hours or attendance at both" in answer.text
    assert fresh(nomination.registration).user is None
    assert not fresh(nomination).is_owned
    assert HoursEntry.objects.minutes() == 360
    assert HoursEntry.objects.of(person).minutes() == 180
    with pytest.raises(two_places.BothNotedDown):
        guests.say_this_is_me(nomination, user=person)


def test_who_came_in_before_they_took_the_place_into_their_account_stays_in(event, person, put_down, deliver):
    cancel(register(event, user=person, by=person), by=person)
    nomination = put_down()
    begin(event, ago=timedelta(minutes=30))
    attend(nomination.registration, 20)

    confirm(person, "chen@example.org")

    mine = event.registrations.get(user=person)
    assert (mine.has_seat, mine.attendances.count()) == (True, 1)
    assert is_in_order()


def test_a_seat_that_was_one_too_many_goes_on_while_the_event_is_not_over(agency, manager, person, deliver):
    event = factories.event(agency, capacity=2)
    own = register(event, user=person, by=person)
    people = [Nominee("陈静", "13800000001", "chen@example.org")]
    [nomination] = nominate(event, agency=agency, people=people, by=manager).nominations
    other = factories.user()
    waiting = register(event, user=other, by=other)
    begin(event, ago=timedelta(minutes=30))
    attend(nomination.registration, 20)
    deliver()

    confirm(person, "chen@example.org")

    assert event.registrations.get(user=person) == nomination.registration
    assert [fresh(one).status for one in (own, waiting)] == [CANCELLED, CONFIRMED]
    assert [mail.to for mail in deliver()] == [[other.email]]
    assert SeatPool.objects.get(event=event).taken == 2
    assert is_in_order()


def test_hours_of_a_guest_whose_seat_was_taken_back_join_the_seat_of_the_account(
    event, person, put_down, manager, deliver
):
    own = register(event, user=person, by=person)
    nomination = put_down()
    cancel(nomination.registration, by=manager)
    begin(event)
    attend(nomination.registration, 180)
    deliver()

    confirm(person, "chen@example.org")

    mine = event.registrations.get(user=person)
    assert (mine, mine.status) == (nomination.registration, CONFIRMED)
    assert fresh(own).status == CANCELLED
    ledger.grant(event, by=manager)
    assert HoursEntry.objects.of(person).minutes() == 180
    assert deliver() == []
    assert is_in_order()


def test_answers_and_thanks_come_along_with_the_place_that_stays(event, person, put_down, manager):
    [question] = ask(event, PlannedQuestion("忌口"))
    own = register(event, user=person, by=person, answers={question: "花生"})
    own.thank_you = own._meta.get_field("thank_you").related_model.objects.create(
        registration=own, at=timezone.now()
    )
    nomination = put_down()
    begin(event)
    was_there(event, nomination.registration, by=manager)

    confirm(person, "chen@example.org")

    mine = event.registrations.get(user=person)
    assert list(mine.answers.values_list("text", flat=True)) == ["花生"]
    assert mine.thank_you
    assert not fresh(own).answers.exists()


def test_an_agency_that_put_both_down_brings_nothing_to_a_halt(event, agency, manager, person, put_down):
    factories.with_address(person, "known@example.org")
    known = [Nominee("陈静", "", "known@example.org")]
    [own] = nominate(event, agency=agency, people=known, by=manager).nominations
    cancel(own.registration, by=person)
    nomination = put_down()

    confirm(person, "chen@example.org")

    assert event.registrations.get(user=person).status == CONFIRMED
    assert fresh(nomination).registration == nomination.registration
    assert is_in_order()
