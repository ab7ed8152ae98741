"""The second factor: how it is set up, what signs in with it, and what does not open without it."""

import json
import re

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import translation

from orgs import consent, leaving
from orgs.models import User
from portal import second_factor
from tests import factories
from tests.addresses import body_for, leading
from tests.passkey import Passkey
from tests.test_permission_matrix import STAFF, TABLE

pytestmark = pytest.mark.django_db
PASSWORD = "two rivers meet here"
SCRIPT = {"accept": "application/json"}


@pytest.fixture(autouse=True)
def it_is_demanded(settings):
    settings.SECOND_FACTOR_REQUIRED = True
    cache.clear()


def somebody(person: User | None = None, password=PASSWORD) -> User:
    person = person or factories.user()
    person.set_password(password)
    person.save()
    consent.agree(person)
    return factories.with_address(person)


def with_app(person: User) -> str:
    """The person sets an authenticator app up; its secret."""
    secret = generate_totp_secret()
    TOTP.activate(person, secret)
    RecoveryCodes.activate(person)
    return secret


def digits(secret: str) -> str:
    """What the app shows now."""
    counters = list(yield_hotp_counters_from_time())
    return format_hotp_value(hotp_value(secret, counters[len(counters) // 2]))


def signed_in(person: User, secret: str | None = None) -> Client:
    """Through the door, with the password and, where there is one, the app."""
    client = Client()
    answer = client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
    if secret:
        assert answer.url == reverse("mfa_authenticate")
        answer = client.post(answer.url, {"code": digits(secret)})
    assert answer.status_code == 302, answer.content.decode()
    return client


def js_data(answer) -> dict:
    """What the page tells the script that speaks to the device."""
    found = re.search(r'<script id="js_data"[^>]*>(.*?)</script>', answer.content.decode())
    return json.loads(found[1])


def asks_for_set_up(answer) -> bool:
    return answer.status_code == 302 and answer.url == reverse("mfa_index")


# -- Setting one up ---------------------------------------------------------------------------------------------------


def test_the_account_page_leads_to_the_second_factor(client):
    client.force_login(factories.user())
    assert f'href="{reverse("mfa_index")}"' in client.get(reverse("account")).content.decode()


def test_an_app_is_set_up_with_its_six_digits_and_gives_recovery_codes(deliver):
    person = somebody()
    client = signed_in(person)
    page = client.get(reverse("mfa_activate_totp"))
    page = client.get(page.url) if page.status_code == 302 else page
    if "password" in page.context["form"].fields:  # allauth wants it confirmed even just after signing in
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    assert secret in page.content.decode()
    refused = client.post(reverse("mfa_activate_totp"), {"code": "000000"})
    assert refused.context["form"].errors["code"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.db.transaction.on_commit", lambda does, **_: does())
        answer = client.post(reverse("mfa_activate_totp"), {"code": digits(secret)})
    assert answer.url == reverse("mfa_view_recovery_codes")
    codes = client.get(answer.url).context["unused_codes"]
    assert len(codes) == 10
    assert client.get(reverse("mfa_download_recovery_codes")).content.decode().split() == codes
    assert any("app" in mail.subject or "验证" in mail.subject for mail in deliver())
    assert second_factor.has_one(person)


def test_whoever_sets_one_up_is_not_asked_for_it_in_the_same_minute():
    person = somebody(factories.moderator())
    client = signed_in(person)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.db.transaction.on_commit", lambda does, **_: does())
        client.post(reverse("mfa_activate_totp"), {"code": digits(secret)})
    assert client.get("/admin/").status_code == 200


def test_a_passkey_is_added_and_signs_in_alone(client):
    person = somebody()
    inside = signed_in(person)
    inside.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    asked = js_data(inside.get(reverse("mfa_add_webauthn")))["creation_options"]["publicKey"]
    device = Passkey()
    sent = {
        "name": "我的手机",
        "passwordless": "on",
        "credential": json.dumps(device.register(asked["challenge"])),
    }
    assert inside.post(reverse("mfa_add_webauthn"), sent).status_code == 302
    assert "我的手机" in inside.get(reverse("mfa_list_webauthn")).content.decode()

    asked = client.get(reverse("mfa_login_webauthn"), headers=SCRIPT).json()["request_options"]["publicKey"]
    handle = user_pk_to_url_str(person)
    answer = client.post(
        reverse("mfa_login_webauthn"), {"credential": json.dumps(device.sign(asked["challenge"], handle))}
    )
    assert answer.url == reverse("desk")
    assert client.get(reverse("desk")).status_code == 200


def test_a_passkey_of_another_device_or_another_site_does_not_sign_in(client, settings):
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = False
    person, device = somebody(), Passkey(origin="https://testserver")
    factories.passkey(person, device)
    phished = Passkey(origin="https://evil.example")
    phished.key, phished.id = device.key, device.id
    for key, reached in ((Passkey(origin="https://testserver"), 302), (phished, 302), (device, 200)):
        asked = client.get(reverse("mfa_login_webauthn"), headers=SCRIPT).json()
        challenge = asked["request_options"]["publicKey"]["challenge"]
        sent = {"credential": json.dumps(key.sign(challenge, user_pk_to_url_str(person)))}
        client.post(reverse("mfa_login_webauthn"), sent)
        assert client.get(reverse("desk")).status_code == reached


NONSENSE = [
    "",
    "x",
    "[]",
    "{}",
    "null",
    "7",
    '"流"',
    '{"response": {}}',
    '{"response": 7}',
    '{"response": {"userHandle": "!!"}}',
    '{"id": "AA", "rawId": "AA", "type": "public-key", "response": {"clientDataJSON": "AA", "attestationObject": "AA", '
    '"authenticatorData": "AA", "signature": "AA", "userHandle": "MQ"}}',
    '{"id": 7, "rawId": [], "type": null, "response": {"clientDataJSON": "e30", "attestationObject": "oA"}}',
]


@pytest.mark.parametrize("credential", NONSENSE)
def test_nonsense_in_place_of_a_key_is_refused_and_never_an_error(credential):
    person = somebody()
    secret = with_app(person)
    factories.passkey(person)
    client = signed_in(person, secret)
    client.post(
        reverse("mfa_reauthenticate"), {"code": RecoveryCodes(recovery(person)).get_unused_codes()[0]}
    )
    outside, half = Client(), Client()
    half.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
    for who, name in (
        (client, "mfa_add_webauthn"),
        (client, "mfa_reauthenticate_webauthn"),
        (outside, "mfa_login_webauthn"),
        (half, "mfa_authenticate"),
    ):
        who.raise_request_exception = False
        who.get(reverse(name))
        assert who.post(reverse(name), {"name": "x", "credential": credential}).status_code < 500, name


def recovery(person: User) -> Authenticator:
    return Authenticator.objects.get(user=person, type="recovery_codes")


def test_the_secrets_are_encrypted_in_the_database_and_an_older_key_still_reads_them(settings):
    person = somebody()
    secret = with_app(person)
    kept = Authenticator.objects.get(user=person, type="totp").data["secret"]
    assert secret not in kept
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key that is long enough to be one, and is only in this test"
    assert second_factor.keys().decrypt(kept.encode()).decode() == secret


def test_closing_the_account_takes_the_second_factor_away():
    person = somebody()
    with_app(person)
    leaving.close_account(person)
    assert not Authenticator.objects.filter(user=person).exists()


# -- Signing in with one ----------------------------------------------------------------------------------------------


def test_a_password_alone_does_not_sign_in_where_there_is_a_second_factor(client):
    person = somebody()
    with_app(person)
    answer = client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
    assert answer.url == reverse("mfa_authenticate")
    assert client.get(reverse("desk")).status_code == 302


def test_a_code_by_mail_does_not_sign_in_alone_either(client, deliver):
    person = somebody()
    secret = with_app(person)
    client.post(reverse("account_request_login_code"), {"email": person.email})
    [mail] = deliver()
    code = re.search(r"^[A-Z0-9]{3,}-?[A-Z0-9]*$", mail.body, re.MULTILINE).group()
    answer = client.post(reverse("account_confirm_login_code"), {"code": code})
    assert answer.url == reverse("mfa_authenticate")
    assert client.get(reverse("desk")).status_code == 302
    assert client.post(answer.url, {"code": digits(secret)}).url == reverse("desk")


def test_resetting_the_password_does_not_sign_in_past_the_second_factor(client, deliver):
    person = somebody()
    with_app(person)
    client.post(reverse("account_reset_password"), {"email": person.email})
    [mail] = deliver()
    address = re.search(r"/accounts/password/reset/key/\S+", mail.body).group()
    form = client.get(address, follow=True)
    client.post(
        form.redirect_chain[-1][0], {"password1": "a wholly new one 9", "password2": "a wholly new one 9"}
    )
    assert client.get(reverse("desk")).status_code == 302
    answer = client.post(reverse("account_login"), {"login": person.email, "password": "a wholly new one 9"})
    assert answer.url == reverse("mfa_authenticate")


def test_the_six_digits_work_once():
    person = somebody()
    secret = with_app(person)
    with time_machine.travel("2026-11-29T12:00:05Z", tick=False):
        signed_in(person, secret)
        second = Client()
        second.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
        refused = second.post(reverse("mfa_authenticate"), {"code": digits(secret)})
        assert refused.status_code == 200
        assert refused.context["form"].errors["code"]


def test_a_recovery_code_lets_in_once():
    person = somebody()
    with_app(person)
    code = RecoveryCodes(recovery(person)).get_unused_codes()[0]
    for reached in (302, 200):
        client = Client()
        client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
        assert client.post(reverse("mfa_authenticate"), {"code": code}).status_code == reached


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


ONLY_STAFF = [name for name, keys in TABLE.items() if keys == STAFF]


@pytest.mark.parametrize("name", ONLY_STAFF)
def test_what_only_staff_may_do_needs_their_second_factor(world, name):
    client = signed_in(somebody(User.objects.create_superuser("root@example.org", name="根")))
    for address in leading(world, name):
        answers = [client.get(address), client.post(address, body_for(name, world))]
        assert any(asks_for_set_up(answer) for answer in answers), address
        assert all(asks_for_set_up(answer) or answer.status_code in (404, 405) for answer in answers), address


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


# -- Recent sign-in for those who have only codes ---------------------------------------------------------------------


OWN_KEYS = ["account_email", "account_set_password", "mfa_activate_totp", "mfa_add_webauthn", "close_account"]


@pytest.mark.parametrize("name", OWN_KEYS)
def test_who_signs_in_with_codes_alone_signs_in_again_before_changing_how(name, deliver):
    deliver()
    person = factories.with_address(factories.user())
    client = Client()
    client.force_login(person)  # long ago: no record of when
    answer = client.get(reverse(name))
    assert answer.url.startswith(reverse("sign_in_again"))
    assert client.get(answer.url).status_code == 200
    to_code = client.post(answer.url)
    assert client.get(reverse("desk")).status_code == 302  # signed out
    entered = client.post(to_code.url, {"email": person.email})
    assert f'name="next" value="{reverse(name)}"' in client.get(entered.url).content.decode()
    [mail] = deliver()
    code = re.search(r"^[A-Z0-9]{3,}-?[A-Z0-9]*$", mail.body, re.MULTILINE).group()
    back = client.post(reverse("account_confirm_login_code"), {"code": code, "next": reverse(name)})
    assert back.url == reverse(name)
    assert client.get(reverse(name)).status_code == 200


@pytest.mark.parametrize("name", ["account_email", "mfa_activate_totp", "mfa_add_webauthn"])
def test_who_has_a_password_confirms_with_it_before_changing_address_or_factor(name):
    person = somebody()
    with time_machine.travel("2026-11-29T08:00:00Z") as clock:
        client = signed_in(person)
        clock.shift(16 * 60)
        assert client.get(reverse(name)).url.startswith(reverse("account_reauthenticate"))


def test_signing_in_again_leads_back_into_the_portal_only(client):
    client.force_login(factories.user())
    answer = client.post(f"{reverse('sign_in_again')}?next=https://evil.example/")
    assert "evil" not in answer.url


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_of_the_second_factor_is_in_our_design(language):
    person = somebody()
    key = factories.passkey(person)
    secret = with_app(person)
    client = signed_in(person, secret)
    client.post(
        reverse("mfa_reauthenticate"), {"code": RecoveryCodes(recovery(person)).get_unused_codes()[0]}
    )
    for name, *arguments in (
        ("mfa_index",),
        ("mfa_deactivate_totp",),
        ("mfa_view_recovery_codes",),
        ("mfa_generate_recovery_codes",),
        ("mfa_list_webauthn",),
        ("mfa_add_webauthn",),
        ("mfa_edit_webauthn", key.pk),
        ("mfa_remove_webauthn", key.pk),
        ("mfa_reauthenticate",),
        ("mfa_reauthenticate_webauthn",),
    ):
        with translation.override(language):
            answer = client.get(reverse(name, args=arguments))
        html = answer.content.decode()
        assert answer.status_code == 200, name
        assert 'class="button' in html, name
        assert "style=" not in html, name
        assert 'class="page-head"' in html, name


def test_a_key_of_somebody_else_is_nowhere():
    person, other = somebody(), factories.user()
    key = factories.passkey(other)
    client = signed_in(person)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    for name in ("mfa_edit_webauthn", "mfa_remove_webauthn"):
        for answer in (client.get(reverse(name, args=[key.pk])), client.post(reverse(name, args=[key.pk]))):
            assert answer.status_code == 404
    assert EmailAddress.objects.filter(user=person).exists()
    assert Authenticator.objects.filter(pk=key.pk).exists()
