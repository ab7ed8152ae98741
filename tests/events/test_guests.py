"""Guests: their personal link, how their places become an account's, and what is forgotten."""

from datetime import timedelta

import pytest
from allauth.account.signals import email_confirmed
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, override

from events.models import Event, Nomination, Registration, SeatPool
from events.nominating import answering, guest_data, guests
from events.nominating.nomination import Nominee, nominate
from events.registering.refusals import RegistrationError
from events.registering.registration import cancel, register
from orgs.models import User
from portal import daily
from tests import factories

pytestmark = pytest.mark.django_db
REQUESTED, CONFIRMED, WAITLISTED, CANCELLED = Registration.Status.values


@pytest.fixture
def put_down(agency, manager):
    """Put one person down and return the nomination."""

    def run(event, name="陈静", phone="13800000001", email="", **options):
        people = [Nominee(name, phone, email, **options)]
        return nominate(event, agency=agency, people=people, by=manager).nominations[0]

    return run


def fresh(one):
    return type(one).objects.get(pk=one.pk)


def taken(event):
    return SeatPool.objects.get(event=event).taken


def confirm(person, email):
    """As when somebody confirms an address of their account."""
    address = person.emailaddress_set.create(email=email, verified=True)
    email_confirmed.send(sender=type(address), request=None, email_address=address)


def link(nomination):
    with override("en"):
        return nomination.get_absolute_url()


def test_looking_at_the_link_answers_nothing_and_the_button_does(client, put_down):
    nomination = put_down(factories.event())

    page = client.get(link(nomination))

    assert "Do you come?" in page.text
    assert fresh(nomination.registration).answered_at is None
    client.post(link(nomination), {"answer": "come"})
    assert fresh(nomination.registration).answered_at is not None
    assert "You said that you come." in client.get(link(nomination)).text


def test_who_cannot_come_gives_the_seat_to_the_next_in_line(client, put_down, deliver):
    event = factories.event(capacity=1)
    nomination = put_down(event, email="chen@example.org")
    person = factories.user()
    waiting = register(event, user=person, by=person)

    client.post(link(nomination), {"answer": "cannot"})

    assert fresh(nomination.registration).status == CANCELLED
    assert (fresh(waiting).status, taken(event)) == (CONFIRMED, 1)
    assert sorted(mail.to[0] for mail in deliver()) == sorted(["chen@example.org", person.email])
    client.post(link(nomination), {"answer": "come"})  # too late
    assert fresh(nomination.registration).status == CANCELLED


def test_saying_no_to_a_nomination_leaves_a_place_of_ones_own(client, put_down, stranger):
    event = factories.event()
    factories.with_address(stranger)
    own = register(event, user=stranger, by=stranger)
    nomination = put_down(event, email=stranger.email)

    client.post(link(nomination), {"answer": "cannot"})

    assert (fresh(own).status, fresh(nomination).declined_at is None) == (CONFIRMED, False)


@pytest.mark.parametrize("token", ["x", "x" * 43, "流\u202e", "0" * 32 + ":" + "A" * 43])
def test_a_link_that_we_did_not_make_leads_nowhere(client, token):
    assert client.get(reverse("place", args=[token])).status_code == 404


def test_nobody_answers_any_more_when_the_event_is_over(client, put_down):
    event = factories.event()
    nomination = put_down(event)
    Event.objects.filter(pk=event.pk).update(ends_at=timezone.now() - timedelta(hours=1))

    page = client.get(link(nomination))

    assert (page.status_code, "This event is over" in page.text) == (200, True)
    assert 'value="cannot"' not in page.text
    client.post(link(nomination), {"answer": "cannot"})
    assert fresh(nomination.registration).status == CONFIRMED


@pytest.mark.parametrize("reason", ["its time", "who it was for was forgotten"])
def test_the_link_ends_when_what_says_whose_it_is_is_forgotten(client, put_down, stranger, reason):
    event = factories.event()
    nomination = put_down(event, email="chen@example.org")
    ago = guests.LINK_OPEN_FOR if reason == "its time" else timedelta(days=3)
    Event.objects.filter(pk=event.pk).update(ends_at=timezone.now() - ago + timedelta(days=1))
    assert client.get(link(nomination)).status_code == 200
    Event.objects.filter(pk=event.pk).update(ends_at=timezone.now() - ago)
    if reason != "its time":
        guest_data.forget("chen@example.org")

    page = client.get(link(nomination))

    assert (page.status_code, "陈静" in page.text) == (410, False)
    with override("en"):
        for name in ("place_certificate", "place_feedback"):
            assert client.get(reverse(name, args=[nomination.token])).status_code == 404
        assert client.post(reverse("name_on_certificate", args=[nomination.token])).status_code == 404
    guests.forget(timezone.localdate())
    client.force_login(stranger)
    client.post(link(nomination), {"answer": "me"})
    assert fresh(nomination.registration).user is None


def test_the_link_is_never_open_longer_than_the_names_are_kept(put_down, settings):
    event = factories.event()
    settings.PLACES_KEPT_DAYS = 10
    assert guests.closes_on(event) == timezone.localdate(event.ends_at) + timedelta(days=10)


def test_the_meeting_link_is_shown_to_who_said_yes(client, put_down):
    event = factories.event(mode="online", online_url="https://meeting.example.org/secret")
    nomination = put_down(event)
    assert "meeting.example.org" not in client.get(link(nomination)).text
    client.post(link(nomination), {"answer": "come"})
    assert "meeting.example.org" in client.get(link(nomination)).text


