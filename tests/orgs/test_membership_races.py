"""Two at the same moment, for real: threads with connections of their own, on whichever database is set."""

from functools import partial
from threading import Barrier

import pytest
from django.db import IntegrityError, transaction
from django_tasks_db.models import DBTaskResult

from orgs import invitation, leaving, membership, owner_guard, ownership
from orgs.models import Agency, Invitation, Membership, OwnershipTransfer, User
from tests import factories
from tests.at_once import at_once as all_at_once

REFUSALS = (
    membership.MembershipError,
    invitation.InvitationError,
    ownership.OwnershipError,
    leaving.LeavingError,
    IntegrityError,
)
at_once = partial(all_at_once, refusals=REFUSALS)


@pytest.fixture
def committed(django_db_setup, django_db_blocker):
    """An agency with two owners and an outsider, outside any transaction. Takes away what it brought."""
    with django_db_blocker.unblock():
        agency = factories.agency()
        first, second = (factories.with_address(factories.member_of(agency, role="owner")) for _n in range(2))
        outsider = factories.with_address(factories.user())
        yield agency, first, second, outsider
        owner_guard.install()
        Agency.objects.filter(pk=agency.pk).delete()
        User.objects.filter(pk__in=[first.pk, second.pk, outsider.pk]).delete()
        DBTaskResult.objects.all().delete()


def owners(agency):
    return agency.memberships.active().filter(role="owner").count()


def of(agency, person):
    return Membership.objects.get(agency=agency, user=person)


def test_of_two_owners_who_leave_at_once_one_stays(committed):
    agency, first, second, _outsider = committed
    results = at_once(
        [lambda person=person: membership.leave(of(agency, person), by=person) for person in (first, second)]
    )
    assert sorted(type(result).__name__ for result in results) == ["Membership", "MembershipError"]
    assert owners(agency) == 1


def look_then_leave(agency, people):
    """What the rule does, without its lock: everybody looks first, then everybody goes."""
    everybody_looked = Barrier(len(people))

    def leave(person):
        others = agency.memberships.active().filter(role="owner").exclude(user=person)
        may_go = others.exists()
        everybody_looked.wait()
        if may_go:
            with transaction.atomic():
                Membership.objects.filter(agency=agency, user=person).update(status="left")

    return at_once([lambda person=person: leave(person) for person in people])


def test_looking_first_and_leaving_then_loses_both_owners(committed):
    """The control: without lock and guard the race is lost, so the tests beside it do show something."""
    agency, first, second, _outsider = committed
    owner_guard.remove()
    look_then_leave(agency, (first, second))
    assert owners(agency) == 0
    Membership.objects.filter(agency=agency).update(status="active")


def test_the_database_alone_keeps_one_of_them(committed):
    agency, first, second, _outsider = committed
    results = look_then_leave(agency, (first, second))
    assert sorted(type(result) is IntegrityError for result in results) == [False, True]
    assert owners(agency) == 1


def test_an_invitation_accepted_twice_at_once_is_used_once(committed, django_db_blocker):
    agency, first, _second, outsider = committed
    sent = invitation.invite(agency, email=outsider.email, role="manager", by=first)
    results = at_once([lambda: invitation.accept(Invitation.objects.get(pk=sent.pk), by=outsider)] * 3)
    assert sorted(type(result).__name__ for result in results) == [
        "DeadInvitation",
        "DeadInvitation",
        "Membership",
    ]
    assert agency.memberships.filter(user=outsider).count() == 1


def test_an_invitation_accepted_while_it_is_taken_back_ends_in_one_state(committed):
    agency, first, _second, outsider = committed
    sent = invitation.invite(agency, email=outsider.email, role="member", by=first)
    at_once([lambda: invitation.accept(sent, by=outsider), lambda: invitation.revoke(sent, by=first)])
    sent.refresh_from_db()
    assert (sent.accepted_at is None) != (sent.revoked_at is None)
    assert agency.memberships.filter(user=outsider).exists() == (sent.accepted_at is not None)


def test_two_invitations_to_one_address_at_once_leave_one_open(committed):
    agency, first, second, _outsider = committed
    at_once(
        [
            lambda by=by: invitation.invite(agency, email="x@example.org", role="member", by=by)
            for by in (first, second)
        ]
    )
    assert invitation.pending(agency).count() == 1
    assert agency.invitations.count() == 2


def test_taking_over_while_the_giver_leaves_ends_with_an_owner(committed):
    agency, first, second, outsider = committed
    membership.take_in(agency, user=outsider, role="member")
    membership.leave(of(agency, second), by=second)
    offer = ownership.offer(agency, to=outsider, by=first)
    accepted, left = at_once(
        [
            lambda: ownership.accept(OwnershipTransfer.objects.get(pk=offer.pk), by=outsider),
            lambda: membership.leave(of(agency, first), by=first),
        ]
    )
    # The giver is the last owner: leaving is refused before the other took over, and possible after.
    assert type(accepted) is Membership
    assert type(left) in (Membership, membership.MembershipError)
    assert (owners(agency), of(agency, outsider).role) == (1, "owner")


def test_two_accounts_closed_at_once_leave_one_owner(committed):
    agency, first, second, _outsider = committed
    results = at_once([lambda person=person: leaving.close_account(person) for person in (first, second)])
    assert sorted(type(result).__name__ for result in results) == ["LastOwner", "User"]
    assert owners(agency) == 1
