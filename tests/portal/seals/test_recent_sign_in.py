"""Who changes how they sign in has signed in a moment ago, also those who have only codes."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from tests import factories
from tests.portal.seals.second_factor_world import signed_in, somebody

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("second_factor_is_demanded")]


OWN_KEYS = [
    "account_email",
    "account_set_password",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "socialaccount_connections",
    "close_account",
]


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


def test_a_passkey_is_taken_away_only_by_who_shows_it_again(client):
    person = factories.user()
    key = factories.passkey(person)
    client.force_login(person)
    address = reverse("mfa_remove_webauthn", args=[key.pk])
    for answer in (client.get(address), client.post(address)):
        assert answer.url.startswith(reverse("mfa_reauthenticate_webauthn"))
    assert person.authenticator_set.get() == key


@pytest.mark.parametrize(
    ("sent_from", "back"),
    [
        ("http://testserver/accounts/2fa/", "http://testserver/accounts/2fa/"),
        ("https://evil.example/", "/desk/"),
    ],
)
def test_who_sent_a_form_comes_back_to_the_page_that_it_stood_on(client, sent_from, back):
    client.force_login(factories.user())
    answer = client.post(reverse("account_email"), {"email": "x@example.org"}, headers={"referer": sent_from})
    assert parse_qs(urlsplit(answer.url).query) == {"next": [back]}


def test_who_came_encrypted_is_not_led_to_the_open(client):
    ours = "testserver/cases/"
    for wanted, led_to in ((f"https://{ours}", f"https://{ours}"), (f"http://{ours}", reverse("desk"))):
        client.force_login(factories.user())
        answer = client.post(f"{reverse('sign_in_again')}?next={wanted}", secure=True)
        assert parse_qs(urlsplit(answer.url).query) == {"next": [led_to]}


def test_signing_in_again_leads_back_into_the_portal_only(client):
    client.force_login(factories.user())
    answer = client.post(f"{reverse('sign_in_again')}?next=https://evil.example/")
    assert "evil" not in answer.url
