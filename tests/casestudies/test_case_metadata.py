"""What a case's page and its records tell programs, held against the published schemas."""

import json
import re
from datetime import date
from html import unescape
from pathlib import Path

import pytest
from django.core.management import call_command
from django.urls import reverse
from lxml import etree

from casestudies.models import CaseAuthor, CasePartner, CaseStudy, OpenRecord
from casestudies.open_data import citation, datacite, formats, open_records, schema_org, signposting
from tests import factories
from tests.given import given

pytestmark = pytest.mark.django_db

ENDS_SCRIPT = "</script><script>alert(1)</script><!-- & \u2028"


@pytest.fixture
def case(agency):
    agency.division = factories.division()
    agency.save()
    case = factories.case(
        agency,
        title=f"初三那年 {ENDS_SCRIPT}",
        title_en="Ninth Grade \x07",
        abstract_en="One line.\nTwo.",
        keywords=["返乡", 'a"b<c>'],
        division=factories.division(),
        started_on=date(2024, 3, 1),
    )
    CaseAuthor.objects.create(case=case, name="曾晓棠", orcid="0000-0002-1825-0097", agency_name="旧机构")
    CaseAuthor.objects.create(case=case, name="Maria Chen", position=1)
    for name, role in (("伙伴中心", "partner"), ("研究所", "research"), ("基金会", "funder")):
        CasePartner.objects.create(case=case, agency=factories.agency(legal_name=name), role=role)
    case.topics.set([factories.topic("pop:children"), factories.topic("mth:casework")])
    case.save()
    open_records.refresh([case.pk])
    return CaseStudy.objects.for_export().get(pk=case.pk)


def datacite_schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(given("schemas", "datacite-4.6", "metadata.xsd"))))


def test_datacite_xml_is_valid_with_everything_and_with_nothing(case):
    schema = datacite_schema()
    OpenRecord.objects.filter(case=case).update(doi="10.5072/tongxing.1")
    with_doi = CaseStudy.objects.for_export().get(pk=case.pk)
    bare = factories.case(title="x", abstract="", licence="read-only", language="en")
    for one in (case, with_doi, bare):
        schema.assertValid(etree.fromstring(datacite.as_xml(one).encode()))
    assert 'identifierType="URL"' in datacite.as_xml(case)
    assert '<identifier identifierType="DOI">10.5072/tongxing.1</identifier>' in datacite.as_xml(with_doi)


def test_datacite_says_who_when_where_and_on_what_terms(case):
    facts = datacite.attributes(case)
    assert facts["creators"][0] == {
        "name": "曾晓棠",
        "nameType": "Personal",
        "lang": "zh-CN",
        "givenName": "晓棠",
        "familyName": "曾",
        "affiliation": [{"name": "旧机构"}],
        "nameIdentifiers": [
            {
                "nameIdentifier": "https://orcid.org/0000-0002-1825-0097",
                "nameIdentifierScheme": "ORCID",
                "schemeUri": "https://orcid.org",
            }
        ],
    }
    assert facts["creators"][1]["name"] == "Chen, Maria"
    assert [(one["name"], one["contributorType"]) for one in facts["contributors"]] == [
        ("伙伴中心", "Other"),
        ("研究所", "ResearchGroup"),
    ]
    assert facts["fundingReferences"] == [{"funderName": "基金会"}]
    assert facts["titles"][1] == {"title": "Ninth Grade", "lang": "en", "titleType": "TranslatedTitle"}
    assert {"date": "2024-03/", "dateType": "Coverage"} in facts["dates"]
    assert facts["rightsList"][0]["rightsIdentifier"] == "CC-BY-4.0"
    assert facts["types"] == {"resourceTypeGeneral": "Text", "resourceType": "实务案例"}
    assert json.loads(datacite.as_json(case)) == facts


