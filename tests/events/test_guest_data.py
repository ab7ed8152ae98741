"""Somebody without an account reads, takes along and deletes what is held under their address, by a link in a mail."""

import io
import re
import zipfile
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from events import leaving
from events.models import GuestLink, Registration
from events.nominating import guest_data
from events.nominating.nomination import Nominee, nominate
from orgs import leaving as accounts
from portal import erasures
from tests import factories

pytestmark = pytest.mark.django_db
ADDRESS = "lin@example.org"


@pytest.fixture
def place(agency, manager):
    """The seat of somebody whom a colleague put down by name, telephone and address."""
    event = factories.event(agency, capacity=1)
    people = [Nominee("林小雨", "13800000001", ADDRESS)]
    [nomination] = nominate(event, agency=agency, people=people, by=manager).nominations
    return nomination.registration


@pytest.fixture
def link(client, place, deliver):
    """The path of the link in the mail that answers the question."""
    deliver()
    client.post(reverse("ask_guest_data"), {"address": "LIN@example.org"})
    [mail] = deliver()
    assert mail.to == [ADDRESS]
    return re.search(r"/events/guest-data/link/\S+", mail.body).group()


@pytest.fixture
def opened(client, link):
    assert client.post(link).url == reverse("guest_data")
    return client


def test_the_answer_is_the_same_for_an_address_of_which_nothing_is_held(client, place, deliver):
    deliver()
    known = client.post(reverse("ask_guest_data"), {"address": ADDRESS}, follow=True)
    unknown = client.post(reverse("ask_guest_data"), {"address": "no@example.org"}, follow=True)
    without_token = [re.sub(r'value="[^"]+"', "", page.text) for page in (known, unknown)]
    assert without_token[0] == without_token[1]
    assert [mail.to for mail in deliver()] == [[ADDRESS]]


def test_asking_again_at_once_sends_no_second_mail(client, link, deliver):
    client.post(reverse("ask_guest_data"), {"address": ADDRESS})
    assert deliver() == []


def test_looking_at_the_link_does_not_use_it_up_and_the_button_does(client, link):
    assert [client.get(link).status_code, client.get(link).status_code] == [200, 200]
    assert client.post(link).status_code == 302
    assert [client.get(link).status_code, client.post(link).status_code] == [404, 404]


def test_the_link_is_dead_after_a_day(client, link):
    GuestLink.objects.update(made_at=timezone.now() - timedelta(hours=25))
    assert client.post(link).status_code == 404


def test_the_page_shows_what_was_typed_and_no_cache_keeps_it(opened):
    page = opened.get(reverse("guest_data"))
    assert all(words in page.text for words in ("林小雨", "13800000001", ADDRESS))
    assert "no-store" in page["Cache-Control"]


def test_nobody_else_of_the_same_event_is_on_it(opened, agency, manager, place):
    nominate(place.event, agency=agency, people=[Nominee("王秘密", "", "wang@example.org")], by=manager)
    assert "王秘密" not in opened.get(reverse("guest_data")).text


def test_without_a_link_nothing_is_shown_taken_along_or_deleted(client, place):
    ask = reverse("ask_guest_data")
    assert client.get(reverse("guest_data")).url == ask
    assert client.post(reverse("take_guest_data")).url == ask
    assert client.post(reverse("delete_guest_data")).url == ask
    place.refresh_from_db()
    assert place.guest_email == ADDRESS


def test_half_an_hour_later_the_browser_shows_nothing_any_more(opened):
    GuestLink.objects.update(used_at=timezone.now() - timedelta(minutes=31))
    assert opened.get(reverse("guest_data")).status_code == 302


def test_all_of_it_is_taken_along_as_one_file(opened):
    answer = opened.post(reverse("take_guest_data"))
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    assert "林小雨" in archive.read("data.json").decode()


def test_who_is_deleted_has_no_name_left_and_the_seat_goes_to_the_next(opened, place, deliver):
    waiting = factories.user()
    from events.registering.registration import register

    register(place.event, user=waiting, by=waiting)
    deliver()
    opened.post(reverse("delete_guest_data"))

    place.refresh_from_db()
    assert (place.status, place.guest_name) == ("cancelled", leaving.NO_GUEST)
    assert (place.guest_phone, place.guest_email) == ("", "")
    nomination = place.nominations.get()
    assert (nomination.name, nomination.phone, nomination.email) == (leaving.NO_GUEST, "", "")
    assert place.event.registrations.get(user=waiting).has_seat
    assert guest_data.held(ADDRESS) == []
    assert all(ADDRESS not in mail.to for mail in deliver())


def test_a_restored_backup_forgets_the_guest_again(opened, place):
    opened.post(reverse("delete_guest_data"))
    Registration.objects.filter(pk=place.pk).update(guest_name="林小雨", guest_email=ADDRESS)
    accounts.replay(erasures.known())
    place.refresh_from_db()
    assert (place.guest_name, place.guest_email) == (leaving.NO_GUEST, "")


def test_links_are_deleted_when_their_day_is_over(link):
    assert guest_data.forget_links(timezone.localdate()) == []
    assert guest_data.forget_links(timezone.localdate() + timedelta(days=3))
    assert not GuestLink.objects.exists()
