"""Nothing that is not published, or that an agency hides, leaves by any of the open outputs."""

import pytest
from django.urls import reverse

from casestudies.models import CaseAuthor, CasePartner, CaseStudy
from casestudies.open_data import formats, open_records
from casestudies.writing import authoring
from orgs import visibility
from tests import factories

pytestmark = pytest.mark.django_db

SECRET = "机密7391"
MAIL = "secret7391@example.org"


@pytest.fixture
def world(agency, member):
    """A published case of an agency with much to hide, beside everything that nobody outside may read."""
    for field in visibility.HIDEABLE:
        if isinstance(visibility.HIDEABLE[field], str):
            setattr(agency, field, SECRET)
    visibility.restrict(agency, dict.fromkeys(visibility.HIDEABLE, "agency"))
    agency.save()
    member.name, member.email = SECRET, MAIL
    member.save()

    shown = factories.case(agency, created_by=member, external_id=f"{SECRET}-source", title="公开的题目")
    CaseAuthor.objects.create(case=shown, name="曾晓棠", user=member)
    CasePartner.objects.create(
        case=shown, agency=factories.agency(legal_name=f"{SECRET}未列出", status="draft")
    )
    authoring.save_draft(
        shown, by=member, title=f"{SECRET}新题目", keywords=[SECRET], background=f"<p>{SECRET}</p>"
    )

    told = {"title": SECRET, "abstract": SECRET, "keywords": [SECRET], "background": f"<p>{SECRET}</p>"}
    draft = factories.case(agency, live=False, **told)
    gone = factories.case(agency, **told)
    read_only = factories.case(agency, licence="read-only", title="只读", background=f"<p>{SECRET}</p>")
    CaseAuthor.objects.create(case=draft, name=SECRET)
    for case in (shown, draft, gone):
        case.topics.add(factories.topic("pop:children"))
        case.save()
    everything = [case.pk for case in (shown, draft, gone, read_only)]
    open_records.refresh(everything, at=shown.first_published_at.replace(year=2025))
    CaseStudy.objects.filter(pk=gone.pk).update(live=False)
    return shown, [draft, gone], read_only


def open_addresses(cases, agency) -> list[str]:
    names = [
        reverse(name) for name in ("case_feed", "open_data", "cases_jsonl", "cases_csv", "open_case_schema")
    ]
    feeds = [
        reverse("agency_case_feed", args=[agency.slug]),
        reverse("topic_case_feed", args=["pop:children"]),
    ]
    oai = ["Identify", "ListSets", "ListMetadataFormats"]
    for prefix in ("oai_dc", "oai_datacite"):
        oai += [f"{verb}&metadataPrefix={prefix}" for verb in ("ListRecords", "ListIdentifiers")]
        oai += [
            f"GetRecord&metadataPrefix={prefix}&identifier=oai:tongxing.example.org:{case.public_id}"
            for case in cases
        ]
    files = [
        reverse("case_citation", args=[case.public_id, style]) for case in cases for style in formats.TYPES
    ]
    files += [reverse("case_linkset", args=[case.public_id]) for case in cases]
    maps = ["/sitemap.xml", *(f"/sitemap-{kind}.xml" for kind in ("agency", "event", "case", "page"))]
    return [*names, *feeds, *maps, *files, *(f"/oai/?verb={verb}" for verb in oai)]


def test_a_crawl_of_every_open_output_finds_no_secret(client, agency, world):
    shown, hidden, read_only = world
    said = ""
    for address in open_addresses([shown, *hidden, read_only], agency):
        answer = client.get(address)
        assert answer.status_code in (200, 404), address
        content = b"".join(answer) if answer.streaming else answer.content
        text = content.decode() + str(answer.headers)
        for secret in (SECRET, MAIL):
            assert secret not in text, address
        said += text
    assert "公开的题目" in said
    assert "公开的题目" in client.get(reverse("topic_case_feed", args=["pop:children"])).content.decode()
    page = client.get(shown.get_absolute_url()).content.decode()
    head = page[: page.index("</head>")]
    assert SECRET not in head
    assert MAIL not in page


@pytest.mark.parametrize("style", formats.TYPES)
def test_what_is_not_published_has_no_file_whoever_asks(client, world, agency, member, moderator, style):
    _shown, hidden, _read_only = world
    for person in (None, member, moderator):
        if person:
            client.force_login(person)
        for case in hidden:
            assert client.get(reverse("case_citation", args=[case.public_id, style])).status_code == 404
            assert client.get(reverse("case_linkset", args=[case.public_id])).status_code == 404
