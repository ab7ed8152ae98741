"""Co-hosts: named by the host, shown when they have said yes for themselves."""

import pytest
from django.urls import reverse

from events import publishing
from events.models import EventHost
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def named(agency):
    """An event of another agency that names ours as a co-host."""
    return factories.event(title="联合督导日").hosts.create(agency=agency)


def test_a_named_agency_is_shown_when_its_manager_has_said_yes(client, agency, manager, named):
    address = named.event.get_absolute_url()
    assert agency.legal_name not in client.get(address).content.decode()
    client.force_login(manager)
    assert "联合督导日" in client.get(reverse("desk")).content.decode()
    client.post(reverse("answer_co_hosting", args=[agency.slug, named.pk]), {"answer": "confirm"})
    client.logout()
    assert agency.legal_name in client.get(address).content.decode()


def test_a_no_takes_the_name_off(client, agency, manager, named):
    client.force_login(manager)
    client.post(reverse("answer_co_hosting", args=[agency.slug, named.pk]), {"answer": "decline"})
    assert not EventHost.objects.exists()


def test_nobody_else_answers_for_the_agency(client, agency, member, stranger, named):
    for person in (member, stranger, factories.member_of(named.event.host, role="owner")):
        client.force_login(person)
        assert (
            client.post(
                reverse("answer_co_hosting", args=[agency.slug, named.pk]), {"answer": "confirm"}
            ).status_code
            == 404
        )
        with pytest.raises(publishing.PublishingError):
            publishing.confirm_co_host(named, by=person)
    assert not EventHost.objects.get().is_confirmed
