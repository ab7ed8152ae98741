"""The directory: filters, counts, names by pinyin, districts with what is below them."""

import csv
import io
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from orgs import directory, facts
from orgs.models import Agency, Verification
from orgs.open_data import licence
from portal import tables
from portal.search import rebuild
from tests import factories

pytestmark = pytest.mark.django_db

NOBODY = AnonymousUser()


def ask(query=""):
    return directory.context(QueryDict(query))


def found(query=""):
    return [agency.slug for agency in ask(query)["agencies"]]


def counts(parts, name):
    """The numbers of one filter, narrower choices too."""
    options = [option for facet in parts["facets"] if facet.name == name for option in facet.options]
    return {each.code: each.count for option in options for each in (option, *option.narrower)}


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
    factories.division("440306", "宝安区", "county")
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
    assert counts(parts, "service") == {"svc:education": 1, "svc:education.2": 1, "svc:legal": 1}
    assert counts(parts, "population") == {"pop:children": 1, "pop:women": 1}
    assert counts(parts, "type") == {"org:msw": 1}


def test_within_a_filter_any_value_will_do():
    for slug, name, population in (
        ("a", "甲", "pop:women"),
        ("b", "乙", "pop:youth"),
        ("c", "丙", "pop:elderly"),
    ):
        factories.service(factories.agency(slug=slug, legal_name=name), populations=(population,))
    assert found("population=pop:women&population=pop:elderly") == ["c", "a"]
    assert counts(ask("population=pop:women&population=pop:elderly"), "population") == {
        "pop:women": 1,
        "pop:youth": 1,
        "pop:elderly": 1,
    }


def test_method_language_type_and_focus_are_filters_too():
    wanted = factories.agency(slug="wanted", migrant_focus="occasional", org_type=factories.topic("org:gov"))
    service = factories.service(wanted)
    service.methods.add(factories.topic("mth:community"))
    service.languages.add(factories.topic("lng:yue"))
    factories.service(factories.agency())
    for query in ("method=mth:community", "language=lng:yue", "type=org:gov", "focus=occasional"):
        assert found(query) == ["wanted"]


def verify(agency, level, *, until=30, revoked=False):
    today = timezone.localdate()
    return Verification.objects.create(
        agency=agency,
        level=level,
        checked_on=today - timedelta(days=300),
        expires_on=today + timedelta(days=until),
        revoked_at=timezone.now() if revoked else None,
    )


def test_verification_counts_from_a_level_up_while_it_is_in_force():
    for slug, name, level, fields in (
        ("b", "乙", 1, {}),
        ("c", "丙", 3, {}),
        ("d", "丁", 2, {"until": 0}),
        ("e", "戊", 4, {"revoked": True}),
    ):
        verify(factories.agency(slug=slug, legal_name=name), level, **fields)
    assert found("level=1") == ["c", "b"]
    assert found("level=2") == ["c"]
    assert counts(ask(), "level") == {"1": 2, "2": 1, "3": 1}


def test_the_older_the_confirmation_the_lower_and_after_a_year_only_on_demand():
    today = timezone.localdate()
    for slug, name, age in (
        ("never", "甲", None),
        ("dormant", "乙", 361),
        ("delinquent", "丙", 241),
        ("overdue", "丁", 211),
        ("fresh", "子", 10),
        ("due", "丑", 175),
    ):
        confirmed = None if age is None else today - timedelta(days=age)
        factories.agency(slug=slug, legal_name=name, confirmed_on=confirmed)
    assert found() == ["due", "fresh", "overdue", "delinquent", "never"]
    parts = ask()
    assert (parts["agency_count"], parts["dormant_count"]) == (5, 1)
    everything = ["due", "fresh", "overdue", "delinquent", "dormant", "never"]
    assert found(parts["dormant_url"][1:]) == everything
    assert found("sort=confirmed") == ["fresh", "due", "overdue", "delinquent", "never"]


def test_a_whole_name_stands_before_names_that_only_contain_the_words():
    for slug, name, former in (("in", "甲木棉之家", []), ("whole", "木棉", []), ("was", "乙", ["木棉社"])):
        factories.agency(slug=slug, legal_name=name, former_names=former)
    factories.agency(slug="other", legal_name="候鸟之家")
    assert found("q=木棉") == ["whole", "was", "in"]


def test_what_an_agency_says_of_itself_finds_it_after_those_that_are_called_so(client):
    says = factories.agency(slug="says", legal_name="候鸟之家")
    says.texts.create(language="zh-hans", mission="为木棉街的工友讨薪")
    factories.agency(slug="called", legal_name="木棉社工")
    factories.agency(slug="draft", legal_name="木棉草稿", status="draft")
    assert found("q=木棉") == ["called"]
    assert "Search is limited just now" in client.get("/en/agencies/?q=木棉").text

    rebuild()
    assert found("q=木棉") == ["called", "says"]
    assert found("q=拖欠工资") == ["says"]
    assert found("q=木棉&type=org:none") == found("q=木棉")
    assert [directory.named("木棉"), directory.named("讨薪")] == [[Agency.objects.get(slug="called").pk], []]
    assert "Search is limited" not in client.get("/en/agencies/?q=木棉").text
    Agency.objects.filter(slug="says").update(status="withdrawn")
    assert found("q=木棉") == ["called"]


def test_a_reader_of_english_finds_them_in_the_order_of_their_english_names():
    factories.agency(slug="z", legal_name="安", name_en="Zebra")
    factories.agency(slug="a", legal_name="周", name_en="Apple")
    with translation.override("en"):
        assert found() == ["a", "z"]
    assert found() == ["z", "a"]


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


