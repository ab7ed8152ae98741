"""What every answer tells the browser: headers, cookies and caches, over all addresses and every kind of reader."""

import json

import pytest
from django.conf import settings as portal_settings
from django.test import Client
from django.urls import path, reverse

from orgs.models import User
from tests import factories
from tests.addresses import ADDRESSES, PLACES, body_for, leading
from tests.content_policy import holes_in
from tests.portal.test_settings import COMPLETE, load

pytestmark = pytest.mark.django_db
READERS = ("anonymous", "owner", "staff")
#: Answers that are files or data of their own; all others are pages.
PAGES = "text/html"


@pytest.fixture(autouse=True)
def as_in_production(settings):
    settings.SECURE_HSTS_SECONDS = 365 * 24 * 3600
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = True


def visit(world, who: str) -> Client:
    return world["visitors"][who].client(raise_request_exception=False)


def wrong_with(answer) -> list[str]:
    """Which promises this answer breaks."""
    policy = answer.get("Content-Security-Policy", "")
    without_wasm = policy.replace("'wasm-unsafe-eval'", "")  # reads QR codes at the door
    is_page = answer.get("Content-Type", "").startswith(PAGES)
    promises = {
        "nosniff": answer.get("X-Content-Type-Options") == "nosniff",
        "referrer": answer.get("Referrer-Policy")
        in ("strict-origin-when-cross-origin", "same-origin", "no-referrer"),
        "HSTS": "max-age=31536000; includeSubDomains" in answer.get("Strict-Transport-Security", ""),
        "permissions": "geolocation=()" in answer.get("Permissions-Policy", ""),
        "frames": "frame-ancestors 'self'" in policy or "sandbox" in policy,
        "scripts of ours only": not is_page
        or ("default-src 'self'" in policy and "unsafe" not in without_wasm and "*" not in policy),
        "no hole in the policy": not is_page or holes_in(policy) == [],
        "public and a cookie": "public" not in answer.get("Cache-Control", "") or not answer.cookies,
        "no style in the page": not is_page or b' style="' not in answer.content,
        "no handler in the page": not is_page or b" onclick=" not in answer.content,
    }
    return [promise for promise, is_kept in promises.items() if not is_kept]


@pytest.mark.parametrize("who", READERS)
def test_every_answer_of_every_address_carries_the_headers(world, who):
    client, wrong = visit(world, who), {}
    for name in ADDRESSES:
        for address in leading(world, name)[:1]:
            if broken := wrong_with(client.get(address, secure=True)):
                wrong[address] = broken
    assert wrong == {}


def test_redirects_errors_and_static_files_carry_them_too(client):
    for address in ("/desk/", "/no-such-place/", "/static/portal/css/site.css", "/robots.txt"):
        assert wrong_with(client.get(address, secure=True)) == [], address
    refused = Client(enforce_csrf_checks=True).post(reverse("account_login"), {}, secure=True)
    assert refused.status_code == 403
    assert wrong_with(refused) == []


def falls_over(request):
    raise RuntimeError("a fault that a test made")


urlpatterns = [path("falls-over/", falls_over)]
handler404, handler500 = "portal.errors.not_found", "portal.errors.server_error"


def test_an_error_of_ours_carries_them_and_says_nothing_about_itself(settings):
    settings.ROOT_URLCONF = "tests.portal.seals.test_browser_rules"
    answer = Client(raise_request_exception=False).get("/falls-over/", secure=True)
    assert answer.status_code == 500
    assert wrong_with(answer) == []
    assert b"a fault that a test made" not in answer.content
    assert b"Traceback" not in answer.content


@pytest.mark.parametrize("who", ["owner", "staff", "newcomer"])
def test_no_page_of_somebody_who_is_signed_in_is_kept_by_any_cache(world, who):
    """What is public says so itself, and is the same for everybody."""
    client, kept = visit(world, who), []
    for name in ADDRESSES:
        for address in leading(world, name)[:1]:
            answer = client.get(address)
            said = answer.get("Cache-Control", "")
            is_page = answer.get("Content-Type", "").startswith(PAGES)
            is_secret = name == "shared_list"  # the same for whoever has its address
            if is_page and answer.status_code == 200 and "no-store" not in said and not is_secret:
                kept.append((address, said))
    assert kept == []


def test_reading_sets_no_cookie(client):
    for address in ("/", *PLACES, "/search/?q=x", "/network/", "/hsds/v3/services", "/robots.txt"):
        assert not client.get(address).cookies, address


