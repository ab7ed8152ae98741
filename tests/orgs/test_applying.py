"""How an agency comes into the directory."""

import pytest

from orgs import applying
from orgs.application import ApplicationError
from orgs.applying import ApplyingError, apply_for_agency, free_slug, list_agency
from orgs.models import Agency
from tests import factories

pytestmark = pytest.mark.django_db


def apply(by, **facts):
    facts = {
        "legal_name": "东莞市同心社工中心",
        "org_type": factories.topic("org:msw"),
        "mission": "陪伴。",
        **facts,
    }
    return apply_for_agency(by=by, **facts)


def test_an_application_is_a_draft_that_its_applicant_owns():
    lin = factories.user()
    agency = apply(lin, short_name="同心")
    assert (agency.status, agency.slug) == ("draft", "tong-xin")
    assert [(m.user, m.role) for m in agency.memberships.all()] == [(lin, "owner")]
    assert agency.texts.get().mission == "陪伴。"
    assert list(Agency.objects.visible_to(factories.user())) == []


def test_listing_shows_it_to_everybody_and_tells_the_owner(moderator, deliver):
    lin = factories.user()
    agency = apply(lin)
    assert [mail.to for mail in deliver()] == [[moderator.email]]
    list_agency(agency, by=moderator)
    list_agency(agency, by=moderator)
    (mail,) = deliver()
    assert mail.to == [lin.email]
    assert list(Agency.objects.visible_to(factories.user())) == [agency]


def test_only_portal_staff_list():
    lin = factories.user()
    agency = apply(lin)
    with pytest.raises(ApplyingError):
        list_agency(agency, by=lin)
    agency.refresh_from_db()
    assert agency.status == "draft"


def test_staff_do_not_list_their_own_agency(moderator):
    agency = apply(moderator)
    with pytest.raises(ApplicationError):
        list_agency(agency, by=moderator)
    agency.refresh_from_db()
    assert agency.status == "draft"


def test_what_was_withdrawn_meanwhile_is_not_listed_by_an_older_question(moderator):
    agency = apply(factories.user())
    Agency.objects.filter(pk=agency.pk).update(status="withdrawn")
    with pytest.raises(ApplyingError):
        applying.accept(agency.applications.get(), by=moderator)
    agency.refresh_from_db()
    assert agency.status == "withdrawn"


def test_who_owned_it_once_is_not_told_of_the_listing(moderator, deliver):
    lin = factories.user()
    agency = apply(lin)
    former = factories.member_of(agency, role="owner")
    former.memberships.update(status="suspended")
    deliver()
    list_agency(agency, by=moderator)
    assert [mail.to for mail in deliver()] == [[lin.email]]


def test_a_listed_name_is_joined_not_entered_again(moderator):
    list_agency(apply(factories.user()), by=moderator)
    with pytest.raises(ApplyingError):
        apply(factories.user())


def test_one_person_has_three_open_applications_at_most():
    lin = factories.user()
    for n in range(applying.OPEN_APPLICATIONS):
        apply(lin, legal_name=f"第{n}中心")
    with pytest.raises(ApplyingError):
        apply(lin, legal_name="再一个中心")
    list_agency(Agency.objects.get(legal_name="第0中心"), by=factories.moderator())
    assert apply(lin, legal_name="再一个中心").status == "draft"


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("东城同心社工", "dong-cheng-tong-xin-she-gong"),
        ("Desk", "desk-2"),
        ("New Citizens 2020", "new-citizens-2020"),
        ("社" * 80, "-".join(["she"] * 12)),
    ],
)
def test_an_address_is_readable_short_and_never_one_of_ours(name, slug):
    assert free_slug(name) == slug


def test_an_address_is_given_once():
    factories.agency(slug="tong-xin")
    factories.agency(slug="tong-xin-2")
    assert free_slug("同心") == "tong-xin-3"


def test_a_name_without_letters_still_gets_an_address():
    assert free_slug("★★★").startswith("agency-")
