"""What may have been meant by words that find little, and what half-typed words become."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.http import urlencode

from portal.search import rebuild, spelling
from portal.search.spelling import Vocabulary
from tests import factories
from tests.portal.search.documents import add, document

NAMES = ("流动人口", "农民工讨薪", "随迁子女入学", "尘肺病救助", "装修工人的年关", "社区食堂")
ENGLISH = {"migrant": 9, "migrants": 2, "migration": 3, "workers": 8, "labour": 2, "school": 4, "schools": 1}


@pytest.fixture(scope="module")
def known():
    return Vocabulary(ENGLISH, NAMES)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("留动人口", "流动人口"),  # the same sound
        ("农名工讨薪", "农民工讨薪"),
        ("农民工讨心", "农民工讨薪"),
        ("cheng肺病", None),
        ("隋迁子女", "随迁子女"),
        ("流动人囗", "流动人口"),  # looks alike, at the end of a topic
        ("尘肿病救助", "尘肺病救助"),  # a wrong character between known ones
        ("社区食唐", "社区食堂"),
        ("農民工討新", "农民工讨薪"),
        ("migrent", "migrant"),  # another letter
        ("mirgant", "migrant"),  # two swapped
        ("Migrnt worker", "migrant worker"),  # one too few; a word whose stem is known stays
        ("migratoin", "migration"),
        ("liudongrenkou", "流动人口"),
        ("“留动人口” title:migrent", "“流动人口” title:migrant"),  # the syntax stays
        ("migrent -workrs", "migrant -workrs"),
    ],
)
def test_the_likeliest_correction(known, typed, meant):
    assert next(known.corrected(typed), None) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "流动人口",
        "农民工",
        "migrants working",
        "乌龟",
        "乌龟 OR 锦鲤",
        "",
        "x",
        "2026",
        "１２３",
        "\0",
        '"',
        "ﬃ",
        "龘" * 100,
    ],
)
def test_what_is_well_written_or_unknown_altogether_is_left_alone(known, typed):
    assert list(known.corrected(typed)) == []


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [
        ("abc", "abc", 0),
        ("abc", "acb", 1),
        ("abc", "ab", 1),
        ("abc", "xbc", 1),
        ("", "ab", 2),
        ("abcd", "badc", 2),
    ],
)
def test_the_distance_of_words(one, other, distance):
    assert spelling.edits(one, other) == spelling.edits(other, one) == distance


def test_half_typed_words_become_the_known_ones_that_begin_so(known):
    assert known.completed("labour migr") == "labour migr OR migrant OR migration OR migrants"
    assert known.completed("liudong") == "liudong OR 流动"
    assert known.completed("liudongrenk") == "liudongrenk OR 流动人口"
    assert known.completed("流动") == "流动"
    assert known.completed("migr ") == "migr "
    assert known.completed("xyzzy") == "xyzzy"


def test_every_engine_tells_the_words_of_its_names(made):
    engine = made()
    engine.rebuild(lambda: [])
    assert engine.words() == {}
    add(
        engine,
        document(1, "锦鲤池", "乌龟", agency_names=("Koi House",), keywords=("流动",)),
        document(2, "koi 锦鲤"),
    )
    assert engine.words() == {"锦鲤": 2, "鲤池": 1, "koi": 2, "house": 1, "流动": 1}
    with engine.writer() as writer:
        writer.remove("case:1")
    assert engine.words() == {"锦鲤": 1, "koi": 1}


# -- On the pages ------------------------------------------------------------------------------------------------------


def offered(response) -> str | None:
    found = re.search(r'(?:您是不是要找|Did you mean)[^<]*<a href="([^"]*)"', response.text)
    return found and found[1].replace("&amp;", "&")


def everything():
    agency = factories.agency(legal_name="锦鲤池边服务中心")
    factories.event(agency, title="锦鲤池边培训")
    factories.case(agency, title="锦鲤池边案例")
    rebuild()


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/search/", "/cases/", "/agencies/", "/events/"])
def test_each_list_offers_what_was_meant_with_the_rest_of_the_address_kept(client, path):
    everything()
    address = f"/en{path}"
    typed = {"q": "锦里池边", "kind": "", "sort": "newest", "page": "7"}
    there = offered(client.get(address, typed))
    assert there == "?" + urlencode({"q": "锦鲤池边", "kind": "", "sort": "newest"})
    found = client.get(address + there)
    assert offered(found) is None
    assert "锦鲤池边" in found.text.partition("<main")[2].replace("<mark>", "").replace("</mark>", "")


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/search/", "/cases/", "/agencies/", "/events/"])
def test_what_finds_nothing_with_the_filters_that_are_set_is_not_offered(client, path):
    everything()
    narrow = {"kind": "page", "year": "1999", "level": "4", "mode": "online"}
    assert offered(client.get(f"/en{path}", {"q": "锦里池边", **narrow})) is None


@pytest.mark.django_db
def test_what_is_not_public_is_never_offered(client):
    factories.case(title="锦鲤池边", live=False)
    factories.agency(legal_name="锦鲤池边社", status="draft")
    gone = factories.case(title="乌龟塘边")
    rebuild()
    type(gone).objects.filter(pk=gone.pk).update(live=False)  # the index has not heard of it yet
    for typed in ("锦里池边", "乌归塘边"):
        assert offered(client.get("/en/search/", {"q": typed})) is None
        assert offered(client.get("/en/cases/", {"q": typed})) is None


@pytest.mark.django_db
def test_who_found_enough_pays_nothing_and_is_asked_nothing(client, monkeypatch):
    for _ in range(spelling.FEW):
        factories.case(title="锦里池边")
    rebuild()
    monkeypatch.setattr(spelling, "vocabulary", lambda: pytest.fail("was looked up"))
    for path in ("/search/", "/cases/"):
        assert offered(client.get(f"/en{path}", {"q": "锦里池边"})) is None


@pytest.mark.django_db
def test_three_of_each_cost_as_many_queries_as_one(client):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            assert offered(client.get("/en/search/", {"q": "锦里池边", "kind": "case"}))
        return len(queries)

    everything()
    cost()
    one = cost()
    everything()
    everything()
    assert cost() == one
