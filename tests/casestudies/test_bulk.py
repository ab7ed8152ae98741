"""The whole library in one file."""

import csv
import io
import json
import tracemalloc

import jsonschema
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from casestudies.models import CaseAuthor, CasePartner, CaseStudy
from casestudies.open_data import bulk
from tests import factories

pytestmark = pytest.mark.django_db


def text_of(answer) -> str:
    return b"".join(answer.streaming_content).decode()


def records(client) -> list[dict]:
    return [json.loads(line) for line in text_of(client.get(reverse("cases_jsonl"))).splitlines()]


def table(client) -> list[dict]:
    text = text_of(client.get(reverse("cases_csv")))
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:], newline="")))


@pytest.fixture
def case(agency):
    case = factories.case(
        agency,
        title="流动儿童",
        title_en="Children",
        keywords=["返乡"],
        division=factories.division(),
        people_reached=12,
    )
    CaseAuthor.objects.create(case=case, name="曾晓棠", orcid="0000-0002-1825-0097")
    CasePartner.objects.create(case=case, agency=factories.agency(), role="funder")
    case.topics.set([factories.topic("pop:children")])
    case.save()
    return case


def test_every_line_is_as_the_schema_says(client, case):
    factories.case(factories.agency(status="withdrawn"), licence="read-only", language="en", abstract="")
    factories.case(live=False, title="草稿秘密")
    schema = client.get(reverse("open_case_schema")).json()
    validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    found = records(client)
    assert len(found) == 2
    for one in found:
        validator.validate(one)
    assert found[0]["id"] == str(case.public_id)
    assert found[0]["authors"][0]["orcid"] == "https://orcid.org/0000-0002-1825-0097"
    assert found[0]["sections"]["background"] == "<p>背景。</p>"
    assert found[0]["licence"] == "CC-BY-4.0"
    assert found[1]["agency"]["url"] is None


def test_what_may_only_be_read_here_goes_out_without_its_text(client):
    factories.case(licence="read-only", background="<p>只读正文</p>")
    [one] = records(client)
    assert (one["licence"], one["sections"], one["metadata_licence"]) == (None, None, "CC0-1.0")
    assert "只读正文" not in text_of(client.get(reverse("cases_csv")))


def test_the_table_holds_the_same_facts(client, case):
    [one] = table(client)
    assert one["title"] == "流动儿童"
    assert one["topic_codes"] == "pop:children"
    assert one["people_reached"] == "12"
    assert list(one) == list(bulk.COLUMNS)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "＝"])
def test_no_cell_is_a_formula(client, start):
    factories.case(factories.agency(legal_name=f"{start}cmd"), title=f"{start}1+1", keywords=[f"{start}2"])
    [one] = table(client)
    for column in ("title", "agency", "keywords"):
        assert one[column].startswith(f"'{start}")


@pytest.mark.parametrize("name", ["cases_jsonl", "cases_csv"])
def test_who_has_it_already_is_told_so_until_something_is_published(client, case, name):
    first = client.get(reverse(name))
    assert "https://creativecommons.org/publicdomain/zero/1.0/" in first["Link"]
    tag = first["ETag"]
    assert client.get(reverse(name), headers={"if-none-match": tag}).status_code == 304
    factories.case()
    assert client.get(reverse(name), headers={"if-none-match": tag}).status_code == 200


def test_a_file_costs_queries_by_the_batch_and_not_by_the_case(client, case):
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            records(client)
        counts.append(len(queries))
        for _ in range(3):
            factories.case().topics.set([factories.topic("pop:children")])
    assert counts[0] == counts[1]


def test_a_long_library_takes_no_more_memory_than_a_batch(agency):
    """Two thousand cases of 20 kB each are 40 MB; what is held at one time is a batch of them."""
    text = "<p>" + "流" * 6500 + "</p>"
    CaseStudy.objects.bulk_create(
        CaseStudy(agency=agency, title=f"{n}", background=text, live=True) for n in range(2000)
    )
    tracemalloc.start()
    try:
        assert sum(1 for _line in bulk.lines()) == 2000
        _now, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 20_000_000


def test_the_page_leads_to_everything(client, case):
    for address in (reverse("open_data"), "/en/cases/open-data/"):
        page = client.get(address).content.decode()
        for name in ("cases_jsonl", "cases_csv", "open_case_schema", "oai"):
            assert reverse(name) in page
