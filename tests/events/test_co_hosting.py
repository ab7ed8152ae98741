"""Co-hosts: named by the host, shown when they have said yes for themselves."""

import pytest
from django.urls import reverse

from events import publishing
from events.models import EventHost
from tests import factories
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
