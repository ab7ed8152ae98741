"""The records of open data: what HSDS 3 promises, and nothing that an agency does not show to everybody."""

from functools import cache
from uuid import uuid4

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from orgs.models import Agency, ServiceAtLocation
from portal.models import Topic
from tests import factories
from tests.orgs.hsds_schemas import schema
from tests.orgs.open_data_world import SECRETS, empty_agency, full_agency

pytestmark = pytest.mark.django_db


LISTS = {
    "services": ("service_list.json", "service.json"),
    "organizations": ("organization_list.json", "organization.json"),
    "service_at_locations": ("service_at_location_list.json", "service_at_location.json"),
}
PAGE = ["total_items", "total_pages", "page_number", "size", "first_page", "last_page", "empty", "contents"]


@cache
def validator(name):
    """For one of the published schemas; it also looks at the formats of dates, addresses and UUIDs."""
    return Draft202012Validator(schema(name), format_checker=FormatChecker())


def wrong(record, name):
    """What the schema has against a record, in words."""
    return [
        f"{name} {error.json_path}: {error.message[:200]}" for error in validator(name).iter_errors(record)
    ]


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
