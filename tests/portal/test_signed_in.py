"""Who is signed in is read together with the session."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests import factories

pytestmark = pytest.mark.django_db
PAGE = "/privacy/"


def known_to_allauth(client: Client, person) -> None:
    """As signing in through the portal leaves it; `force_login` does not."""
    UserSession.objects.create(user=person, session_key=client.session.session_key, ip="127.0.0.1")


@pytest.fixture
def person():
    return factories.user(name="陈静")


@pytest.fixture
def browser(person):
    client = Client()
    client.force_login(person)
    known_to_allauth(client, person)
    client.get(PAGE)  # notes down that the session is in use
    return client


def who(client: Client):
    user = client.get(PAGE).wsgi_request.user
    return user.name if user.is_authenticated else None


def questions(client: Client) -> list[str]:
    with CaptureQueriesContext(connection) as queries:
        client.get(PAGE)
    return [query["sql"] for query in queries if "orgs_user" in query["sql"] or "session" in query["sql"]]


def test_session_and_person_are_one_question(browser):
    assert who(browser) == "陈静"
    assert len(questions(browser)) == 1


def test_a_session_that_allauth_does_not_know_signs_in_all_the_same(browser):
    UserSession.objects.all().delete()

    assert who(browser) == "陈静"


def test_a_visitor_with_a_session_is_nobody(client):
    session = client.session
    session["language"] = "en"
    session.save()

    assert who(client) is None


def test_a_session_that_ended_is_nobodys(browser):
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))

    assert who(browser) is None


def test_what_became_of_the_person_is_known_at_the_next_page(browser, person):
    person.name = "陈婧"
    person.save()
    assert who(browser) == "陈婧"

    person.is_active = False
    person.save()
    assert who(browser) is None


def test_a_new_password_ends_the_session(browser, person):
    person.set_password("another-one-that-is-long")
    person.save()

    assert who(browser) is None


def test_only_the_session_itself_says_whose_it_is(browser):
    other = factories.user(name="李娟")
    UserSession.objects.update(user=other)

    assert who(browser) == "陈静"


def test_who_signs_in_in_the_same_browser_is_who_is_signed_in(browser):
    other = factories.user(name="李娟")
    browser.force_login(other)
    known_to_allauth(browser, other)

    assert who(browser) == "李娟"
