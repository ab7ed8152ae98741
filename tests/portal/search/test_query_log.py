"""What people look for is told without telling of anybody."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from portal.models.searched import Searched
from portal.search import query_log, rebuild
from tests import factories

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 2)


@pytest.fixture(autouse=True)
def nothing_asked_yet():
    query_log.SUMS.take()
    yield
    query_log.SUMS.take()


def asked_on(*days: int, text="尘肺救助", kind="", hits=0) -> None:
    for day in days:
        query_log.note(text, kind=kind, hits=hits)
        query_log.write(DAY + timedelta(days=day))


BROWSER = "Mozilla/5.0 (Macintosh; Intel Mac OS X 14.5; rv:127.0) Gecko/20100101 Firefox/127.0"
ROBOTS = [
    "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)",
    "curl/8.5.0",
    "",
]
PLACES = {"/search/": "", "/cases/": "case", "/agencies/": "agency", "/events/": "event"}


def noted() -> set[tuple[str, str]]:
    return {key[:2] for key in query_log.SUMS.take()}


@pytest.mark.parametrize(("path", "kind"), PLACES.items())
def test_every_list_notes_what_readers_ask_it_and_not_what_robots_do(client, path, kind):
    rebuild()
    for agent in ROBOTS:
        client.get(path, {"q": "尘肺救助"}, headers={"User-Agent": agent})
    client.get(path, {"q": "尘肺救助"}, headers={"User-Agent": BROWSER, "Sec-Purpose": "prefetch"})
    client.head(path, {"q": "尘肺救助"}, headers={"User-Agent": BROWSER})
    client.get(path, {"q": "尘肺救助", "page": "2"}, headers={"User-Agent": BROWSER})
    client.get(path, headers={"User-Agent": BROWSER})
    assert noted() == set()
    assert client.get(path, {"q": "尘肺救助"}, headers={"User-Agent": BROWSER}).status_code == 200
    assert noted() == {("尘肺救助", kind)}


def test_what_a_filter_leaves_out_is_not_missing(client):
    rebuild()
    for path, filter in (("/cases/", "year=1999"), ("/agencies/", "level=4"), ("/events/", "mode=online")):
        client.get(f"{path}?q=尘肺救助&{filter}", headers={"User-Agent": BROWSER})
    assert noted() == set()


@pytest.mark.parametrize("path", PLACES)
def test_while_search_is_away_nobody_learns_that_something_is_missing(client, path):
    client.get(path, {"q": "尘肺救助"}, headers={"User-Agent": BROWSER})
    assert noted() == set()


def told() -> list[str]:
    return list(Searched.objects.told().values_list("words", flat=True))


def test_words_are_kept_on_the_third_day_and_not_before():
    asked_on(0, 0, 0, 1)
    assert told() == []
    assert "尘肺" not in str(Searched.objects.values())
    asked_on(2)
    row = Searched.objects.get()
    assert (row.words, row.days, row.asked, row.hits) == ("尘肺救助", 3, 5, 0)


def test_one_question_is_one_row_however_it_is_written_and_the_last_number_of_hits_counts():
    asked_on(0, text="ＣＢＴ  小组")
    asked_on(1, 2, text="cbt 小组", hits=4)
    asked_on(0, text="cbt 小组", kind="case")
    assert {(row.kind, row.words, row.hits) for row in Searched.objects.all()} == {
        ("", "cbt 小组", 4),
        ("case", "", 0),
    }


@pytest.mark.parametrize(
    "text",
    ["王小明", "王小明 讨薪", "欧阳小明", "13800138000", "身份证440106199001011234", "a@b.example", "Wang Xiaoming",
     "张三", "https://a.example/x", "长" * 61],
)  # fmt: skip
def test_what_may_be_somebodys_own_is_never_kept(text):
    asked_on(0, 1, 2, text=text)
    assert not Searched.objects.exists()


def test_the_name_of_what_is_found_is_no_secret():
    asked_on(0, 1, 2, text="方言障碍", hits=0)
    asked_on(0, 1, 2, text="高考", hits=3)
    assert set(told()) == {"方言障碍", "高考"}


def test_what_nobody_asks_any_more_is_forgotten():
    asked_on(0, 1, 2)
    assert query_log.forget(DAY + timedelta(days=92)) == []
    assert query_log.forget(DAY + timedelta(days=93)) == ["1 questions of readers forgotten"]
    assert not Searched.objects.exists()


def test_asking_writes_nothing_until_it_is_due(django_assert_num_queries):
    with django_assert_num_queries(0):
        for _ in range(1000):
            query_log.note("尘肺救助", hits=0)
        for at in range(1000):
            query_log.note(f"第{at}个", hits=0)
    assert not query_log.SUMS.are_due(query_log.WRITTEN_EVERY)
    query_log.SUMS.taken_at -= query_log.WRITTEN_EVERY
    assert query_log.SUMS.are_due(query_log.WRITTEN_EVERY)
    assert query_log.write(DAY) == query_log.MOST_AT_ONCE


def test_portal_staff_see_first_what_is_not_found_and_others_see_nothing(client):
    asked_on(0, 1, 2, text="会有的", hits=7)
    asked_on(0, 1, 2, text="没有的")
    asked_on(0, text="只问一次")
    client.force_login(factories.moderator())
    page = client.get(reverse("searched")).content.decode()
    assert page.index("没有的") < page.index("会有的")
    assert "只问一次" not in page
    client.force_login(factories.user())
    assert client.get(reverse("searched")).status_code == 302
