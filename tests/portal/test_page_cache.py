"""What is the same for every visitor is made once, and never older than the last change."""

import gzip
from datetime import timedelta
from importlib import import_module

import pytest
import time_machine
from django.conf import settings
from django.db import OperationalError, connection
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from casestudies.usage import counting
from events.models import Event
from orgs.models import Agency
from portal import caching, changes, kept, page_cache_views, public_parts
from portal.models import LastChange, Topic, Turn
from tests import factories

pytestmark = pytest.mark.django_db
BROWSER = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0"}


@pytest.fixture(autouse=True)
def pages_are_kept(monkeypatch):
    monkeypatch.setattr(kept, "KEPT_FOR", 60)


def kept_pages() -> list:
    return [page for key, page in kept.STORE.kept.items() if key[0] == "page"]


def cost(client, path, **headers) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path, headers=headers).status_code in (200, 304)
    return len(queries)


@pytest.mark.parametrize("path", ["/", "/agencies/", "/events/", "/cases/", "/en/", "/en/privacy/"])
def test_the_next_visitor_gets_the_same_page_for_one_small_question(client, path):
    first = client.get(path)
    assert first["Cache-Control"] == "no-cache"
    assert cost(Client(), path, **{"accept-language": "de"}) == 1
    assert Client().get(path).content == first.content


def test_a_change_is_seen_at_once_however_it_was_written(client, change):
    event = change(factories.event, title="消防演练")
    path = event.get_absolute_url()
    assert "消防演练" in client.get(path).text
    change(Event.objects.filter(pk=event.pk).update, title="急救演练")  # sends no signal
    assert "急救演练" in client.get(path).text
    change(event.delete)
    assert client.get(path).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_what_is_written_outside_of_a_transaction_is_told_of_and_stays_written(client):
    """On SQLite such a statement is still open when the next one begins, which must not take it back."""
    topic = Topic.objects.create(scheme="svc", code="svc:later", name_zh="甲", name_en="A")
    assert Topic.objects.filter(pk=topic.pk).exists()
    before = LastChange.objects.read()[changes.TEXTS]
    Topic.objects.filter(pk=topic.pk).update(name_zh="乙")
    assert Topic.objects.get(pk=topic.pk).name_zh == "乙"
    assert LastChange.objects.read()[changes.TEXTS] > before


def test_the_control_without_the_notice_shows_the_old_page(client, change, monkeypatch):
    agency = change(factories.agency, legal_name="旧名服务中心")
    assert "旧名服务中心" in client.get(agency.get_absolute_url()).text
    monkeypatch.setattr(changes, "_WRITES", changes.re.compile("no statement at all"))
    change(Agency.objects.filter(pk=agency.pk).update, legal_name="新名服务中心")
    assert "旧名服务中心" in client.get(agency.get_absolute_url()).text


def test_what_no_visitor_sees_keeps_the_pages(client, change):
    client.get("/")
    change(Turn.objects.create, name="day", period="2026-11-29")
    assert cost(client, "/") == 1


def test_a_change_of_another_process_is_seen(client):
    client.get("/")
    LastChange.objects.write(changes.TEXTS, kept.time.time())
    assert cost(client, "/") > 1


def test_whoever_has_a_session_gets_a_page_of_their_own_and_none_of_it_is_kept(client, member):
    client.force_login(member)
    mine = client.get("/")
    assert sorted(mine["Cache-Control"].split(", ")) == ["no-store", "private"]
    assert "Cookie" in mine["Vary"]
    assert reverse("desk") in mine.text
    assert not kept_pages()
    theirs = Client().get("/")
    assert reverse("desk") not in theirs.text
    assert reverse("desk") in client.get("/").text  # nor do they get what was kept


def test_what_a_page_depends_on_is_a_list_without_a_gap(client):
    answer = client.get("/", headers={"accept-encoding": "gzip"})
    assert sorted(answer["Vary"].split(", ")) == ["Accept-Encoding", "Cookie"]
    assert "Accept-Language" in client.get("/agencies/nobody/")["Vary"]  # a fault speaks as the browser asks


