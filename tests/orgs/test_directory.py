"""The directory: filters, counts, names by pinyin, districts with what is below them."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from orgs import directory
from orgs.models import Agency
from tests import factories

pytestmark = pytest.mark.django_db

NOBODY = AnonymousUser()


def ask(query="", user=NOBODY):
    return directory.context(QueryDict(query), user)


def found(query="", user=NOBODY):
    return [agency.slug for agency in ask(query, user)["agencies"]]


@pytest.fixture
def guangdong():
    return factories.division("440000", "广东省", "province", name_en="Guangdong")


@pytest.fixture
def dongguan(guangdong):
    return factories.division("441900", "东莞市", "prefecture", guangdong)


@pytest.fixture
def dongcheng(dongguan):
    return factories.division("441900003", "东城街道", "township", dongguan)


@pytest.mark.parametrize(
    "words", ["东城", "tongxin", "dctx", "DCTX", "tong xin", "Dongcheng  Centre", "centre"]
)
def test_a_name_is_found_in_chinese_english_pinyin_and_initials(words):
    factories.agency(slug="dc", legal_name="东城同心社工", name_en="Dongcheng Centre")
    factories.agency(slug="other", legal_name="候鸟之家", name_en="Birds")
    assert found(f"q={words}") == ["dc"]


def test_agencies_stand_in_the_order_of_their_pinyin():
    for slug, name in (("z", "职康"), ("b", "北邻"), ("m", "木棉")):
        factories.agency(slug=slug, legal_name=name)
    assert found() == ["b", "m", "z"]


def test_a_district_holds_what_is_below_it_and_what_serves_all_of_it(guangdong, dongguan, dongcheng):
    factories.agency(slug="seat", legal_name="甲", division=dongcheng)
    serving = factories.agency(slug="serving", legal_name="乙")
    factories.service(serving).areas.set([dongguan])
    elsewhere = factories.agency(
        slug="elsewhere", legal_name="丙", division=factories.division("110115", "大兴区", "county")
    )
    factories.service(elsewhere)
    assert (
        found("district=440000")
        == found("district=441900")
        == found("district=441900003")
        == ["seat", "serving"]
    )
    assert found("district=440306") == []


def test_filters_join_and_each_says_how_many_it_leads_to():
    for slug, name, kind, populations in (
        ("one", "甲", "svc:education", ("pop:children",)),
        ("two", "乙", "svc:education.2", ("pop:women",)),
        ("three", "丙", "svc:legal", ("pop:women",)),
    ):
        factories.service(
            factories.agency(slug=slug, legal_name=name), types=(kind,), populations=populations
        )
    parts = ask("service=svc:education&population=pop:women")
    assert [agency.slug for agency in parts["agencies"]] == ["two"]
    assert {option.code: option.count for option in parts["options"]["service"]} == {
        "svc:education": 1,
        "svc:legal": 1,
    }
    assert {option.code: option.count for option in parts["options"]["population"]} == {
        "pop:children": 1,
        "pop:women": 1,
    }
    assert {option.code: option.count for option in parts["options"]["type"]} == {"org:msw": 1}


def test_every_choice_is_a_chip_that_takes_it_away():
    factories.agency()
    parts = ask("q=a&type=org:msw")
    assert [chip["url"] for chip in parts["chips"]] == ["?type=org%3Amsw", "?q=a"]


@pytest.mark.parametrize(
    "query",
    [
        "service=nothing",
        "service=pop:women",
        "district=九九九九九九",
        "district=4419%00",
        "type=%00",
        "page=99999999999999999999999",
        "page=-1&view=nothing",
        "q=",
    ],
)
def test_an_address_that_means_nothing_still_shows_the_directory(query):
    factories.agency(slug="one")
    assert found(query) == ["one"]


def test_drafts_and_withdrawn_agencies_are_nowhere_for_others(stranger, moderator):
    for status in (Agency.Status.DRAFT, Agency.Status.WITHDRAWN):
        hidden = factories.agency(
            slug=f"hidden-{status}", legal_name="密", status=status, org_type=factories.topic("org:gov")
        )
        factories.service(hidden, types=("svc:legal",), populations=("pop:trader",)).areas.set(
            [factories.division()]
        )
    colleague = factories.member_of(Agency.objects.get(slug="hidden-draft"))
    for user in (NOBODY, stranger):
        parts = ask("q=密", user)
        assert parts["agencies"] == []
        counted = [option for options in ask("", user)["options"].values() for option in options]
        assert {option.code for option in counted} <= {"org:msw"}
        assert ask("view=coverage", user)["coverage"]["places"] == []
    assert found("q=密", colleague) == ["hidden-draft"]
    assert found("q=密", moderator) == ["hidden-draft", "hidden-withdrawn"]


def test_the_coverage_table_counts_agencies_not_services(dongguan, dongcheng):
    for name in ("甲", "乙"):
        agency = factories.agency(legal_name=name, division=dongcheng)
        factories.service(agency, populations=("pop:women",))
        factories.service(agency, populations=("pop:women",)).areas.set([dongguan])
    table = ask("view=coverage")["coverage"]
    assert [place.code for place in table["places"]] == ["441900"]
    counts = {row["population"].code: [cell["count"] for cell in row["cells"]] for row in table["rows"]}
    assert counts["pop:women"] == [2]
    assert counts["pop:children"] == [0]
    assert len(counts) == 21


def queries(client, path):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


@pytest.mark.parametrize("path", ["/agencies/", "/agencies/?view=coverage", "/network/"])
def test_the_number_of_queries_does_not_grow_with_the_agencies(client, path, dongcheng):
    def agency():
        factories.service(factories.agency(division=dongcheng)).areas.set([dongcheng])

    agency()
    client.get(path)
    with_one = queries(client, path)
    agency()
    agency()
    assert queries(client, path) == with_one


def test_the_finder_offers_what_leads_somewhere(dongguan):
    agency = factories.agency(division=dongguan)
    factories.service(agency, types=("svc:legal",), populations=("pop:women",))
    choices = directory.finder(NOBODY)
    (province,) = choices["districts"]
    assert [option.code for option in province.narrower] == ["441900"]
    assert [option.code for option in choices["services"]] == ["svc:legal"]
    assert [option.code for option in choices["populations"]] == ["pop:women"]
