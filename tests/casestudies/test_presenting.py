"""Where a case was presented: both pages show it once the host said yes, and only what everybody may see."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from casestudies.exchange import presenting
from casestudies.models import CaseStudy, Presentation
from events.models import Event
from orgs import merging
from tests import factories

pytestmark = pytest.mark.django_db
SECRET = "题目七三九一"


@pytest.fixture
def case(agency, member):
    return factories.case(agency, title=SECRET)


@pytest.fixture
def event():
    return factories.event(title="年度研讨会")


@pytest.fixture
def host(event):
    return factories.member_of(event.host, role="manager")


def page_of(client, record) -> str:
    return client.get(record.get_absolute_url()).content.decode()


def test_the_host_is_asked_and_with_its_yes_both_pages_show_the_other(
    case, event, host, member, client, deliver
):
    made = presenting.present(case, event=event.public_id, by=member)
    assert [letter.to for letter in deliver()] == [[host.email]]
    assert SECRET not in page_of(client, event)
    assert event.title not in page_of(client, case)
    client.force_login(host)
    assert SECRET in client.get(reverse("desk")).content.decode()
    address = reverse("presented_here", args=[event.host.slug])
    client.post(address, {"presentation": made.public_id, "answer": "yes"})
    assert [letter.to for letter in deliver()] == [[member.email]]
    client.logout()
    assert SECRET in page_of(client, event)
    assert event.title in page_of(client, case)


def test_who_announces_the_event_says_yes_with_the_same_click(case, manager, member, client, deliver):
    own = factories.event(case.agency, title="自己的培训")
    presenting.present(case, event=own.public_id, by=manager)
    assert deliver() == []
    assert SECRET in page_of(client, own)
    other = factories.event(case.agency)
    assert presenting.present(case, event=other.public_id, by=member).status == "asked"


def test_a_no_stays_and_is_not_asked_again(case, event, host, member, client):
    made = presenting.present(case, event=event.public_id, by=member)
    with pytest.raises(presenting.PresentingError):
        presenting.answer(made, by=member, is_yes=True)
    presenting.answer(made, by=host, is_yes=True)
    presenting.answer(made, by=host, is_yes=False)
    assert SECRET not in page_of(client, event)
    for again in (
        lambda: presenting.present(case, event=event.public_id, by=member),
        lambda: presenting.remove(made, by=member),
    ):
        with pytest.raises(presenting.PresentingError):
            again()


def test_the_people_of_the_case_take_it_back_and_nobody_else(case, event, host, member):
    made = presenting.present(case, event=event.public_id, by=member)
    with pytest.raises(presenting.PresentingError):
        presenting.remove(made, by=host)
    presenting.remove(made, by=member)
    with pytest.raises(presenting.PresentingError):
        presenting.answer(made, by=host, is_yes=True)


def test_only_published_cases_and_published_events_are_joined(case, event, host, member, stranger):
    draft = factories.case(case.agency, live=False)
    for wrong in (
        lambda: presenting.present(draft, event=event.public_id, by=member),
        lambda: presenting.present(case, event=event.public_id, by=stranger),
        lambda: presenting.present(case, event=factories.event(status="draft").public_id, by=member),
        lambda: presenting.present(case, event=case.public_id, by=member),
        lambda: presenting.present(case, event=factories.event().public_id, by=member),  # nobody answers
    ):
        with pytest.raises(presenting.PresentingError):
            wrong()
    assert not Presentation.objects.exists()


@pytest.mark.parametrize("answered", [False, True])
def test_what_is_no_longer_published_is_named_on_neither_side(case, event, host, member, client, answered):
    made = presenting.present(case, event=event.public_id, by=member)
    if answered:
        presenting.answer(made, by=host, is_yes=True)
    CaseStudy.objects.filter(pk=case.pk).update(live=False)
    for person in (None, factories.user(), host):
        client.logout()
        if person:
            client.force_login(person)
        addresses = [event.get_absolute_url(), reverse("desk"), event.host.get_absolute_url()]
        for address in [*addresses, reverse("presented_here", args=[event.host.slug])]:
            assert SECRET not in client.get(address).content.decode(), (person, address)
    with pytest.raises(presenting.PresentingError):
        presenting.answer(made, by=host, is_yes=True)


@pytest.mark.parametrize("status", ["draft", "cancelled"])
def test_an_event_that_is_not_published_is_not_named(case, event, host, member, client, status):
    presenting.answer(presenting.present(case, event=event.public_id, by=member), by=host, is_yes=True)
    Event.objects.filter(pk=event.pk).update(status=status)
    client.force_login(member)
    assert event.title not in page_of(client, case)
    assert (
        event.title
        not in client.get(reverse("edit_presented", args=[case.agency.slug, case.public_id])).content.decode()
    )
    assert SECRET not in page_of(client, event)


def test_an_event_is_found_by_its_title_and_its_address(case, event, host, member, client):
    client.force_login(member)
    address = reverse("edit_presented", args=[case.agency.slug, case.public_id])
    for words in ("研讨会", f"https://example.org{event.get_absolute_url()}?x=1"):
        assert event.title in client.get(address, {"q": words}).content.decode()
    assert event.title not in client.get(address, {"q": "没有"}).content.decode()
    client.post(address, {"event": str(event.public_id)})
    made = Presentation.objects.get()
    assert made.status == "asked"
    client.post(address, {"action": "remove", "presentation": str(made.public_id)})
    assert not Presentation.objects.exists()
    assert client.post(address, {"action": "remove", "presentation": "x"}).status_code == 404


def test_a_merged_hosts_answer_is_its_survivors(case, event, host, member, moderator):
    made = presenting.present(case, event=event.public_id, by=member)
    survivor = factories.agency()
    lead = factories.member_of(survivor, role="owner")
    merging.merge(event.host, into=survivor, by=moderator)
    assert [row.pk for row in presenting.to_answer(lead)] == [made.pk]
    presenting.answer(made, by=lead, is_yes=True)


def test_the_database_holds_one_row_for_a_case_and_an_event_and_the_hour_of_an_answer(
    case, event, host, member
):
    made = presenting.present(case, event=event.public_id, by=member)
    with pytest.raises(IntegrityError), transaction.atomic():
        Presentation.objects.create(case=case, event=event.public_id, host=event.host)
    with pytest.raises(IntegrityError), transaction.atomic():
        Presentation.objects.filter(pk=made.pk).update(status="shown")


@pytest.mark.parametrize("page", ["case", "event", "host", "desk", "edit"])
def test_every_list_costs_the_same_with_one_and_with_three(case, event, host, member, client, page):
    address = {
        "case": case.get_absolute_url(),
        "event": event.get_absolute_url(),
        "host": reverse("presented_here", args=[event.host.slug]),
        "desk": reverse("desk"),
        "edit": reverse("edit_presented", args=[case.agency.slug, case.public_id]),
    }[page]
    client.force_login(member if page in ("case", "edit") else host)

    def one_more():
        of = factories.case(case.agency) if page in ("event", "host", "desk") else case
        at = event if page in ("event", "host", "desk") else factories.event(event.host)
        made = presenting.present(of, event=at.public_id, by=member)
        if page in ("case", "event"):
            presenting.answer(made, by=host, is_yes=True)

    one_more()
    client.get(address)
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    one_more()
    one_more()
    with CaptureQueriesContext(connection) as three:
        client.get(address)
    assert len(one) == len(three)