def test_what_depended_on_the_visitor_is_not_said_to_be_everybodys(rf):
    def answer(method="GET", cookies=(), **remembers):
        def view(request):
            for name, value in remembers.items():
                request.session[name] = value
            return HttpResponse("x")

        request = rf.generic(method, "/x/")
        request.session = import_module(settings.SESSION_ENGINE).SessionStore()
        request.COOKIES.update(cookies)
        return caching.PrivateToTheReader(view)(request)

    assert (answer()["Cache-Control"], answer()["X-Accel-Expires"]) == ("no-cache", "1")
    for other in (answer("POST"), answer(cookies={"messages": "x"}), answer(place="dongguan")):
        assert "no-cache" not in other.get("Cache-Control", "")
        assert "X-Accel-Expires" not in other


def test_a_page_with_a_form_or_a_question_or_a_fault_is_not_kept(client):
    for path in ("/accounts/login/", "/search/?q=x", "/cases/?q=x", "/agencies/nobody/", "/dev/mail/"):
        client.get(path)
    assert not kept_pages()


def test_languages_compressions_and_addresses_are_kept_apart(client, change):
    change(factories.agency, legal_name="甲乙丙服务中心", name_en="ABC House")
    pages = {
        (path, coding): client.get(path, headers={"accept-encoding": coding}).content
        for path in ("/agencies/", "/en/agencies/", "/agencies/?sort=name")
        for coding in ("gzip", "identity")
    }
    assert len(set(pages.values())) == 6
    for (path, coding), content in pages.items():
        assert client.get(path, headers={"accept-encoding": coding}).content == content
        if coding == "gzip":
            assert gzip.decompress(content).decode().startswith("<!doctype html>")


def test_two_names_of_the_portal_and_two_schemes_are_kept_apart(client):
    for more in ({}, {"secure": True}, {"headers": {"host": "localhost"}}):
        assert client.get("/", **more).status_code == 200
    assert len(kept_pages()) == 3


def test_what_depends_on_a_header_is_kept_for_each_of_its_values(rf):
    def view(request):
        said = request.headers["x-word"]
        return HttpResponse(said, headers={"Cache-Control": "public", "Vary": "X-Word"})

    middleware = page_cache_views.PageCache(view)
    for word in ("one", "two", "one", "two"):
        assert middleware(rf.get("/words/", headers={"x-word": word})).text == word
    assert len(kept_pages()) == 2


def test_what_is_asked_for_without_its_body_or_at_great_length_is_not_kept(client):
    client.head("/")
    client.get(f"/?n={'x' * 300}")
    assert not kept_pages()


def test_who_is_to_be_told_something_gets_a_page_of_their_own(client):
    client.get("/")
    client.cookies["messages"] = "whatever"
    assert cost(client, "/") > 1


def test_walking_through_all_addresses_fills_no_memory(client, monkeypatch):
    monkeypatch.setattr(page_cache_views, "VARIES", {})
    monkeypatch.setattr(page_cache_views, "MOST_PATHS", 2)
    for path in ("/", "/en/", "/cases/", "/events/", "/agencies/"):
        client.get(path)
    assert len(page_cache_views.VARIES) <= 3


def test_a_host_that_is_not_ours_is_refused_after_the_page_was_kept(client):
    client.get("/")
    assert client.get("/", headers={"host": "evil.example.org"}).status_code == 400


def test_who_has_the_page_already_gets_a_short_answer_until_something_changes(client, change):
    tag = client.get("/")["ETag"]
    again = client.get("/", headers={"if-none-match": tag})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)
    change(factories.agency, legal_name="刚刚登记的服务中心")
    assert client.get("/", headers={"if-none-match": tag}).status_code == 200


