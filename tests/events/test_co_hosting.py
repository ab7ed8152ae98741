"""Co-hosts: named by the host, shown when they have said yes for themselves."""

import pytest
from django.urls import reverse

from events.hosting import publishing
from events.models import Event, EventHost
from tests import factories
from tests.events.test_console import typed, url
from tests.events.test_publishing import as_planned, change, plan

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


@pytest.fixture
def together(agency, manager):
    """A draft of our agency, and two others with a manager each."""
    others = [factories.agency() for _n in range(2)]
    people = [factories.member_of(other, role="manager") for other in others]
    event = publishing.create_event(agency, by=manager, fields={"title": "联合督导日"}, sessions=[plan()])
    return event, others, people


def test_only_who_is_named_now_is_asked_by_mail_and_never_twice(agency, manager, together, deliver):
    event, (first, second), (anna, ben) = together
    factories.member_of(first)  # a member does not answer for the agency
    change(event, manager, co_hosts=[first])
    (mail,) = deliver()
    assert (mail.to, reverse("desk") in mail.body) == ([anna.email], True)
    assert event.title in mail.subject
    change(event, manager, co_hosts=[first, second], fields={"title": "改了名"})
    assert [mail.to for mail in deliver()] == [[ben.email]]
    change(event, manager, co_hosts=[second, first], sessions=[*as_planned(event), plan(3)])
    assert deliver() == []


def test_nobody_is_asked_where_the_host_speaks_for_the_other_agency_too(agency, manager, together, deliver):
    event, (first, _second), _people = together
    first.memberships.create(user=manager, role="manager")
    change(event, manager, co_hosts=[first])
    assert (event.hosts.get().is_confirmed, deliver()) == (True, [])


@pytest.mark.parametrize(("answer", "says"), [("confirm", "confirm_co_host"), ("decline", "decline_co_host")])
def test_the_host_hears_of_the_answer_once_in_their_language(
    agency, manager, together, deliver, answer, says
):
    event, (first, _second), (anna, _ben) = together
    manager.language = "en"
    manager.save()
    change(event, manager, co_hosts=[first])
    deliver()
    co_host = event.hosts.get()
    getattr(publishing, says)(co_host, by=anna)
    (mail,) = deliver()
    assert mail.to == [manager.email]
    assert first.name_en in mail.subject
    assert "Hello" in mail.body
    for again in (publishing.confirm_co_host, publishing.decline_co_host):
        with pytest.raises(publishing.PublishingError):
            again(co_host, by=anna)
    assert deliver() == []
    assert event.hosts.filter(is_confirmed=True).exists() == (answer == "confirm")


def test_who_answers_and_belongs_to_both_needs_no_letter(agency, together, deliver, manager):
    event, (first, _second), (anna, _ben) = together
    change(event, manager, co_hosts=[first])
    deliver()
    agency.memberships.create(user=anna, role="manager")
    publishing.confirm_co_host(event.hosts.get(), by=anna)
    assert [mail.to for mail in deliver()] == [[manager.email]]


# -- Finding them in the form ------------------------------------------------------------------------------------------


@pytest.fixture
def neighbours():
    return [
        factories.agency(legal_name=name, name_en="")
        for name in ("东城同心社工中心", "东城邻里社工中心", "西山书院")
    ]


def test_the_form_offers_no_agency_before_one_was_looked_for(console, agency, neighbours):
    page = console.get(url("create_event", agency.slug)).text
    assert 'name="find_co_hosts"' in page
    assert not [each for each in neighbours if each.legal_name in page]


def test_looking_narrows_the_list_keeps_what_was_typed_and_refuses_nothing(console, agency, neighbours):
    half = {**typed({}), "title": "写了一半", "venue": "", "co_host_words": "东城", "find_co_hosts": "now"}
    answer = console.post(url("create_event", agency.slug), half)
    assert answer.status_code == 200
    assert [each.legal_name in answer.text for each in neighbours] == [True, True, False]
    assert 'value="写了一半"' in answer.text
    assert 'class="refusal"' not in answer.text
    assert not Event.objects.exists()


def test_who_is_ticked_stays_while_one_looks_for_another_and_is_saved(console, agency, neighbours):
    first, _second, third = neighbours
    address = url("create_event", agency.slug)
    more = typed(co_host_words="西山", co_hosts=[first.pk])
    answer = console.post(address, {**more, "find_co_hosts": "now"})
    assert first.legal_name in answer.text
    assert f'value="{first.pk}"' in answer.text
    console.post(address, {**more, "co_hosts": [first.pk, third.pk]})
    assert set(EventHost.objects.values_list("agency", flat=True)) == {first.pk, third.pk}


def test_a_name_that_finds_nobody_and_one_that_was_found_and_not_ticked_are_told(console, agency, neighbours):
    address = url("create_event", agency.slug)
    assert (
        "No agency of this name" in console.post(address, typed(co_host_words="没有", find_co_hosts="1")).text
    )
    assert "Tick the agency that you mean" in console.post(address, typed(co_host_words="东城")).text
    assert not Event.objects.exists()
