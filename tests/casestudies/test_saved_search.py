"""Saved searches: what is saved, who hears of what and how often, and who can stop it."""

import re
from datetime import date, datetime, timedelta
from unittest.mock import patch

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from lxml import etree

from casestudies import daily
from casestudies.keeping import saved_search
from casestudies.keeping.saved_search import SearchError, announce, change, feed_url, save
from casestudies.models import CaseStudy, SavedSearch
from portal.search import rebuild
from tests import factories

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 11, 30)
SUNDAY = datetime(2026, 11, 29, 12, tzinfo=timezone.get_default_timezone())
ATOM = {"a": "http://www.w3.org/2005/Atom"}


def kept(user, query="kind=group", delivery="daily", at=SUNDAY, name="小组"):
    return save(user, QueryDict(query), name=name, delivery=delivery, at=at)


def published(at=SUNDAY + timedelta(hours=6), **fields):
    return factories.case(**{"kind": "group", "first_published_at": at, "last_published_at": at, **fields})


@pytest.fixture
def reader():
    return factories.user(language="zh-hans")


# -- Saving -----------------------------------------------------------------------------------------------------------


def test_what_narrows_the_library_is_saved_and_nothing_else(client, reader):
    client.force_login(reader)
    query = (
        "year=2024&page=3&sort=evidence&kind=group&kind=group&evil=%3Cscript%3E&place=x&q=%E8%AE%A8%E8%96%AA+"
    )
    client.post(f"{reverse('save_search')}?{query}", {"name": "讨薪小组", "delivery": "weekly"})
    assert QueryDict(reader.saved_searches.get().query).dict() == {
        "q": "讨薪",
        "kind": "group",
        "year": "2024",
    }


def test_the_same_search_is_saved_once_in_whatever_order_it_was_asked(reader):
    first = kept(reader, "year=2024&kind=group", name="一")
    again = kept(reader, "kind=group&year=2024&page=2", name="二", delivery="feed")
    assert first.pk == again.pk
    assert (again.name, again.delivery) == ("二", "feed")


def test_the_suggested_name_says_what_is_searched(client, reader):
    client.force_login(reader)
    page = client.get(f"{reverse('save_search')}?kind=group&q=讨薪&year=2024")
    assert page.context["suggested"] == f"讨薪 · {CaseStudy.Kind.GROUP.label} · 2024"


def test_the_library_offers_to_save_what_was_searched(client):
    page = client.get("/cases/?kind=group&page=1").content.decode()
    assert f'href="{reverse("save_search")}?kind=group"' in page


def test_a_search_is_its_owners_alone(client, reader):
    search = kept(reader)
    address = reverse("saved_search", args=[search.public_id])
    for person in (factories.user(), factories.moderator()):
        client.force_login(person)
        assert client.get(address).status_code == 404
        assert client.post(address, {"action": "remove"}).status_code == 404
        assert search.name not in client.get(reverse("saved_searches")).content.decode()
        for attempt in (
            lambda by: saved_search.remove(search, by=by),
            lambda by: saved_search.renew_feed(search, by=by),
            lambda by: change(search, by=by, name="别人的名字", delivery="none"),
        ):
            with pytest.raises(SearchError):
                attempt(person)
    client.force_login(reader)
    client.post(address, {"action": "remove"})
    assert not reader.saved_searches.exists()


# -- Mail -------------------------------------------------------------------------------------------------------------


def test_new_cases_come_in_one_mail_for_all_searches_each_case_once(reader, deliver):
    kept(reader, "kind=group", name="小组")
    kept(reader, "", name="全部")
    both, one = published(title="小组里的新案例"), published(kind="casework", title="个案里的新案例")
    published(at=SUNDAY - timedelta(days=1), title="早就有的案例")
    published(live=False, title="没有发布的案例")
    announce(MONDAY)
    [mail] = deliver()
    assert mail.to == [reader.email]
    assert mail.body.count(both.title) == 1
    assert mail.body.count(one.title) == 1
    assert "早就有的案例" not in mail.body
    assert "没有发布的案例" not in mail.body
    assert both.get_absolute_url() in mail.body


