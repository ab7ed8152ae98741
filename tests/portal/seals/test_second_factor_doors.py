"""What does not open without the second factor: to staff, to owners, to whoever takes data of others away."""

import pytest
import time_machine
from django.urls import reverse

from casestudies.models import Adaptation
from orgs.models import Agency, Membership, User
from tests import factories
from tests.addresses import body_for, leading
from tests.portal.seals.second_factor_world import (
    PASSWORD,
    asks_for_set_up,
    digits,
    signed_in,
    somebody,
    with_app,
)
from tests.test_permission_matrix import OUR_ADDRESSES, STAFF, TABLE, alternatives

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("second_factor_is_demanded")]


# -- Portal staff -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["/admin/", "/admin/pages/", "/admin/images/", "/admin/api/main/pages/"])
def test_the_admin_sends_staff_without_a_second_factor_to_set_one_up(address):
    for person in (factories.moderator(), User.objects.create_superuser("root@example.org", name="根")):
        client = signed_in(somebody(person))
        assert asks_for_set_up(client.get(address)), address
        page = client.get(reverse("mfa_index"))
        assert any("第二" in str(said) or "second factor" in str(said) for said in page.context["messages"])


def test_the_admin_opens_to_staff_who_showed_theirs():
    person = somebody(factories.moderator())
    assert signed_in(person, with_app(person)).get("/admin/").status_code == 200


def test_a_session_that_never_showed_the_second_factor_is_asked_for_it():
    """Somebody stole the cookie before the owner of the account set an app up."""
    person = somebody(factories.moderator())
    stolen = signed_in(person)
    secret = with_app(person)
    assert stolen.get("/admin/").url.startswith(reverse("mfa_reauthenticate"))
    assert stolen.get(reverse("account_reauthenticate")).status_code == 302  # a password alone is no way
    stolen.post(reverse("mfa_reauthenticate"), {"code": digits(secret)})
    assert stolen.get("/admin/").status_code == 200


STAFFS = [name for name in OUR_ADDRESSES if STAFF in alternatives(TABLE[name])]


@pytest.mark.parametrize("name", STAFFS)
def test_what_staff_may_do_as_staff_needs_their_second_factor(world, name):
    """Also where the same door is open to others for a reason of their own: it is not theirs."""
    client = signed_in(somebody(User.objects.create_superuser("root@example.org", name="根")))
    for address in leading(world, name):
        answers = [client.get(address), client.post(address, body_for(name, world))]
        assert any(asks_for_set_up(answer) for answer in answers), address
        assert all(asks_for_set_up(answer) or answer.status_code in (404, 405) for answer in answers), address


def test_staff_without_a_second_factor_are_shown_no_more_than_anybody(world):
    """Whatever opens to them by their rights alone, by whichever address."""
    root = signed_in(somebody(User.objects.create_superuser("root@example.org", name="根")))
    anybody = signed_in(somebody())
    seen = [
        address
        for name in OUR_ADDRESSES
        for address in leading(world, name)
        if root.get(address).status_code == 200 and anybody.get(address).status_code != 200
    ]
    assert seen == []


def drafts():
    """What staff alone see of others, with what others see of it."""
    agency = factories.agency(status=Agency.Status.DRAFT)
    case = factories.case(live=False)
    hidden = factories.adaptation(factories.case(), status=Adaptation.Status.HIDDEN, hidden_reason="点名了")
    return [agency.get_absolute_url(), case.get_absolute_url(), hidden.get_absolute_url()]


def test_drafts_of_others_open_to_staff_with_their_second_factor_only():
    person = somebody(User.objects.create_superuser("root@example.org", name="根"))
    for address in drafts():
        assert asks_for_set_up(signed_in(person).get(address)), address
    client = signed_in(person, with_app(person))
    for address in drafts():
        assert client.get(address).status_code == 200, address


def test_what_an_agency_shows_to_nobody_is_shown_to_staff_with_their_second_factor_only(agency):
    person = somebody(factories.moderator())
    assert asks_for_set_up(signed_in(person).get(agency.get_absolute_url()))
    Membership.objects.create(user=person, agency=agency)
    assert signed_in(person).get(agency.get_absolute_url()).status_code == 200


def test_evidence_opens_to_whoever_sent_it_without_a_second_factor(world):
    [address] = leading(world, "evidence")
    assert world["visitors"]["newcomer"].client().get(address).status_code == 200


def test_people_of_agencies_are_not_bothered(member):
    client = signed_in(somebody(member))
    assert client.get(reverse("desk")).status_code == 200
    assert client.get("/admin/").status_code in (302, 403)
    assert client.get("/admin/").url != reverse("mfa_index")


def test_nothing_is_demanded_where_the_portal_is_only_tried_out(settings, client):
    settings.SECOND_FACTOR_REQUIRED = False
    client.force_login(factories.moderator())
    assert client.get("/admin/").status_code == 200
    assert client.get(reverse("staff_queue")).status_code == 200


