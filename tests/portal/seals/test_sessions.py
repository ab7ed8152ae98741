"""How long a session lasts and what ends it; and that no answer tells who has an account."""

import re

import pytest
import time_machine
from django.conf import settings as portal_settings
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from orgs import leaving
from orgs.models import User
from tests import factories

pytestmark = pytest.mark.django_db
PASSWORD = "two rivers meet here"


@pytest.fixture
def person():
    return factories.with_address(factories.user(password=PASSWORD))


def sign_in(client, person, password=PASSWORD):
    return client.post(reverse("account_login"), {"login": person.email, "password": password})


def is_in(client) -> bool:
    return client.get(reverse("desk")).status_code == 200


def test_signing_in_makes_a_new_session_and_the_old_key_is_worth_nothing(client, person):
    session = client.session
    session["before"] = "x"
    session.save()
    key = session.session_key
    sign_in(client, person)
    assert client.cookies[portal_settings.SESSION_COOKIE_NAME].value != key
    assert not Session.objects.filter(session_key=key).exists()
    fixed = Client()
    fixed.cookies[portal_settings.SESSION_COOKIE_NAME] = key
    assert not is_in(fixed)


def test_signing_out_ends_the_session_at_the_server(client, person):
    sign_in(client, person)
    stolen = Client()
    stolen.cookies = client.cookies.copy()
    assert is_in(stolen)
    client.post(reverse("account_logout"))
    assert not is_in(stolen)


@pytest.mark.parametrize(("days", "is_still_in"), [(13, True), (15, False)])
def test_a_session_without_a_visit_ends_after_two_weeks(client, person, days, is_still_in):
    with time_machine.travel("2026-11-01T08:00:00Z") as clock:
        sign_in(client, person)
        clock.shift(days * 24 * 3600)
        assert is_in(client) == is_still_in


def test_a_session_that_is_used_every_day_ends_after_thirty_days(client, person):
    with time_machine.travel("2026-11-01T08:00:00Z") as clock:
        sign_in(client, person)
        for _day in range(30):
            clock.shift(24 * 3600 - 60)
            assert is_in(client)
        clock.shift(24 * 3600)
        assert not is_in(client)


def test_changing_the_password_ends_all_other_sessions_and_keeps_this_one(client, person):
    other = Client()
    for each in (client, other):
        sign_in(each, person)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    new = "a wholly new one 9"
    client.post(
        reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": new, "password2": new}
    )
    assert is_in(client)
    assert not is_in(other)


def test_resetting_the_password_ends_every_session_and_its_link_works_once(client, person, deliver):
    sign_in(client, person)
    deliver()
    elsewhere = Client()
    elsewhere.post(reverse("account_reset_password"), {"email": person.email})
    [mail] = deliver()
    address = re.search(r"/accounts/password/reset/key/\S+", mail.body).group()
    form = elsewhere.get(address, follow=True).redirect_chain[-1][0]
    new = {"password1": "a wholly new one 9", "password2": "a wholly new one 9"}
    elsewhere.post(form, new)
    assert not is_in(client)
    again = Client().get(address, follow=True)
    assert not again.redirect_chain or "set-password" not in again.redirect_chain[-1][0]
    sign_in(client, person, "a wholly new one 9")
    assert is_in(client)


def test_a_link_to_reset_the_password_is_dead_after_a_day(person, deliver):
    deliver()
    with time_machine.travel("2026-11-01T08:00:00Z") as clock:
        Client().post(reverse("account_reset_password"), {"email": person.email})
        [mail] = deliver()
        address = re.search(r"/accounts/password/reset/key/\S+", mail.body).group()
        clock.shift(25 * 3600)
        chain = Client().get(address, follow=True).redirect_chain
        assert not chain or "set-password" not in chain[-1][0]


def test_a_locked_account_is_out_at_the_very_next_request(client, person):
    sign_in(client, person)
    assert is_in(client)
    leaving.deactivate(person, by=User.objects.create_superuser("root@example.org", name="根"))
    assert not is_in(client)
    sign_in(client, person)
    assert not is_in(client)


# -- Who has an account -----------------------------------------------------------------------------------------------


def seen_by_a_stranger(address: str, form: dict) -> tuple:
    """What the answer and the page it leads to say, without what is new in every page."""
    client = Client()
    answer = client.post(address, form)
    page = client.get(answer.url) if answer.status_code == 302 else answer
    words = page.content.decode().replace(form.get("email") or form.get("login") or "", "ADDRESS")
    words = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", words)
    return answer.status_code, answer.get("Location"), sorted(client.cookies), words


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("account_request_login_code", {}),
        ("account_reset_password", {}),
        ("account_login", {"password": "wrong and long enough"}),
        (
            "account_signup",
            {"name": "林小满", "occupation": "practitioner", "has_no_agency": "on", "agrees": "on"},
        ),
    ],
)
def test_no_answer_tells_whether_an_address_has_an_account(person, name, form):
    field = "login" if name == "account_login" else "email"
    known = seen_by_a_stranger(reverse(name), {**form, field: person.email})
    cache.clear()
    unknown = seen_by_a_stranger(reverse(name), {**form, field: "nobody-here@example.org"})
    assert known == unknown
    assert known[0] == (200 if name == "account_login" else 302)  # the form itself was not refused


def test_both_get_a_mail_so_that_the_outbox_tells_nothing_either(person, deliver):
    deliver()
    for email in (person.email, "nobody-here@example.org"):
        Client().post(reverse("account_request_login_code"), {"email": email})
    assert sorted(mail.to[0] for mail in deliver()) == sorted([person.email, "nobody-here@example.org"])


def test_a_fresh_installation_has_no_account():
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("password", "is_taken"),
    [
        ("short 9", False),
        ("password123", False),
        ("1234567890", False),
        ("correct horse battery", True),
        ("流水不腐户枢不蠹常用常新", True),
        ("x y" * 40, True),
    ],
)
def test_a_password_is_long_and_not_common_and_nothing_else_is_asked(client, password, is_taken):
    said = {
        "name": "林",
        "email": "lin@example.org",
        "occupation": "other",
        "has_no_agency": "on",
        "agrees": "on",
    }
    answer = client.post(reverse("account_signup"), {**said, "password1": password})
    assert (answer.status_code == 302) == is_taken
    if is_taken:
        assert User.objects.get().check_password(password)
        assert not User.objects.get().check_password(password[:-1])  # nothing was cut off


def test_a_password_can_be_pasted(client):
    html = client.get(reverse("account_login")).content.decode()
    assert "onpaste" not in html
    assert 'autocomplete="current-password"' in html
