"""Questions to the API of open data: pages, filters, a stream, and sentences for what makes no sense."""

import json
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.models import Topic
from tests import factories
from tests.orgs.open_data_world import full_agency, names

pytestmark = pytest.mark.django_db


LISTS = {
    "services": ("service_list.json", "service.json"),
    "organizations": ("organization_list.json", "organization.json"),
    "service_at_locations": ("service_at_location_list.json", "service_at_location.json"),
}
PAGE = ["total_items", "total_pages", "page_number", "size", "first_page", "last_page", "empty", "contents"]


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
