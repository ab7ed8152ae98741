"""What a form does not ask for changes nothing, however it is sent; what is sent twice is decided once."""

import pytest
from django.urls import reverse

from events.models import Event, Registration
from orgs.models import Agency, User
from tests import factories
from tests.events.test_console import as_shown

pytestmark = pytest.mark.django_db


def test_an_event_stays_its_hosts_and_a_draft_whatever_else_is_sent(client, agency, manager):
    other = factories.agency()
    event = factories.event(agency, status="draft")
    client.force_login(manager)
    page = reverse("edit_event", args=[agency.slug, event.public_id])
    extra = {"host": other.pk, "status": "published", "is_sample": "on", "external_id": "x", "series": "1"}
    assert client.post(page, as_shown(client.get(page), title="新名字", **extra)).status_code == 302
    now = Event.objects.get(pk=event.pk)
    assert (now.title, now.host, now.status, now.is_sample, now.external_id, now.series) == (
        "新名字",
        agency,
        "draft",
        False,
        None,
        None,
    )


def test_nobody_takes_a_seat_for_somebody_else_or_past_the_line(client, member):
    victim, event = factories.user(), factories.event(capacity=1)
    first = factories.user()
    client.force_login(first)
    client.post(reverse("register", args=[event.public_id]))
    client.force_login(member)
    extra = {
        "user": victim.pk,
        "status": "confirmed",
        "pool": event.pools.get().pk,
        "waiting_since": "2001-01-01",
    }
    client.post(reverse("register", args=[event.public_id]), extra)
    assert not Registration.objects.filter(user=victim).exists()
    assert Registration.objects.get(user=member).status == "waitlisted"
    assert event.pools.get().taken == 1


def test_nobody_gives_themselves_rights_with_their_profile(client, member):
    client.force_login(member)
    extra = {"is_superuser": "on", "is_staff": "on", "groups": "1", "email": "taken-over@example.org"}
    said = {"name": "新名字", "occupation": "practitioner", "language": "zh-hans", **extra}
    assert client.post(reverse("account"), said).status_code == 302
    now = User.objects.get(pk=member.pk)
    assert (now.name, now.is_superuser, now.is_staff, now.groups.count()) == ("新名字", False, False, 0)
    assert now.email == member.email


@pytest.mark.parametrize("order", [0, 1])
def test_an_agency_that_is_named_twice_is_checked_and_kept_as_the_same_one(client, member, agency, order):
    foreign, event = factories.agency(), factories.event()
    client.force_login(member)
    named = [agency.pk, foreign.pk] if order else [foreign.pk, agency.pk]
    client.post(reverse("register", args=[event.public_id]), {"agency": named})
    kept = Registration.objects.filter(user=member).values_list("agency", flat=True)
    assert list(kept) in ([], [agency.pk])
    assert Agency.objects.filter(pk=foreign.pk).exists()
