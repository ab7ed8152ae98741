"""Nobody becomes an owner, and nobody acts as one, without a second factor: by whichever door.

Doors are read from the table of all addresses, from `orgs.permissions` and from the forms, so that a new one counts at once.
"""

import pkgutil
from importlib import import_module

import pytest
import time_machine
from django import forms
from django.db import transaction
from django.urls import resolve, reverse

import orgs.forms
from orgs import invitation
from orgs.forms.members import InvitationForm, MembershipActionForm
from orgs.models import Invitation, Membership, Role
from orgs.permissions import RESPONSIBILITIES
from tests import factories
from tests.addresses import body_for, leading
from tests.portal.seals.second_factor_world import (
    asks_for_set_up,
    digits,
    signed_in,
    somebody,
    with_app,
)
from tests.test_permission_matrix import OUR_ADDRESSES, doors

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("second_factor_is_demanded")]

ONLY_OWNERS = {name for name, (roles, _words) in RESPONSIBILITIES.items() if roles == (Role.OWNER,)}
#: What only owners may do, but by a door that is others' too: by the test of the forms below.
BY_FORM = {"members.roles"}


@pytest.fixture
def owned(agency):
    owner, member = factories.member_of(agency, role="owner"), factories.member_of(agency)
    factories.with_address(member)
    return agency, somebody(owner), member


def owners() -> int:
    """How many are owners, or were asked to become one."""
    return (
        Membership.objects.filter(role=Role.OWNER).count()
        + Invitation.objects.filter(role=Role.OWNER).count()
    )


# -- What only owners do ----------------------------------------------------------------------------------------------


OWNERS_DOORS = [(name, methods) for name, methods, keys in doors() if set(keys) & ONLY_OWNERS]


def test_everything_that_only_owners_do_has_a_door_that_is_tried():
    tried = {key for _name, _methods, keys in doors() for key in keys} & ONLY_OWNERS
    assert tried | BY_FORM == ONLY_OWNERS


@pytest.mark.parametrize(("name", "methods"), OWNERS_DOORS)
def test_what_only_owners_may_do_needs_their_second_factor(world, name, methods):
    client = signed_in(somebody(factories.member_of(world["agency"], role=Role.OWNER)))
    for address in leading(world, name):
        answers = [getattr(client, method)(address, body_for(name, world)) for method in methods]
        assert any(asks_for_set_up(answer) for answer in answers), address
        assert all(asks_for_set_up(answer) or answer.status_code == 405 for answer in answers), address


# -- Forms that give a role -------------------------------------------------------------------------------------------


def forms_that_give_a_role() -> set:
    """Every form of the agencies that has a field for the role in an agency."""
    modules = [
        import_module(f"orgs.forms.{module.name}") for module in pkgutil.iter_modules(orgs.forms.__path__)
    ]
    found = {thing for module in modules for thing in vars(module).values() if isinstance(thing, type)}
    return {
        form
        for form in found
        if issubclass(form, forms.BaseForm)
        and Role.OWNER in dict(getattr(form.base_fields.get("role"), "choices", ()))
    }


def invites(client, agency, member, role):
    return client.post(
        reverse("invite_person", args=[agency.slug]), {"email": "new@example.org", "role": role}
    )


def gives_role(client, agency, member, role):
    own = agency.memberships.get(user=member)
    return client.post(
        reverse("act_on_membership", args=[agency.slug, own.pk]), {"action": "role", "role": role}
    )


#: The form, what sends it, and the roles that it gives only to who showed a second factor. To give a role to somebody who
#: is there already is an owner's alone; managers invite managers and members.
GIVING = {
    InvitationForm: (invites, (Role.OWNER,)),
    MembershipActionForm: (gives_role, tuple(Role)),
}


def test_every_form_that_gives_a_role_is_tried():
    assert forms_that_give_a_role() == set(GIVING)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("form", GIVING, ids=lambda form: form.__name__)
def test_a_form_gives_what_is_an_owners_to_give_only_with_the_second_factor(owned, form, role):
    agency, owner, member = owned
    give, guarded = GIVING[form]
    before = owners()
    answer = give(signed_in(owner), agency, member, role)
    assert asks_for_set_up(answer) == (role in guarded)
    assert owners() == before
    secret = with_app(owner)
    assert not asks_for_set_up(give(signed_in(owner, secret), agency, member, role))
    assert owners() == before + (role == Role.OWNER)


