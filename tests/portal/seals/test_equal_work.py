"""Known and unknown addresses cost the same work, so that the time of an answer tells nobody which is which."""

import pytest
from django.contrib.auth.hashers import get_hasher
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from tests import factories

pytestmark = pytest.mark.django_db
UNKNOWN = "nobody-here@example.org"


@pytest.fixture
def hashed(monkeypatch):
    """How often a password was hashed, which is nearly all that a sign-in costs."""
    done, hasher = [], type(get_hasher())
    encode = hasher.encode

    def counted(self, *args, **kwargs):
        done.append(1)
        return encode(self, *args, **kwargs)

    monkeypatch.setattr(hasher, "encode", counted)
    return done


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("account_login", {"login": "{}", "password": "wrong-but-long-enough"}),
        ("account_reset_password", {"email": "{}"}),
        ("account_request_login_code", {"email": "{}"}),
    ],
)
def test_a_known_and_an_unknown_address_are_hashed_equally_often(hashed, name, form):
    person = factories.with_address(factories.user())
    person.set_password("a-long-enough-word")
    person.save()
    counts = []
    for address in (person.email, UNKNOWN):
        hashed.clear()
        cache.clear()
        Client().post(reverse(name), {field: words.format(address) for field, words in form.items()})
        counts.append(len(hashed))
    assert counts[0] == counts[1]
    assert bool(counts[0]) == ("password" in form)
