"""Consent has versions: who agreed to which and when; a new version is asked about once, before anything else."""

import hashlib
import json

import pytest
from django.urls import reverse

from events.registering import notice
from events.registering.registration import register
from orgs import consent, leaving
from orgs.models import Consent, User
from portal import setup_words
from tests import factories
from tests.orgs.test_accounts import enter_code, sign_up

pytestmark = pytest.mark.django_db
PASSWORD = "a-long-enough-word"

#: What the privacy page said in each version. Whoever changes its words writes a new day into `consent.CURRENT`, unless
#: they mean the same as before.
WORDS = {"2026-11-29": "4edeb05a99b392f7"}


@pytest.fixture
def person(db):
    person = factories.with_address(factories.user())
    person.set_password(PASSWORD)
    person.save()
    return person


def sign_in(client, person):
    return client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})


def new_version(monkeypatch):
    monkeypatch.setitem(consent.CURRENT, Consent.Subject.PRIVACY, "2027-01-01")


def test_other_words_of_the_privacy_page_have_another_version():
    said = json.dumps(setup_words.WORDS["privacy"], ensure_ascii=False, sort_keys=True, default=str)
    assert hashlib.sha256(said.encode()).hexdigest()[:16] == WORDS[consent.CURRENT["privacy"]]


def test_nobody_signs_up_without_agreeing_and_the_box_is_not_ticked(client):
    page = client.get(reverse("account_signup")).content.decode()
    assert 'name="agrees"' in page
    assert 'name="agrees" required checked' not in page
    assert sign_up(client, agrees="").status_code == 200
    assert not User.objects.filter(email="lin@example.org").exists()


def test_who_signs_up_agreed_to_the_version_in_force(client, deliver):
    sign_up(client)
    enter_code(client, deliver)
    [agreed] = Consent.objects.filter(user__email="lin@example.org")
    assert (agreed.subject, agreed.version) == ("privacy", consent.CURRENT["privacy"])
    assert client.get(reverse("desk")).status_code == 200


def test_a_new_version_is_asked_about_at_the_next_sign_in_before_anything_else(client, person, monkeypatch):
    new_version(monkeypatch)
    sign_in(client, person)
    asked = client.get(reverse("desk"))
    assert asked.url == f"{reverse('agree')}?next={reverse('desk')}"
    assert client.post(reverse("account"), {"name": "别名"}).status_code == 302
    assert User.objects.get(pk=person.pk).name == person.name

    assert client.post(asked.url, {}).status_code == 200
    assert not consent.is_current(person)
    assert client.post(asked.url, {"agrees": "on"}).url == reverse("desk")
    assert client.get(reverse("desk")).status_code == 200
    assert [agreed.version for agreed in person.consents.all()] == ["2026-11-29", "2027-01-01"]


def test_who_agreed_is_not_asked_again(client, person):
    sign_in(client, person)
    assert client.get(reverse("desk")).status_code == 200


def test_who_does_not_agree_reads_takes_along_and_leaves(client, person, monkeypatch):
    new_version(monkeypatch)
    sign_in(client, person)
    for name in ("held_about_me", "close_account", "how_long_kept", "account_logout"):
        assert client.get(reverse(name)).status_code == 200, name
    assert client.get("/privacy/").status_code == 200
    client.post(reverse("close_account"), {"is_sure": "on"})
    assert not User.objects.get(pk=person.pk).is_active


def test_the_page_leads_nowhere_else(client, person, monkeypatch):
    new_version(monkeypatch)
    sign_in(client, person)
    answer = client.post(reverse("agree") + "?next=https://evil.example.net/", {"agrees": "on"})
    assert answer.url == reverse("desk")


def test_agreeing_twice_is_agreeing_once(person):
    consent.agree(person)
    consent.agree(person)
    assert person.consents.count() == 1


def test_that_somebody_agreed_stays_without_their_name(person):
    leaving.close_account(person)
    assert Consent.objects.get(user=person.pk).version == consent.CURRENT["privacy"]


def test_a_visitor_without_a_session_is_not_looked_at(client, django_assert_num_queries):
    answer = client.get("/privacy/")
    assert "Cookie" not in answer.get("Vary", "").split(", ") or not answer.cookies


def test_a_registration_keeps_the_version_of_what_was_read(client, person):
    event = factories.event()
    client.force_login(person)
    assert event.host.name_en in client.get(f"/en/events/{event.public_id}/").content.decode()
    mine = register(event, user=person, by=person)
    mine.refresh_from_db()
    assert mine.notice_version == notice.VERSION
