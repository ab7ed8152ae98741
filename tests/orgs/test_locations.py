"""Places where people find an agency: entered, changed, removed, and shown to whom the agency chose."""

import pytest
from django.urls import reverse

from orgs import profile
from orgs.models import Location
from tests import factories

pytestmark = pytest.mark.django_db
RARE = "𠮷野家مرحباﷺ𓀀🧧"


def address(name, agency, *more):
    return reverse(name, args=[agency.slug, *more])


def answers(**changes):
    return {"name_zh": "东城服务点", "shown_to": "public", **changes}


def test_a_place_is_entered_changed_and_removed(client, agency, manager):
    client.force_login(manager)
    client.post(
        address("create_location", agency),
        answers(
            name_en="Dongcheng", address="东城路1号", phone="0769-1", latitude="23.0207", longitude="113.7518"
        ),
    )
    place = agency.locations.get()
    assert (place.name_zh, place.name_en, place.address, place.phone, place.shown_to) == (
        "东城服务点",
        "Dongcheng",
        "东城路1号",
        "0769-1",
        "public",
    )
    assert (place.latitude, place.longitude) == (23.0207, 113.7518)
    client.post(address("edit_location", agency, place.pk), answers(name_zh="新址", shown_to="agency"))
    place.refresh_from_db()
    assert (place.name_zh, place.shown_to, place.latitude) == ("新址", "agency", None)
    client.post(address("remove_location", agency, place.pk))
    assert agency.locations.count() == 0


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"name_zh": ""}, ["name_zh"]),
        ({"name_zh": "名" * 400}, ["name_zh"]),
        ({"name_zh": "名\0"}, ["name_zh"]),
        ({"address": "路" * 251}, ["address"]),
        ({"phone": "1" * 41}, ["phone"]),
        ({"shown_to": "nobody"}, ["shown_to"]),
        ({"shown_to": ""}, ["shown_to"]),
        ({"latitude": "23"}, ["longitude"]),
        ({"longitude": "113"}, ["latitude"]),
        ({"latitude": "91", "longitude": "113"}, ["latitude"]),
        ({"latitude": "23", "longitude": "-180.5"}, ["longitude"]),
        ({"latitude": "nan", "longitude": "113"}, ["latitude"]),
        ({"latitude": "inf", "longitude": "1e400"}, ["latitude", "longitude"]),
        ({"latitude": "東", "longitude": "9" * 500}, ["latitude", "longitude"]),
    ],
)
def test_wrong_answers_are_refused_beside_their_field_and_kept(client, agency, manager, changes, fields):
    client.force_login(manager)
    answer = client.post(address("create_location", agency), answers(address="东城路1号") | changes)
    assert answer.status_code == 200
    assert sorted(answer.context["form"].errors) == fields
    assert "address" in changes or "东城路1号" in answer.content.decode()
    assert Location.objects.count() == 0


@pytest.mark.parametrize("name", [RARE, "名" * 120, "<script>alert(1)</script>"])
def test_any_name_is_shown_as_it_was_written(client, agency, manager, name):
    client.force_login(manager)
    client.post(address("create_location", agency), answers(name_zh=name, address=name))
    assert agency.locations.get().name_zh == name
    answer = client.get(agency.get_absolute_url())
    assert "<script>alert" not in answer.content.decode()
    assert [place.name for place in answer.context["locations"]] == [name]


def test_the_coordinates_stand_open_only_when_there_is_something_in_them(client, agency, manager):
    client.force_login(manager)
    empty = client.get(address("create_location", agency)).content.decode()
    wrong = client.post(address("create_location", agency), answers(latitude="x")).content.decode()
    assert ["<details>" in html for html in (empty, wrong)] == [True, False]
    assert ["<details open>" in html for html in (empty, wrong)] == [False, True]


def test_a_place_of_another_agency_is_not_there(client, agency, manager, stranger):
    foreign = stranger.memberships.get().agency.locations.create(name_zh="别人的地方")
    client.force_login(manager)
    for name in ("edit_location", "remove_location"):
        for pk in (foreign.pk, 2**62, 10**30):
            assert client.post(address(name, agency, pk), answers()).status_code == 404
    assert Location.objects.get().name_zh == "别人的地方"


def test_only_owners_and_managers_change_places(client, agency, member):
    place = agency.locations.create(name_zh="服务点")
    with pytest.raises(profile.ProfileError):
        profile.save_location(place, by=member)
    with pytest.raises(profile.ProfileError):
        profile.remove_location(place, by=member)
    client.force_login(member)
    assert client.get(address("create_location", agency)).status_code == 404
    assert client.get(address("edit_location", agency, place.pk)).status_code == 404
    assert client.post(address("remove_location", agency, place.pk)).status_code == 404
    assert agency.locations.count() == 1


def test_the_console_says_who_sees_a_place(client, agency, member):
    agency.locations.create(name_zh="庇护所", shown_to="agency")
    client.force_login(member)
    html = client.get(reverse("agency_desk", args=[agency.slug])).content.decode()
    assert "庇护所" in html
    client.logout()
    assert "庇护所" not in client.get(agency.get_absolute_url()).content.decode()


def test_two_agencies_places_do_not_mix(client, agency):
    agency.locations.create(name_zh="甲处")
    factories.agency().locations.create(name_zh="乙处")
    answer = client.get(agency.get_absolute_url())
    assert [place.name_zh for place in answer.context["locations"]] == ["甲处"]
