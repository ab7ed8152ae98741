"""How often one may ask: who is counted, what is said, and that a room full of people is not taken for an attack."""

import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.core.cache.backends.base import BaseCache
from django.test import Client, RequestFactory
from django.urls import resolve, reverse

from portal import cache_or_memory
from portal.rate_limits import LIMITS, Limit, limit_of
from portal.shared_cache import SharedCache
from portal.visit import client_address
from tests import factories
from tests.addresses import leading

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def limits(settings):
    settings.RATE_LIMITS = True


@pytest.fixture
def few(monkeypatch):
    """Limits that a test reaches quickly."""
    for name in LIMITS:
        monkeypatch.setitem(LIMITS, name, Limit(account=3, stranger=2, address=100))


def signed_in(person=None) -> Client:
    client = Client()
    client.force_login(person or factories.user())
    return client


def register(client, event, **headers):
    return client.post(reverse("register", args=[event.public_id]), **headers)


# -- Whom a limit stops -----------------------------------------------------------------------------------------------


def test_sixty_people_of_one_room_register_in_the_same_minute():
    event = factories.event(capacity=60)
    for _number in range(60):
        assert register(signed_in(), event, REMOTE_ADDR="198.51.100.7").status_code == 302
    assert event.registrations.count() == 60


def test_who_registers_again_and_again_is_stopped_and_others_are_not(few):
    event, client = factories.event(), signed_in()
    assert [register(client, event).status_code for _number in range(4)] == [302, 302, 302, 429]
    assert register(signed_in(), event).status_code == 302


def test_one_address_cannot_use_many_accounts_without_end(monkeypatch):
    monkeypatch.setitem(LIMITS, "registering", Limit(account=10, stranger=10, address=5))
    event = factories.event()
    answers = [register(signed_in(), event).status_code for _number in range(6)]
    assert answers == [302] * 5 + [429]


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("searching", "/search/?q=x"),
        ("searching", "/cases/?q=x"),
        ("searching", "/agencies/?q=x"),
        ("suggesting", "/search/suggest/?q=ab"),
        ("open data", "/hsds/v3/services"),
        ("open data", "/oai/?verb=Identify"),
        ("open data", "/open-data/cases.csv"),
    ],
)
def test_what_is_asked_for_too_often_is_answered_with_when_to_come_back(few, client, name, address):
    answers = [client.get(address) for _number in range(3)]
    assert [answer.status_code for answer in answers[:2]] == [200, 200]
    assert answers[2].status_code == 429
    assert 1 <= int(answers[2]["Retry-After"]) <= LIMITS[name].seconds + 1
    assert answers[2]["Cache-Control"] == "no-store"


COUNTED = {
    "registering": [
        "register",
        "cancel_registration",
        "nominate_for",
        "nominate",
        "place",
        "give_feedback",
        "ask_guest_data",
        "answer_invitation",
    ],
    "searching": ["search", "directory_file", "find_certificate", "check_certificate"],
    "open data": ["oai", "cases_jsonl", "cases_csv"],
}


def test_every_door_at_which_one_could_ask_without_end_counts(world, rf):
    for limit, names in COUNTED.items():
        for name in names:
            address = leading(world, name)[0]
            request = rf.post(address) if limit == "registering" else rf.get(address)
            request.resolver_match = resolve(urlsplit(address).path)
            assert limit_of(request) == limit, name


def test_reading_is_not_limited(few, client):
    for address in ("/", "/cases/", "/agencies/", "/events/"):
        assert {client.get(address).status_code for _number in range(6)} == {200}


def test_uploads_are_counted_wherever_they_go(few, agency, manager):
    client = signed_in(manager)
    address = reverse("edit_logo", args=[agency.slug])
    answers = [client.post(address, {"file": factories.upload("a.png", b"x")}).status_code for _n in range(4)]
    assert answers == [200, 200, 200, 429]


@pytest.mark.parametrize(
    ("address", "words"),
    [("/search/?q=x", 'lang="zh-CN"'), ("/en/search/?q=x", "very often in a short time")],
)
def test_the_page_says_it_in_the_readers_language(few, client, address, words):
    for _number in range(3):
        answer = client.get(address)
    assert answer.status_code == 429
    assert words in answer.content.decode()