# -- Cookies ----------------------------------------------------------------------------------------------------------

COOKIES = """
import json, portal.settings as s
print(json.dumps({name: getattr(s, name, None) for name in (
    "SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY",
    "SESSION_COOKIE_DOMAIN", "CSRF_COOKIE_DOMAIN", "SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS",
    "SECURE_SSL_REDIRECT", "SECOND_FACTOR_REQUIRED", "RATE_LIMITS", "DEBUG", "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN")}))
"""


def test_production_has_host_cookies_only_over_https_and_every_seal_on(tmp_path):
    said = json.loads(load(tmp_path, COOKIES, **COMPLETE).stdout)
    assert said == {
        "SESSION_COOKIE_NAME": "__Host-session",
        "CSRF_COOKIE_NAME": "__Host-csrf",
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_DOMAIN": None,  # a __Host- cookie may have none
        "CSRF_COOKIE_DOMAIN": None,
        "SECURE_HSTS_SECONDS": 31536000,
        "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
        "SECURE_SSL_REDIRECT": True,
        "SECOND_FACTOR_REQUIRED": True,
        "RATE_LIMITS": True,
        "DEBUG": False,
        "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN": False,
    }


def test_the_session_cookie_is_for_no_script_and_no_other_site(client):
    person = factories.with_address(factories.user(password="two rivers meet here"))
    client.post(reverse("account_login"), {"login": person.email, "password": "two rivers meet here"})
    cookie = client.cookies[portal_settings.SESSION_COOKIE_NAME]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")


# -- Requests that should not be --------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["owner", "staff", "newcomer"])
def test_no_form_is_taken_without_its_token(world, who):
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.cookies = world["visitors"][who].cookies.copy()
    taken = []
    for name in ADDRESSES:
        if name.startswith("hsds_"):
            continue  # reads only: POST is answered 405
        for address in leading(world, name)[:1]:
            status = client.post(address, body_for(name, world)).status_code
            if status not in (403, 404, 405) and name != "oai":  # OAI-PMH reads by POST too
                taken.append((address, status))
    #: One click in a mail program ends a saved search (RFC 8058): the address itself is the secret.
    assert [
        address
        for address, _status in taken
        if not address.startswith(reverse("stop_searches", args=["x"])[:-2])
    ] == []


def test_a_form_from_another_site_is_not_taken(world):
    client = Client(enforce_csrf_checks=True)
    client.cookies = world["visitors"]["owner"].cookies.copy()
    page = client.get(reverse("account"), secure=True, HTTP_HOST="localhost")
    token = page.context["csrf_token"]
    form = {"name": "林", "language": "en", "occupation": "other", "csrfmiddlewaretoken": str(token)}
    for origin in ("https://evil.example", "null"):
        answer = client.post(reverse("account"), form, secure=True, HTTP_HOST="localhost", HTTP_ORIGIN=origin)
        assert answer.status_code == 403, origin


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "localhost:80@evil.example", ""])
def test_another_host_name_is_refused(client, settings, host):
    settings.ALLOWED_HOSTS = ["localhost"]
    assert client.get("/", HTTP_HOST=host or "\t").status_code == 400
    assert client.get("/", HTTP_HOST="localhost", HTTP_X_FORWARDED_HOST="evil.example").status_code == 200


@pytest.mark.parametrize(
    "address", ["/", "/desk/", "/accounts/login/", "/search/", "/admin/", "/hsds/v3/services"]
)
@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT", "DEBUG"])
def test_methods_for_debugging_are_not_answered(client, address, method):
    answer = client.generic(method, address, headers={"x-secret": "canary"})
    assert answer.status_code == 405, (method, address)
    assert b"canary" not in answer.content


@pytest.mark.parametrize(
    "address",
    ["/.git/HEAD", "/.git/config", "/.env", "/static/", "/media/", "/static/portal/", "/media/../portal/settings.py",
     "/static/../portal/settings.py", "/static/%2e%2e/portal/settings.py", "/manage.py", "/var/secret_key", "/private/",
     "/server-status", "/__debug__/", "/api/v2/", "/api/v3/", "/django-admin/"],
)  # fmt: skip
def test_nothing_of_the_machine_is_served(client, address):
    assert client.get(address, follow=True).status_code in (400, 404), address
    assert b"SECRET_KEY" not in client.get(address, follow=True).content