@pytest.mark.parametrize("form", GIVING, ids=lambda form: form.__name__)
def test_nobody_is_made_owner_out_of_a_session_that_was_left_open(owned, form):
    agency, owner, member = owned
    give, _guarded = GIVING[form]
    secret, before = with_app(owner), owners()
    with time_machine.travel("2026-11-29T08:00:00Z") as clock:
        client = signed_in(owner, secret)
        clock.shift(16 * 60)
        answer = give(client, agency, member, Role.OWNER)
        assert answer.url.startswith(reverse("mfa_reauthenticate"))
        assert owners() == before
        client.post(answer.url, {"code": digits(secret), "next": answer.wsgi_request.path})
    assert owners() == before + 1


# -- Being invited to own ---------------------------------------------------------------------------------------------


def test_sending_an_owners_invitation_again_needs_the_second_factor(owned):
    agency, owner, _member = owned
    sent = invitation.invite(agency, email="new@example.org", role=Role.OWNER, by=owner)
    address = reverse("act_on_invitation", args=[agency.slug, sent.public_id])
    assert asks_for_set_up(signed_in(owner).post(address, {"action": "resend"}))
    assert agency.invitations.get() == sent
    assert not asks_for_set_up(signed_in(owner).post(address, {"action": "revoke"}))  # it takes nothing


def test_accepting_to_be_owner_needs_a_second_factor_and_declining_needs_none(owned):
    agency, owner, _member = owned
    person = somebody()
    sent = invitation.invite(agency, email=person.email, role=Role.OWNER, by=owner)
    address, client = reverse("answer_invitation", args=[sent.public_id]), signed_in(person)
    assert asks_for_set_up(client.post(address, {"answer": "accept"}))
    assert not agency.memberships.filter(user=person).exists()
    with transaction.atomic():
        assert client.post(address, {"answer": "decline"}).url == reverse("desk")
        transaction.set_rollback(True)
    assert signed_in(person, with_app(person)).post(address, {"answer": "accept"}).status_code == 302
    assert agency.memberships.active().get(user=person).role == Role.OWNER


def test_accepting_to_be_manager_needs_none(owned):
    agency, owner, _member = owned
    person = somebody()
    sent = invitation.invite(agency, email=person.email, role=Role.MANAGER, by=owner)
    signed_in(person).post(reverse("answer_invitation", args=[sent.public_id]), {"answer": "accept"})
    assert agency.memberships.active().get(user=person).role == Role.MANAGER


# -- Every door -------------------------------------------------------------------------------------------------------


#: What a form might take that makes an owner, for addresses of which this test knows nothing.
ANYTHING = [
    {"role": "owner", "email": "new@example.org", "action": action, "answer": "accept"}
    for action in ("role", "resend")
]


@pytest.mark.parametrize("who", ["an owner", "who was invited to own"])
def test_no_address_of_the_agencies_makes_an_owner_of_somebody_without_a_second_factor(world, client, who):
    agency, invited = world["agency"], somebody()
    lead = factories.member_of(agency, role=Role.OWNER)
    sent = invitation.invite(agency, email=invited.email, role=Role.OWNER, by=lead)
    client.force_login(lead if who == "an owner" else invited)
    before, made = owners(), []
    for name in OUR_ADDRESSES:
        for address in [*leading(world, name)[:1], *more(name, agency, sent)]:
            if not resolve(address).func.__module__.startswith("orgs."):
                continue  # roles are given by the agencies' app alone
            for body in ANYTHING:
                with transaction.atomic():
                    client.post(address, {**body_for(name, world), **body})
                    if owners() > before:
                        made.append(f"{address} {body}")
                    transaction.set_rollback(True)
    assert made == []


def more(name: str, agency, sent) -> list[str]:
    """The doors of the invitation to own, which the world of examples does not have."""
    if name == "answer_invitation":
        return [reverse(name, args=[sent.public_id])]
    return [reverse(name, args=[agency.slug, sent.public_id])] if name == "act_on_invitation" else []