def test_json_ld_ends_no_script_and_says_the_same_again(case):
    text = schema_org.report(case)
    assert "<" not in text
    data = json.loads(text)
    assert data["@type"] == ["Article", "Report"]
    assert data["headline"] == citation.source.title(case)
    assert data["author"][0]["sameAs"] == "https://orcid.org/0000-0002-1825-0097"
    assert data["publisher"]["name"] == case.agency.legal_name
    assert data["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert data["spatialCoverage"] == {"@type": "Place", "name": "东莞市"}
    assert data["inLanguage"] == "zh-CN"


def test_the_head_of_the_page_speaks_to_reference_managers_and_harvesters(client, case):
    page = client.get(case.get_absolute_url()).content.decode()
    head = page[: page.index("</head>")]
    meta = [
        (name, unescape(content))
        for name, content in re.findall(r'<meta name="([^"]+)" content="([^"]*)"', head)
    ]
    said: dict[str, list[str]] = {}
    for name, content in meta:
        said.setdefault(name, []).append(content)
    assert said["citation_title"] == [citation.source.title(case)]
    assert said["citation_author"] == ["曾晓棠", "Chen, Maria"]
    assert said["citation_author_institution"] == ["旧机构", case.agency.legal_name]
    assert said["citation_technical_report_institution"] == [case.agency.legal_name]
    assert said["DC.creator"] == ["曾晓棠", "Chen, Maria"]
    assert said["DC.rights"][0] == "https://creativecommons.org/licenses/by/4.0/"
    assert head.count("<script>") == 0
    assert head.count('rel="canonical"') == 1
    alternates = dict(re.findall(r'<link rel="alternate" hreflang="([^"]+)" href="([^"]+)"', head))
    assert list(alternates) == ["zh-Hans", "en", "x-default"]
    assert alternates["en"].endswith(f"/en/cases/{case.public_id}/")
    assert alternates["x-default"] == citation.permanent_url(case)
    [data] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', head, re.S)
    assert json.loads(data)["name"] == citation.source.title(case)


def test_a_draft_has_no_metadata_for_programs(client, agency, member):
    draft = factories.case(agency, live=False)
    client.force_login(member)
    answer = client.get(draft.get_absolute_url())
    assert answer.status_code == 200
    assert "citation_title" not in answer.content.decode()
    assert "ld+json" not in answer.content.decode()
    assert not answer.has_header("Link")


def test_signposts_lead_to_what_they_say(client, case):
    header = client.get(case.get_absolute_url())["Link"]
    parsed = [
        (url, dict(re.findall(r'(\w+)="([^"]*)"', rest)))
        for url, rest in re.findall(r"<([^>]+)>((?:; \w+=\"[^\"]*\")+)", header)
    ]
    by_relation: dict[str, list] = {}
    for url, facts in parsed:
        by_relation.setdefault(facts["rel"], []).append((url, facts))
    assert set(by_relation) == {
        "cite-as", "describedby", "item", "license", "type", "author", "linkset",
    }  # fmt: skip
    assert [url for url, _facts in by_relation["cite-as"]] == [citation.permanent_url(case)]
    for url, facts in [*by_relation["describedby"], *by_relation["item"], *by_relation["linkset"]]:
        answer = client.get("/" + url.split("/", 3)[3])
        assert answer.status_code == 200, url
        assert answer["Content-Type"].partition(";")[0] == facts["type"]
    answer = client.get(reverse("case_linkset", args=[case.public_id]))
    [context, *back] = answer.json()["linkset"]
    assert context["anchor"] == citation.permanent_url(case)
    assert len(back) == len(context["describedby"]) == len(signposting.DESCRIPTIONS)


def test_every_form_that_is_offered_can_be_taken(client, case):
    for _name, style in formats.OFFERED:
        answer = client.get(reverse("case_citation", args=[case.public_id, style]))
        assert answer["Content-Type"] == formats.TYPES[style]
        assert answer.content.decode() == formats.render(case, style)


# -- Deposit ----------------------------------------------------------------------------------------------------------


def test_records_are_written_for_a_deposit_and_their_dois_noted_afterwards(case, tmp_path, settings):
    settings.DOI_PREFIX = "10.5072"
    factories.case(live=False)
    call_command("export_datacite", str(tmp_path), format="xml")
    [file] = Path(tmp_path).iterdir()
    doi = f"10.5072/tongxing.{case.public_id.hex[:12]}"
    root = etree.fromstring(file.read_bytes())
    datacite_schema().assertValid(root)
    assert root.findtext("{*}identifier") == doi
    assert not OpenRecord.objects.exclude(doi=None).exists()

    call_command("export_datacite", str(tmp_path), format="json")
    body = json.loads((tmp_path / f"{case.public_id}.json").read_text())
    assert (body["data"]["type"], body["data"]["attributes"]["doi"]) == ("dois", doi)

    call_command("export_datacite", str(tmp_path), registered=True)
    assert OpenRecord.objects.get(case=case).doi == doi