def test_running_twice_or_a_day_later_repeats_nothing(reader, deliver):
    kept(reader)
    published()
    for on in (MONDAY, MONDAY, MONDAY + timedelta(days=1)):
        daily.run(on)
    assert len(deliver()) == 1


def test_nothing_new_is_no_mail(reader, deliver):
    kept(reader)
    published(kind="casework")
    announce(MONDAY)
    assert deliver() == []


def test_what_is_published_again_is_not_new(reader, deliver):
    kept(reader)
    case = published()
    announce(MONDAY)
    CaseStudy.objects.filter(pk=case.pk).update(live=False)
    announce(MONDAY + timedelta(days=1))
    CaseStudy.objects.filter(pk=case.pk).update(live=True, last_published_at=timezone.now())
    announce(MONDAY + timedelta(days=2))
    assert len(deliver()) == 1


def test_a_weekly_mail_comes_in_a_new_week_and_late_if_monday_was_missed(reader, deliver):
    wednesday = SUNDAY - timedelta(days=4)
    kept(reader, delivery="weekly", at=wednesday)
    published(at=wednesday + timedelta(hours=1), title="周三的案例")
    for days in (5, 4, 3):  # Wednesday to Friday of the same week
        announce(MONDAY - timedelta(days=days))
    assert deliver() == []
    announce(MONDAY + timedelta(days=1))
    [mail] = deliver()
    assert "周三的案例" in mail.body
    published(at=SUNDAY + timedelta(days=2), title="周二的案例")
    announce(MONDAY + timedelta(days=3))
    assert deliver() == []
    announce(MONDAY + timedelta(days=7))
    assert "周二的案例" in deliver()[0].body


def test_an_outage_of_days_is_caught_up_with(reader, deliver):
    kept(reader)
    titles = [published(at=SUNDAY + timedelta(days=n), title=f"停机第{n}天").title for n in range(1, 5)]
    announce(MONDAY + timedelta(days=10))
    [mail] = deliver()
    assert all(title in mail.body for title in titles)


def test_with_search_away_words_wait_and_filters_do_not(reader, deliver):
    kept(reader, "q=讨薪", name="讨薪")
    kept(reader, "kind=casework", name="个案")
    published(title="讨薪小组", abstract="农民工讨薪")
    published(kind="casework", title="一个个案")
    announce(MONDAY)  # there is no index yet
    [mail] = deliver()
    assert "一个个案" in mail.body
    assert "讨薪小组" not in mail.body
    rebuild()
    announce(MONDAY)  # the engine is back on the same day
    [mail] = deliver()
    assert "讨薪小组" in mail.body
    assert "一个个案" not in mail.body


def test_the_mail_is_in_the_persons_language(deliver):
    english = factories.user(language="en")
    kept(english)
    case = published(title="小组", title_en="A group that met")
    announce(MONDAY)
    [mail] = deliver()
    assert f"/en{case.get_absolute_url()}" in mail.body
    assert "/en" + reverse("saved_searches") in mail.body


def test_a_long_absence_is_a_short_mail(reader, deliver):
    kept(reader)
    for n in range(saved_search.SHOWN_IN_MAIL + 3):
        published(title=f"案例第{n}号")
    announce(MONDAY)
    [mail] = deliver()
    assert len(re.findall(r"^案例第\d+号$", mail.body, re.M)) == saved_search.SHOWN_IN_MAIL
    announce(MONDAY + timedelta(days=1))
    assert deliver() == []


def test_who_asks_for_mail_later_is_told_of_what_is_new_from_then_on(reader, deliver):
    search = kept(reader, delivery="none")
    published(title="之前的案例")
    change(search, by=reader, name="小组", delivery="daily", at=SUNDAY + timedelta(days=1))
    published(at=SUNDAY + timedelta(days=1, hours=1), title="之后的案例")
    announce(MONDAY + timedelta(days=1))
    [mail] = deliver()
    assert "之后的案例" in mail.body
    assert "之前的案例" not in mail.body


