"""Leaving the portal: what becomes of the places and of the events."""

from datetime import timedelta

import pytest
from django.urls import reverse

from events.leaving import without_a_host
from events.models import Registration, SeatPool
from events.nominating.nomination import Nominee, nominate
from events.registering.registration import register
from orgs.leaving import close_account, deactivate, release
from orgs.models import Agency, User
from tests import factories

pytestmark = pytest.mark.django_db
CONFIRMED, CANCELLED = Registration.Status.CONFIRMED, Registration.Status.CANCELLED


def lock(user):
    deactivate(user, by=User.objects.create_superuser("root@example.org", name="超级管理员"))


@pytest.mark.parametrize("way", [close_account, lock])
def test_places_to_come_go_to_the_next_and_the_leaver_is_not_written_to(way, deliver):
    event, past = factories.event(capacity=1), factories.event(capacity=1)
    person, other = factories.user(), factories.user()
    seat = register(event, user=person, by=person)
    waiting = register(event, user=other, by=other)
    attended = register(past, user=person, by=person)
    type(past).objects.filter(pk=past.pk).update(ends_at=attended.created_at - timedelta(hours=1))
    deliver()

    way(person)

    assert [Registration.objects.get(pk=one.pk).status for one in (seat, waiting, attended)] == [
        CANCELLED,
        CONFIRMED,
        CONFIRMED,
    ]
    assert SeatPool.objects.get(event=event).taken == 1
    about_events = [mail for mail in deliver() if event.title in mail.subject]
    assert [mail.to for mail in about_events] == [[other.email]]


def test_what_a_coordinator_typed_of_who_leaves_is_forgotten(agency, manager):
    person = factories.with_address(factories.user(email="lin@example.org"))
    [nomination] = nominate(
        factories.event(), agency=agency, people=[Nominee("小林", "13800000001", person.email)], by=manager
    ).nominations
    close_account(person)
    nomination.refresh_from_db()
    assert (nomination.phone, nomination.email) == ("", "")


def test_staff_see_events_that_nobody_looks_after_and_the_page_says_so(client, moderator):
    listed = factories.agency()
    owner = factories.member_of(listed, role="owner")
    kept = factories.event(listed, title="有人管")
    gone = factories.event(factories.agency(status=Agency.Status.WITHDRAWN), title="机构走了")
    alone = factories.event(factories.agency(), title="没有人")
    factories.event(factories.agency(), status="draft", title="草稿")

    assert list(without_a_host()) == [gone, alone]
    client.force_login(moderator)
    desk = client.get(reverse("desk")).text
    assert [title in desk for title in ("机构走了", "没有人", "草稿")] == [True, True, False]
    client.logout()
    words = '<p class="note">'
    assert [words in client.get(reverse("event", args=[one.public_id])).text for one in (gone, kept)] == [
        True,
        False,
    ]
    assert owner.is_active


def test_an_agency_that_is_released_keeps_its_event_under_its_managers(moderator, agency):
    factories.member_of(agency, role="owner")
    event = factories.event(agency)
    release(agency, by=moderator)
    event.refresh_from_db()
    assert (event.status, list(without_a_host())) == ("published", [])
