"""An agency enters the directory, and its page for others."""

import pytest

from orgs.models import Agency
from tests import factories
from tests.orgs.console.typed import address

pytestmark = pytest.mark.django_db


def test_a_person_enters_their_agency_and_portal_staff_list_it_in_the_admin(client, moderator, deliver):
    lin = factories.user()
    client.force_login(lin)
    answers = {
        "legal_name": "新来的中心",
        "org_type": factories.topic("org:msw").pk,
        "migrant_focus": "primary",
        "mission": "陪伴。",
    }
    assert client.post("/desk/apply/", {**answers, "mission": ""}).status_code == 200
    client.post("/desk/apply/", answers)
    agency = Agency.objects.get()
    assert (agency.legal_name, agency.status) == ("新来的中心", "draft")
    deliver()
    client.force_login(moderator)
    assert agency.legal_name in client.get("/admin/snippets/orgs/agency/?status=draft").content.decode()
    edit = f"/admin/snippets/orgs/agency/edit/{agency.pk}/"
    form = client.get(edit).context["form"]
    values = {name: form[name].value() for name in form.fields}
    answer = client.post(
        edit, {**{name: value for name, value in values.items() if value is not None}, "status": "listed"}
    )
    assert answer.status_code == 302
    assert Agency.objects.get().status == "listed"
    assert [mail.to for mail in deliver()] == [[lin.email]]


def test_choosing_an_agency_offers_listed_ones_only(client, agency, member):
    factories.agency(legal_name="还没列出的中心", status="draft")
    other = factories.agency(legal_name="木棉童行")
    client.force_login(member)
    assert client.get("/desk/join/?q=mmtx").context["agencies"] == [other]
    assert client.get("/desk/join/?q=还没列出").context["agencies"] == []
    assert client.get("/desk/join/?q=" + "x" * 400 + "&page=abc").status_code == 200


@pytest.mark.parametrize("status", ["draft", "withdrawn"])
def test_the_page_of_an_agency_that_is_not_listed_is_not_there_for_others(client, stranger, status):
    hidden = factories.agency(legal_name="还没列出的中心", status=status)
    for user in (None, stranger):
        if user:
            client.force_login(user)
        answer = client.get(hidden.get_absolute_url())
        assert answer.status_code == 404
        assert hidden.legal_name not in answer.content.decode()
        assert client.post(address("join_agency", hidden)).status_code in (302, 404)
    assert hidden.join_requests.count() == 0


def test_the_page_names_only_people_who_want_it_and_only_what_is_public(client, agency, stranger):
    shown = factories.member_of(agency, name="愿意露面")
    hidden = factories.member_of(agency, name="不愿露面")
    agency.memberships.filter(user=shown).update(is_shown=True)
    coming, draft = (
        factories.event(agency, title="公开的培训"),
        factories.event(agency, title="草稿培训", status="draft"),
    )
    live, written = (
        factories.case(agency, title="公开的案例"),
        factories.case(agency, title="草稿案例", live=False),
    )
    for user in (None, stranger):
        if user:
            client.force_login(user)
        html = client.get(agency.get_absolute_url()).content.decode()
        assert [words in html for words in (shown.name, coming.title, live.title)] == [True] * 3
        assert [words in html for words in (hidden.name, draft.title, written.title)] == [False] * 3
