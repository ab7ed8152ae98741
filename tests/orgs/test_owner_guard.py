"""The database keeps an owner in every claimed agency, whatever is done past the rules. On whichever database is set."""

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from orgs import membership, owner_guard
from orgs.models import Agency, Membership, User
from tests import factories

pytestmark = pytest.mark.django_db

REFUSED = pytest.raises(IntegrityError, match=owner_guard.SENTENCE)


@pytest.fixture
def owner(agency):
    return factories.member_of(agency, role="owner")


def at_commit(change):
    """Do it in a transaction, and let the database look as it does at commit: PostgreSQL judges only then."""
    with transaction.atomic():
        change()
        connection.check_constraints()


CHANGES = {
    "stepping down": lambda agency, owner: agency.memberships.filter(user=owner).update(role="manager"),
    "leaving": lambda agency, owner: agency.memberships.filter(user=owner).update(status="left"),
    "being suspended": lambda agency, owner: agency.memberships.filter(user=owner).update(status="suspended"),
    "losing the account": lambda agency, owner: User.objects.filter(pk=owner.pk).update(is_active=False),
    "moving the row elsewhere": lambda agency, owner: agency.memberships.filter(user=owner).update(
        agency=factories.agency()
    ),
    "deleting the membership": lambda agency, owner: agency.memberships.get(user=owner).delete(),
    "deleting all memberships": lambda agency, owner: agency.memberships.all().delete(),
    "deleting the account": lambda agency, owner: User.objects.get(pk=owner.pk).delete(),
}


@pytest.mark.parametrize("what", CHANGES)
def test_the_last_owner_cannot_go_by(agency, owner, manager, what):
    with REFUSED:
        at_commit(lambda: CHANGES[what](agency, owner))
    assert list(owner_guard.ownerless()) == []
    assert agency.memberships.active().filter(role="owner", user=owner).exists()


@pytest.mark.parametrize("what", [name for name in CHANGES if name != "deleting all memberships"])
def test_with_a_second_owner_it_is_possible(agency, owner, what):
    factories.member_of(agency, role="owner")
    at_commit(lambda: CHANGES[what](agency, owner))
    assert list(owner_guard.ownerless()) == []


def test_a_locked_second_owner_does_not_count(agency, owner):
    factories.member_of(agency, role="owner", is_active=False)
    with REFUSED:
        at_commit(lambda: CHANGES["leaving"](agency, owner))


@pytest.mark.parametrize("status", ["withdrawn", "merged"])
@pytest.mark.parametrize("what", CHANGES)
def test_an_entry_that_is_closed_needs_no_owner(agency, owner, status, what):
    into = factories.agency() if status == "merged" else None
    Agency.objects.filter(pk=agency.pk).update(status=status, merged_into=into)
    at_commit(lambda: CHANGES[what](agency, owner))


def test_neither_does_one_that_nobody_claimed(agency, manager):
    at_commit(lambda: agency.memberships.all().delete())


def test_an_agency_cannot_become_claimed_or_come_back_without_an_owner(agency, manager):
    with REFUSED:
        at_commit(lambda: Agency.objects.filter(pk=agency.pk).update(claimed_at=timezone.now()))
    Agency.objects.filter(pk=agency.pk).update(claimed_at=timezone.now(), status="withdrawn")
    with REFUSED:
        at_commit(lambda: Agency.objects.filter(pk=agency.pk).update(status="listed"))


def test_two_owners_deleted_at_once_are_both_kept(agency, owner):
    factories.member_of(agency, role="owner")
    with REFUSED:
        at_commit(lambda: User.objects.filter(memberships__agency=agency).delete())
    assert agency.memberships.filter(role="owner").count() == 2


def test_a_whole_agency_can_be_deleted_with_its_owner(agency, owner):
    at_commit(lambda: agency.delete())
    at_commit(lambda: owner.delete())
    other = factories.agency()
    factories.member_of(other, role="owner")
    at_commit(lambda: Agency.objects.filter(pk=other.pk).delete())
    assert not Membership.objects.exists()


def test_the_guard_can_be_made_again_and_again_and_goes_before_a_migration(agency, owner):
    owner_guard.install()
    owner_guard.install()
    with REFUSED:
        at_commit(lambda: CHANGES["leaving"](agency, owner))
    owner_guard.remove()
    with transaction.atomic():
        CHANGES["leaving"](agency, owner)
        assert list(owner_guard.ownerless()) == [agency]
        transaction.set_rollback(True)
    call_command("migrate", "orgs", verbosity=0)  # nothing to migrate: it makes the guard anew all the same
    with REFUSED:
        at_commit(lambda: CHANGES["leaving"](agency, owner))


def test_the_first_owner_claims_the_entry_and_the_next_does_not_change_the_day(agency):
    first = membership.take_in(agency, user=factories.user(), role="owner")
    claimed_at = Agency.objects.get(pk=agency.pk).claimed_at
    assert claimed_at is not None
    membership.take_in(agency, user=factories.user(), role="owner")
    membership.leave(first, by=first.user)
    assert Agency.objects.get(pk=agency.pk).claimed_at == claimed_at
