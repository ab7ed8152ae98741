"""The read API of open data: what HSDS 3 promises, and nothing that an agency does not show to everybody."""

import json
import re
from datetime import UTC, datetime, timedelta
from functools import cache
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from jsonschema import Draft202012Validator, FormatChecker

from orgs.models import Agency, Location, Service, ServiceAtLocation
from orgs.open_data import licence
from portal import topics
from portal.models import Topic
from tests import factories
from tests.given import given
from tests.orgs.open_data_world import SECRETS, empty_agency, full_agency

pytestmark = pytest.mark.django_db

LISTS = {
    "services": ("service_list.json", "service.json"),
    "organizations": ("organization_list.json", "organization.json"),
    "service_at_locations": ("service_at_location_list.json", "service_at_location.json"),
}
PAGE = ["total_items", "total_pages", "page_number", "size", "first_page", "last_page", "empty", "contents"]


@pytest.fixture
def ask(client):
    """GET an address of the API and return the answer's JSON."""

    def run(path="", status=200, **parameters):
        answer = client.get(f"/hsds/v3/{path}", parameters)
        assert answer.status_code == status, answer.content.decode()[:300]
        assert answer["Content-Type"] == "application/json"
        return answer.json()

    return run


def names(page):
    return [record["name"] for record in page["contents"]]


@cache
def schema(name):
    """A validator for one of the published schemas, which also looks at the formats of dates, addresses and UUIDs."""
    if name.startswith("taxonom"):
        definitions = json.loads(given("schemas", "hsds-3", "service_with_definitions.json").read_text())
        kind = name.removesuffix(".json")
        definition = {"$ref": f"#/definitions/{kind}", "definitions": definitions["definitions"]}
    else:
        definition = json.loads(given("schemas", "hsds-3", name).read_text())
    return Draft202012Validator(definition, format_checker=FormatChecker())


def wrong(record, name):
    """What the schema has against a record, in words."""
    return [f"{name} {error.json_path}: {error.message[:200]}" for error in schema(name).iter_errors(record)]


def everything_wrong(ask):
    """What the schemas have against every object of the API, in lists, whole, and in lists of whole ones."""
    problems, seen = [], 0
    for kind, (row, whole) in LISTS.items():
        contents = ask(kind, per_page=100)["contents"]
        seen += len(contents)
        for record in contents:
            problems += wrong(record, row)
            problems += wrong(ask(f"{kind}/{record['id']}"), whole)
        for record in ask(kind, per_page=100, full="true")["contents"]:
            problems += wrong(record, whole)
    for record in ask("organizations", full_service="true")["contents"]:
        problems += wrong(record, "organization.json")
        for service in record.get("services", []):
            problems += wrong(service, "service.json")
    for kind, name in {"taxonomies": "taxonomy.json", "taxonomy_terms": "taxonomy_term.json"}.items():
        for record in ask(kind, per_page=100)["contents"]:
            problems += wrong(record, name)
            problems += [] if record == ask(f"{kind}/{record['id']}") or kind == "taxonomies" else ["differs"]
    return problems, seen


# -- The schemas ------------------------------------------------------------------------------------------------------


def test_the_validator_sees_what_is_wrong():
    assert wrong({"id": "x", "name": "N"}, "service.json")
    assert wrong({"id": str(uuid4()), "name": "N", "status": "active", "url": "no address"}, "service.json")
    assert wrong(
        {"id": str(uuid4()), "name": "N", "status": "active", "last_modified": "gestern"}, "service.json"
    )


def test_every_object_of_an_agency_that_says_everything_is_valid(ask):
    full_agency()
    assert everything_wrong(ask) == ([], 5)


def test_every_object_of_an_agency_that_says_nothing_is_valid(ask):
    empty_agency()
    assert everything_wrong(ask) == ([], 3)


def test_the_pages_of_an_empty_portal_are_valid_and_say_that_they_are_empty(ask):
    for kind in LISTS:
        assert ask(kind) == {
            "total_items": 0,
            "total_pages": 1,
            "page_number": 1,
            "size": 0,
            "first_page": True,
            "last_page": True,
            "empty": True,
            "contents": [],
        }


