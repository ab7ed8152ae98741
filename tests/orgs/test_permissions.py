"""Who may do what for an agency."""

import pytest
from django.contrib.auth.models import AnonymousUser

from orgs.models import Agency, Membership, Role
from orgs.permissions import RESPONSIBILITIES, Roles, agencies_where, can
from tests import factories

pytestmark = pytest.mark.django_db


def held_by(role: str) -> set[str]:
    agency = factories.agency()
    person = factories.member_of(agency, role=role)
    return {responsibility for responsibility in RESPONSIBILITIES if can(person, responsibility, agency)}


def test_each_role_is_a_fixed_bundle():
    assert held_by("member") == {"members.view", "cases.write", "cases.submit"}
    assert held_by("manager") == set(RESPONSIBILITIES) - {"members.roles", "ownership.transfer", "log.read"}
    assert held_by("owner") == set(RESPONSIBILITIES)


def test_a_role_counts_only_in_its_own_agency(agency, stranger):
    assert not any(can(stranger, responsibility, agency) for responsibility in RESPONSIBILITIES)


def test_nobody_without_an_account_may_do_anything(agency):
    assert not any(can(AnonymousUser(), responsibility, agency) for responsibility in RESPONSIBILITIES)


@pytest.mark.parametrize("status", ["suspended", "left"])
def test_a_membership_that_is_not_in_force_gives_nothing(agency, manager, status):
    Membership.objects.filter(user=manager).update(status=status)
    assert not any(can(manager, responsibility, agency) for responsibility in RESPONSIBILITIES)


def test_a_closed_account_gives_nothing(agency, manager):
    type(manager).objects.filter(pk=manager.pk).update(is_active=False)
    assert not any(can(manager, responsibility, agency) for responsibility in RESPONSIBILITIES)


def test_an_agency_that_is_not_listed_yet_writes_but_does_not_publish():
    agency = factories.agency(status=Agency.Status.DRAFT)
    owner = factories.member_of(agency, role="owner")
    assert can(owner, "profile.edit", agency)
    assert can(owner, "cases.write", agency)
    assert not can(owner, "cases.submit", agency)
    assert not can(owner, "events.publish", agency)


def test_a_withdrawn_agency_is_nobodys(agency, manager):
    agency.status = Agency.Status.WITHDRAWN
    agency.save()
    assert list(agencies_where(manager, "profile.edit")) == []


def test_the_agencies_of_a_responsibility_are_those_where_the_role_carries_it(agency, manager, stranger):
    other = factories.agency()
    Membership.objects.create(user=manager, agency=other, role="member")
    assert list(agencies_where(manager, "events.publish")) == [agency]
    assert set(agencies_where(manager, "cases.write")) == {agency, other}


def test_an_unknown_responsibility_is_an_error(agency, manager):
    with pytest.raises(KeyError):
        can(manager, "evnets.publish", agency)


@pytest.mark.parametrize("status", Agency.Status.values)
@pytest.mark.parametrize("role", Role.values)
def test_roles_that_were_read_at_once_say_what_each_question_says(role, status):
    person = factories.member_of(factories.agency(), role=role)
    agency = person.memberships.get().agency
    Agency.objects.filter(pk=agency.pk).update(
        status=status, merged_into=factories.agency() if status == Agency.Status.MERGED else None
    )
    roles = Roles.of(person)

    for responsibility in RESPONSIBILITIES:
        assert roles.can(responsibility, agency.pk) == can(person, responsibility, agency), responsibility
        assert roles.agencies_where(responsibility) == list(agencies_where(person, responsibility))


def test_somebody_who_was_suspended_or_has_left_has_no_roles():
    person = factories.member_of(factories.agency(), role="manager")
    for status in (Membership.Status.SUSPENDED, Membership.Status.LEFT):
        person.memberships.update(status=status)
        assert Roles.of(person).agencies == []
    assert Roles.of(AnonymousUser()).agencies == []