def test_allauths_limits_answer_with_the_same_page(client, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login": "2/m/ip"}
    for _number in range(3):
        answer = client.post(reverse("account_login"), {"login": "x@example.org", "password": "x"})
    assert answer.status_code == 429
    assert answer["Retry-After"] == "60"


def test_failed_attempts_on_one_account_are_few_however_its_address_is_written(client):
    """CVE-2026-97764: accents and full-width letters count as the same account."""
    person = factories.with_address(factories.user(email="lin@example.org", password="two rivers meet here"))
    for spelt in (
        "lin@example.org",
        "LIN@example.org",
        "lin@EXAMPLE.org",
        "Lin@Example.Org",
        "lin@example.org",
    ):
        client.post(reverse("account_login"), {"login": spelt, "password": "wrong"})
    answer = client.post(
        reverse("account_login"), {"login": person.email, "password": "two rivers meet here"}
    )
    assert answer.status_code == 200  # also the right password waits now
    assert client.get(reverse("desk")).status_code == 302


def test_a_room_of_sixty_signs_in_behind_one_address():
    for _number in range(60):
        person = factories.user()
        answer = Client().post(
            reverse("account_request_login_code"), {"email": person.email}, REMOTE_ADDR="198.51.100.7"
        )
        assert answer.status_code == 302


# -- Who asks ---------------------------------------------------------------------------------------------------------


def asked(remote: str, forwarded: str = "") -> str:
    headers = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    return client_address(RequestFactory().get("/", REMOTE_ADDR=remote, **headers))


@pytest.mark.parametrize(
    ("proxies", "remote", "forwarded", "address"),
    [
        (0, "198.51.100.7", "", "198.51.100.7"),
        (0, "198.51.100.7", "203.0.113.1", "198.51.100.7"),  # forged: nobody trusted stands before us
        (1, "127.0.0.1", "198.51.100.7", "198.51.100.7"),
        (
            1,
            "127.0.0.1",
            "203.0.113.1, 198.51.100.7",
            "198.51.100.7",
        ),  # the left one is the visitor's own words
        (2, "127.0.0.1", "203.0.113.1, 198.51.100.7, 10.0.0.2", "198.51.100.7"),
        (2, "127.0.0.1", "198.51.100.7", "127.0.0.1"),  # asked past one of the proxies
        (1, "", "", "127.0.0.1"),  # a socket of this machine
        (1, "127.0.0.1", "流\x00", "127.0.0.1"),
        (0, "2001:db8:1:2:aaaa::1", "", "2001:db8:1:2::"),  # one house has a whole network of these
    ],
)
def test_the_address_is_what_the_last_trusted_proxy_saw(settings, proxies, remote, forwarded, address):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    assert asked(remote, forwarded) == address
    request = RequestFactory().get("/", REMOTE_ADDR=remote, HTTP_X_FORWARDED_FOR=forwarded)
    assert get_adapter().get_client_ip(request) == address


def test_forged_addresses_do_not_reset_a_limit(few, client, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    answers = [
        client.get("/search/?q=x", HTTP_X_FORWARDED_FOR=f"203.0.113.{number}, 198.51.100.7").status_code
        for number in range(3)
    ]
    assert answers == [200, 200, 429]
    assert client.get("/search/?q=x", HTTP_X_FORWARDED_FOR="198.51.100.8").status_code == 200


def test_forged_addresses_do_not_reset_the_limit_of_signing_in(client, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login": "2/m/ip"}
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    answers = [
        client.post(
            reverse("account_login"),
            {"login": "x@example.org", "password": "x"},
            HTTP_X_FORWARDED_FOR=f"203.0.113.{number}, 198.51.100.7",
        ).status_code
        for number in range(3)
    ]
    assert answers == [200, 200, 429]


# -- Where it is counted ----------------------------------------------------------------------------------------------


@pytest.fixture
def shared(tmp_path):
    return SharedCache(tmp_path / "cache.sqlite3", {})


def test_the_shared_cache_keeps_forgets_and_counts(shared):
    shared.set("paths", [("a", 1)], 60)
    assert shared.get("paths") == [("a", 1)]
    assert shared.add("n", 1, 60)
    assert not shared.add("n", 1, 60)
    assert shared.incr("n") == 2
    assert shared.get("n") == 2
    assert shared.delete("n")
    assert shared.get("n", "nothing") == "nothing"
    with pytest.raises(ValueError, match="no n"):
        shared.incr("n")
    shared.set("soon", "x", 0.01)
    time.sleep(0.02)
    assert shared.get("soon") is None
    assert "soon" not in shared
    assert shared.add("soon", "y", 60)
    assert shared.touch("soon", 90)
    shared.clear()
    assert shared.get("soon") is None


COUNT_A_HUNDRED = """
import sys
from django.conf import settings
settings.configure(SECRET_KEY="x")
from portal.shared_cache import SharedCache
cache = SharedCache(sys.argv[1], {})
cache.add("hits", 0, 60)
for _number in range(100):
    cache.incr("hits")
"""


def test_processes_that_count_at_once_lose_no_hit(shared):
    shared.add("hits", 0, 60)
    command = [sys.executable, "-c", COUNT_A_HUNDRED, str(shared.file)]
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _n: subprocess.run(command, check=True).returncode, range(4)))
    assert done == [0] * 4
    assert shared.get("hits") == 400


def test_a_hit_costs_well_under_a_millisecond(shared):
    shared.add("hits", 0, 60)
    begin = time.perf_counter()
    for _number in range(500):
        shared.add("hits", 1, 60)
        shared.incr("hits")
    spent = (time.perf_counter() - begin) / 500
    print(f"one hit: {spent * 1e6:.0f} µs")
    assert spent < 0.001


# -- While the shared cache is away -----------------------------------------------------------------------------------


class Away(BaseCache):
    """The client of a cache server at whose port nobody listens."""

    asked = 0

    def __init__(self, location, params):
        super().__init__(params)
        with socket.create_server(("127.0.0.1", 0)) as nobody:
            self.address = nobody.getsockname()

    def ask(self, *values, **named):
        Away.asked += 1
        with socket.create_connection(self.address, timeout=1):
            raise AssertionError("somebody listens there")

    get = set = add = incr = touch = delete = has_key = clear = ask


SERVER, FILE = f"{__name__}.Away", "portal.shared_cache.SharedCache"


@pytest.fixture
def behind(settings, tmp_path, monkeypatch):
    """The portal with a shared cache: which one and where, the test says. No other test knows that it is away."""
    monkeypatch.setattr(cache_or_memory, "WHEREABOUTS", {})
    monkeypatch.setattr(Away, "asked", 0)

    def placed(backend: str, place: str = "no such folder/cache.sqlite3"):
        options = {"behind": {"BACKEND": backend, "LOCATION": str(tmp_path / place)}}
        settings.CACHES = {
            **settings.CACHES,
            "default": {"BACKEND": "portal.cache_or_memory.CacheOrMemory", "OPTIONS": options},
        }

    return placed


@pytest.mark.parametrize("backend", [SERVER, FILE])
def test_a_cache_that_is_away_costs_no_page_no_session_and_no_limit(few, behind, client, member, backend):
    event = factories.event(capacity=5)
    client.force_login(member)
    behind(backend)
    assert [client.get(path).status_code for path in ("/", event.get_absolute_url(), "/desk/")] == [200] * 3
    assert client.post(f"/events/{event.public_id}/register/").status_code == 302
    assert event.registrations.get(user=member).has_seat
    assert [Client().get("/search/?q=x").status_code for _number in range(3)] == [200, 200, 429]


#: What somebody sends who signs in, asks for a code, signs up, or forgot the password; and the limit that counts it.
WAYS_IN = {
    "account_login": ("login", {"login": "lin@example.org", "password": "two rivers meet here"}),
    "account_request_login_code": ("request_login_code", {"email": "lin@example.org"}),
    "account_signup": (
        "signup",
        {
            "email": "new{}@example.org",
            "password1": "two rivers meet here",
            "name": "林小满",
            "occupation": "practitioner",
            "has_no_agency": "on",
            "agrees": "on",
        },
    ),
    "account_reset_password": ("reset_password", {"email": "lin@example.org"}),
}


@pytest.mark.parametrize("backend", [SERVER, FILE])
@pytest.mark.parametrize("name", WAYS_IN)
def test_with_the_cache_away_everybody_gets_in_soon_and_the_limit_still_bites(
    behind, settings, backend, name
):
    limit, words = WAYS_IN[name]
    settings.ACCOUNT_RATE_LIMITS = {limit: "2/m/ip"}
    factories.with_address(factories.user(email="lin@example.org", password="two rivers meet here"))
    behind(backend)
    began = time.monotonic()
    answers = []
    for number in range(3):
        said = {field: word.format(number) for field, word in words.items()}
        answers.append(Client().post(reverse(name), said).status_code)
    stopped = 200 if name == "account_request_login_code" else 429  # that form says it beside its field
    assert answers == [302, 302, stopped]
    assert time.monotonic() - began < 3  # allauth alone would wait for its lock for a second each time


@pytest.mark.parametrize("backend", [SERVER, FILE])
def test_with_the_cache_away_a_password_is_guessed_five_times_and_not_more(behind, client, backend):
    factories.with_address(factories.user(email="lin@example.org", password="two rivers meet here"))
    behind(backend)
    for _number in range(5):
        client.post(reverse("account_login"), {"login": "lin@example.org", "password": "wrong"})
    client.post(reverse("account_login"), {"login": "lin@example.org", "password": "two rivers meet here"})
    assert client.get(reverse("desk")).status_code == 302


def test_after_one_fault_nobody_waits_for_the_cache_until_it_is_asked_again(behind, monkeypatch):
    behind(SERVER)
    now = time.monotonic()
    monkeypatch.setattr(cache_or_memory.time, "monotonic", lambda: now)
    assert cache.add("n", 1, 60)
    assert [cache.incr("n") for _number in range(3)] == [2, 3, 4]
    assert Away.asked == 1
    now += cache_or_memory.ASKED_AGAIN + 1
    assert cache.get("n") == 4
    assert cache.get("n") == 4
    assert Away.asked == 2


def test_threads_count_together_while_the_cache_is_away(behind):
    behind(FILE)
    cache.add("n", 0, 60)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _n: [cache.incr("n") for _number in range(100)], range(4)))
    assert cache.get("n") == 400


