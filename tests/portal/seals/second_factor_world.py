"""People with a second factor, and how they come in: for the tests of what it opens."""

import json
import re

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.test import Client
from django.urls import reverse

from orgs import consent
from orgs.models import User
from tests import factories

PASSWORD = "two rivers meet here"
SCRIPT = {"accept": "application/json"}


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


def recovery(person: User) -> Authenticator:
    return Authenticator.objects.get(user=person, type="recovery_codes")
