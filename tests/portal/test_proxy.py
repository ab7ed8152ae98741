"""The portal behind our nginx: what is kept and shown while the portal cannot answer, and what every answer carries."""

import io
import threading
import time
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from django.conf import settings as portal_settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection, connections
from django.test import Client
from django.urls import reverse

from casestudies.files import attachment, upload
from casestudies.writing import authoring
from portal import browser_rules, caching, page_cache_views
from tests import factories, proxy

pytestmark = pytest.mark.django_db

#: As portal.settings says for production.
IN_PRODUCTION = {
    "ALLOWED_HOSTS": [proxy.NAME],
    "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"),
    "SECURE_HSTS_SECONDS": 365 * 24 * 3600,
    "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
    "SECURE_HSTS_PRELOAD": True,
    "SESSION_COOKIE_NAME": "__Host-session",
    "SESSION_COOKIE_SECURE": True,
    "PRIVATE_REDIRECT": "/private/",
}
SEALS = {
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": portal_settings.SECURE_REFERRER_POLICY,
    "Permissions-Policy": browser_rules.POLICY,
}


class Quiet(WSGIRequestHandler):
    def log_message(self, *words):
        pass


class Portal:
    """The portal on a port of this machine, which a test can stop. It works in the transaction of the test."""

    def __init__(self):
        connection.inc_thread_sharing()
        self.connection = connections["default"]
        self.server = make_server("127.0.0.1", 0, WSGIHandler(), handler_class=Quiet)
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()

    def serve(self):
        connections["default"] = self.connection
        self.server.serve_forever(poll_interval=0.05)

    def stop(self):
        if self.thread.is_alive():
            self.server.shutdown()
            self.thread.join()
            self.server.server_close()
            connection.dec_thread_sharing()


@pytest.fixture
def portal(settings, monkeypatch):
    for name, value in IN_PRODUCTION.items():
        setattr(settings, name, value)
    monkeypatch.setattr(page_cache_views, "PERSONAL", {"__Host-session", "messages"})
    # The end of a request must not end the transaction of the test.
    monkeypatch.setattr(connections["default"], "close_if_unusable_or_obsolete", lambda: None)
    portal = Portal()
    yield portal
    portal.stop()


@pytest.fixture
def nginx(portal, tmp_path):
    with proxy.running(tmp_path, upstream=portal.server.server_port) as running:
        yield running


def wait_until_it_asks_again() -> None:
    """nginx counts whole seconds: what it keeps for one it keeps for up to two."""
    time.sleep(int(caching.PROXY_KEEPS) + 1.2)


def session_of(person) -> str:
    client = Client()
    client.force_login(person)
    return f"__Host-session={client.cookies['__Host-session'].value}"


# -- What is kept -----------------------------------------------------------------------------------------------------


def test_a_page_for_everybody_is_kept_and_still_comes_when_the_portal_is_gone(nginx, portal):
    first, second = nginx.get("/"), nginx.get("/")
    assert (first.status, first["X-Cache"], second["X-Cache"]) == (200, "MISS", "HIT")
    assert second.body == first.body
    assert first["Cache-Control"] == "no-cache"  # other caches ask each time
    assert first["X-Accel-Expires"] is None
    assert first["X-Request-ID"] != second["X-Request-ID"]
    portal.stop()
    wait_until_it_asks_again()
    late = nginx.get("/")
    assert (late.status, late["X-Cache"], late.body) == (200, "STALE", first.body)
    assert nginx.get("/en/").status == 502  # nobody asked for that one before


def test_a_page_of_somebody_is_never_kept_nor_shown_a_kept_one(nginx, portal, tmp_path):
    member = factories.user(name="林小满")
    anybodys = nginx.get("/")
    mine = {"Cookie": session_of(member)}
    for path in ("/", "/desk/", "/"):
        page = nginx.get(path, **mine)
        assert (page.status, page["X-Cache"]) == (200, "BYPASS")
        assert page.body != anybodys.body
    assert nginx.get("/").body == anybodys.body
    assert len([file for file in (tmp_path / "kept").rglob("*") if file.is_file()]) == 1
    portal.stop()
    assert {nginx.get(path, **mine).status for path in ("/", "/desk/")} == {502}