# -- What is in a record ----------------------------------------------------------------------------------------------


def test_an_organization_says_its_names_its_code_and_how_to_reach_it(ask):
    agency = full_agency()
    record = ask(f"organizations/{agency.public_id}")
    assert (record["name"], record["alternate_name"]) == (agency.legal_name, agency.name_en)
    assert record["description"] == "陪务工人员安顿生活。\n\n我们在工业区里有两个服务点。"
    assert (record["email"], record["year_incorporated"]) == ("hello@example.org", 2010)
    assert record["website"] == "https://tongxin.example.org/%E5%85%B3%E4%BA%8E?a=1"
    assert [(one["identifier_type"], one["identifier"]) for one in record["organization_identifiers"]] == [
        ("统一社会信用代码", agency.uscc)
    ]
    assert [(one["number"], one.get("extension"), one.get("description")) for one in record["phones"]] == [
        ("0769-22222222", 8, None),
        ("12355", None, "服务热线"),
    ]
    assert [one["source"] for one in record["funding"]] == [topic.name_zh for topic in agency.funding.all()]
    values = {(one["link_type"], one["value"]) for one in record["attributes"] if "value" in one}
    assert {
        ("short_name", "同心社工"),
        ("former_name", "同心工友之家"),
        ("mission@en", "We help migrants settle."),
        ("rating", "4A"),
        ("verification_level", "2"),
    } <= values
    seat, place = record["locations"]
    assert (seat["addresses"][0]["state_province"], seat["addresses"][0]["city"]) == ("广东省", "东莞市")
    assert (place["name"], place["latitude"], place["longitude"]) == ("东城服务点", 23.03, 113.78)


def test_a_service_says_for_whom_where_and_in_which_languages(ask):
    service = full_agency().services.get(name_zh="工友法律援助")
    record = ask(f"services/{service.public_id}")
    assert (record["status"], record["fees_description"]) == ("active", "部分收费")
    assert (record["minimum_age"], record["maximum_age"]) == (16, 60)
    assert record["assured_date"] == "2026-06-01"
    terms = [
        (one["link_type"], one["taxonomy_term"]["code"])
        for one in record["attributes"]
        if "taxonomy_term" in one
    ]
    assert terms == [
        ("service_type", "svc:legal"),
        ("population", "pop:worker"),
        ("population", "pop:women"),
        ("method", "mth:casework"),
    ]
    assert [(one["name"], one["code"]) for one in record["languages"]] == [
        ("普通话", "cmn"),
        ("中原官话（河南、皖北等）", "cmn"),
    ]
    assert [one["location"]["name"] for one in record["service_at_locations"]] == ["东城服务点"]
    assert record["organization"]["name"] == "东莞市同心社会工作服务中心"
    area = record["service_areas"][0]
    assert area["name"] == "广东省东莞市"
    division = ask(area["uri"].partition("/hsds/v3/")[2])
    assert (division["code"], division["name"], division["first_year"]) == ("441900", "东莞市", 1988)


def test_a_service_that_is_not_offered_now_is_inactive(ask):
    full_agency()
    assert [record["status"] for record in ask("services")["contents"]] == ["active", "inactive"]


def test_nothing_leaves_that_is_not_for_everybody(client):
    agency = full_agency(
        address="绝密地址",
        public_phone="13800138000",
        public_email="secret@example.org",
        restricted={
            "address": "members",
            "public_phone": "agency",
            "public_email": "members",
            "funding": "agency",
        },
    )
    Topic.objects.filter(pk__in=agency.funding.values("pk")).update(name_zh="绝密资助")
    draft = full_agency(legal_name="草稿社", uscc=None, status=Agency.Status.DRAFT)
    owner = factories.member_of(agency, role="owner", name="李秘密")
    client.force_login(owner)  # even its owner gets what everybody gets
    for kind in LISTS:
        for question in ({}, {"full": "true"}, {"full": "true", "format": "ndjson"}):
            answer = client.get(f"/hsds/v3/{kind}", question)
            text = answer.getvalue().decode()
            assert "东莞市同心社会工作服务中心" in text
            assert [secret for secret in (*SECRETS, "草稿社", "李秘密") if secret in text] == []
    assert client.get(f"/hsds/v3/organizations/{draft.public_id}").status_code == 404
    assert client.get(f"/hsds/v3/services/{draft.services.first().public_id}").status_code == 404
    hidden = ServiceAtLocation.objects.get(
        location__shown_to="agency", service__agency=agency, service__fees="free"
    )
    assert client.get(f"/hsds/v3/service_at_locations/{hidden.public_id}").status_code == 404
    assert client.get("/hsds/v3/services", {"search": "13800138000"}).json()["total_items"] == 0


