"""The library and the reading page: finding, counting, and what nobody may see."""

import re
from datetime import date

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from casestudies import agency_page, daily, desk, home, library
from casestudies.models import CaseAuthor, CasePartner, CaseStudy
from casestudies.usage import counting
from casestudies.writing import authoring
from orgs.models import Division
from portal.search import rebuild, spelling
from tests import factories
from tests.casestudies.test_authoring import complete_case

pytestmark = pytest.mark.django_db
NOBODY = AnonymousUser()
CANARY = "金丝雀"


@pytest.fixture(params=["index", "database"])
def settle(request):
    """Lets the library answer by the index or, where there is none, by the database; it must not matter."""
    return rebuild if request.param == "index" else lambda: None


def shown(query="") -> list[str]:
    return [case.title for case in library.context(QueryDict(query))["cases"]]


def counts(name, query="") -> dict:
    facets = {facet.name: facet for facet in library.context(QueryDict(query))["facets"]}
    return counted(facets[name].options) if name in facets else {}


def counted(options) -> dict:
    below = {value: count for option in options for value, count in counted(option.narrower).items()}
    return {option.value: option.count for option in options} | below


def tagged(*codes, **fields):
    case = factories.case(**fields)
    case.topics.set([factories.topic(code) for code in codes])
    case.save()
    return case


def test_words_find_what_is_written_anywhere_and_show_the_passage(deliver):
    factories.case(title="返乡升学", process="<p>国庆约出来吃了一顿烩面。</p>")
    factories.case(title="返乡创业")
    deliver()

    (found,) = library.context(QueryDict("q=烩面"))["cases"]
    assert (found.title, "烩面" in found.passage.html) == ("返乡升学", True)
    assert sorted(shown("q=返乡")) == ["返乡创业", "返乡升学"]
    assert shown("q=鲸鱼") == []


def test_the_index_may_lag_but_shows_no_case_that_was_taken_back(deliver):
    case = factories.case(title="返乡升学")
    deliver()
    CaseStudy.objects.filter(pk=case.pk).update(live=False)
    assert shown("q=返乡") == []


def test_while_search_is_away_every_word_must_stand_somewhere(client):
    factories.case(title="返乡升学", process="<p>烩面</p>")
    factories.case(title="返乡创业")
    assert shown("q=返乡+烩面") == ["返乡升学"]
    assert "Search is limited just now" in client.get("/en/cases/?q=返乡").text
    assert "Search is limited" not in client.get("/en/cases/").text


def test_a_narrower_topic_counts_for_its_broader_one(settle):
    tagged("svc:employment.2", "pop:youth", title="甲")
    tagged("svc:employment", title="乙")
    tagged("svc:rights", title="丙")
    settle()

    assert counts("service") == {"svc:employment": 2, "svc:rights": 1}
    assert sorted(shown("service=svc:employment")) == ["乙", "甲"]
    assert shown("service=svc:employment&population=pop:youth") == ["甲"]


def test_counts_say_what_choosing_would_show(settle):
    tagged("svc:rights", title="甲", kind="group", started_on=date(2021, 1, 1))
    tagged("svc:rights", title="乙", kind="casework", started_on=date(2023, 1, 1))
    tagged("svc:housing", title="丙", kind="group", started_on=date(2023, 5, 1))
    settle()

    assert counts("kind", "service=svc:rights") == {"casework": 1, "group": 1}
    assert counts("year", "kind=group") == {"2023": 1, "2021": 1}
    assert counts("kind", "service=svc:rights&kind=group") == {"casework": 1, "group": 1}


def test_of_several_values_of_a_filter_one_must_fit_and_of_several_filters_all(settle):
    tagged("svc:rights", title="甲", kind="group", started_on=date(2021, 1, 1))
    tagged("svc:housing", title="乙", kind="casework", started_on=date(2023, 1, 1))
    tagged("svc:education", title="丙", kind="group", started_on=date(2023, 5, 1))
    for number, place in enumerate(("440300", "440400")):
        factories.case(title=f"{number}", division=factories.division(place, place))
    settle()

    two = "service=svc:rights&service=svc:housing"
    assert sorted(shown(two)) == ["乙", "甲"]
    assert counts("service", two) == {"svc:rights": 1, "svc:housing": 1, "svc:education": 1}
    assert counts("kind", two) == {"casework": 1, "group": 1}
    assert shown(f"{two}&kind=group") == ["甲"]
    assert sorted(shown("year=2021&year=2023&kind=group")) == ["丙", "甲"]
    assert sorted(shown("place=440300&place=440400")) == ["0", "1"]
    assert sorted(shown("kind=group&kind=casework&evidence=0&evidence=1")) == sorted(
        shown("kind=group&kind=casework")
    )


