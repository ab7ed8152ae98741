"""Handing an agency over: offered by an owner, taken on by another member, never without an owner in between."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from orgs import invitation, membership, ownership
from orgs.models import OwnershipTransfer, User
from orgs.ownership import OwnershipError
from tests import clocks, factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(agency):
    return factories.member_of(agency, role="owner")


@pytest.fixture
def heir(agency):
    return factories.with_address(factories.member_of(agency))


def roles(agency, *people):
    return [agency.memberships.get(user=person).role for person in people]


def test_the_ownership_moves_only_when_the_other_says_yes(agency, owner, heir, deliver):
    offer = ownership.offer(agency, to=heir, by=owner)
    assert roles(agency, owner, heir) == ["owner", "member"]
    assert [mail.to for mail in deliver()] == [[heir.email]]

    ownership.accept(offer, by=heir)

    assert roles(agency, owner, heir) == ["manager", "owner"]
    assert [mail.to for mail in deliver()] == [[owner.email]]
    with pytest.raises(OwnershipError):
        ownership.accept(offer, by=heir)


@pytest.mark.parametrize("who", ["manager", "member", "stranger", "moderator"])
def test_only_owners_offer_it(agency, owner, heir, who, request):
    with pytest.raises(OwnershipError):
        ownership.offer(agency, to=heir, by=request.getfixturevalue(who))


def test_it_is_offered_to_active_members_with_a_confirmed_address_only(agency, owner, heir, member, stranger):
    partner = factories.with_address(factories.member_of(agency, role="owner"))
    factories.with_address(stranger)
    for person in (member, stranger, partner, owner):
        with pytest.raises(OwnershipError):
            ownership.offer(agency, to=person, by=owner)
    membership.suspend(agency.memberships.get(user=heir), by=owner)
    with pytest.raises(OwnershipError):
        ownership.offer(agency, to=heir, by=owner)
    assert list(ownership.possible_takers(agency)) == []


def test_one_offer_is_open_at_a_time(agency, owner, heir, member):
    offer = ownership.offer(agency, to=heir, by=owner)
    with pytest.raises(OwnershipError):
        ownership.offer(agency, to=factories.with_address(member), by=owner)
    with pytest.raises(IntegrityError), transaction.atomic():
        OwnershipTransfer.objects.create(
            agency=agency, giver=owner, taker=member, expires_at=timezone.now() + timedelta(days=1)
        )
    ownership.withdraw(offer, by=owner)
    assert ownership.offer(agency, to=member, by=owner).taker == member


def test_only_the_person_asked_answers_and_only_owners_withdraw(agency, owner, heir, manager, deliver):
    offer = ownership.offer(agency, to=heir, by=owner)
    deliver()
    for attempt, by in ((ownership.accept, owner), (ownership.decline, manager), (ownership.withdraw, heir)):
        with pytest.raises(OwnershipError):
            attempt(offer, by=by)
    ownership.decline(offer, by=heir)
    assert roles(agency, owner, heir) == ["owner", "member"]
    assert [mail.to for mail in deliver()] == [[owner.email]]


@pytest.mark.parametrize(
    "what", ["expired", "giver stepped down", "giver locked", "taker left", "taker locked"]
)
def test_an_offer_ends_with_its_time_or_with_either_sides_rights(agency, owner, heir, what):
    second = factories.member_of(agency, role="owner")
    offer = ownership.offer(agency, to=heir, by=owner)
    later = timezone.now()
    if what == "expired":
        later += timedelta(days=14, seconds=1)
    elif what == "giver stepped down":
        membership.change_role(agency.memberships.get(user=owner), role="manager", by=second)
    elif what == "taker left":
        membership.leave(agency.memberships.get(user=heir), by=heir)
    else:
        locked = owner if what.startswith("giver") else heir
        User.objects.filter(pk=locked.pk).update(is_active=False)
    with clocks.travel(later):
        assert list(ownership.offered_to(heir)) == []
        with pytest.raises(OwnershipError):
            ownership.accept(offer, by=heir)
        other = factories.with_address(factories.member_of(agency))
        assert ownership.offer(agency, to=other, by=second).taker == other


def test_what_the_old_owner_could_give_alone_ends_with_the_ownership(agency, owner, heir):
    sent = invitation.invite(agency, email="x@example.org", role="owner", by=owner)
    ownership.accept(ownership.offer(agency, to=heir, by=owner), by=heir)
    sent.refresh_from_db()
    assert sent.revoked_at is not None


def test_the_console_offers_and_the_desk_answers(client, agency, owner, heir):
    client.force_login(owner)
    client.post(reverse("offer_ownership", args=[agency.slug]), {"taker": heir.pk})
    offer = OwnershipTransfer.objects.get()
    assert heir.name in client.get(reverse("agency_members", args=[agency.slug])).content.decode()
    assert (
        client.post(reverse("answer_transfer", args=[offer.public_id]), {"answer": "accept"}).status_code
        == 404
    )

    client.force_login(heir)
    address = reverse("answer_transfer", args=[offer.public_id])
    assert address in client.get("/desk/").content.decode()
    assert client.get(address).status_code == 405
    client.post(address, {"answer": "accept"})
    assert roles(agency, owner, heir) == ["manager", "owner"]


@pytest.mark.parametrize("taker", ["", "0", "x", "99999999999999999999"])
def test_nobody_in_particular_is_refused_beside_the_field(client, agency, owner, heir, taker):
    client.force_login(owner)
    answer = client.post(reverse("offer_ownership", args=[agency.slug]), {"taker": taker})
    assert answer.status_code == 200
    assert list(answer.context["ownership_form"].errors) == ["taker"]


def test_an_offer_is_withdrawn_in_the_console(client, agency, owner, heir):
    offer = ownership.offer(agency, to=heir, by=owner)
    client.force_login(owner)
    client.post(reverse("withdraw_transfer", args=[agency.slug, offer.public_id]))
    offer.refresh_from_db()
    assert offer.status == "withdrawn"