def test_an_identifier_stays_and_no_two_things_share_one(ask):
    agency = full_agency()
    before = ask(f"organizations/{agency.public_id}", full_service="true")
    assert ask(f"organizations/{agency.public_id}", full_service="true") == before

    def identifiers(value, path=""):
        if isinstance(value, list):
            for item in value:
                yield from identifiers(item, path)
        elif isinstance(value, dict):
            if "id" in value:
                yield value["id"], path
            for name, item in value.items():
                yield from identifiers(item, name)

    kinds: dict[str, set] = {}
    for identifier, kind in identifiers(before):
        kinds.setdefault(identifier, set()).add(kind.replace("locations", "location"))
    assert [both for both in kinds.values() if len(both) > 1] == []


# -- Questions --------------------------------------------------------------------------------------------------------


def test_a_list_comes_in_pages(ask):
    agency = factories.agency()
    for number in range(5):
        factories.service(agency, name_zh=f"服务{number}")
    pages = [ask("services", page=number, per_page=2) for number in (1, 2, 3, 4)]
    assert list(pages[0]) == PAGE
    assert [names(page) for page in pages] == [["服务0", "服务1"], ["服务2", "服务3"], ["服务4"], []]
    assert [(page["total_items"], page["total_pages"], page["size"]) for page in pages] == [
        (5, 3, 2),
        (5, 3, 2),
        (5, 3, 1),
        (5, 3, 0),
    ]
    assert [(page["first_page"], page["last_page"], page["empty"]) for page in pages] == [
        (True, False, False),
        (False, False, False),
        (False, True, False),
        (False, False, True),
    ]
    assert ask("services", page=999999999)["empty"]


def test_the_filters_of_the_specification(ask):
    agency = full_agency()
    other = factories.agency(legal_name="另一家")
    factories.service(other, types=["svc:health"], populations=["pop:children"], name_zh="义诊")
    terms = {term["code"]: term["id"] for term in ask("taxonomy_terms", per_page=100)["contents"]}
    terms |= {term["code"]: term["id"] for term in ask("taxonomy_terms", per_page=100, page=2)["contents"]}
    taxonomies = {one["description"]: one["id"] for one in ask("taxonomies")["contents"]}
    assert names(ask("services", taxonomy_term_id=terms["svc:legal"])) == ["工友法律援助"]
    assert names(ask("services", taxonomy_id=taxonomies["tongxing:lng"])) == ["工友法律援助"]
    assert names(ask("services", organization_id=other.public_id)) == ["义诊"]
    assert names(ask("services", taxonomy_term_id=uuid4())) == []
    assert names(ask("services", search="法律 同心")) == ["工友法律援助"]
    assert names(ask("services", search="法律 另一家")) == []
    assert names(ask("organizations", search="settle")) == [agency.legal_name]
    assert [
        pair["service"]["name"]
        for pair in ask("service_at_locations", taxonomy_term_id=terms["svc:legal"])["contents"]
    ] == ["工友法律援助"]
    assert ask("service_at_locations", organization_id=other.public_id)["empty"]
    below = Topic.objects.filter(parent__isnull=False, is_active=True).first()
    assert below.code in {
        term["code"] for term in ask("taxonomy_terms", parent_id=terms[below.parent.code])["contents"]
    }
    top = ask("taxonomy_terms", taxonomy_id=taxonomies["tongxing:pop"], top_only="true")["contents"]
    assert all("parent_id" not in term for term in top)
    assert len(top) == Topic.objects.of("pop").top().count()


