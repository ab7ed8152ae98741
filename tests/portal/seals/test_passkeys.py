"""Passkeys: one is added and signs in alone; no other key, no other site and no nonsense does."""

import json

import pytest
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.test import Client
from django.urls import reverse

from tests import factories
from tests.passkey import Passkey
from tests.portal.seals.second_factor_world import (
    PASSWORD,
    SCRIPT,
    js_data,
    recovery,
    signed_in,
    somebody,
    with_app,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("second_factor_is_demanded")]


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