def test_a_locked_account_gets_no_mail(reader, deliver):
    kept(reader)
    published()
    type(reader).objects.filter(pk=reader.pk).update(is_active=False)
    announce(MONDAY)
    assert deliver() == []


def test_one_persons_fault_keeps_nobody_elses_mail_back(reader, deliver):
    other = factories.user()
    kept(reader)
    kept(other)
    published()
    real = saved_search.announce_to

    def fails_for_one(user, on):
        if user == reader:
            raise OSError("a fault")
        return real(user, on)

    with patch.object(saved_search, "announce_to", fails_for_one), pytest.raises(ExceptionGroup):
        announce(MONDAY)
    assert [mail.to for mail in deliver()] == [[other.email]]
    announce(MONDAY)
    assert [mail.to for mail in deliver()] == [[reader.email]]


def test_the_link_in_the_mail_stops_it_without_signing_in_and_only_when_pressed(client, reader, deliver):
    kept(reader)
    kept(reader, "kind=project", name="项目", delivery="weekly")
    feed = kept(reader, "kind=model", name="模式", delivery="feed")
    published()
    announce(MONDAY)
    address = re.search(r"http://\S+(/\S*cases/searches/stop/\S+)", deliver()[0].body)[1]
    page = client.get(address)  # as the scanner of a mail server does
    assert page.status_code == 200
    assert reader.name not in page.content.decode()
    assert reader.saved_searches.by_mail().count() == 2
    assert client.post(address).status_code == 200
    assert not reader.saved_searches.by_mail().exists()
    feed.refresh_from_db()
    assert feed.delivery == "feed"
    published(at=SUNDAY + timedelta(days=1))
    announce(MONDAY + timedelta(days=9))
    assert deliver() == []