def test_a_wider_term_finds_what_has_a_narrower_one(ask):
    below = Topic.objects.filter(scheme="svc", parent__isnull=False, is_active=True).first()
    factories.service(factories.agency(), types=[below.code], name_zh="窄")
    wide = next(
        term["id"]
        for number in (1, 2)
        for term in ask("taxonomy_terms", per_page=100, page=number)["contents"]
        if term["code"] == below.parent.code
    )
    assert names(ask("services", taxonomy_term_id=wide)) == ["窄"]


def test_minimal_gives_every_service_with_its_time_on_one_page(ask):
    agency = factories.agency()
    for number in range(60):
        factories.service(agency, name_zh=f"服务{number}")
    page = ask("services", minimal="true")
    assert (page["size"], page["total_pages"]) == (60, 1)
    assert {tuple(record) for record in page["contents"]} == {("id", "modified_date")}


def test_a_stream_of_lines_gives_everything_without_pages(client):
    agency = factories.agency()
    for number in range(60):
        factories.service(agency, name_zh=f"服务{number}")
    answer = client.get("/hsds/v3/services", {"format": "ndjson", "full": "true"})
    lines = [json.loads(line) for line in answer.getvalue().decode().splitlines()]
    assert [line["name"] for line in lines] == [f"服务{number}" for number in range(60)]
    assert lines[0]["fees_description"] == "免费"
    assert answer["Content-Type"] == "application/x-ndjson; charset=utf-8"


def test_the_words_of_a_record_do_not_depend_on_who_reads(client):
    agency = full_agency()
    for path in (f"organizations/{agency.public_id}", "taxonomies"):
        chinese, english = (
            client.get(f"/hsds/v3/{path}", headers={"accept-language": language}).content
            for language in ("zh-CN", "en")
        )
        assert chinese == english


# -- What changed -----------------------------------------------------------------------------------------------------


@pytest.fixture
def long_ago():
    """Everything in the portal last changed a year ago. Call it when the world stands."""

    def run():
        then = timezone.now() - timedelta(days=365)
        for model in (Agency, Service, Location, Topic):
            model.objects.update(updated_at=then)

    return run


def save_a_topic():
    topic = factories.topic("svc:legal")
    topic.name_zh = "法律服务"
    topic.save()