def test_what_is_remembered_meanwhile_ends_when_it_should(behind):
    behind(FILE)
    cache.set("soon", "x", 0.01)
    time.sleep(0.02)
    assert cache.get("soon", "nothing") == "nothing"
    assert cache.add("soon", "y", 60)
    assert not cache.add("soon", "z", 60)


def test_a_file_that_came_back_is_used_again(behind, tmp_path, monkeypatch):
    behind(FILE)
    monkeypatch.setattr(cache_or_memory, "ASKED_AGAIN", 0)
    cache.set("a", "here", 60)
    assert cache.get("a") == "here"
    (tmp_path / "no such folder").mkdir()
    cache.set("a", "there", 60)
    assert SharedCache(tmp_path / "no such folder" / "cache.sqlite3", {}).get("a") == "there"


def test_a_cache_that_is_there_keeps_and_counts(behind):
    behind("django.core.cache.backends.locmem.LocMemCache", "here")
    cache.set("a", [1], 60)
    assert cache.get("a") == [1]
    assert "a" in cache
    assert cache.add("n", 1, 60)
    assert not cache.add("n", 1, 60)
    assert (cache.incr("n"), cache.touch("n", 90), cache.delete("n"), cache.delete("n")) == (
        2,
        True,
        True,
        False,
    )
    with pytest.raises(ValueError, match="n"):
        cache.incr("n")
    cache.clear()
    assert cache.get("a", "nothing") == "nothing"
