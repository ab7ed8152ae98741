"""The page "search over everything"."""

import shutil
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.search_page import A_PAGE
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    """One of each kind that speaks of koi, and a draft of each that does too."""
    agency = factories.agency(legal_name="锦鲤服务中心")
    factories.event(agency, title="锦鲤培训")
    factories.case(agency, title="锦鲤案例", process="<p>我们养<锦鲤>。</p>")
    factories.agency(legal_name="秘密锦鲤社", status="draft")
    factories.event(agency, title="秘密锦鲤课", status="draft")
    factories.case(agency, title="秘密锦鲤", live=False)
    call_command("rebuild_search")


def titles(response) -> list[str]:
    return sorted(str(getattr(found.record, "title", found.record)) for found in response.context["found"])


def counts(response) -> dict:
    return {tab["kind"]: tab["count"] for tab in response.context["tabs"]}


def test_everything_public_is_found_counted_and_nothing_else(client, world):
    response = client.get("/search/", {"q": "锦鲤"})
    assert titles(response) == sorted(["锦鲤服务中心", "锦鲤培训", "锦鲤案例"])
    assert counts(response) == {None: 3, "agency": 1, "event": 1, "case": 1, "page": 0}
    assert "秘密" not in response.text
    assert "<mark>锦鲤</mark>" in response.text


def test_a_tab_shows_one_kind_and_keeps_all_counts(client, world):
    response = client.get("/search/", {"q": "锦鲤", "kind": "event"})
    assert titles(response) == ["锦鲤培训"]
    assert counts(response) == {None: 3, "agency": 1, "event": 1, "case": 1, "page": 0}


def test_the_page_speaks_english_and_finds_english_names(client, world):
    factories.agency(name_en="Koi House")
    call_command("rebuild_search")
    response = client.get("/en/search/", {"q": "koi"})
    assert response.text.count("Koi House") == 1
    assert client.get("/en/search/", {"q": "people walking"}).context["found"][0].kind == "page"
    assert client.get("/search/", {"q": "people walking"}).context["found"] == []


def test_without_words_there_is_a_box_and_no_result(client, world):
    response = client.get("/search/")
    assert response.status_code == 200
    assert response.context["found"] == []


def test_finding_nothing_comes_with_help(client, world):
    response = client.get("/en/search/", {"q": "恐龙"})
    assert "Nothing found for “恐龙”" in response.text
    for place in ("/en/agencies/", "/en/events/", "/en/cases/"):
        assert f'href="{place}"' in response.text


def test_pages_of_results_follow_each_other(client):
    for _ in range(A_PAGE + 1):
        factories.case(title="锦鲤")
    call_command("rebuild_search")
    first, second = (client.get("/search/", {"q": "锦鲤", "page": page}) for page in (1, 2))
    assert len(first.context["found"]) == A_PAGE
    assert len(second.context["found"]) == 1
    assert {found.record for found in first.context["found"]}.isdisjoint(
        found.record for found in second.context["found"]
    )
    beyond = client.get("/search/", {"q": "锦鲤", "page": 40})
    assert beyond.context["page"].number == 2
    assert len(beyond.context["found"]) == 1


def test_three_results_of_a_kind_cost_as_many_queries_as_one(client, world):
    def cost():
        call_command("rebuild_search")
        with CaptureQueriesContext(connection) as queries:
            client.get("/search/", {"q": "锦鲤"})
        return len(queries)

    cost()  # what the process keeps from its first page on
    one = cost()
    for n in range(2):
        agency = factories.agency(legal_name=f"锦鲤服务中心{n}")
        factories.event(agency, title="锦鲤")
        factories.case(agency, title="锦鲤")
    assert cost() == one


def test_without_an_index_the_page_says_so_and_offers_the_lists(client):
    response = client.get("/en/search/", {"q": "锦鲤"})
    assert response.status_code == 200
    assert "Search is not available just now" in response.text
    assert 'href="/en/agencies/"' in response.text


def test_a_damaged_index_is_no_error(client, world, settings):
    folder = next(Path(settings.SEARCH_URL.partition("://")[2]).glob("index-*"))
    shutil.rmtree(folder)
    assert client.get("/search/", {"q": "锦鲤"}).status_code == 200


@pytest.mark.parametrize(
    "asked",
    [
        {"q": "锦鲤\0"},
        {"q": "x" * 5000},
        {"q": "锦" * 5000},
        {"q": '"'},
        {"q": "-锦鲤"},
        {"q": "<script>alert(1)</script>"},
        {"q": "锦鲤", "kind": "secret"},
        {"q": "锦鲤", "kind": "\0"},
        {"q": "锦鲤", "page": "0"},
        {"q": "锦鲤", "page": "-1"},
        {"q": "锦鲤", "page": "x"},
        {"q": "锦鲤", "page": "٣"},
        {"q": "锦鲤", "page": "²"},
        {"q": "锦鲤", "page": "9" * 5000},
        {"q": ["锦鲤", "乌龟"], "page": ["1", "2"]},
    ],
)
def test_whatever_the_address_says_there_is_an_answer(client, world, asked):
    response = client.get("/search/", asked)
    assert response.status_code == 200
    assert "<script>alert" not in response.text
