"""The error pages: in the reader's language, with what to do next, and no word of what went wrong inside."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db
SECRET = "a word that no visitor may read"


def test_a_wrong_address_gives_a_helpful_page_in_the_language_of_the_address(client):
    chinese, english = client.get("/nowhere/"), client.get("/en/nowhere/")
    assert (chinese.status_code, english.status_code) == (404, 404)
    assert "这个网址没有内容" in chinese.content.decode()
    assert "There is nothing at this address" in english.content.decode()
    assert 'action="/en/search/"' in english.content.decode()


def test_a_form_without_its_token_is_asked_for_again():
    answer = Client(enforce_csrf_checks=True).post("/en/accounts/login/", {"login": "lin@example.org"})
    assert answer.status_code == 403
    assert "Please send it again" in answer.content.decode()


def test_a_fault_of_ours_is_a_page_that_gives_nothing_away(client, monkeypatch):
    def broken(user):
        raise RuntimeError(SECRET)

    monkeypatch.setattr("portal.home.context", broken)
    client.raise_request_exception = False
    answer = client.get("/en/")
    assert answer.status_code == 500
    assert "What you had saved before is safe" in answer.content.decode()
    assert SECRET not in answer.content.decode()


def test_when_even_the_page_fails_a_plain_sentence_comes(client, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError(SECRET)

    monkeypatch.setattr("portal.errors.render", broken)
    answer = client.get("/en/nowhere/")
    assert answer.status_code == 404
    assert "Please try again in a minute" in answer.content.decode()
    assert SECRET not in answer.content.decode()
