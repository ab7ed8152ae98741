"""What everybody sees the same is made once, also for people who are signed in: with nothing of anybody's in it."""

import re
import threading
from itertools import count

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from wagtail.models import Page, PageViewRestriction, Site

from casestudies.models import CaseStudy
from events.models import SeatPool
from orgs.models import Agency
from portal import changes, kept, public_parts
from portal.models import HomePage
from portal.public_parts import PublicParts
from tests import factories
from tests.at_once import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def parts_are_kept(monkeypatch):
    monkeypatch.setattr(kept, "KEPT_FOR", 60)


@pytest.fixture
def world(change):
    """A portal with one of each, and two people: one who leads its agency, and a stranger."""
    agency = change(factories.agency, legal_name="同心社工服务中心")
    manager, stranger = (
        change(factories.member_of, agency, role="manager"),
        change(factories.member_of, change(factories.agency)),
    )
    event = change(factories.event, host=agency, title="消防演练", capacity=30)
    case = change(factories.case, agency=agency, title="返乡青年的夜校")
    return {"agency": agency, "manager": manager, "stranger": stranger, "event": event, "case": case}


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    UserSession.objects.create(user=user, session_key=client.session.session_key, ip="127.0.0.1")
    connection.run_on_commit.clear()
    return client


def paths(world) -> list[str]:
    return ["/", "/en/", "/agencies/", "/events/", "/cases/", world["case"].get_absolute_url()]


def text(client, path) -> str:
    """The page, without what is new each time."""
    answer = client.get(path)
    assert answer.status_code == 200, path
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.text)


def test_everybody_shares_the_parts_and_nobody_sees_anything_of_anybody_in_them(world):
    people = [signed_in(world["manager"]), signed_in(world["stranger"]), Client()]
    fresh = {}
    for path in paths(world):
        for number, client in enumerate(people):
            kept.STORE = kept.Store()
            fresh[number, path] = text(client, path)
    for order in ((0, 1, 2), (2, 1, 0), (1, 0, 2)):
        kept.STORE = kept.Store()
        for number in order:
            for path in paths(world):
                assert text(people[number], path) == fresh[number, path], (number, path)


def test_who_comes_second_costs_a_few_questions(world):
    first, second = signed_in(world["manager"]), signed_in(world["stranger"])
    most = {"/": 4, "/en/": 4, "/agencies/": 5, "/events/": 4, "/cases/": 5}
    for path in paths(world):
        first.get(path)
        with CaptureQueriesContext(connection) as queries:
            second.get(path)
        assert len(queries) <= most.get(path, 13), (path, [query["sql"][:90] for query in queries])


def test_who_changes_something_sees_it_at_once(world, change):
    client = signed_in(world["manager"])
    for path in paths(world):
        client.get(path)
    change(CaseStudy.objects.filter(pk=world["case"].pk).update, title="夜校的第二年")
    for path in ("/", "/cases/", world["case"].get_absolute_url()):
        assert "夜校的第二年" in client.get(path).text
    change(Agency.objects.filter(pk=world["agency"].pk).update, legal_name="同路社工服务中心", short_name="")
    assert "同路社工服务中心" in client.get("/agencies/").text


def test_taken_seats_touch_only_what_shows_seats(world, change, monkeypatch):
    client = signed_in(world["stranger"])
    for path in paths(world):
        client.get(path)
    change(SeatPool.objects.filter(event=world["event"]).update, taken=30)
    made = []
    monkeypatch.setattr(kept, "put", lambda key, value, **more: made.append(key[0]) or value)
    for path in paths(world):
        client.get(path)
    assert set(made) == {"portal/_home.html", "events/_calendar_feed.html", "events/_calendar.html"}


def test_what_an_open_transaction_sees_is_not_kept(world):
    client = signed_in(world["manager"])
    client.get("/cases/")
    with transaction.atomic():
        CaseStudy.objects.filter(pk=world["case"].pk).update(title="nie geschehen")
        assert "nie geschehen" in client.get("/cases/").text
        transaction.set_rollback(True)
    connection.run_on_commit.clear()
    assert "nie geschehen" not in client.get("/cases/").text


def test_the_control_a_part_made_with_the_readers_own_request_would_give_them_away(world, monkeypatch):
    monkeypatch.setattr("portal.public_parts.as_visitor", lambda request: request)
    seen = []
    request = RequestFactory().get("/")
    request.user = world["manager"]
    PublicParts(request, lambda visitor: seen.append(visitor.user) or {"it": ""}).text("it")
    assert seen == [world["manager"]]


