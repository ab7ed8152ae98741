"""Partnerships: proposed by one side, public when every named party has said yes."""

from datetime import date

import pytest
from django.urls import reverse

from orgs import partnership
from orgs.models import Partnership, PartnershipParty
from tests import factories

pytestmark = pytest.mark.django_db
SINCE = date(2026, 3, 1)


@pytest.fixture
def other():
    return factories.agency(legal_name="青禾社会工作服务社")


@pytest.fixture
def others_owner(other):
    return factories.member_of(other, role="owner", language="en")


def proposal(agency, manager, *partners):
    return partnership.propose(
        agency,
        by=manager,
        kind=factories.topic("col:referral"),
        title="转介合作",
        partners=partners,
        started_on=SINCE,
    )


def test_a_proposal_is_seen_by_its_parties_only_until_all_have_said_yes(
    client, agency, manager, other, others_owner, stranger
):
    proposed = proposal(agency, manager, other)
    for person, sees in ((manager, [proposed]), (others_owner, [proposed]), (stranger, [])):
        assert list(Partnership.objects.visible_to(person)) == sees
    assert "转介合作" not in client.get(reverse("network")).content.decode()

    partnership.confirm(proposed.parties.get(agency=other), by=others_owner)
    assert list(Partnership.objects.visible_to(stranger)) == [proposed]
    assert "转介合作" in client.get(reverse("network")).content.decode()


def test_every_lead_of_the_other_side_is_asked_in_their_language(
    agency, manager, other, others_owner, deliver
):
    factories.member_of(other)
    proposal(agency, manager, other)
    [letter] = deliver()
    assert letter.to == [others_owner.email]
    assert "wants to show that you work together" in letter.subject


def test_one_no_keeps_it_private(agency, manager, other, others_owner):
    third = factories.agency()
    thirds_owner = factories.member_of(third, role="owner")
    proposed = proposal(agency, manager, other, third)
    partnership.confirm(proposed.parties.get(agency=other), by=others_owner)
    partnership.decline(proposed.parties.get(agency=third), by=thirds_owner)
    assert list(Partnership.objects.confirmed()) == []


@pytest.mark.parametrize("partners", [[], ["itself"]])
def test_nobody_is_a_partner_of_themselves(agency, manager, partners):
    with pytest.raises(partnership.PartnershipError):
        proposal(agency, manager, *[agency for _itself in partners])
    assert not Partnership.objects.exists()


def test_only_owners_and_managers_speak_for_their_agency(agency, member, manager, other, stranger):
    with pytest.raises(partnership.PartnershipError):
        proposal(agency, member, other)
    proposed = proposal(agency, manager, other)
    with pytest.raises(partnership.PartnershipError):
        partnership.confirm(proposed.parties.get(agency=other), by=stranger)


def test_a_manager_proposes_and_the_other_side_answers_from_the_desk(
    client, agency, manager, other, others_owner
):
    client.force_login(manager)
    console = reverse("agency_partnerships", args=[agency.slug])
    form = {
        "partners": other.legal_name,
        "kind": factories.topic("col:referral").pk,
        "title": "转介合作",
        "started_on": "2026-03-01",
    }
    assert client.post(console, form).url == console

    client.force_login(others_owner)
    party = PartnershipParty.objects.get(agency=other)
    answer = reverse("answer_partnership", args=[other.slug, party.pk])
    assert answer in client.get(reverse("desk")).content.decode()
    client.post(answer, {"answer": "confirm"})
    assert Partnership.objects.confirmed().get().title == "转介合作"
    assert client.post(answer, {"answer": "decline"}).status_code == 404


def test_a_wrong_name_is_refused_beside_the_field_and_what_was_typed_stays(client, agency, manager):
    client.force_login(manager)
    page = client.post(
        reverse("agency_partnerships", args=[agency.slug]), {"partners": "没有这家", "title": "转介合作"}
    )
    assert "没有这家" in page.content.decode()
    assert "转介合作" in page.content.decode()
    assert page.context["form"].errors.keys() == {"partners", "kind", "started_on"}


def test_a_member_reads_the_partnerships_but_cannot_propose(client, agency, member):
    client.force_login(member)
    console = reverse("agency_partnerships", args=[agency.slug])
    assert client.get(console).context["form"] is None
    assert client.post(console, {}).status_code == 404
