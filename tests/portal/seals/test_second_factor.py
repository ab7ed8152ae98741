"""The second factor: how it is set up, and what signs in with it."""

import re

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.test import Client
from django.urls import reverse
from django.utils import translation

from orgs import leaving
from portal import second_factor
from tests import factories
from tests.portal.seals.second_factor_world import PASSWORD, digits, recovery, signed_in, somebody, with_app

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("second_factor_is_demanded")]


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


def test_the_secrets_are_encrypted_in_the_database_and_an_older_key_still_reads_them(settings):
    person = somebody()
    secret = with_app(person)
    kept = Authenticator.objects.get(user=person, type="totp").data["secret"]
    assert secret not in kept
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key that is long enough to be one, and is only in this test"
    assert second_factor.keys().decrypt(kept.encode()).decode() == secret


def test_recovery_codes_alone_are_no_second_factor():
    person = somebody()
    RecoveryCodes.activate(person)
    assert not second_factor.has_one(person)
    with_app(person)
    assert second_factor.has_one(person)


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