def test_who_has_an_account_answers_on_the_desk(client, put_down, member):
    nomination = put_down(factories.event(title="督导小组"), member.name, member=member)
    client.force_login(member)
    desk = reverse("desk")
    assert gettext("They put you down") in client.get(desk).text

    answer = client.post(link(nomination), {"answer": "come", "next": desk})

    assert answer.url == desk
    assert list(answering.to_answer(member)) == []


@pytest.mark.parametrize("wanted", ["https://evil.example.net/", "//evil.example.net/", "\x00", "流" * 400])
def test_an_answer_leads_nowhere_else(client, put_down, wanted):
    nomination = put_down(factories.event())
    answer = client.post(link(nomination), {"answer": "come", "next": wanted})
    assert answer.url == link(nomination)


def test_a_confirmed_address_brings_the_places_under_it(put_down, deliver):
    event, other = factories.event(), factories.event()
    nomination = put_down(event, email="chen@example.org")
    put_down(other, "别人", "13800000002", "other@example.org")
    person = factories.user(name="陈静")

    confirm(person, "Chen@example.org")

    registration = fresh(nomination.registration)
    assert (registration.user, registration.guest_name, registration.guest_email) == (person, "", "")
    assert (registration.status, taken(event)) == (CONFIRMED, 1)
    assert list(person.registrations.all()) == [registration]


def test_an_address_that_is_not_confirmed_brings_nothing(put_down):
    put_down(factories.event(), email="chen@example.org")
    person = factories.with_address(factories.user(email="chen@example.org"), verified=False)
    assert guests.claim(person) == []


def test_who_has_a_seat_already_gives_the_second_one_to_the_next(put_down, deliver):
    event = factories.event(capacity=2)
    person, other = factories.user(), factories.user()
    own = register(event, user=person, by=person)
    nomination = put_down(event, email="chen@example.org")
    waiting = register(event, user=other, by=other)
    deliver()

    confirm(person, "chen@example.org")

    assert [fresh(one).status for one in (own, nomination.registration, waiting)] == [
        CONFIRMED,
        CANCELLED,
        CONFIRMED,
    ]
    assert taken(event) == 2
    assert [mail.to for mail in deliver()] == [[other.email]]  # nobody is told that they do not come


@pytest.mark.parametrize("before", ["waiting", "cancelled"])
def test_the_better_of_two_places_stays(put_down, before):
    event = factories.event(capacity=1)
    nomination = put_down(event, email="chen@example.org")
    person = factories.user()
    own = register(event, user=person, by=person)
    if before == "cancelled":
        cancel(own, by=person)

    confirm(person, "chen@example.org")

    assert (fresh(own).status, fresh(nomination.registration).status, taken(event)) == (
        CONFIRMED,
        CANCELLED,
        1,
    )
    assert fresh(nomination).registration == own


def test_who_is_signed_in_takes_a_place_known_by_telephone_only(client, put_down, stranger):
    nomination = put_down(factories.event())
    client.force_login(stranger)
    client.post(link(nomination), {"answer": "me"})
    assert fresh(nomination.registration).user == stranger


def test_a_place_under_an_address_goes_only_to_that_address(put_down, stranger):
    nomination = put_down(factories.event(), email="chen@example.org")
    with pytest.raises(RegistrationError):
        guests.say_this_is_me(nomination, user=stranger)
    assert fresh(nomination.registration).user is None


def test_this_is_me_asks_for_an_account_first(client, put_down):
    answer = client.post(link(put_down(factories.event())), {"answer": "me"})
    assert answer.url.startswith(reverse("account_login"))


def test_who_has_not_answered_is_reminded_once(put_down, manager, deliver):
    today = timezone.localdate()
    soon, later = (factories.event(starts_in=timedelta(days=n)) for n in (2, 9))
    asked = put_down(soon, email="chen@example.org")
    phone = put_down(soon, "王芳", "13800000002")
    answered = put_down(soon, "李梅", "13800000003", "li@example.org")
    answering.accept(answered)
    put_down(later, email="chen@example.org")
    Nomination.objects.update(created_at=timezone.now() - timedelta(days=2))
    put_down(soon, "新来的", "", "today@example.org")
    deliver()

    lines = answering.remind(today)
    mails = deliver()

    assert len(lines) == 2
    assert [mail.to for mail in mails] == [["chen@example.org"], [manager.email]]
    with override("zh-hans"):
        assert asked.get_absolute_url() in mails[0].body
        assert phone.get_absolute_url() in mails[1].body
    assert (answering.remind(today), deliver()) == ([], [])


def test_contact_of_guests_is_forgotten_ninety_days_after_the_event(put_down):
    old, new = factories.event(), factories.event()
    put_down(old, email="chen@example.org")
    put_down(new, email="chen@example.org")
    Event.objects.filter(pk=old.pk).update(ends_at=timezone.now() - timedelta(days=90))

    lines = daily.run(timezone.localdate())

    assert "contact of 2 guests is forgotten" in lines
    guest = old.registrations.get()
    assert (guest.guest_name, guest.guest_phone, guest.guest_email) == ("陈静", "", "")
    assert list(Nomination.objects.values_list("name", "phone", "email").order_by("pk")) == [
        ("陈静", "", ""),
        ("陈静", "13800000001", "chen@example.org"),
    ]
    assert new.registrations.get().guest_email == "chen@example.org"
    assert daily.run(timezone.localdate()) == []


def test_signing_up_with_the_address_of_a_guest_brings_the_place(client, put_down, deliver):
    event = factories.event()
    nomination = put_down(event, email="chen@example.org")
    person = User.objects.create_user("chen@example.org", name="陈静")
    guests.when_somebody_signs_up(sender=User, user=person)
    assert fresh(nomination.registration).user is None  # nobody has confirmed anything yet
    confirm(person, "chen@example.org")
    assert fresh(nomination.registration).user == person