def test_each_chosen_value_has_a_chip_that_takes_only_it_away(client):
    tagged("svc:rights", title="甲")
    tagged("svc:housing", title="乙")
    page = client.get("/en/cases/?q=a&service=svc:rights&service=svc:housing&year=2021&sort=newest&page=1")
    chips = re.findall(r'<a class="chip" href="([^"]*)"', page.text)
    kept = [QueryDict(chip.replace("&amp;", "&").removeprefix("?")) for chip in chips]
    assert [(sorted(each.getlist("service")), each.getlist("year"), each["q"]) for each in kept] == [
        (["svc:housing"], ["2021"], "a"),
        (["svc:rights"], ["2021"], "a"),
        (["svc:housing", "svc:rights"], [], "a"),
        ([], [], "a"),
    ]
    hidden = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text)
    assert ("service", "svc:rights") in hidden
    assert ("service", "svc:housing") in hidden


@pytest.mark.parametrize(
    ("name", "value", "chosen", "then"),
    [
        ("kind", "group", (), ("group",)),
        ("kind", "group", ("casework",), ("casework", "group")),
        ("kind", "group", ("casework", "group"), ("casework",)),
        ("service", "svc:a.1", ("svc:a", "svc:b"), ("svc:a.1", "svc:b")),
        ("service", "svc:a", ("svc:a.1", "svc:a.2", "svc:ab"), ("svc:a", "svc:ab")),
        ("place", "440300", ("440000", "110000"), ("110000", "440300")),
        ("place", "440000", ("440300", "440304"), ("440000",)),
        ("place", "440304", ("440305",), ("440304", "440305")),
        ("year", "2021", ("2020",), ("2020", "2021")),
    ],
)
def test_a_wider_or_narrower_value_takes_the_place_of_the_other(name, value, chosen, then):
    assert library.toggled(name, value, chosen) == then


def test_the_same_choice_is_saved_as_the_same_search_in_whatever_order_it_was_made():
    first, second = (
        library.asked(QueryDict(query))
        for query in ("kind=group&kind=casework&kind=x", "kind=casework&kind=group&kind=casework")
    )
    assert first == second == [("kind", "casework"), ("kind", "group")]


def test_places_roll_up_to_the_province(settle):
    guangdong = factories.division("440000", "广东省", "province")
    dongguan = factories.division("441900", "东莞市", parent=guangdong)
    factories.case(title="甲", division=dongguan)
    factories.case(title="乙", division=guangdong)
    settle()

    assert counts("place") == {"440000": 2}
    assert sorted(shown("place=440000")) == ["乙", "甲"]
    assert shown("place=441900") == ["甲"]
    assert counts("place", "place=440000") == {"440000": 2, "441900": 1}


def test_the_strongest_evidence_comes_first_when_asked(settle):
    factories.case(title="弱", evidence_level=0)
    factories.case(title="强", evidence_level=3)
    factories.case(title="中", evidence_level=1)
    settle()
    assert shown("sort=evidence") == ["强", "中", "弱"]
    assert shown() == ["中", "强", "弱"]


def test_a_chosen_place_opens_its_parts_and_keeps_the_others(settle):
    guangdong = factories.division("440000", "广东省", "province")
    dongguan = factories.division("441900", "东莞市", parent=guangdong)
    shenzhen = factories.division("440300", "深圳市", parent=guangdong)
    futian = factories.division("440304", "福田区", "county", parent=shenzhen)
    beijing = factories.division("110000", "北京市", "province")
    factories.case(division=dongguan)
    factories.case(division=futian)
    factories.case(division=factories.division("110105", "朝阳区", "county", parent=beijing))
    settle()

    assert counts("place") == {"110000": 1, "440000": 2}
    assert counts("place", "place=440300") == {
        "110000": 1, "440000": 2, "440300": 1, "440304": 1, "441900": 1,
    }  # fmt: skip
    assert counts("place", "place=110000") == {"110000": 1, "110105": 1, "440000": 2}


def test_a_place_that_is_no_more_is_found_by_what_it_became(settle):
    today = factories.division("330213", "奉化区", "county")
    former = factories.division("330283", "奉化市", "county")
    Division.objects.filter(pk=former.pk).update(last_year=2016)
    former.successors.add(today)
    factories.case(title="甲", division=former)
    settle()
    assert shown("place=330213") == ["甲"]