def test_a_mail_program_stops_it_with_one_click_and_without_a_cookie(reader, deliver):
    """RFC 8058: a POST to the address of the header, from a program that has no session and no token."""
    search = kept(reader)
    published()
    announce(MONDAY)
    [letter] = deliver()
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    place = re.fullmatch(r"<https?://[^/]+(/.+)>", letter.extra_headers["List-Unsubscribe"])[1]
    answer = Client(enforce_csrf_checks=True).post(place, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    search.refresh_from_db()
    assert search.delivery == "none"


def test_the_link_and_the_feed_of_a_locked_account_lead_nowhere(client, reader):
    kept(reader)
    feed = kept(reader, "kind=model", name="模式", delivery="feed")
    addresses = [reverse("stop_searches", args=[saved_search.stop_secret(reader)]), path_of(feed)]
    assert [client.get(address).status_code for address in addresses] == [200, 200]
    type(reader).objects.filter(pk=reader.pk).update(is_active=False)
    assert [client.get(address).status_code for address in addresses] == [404, 404]


def test_searches_are_so_many_and_so_long_and_no_more(reader, monkeypatch):
    monkeypatch.setattr(saved_search, "MOST_SEARCHES", 1)
    with pytest.raises(SearchError):
        kept(reader, f"q={'讨薪' * 500}")
    kept(reader)
    kept(reader, name="同一个")  # the same search is one
    with pytest.raises(SearchError):
        kept(reader, "kind=model")


def test_another_way_by_mail_forgets_nothing_that_is_still_to_be_told(reader, deliver):
    search = kept(reader, delivery="weekly")
    published()
    change(search, by=reader, name="小组", delivery="daily", at=SUNDAY + timedelta(hours=12))
    announce(MONDAY)
    assert [mail.to for mail in deliver()] == [[reader.email]]


def test_a_forged_link_stops_nothing(client, reader):
    kept(reader)
    for secret in (reader.public_id.hex, f"{reader.public_id.hex}.x", "x" * 43):
        assert client.post(reverse("stop_searches", args=[secret])).status_code == 404
    assert reader.saved_searches.by_mail().count() == 1


# -- Feed -------------------------------------------------------------------------------------------------------------


def path_of(search):
    return feed_url(search).partition("://")[2].partition("/")[2].join(["/", ""])


def entries(answer):
    return etree.fromstring(answer.content).xpath("//a:entry/a:title/text()", namespaces=ATOM)


def test_a_feed_holds_what_the_search_finds_and_the_same_bytes_until_that_changes(client, reader):
    search = kept(reader, delivery="feed")
    old, new = published(at=SUNDAY - timedelta(days=9), title="旧"), published(title="新")
    published(live=False, title="草稿")
    published(kind="casework", title="别的")
    first, second = client.get(path_of(search)), client.get(path_of(search))
    assert entries(first) == [new.title, old.title]
    assert first.content == second.content
    assert first["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert "noindex" in first["X-Robots-Tag"]
    assert not first.cookies
    same = client.get(path_of(search), HTTP_IF_NONE_MATCH=first["ETag"])
    assert (same.status_code, same.content) == (304, b"")
    published(at=SUNDAY + timedelta(days=1), title="更新")
    changed = client.get(path_of(search), HTTP_IF_NONE_MATCH=first["ETag"])
    assert entries(changed) == ["更新", "新", "旧"]


def test_an_empty_feed_is_stable_too(client, reader):
    search = kept(reader, delivery="feed")
    assert client.get(path_of(search)).content == client.get(path_of(search)).content


def test_a_feed_is_valid_atom(client, reader):
    search = kept(reader, delivery="feed")
    case = published(title="标题 <&>", abstract="摘\x0b要")
    root = etree.fromstring(client.get(path_of(search)).content)
    for path in ("a:id", "a:title", "a:updated", "a:link[@rel='self']", "a:entry/a:id", "a:entry/a:updated"):
        assert root.xpath(path, namespaces=ATOM), path
    assert root.xpath("a:entry/a:id/text()", namespaces=ATOM) == [f"urn:uuid:{case.public_id}"]
    assert root.xpath("a:entry/a:author/a:name/text()", namespaces=ATOM)


def test_a_feeds_address_can_be_replaced_and_ends_with_its_choice(client, reader):
    search = kept(reader, delivery="feed")
    old = path_of(search)
    client.force_login(reader)
    client.post(reverse("saved_search", args=[search.public_id]), {"action": "renew"})
    search.refresh_from_db()
    assert client.get(old).status_code == 404
    assert client.get(path_of(search)).status_code == 200
    change(search, by=reader, name="小组", delivery="none")
    assert client.get(path_of(search)).status_code == 404
    for guess in (search.feed_key, search.feed_key.hex, search.public_id.hex):
        assert client.get(reverse("search_feed", args=[guess])).status_code == 404


def test_with_search_away_a_feed_says_come_back_later(client, reader):
    search = kept(reader, "q=讨薪", delivery="feed")
    answer = client.get(path_of(search))  # there is no index
    assert answer.status_code == 503
    assert answer["Retry-After"]


def test_no_log_holds_the_secret_of_an_address(reader):
    from portal.secret_addresses import masked

    search = kept(reader, delivery="feed")
    shared = f"/cases/lists/shared/{'a' * 20}.bcd/cite.bib"
    stop = reverse("stop_searches", args=[saved_search.stop_secret(reader)])
    assert path_of(search).split("/")[-2] not in masked(f'"GET {path_of(search)} HTTP/1.1" 200')
    assert "bcd" not in masked(shared)
    assert saved_search.stop_secret(reader) not in masked(stop)


@pytest.mark.parametrize("name", ["saved_searches", "feed"])
def test_searches_and_feeds_ask_as_often_for_three_as_for_one(client, reader, name):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    search = kept(reader, delivery="feed")
    client.force_login(reader)
    address = path_of(search) if name == "feed" else reverse("saved_searches")
    counts = []
    for queries in ("kind=model", "kind=casework"):
        published()
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            client.get(address)
        counts.append(len(asked))
        kept(reader, queries)
        published()
    assert counts[0] == counts[1]


def test_a_search_that_is_kept_is_one_of_the_known_kinds(reader):
    from django.db import IntegrityError, transaction

    search = kept(reader)
    for change_of in ({"delivery": "hourly"}, {"name": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            SavedSearch.objects.filter(pk=search.pk).update(**change_of)