def test_a_place_that_is_closed_to_the_public_is_closed_at_once(world, change):
    client, visitor = signed_in(world["stranger"]), Client()
    assert client.get("/about/").status_code == visitor.get("/about/").status_code == 200
    page = Page.objects.get(slug="about", locale__language_code="zh-hans")
    change(PageViewRestriction.objects.create, page=page, restriction_type=PageViewRestriction.LOGIN)
    assert visitor.get("/about/").status_code == 302
    assert client.get("/about/").status_code == 200


def test_what_an_editor_looks_at_before_others_is_shown_to_nobody_else(world, admin_client):
    home = HomePage.objects.get(locale__language_code="zh-hans")
    site = Site.objects.get()
    host = {"host": site.hostname if site.port in (80, 443) else f"{site.hostname}:{site.port}"}
    visitor, stranger = Client(), signed_in(world["stranger"])
    home.introduction = "noch geheim"
    home.save_revision()
    connection.run_on_commit.clear()
    for looked_before in (False, True):
        kept.STORE = kept.Store()
        if looked_before:
            visitor.get("/", headers=host)
        draft = admin_client.get(reverse("wagtailadmin_pages:view_draft", args=[home.pk]))
        assert "noch geheim" in draft.text
        assert "noch geheim" not in visitor.get("/", headers=host).text
        assert "noch geheim" not in stranger.get("/", headers=host).text


def test_each_reader_has_the_buttons_that_fit_them(world):
    case, client, other = world["case"], signed_in(world["stranger"]), signed_in(world["manager"])
    button = f'formaction="{reverse("keep_case", args=[case.public_id])}"'
    assert button not in Client().get("/cases/").text
    assert button in client.get("/cases/").text
    client.post(reverse("keep_case", args=[case.public_id]), {"next": "/cases/"})
    connection.run_on_commit.clear()
    assert button not in client.get("/cases/").text
    assert "我的书单" in client.get("/cases/").text
    assert button in other.get("/cases/").text
    assert other.get("/cases/").text.count('id="keep-form"') == 1


def test_a_question_in_words_of_ones_own_is_not_kept(world):
    signed_in(world["stranger"]).get("/agencies/?q=同心")
    assert not [key for key in kept.STORE.kept if "q=" in str(key)]


def test_a_part_is_another_one_at_another_address_in_another_language_and_in_another_zone():
    made = count()

    def part(path="/", **more):
        request = RequestFactory().get(path, **more)
        request.user = AnonymousUser()
        return PublicParts(request, lambda visitor: {"it": f"made as number {next(made)}"}).text("it")

    parts = [
        part(),
        part(),
        part("/?page=2"),
        part(secure=True),
        part(headers={"host": "localhost"}),
    ]
    with timezone.override("Asia/Urumqi"):
        parts.append(part())
    with translation.override("en"):
        parts.append(part())
    assert parts == [f"made as number {n}" for n in (0, 0, 1, 2, 3, 4, 5)]
    long = f"/?n={'x' * 300}"
    assert part(long) != part(long)


def test_seats_and_texts_are_told_apart(world, change):
    before = changes.ask()
    change(SeatPool.objects.filter(event=world["event"]).update, taken=1)
    after = changes.ask()
    assert after[changes.SEATS] > before[changes.SEATS]
    assert after[changes.TEXTS] == before[changes.TEXTS]


@pytest.mark.parametrize("they_wait", [True, False])
def test_threads_that_want_a_part_at_once_make_it_once(monkeypatch, they_wait):
    """The control: where nobody waits for anybody, each of them makes it."""
    asked, makings, current = threading.Semaphore(0), [], kept.current

    def count(*arguments):
        try:
            return current(*arguments)
        finally:
            asked.release()

    def make(visitor):
        makings.append(visitor)
        for _thread in range(4 if they_wait else 0):
            assert asked.acquire(timeout=20)  # until all of them have found nothing
        if not they_wait:
            everybody_makes.wait(timeout=20)
        return {"words": "锦鲤"}

    def want():
        request = RequestFactory().get("/pond/")
        request.last_changes = dict.fromkeys(changes.EVERYTHING, 0.0)
        return PublicParts(request, make).text("words")

    everybody_makes = threading.Barrier(4)
    monkeypatch.setattr(kept, "current", count)
    monkeypatch.setattr(public_parts, "PATIENCE", 20 if they_wait else 0)

    assert at_once([want] * 4) == ["锦鲤"] * 4
    assert len(makings) == (1 if they_wait else 4)