def test_readers_of_a_kept_case_are_counted_and_robots_are_not(client, change):
    case = change(factories.case)
    path = case.get_absolute_url()
    for address in ("10.0.0.1", "10.0.0.2", "10.0.0.2"):
        client.get(path, headers=BROWSER, REMOTE_ADDR=address)
    client.get(path, headers={"user-agent": "Googlebot/2.1"}, REMOTE_ADDR="10.0.0.3")
    assert sum(counting.SUMS.numbers.values()) == 2


def test_without_the_database_what_was_kept_is_still_read(client, monkeypatch):
    before = client.get("/").content

    def away(self):
        raise OperationalError

    monkeypatch.setattr("portal.models.last_change.LastChangeQuerySet.read", away)
    assert client.get("/").content == before


def test_in_the_window_after_a_change_a_page_is_a_second_old_at_most(client, change, monkeypatch):
    """Within it a process writes no second change down, so what was made meanwhile is not trusted longer."""
    monkeypatch.setattr(changes, "WINDOW", 1.0)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        event = change(factories.event, title="第一个题目")
        path = event.get_absolute_url()
        written = LastChange.objects.read()
        clock.shift(timedelta(seconds=0.5))
        client.get(path)
        change(Event.objects.filter(pk=event.pk).update, title="第二个题目")
        assert LastChange.objects.read() == written
        monkeypatch.setattr(changes, "KNOWN", changes.Known())  # another process, which has only the row
        clock.shift(timedelta(seconds=1.1))
        assert "第二个题目" in client.get(path).text
        assert cost(client, path) == 0 or cost(client, path) == 1
        clock.shift(timedelta(seconds=61))
        assert cost(client, path) > 1  # days pass by themselves


def test_a_process_keeps_so_much_and_no_more(client, monkeypatch):
    client.get("/")
    [page] = kept_pages()
    kept.STORE = kept.Store()
    monkeypatch.setattr(kept, "MOST_BYTES", 3 * page.size)
    for number in range(6):
        client.get(f"/?n={number}")
    assert kept.STORE.size <= 3 * page.size
    assert "/?n=5" in list(kept.STORE.kept)[-1]


def test_a_page_that_somebody_names_themselves_for_is_not_kept(client):
    client.get("/agencies/", headers={"authorization": "Bearer x"})
    assert kept_pages() == []
    client.get("/agencies/")
    assert len(kept_pages()) == 1  # the control


@pytest.mark.parametrize("change", [{"cookie": "1"}, {"cache": "public, private"}, {"cache": "no-store"}])
def test_an_answer_that_sets_a_cookie_or_says_that_it_is_private_is_nobody_elses(change):
    answer = HttpResponse("x", headers={"Cache-Control": change.get("cache", "public")})
    if "cookie" in change:
        answer.set_cookie("name", change["cookie"])
    assert not page_cache_views.is_for_everybody(answer)
    assert page_cache_views.is_for_everybody(HttpResponse("x", headers={"Cache-Control": "public"}))


def test_a_fault_a_stream_and_what_says_nothing_of_caches_is_nobody_elses():
    public = {"Cache-Control": "public"}
    for answer in (
        HttpResponse("x", status=404, headers=public),
        StreamingHttpResponse(["x"], headers=public),
        HttpResponse("x"),
    ):
        assert not page_cache_views.is_for_everybody(answer)


def test_parts_for_everybody_are_made_for_nobody_in_particular(client, manager):
    request = RequestFactory().get("/", headers={"cookie": "sessionid=x"})
    request.user, request.session, request._messages = manager, {"a": 1}, ["for the manager"]
    request.META["CSRF_COOKIE"] = "of the manager"
    visitor = public_parts.as_visitor(request)
    assert visitor.user.is_anonymous
    assert (visitor.session, visitor.COOKIES) == ({}, {})
    assert not {"HTTP_COOKIE", "CSRF_COOKIE"} & visitor.META.keys()
    assert visitor._messages == []
    assert request.user == manager