def test_most_adapted_and_most_read_come_first_when_asked(settle):
    once, often, draft = (factories.case(title=title) for title in ("一次", "多次", "没有"))
    for case in (once, often, often):
        factories.adaptation(case)
    factories.adaptation(draft, status="draft", published_at=None)
    counting.upsert([(once.pk, "view", date(2026, 11, 1), 3)])
    settle()
    assert shown("sort=adapted") == ["多次", "一次", "没有"]
    assert shown("sort=read") == ["一次", "没有", "多次"]


def test_pages_hold_every_case_once_though_all_are_equal(settle):
    now = timezone.now()
    for n in range(45):
        factories.case(title=f"返乡{n}", first_published_at=now)
    settle()
    for query in ("", "q=返乡", "sort=evidence"):
        pages = [shown(f"{query}&page={page}") for page in (1, 2, 3)]
        assert [len(page) for page in pages] == [20, 20, 5]
        assert len({title for page in pages for title in page}) == 45
        assert shown(f"{query}&page=99") == pages[2]


def test_who_finds_nothing_is_told_what_to_leave_out(settle, client):
    tagged("svc:rights", title="返乡升学", kind="group")
    tagged("svc:housing", title="返乡创业", kind="project")
    settle()
    ways = library.context(QueryDict("q=返乡&service=svc:rights&kind=project&place=1"))["ways_out"]
    assert [(way["count"], "svc" in way["url"], "kind" in way["url"]) for way in ways] == [
        (2, False, False),
        (1, False, True),
        (1, True, False),
    ]
    page = client.get("/en/cases/?q=返乡+鲸鱼")
    assert "only “返乡”" in page.text
    assert [way["count"] for way in page.context["ways_out"]] == [2]
    assert "save this search" in page.text
    assert library.context(QueryDict("q=返乡"))["ways_out"] == []


def test_reads_reach_the_index_once_a_day(deliver):
    first, _second = factories.case(title="甲"), factories.case(title="乙")
    deliver()
    counting.upsert([(first.pk, "view", timezone.localdate(), 3)])
    assert daily.run(timezone.localdate())
    deliver()
    assert shown("sort=read") == ["甲", "乙"]


def test_the_chart_has_a_bar_for_every_year_between():
    for year in (2020, 2022, 2022):
        factories.case(started_on=date(year, 1, 1))
    bars = library.context(QueryDict())["bars"]
    assert [(bar["year"], bar["count"], bar["height"]) for bar in bars] == [
        (2020, 1, "28.00"),
        (2021, 0, "0.00"),
        (2022, 2, "56.00"),
    ]


@pytest.mark.parametrize(
    "query",
    [
        "q=%00", "q=" + "长" * 500, "page=x", "page=-1", "page=999999999999999999999", "service=%00", "service=" + "x" * 500,
        "place=%00", "place=abc", "place=" + "9" * 40, "place=²", "kind=x", "evidence=99", "evidence=²", "year=99999999999",
        "year=0", "year=٣", "sort=x", "population=pop:none", "q=%25_'%22", "population=%ff",
    ],
)  # fmt: skip
def test_no_address_is_an_accident(client, query):
    tagged("svc:rights", "pop:women")
    assert client.get(f"/cases/?{query}").status_code == 200
    assert client.get(f"/en/cases/?{query}").status_code == 200


@pytest.mark.parametrize("words", ["", "&q=摘要"])
def test_the_library_asks_the_database_as_often_for_three_as_for_one(client, settle, words, monkeypatch):
    monkeypatch.setattr(spelling, "FEW", 0)  # or other words are looked for while there is one

    def ask():
        settle()
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/cases/?place=441900&service=svc:rights{words}").status_code == 200
        return len(queries)

    division = factories.division()
    tagged("svc:rights", "pop:women", division=division, started_on=date(2020, 1, 1))
    ask()
    once = ask()
    for year in (2021, 2022):
        case = tagged("svc:rights", "pop:youth", division=division, started_on=date(year, 1, 1))
        CaseAuthor.objects.create(case=case, name="甲")
    assert ask() == once