def test_drafts_withdrawn_and_merged_agencies_are_in_no_number_and_in_no_list(client, stranger, moderator):
    for status in (Agency.Status.DRAFT, Agency.Status.WITHDRAWN):
        hidden = factories.agency(
            slug=f"hidden-{status}", legal_name="密", status=status, org_type=factories.topic("org:gov")
        )
        factories.service(hidden, types=("svc:legal",), populations=("pop:trader",)).areas.set(
            [factories.division()]
        )
    merged = factories.agency(legal_name="密", slug="hidden-merged")
    Agency.objects.filter(pk=merged.pk).update(status=Agency.Status.MERGED, merged_into=factories.agency())
    colleague = factories.member_of(Agency.objects.get(slug="hidden-draft"))
    for query in ("", "q=密", "view=coverage", "view=print&q=密", "type=org:gov", "service=svc:legal"):
        parts = ask(query)
        assert not {"org:gov", "svc:legal", "pop:trader"} & {
            option.code for facet in parts["facets"] for option in facet.options if not option.is_chosen
        }
        assert parts["agency_count"] == (2 if query in ("", "view=coverage") else 0)
        assert [str(agency) for agency in parts.get("agencies", []) if agency.legal_name == "密"] == []
        assert parts.get("printed", []) == []
    for user in (NOBODY, stranger, moderator, colleague):
        assert [agency.slug for agency in directory.own_drafts(user)] == (
            ["hidden-draft"] if user == colleague else []
        )
    assert "密" not in client.get(reverse("directory_file", args=["csv"])).content.decode()


def test_the_number_of_agencies_is_that_of_the_whole_list():
    for _agency in range(23):
        factories.agency()
    parts = ask("page=2")
    assert (parts["agency_count"], len(parts["agencies"])) == (23, 3)


def test_the_list_to_print_shows_contacts_that_everybody_may_see(client, stranger):
    factories.agency(
        legal_name="甲", public_phone="0769-11112222", hotline="12345", address="莞太路1号",
        restricted={"public_phone": "members", "address": "agency"},
    )  # fmt: skip
    client.force_login(stranger)
    page = client.get("/agencies/?view=print").content.decode()
    assert "12345" in page
    assert "0769-11112222" not in page
    assert "莞太路1号" not in page


def test_what_does_not_fit_on_the_printed_list_is_said(client, monkeypatch):
    monkeypatch.setattr("orgs.directory_list.MOST_PRINTED", 2)
    for _agency in range(5):
        factories.agency()
    parts = ask("view=print")
    assert (len(parts["printed"]), parts["left_out"]) == (2, 3)


@pytest.mark.parametrize("style", ["csv", "xlsx"])
def test_the_file_holds_what_was_found_and_public_facts_only(client, dongcheng, manager, style):
    wanted = factories.agency(
        legal_name="=HYPERLINK(1)", name_en="Wanted", division=dongcheng, public_phone="+86 769 11112222",
        public_email="secret@example.org", restricted={"public_email": "members"},
    )  # fmt: skip
    factories.service(wanted, populations=("pop:women",))
    factories.agency(legal_name="另一家", name_en="Other")
    client.force_login(manager)
    answer = client.get(reverse("directory_file", args=[style]), {"q": "wanted"})
    header, hxl, *rows = (
        csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
        if style == "csv"
        else [cells for _number, cells in tables.excel(answer.content, "list.xlsx")]
    )
    assert header[:3] == ["name", "name_en", "type"]
    assert hxl[:3] == ["#org+name", "#org+name+i_en", "#org+type"]
    [row] = [dict(zip(header, row, strict=True)) for row in rows]
    assert row["name"] == "'=HYPERLINK(1)"
    assert row["phone"] == "'+86 769 11112222"
    assert row["email"] == ""
    assert (row["adm1_code"], row["adm2_code"], row["adm3_code"]) == ("440000", "441900", "441900003")
    assert row["populations"] == "pop:women"
    assert row["link"].startswith("http://testserver/agencies/")
    assert (row["licence"], answer["Link"]) == ("CC-BY-4.0", licence.LINK)


def test_another_kind_of_file_is_nowhere(client):
    assert client.get(reverse("directory_file", args=["exe"])).status_code == 404


def queries(client, path):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


ADDRESSES = [
    "/agencies/",
    "/agencies/?view=coverage",
    "/agencies/?view=print",
    "/network/",
    "/agencies-list.csv",
]


@pytest.mark.parametrize("path", ADDRESSES)
def test_the_number_of_queries_does_not_grow_with_the_agencies(client, path, dongcheng):
    def agency():
        factories.service(factories.agency(division=dongcheng)).areas.set([dongcheng])

    agency()
    client.get(path)
    with_one = queries(client, path)
    agency()
    agency()
    client.get(path)
    assert queries(client, path) == with_one <= 25


def test_reading_a_change_costs_a_fixed_number_of_queries_too(dongcheng, django_assert_max_num_queries):
    for _agency in range(3):
        factories.service(factories.agency(division=dongcheng)).areas.set([dongcheng])
    with django_assert_max_num_queries(14):
        facts.current()


def test_the_finder_offers_what_leads_somewhere(dongguan):
    agency = factories.agency(division=dongguan)
    factories.service(agency, types=("svc:legal",), populations=("pop:women",))
    choices = directory.finder()
    (province,) = choices["districts"]
    assert [option.code for option in province.narrower] == ["441900"]
    assert [option.code for option in choices["services"]] == ["svc:legal"]
    assert [option.code for option in choices["populations"]] == ["pop:women"]
