"""How often cases are used: who counts, how often, and that nothing about them stays."""

import threading
from collections import Counter
from datetime import date

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.urls import reverse

from casestudies.models import CasePartner, DailyCount
from casestudies.usage import counting
from casestudies.usage.counting import Kind, count, totals, write
from portal.counted import Counted
from portal.visit import Visit, is_robot
from tests import factories
from tests.fingerprint import fingerprint

pytestmark = pytest.mark.django_db

PEOPLE = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.50(0x1800322f) NetType/WIFI Language/zh_CN",
    "Mozilla/5.0 (Linux; Android 12; HarmonyOS; NOH-AN00) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/99.0.4844.88 HuaweiBrowser/14.0.5.302 Mobile Safari/537.36",
    "Mozilla/5.0 (Linux; U; Android 13; zh-CN; V2218A) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/100.0.4896.58 UCBrowser/16.4.8.1259 Mobile Safari/537.36",
    "Mozilla/5.0 (Linux; Android 13; 22081212C) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/109.0.5414.86 MQQBrowser/6.2 TBS/046811 Mobile Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 14.5; rv:127.0) Gecko/20100101 Firefox/127.0",
]
MACHINES = [
    "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Sogou web spider/4.0(+http://www.sogou.com/docs/help/webmasters.htm#07)",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
    "Mozilla/5.0 (compatible; Bytespider; spider-feedback@bytedance.com)",
    "curl/8.5.0",
    "Wget/1.21.3",
    "python-requests/2.32.3",
    "",
    " ",
]


def visit(**facts) -> Visit:
    return Visit(**{"user": AnonymousUser(), "address": "203.0.113.7", "agent": PEOPLE[0], **facts})


@pytest.mark.parametrize("agent", PEOPLE)
def test_a_persons_browser_is_no_robot(agent):
    assert not is_robot(agent)


@pytest.mark.parametrize("agent", MACHINES)
def test_robots_and_machines_do_not_count(agent):
    assert is_robot(agent)
    assert not count(factories.case(), Kind.VIEW, visit(agent=agent))


def test_a_page_fetched_ahead_or_only_asked_for_by_its_head_does_not_count(client):
    case = factories.case()
    headers = {"User-Agent": PEOPLE[0]}
    client.head(case.get_absolute_url(), headers=headers)
    for said in ({"Sec-Purpose": "prefetch;prerender"}, {"Purpose": "prefetch"}, {"X-Moz": "prefetch"}):
        client.get(case.get_absolute_url(), headers={**headers, **said})
    assert write() == 0
    client.get(case.get_absolute_url(), headers=headers)
    write()
    assert totals(case) == {"view": 1}


def test_clicks_within_thirty_seconds_of_the_last_count_once(monkeypatch):
    case, now = factories.case(), [1000.0]
    monkeypatch.setattr("django.core.cache.backends.locmem.time.time", lambda: now[0])
    monkeypatch.setattr("django.core.cache.backends.base.time.time", lambda: now[0])
    counted = []
    for seconds in (0, 20, 25, 29, 31):  # each from the one before
        now[0] += seconds
        counted.append(count(case, Kind.VIEW, visit()))
    assert counted == [True, False, False, False, True]


def test_another_reader_another_case_and_another_use_each_count():
    case, other = factories.case(), factories.case()
    assert count(case, Kind.VIEW, visit())
    assert count(case, Kind.VIEW, visit(address="203.0.113.8"))
    assert count(case, Kind.VIEW, visit(agent=PEOPLE[5]))
    assert count(case, Kind.CITATION, visit())
    assert count(other, Kind.VIEW, visit())
    write()
    assert totals(case) == {"view": 3, "citation": 1}
    assert totals(other) == {"view": 1}


def test_the_same_account_is_the_same_reader_on_two_devices():
    case, reader = factories.case(), factories.user()
    assert count(case, Kind.VIEW, visit(user=reader))
    assert not count(case, Kind.VIEW, visit(user=reader, address="198.51.100.1", agent=PEOPLE[1]))


def test_the_people_of_the_writing_agencies_are_no_readers():
    case, partner = factories.case(), factories.agency()
    CasePartner.objects.create(case=case, agency=partner)
    for agency in (case.agency, partner):
        assert not count(case, Kind.VIEW, visit(user=factories.member_of(agency)))
    left = factories.member_of(case.agency)
    left.memberships.update(status="left")
    assert count(case, Kind.VIEW, visit(user=left))
    assert count(case, Kind.VIEW, visit(user=factories.member_of(factories.agency())))


