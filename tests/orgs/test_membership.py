"""Leaving, suspending and giving roles: an agency with people is never without an owner."""

import pytest

from orgs import joining, membership
from orgs.membership import MembershipError
from orgs.models import JoinRequest, Role
from orgs.permissions import can
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(agency):
    return factories.member_of(agency, role="owner")


def of(agency, person):
    return agency.memberships.get(user=person)


def test_the_last_owner_neither_leaves_nor_steps_down(agency, owner, member):
    with pytest.raises(MembershipError):
        membership.leave(of(agency, owner), by=owner)
    with pytest.raises(MembershipError):
        membership.change_role(of(agency, owner), role=Role.MEMBER, by=owner)
    membership.change_role(of(agency, member), role=Role.OWNER, by=owner)
    assert membership.leave(of(agency, owner), by=owner).status == "left"


def test_an_owner_whose_account_is_closed_does_not_count(agency, owner):
    factories.member_of(agency, role="owner", is_active=False)
    with pytest.raises(MembershipError):
        membership.leave(of(agency, owner), by=owner)


def test_a_manager_ends_memberships_of_members_only(agency, owner, manager, member):
    assert membership.remove(of(agency, member), by=manager).status == "left"
    with pytest.raises(MembershipError):
        membership.remove(of(agency, owner), by=manager)
    other_manager = factories.member_of(agency, role="manager")
    with pytest.raises(MembershipError):
        membership.suspend(of(agency, other_manager), by=manager)
    assert membership.suspend(of(agency, other_manager), by=owner).status == "suspended"


def test_only_owners_give_roles(agency, owner, manager, member):
    with pytest.raises(MembershipError):
        membership.change_role(of(agency, member), role=Role.MANAGER, by=manager)
    assert membership.change_role(of(agency, member), role=Role.MANAGER, by=owner).role == "manager"


@pytest.mark.parametrize("who", ["member", "stranger", "moderator"])
def test_nobody_else_ends_a_membership(agency, owner, who, request):
    colleague = factories.member_of(agency)
    with pytest.raises(MembershipError):
        membership.remove(of(agency, colleague), by=request.getfixturevalue(who))


def test_a_suspension_takes_every_right_and_ends(agency, owner, manager):
    suspended = membership.suspend(of(agency, manager), by=owner)
    assert not can(manager, "members.view", agency)
    membership.restore(suspended, by=owner)
    assert can(manager, "members.decide", agency)


def test_who_left_is_neither_brought_back_nor_given_a_role_nor_shown(agency, owner, member):
    left = membership.leave(of(agency, member), by=member)
    for attempt in (
        lambda: membership.restore(left, by=owner),
        lambda: membership.change_role(left, role=Role.MANAGER, by=owner),
        lambda: membership.show(left, is_shown=True, title="社工", by=member),
    ):
        with pytest.raises(MembershipError):
            attempt()
    now = of(agency, member)
    assert (now.status, now.role, now.is_shown) == ("left", "member", False)


def test_nobody_ends_their_own_membership_but_by_leaving(agency, owner):
    factories.member_of(agency, role="owner")
    for rule in (membership.remove, membership.suspend):
        with pytest.raises(MembershipError):
            rule(of(agency, owner), by=owner)
    assert of(agency, owner).status == "active"


def test_coming_in_answers_the_open_request_and_leaves_older_answers_as_they_were(agency, manager, stranger):
    declined = joining.decline(joining.ask_to_join(agency, user=stranger), by=manager, reason="不认识")
    waiting = joining.ask_to_join(agency, user=stranger)
    membership.take_in(agency, user=stranger, role=Role.MEMBER, by=manager)
    requests = [JoinRequest.objects.get(pk=request.pk) for request in (declined, waiting)]
    assert [request.status for request in requests] == ["declined", "accepted"]
    assert requests[0].decided_at == declined.decided_at


def test_everybody_decides_for_themselves_whether_they_are_named(agency, owner, member):
    with pytest.raises(MembershipError):
        membership.show(of(agency, member), is_shown=True, title="社工", by=owner)
    assert membership.show(of(agency, member), is_shown=True, title="社工", by=member).is_shown
    assert not membership.leave(of(agency, member), by=member).is_shown