def test_pages_in_two_languages_and_of_two_names_are_kept_apart(nginx):
    for path, words in (("/", b'lang="zh-CN"'), ("/en/", b'lang="en"'), ("/", b'lang="zh-CN"')):
        assert words in nginx.get(path).body
    assert nginx.get("/", Host="evil.example.org").status == 400


def test_a_page_with_a_form_is_made_for_each_visitor(nginx):
    answers = [nginx.get("/accounts/login/") for _number in range(2)]
    assert [answer["X-Cache"] for answer in answers] == ["MISS", "MISS"]
    assert answers[0].body != answers[1].body


def test_what_is_gone_does_not_come_again_from_what_was_kept(nginx, portal):
    event = factories.event()
    path = event.get_absolute_url()
    assert nginx.get(path).status == 200
    event.delete()
    wait_until_it_asks_again()
    assert nginx.get(path).status == 404
    portal.stop()
    wait_until_it_asks_again()
    assert nginx.get(path).status == 404


def test_what_a_secret_address_opens_and_what_words_found_is_not_kept(client):
    for path in ("/cases/lists/shared/nothing/", "/search/?q=x", "/cases/?q=x"):
        assert "X-Accel-Expires" not in client.get(path)
    assert client.get("/")["X-Accel-Expires"] == "1"
    assert "X-Accel-Expires" not in client.get("/", headers={"authorization": "Bearer x"})


# -- What every answer carries ----------------------------------------------------------------------------------------


def missing(answer, headers: dict[str, str]) -> dict:
    return {name: answer[name] for name, value in headers.items() if answer[name] != value}


def test_a_private_file_has_all_the_headers_that_the_portal_gave_it(nginx, agency, member):
    case = authoring.start_case(agency, by=member, title="两年转衔", background="<p>背景。</p>")
    key = attachment.add(case, upload.examine(io.BytesIO(b"PLANTED,1\n"), "数据.csv"), by=member).key
    path = reverse("case_attachment", args=[case.public_id, key])
    answer = nginx.get(path, Cookie=session_of(member))
    assert (answer.status, answer.body) == (200, b"PLANTED,1\n")
    of_files = {
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-store",
        "X-Frame-Options": portal_settings.X_FRAME_OPTIONS,
        "Cross-Origin-Opener-Policy": "same-origin",
        "X-Accel-Redirect": None,
    }
    assert missing(answer, SEALS | of_files) == {}
    assert answer["Content-Disposition"].startswith("attachment")
    assert "Cookie" in answer["Vary"]
    assert len(answer["X-Request-ID"]) == 32
    assert nginx.get(path).status == 404
    assert nginx.get(f"/private/casefiles/{key}").status == 404


def test_a_public_file_is_sealed_and_only_a_picture_is_shown(nginx, tmp_path):
    (tmp_path / "media").mkdir(exist_ok=True)
    for name in ("a.png", "a.svg", "a.html", "a.pdf"):
        (tmp_path / "media" / name).write_bytes(b"x")
    answers = {
        name: nginx.get(f"/media/{name}") for name in ("a.png", "a.svg", "a.html", "a.pdf", "none.png")
    }
    for answer in answers.values():
        assert missing(answer, SEALS | {"Content-Security-Policy": "default-src 'none'; sandbox"}) == {}
        assert len(answer["X-Request-ID"]) == 32
    ways = [answers[name]["Content-Disposition"] for name in ("a.png", "a.svg", "a.html", "a.pdf")]
    assert ways == [None, "attachment", "attachment", "attachment"]


def test_a_page_and_a_fault_of_the_portal_are_sealed_once(nginx):
    for path in ("/", "/nothing/"):
        answer = nginx.get(path)
        assert missing(answer, SEALS) == {}
        assert len(answer.headers.get_all("X-Request-ID")) == 1


def test_whoever_comes_without_tls_is_sent_to_the_portal_whatever_name_they_asked_for(nginx):
    for name in (proxy.NAME, "evil.example"):
        answer = nginx.get_plainly("/x?y=1", Host=name)
        assert (answer.status, answer["Location"]) == (301, f"https://{proxy.NAME}/x?y=1")
