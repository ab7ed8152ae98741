"""A service is given at places of its own agency: chosen in the form, kept in versions, put back with them."""

import pytest
from django.urls import reverse

from orgs import history, restoring
from orgs.models import Location, Service
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(agency):
    return Location.objects.create(agency=agency, name_zh="东城服务点")


@pytest.fixture
def save(client, agency, manager):
    """Send the form of a service and return the answer."""
    client.force_login(manager)

    def run(service, **answers):
        address = reverse("edit_service", args=[agency.slug, service.public_id])
        return client.post(
            address,
            {"name_zh": "法律援助", "fees": "free", "types": [factories.topic("svc:legal").pk], **answers},
        )

    return run


def test_the_form_offers_the_places_of_the_agency_and_no_other(client, agency, manager, place):
    Location.objects.create(agency=factories.agency(), name_zh="别家的服务点")
    service = factories.service(agency)
    client.force_login(manager)
    page = client.get(reverse("edit_service", args=[agency.slug, service.public_id])).content.decode()
    assert "东城服务点" in page
    assert "别家的服务点" not in page


def test_a_chosen_place_is_kept_and_a_foreign_one_is_refused(save, agency, place):
    service = factories.service(agency)
    assert save(service, locations=[place.pk]).status_code == 302
    assert list(service.locations.all()) == [place]
    foreign = Location.objects.create(agency=factories.agency(), name_zh="别家的服务点")
    assert save(service, locations=[foreign.pk]).status_code == 200
    assert list(service.locations.all()) == [place]
    assert save(service).status_code == 302
    assert list(service.locations.all()) == []


def test_an_agency_without_places_is_not_asked(client, agency, manager, save):
    service = factories.service(agency)
    assert save(service).status_code == 302
    page = client.get(reverse("edit_service", args=[agency.slug, service.public_id])).content.decode()
    assert 'name="locations"' not in page


def test_a_version_puts_the_places_of_a_service_back(save, agency, manager, place):
    service = factories.service(agency)
    save(service, locations=[place.pk])
    with_place = history.versions(agency).first()
    save(service)
    assert list(service.locations.all()) == []
    restoring.restore(agency, with_place, by=manager)
    assert list(Service.objects.get(pk=service.pk).locations.all()) == [place]


def test_a_version_says_in_words_where_a_service_was_given(client, save, agency, place):
    service = factories.service(agency)
    save(service, locations=[place.pk])
    version = history.versions(agency).first()
    page = client.get(reverse("agency_version", args=[agency.slug, version.pk])).content.decode()
    assert "东城服务点" in page