def test_a_draft_is_not_counted():
    assert not count(factories.case(live=False), Kind.VIEW, visit())


def test_a_request_writes_nothing_and_sets_no_cookie(client):
    case, before = factories.case(), fingerprint
    now = before()
    answer = client.get(case.get_absolute_url(), headers={"User-Agent": PEOPLE[0]})
    assert fingerprint() == now
    assert "sessionid" not in answer.cookies
    write()
    assert fingerprint() != now


def test_what_is_kept_of_a_reader_is_a_number_of_a_day(client):
    case = factories.case()
    client.get(case.get_absolute_url(), headers={"User-Agent": PEOPLE[0]}, REMOTE_ADDR="203.0.113.99")
    write()
    assert [field.name for field in DailyCount._meta.fields] == ["id", "case", "kind", "on", "number"]
    assert "203.0.113.99" not in repr([*counting.SUMS.numbers, *cache.shared._cache.items()])
    assert "203.0.113.99" not in repr(list(DailyCount.objects.values()))


def test_a_new_day_forgets_who_was_who(monkeypatch):
    case = factories.case()
    assert count(case, Kind.VIEW, visit())
    keys = set(cache.shared._cache)
    monkeypatch.setattr(counting.timezone, "localdate", lambda: date(2031, 1, 1))
    count(case, Kind.VIEW, visit())
    clicks = {key for key in set(cache.shared._cache) - keys if "salt" not in key}
    assert len(clicks) == 1  # the same reader, case and use under another hash


def test_totals_grow_by_day_and_are_written_once_for_many(django_assert_num_queries):
    cases = [factories.case() for _ in range(3)]
    for on in (date(2026, 1, 31), date(2026, 2, 1)):
        for case in cases:
            counting.SUMS.add((case.pk, "view", on))
            counting.SUMS.add((case.pk, "view", on))
    with django_assert_num_queries(2):
        assert write() == 6
    counting.SUMS.add((cases[0].pk, "view", date(2026, 2, 1)))
    write()
    rows = DailyCount.objects.filter(case=cases[0]).values_list("on", "number")
    assert list(rows) == [(date(2026, 1, 31), 2), (date(2026, 2, 1), 3)]
    assert write() == 0


def test_a_case_that_is_gone_loses_nobody_elses_count():
    case, gone = factories.case(), factories.case()
    for one in (gone, case):
        counting.SUMS.add((one.pk, "view", date(2026, 1, 1)))
    gone.delete()
    write()
    assert totals(case) == {"view": 1}


def test_what_cannot_be_written_is_kept_for_the_next_time(monkeypatch):
    case = factories.case()
    count(case, Kind.VIEW, visit())

    def away(rows):
        raise OSError("the database is away")

    with monkeypatch.context() as broken:
        broken.setattr(counting, "upsert", away)
        broken.setattr(counting, "WRITTEN_EVERY", 0)
        counting.write_when_due()  # after an answer: nobody sees an error
    write()
    assert totals(case) == {"view": 1}


def test_the_page_is_shown_when_the_cache_is_away(client, monkeypatch):
    case = factories.case()

    class Away:
        def __getattr__(self, name):
            raise ConnectionError("the cache is away")

    monkeypatch.setattr(counting, "cache", Away())
    answer = client.get(case.get_absolute_url(), headers={"User-Agent": PEOPLE[0]})
    assert answer.status_code == 200


def test_threads_of_one_process_lose_no_count():
    sums, key = Counted(), (1, "view", date(2026, 1, 1))
    taken = Counter()

    def add_many():
        for _ in range(2000):
            sums.add(key)

    threads = [threading.Thread(target=add_many) for _ in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        taken.update(sums.take())
    taken.update(sums.take())
    assert taken[key] == 8000


def test_a_citation_that_is_taken_counts(client):
    case = factories.case()
    client.get(reverse("case_citation", args=[case.public_id, "bib"]), headers={"User-Agent": PEOPLE[0]})
    write()
    assert totals(case) == {"citation": 1}


def test_cases_can_be_sorted_by_their_use():
    often, seldom, never = (factories.case() for _ in range(3))
    counting.upsert([(often.pk, "view", date(2026, 1, 1), 5), (often.pk, "view", date(2026, 1, 2), 5)])
    counting.upsert([(seldom.pk, "view", date(2026, 1, 1), 7), (never.pk, "citation", date(2026, 1, 1), 50)])
    cases = counting.with_total(type(often).objects.published(), Kind.VIEW).order_by("-total")
    assert [(case.pk, case.total) for case in cases] == [(often.pk, 10), (seldom.pk, 7), (never.pk, 0)]