ELSEWHERE = [
    "https://evil.example/", "//evil.example/", "///evil.example", "/\\evil.example", "\\\\evil.example", "https:evil.example",
    "javascript:alert(1)", "data:text/html,x", "http:///evil.example", "https://testserver@evil.example/", " //evil.example",
    "/\t/evil.example", "https://testserver.evil.example/", "ftp://testserver/",
]  # fmt: skip


@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_no_sign_in_and_no_form_leads_to_another_site(wanted):
    person = factories.with_address(factories.user(password="two rivers meet here"))
    said = {"login": person.email, "password": "two rivers meet here", "next": wanted}
    answers = [
        Client().post(reverse("account_login"), said),
        Client().get(reverse("account_login"), {"next": wanted}),
        Client().get("/admin/login/", {"next": wanted}),
        Client().post(reverse("account_logout"), {"next": wanted}),
    ]
    inside = Client()
    inside.force_login(person)
    answers += [
        inside.get(reverse("account_login"), {"next": wanted}),
        inside.get(reverse("account_signup"), {"next": wanted}),
        inside.post(f"{reverse('sign_in_again')}?{'next='}{wanted}"),
        inside.post(reverse("account_logout"), {"next": wanted}),
    ]
    for answer in answers:
        if answer.status_code == 302:
            assert answer.url.startswith(("/accounts/", "/desk/")) or answer.url == "/", answer.url
        else:
            assert f'href="{wanted}"' not in answer.content.decode()


def test_staff_who_are_superusers_get_the_same_headers_in_the_admin(client):
    client.force_login(User.objects.create_superuser("root@example.org", name="根"))
    answer = client.get("/admin/", secure=True)
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "geolocation=()" in answer["Permissions-Policy"]


def test_the_admin_runs_what_stands_in_its_pages_but_nothing_foreign_and_no_text_as_code(client):
    client.force_login(User.objects.create_superuser("root@example.org", name="根"))
    for address in ("/admin/", "/admin/reports/searched/", "/admin/no-such-place/"):
        said = client.get(address, secure=True)["Content-Security-Policy"]
        rules = dict(each.strip().split(" ", 1) for each in said.split(";"))
        assert rules["script-src"] == rules["style-src"] == "'self' 'unsafe-inline'"
        assert rules["object-src"] == "'none'"
        assert rules["frame-ancestors"] == rules["form-action"] == rules["base-uri"] == "'self'"
        assert holes_in(said) == [
            "scripts in the page"
        ]  # Wagtail writes them there, and nonces it does not know


#: What keeps all holes closed, and one change for each hole that a policy can have.
CLOSED = "default-src 'self'; object-src 'none'; base-uri 'self'; img-src 'self' data:"
OPENED = {
    "; script-src 'self' *": "scripts from anywhere",
    "; script-src 'self' data:": "scripts from anywhere",
    "; script-src 'self' http:": "scripts from anywhere",
    "; script-src-elem https:": "scripts from anywhere",
    "; script-src 'self' ajax.googleapis.com": "scripts of another host",
    "; script-src 'self' 'unsafe-inline'": "scripts in the page",
    "; script-src-attr 'unsafe-hashes'": "scripts in the page",
    "; script-src 'self' 'unsafe-eval'": "text as code",
    "; script-src 'nonce-short'": "nonces that can be guessed",
    "; script-src 'strict-dynamic'": "strict-dynamic without a nonce",
    "; style-src http://fonts.example.org": "what came unencrypted",
    "; style-src self": "words that browsers do not know",
    "; style-src 'selv'": "words that browsers do not know",
    "; script-scr 'self'": "words that browsers do not know",
}


def test_the_reader_of_policies_finds_each_hole_and_no_other():
    assert holes_in(CLOSED) == []
    for change, hole in OPENED.items():
        assert holes_in(CLOSED + change) == [hole], change
    assert holes_in(CLOSED.replace("object-src 'none'; ", "")) == ["plugins"]
    assert holes_in(CLOSED.replace("; base-uri 'self'", "")) == ["another base of addresses"]
    assert holes_in("") == ["scripts from anywhere", "plugins", "another base of addresses"]


def test_a_preview_in_the_admin_keeps_to_the_rule_of_our_pages(client, agency):
    """It shows the words of members: there no script may stand in the page."""
    revision = factories.case(agency).save_revision()
    client.force_login(User.objects.create_superuser("root@example.org", name="根"))
    address = "wagtailsnippets_casestudies_casestudy:revisions_view"
    answer = client.get(reverse(address, args=[revision.object_id, revision.pk]))
    assert answer.status_code == 200
    assert "unsafe" not in answer["Content-Security-Policy"]
