"""What a browser and its device are called in the list of sessions."""

import pytest
from django.urls import reverse
from django.utils import translation

from portal.browser_names import browser_name
from tests import factories

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"
ANDROID = "Mozilla/5.0 (Linux; Android 14; PGT-AN10) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/116.0 Mobile Safari/537.36"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (WINDOWS, "Chrome on Windows"),
        (f"{WINDOWS} Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (Android 15; Mobile; rv:143.0) Gecko/143.0 Firefox/143.0", "Firefox on Android"),
        (f"{ANDROID} MicroMessenger/8.0.49", "微信 WeChat on Android"),
        (f"{IPHONE} Version/18.1 Mobile/15E148 Safari/604.1", "Safari on iPhone"),
        (f"{IPHONE} CriOS/140.0 Mobile/15E148 Safari/604.1", "Chrome on iPhone"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14.6; rv:143.0) Gecko/20100101 Firefox/143.0", "Firefox on macOS"),
        ("curl/8.5.0", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_browser_and_device_are_called_as_people_call_them(agent, name):
    with translation.override("en"):
        assert browser_name(agent) == name


@pytest.mark.django_db
def test_the_list_of_sessions_says_it_and_keeps_the_exact_words(client):
    person = factories.with_address(factories.user(password="two rivers meet here"))
    said = {"login": person.email, "password": "two rivers meet here"}
    client.post(reverse("account_login"), said, headers={"user-agent": WINDOWS})
    page = client.get(reverse("usersessions_list")).content.decode()
    assert "Windows 上的 Chrome" in page
    assert WINDOWS in page
