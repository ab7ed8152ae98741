"""The library and the reading page: finding, counting, and what nobody may see."""

from datetime import date

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from casestudies import agency_page, authoring, desk, home, library
from casestudies.models import CaseAuthor, CasePartner, CaseStudy
from tests import factories
from tests.casestudies.test_authoring import complete_case

pytestmark = pytest.mark.django_db
NOBODY = AnonymousUser()
CANARY = "金丝雀"


def shown(query="") -> list[str]:
    return [case.title for case in library.context(QueryDict(query), NOBODY)["cases"]]


def counts(name, query="") -> dict:
    facets = {facet.name: facet for facet in library.context(QueryDict(query), NOBODY)["facets"]}
    return {option.value: option.count for option in facets[name].options} if name in facets else {}


def tagged(*codes, **fields):
    case = factories.case(**fields)
    case.topics.set([factories.topic(code) for code in codes])
    case.save()
    return case


def test_words_find_what_is_written_anywhere_and_show_the_passage(deliver):
    factories.case(title="返乡升学", process="<p>国庆约出来吃了一顿烩面。</p>")
    factories.case(title="返乡创业")
    deliver()

    (found,) = library.context(QueryDict("q=烩面"), NOBODY)["cases"]
    assert (found.title, "烩面" in found.passage.html) == ("返乡升学", True)
    assert sorted(shown("q=返乡")) == ["返乡创业", "返乡升学"]
    assert shown("q=鲸鱼") == []


def test_the_index_may_lag_but_shows_no_case_that_was_taken_back(deliver):
    case = factories.case(title="返乡升学")
    deliver()
    CaseStudy.objects.filter(pk=case.pk).update(live=False)
    assert shown("q=返乡") == []


def test_while_search_is_away_every_word_must_stand_somewhere():
    factories.case(title="返乡升学", process="<p>烩面</p>")
    factories.case(title="返乡创业")
    assert [case.title for case in library.matching(CaseStudy.objects.all(), "返乡 烩面")] == ["返乡升学"]


def test_a_narrower_topic_counts_for_its_broader_one():
    tagged("svc:employment.2", "pop:youth", title="甲")
    tagged("svc:employment", title="乙")
    tagged("svc:rights", title="丙")

    assert counts("service") == {"svc:employment": 2, "svc:rights": 1}
    assert sorted(shown("service=svc:employment")) == ["乙", "甲"]
    assert shown("service=svc:employment&population=pop:youth") == ["甲"]


def test_counts_say_what_choosing_would_show():
    tagged("svc:rights", title="甲", kind="group", started_on=date(2021, 1, 1))
    tagged("svc:rights", title="乙", kind="casework", started_on=date(2023, 1, 1))
    tagged("svc:housing", title="丙", kind="group", started_on=date(2023, 5, 1))

    assert counts("kind", "service=svc:rights") == {"casework": 1, "group": 1}
    assert counts("year", "kind=group") == {"2023": 1, "2021": 1}
    assert counts("kind", "service=svc:rights&kind=group") == {"casework": 1, "group": 1}


def test_places_roll_up_to_the_province():
    guangdong = factories.division("440000", "广东省", "province")
    dongguan = factories.division("441900", "东莞市", parent=guangdong)
    factories.case(title="甲", division=dongguan)
    factories.case(title="乙", division=guangdong)

    assert counts("place") == {"440000": 2}
    assert sorted(shown("place=440000")) == ["乙", "甲"]
    assert shown("place=441900") == ["甲"]
    assert counts("place", "place=440000") == {"440000": 2, "441900": 1}


def test_the_strongest_evidence_comes_first_when_asked():
    factories.case(title="弱", evidence_level=0)
    factories.case(title="强", evidence_level=3)
    factories.case(title="中", evidence_level=1)
    assert shown("sort=evidence") == ["强", "中", "弱"]
    assert shown() == ["中", "强", "弱"]


def test_the_chart_has_a_bar_for_every_year_between():
    for year in (2020, 2022, 2022):
        factories.case(started_on=date(year, 1, 1))
    bars = library.context(QueryDict(), NOBODY)["bars"]
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


def test_the_library_asks_the_database_as_often_for_three_as_for_one(client):
    def ask():
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/cases/?place=441900&service=svc:rights").status_code == 200
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
