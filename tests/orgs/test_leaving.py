"""Accounts that are locked or closed, and the agencies that depend on them."""

import pytest
from django.urls import reverse

from orgs import invitation, joining, leaving, membership, ownership
from orgs.models import Agency, Application, JoinRequest, Role, User
from orgs.permissions import RESPONSIBILITIES, can
from portal import demo
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(agency):
    return factories.with_address(factories.member_of(agency, role="owner"))


@pytest.fixture
def admin(db):
    return factories.user(is_superuser=True, is_staff=True)


def test_the_last_owner_is_locked_only_with_the_release_of_their_agencies(agency, owner, manager, admin):
    with pytest.raises(leaving.LastOwner, match=agency.legal_name) as refusal:
        leaving.deactivate(owner, by=admin)
    assert refusal.value.agencies == [agency]
    assert User.objects.get(pk=owner.pk).is_active

    leaving.deactivate(owner, by=admin, is_releasing=True)

    agency.refresh_from_db()
    assert agency.claimed_at is None
    assert not User.objects.get(pk=owner.pk).is_active
    assert can(manager, "profile.edit", agency)
    assert not any(can(owner, responsibility, agency) for responsibility in RESPONSIBILITIES)


def test_a_released_entry_can_be_claimed_anew(agency, owner, moderator):
    leaving.release(agency, by=moderator)
    assert agency.memberships.get(user=owner).role == "manager"
    membership.take_in(agency, user=factories.user(), role=Role.OWNER)
    assert Agency.objects.get(pk=agency.pk).is_claimed


@pytest.mark.parametrize("who", ["owner", "manager", "stranger"])
def test_only_staff_release_entries_and_lock_accounts(agency, owner, who, request):
    person = request.getfixturevalue(who)
    with pytest.raises(leaving.LeavingError):
        leaving.release(agency, by=person)
    with pytest.raises(leaving.LeavingError):
        leaving.deactivate(factories.user(), by=person)


def test_a_locked_persons_invitations_and_offers_end(agency, owner, admin, member):
    factories.member_of(agency, role="owner")
    sent = invitation.invite(agency, email="x@example.org", role="member", by=owner)
    offer = ownership.offer(agency, to=factories.with_address(member), by=owner)
    leaving.deactivate(owner, by=admin)
    sent.refresh_from_db()
    offer.refresh_from_db()
    assert (sent.revoked_at is None, offer.status) == (False, "withdrawn")


def test_a_withdrawn_entry_comes_back_without_the_owner_who_is_gone(agency, owner, admin):
    Agency.objects.filter(pk=agency.pk).update(status="withdrawn")
    leaving.deactivate(owner, by=admin)
    Agency.objects.filter(pk=agency.pk).update(status="listed")
    assert not Agency.objects.get(pk=agency.pk).is_claimed


# -- One's own account ------------------------------------------------------------------------------------------------


def test_a_closed_account_keeps_the_work_and_loses_the_person(client, agency, owner, member, deliver):
    factories.with_address(member)
    claimed, free = factories.agency(), factories.agency()
    factories.member_of(claimed, role="owner")
    asked, claim = (joining.ask_to_join(other, user=member) for other in (claimed, free))
    email, name = member.email, member.name
    client.force_login(member)
    page = client.get(reverse("close_account")).content.decode()
    assert 'name="is_sure"' in page
    assert client.post(reverse("close_account")).status_code == 200
    deliver()

    assert client.post(reverse("close_account"), {"is_sure": "on"}).url == "/"

    closed = User.objects.get(pk=member.pk)
    assert not closed.is_active
    assert not closed.has_usable_password()
    assert name not in (closed.name, str(closed))
    assert closed.email.endswith("@account.invalid")
    assert list(closed.emailaddress_set.all()) == []
    assert agency.memberships.get(user=member).status == "left"
    assert JoinRequest.objects.get(pk=asked.pk).status == "withdrawn"
    assert Application.objects.get(pk=claim.pk).status == "withdrawn"
    assert client.get("/desk/").status_code == 302
    assert [mail.to for mail in deliver()] == [[email]]
    assert factories.user(email=email).email == email  # may sign up again


def test_the_last_owner_cannot_close_their_account_and_reads_why(client, agency, owner):
    client.force_login(owner)
    answer = client.post(reverse("close_account"), {"is_sure": "on"})
    assert agency.legal_name in answer.content.decode()
    assert User.objects.get(pk=owner.pk).is_active


# -- In the Wagtail admin ---------------------------------------------------------------------------------------------


def edit(client, person, **said):
    return client.post(
        reverse("wagtailusers_users:edit", args=[person.pk]),
        {"email": person.email, "name": person.name, **said},
    )


def test_staff_lock_the_last_owner_with_a_tick_more(client, agency, owner, admin):
    client.force_login(admin)
    assert (
        "releases_agencies"
        in client.get(reverse("wagtailusers_users:edit", args=[owner.pk])).content.decode()
    )
    refused = edit(client, owner)
    assert agency.legal_name in str(refused.context["form"].errors["is_active"])
    assert User.objects.get(pk=owner.pk).is_active
    assert edit(client, owner, releases_agencies="on").status_code == 302
    assert not User.objects.get(pk=owner.pk).is_active
    assert not Agency.objects.get(pk=agency.pk).is_claimed


def test_an_account_that_an_agency_depends_on_is_not_deleted(client, agency, owner, member, admin):
    client.force_login(admin)
    answer = client.post(reverse("wagtailusers_users:delete", args=[owner.pk]), follow=True)
    assert agency.legal_name in " ".join(map(str, answer.context["messages"]))
    assert User.objects.filter(pk=owner.pk).exists()
    client.post(reverse("wagtailusers_users:delete", args=[member.pk]))
    assert not User.objects.filter(pk=member.pk).exists()


@pytest.mark.parametrize("action", ["delete", "set_active_state"])
def test_two_owners_of_one_agency_do_not_go_together(client, agency, owner, admin, action):
    second = factories.member_of(agency, role="owner")
    client.force_login(admin)
    address = reverse("wagtail_bulk_action", args=["orgs", "user", action])
    both = f"{address}?id={owner.pk}&id={second.pk}"
    client.post(both, {"mark_as_active": "False"})
    assert User.objects.filter(pk__in=[owner.pk, second.pk], is_active=True).count() == 2
    client.post(f"{address}?id={second.pk}", {"mark_as_active": "False"})
    assert not User.objects.filter(pk=second.pk, is_active=True).exists()


def test_the_demo_goes_away_though_its_people_own_a_real_agency(agency):
    factories.member_of(agency, role="owner", is_sample=True)
    demo.remove()
    assert Agency.objects.get(pk=agency.pk).claimed_at is None
    assert not User.objects.filter(is_sample=True).exists()
