"""Partnerships: proposed by one side, public when every named party has said yes."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from orgs import partnership
from orgs.models import Agency, Partnership, PartnershipParty
from tests import factories

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


@pytest.fixture
def standing(agency, manager, other, others_owner):
    """A partnership that both have confirmed."""
    proposed = proposal(agency, manager, other)
    partnership.confirm(proposed.parties.get(agency=other), by=others_owner)
    return proposed


def test_any_party_ends_it_and_the_others_are_told(
    client, agency, manager, other, others_owner, standing, deliver
):
    deliver()
    partnership.end(standing, by=others_owner)
    assert list(Partnership.objects.confirmed().current()) == []
    assert "转介合作" not in client.get(reverse("network")).content.decode()
    assert "转介合作" not in client.get(agency.get_absolute_url()).content.decode()
    assert [letter.to for letter in deliver()] == [[manager.email]]
    client.force_login(manager)
    page = client.get(reverse("agency_partnerships", args=[agency.slug])).content.decode()
    assert "转介合作" in page
    assert reverse("end_partnership", args=[agency.slug, standing.parties.get(agency=agency).pk]) not in page


def test_only_leads_of_the_parties_end_it_and_only_once(agency, manager, member, standing, stranger):
    for person in (member, stranger):
        with pytest.raises(partnership.PartnershipError):
            partnership.end(standing, by=person)
    partnership.end(standing, by=manager)
    with pytest.raises(partnership.PartnershipError):
        partnership.end(standing, by=manager)
    standing.refresh_from_db()
    assert standing.ended_on == timezone.localdate()


def test_what_is_only_proposed_is_not_ended_but_taken_back(agency, manager, other, others_owner):
    proposed = proposal(agency, manager, other)
    with pytest.raises(partnership.PartnershipError):
        partnership.end(proposed, by=manager)
    with pytest.raises(partnership.PartnershipError):
        partnership.withdraw(proposed, by=others_owner)
    partnership.withdraw(proposed, by=manager)
    assert list(partnership.open_to_answer(others_owner)) == []
    with pytest.raises(partnership.PartnershipError):
        partnership.confirm(proposed.parties.get(agency=other), by=others_owner)
    assert list(Partnership.objects.confirmed()) == []


def test_what_everybody_confirmed_is_not_taken_back(manager, standing):
    with pytest.raises(partnership.PartnershipError):
        partnership.withdraw(standing, by=manager)
    assert list(Partnership.objects.confirmed()) == [standing]


def test_the_same_parties_and_kind_are_not_proposed_twice_from_either_side(
    client, agency, manager, other, others_owner
):
    proposed = proposal(agency, manager, other)
    for one, person, partner in ((agency, manager, other), (other, others_owner, agency)):
        with pytest.raises(partnership.PartnershipError, match="转介合作"):
            proposal(one, person, partner)
    third = factories.agency()
    assert proposal(agency, manager, other, third) != proposed
    client.force_login(manager)
    form = {
        "partners": other.legal_name,
        "kind": factories.topic("col:referral").pk,
        "title": "又一次",
        "started_on": "2026-03-01",
    }
    page = client.post(reverse("agency_partnerships", args=[agency.slug]), form)
    assert "转介合作" in str(page.context["form"].non_field_errors())
    assert not Partnership.objects.filter(title="又一次").exists()


@pytest.mark.parametrize("way", ["declined", "withdrawn", "ended", "ended by itself"])
def test_what_is_over_can_be_proposed_again(agency, manager, other, others_owner, way):
    proposed = proposal(agency, manager, other)
    party = proposed.parties.get(agency=other)
    if way == "declined":
        partnership.decline(party, by=others_owner)
    elif way == "withdrawn":
        partnership.withdraw(proposed, by=manager)
    else:
        partnership.confirm(party, by=others_owner)
    if way == "ended":
        partnership.end(proposed, by=manager)
    elif way == "ended by itself":
        yesterday = timezone.localdate() - timedelta(days=1)
        Partnership.objects.filter(pk=proposed.pk).update(ended_on=yesterday)
    assert proposal(agency, manager, other).pk != proposed.pk


def test_an_answer_is_given_once(agency, manager, other, others_owner, standing):
    with pytest.raises(partnership.PartnershipError):
        partnership.decline(standing.parties.get(agency=other), by=others_owner)
    assert list(Partnership.objects.confirmed()) == [standing]


def test_the_buttons_end_and_take_back(client, agency, manager, standing):
    third = factories.agency()
    pending = proposal(agency, manager, third)
    client.force_login(manager)
    ended = reverse("end_partnership", args=[agency.slug, standing.parties.get(agency=agency).pk])
    back = reverse("withdraw_partnership", args=[agency.slug, pending.parties.get(agency=agency).pk])
    page = client.get(reverse("agency_partnerships", args=[agency.slug])).content.decode()
    assert ended in page
    assert back in page
    client.post(ended)
    client.post(back)
    standing.refresh_from_db()
    assert standing.is_over
    assert pending.is_withdrawn
    foreign = reverse("end_partnership", args=[agency.slug, standing.parties.exclude(agency=agency).get().pk])
    assert client.post(foreign).status_code == 404


def test_the_form_begins_with_the_agency_that_the_network_page_names(client, agency, manager, other):
    client.force_login(manager)
    address = reverse("agency_partnerships", args=[agency.slug])
    assert client.get(address, {"with": other.slug}).context["form"].initial == {"partners": other.legal_name}
    hidden = factories.agency(status=Agency.Status.DRAFT)
    for slug in (hidden.slug, "none", "\x00"):
        assert client.get(address, {"with": slug}).context["form"].initial == {}


def test_two_sides_that_propose_in_the_same_moment_make_one_partnership(committed):
    (one, owner_of_one), (other, owner_of_other) = committed
    sides = [(one, owner_of_one, other), (other, owner_of_other, one)]
    start = Barrier(2)

    def propose(side):
        try:
            start.wait(10)
            return proposal(*side)
        except partnership.PartnershipError as refusal:
            return str(refusal)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        results = list(threads.map(propose, sides))
    assert Partnership.objects.count() == 1
    assert sorted(isinstance(result, Partnership) for result in results) == [False, True]