CHANGES = {
    "nothing": lambda: None,
    "the service": lambda: Service.objects.get(name_zh="工友法律援助").save(),
    "its agency": lambda: Agency.objects.get(uscc__isnull=False).save(update_fields=["website"]),
    "a place of its agency": lambda: Location.objects.get(name_zh="东城服务点").save(),
    "one of its terms": save_a_topic,
}
CHANGED = {
    "nothing": [],
    "the service": ["工友法律援助"],
    "its agency": ["工友法律援助", "四点半课堂"],
    "a place of its agency": ["工友法律援助", "四点半课堂"],
    "one of its terms": ["工友法律援助"],
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_service_is_modified_when_anything_in_its_record_changed(ask, long_ago, what):
    full_agency()
    empty_agency()
    long_ago()
    CHANGES[what]()
    since = (timezone.now() - timedelta(hours=1)).isoformat()
    found = ask("services", modified_after=since)
    assert names(found) == CHANGED[what]
    pairs = ask("service_at_locations", modified_after=since)["contents"]
    assert [pair["service"]["name"] for pair in pairs] == CHANGED[what]
    assert all(record["last_modified"] > since[:10] for record in found["contents"])


def test_an_agency_is_modified_when_it_or_one_of_its_places_changed(ask, long_ago):
    agency, other = full_agency(), factories.agency()
    long_ago()
    since = timezone.localdate().isoformat()
    assert names(ask("organizations", modified_after=since)) == []
    agency.locations.first().save()
    other.save(update_fields=["wechat_account"])
    assert names(ask("organizations", modified_after=since)) == [agency.legal_name, other.legal_name]


def test_loading_the_vocabularies_again_changes_nothing(long_ago):
    long_ago()
    before = list(Topic.objects.order_by("pk").values())
    topics.load(Topic.objects)
    assert list(Topic.objects.order_by("pk").values()) == before


@pytest.mark.parametrize(
    ("words", "is_found"),
    [
        ("2026-03-01", True),
        ("2026-03-02", False),
        ("2026-02-28T16:00:00Z", True),
        ("2026-03-01T00:00:00+08:00", True),
        ("2026-03-01T00:00:00 08:00", True),
        ("2026-03-01T00:00:01", False),
    ],
)
def test_a_date_is_the_first_moment_of_the_day_in_china(ask, words, is_found):
    factories.service(factories.agency())
    moment = datetime(2026, 2, 28, 16, tzinfo=UTC)
    for model in (Agency, Service, Topic):
        model.objects.update(updated_at=moment)
    assert bool(ask("services", modified_after=words)["total_items"]) is is_found


# -- The interface ----------------------------------------------------------------------------------------------------


def test_the_root_says_where_everything_is(ask, client):
    root = ask()
    assert (root["version"], list(root)) == ("3.0", ["version", "profile", "openapi_url"])
    document = client.get("/" + root["openapi_url"].split("/", 3)[3]).json()
    assert document["openapi"] == "3.1.0"
    profile = client.get("/" + root["profile"].split("/", 3)[3]).json()
    full_agency()
    used = {
        attribute["link_type"].partition("@")[0]
        for kind in ("organizations", "services")
        for record in ask(kind, full="true")["contents"]
        for attribute in record["attributes"]
    }
    assert used - set(profile["link_types"]) == set()


def test_the_licence_is_said_by_document_profile_and_every_answer(client, ask):
    said = ask("openapi.json")["info"]["license"]
    assert said == {"name": licence.NAME, "identifier": "CC-BY-4.0"}
    told = ask("profile")
    assert (told["license"]["identifier"], told["license"]["url"]) == ("CC-BY-4.0", licence.URL)
    assert "assured_date" in told["attribution"]
    for path in ("", "services", "organizations", "services?format=ndjson", f"services/{'0' * 32}"):
        assert licence.LINK in client.get(f"/hsds/v3/{path}")["Link"], path


def test_people_read_the_licence_where_they_write_an_entry_and_where_they_take_a_list(
    client, agency, manager
):
    client.force_login(manager)
    for path in (
        reverse("edit_agency", args=[agency.slug]),
        reverse("apply_agency"),
        "/agencies/",
        "/agencies/?view=print",
    ):
        assert 'rel="license"' in client.get(path).content.decode(), path


def test_the_openapi_document_names_every_address_and_every_parameter(ask):
    theirs = json.loads(given("schemas", "hsds-3", "openapi.json").read_text())
    ours = ask("openapi.json")
    assert set(ours["paths"]) == set(theirs["paths"])
    full_agency()
    for path, methods in ours["paths"].items():
        if "{" in path:
            continue
        named = {one["$ref"].rsplit("/", 1)[1] for one in methods["get"]["parameters"]}
        refusal = ask(path.strip("/"), status=400, no_such_parameter="1")["error"]
        in_a_chinese_sentence = set(re.findall("[a-z_]+", refusal))
        assert in_a_chinese_sentence - {"no_such_parameter"} == named, path


@pytest.mark.parametrize(
    ("path", "parameters"),
    [
        ("services", {"page": "0"}),
        ("services", {"page": "-1"}),
        ("services", {"page": "x"}),
        ("services", {"page": "9" * 30}),
        ("services", {"per_page": "101"}),
        ("services", {"per_page": "0"}),
        ("services", {"format": "xml"}),
        ("services", {"format": "csv"}),
        ("services", {"modified_after": "yesterday"}),
        ("services", {"modified_after": "2026-13-01"}),
        ("services", {"modified_after": "0001-01-01"}),
        ("services", {"modified_after": "2026-02-30T00:00:00Z"}),
        ("services", {"taxonomy_term_id": "svc:legal"}),
        ("services", {"organization_id": "7"}),
        ("services", {"full": "perhaps"}),
        ("services", {"search": "\x00"}),
        ("services", {"search": "流" * 101}),
        ("services", {"modifed_after": "2026-01-01"}),
        ("service_at_locations", {"postcode": "523000"}),
        ("service_at_locations", {"minimal": "true"}),
        ("", {"page": "1"}),
    ],
)
def test_a_question_that_makes_no_sense_gets_a_sentence(ask, path, parameters):
    answer = ask(path, status=400, **parameters)
    assert answer["status"] == 400
    assert answer["error"].endswith(("。", ".", "）"))


@pytest.mark.parametrize(
    "kind", ["services", "organizations", "service_at_locations", "taxonomies", "taxonomy_terms"]
)
@pytest.mark.parametrize("identifier", ["1c4f2b8e-7a40-4f0e-9c86-2f7d0a1b3c5d", "7", "x" * 64])
def test_what_is_not_there_is_said_in_json(ask, kind, identifier):
    assert ask(f"{kind}/{identifier}", status=404)["status"] == 404


@pytest.mark.parametrize(
    "path", ["people", "contacts", "services/a/b", "divisions/000000-1900", "divisions/x"]
)
def test_an_address_that_does_not_exist_is_said_in_json(ask, path):
    assert ask(path, status=404)["status"] == 404


def test_a_slash_at_the_end_and_capital_letters_do_no_harm(ask):
    agency = full_agency()
    assert ask("services/") == ask("services")
    assert ask(f"organizations/{str(agency.public_id).upper()}/")["name"] == agency.legal_name


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("path", ["", "services", "organizations"])
def test_it_is_for_reading_only(client, method, path):
    client.handler.enforce_csrf_checks = True
    answer = getattr(client, method)(f"/hsds/v3/{path}")
    assert answer.status_code == 405
    assert answer["Allow"] == "GET, HEAD, OPTIONS"
    assert answer.json()["status"] == 405


def test_every_site_may_read_it_and_no_other_page_of_ours(client):
    agency = full_agency()
    assert client.get("/hsds/v3/services")["Access-Control-Allow-Origin"] == "*"
    asked = client.options("/hsds/v3/services", headers={"origin": "https://elsewhere.example"})
    assert (asked.status_code, asked["Access-Control-Allow-Headers"]) == (
        204,
        "If-None-Match, If-Modified-Since",
    )
    assert "Access-Control-Allow-Credentials" not in asked
    assert "Access-Control-Allow-Origin" not in client.get(agency.get_absolute_url())


def test_an_answer_that_did_not_change_is_not_sent_again(client):
    agency = full_agency()
    address = f"/hsds/v3/organizations/{agency.public_id}"
    first = client.get(address)
    assert first["Cache-Control"] == "public, max-age=300"
    again = client.get(address, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    agency.website = "https://new.example.org/"
    agency.save()
    assert client.get(address, headers={"if-none-match": first["ETag"]}).status_code == 200


def test_a_refusal_is_not_cached_and_speaks_the_readers_language(client):
    for language in ("zh-CN", "en"):
        answer = client.get("/hsds/v3/services", {"page": "x"}, headers={"accept-language": language})
        assert "Cache-Control" not in answer
    assert answer.json()["error"] == "“page” is a whole number from 1."


@pytest.mark.parametrize(
    ("kind", "parameters"),
    [
        (kind, parameters)
        for kind in LISTS
        for parameters in (
            {},
            {"full": "true"},
            {"search": "东莞"},
            *([{"full_service": "true"}] if kind == "organizations" else []),
            *([{"minimal": "true"}] if kind == "services" else []),
        )
    ],
)
def test_a_page_asks_the_database_as_often_for_three_agencies_as_for_one(
    client, django_assert_num_queries, kind, parameters
):
    full_agency()
    with CaptureQueriesContext(
        connection,
    ) as one:
        assert not client.get(f"/hsds/v3/{kind}", parameters).json()["empty"]
    for number in (2, 3):
        full_agency(legal_name=f"东莞市第{number}法律中心", uscc=None)
    with django_assert_num_queries(len(one)):
        assert client.get(f"/hsds/v3/{kind}", parameters).json()["size"] >= 3
