"""The calendar page."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override

from events import agency_page, calendar, desk, home
from events.models import Event
from events.registering.registration import register
from portal.search import rebuild
from tests import factories

pytestmark = pytest.mark.django_db
NOBODY = AnonymousUser()
PLACE = "/en/events/"


def shown(query="", user=NOBODY):
    return [event.title for event in calendar.context(QueryDict(query), user)["events"]]


def days(query, user=NOBODY):
    context = calendar.context(QueryDict(query), user)
    return {day["date"]: day for week in context["weeks"] for day in week}


def test_what_comes_next_comes_first_and_what_is_over_stands_apart():
    factories.event(title="后天", starts_in=timedelta(days=2))
    factories.event(title="明天", starts_in=timedelta(days=1))
    factories.event(title="昨天", starts_in=timedelta(days=-1))
    factories.event(title="草稿", status=Event.Status.DRAFT)

    assert shown() == ["明天", "后天"]
    assert shown("view=past") == ["昨天"]


def test_a_draft_stands_in_nobodys_calendar_not_even_its_hosts(agency, member):
    factories.event(agency, status=Event.Status.DRAFT)

    assert shown(user=member) == []


@pytest.mark.parametrize("by_words_of", ["index", "database"])
def test_each_filter_narrows(by_words_of):
    host = factories.agency(legal_name="同心社工")
    guangdong = factories.division("440000", "广东省", "province")
    dongguan = factories.division("441900", parent=guangdong)
    chosen = factories.event(
        host,
        title="甲 流动儿童",
        kind="seminar",
        mode="hybrid",
        division=dongguan,
        theme=factories.topic("thm:theory"),
    )
    chosen.topics.add(factories.topic("svc:education.2"))
    factories.event(
        title="乙", kind="training", mode="onsite", division=factories.division("310100", "上海市")
    )

    if by_words_of == "index":
        rebuild()
    for query in (
        "kind=seminar",
        "theme=thm:theory",
        "topic=svc:education",
        "district=440000",
        "district=441900",
        "mode=online",
        f"agency={host.slug}",
        "agency=同心",
        "q=流动",
        "q=同心 甲",
        f"kind=seminar&q=儿童&agency={host.slug}",
    ):
        assert shown(query) == ["甲 流动儿童"], query


@pytest.mark.parametrize(
    "query",
    [
        "kind=nothing",
        "theme=%00",
        "topic=x' OR 1=1",
        "district=99",
        "agency=%E4%BD%A0",
        "q=%00",
        "q=" + "长" * 400,
        "page=-1",
        "page=abc",
        "page=999999999999999999999",
        "view=nothing",
        "view=month&month=0000-00",
        "view=month&month=9999-12",
        "view=month&month=%00",
        "kind=a&kind=b&kind[]=c",
    ],
)
def test_no_query_string_breaks_the_page(client, query):
    factories.event()

    assert client.get(f"{PLACE}?{query}").status_code == 200
    assert client.get(f"/en/events/calendar.ics?{query}").status_code == 200


def test_a_host_is_looked_for_by_a_part_of_its_name_and_stands_in_the_field_by_name(client):
    host = factories.agency(legal_name="同心社工", slug="dg-tongxin")
    factories.event(host, title="甲")
    together = factories.event(title="乙")
    together.hosts.create(agency=host, is_confirmed=True)
    factories.event(title="丙")

    for words in ("同心", "tongxin", "txsg", "dg-tongxin"):
        assert shown(f"agency={words}") == ["甲", "乙"], words
    assert f'value="{host.name_en}"' in client.get(f"{PLACE}?agency=dg-tongxin").text
    answer = client.get(f"{PLACE}?agency=无此机构")
    assert "No agency of this name" in answer.text
    assert 'value="无此机构"' in answer.text


def test_a_month_shows_sessions_on_their_days_with_holidays_and_make_up_workdays():
    with override("zh-hans"):
        october = days("view=month&month=2026-10")

    assert (october[date(2026, 10, 1)]["holiday"], october[date(2026, 10, 1)]["holiday"].language) == (
        "国庆节",
        "zh-hans",
    )
    assert october[date(2026, 10, 10)]["is_workday"]
    assert "holiday" not in october[date(2026, 10, 17)]  # an ordinary Saturday


def test_a_year_without_a_published_holiday_calendar_says_so(client):
    assert "of 2027 are not known here yet" in client.get(f"{PLACE}?view=month&month=2027-03").text
    assert "not known here yet" not in client.get(f"{PLACE}?view=month&month=2026-10").text


def test_a_session_of_two_days_stands_on_both():
    event = factories.event(hours=24)
    session = event.sessions.get()
    first, second = session.days[0], session.days[-1]

    for day in (first, second):
        assert [one.event for one in days(f"view=month&month={day:%Y-%m}")[day]["sessions"]] == [event]


def test_the_calendar_asks_the_database_as_often_for_three_events_as_for_one(client, member):
    client.force_login(member)
    for query in ("", "?view=month"):
        counts = []
        for _n in range(3):
            event = factories.event(division=factories.division(), starts_in=timedelta(hours=1))
            event.hosts.create(agency=factories.agency(), is_confirmed=True)
            event.topics.add(factories.topic("pop:children"))
            with CaptureQueriesContext(connection) as queries:
                assert client.get(PLACE + query).status_code == 200
            counts.append(len(queries))
        assert len(set(counts)) == 1, counts


def test_the_page_links_to_the_feed_of_the_same_selection(client):
    factories.event(kind="seminar")

    assert "/en/events/calendar.ics?kind=seminar" in client.get(f"{PLACE}?kind=seminar&page=1").text


def test_words_mean_what_they_mean_in_the_search_and_show_nothing_that_was_taken_back():
    factories.event(title="讨薪实务")
    taken_back = factories.event(title="欠薪")
    rebuild()
    Event.objects.filter(pk=taken_back.pk).update(status="draft")
    assert shown("q=拖欠工资") == ["讨薪实务"]


def test_an_empty_selection_says_what_to_do(client):
    assert "No event fits this selection" in client.get(f"{PLACE}?q=nothing").text


def test_home_shows_what_everybody_can_go_to():
    coming = factories.event()
    for fields in ({"status": "draft"}, {"status": "cancelled"}, {"starts_in": timedelta(days=-3)}):
        factories.event(**fields)

    context = home.context(NOBODY)

    assert (list(context["upcoming_events"]), context["upcoming_count"]) == ([coming], 1)


def test_an_agencys_page_shows_what_it_holds_alone_and_together():
    own = factories.event(starts_in=timedelta(days=1))
    together, unsure = factories.event(), factories.event()
    together.hosts.create(agency=own.host, is_confirmed=True)
    unsure.hosts.create(agency=own.host, is_confirmed=False)

    assert list(agency_page.context(own.host, NOBODY)["agency_events"]) == [own, together]


def test_my_desk_shows_my_places_and_my_agencies_drafts(agency, manager, member, stranger):
    draft, coming = factories.event(agency, status="draft"), factories.event(agency)
    factories.event(agency, starts_in=timedelta(days=-3))
    factories.event(stranger.memberships.get().agency, status="draft")
    mine = register(coming, user=manager, by=manager)
    register(coming, user=stranger, by=stranger)

    context = desk.context(manager)

    assert list(context["my_registrations"]) == [mine]
    assert list(context["hosted_events"]) == [draft, coming]
    assert list(desk.context(member)["hosted_events"]) == []  # members do not publish for the agency


def test_my_desk_keeps_what_is_over_for_two_months(client, agency, manager):
    lately, long_ago = (factories.event(agency, title=title) for title in ("上周", "去年"))
    for event in (lately, long_ago):
        register(event, user=manager, by=manager)
    for event, days in ((lately, 7), (long_ago, 61)):
        over = timezone.now() - timedelta(days=days)
        Event.objects.filter(pk=event.pk).update(starts_at=over - timedelta(hours=2), ends_at=over)

    context = desk.context(manager)

    assert [one.event for one in context["my_past"]] == [lately]
    assert list(context["hosted_lately"]) == [lately]
    assert list(context["my_registrations"]) == []
    client.force_login(manager)
    page = client.get("/en/desk/").text
    assert f"/en/desk/agencies/{agency.slug}/events/{lately.public_id}/hours/" in page
    assert "去年" not in page
