"""What an entry still lacks: a share, and at most three useful steps that lead to where they are done."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from orgs import completeness
from orgs.models import AgencyText, Membership
from tests import factories

pytestmark = pytest.mark.django_db


def steps(agency):
    agency.refresh_from_db()
    return [step["url"].partition(f"/{agency.slug}/")[2] for step in completeness.of(agency).steps]


def test_an_empty_entry_is_told_the_three_most_useful_steps(agency):
    assert completeness.of(agency).percent == 0
    assert steps(agency) == ["services/new/", "profile/#id_public_phone", "profile/#id_division"]


def fill(agency):
    """Fill the entry step by step; yields the first step that is left."""
    factories.service(agency)
    yield steps(agency)[0]
    agency.hotline = "400-1"
    agency.save()
    yield steps(agency)[0]
    agency.services.get().areas.set([factories.division()])
    yield steps(agency)[0]
    agency.division = factories.division()
    agency.save()
    yield steps(agency)[0]
    text = AgencyText.objects.create(agency=agency, language="zh-hans", mission="陪伴", how_to_get_help="来")
    yield steps(agency)[0]
    text.description = "我们"
    text.save()
    yield steps(agency)[0]
    agency.locations.create(name_zh="服务点", shown_to="agency")
    yield steps(agency)[0]
    Membership.objects.create(user=factories.user(), agency=agency, is_shown=True)
    yield steps(agency)[0]
    AgencyText.objects.create(agency=agency, language="en", mission="Together")
    yield steps(agency)[0]


def test_each_step_that_is_done_gives_way_to_the_next(agency):
    assert list(fill(agency)) == [
        "profile/#id_public_phone",
        "#services",
        "profile/#id_division",
        "profile/#id_how_to_get_help_zh",
        "profile/#id_description_zh",
        "locations/new/",
        "members/",
        "profile/#id_mission_en",
        "logo/",
    ]


def test_the_share_grows_with_every_step_up_to_a_hundred(agency):
    shares = [completeness.of(agency).percent for _step in fill(agency)]
    assert shares == sorted(set(shares))
    agency.logo_id = 1
    assert completeness.of(agency) == completeness.Completeness(100, [])


def test_a_service_that_is_not_offered_and_a_person_who_left_do_not_count(agency):
    factories.service(agency, is_offered=False).areas.set([factories.division()])
    Membership.objects.create(user=factories.user(), agency=agency, is_shown=True, status="left")
    assert completeness.of(agency).percent == 0


def test_every_step_leads_to_a_page_that_has_the_field(client, agency, manager):
    client.force_login(manager)
    for step in completeness.STEPS:
        page, _hash, anchor = step.address(agency).partition("#")
        html = client.get(page).content.decode()
        assert not anchor or f'id="{anchor}"' in html, step.name


def test_the_hints_are_on_the_desk_of_those_who_can_follow_them_and_nowhere_else(
    client, agency, manager, member
):
    desk = reverse("agency_desk", args=[agency.slug])
    shown = {}
    for name, person in (("manager", manager), ("member", member)):
        client.force_login(person)
        shown[name] = [
            "<progress" in client.get(path).content.decode() for path in (desk, agency.get_absolute_url())
        ]
    assert shown == {"manager": [True, False], "member": [False, False]}


def test_the_share_stands_there_in_words_too(client, agency, manager):
    factories.service(agency)
    client.force_login(manager)
    html = client.get("/en" + reverse("agency_desk", args=[agency.slug])).content.decode()
    percent = completeness.of(agency).percent
    assert f'value="{percent}"' in html
    assert f"{percent} per cent of a full entry" in html


def test_the_number_of_queries_is_the_same_for_one_service_and_three(agency):
    def count():
        with CaptureQueriesContext(connection) as captured:
            completeness.of(agency)
        return len(captured)

    factories.service(agency)
    with_one = count()
    factories.service(agency)
    factories.service(agency)
    assert count() == with_one