def planted(agency, member):
    """A published case with a secret draft, and a case that is only a draft."""
    live = factories.case(agency, title="公开的案例", abstract="公开")
    authoring.save_draft(
        live,
        by=member,
        **dict.fromkeys(CaseStudy.SECTIONS, f"<p>{CANARY}</p>"),
        title=f"{CANARY}题",
        abstract=CANARY,
        keywords=[CANARY],
        authors=[(CANARY, "researcher")],
    )
    draft = complete_case(agency, member, abstract=CANARY, background=f"<p>{CANARY}</p>")
    CaseStudy.objects.filter(pk=draft.pk).update(title=f"{CANARY}稿")
    return live, CaseStudy.objects.get(pk=draft.pk)


@pytest.mark.parametrize("who", ["anonymous", "stranger"])
def test_no_word_of_a_draft_reaches_others(client, agency, member, stranger, who):
    live, draft = planted(agency, member)
    if who == "stranger":
        client.force_login(stranger)
    public = [
        live.get_absolute_url(),
        "/cases/",
        f"/cases/?q={CANARY}",
        "/",
        agency.get_absolute_url(),
        "/en/cases/",
        *(reverse("case_citation", args=[live.public_id, style]) for style in ("bib", "ris", "json", "txt")),
    ]
    for url in public:
        response = client.get(url)
        assert response.status_code == 200, url
        assert CANARY not in response.content.decode().replace(f'value="{CANARY}"', "").replace(
            f"q={CANARY}", ""
        ), url
    hidden = [
        draft.get_absolute_url(),
        reverse("case_citation", args=[draft.public_id, "bib"]),
        *(reverse("preview_case", args=[agency.slug, case.public_id]) for case in (live, draft)),
    ]
    for url in hidden:
        response = client.get(url)
        assert response.status_code in (302, 404), url
        assert CANARY not in response.content.decode(), url


def test_the_authors_see_their_draft_marked_as_one(client, agency, member):
    live, draft = planted(agency, member)
    client.force_login(member)
    assert CANARY in client.get(draft.get_absolute_url()).content.decode()
    assert CANARY not in client.get(live.get_absolute_url()).content.decode()
    preview = client.get(reverse("preview_case", args=[agency.slug, live.public_id])).content.decode()
    assert f"{CANARY}题" in preview
    assert 'content="noindex"' in preview


def test_the_reading_page_says_what_reference_managers_ask(client):
    case = factories.case(title="<甲> & 乙", keywords=["返乡"], abstract_en="English words.")
    CaseAuthor.objects.create(case=case, name="石晓棠")

    text = client.get(case.get_absolute_url()).content.decode()

    for expected in (
        '<meta name="citation_title" content="&lt;甲&gt; &amp; 乙">',
        '<meta name="citation_author" content="石晓棠">',
        '<meta name="DC.creator" content="石晓棠">',
        '<div lang="en"><p>English words.</p></div>',
    ):
        assert expected in text


def test_the_reading_page_asks_the_database_as_often_for_three_as_for_one(client):
    def ask(case):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(case.get_absolute_url()).status_code == 200
        return len(queries)

    small, large = factories.case(), tagged("svc:rights", "pop:youth", "mth:group")
    small.topics.set([factories.topic("svc:rights")])
    small.save()
    for case, number in ((small, 1), (large, 3)):
        for n in range(number):
            CaseAuthor.objects.create(case=case, name=f"作者{n}")
            CasePartner.objects.create(case=case, agency=factories.agency())
    ask(small)
    assert ask(small) == ask(large)


def test_home_and_agency_show_what_is_published_only(agency, member):
    partner = factories.agency()
    planted(agency, member)
    live = CaseStudy.objects.get(live=True)
    CasePartner.objects.create(case=live, agency=partner)

    assert [case.title for case in home.context(member)["newest_cases"]] == ["公开的案例"]
    assert home.context(member)["case_count"] == 1
    for one in (agency, partner):
        assert agency_page.context(one, member)["agency_cases"] == [live]
    assert agency_page.console(agency, NOBODY)["console_cases"] == [live]


def test_the_desk_holds_my_agencies_cases_and_a_constant_number_of_questions(
    agency, member, stranger, django_assert_num_queries
):
    factories.case(agency)
    complete_case(agency, member)
    complete_case(stranger.memberships.get().agency, stranger)
    waiting = complete_case(agency, member)
    authoring.submit(waiting, by=member)

    with django_assert_num_queries(2):
        parts = desk.context(member)
        assert [case.draft_title for case in parts["case_drafts"]] == ["两年转衔"]
        assert parts["cases_in_review"] == [waiting]
        assert parts["cases_sent_back"] == []
    assert desk.context(NOBODY)["case_agencies"] == []