# -- Side doors -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "door",
    [
        "/admin/login/",
        "/admin/password_reset/",
        "/admin/password_reset/confirm/MQ/set-password/",
        "/_util/login/",
        "/en/admin/login/",
    ],
)
def test_no_side_door_takes_a_password(client, door):
    person = somebody(factories.moderator())
    sent = {"username": person.email, "email": person.email, "password": PASSWORD}
    for answer in (client.get(door), client.post(door, sent)):
        assert answer.status_code == 404 or answer.url.startswith(reverse("account_login")), door
    assert client.get("/admin/").status_code == 302


@pytest.mark.parametrize("scheme", ["Token", "Bearer", "Basic"])
@pytest.mark.parametrize(
    "address", ["/admin/api/main/pages/", "/admin/", "/desk/", "/api/v2/pages/", "/api/v3/pages/"]
)
def test_no_token_and_no_basic_sign_in_opens_anything(client, scheme, address):
    person = somebody(factories.moderator())
    word = "cm9vdDpyb290" if scheme == "Basic" else "0" * 40
    answer = client.get(address, headers={"authorization": f"{scheme} {word}"})
    assert answer.status_code in (302, 403, 404), address
    assert person.email not in answer.content.decode()


# -- Owners, and data of others ---------------------------------------------------------------------------------------


@pytest.fixture
def owned(agency):
    owner, member = factories.member_of(agency, role="owner"), factories.member_of(agency)
    factories.with_address(member)
    return agency, somebody(owner), member


def offer(client, agency, member):
    return client.post(reverse("offer_ownership", args=[agency.slug]), {"taker": member.pk})


def test_handing_an_agency_over_needs_the_owners_second_factor(owned):
    agency, owner, member = owned
    assert asks_for_set_up(offer(signed_in(owner), agency, member))
    assert not agency.transfers.exists()
    secret = with_app(owner)
    offer(signed_in(owner, secret), agency, member)
    assert agency.transfers.exists()


def test_handing_over_in_an_old_session_is_confirmed_and_then_goes_on_by_itself(owned):
    agency, owner, member = owned
    secret, wanted = with_app(owner), reverse("offer_ownership", args=[agency.slug])
    with time_machine.travel("2026-11-29T08:00:00Z") as clock:
        client = signed_in(owner, secret)
        clock.shift(16 * 60)
        answer = offer(client, agency, member)
        assert answer.url.startswith(reverse("mfa_reauthenticate"))
        assert not agency.transfers.exists()
        assert "second look" in client.get(f"/en{answer.url}").content.decode()
        client.post(answer.url, {"code": digits(secret), "next": wanted})
    assert agency.transfers.exists()


@pytest.mark.parametrize("form", [{"action": "remove"}, {"action": "role", "role": "member"}])
def test_ending_or_changing_an_owner_needs_the_second_factor(owned, form):
    agency, owner, _member = owned
    second = factories.member_of(agency, role="owner")
    of_second = agency.memberships.get(user=second)
    address = reverse("act_on_membership", args=[agency.slug, of_second.pk])
    assert asks_for_set_up(signed_in(owner).post(address, form))
    of_second.refresh_from_db()
    assert (of_second.role, of_second.status) == ("owner", "active")
    signed_in(owner, with_app(owner)).post(address, form)
    of_second.refresh_from_db()
    assert (of_second.role, of_second.status) != ("owner", "active")


def test_becoming_owner_needs_a_second_factor(owned):
    agency, owner, member = owned
    offer(signed_in(owner, with_app(owner)), agency, member)
    transfer = agency.transfers.get()
    member.set_password(PASSWORD)
    member.save()
    answer = signed_in(member).post(
        reverse("answer_transfer", args=[transfer.public_id]), {"answer": "accept"}
    )
    assert asks_for_set_up(answer)
    assert agency.memberships.get(user=member).role == "member"


EXPORTS = [
    ("post", "roster_file", ["csv"]),
    ("post", "roster_file", ["xlsx"]),
    ("post", "certificates_zip", []),
    ("get", "signature_list", []),
    ("get", "answers", []),
]


@pytest.mark.parametrize(("method", "name", "more"), EXPORTS)
def test_an_export_of_personal_data_needs_a_recent_sign_in(agency, manager, method, name, more):
    address = reverse(name, args=[agency.slug, factories.event(agency).public_id, *more])
    somebody(manager)
    with time_machine.travel("2026-11-29T08:00:00Z") as clock:
        client = signed_in(manager)
        asked = getattr(client, method)
        assert not asked(address).headers.get("Location", "").startswith("/accounts/")
        clock.shift(16 * 60)
        assert asked(address).url.startswith(reverse("account_reauthenticate"))
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        assert not asked(address).headers.get("Location", "").startswith("/accounts/")


@pytest.mark.parametrize(("method", "name", "more"), EXPORTS)
def test_an_owner_exports_with_a_second_factor_only(owned, method, name, more):
    agency, owner, _member = owned
    address = reverse(name, args=[agency.slug, factories.event(agency).public_id, *more])
    assert asks_for_set_up(getattr(signed_in(owner), method)(address))
